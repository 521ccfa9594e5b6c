"""What the library returns: frozen dataclasses of plain values, with offsets into the caller's own text.

Every offset is a code point index into `Article.text`, the end exclusive, so that
`article.text[x.start : x.end] == x.text` holds for every mention, cue and quotation.
"""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any

from dataclasses_json import DataClassJsonMixin

from quoteminer.errors import ArgumentError, FormatError
from quoteminer.json_form import check_form, decode

if TYPE_CHECKING:
    import pandas

SCHEMA_VERSION = 1
LABELS = ("PERSON", "ORG", "PLACE", "OTHER")
KINDS = ("direct", "mixed")
OTHER_KINDS = ("term", "title")


def _error(record: object, message: str) -> FormatError:
    return FormatError(f"{type(record).__name__}: {message}")


def _check_span(record: Span) -> None:
    start, end, text = record.start, record.end, record.text
    if type(start) is int and type(end) is int and isinstance(text, str) and 0 <= start < end == start + len(text):
        return
    for name, value in (("start", start), ("end", end)):
        if type(value) is not int:
            raise _error(record, f"{name} must be an int, not {value!r}")
    if not isinstance(text, str):
        raise _error(record, f"text must be a str, not {text!r}")
    raise _error(record, f"start {start} and end {end} do not fit a text of {len(text)} characters")


def _check_tuples(record: object, *names: str) -> None:
    for name in names:
        value = getattr(record, name)
        if isinstance(value, tuple):
            continue
        if isinstance(value, list):
            object.__setattr__(record, name, tuple(value))
        else:
            raise _error(record, f"{name} must be a sequence, not {value!r}")


@dataclass(frozen=True, slots=True)
class Span(DataClassJsonMixin):
    """A stretch of the article: `start` and `end` in code points, end exclusive, and the `text` between them."""

    start: int
    end: int
    text: str

    def __post_init__(self) -> None:
        _check_span(self)


@dataclass(frozen=True, slots=True)
class Mention(Span):
    """A stretch that refers to an entity; `is_name` is False for pronouns and noun phrases such as "the minister"."""

    is_name: bool = True


@dataclass(frozen=True, slots=True)
class Cue(Span):
    """The reporting words that link a quotation to its speaker: "said", "according to", "was quoted as saying"."""


@dataclass(frozen=True, slots=True)
class Entity(DataClassJsonMixin):
    """A person, organisation, place or other source of the article, once, with all of its mentions.

    Attributes:
        id: the entity's number in the article; `Speaker.entity_id` refers to it.
        name: the fullest form that the article gives anywhere, without honorifics.
        label: "PERSON", "ORG", "PLACE" or "OTHER" (documents, unnamed sources).
        mentions: in order of the text.
        aliases: the other forms of the name that occur in the article.
        titles: honorifics that precede the name ("Dr", "Mr").
        role: office, job or capacity in the article's words, None where it states none.
        affiliation: the organisation, or for an office holder the place, that the role belongs to.
    """

    id: int
    name: str
    label: str
    mentions: tuple[Mention, ...] = ()
    aliases: tuple[str, ...] = ()
    titles: tuple[str, ...] = ()
    role: str | None = None
    affiliation: str | None = None

    def __post_init__(self) -> None:
        if self.label not in LABELS:
            raise _error(self, f"label must be one of {', '.join(LABELS)}, not {self.label!r}")
        _check_tuples(self, "mentions", "aliases", "titles")


@dataclass(frozen=True, slots=True)
class Speaker(DataClassJsonMixin):
    """Who said it: the name of the entity `entity_id`, with what the article says of the person or body."""

    name: str
    entity_id: int
    label: str
    role: str | None = None
    affiliation: str | None = None

    def __post_init__(self) -> None:
        if self.label not in LABELS:
            raise _error(self, f"label must be one of {', '.join(LABELS)}, not {self.label!r}")

    def __str__(self) -> str:
        return ", ".join(x for x in (self.name, self.role, self.affiliation) if x)


@dataclass(frozen=True, slots=True)
class Evidence(DataClassJsonMixin):
    """Why a quotation is attributed as it is: the name of the `rule` and the `steps` from mention to name, in words."""

    rule: str
    steps: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        _check_tuples(self, "steps")


@dataclass(frozen=True, slots=True)
class Quote(DataClassJsonMixin):
    """A quotation and who said it.

    Attributes:
        start, end, text: the quotation as it stands in the article, with its marks (code points, end exclusive).
        content: what was said, without the marks.
        kind: "direct" (a complete utterance) or "mixed" (quoted words inside a paraphrase).
        speakers: who said it; several for a joint statement, empty when unknown.
        mention: the mention that attributes the quotation; where nothing beside it does, the speaker's last one before
            it; None where the text has neither.
        cue: the reporting words, None where there are none.
        turn: number of the utterance; the parts of a split or multi-paragraph quotation share it.
        marked: False for a displayed quotation without quotation marks.
        nested: quotations inside this one.
        confidence: estimated probability that the attribution is right, 0..1.
        evidence: the rule and steps that led to the speaker, or the reason why there is none.
    """

    start: int
    end: int
    text: str
    content: str
    kind: str = "direct"
    speakers: tuple[Speaker, ...] = ()
    mention: Mention | None = None
    cue: Cue | None = None
    turn: int = 0
    marked: bool = True
    nested: tuple[Quote, ...] = ()
    confidence: float = 0.0
    evidence: Evidence | None = None

    def __post_init__(self) -> None:
        _check_span(self)  # type: ignore[arg-type]
        if self.kind not in KINDS:
            raise _error(self, f"kind must be one of {', '.join(KINDS)}, not {self.kind!r}")
        if not 0.0 <= self.confidence <= 1.0:
            raise _error(self, f"confidence must lie in 0..1, not {self.confidence!r}")
        _check_tuples(self, "speakers", "nested")

    @property
    def speaker(self) -> str | None:
        """The speakers' names joined by " & ", None when unknown."""
        return " & ".join(speaker.name for speaker in self.speakers) or None

    def __str__(self) -> str:
        named = " & ".join(", ".join(x for x in (s.name, s.affiliation) if x) for s in self.speakers)
        return f"“{self.content}” — {named or 'unattributed'}"


@dataclass(frozen=True, slots=True)
class Marked(Span):
    """A stretch in quotation marks that quotes nobody: kind "term" (scare quotes, gloss, nickname) or "title"."""

    kind: str = "term"

    def __post_init__(self) -> None:
        _check_span(self)
        if self.kind not in OTHER_KINDS:
            raise _error(self, f"kind must be one of {', '.join(OTHER_KINDS)}, not {self.kind!r}")


@dataclass(frozen=True, slots=True)
class Article(DataClassJsonMixin):
    """A text with its entities (most mentioned first) and quotations (in order of the text).

    Attributes:
        text: the caller's text, unchanged.
        entities: people, organisations, places and other sources.
        quotes: direct and mixed quotations.
        other_marked: stretches in quotation marks that are not quotations.
        schema_version: version of the JSON form.
    """

    text: str
    entities: tuple[Entity, ...] = ()
    quotes: tuple[Quote, ...] = ()
    other_marked: tuple[Marked, ...] = ()
    schema_version: int = SCHEMA_VERSION

    def __post_init__(self) -> None:
        if not isinstance(self.text, str):
            raise _error(self, f"text must be a str, not {type(self.text).__name__}")
        if self.schema_version != SCHEMA_VERSION:
            raise _error(
                self,
                f"this is version {self.schema_version} of the format, this library reads version {SCHEMA_VERSION}: "
                "run the text through `quoteminer.extract` again",
            )
        _check_tuples(self, "entities", "quotes", "other_marked")

    @property
    def people(self) -> tuple[Entity, ...]:
        """Entities labelled PERSON, most mentioned first."""
        return tuple(entity for entity in self.entities if entity.label == "PERSON")

    @property
    def places(self) -> tuple[Entity, ...]:
        """Entities labelled PLACE, most mentioned first."""
        return tuple(entity for entity in self.entities if entity.label == "PLACE")

    @property
    def organisations(self) -> tuple[Entity, ...]:
        """Entities labelled ORG, most mentioned first."""
        return tuple(entity for entity in self.entities if entity.label == "ORG")

    @property
    def speakers(self) -> tuple[Entity, ...]:
        """Entities that are quoted, in order of their first quotation."""
        by_id = {entity.id: entity for entity in self.entities}
        quoted = dict.fromkeys(s.entity_id for quote in self.quotes for s in quote.speakers)
        return tuple(by_id[i] for i in quoted if i in by_id)

    def quotes_by(self, name: str) -> tuple[Quote, ...]:
        """Quotations of the speakers known by `name`, in order of the text.

        Args:
            name: the full name, an alias, or words of either ("Lin", "Dr Lin"); case and accents do not matter.

        Raises:
            ArgumentError: `name` is not a str.
        """
        if not isinstance(name, str):
            raise ArgumentError(f"name must be a str, such as 'Lin', not {name!r}")
        wanted = _words(name)

        def known(entity: Entity) -> bool:
            titles = {word for title in entity.titles for word in _words(title)}
            bare = wanted[next((i for i, word in enumerate(wanted) if word not in titles), 0) :]
            forms = (entity.name, *entity.aliases, *(m.text for m in entity.mentions if m.is_name))
            return any(_stands_in(words, _words(form)) for words in (wanted, bare) for form in forms)

        ids = {entity.id for entity in self.entities if known(entity)}
        return tuple(quote for quote in self.quotes if any(s.entity_id in ids for s in quote.speakers))

    def to_json(self, **kwargs: Any) -> str:
        """The article as one JSON object; non-ASCII characters stand as they are unless `ensure_ascii=True`."""
        return json.dumps(self.to_dict(), **{"ensure_ascii": False, **kwargs})

    @classmethod
    def from_json(cls, s: str | bytes | bytearray, **kwargs: Any) -> Article:
        """Read what `to_json` wrote.

        Raises:
            FormatError: `s` is not JSON, has not the form of an article, was written in another version of the
                format, or its offsets do not fit its text.
        """
        return cls.from_mapping(decode(s, **kwargs))

    @classmethod
    def from_mapping(cls, data: object) -> Article:
        """Read a decoded JSON object, as `from_json` does."""
        if not isinstance(data, dict) or "text" not in data:
            raise FormatError("an article is a JSON object with at least a `text`; see quoteminer/schema.json")
        if not isinstance(data["text"], str):  # the decoder would make text of it
            raise FormatError(f"text must be a str, not {type(data['text']).__name__}; see quoteminer/schema.json")
        version = data.get("schema_version")
        if version != SCHEMA_VERSION:
            raise FormatError(
                f"this is version {version} of the format, this library reads version {SCHEMA_VERSION}: "
                "run the text through `quoteminer.extract` again"
            )
        try:
            check_form(data, cls)
            article = cls.from_dict(data)
        except (KeyError, FormatError, RecursionError) as error:
            reason = f"the field {error} is missing" if isinstance(error, KeyError) else error
            raise FormatError(f"not an article of version {SCHEMA_VERSION}: {reason}; see schema.json") from error
        for span in article._spans():
            if article.text[span.start : span.end] != span.text:
                raise FormatError(f"{span.text!r} does not stand at {span.start}:{span.end} of the article's text")
        return article

    def _spans(self) -> Iterator[Span | Quote]:
        yield from (mention for entity in self.entities for mention in entity.mentions)
        yield from self.other_marked
        quotes = [*self.quotes]
        for quote in quotes:
            yield quote
            yield from (part for part in (quote.mention, quote.cue) if part)
            quotes += quote.nested

    def to_frame(self) -> pandas.DataFrame:
        """One row a quotation; see `quoteminer.to_frame`. Needs pandas: `pip install "quoteminer[frames]"`."""
        from quoteminer.export import to_frame

        return to_frame([self])

    def _repr_html_(self) -> str:
        from quoteminer.render import render_article

        return str(render_article(self))

    def __repr__(self) -> str:
        heading = self.text.strip().partition("\n")[0]
        lines = [f"Article({heading[:60]!r}{'…' if len(heading) > 60 else ''}, {len(self.text):,} characters)"]
        for entity in self.speakers:
            quotes = [q for q in self.quotes if any(s.entity_id == entity.id for s in q.speakers)]
            described = ", ".join(x for x in (entity.name, entity.role, entity.affiliation) if x)
            lines.append(f"  {len(quotes):3d} × {described}")
        unknown = sum(not quote.speakers for quote in self.quotes)
        if unknown:
            lines.append(f"  {unknown:3d} × (unattributed)")
        return "\n".join(lines)


def _words(name: str) -> list[str]:
    """The words of a name without accents, case, and the punctuation around them."""
    plain = "".join(c for c in unicodedata.normalize("NFKD", name.casefold()) if not unicodedata.combining(c))
    words = (word.strip(".,;:'’\"“”()") for word in plain.split())
    return [word.removesuffix("’s").removesuffix("'s") for word in words if word]


def _stands_in(words: list[str], form: list[str]) -> bool:
    return bool(words) and any(form[i : i + len(words)] == words for i in range(len(form)))


def field_names(record: type) -> tuple[str, ...]:
    """Names of a record's fields, in order."""
    return tuple(field.name for field in fields(record))
