"""Displayed quotations, which typography sets off instead of quotation marks, and where marked ones are announced.

A quotation without marks is believed only where the text says that words follow (a lead-in, a transcript's label, a
credit below) and the paragraph does not itself report in the third person. Every offset is a code point index, the end
exclusive.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import groupby, pairwise

from spacy.tokens import Doc

from quoteminer.inflection import IRREGULAR_PASTS, verb_lemmas
from quoteminer.layout import DASHES, Block
from quoteminer.lexicon import Lexicon
from quoteminer.marks import MarkedSpan

_FIRST_PERSON = frozenset(("i", "me", "my", "mine", "myself", "we", "us", "our", "ours", "ourselves"))
_ANNOUNCING_WEAK = frozenset(
    ("read", "go", "run", "speak", "continue", "begin", "put", "cry", "shout", "ask", "think", "sing")
)
_UTTERANCES = frozenset(
    ("statement", "message", "letter", "email", "e-mail", "post", "tweet", "note", "speech", "remarks", "comment",
     "comments", "words", "text", "excerpt", "extract", "passage", "quote", "quotation", "reply", "response", "answer",
     "release", "address", "transcript", "apology", "readout", "communique", "communiqué", "editorial", "caption",
     "inscription", "testimony", "affidavit", "tribute", "memo", "memorandum", "prayer", "toast", "eulogy", "article")
)  # fmt: skip
_AFTER_VERB = frozenset(
    ("that", "this", "thus", "so", "as", "in", "on", "at", "to", "during", "via", "through", "from", "after", "before",
     "when", "while", "under", "over", "by", "with", "of", "about", "for", "afterwards", "afterward", "later", "again",
     "yesterday", "today", "earlier", "then", "back", "online", "it", "me", "us", "him", "her", "them", "reporters",
     "journalists", "lawmakers", "parliament", "followers", "fans", "viewers", "supporters", "staff", "simply",
     "only", "merely", "recently", "publicly", "bluntly", "partly", "there", "here", "last", "next", "shortly")
)  # fmt: skip
_FINITE = frozenset(
    ("is", "are", "was", "were", "be", "include", "includes", "included", "including", "has", "have", "had", "will",
     "would", "can", "could", "must", "should", "may", "might", "need", "needs", "namely", "list", "lists")
)  # fmt: skip
_NUMERALS = frozenset(
    ("two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "several", "many", "various", "some",
     "few", "other", "both", "dozen")
)  # fmt: skip
_POINTERS = (
    ("this", "way"), ("like", "this"), ("like", "so"), ("as", "follows"), ("these", "words"), ("these", "terms"),
    ("the", "following"), ("this", "to", "say"), ("this", "statement"), ("this", "message"),
)  # fmt: skip
_SUBJECT_PRONOUNS = frozenset(("he", "she", "who", "they", "it", "himself", "herself"))
_NOT_VERB_AFTER = frozenset(
    ("a", "an", "the", "this", "that", "these", "those", "as", "is", "are", "be", "been", "being", "of", "its",
     "their", "his", "her", "our", "my", "your", "no", "such", "any", "more", "other", "all")
)  # fmt: skip
_SENTENCE_ENDS = ".!?…"
_TRAILING = "”’\"')]»"
_EDGES = "“”‘’\"'.,;:!?…()[]{}«»" + DASHES
_MOST_WORDS_WITHOUT_LEAD_IN, _MOST_SENTENCES_WITHOUT_LEAD_IN = 45, 2
_MOST_WORDS_IN_PULL_QUOTE, _MOST_WORDS_IN_NAME, _LONGEST_CREDIT = 90, 7, 160
_LONG_MARKED, _MOST_CONTINUATIONS = 5, 8
_PARTICLES = frozenset(
    ("a", "al", "and", "bin", "bint", "da", "de", "del", "der", "di", "dos", "du", "e", "el", "for", "ibn", "la", "le",
     "of", "the", "und", "van", "von", "y", "&")
)  # fmt: skip
_CONNECTIVES = frozenset(
    ("instead", "after", "before", "but", "meanwhile", "however", "still", "since", "while", "although", "despite",
     "yet", "also", "moreover", "later", "then", "here", "here's", "according", "by", "until", "during", "when")
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Displayed:
    """A displayed quotation without quotation marks: one paragraph of it.

    Attributes:
        start, end: the quoted words, in code points, end exclusive.
        form: "lead-in" (a sentence before it announces it), "credit" (names below it), "transcript" (a speaker's label
            before it), "pull quote" (it stands in the first person, or as a lone short sentence, after a report of
            what somebody said).
        lead_in: the (start, end) of the sentence or paragraph that announces the words, None where there is none.
        credit: the (start, end) of the names on the line below, None where there is none.
        label: the (start, end) of the speaker's label in a transcript, None where there is none.
        turn: number of the utterance, in order of the text; the paragraphs of one utterance share it.
    """

    start: int
    end: int
    form: str
    lead_in: tuple[int, int] | None = None
    credit: tuple[int, int] | None = None
    label: tuple[int, int] | None = None
    turn: int = 0


def find_displayed(
    doc: Doc, blocks: Sequence[Block], marked: Sequence[MarkedSpan], lexicon: Lexicon
) -> tuple[Displayed, ...]:
    """Find the displayed quotations that have no quotation marks.

    Args:
        doc: the parsed text; of its annotation only entities are used, and only if there are any.
        blocks: the blocks of its text, from `layout.find_blocks`.
        marked: its stretches in quotation marks, from `marks.find_marked`.
        lexicon: the word lists.

    Returns:
        One record a paragraph, in order of the text; they do not overlap each other.
    """
    text = doc.text
    people = {(entity.start_char, entity.end_char) for entity in doc.ents if entity.label_ in ("PERSON", "PER")}
    paragraphs = _paragraphs(text, blocks, marked, lexicon)
    found: dict[int, Displayed] = {}
    for source in (
        _transcript(text, paragraphs, lexicon),
        _under_lead_ins(paragraphs, lexicon),
        _above_credits(text, paragraphs, people, lexicon),
    ):
        for index, displayed in source:
            found.setdefault(index, displayed)
    found |= dict(_unannounced(paragraphs, lexicon, found))
    ordered = [found[index] for index in sorted(found)]
    turns = {first: turn for turn, first in enumerate(dict.fromkeys(displayed.turn for displayed in ordered))}
    return tuple(replace(displayed, turn=turns[displayed.turn]) for displayed in ordered)


# --- paragraphs and their words -------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Paragraph:
    """A block with what of its words stands outside quotation marks.

    `sentences` are the words of each sentence, `spans` its place; `quoted` is the number of words of the longest
    stretch in marks; `reports` has, for each sentence, where it reports what a third party said.
    """

    text: str
    start: int
    end: int
    kind: str
    label: tuple[int, int] | None
    sentences: tuple[tuple[str, ...], ...]
    spans: tuple[tuple[int, int], ...]
    quoted: int
    first_person: bool
    reports: tuple[int | None, ...]

    @property
    def narrated(self) -> bool:
        """Whether any sentence reports what a third party said."""
        return any(at is not None for at in self.reports)

    @property
    def words(self) -> int:
        return sum(len(sentence) for sentence in self.sentences)

    @property
    def last(self) -> tuple[int, int]:
        return self.spans[-1] if self.spans else (self.start, self.end)


def _paragraphs(
    text: str, blocks: Sequence[Block], marked: Sequence[MarkedSpan], lexicon: Lexicon
) -> tuple[_Paragraph, ...]:
    outer = [span for span in marked if span.depth == 0]
    paragraphs = []
    first = 0
    for block in blocks:
        start = block.start
        if block.label and block.kind != "speaker_label":
            start = block.label[1]
            while start < block.end and (text[start].isspace() or text[start] in ":."):
                start += 1
        while first < len(outer) and outer[first].end <= start:
            first += 1
        pieces, position, quoted, index = [], start, 0, first
        while index < len(outer) and outer[index].start < block.end:
            span = outer[index]
            inside, outside = max(span.start, start), min(span.end, block.end)
            pieces += [text[position:inside], " " * (outside - inside)]
            quoted = max(quoted, len(text[inside:outside].split()))
            position, index = max(outside, position), index + 1
        plain = "".join(pieces) + text[position : block.end]
        worded = [((a, b), tuple(_words(plain[a - start : b - start]))) for a, b in _sentences(plain, start, lexicon)]
        spans = tuple(span for span, words in worded if words)
        sentences = tuple(words for _, words in worded if words)
        paragraphs.append(
            _Paragraph(
                text[start : block.end], start, block.end, block.kind, block.label, sentences, spans, quoted,
                any(_has_first_person(sentence) for sentence in sentences),
                tuple(_reports_at(sentence, lexicon) for sentence in sentences),
            )
        )  # fmt: skip
    return tuple(paragraphs)


def _words(text: str) -> Iterator[str]:
    for word in text.split():
        stripped = word.strip(_EDGES)
        if stripped:
            yield stripped.replace("’", "'")


def _sentences(text: str, offset: int, lexicon: Lexicon) -> Iterator[tuple[int, int]]:
    """The sentences of a paragraph: an end mark, white space, a capital; not after an abbreviation."""
    start = position = 0
    while position < len(text):
        position += 1
        if text[position - 1] not in _SENTENCE_ENDS:
            continue
        end = position
        while end < len(text) and text[end] in _SENTENCE_ENDS + _TRAILING:
            end += 1
        following = end
        while following < len(text) and text[following].isspace():
            following += 1
        position = end
        opens = following > end and following < len(text) and not text[following].islower()
        if opens and not (text[end - 1] == "." and _is_abbreviation(text[max(start, end - 16) : end], lexicon)):
            yield offset + start, offset + end
            start = position = following
    if text[start:].strip():
        yield offset + start, offset + len(text.rstrip())


def _is_abbreviation(tail: str, lexicon: Lexicon) -> bool:
    word = (tail.split() or [""])[-1].strip("(“\"'‘[")[:-1]
    plain = word.replace(".", "").lower()
    return (
        (len(plain) == 1 and plain.isalpha() and word.isupper())
        or "." in word
        or plain in lexicon.office_abbreviations
        or (plain in lexicon.honorifics and len(plain) <= 5)
        or plain in ("no", "vs", "st", "inc", "ltd", "co", "corp")
    )


@lru_cache(maxsize=1 << 14)
def _strength(word: str, lexicon: Lexicon) -> str | None:
    strengths = {lexicon.reporting_verbs.get(lemma) for lemma in verb_lemmas(word)}
    return "strong" if "strong" in strengths else "weak" if "weak" in strengths else None


def _first_person(words: Sequence[str], i: int) -> bool:
    """Whether a word is a pronoun of the first person: not the US, World War I or the album My Love."""
    word = words[i].partition("'")[0]
    if word == "I":
        return i <= 1 or words[i - 1][0].islower() or words[i - 1][0].isdecimal()
    return word.lower() in _FIRST_PERSON and (word.islower() or i == 0) and not word.isupper()


def _has_first_person(words: Sequence[str]) -> bool:
    return any(_first_person(words, i) for i in range(len(words)))


def _reports_at(words: Sequence[str], lexicon: Lexicon, *, weak: bool = False) -> int | None:
    """The index of the verb by which a sentence reports what a third party said, None where none does.

    "…, the minister told reporters" does, "he told me" does not. Weak verbs count right after a name or pronoun only.
    """
    if [word.lower() for word in words[:2]] == ["according", "to"]:
        return 0
    for i in range(1, len(words)):
        word, before = words[i], words[i - 1]
        strength = _strength(word, lexicon) if word.islower() else None
        if strength is None or (strength == "weak" and not weak):
            continue
        subject = before[0].isupper() or before.lower() in _SUBJECT_PRONOUNS
        past = word in IRREGULAR_PASTS or (word.endswith("ed") and before.lower() not in _NOT_VERB_AFTER)
        base = not word.endswith("s") and (before == "they" or before.lower() in lexicon.group_nouns)
        if not (past or base or (subject and word.endswith("s"))) or (strength == "weak" and not subject):
            continue
        nearby = range(max(0, i - 4), min(len(words), i + 2))
        if not any(j != i and _first_person(words, j) for j in nearby):
            return i
    return None


def _is_prose(paragraph: _Paragraph) -> bool:
    """Whether a paragraph may be somebody's words: sentences without a quotation, label, dateline or list in them."""
    text = paragraph.text
    least = 3 if paragraph.first_person else 5
    if paragraph.kind != "paragraph" or paragraph.words < least or paragraph.quoted >= _LONG_MARKED:
        return False
    opens = text[0].isupper() or text[0] in "[(…0123456789"
    if not opens or text.rstrip(_TRAILING)[-1:] not in tuple(_SENTENCE_ENDS):
        return False
    words = [word for sentence in paragraph.sentences for word in sentence]
    if sum(word[0].islower() for word in words) < 0.45 * len(words):
        return False
    dateline = len(words[0]) > 3 and words[0].isupper() and any(f" {dash} " in text[:45] for dash in DASHES)
    return not dateline


def _edited(text: str) -> bool:
    """Whether an editor has put something in brackets into the words: "[are]", "[…]", "[sic]"."""
    start = text.find("[")
    return start >= 0 and text[start + 1 : start + 2] not in ("", *"0123456789") and "]" in text[start : start + 60]


# --- lead-ins -------------------------------------------------------------------------------------------------------


def _without_colon(text: str) -> str | None:
    """A paragraph without the colon that it ends in, None where it ends in none."""
    stripped = text.rstrip(_EDGES.replace(":", "") + " ") if text[-1:] in DASHES else text
    return stripped[:-1] if stripped.endswith(":") else None


def _announces(words: Sequence[str], lexicon: Lexicon) -> bool:
    """Whether a sentence that ends in a colon says that somebody's words follow, and not a list."""
    addressed = any(word.lower().partition("'")[0] in ("you", "your", "we", "our") for word in words)
    return (
        len(words) > 1
        and not addressed
        and any(
            _announcing_verb(words, i, lexicon) or _announcing_noun(words, i, lexicon)
            for i in range(max(0, len(words) - 20), len(words))
        )
    )


def _announcing_verb(words: Sequence[str], i: int, lexicon: Lexicon) -> bool:
    word = words[i]
    known = _strength(word, lexicon) == "strong" or any(lemma in _ANNOUNCING_WEAK for lemma in verb_lemmas(word))
    before = words[i - 1].lower() if i else ""
    if before == "to" and i > 1 and words[i - 2].lower() in ("this", "following"):
        before = ""
    if i == 0 or not word.islower() or not known or before in (*_NOT_VERB_AFTER, "also", "to", "please"):
        return False
    rest = [later.lower() for later in words[i + 1 :]]
    if "following" in rest:
        after = rest[rest.index("following") + 1 :]
        if after and after[0] not in _UTTERANCES and after[0] not in _AFTER_VERB:
            return False
    elif rest and rest[0] not in _AFTER_VERB and not words[i + 1][0].isupper() and "tell" not in verb_lemmas(word):
        return False
    plain = not _FINITE.intersection(rest) and not _NUMERALS.intersection(rest) and "that" not in rest[:-1]
    return plain and len(rest) <= 14


def _announcing_noun(words: Sequence[str], i: int, lexicon: Lexicon) -> bool:
    if words[i].lower() not in _UTTERANCES:
        return False
    rest = [later.lower() for later in words[i + 1 :]]
    if len(rest) > 10 or _FINITE.intersection(rest[:-1]) or _NUMERALS.intersection(rest):
        return False
    last = words[-1]
    people = last.lower() in lexicon.group_nouns or last.lower() in _AFTER_VERB
    return not rest or last[0].isupper() or people or last.lower() in ("is", "was") or not last.endswith("s")


def _points_ahead(words: Sequence[str], lexicon: Lexicon) -> bool:
    """Whether a sentence without a colon announces the words that follow: "… framed the balance this way."."""
    tail = tuple(word.lower() for word in words[-3:])
    pointer = any(tail[-len(pair) :] == pair for pair in _POINTERS) and not _has_first_person(words)
    verbs = {lemma for word in words[:-2] for lemma in verb_lemmas(word)}
    speech = verbs & (_UTTERANCES | {"put", "frame", "describe", "express", "sum", "word", "have", "had"})
    return pointer and bool(speech or any(_strength(word, lexicon) == "strong" for word in words[1:-2]))


def _speaks(words: Sequence[str], lexicon: Lexicon) -> bool:
    """Whether a sentence has a reporting verb or a noun of speech anywhere."""
    return any(
        _strength(word, lexicon) or word.lower() in lexicon.speech_nouns or word.lower() in lexicon.document_nouns
        for word in words[1:]
    )


def _tells_of_speech(words: Sequence[str], lexicon: Lexicon) -> bool:
    """Whether a sentence says that somebody spoke: "Ferrand praised", "describing it as", "in her letter"."""
    if len(words) < 6:
        return False
    for i in range(1, len(words)):
        near = words[max(0, i - 4) : i]
        verb = _strength(words[i], lexicon) if words[i].islower() and near[-1] not in _NOT_VERB_AFTER else None
        if verb and any(_is_subject(word, lexicon) for word in (near if verb == "strong" else near[-1:])):
            return True
        if verb and words[i].endswith("ing") and words[i + 1 : i + 2] in (("it",), ("this",), ("that",), ("them",)):
            return True
        noun = words[i] in lexicon.speech_nouns or words[i] in lexicon.document_nouns
        if noun and any(word in ("his", "her", "their", "in") or word.endswith("'s") for word in near):
            return True
    return False


def _is_subject(word: str, lexicon: Lexicon) -> bool:
    """Whether a word may be the subject of a reporting verb: a name, a pronoun, a person, a body, a document."""
    if word[0].isupper():
        return word.lower() not in _NOT_VERB_AFTER and word.lower() != "it"
    nouns = (lexicon.group_nouns, lexicon.roles, lexicon.person_nouns, lexicon.org_nouns, lexicon.document_nouns)
    return word in ("he", "she", "they", "who") or any(word in known for known in nouns)


def _names_subject(lead_in: Sequence[str], paragraph: _Paragraph, lexicon: Lexicon) -> bool:
    """Whether a paragraph speaks of whom its lead-in names before the verb: then it is about that person."""
    said = next((i for i, word in enumerate(lead_in) if i and _strength(word, lexicon) == "strong"), len(lead_in))
    capitalised = (w.removesuffix("'s") for w in lead_in[:said] if w[0].isupper() and len(w) > 2)
    names = {word for word in capitalised if word.lower() not in (*_NOT_VERB_AFTER, "in", "on", "speaking")}
    return any(word.removesuffix("'s") in names for sentence in paragraph.sentences for word in sentence)


def _under_lead_ins(paragraphs: Sequence[_Paragraph], lexicon: Lexicon) -> Iterator[tuple[int, Displayed]]:
    for i, lead in enumerate(paragraphs[:-1]):
        following = i + 1
        paragraph = paragraphs[following]
        if lead.kind not in ("paragraph", "item") or not lead.sentences or not _is_prose(paragraph):
            continue
        if _without_colon(lead.text) is not None:
            fits = _fits_colon(lead, paragraph, lexicon)
        else:
            ends = lead.text[-1:] == "."
            fits = ends and not paragraph.narrated and _points_ahead(lead.sentences[-1], lexicon)
        if not fits:
            continue
        displayed = Displayed(paragraph.start, paragraph.end, "lead-in", lead_in=lead.last, turn=following)
        yield following, displayed
        for j in range(following + 1, min(following + 1 + _MOST_CONTINUATIONS, len(paragraphs))):
            later = paragraphs[j]
            if not (paragraph.first_person and later.first_person and _is_prose(later)) or later.narrated:
                break
            yield j, replace(displayed, start=later.start, end=later.end)


def _fits_colon(lead: _Paragraph, paragraph: _Paragraph, lexicon: Lexicon) -> bool:
    words = lead.sentences[-1]
    clearly = {paragraph.reports[0], paragraph.reports[-1]} != {None} or any((at or 9) < 4 for at in paragraph.reports)
    if clearly or (paragraph.narrated and not paragraph.first_person):
        return False
    if _announces(words, lexicon):
        return paragraph.first_person or not _names_subject(words, paragraph, lexicon)
    lists = _FINITE.intersection(word.lower() for word in words[-2:])
    speaks = _speaks(words, lexicon) and not _has_first_person(words) and not lists
    return speaks and (paragraph.first_person or _edited(paragraph.text))


# --- transcripts ----------------------------------------------------------------------------------------------------


def _transcript(text: str, paragraphs: Sequence[_Paragraph], lexicon: Lexicon) -> Iterator[tuple[int, Displayed]]:
    labelled: dict[str, list[int]] = {}
    for i, paragraph in enumerate(paragraphs):
        if paragraph.label:
            labelled.setdefault(text[slice(*paragraph.label)], []).append(i)
    running = Counter(word for p in paragraphs if not p.label for sentence in p.sentences for word in sentence)
    answering = {
        label for label, indices in labelled.items()
        if _is_speaker(label, indices, paragraphs, running, lexicon) and not _asks(indices, paragraphs)
    }  # fmt: skip
    turn: int | None = None
    pending = 0
    lasts = [indices[-1] for indices in labelled.values()]
    last_label = max(lasts, default=-1)
    for i, paragraph in enumerate(paragraphs):
        if paragraph.label:
            turn = i if text[slice(*paragraph.label)] in answering else None
            pending = 0
            if paragraph.kind == "speaker_label":
                continue
        if turn is None or paragraph.kind not in ("paragraph", "item") or not paragraph.text:
            continue
        continued = not paragraph.label and pending > 0
        pending += 1
        out_of_turn = continued and (paragraph.narrated or (i > last_label and not paragraph.first_person))
        if out_of_turn or paragraph.quoted >= max(_LONG_MARKED, paragraph.words):
            turn = None if out_of_turn else turn
            continue
        yield i, Displayed(paragraph.start, paragraph.end, "transcript", label=paragraphs[turn].label, turn=turn)


def _asks(indices: Sequence[int], paragraphs: Sequence[_Paragraph]) -> bool:
    """Whether the paragraphs of a label are mostly questions: the interviewer's."""
    questions = sum(paragraphs[i].text.rstrip(_TRAILING).endswith("?") for i in indices)
    return 2 * questions > len(indices)


def _is_speaker(
    label: str, indices: Sequence[int], paragraphs: Sequence[_Paragraph], running: Mapping[str, int], lexicon: Lexicon
) -> bool:
    """Whether a recurring label is a person's: "A" with answers in the first person, a name, initials, an office."""
    if label in ("Q", "A"):
        answers = [paragraphs[i] for i in indices]
        return label == "A" and 3 * sum(answer.first_person for answer in answers) >= len(answers)
    words = label.split()
    if len(indices) < 2 and not any(word in lexicon.given_names for word in words):
        return False
    named = words[0].capitalize() in lexicon.given_names or words[0].lower().rstrip(".") in lexicon.honorifics
    initials = len(words) == 1 and label.isupper() and 2 <= len(label) <= 4
    spoken = sum(paragraphs[i].first_person for i in indices) * 3 >= len(indices)
    return named or label.lower() in lexicon.roles or (spoken and (initials or running[words[-1].capitalize()] > 0))


# --- credits --------------------------------------------------------------------------------------------------------


def _above_credits(
    text: str, paragraphs: Sequence[_Paragraph], people: Set[tuple[int, int]], lexicon: Lexicon
) -> Iterator[tuple[int, Displayed]]:
    for i in range(1, len(paragraphs)):
        above, below = paragraphs[i - 1], paragraphs[i]
        if below.kind != "credit" or not _is_prose(above) or above.narrated or above.words > _MOST_WORDS_IN_PULL_QUOTE:
            continue
        name = _name_part(text, below.start, below.end)
        if name is None:
            continue
        known = name in people or _is_person(text[slice(*name)], lexicon)
        ends_text = i + 1 + (paragraphs[i + 1].kind == "credit" if i + 1 < len(paragraphs) else 0) >= len(paragraphs)
        if known and (above.first_person or not ends_text):
            yield i - 1, Displayed(above.start, above.end, "credit", credit=name, turn=i - 1)


def _is_person(name: str, lexicon: Lexicon) -> bool:
    """Whether a credit's name is a person's: a given name or surname in it, an honorific or an office before it."""
    words = name.split()
    lowered = [word.lower().rstrip(".") for word in words]
    return len(words) > 1 and (
        any(word in lexicon.given_names or word in lexicon.surname_first for word in words)
        or lowered[0] in lexicon.honorifics
        or lowered[0] in lexicon.office_abbreviations
        or lowered[0] in lexicon.roles
    )


def _name_part(text: str, start: int, end: int) -> tuple[int, int] | None:
    """The names in a credit: the words up to a comma, bracket or line break, if all of them are capitalised."""
    while start < end and (text[start].isspace() or text[start] in DASHES + "~*"):
        start += 1
    if end - start > _LONGEST_CREDIT:
        return None
    stop = min((at for mark in ",(|\n;" if (at := text.find(mark, start, end)) >= 0), default=end)
    stop = start + len(text[start:stop].rstrip(" \t\r" + DASHES))
    words = text[start:stop].rstrip(".").split()
    if not words or len(words) > _MOST_WORDS_IN_NAME or words[0][0].islower():
        return None
    named = all(word in _PARTICLES or word[0].isupper() or word[0] in "‘’'“\"@" for word in words)
    possessive = any(word.endswith(("’s", "'s")) for word in words)
    if not named or possessive or not words[0][0].isalnum() or words[0][0].isdecimal():
        return None
    ends_sentence = text[stop - 1] == "." and len(words[-1]) > 3
    return start, stop - ends_sentence


def find_credits(
    text: str, blocks: Sequence[Block], marked: Sequence[MarkedSpan], lexicon: Lexicon
) -> dict[int, tuple[int, int]]:
    """Find the credits of marked quotations: `“…”` above `— Name, Title`, and `"…" -Commissioner Name`.

    Args:
        text: any text.
        blocks: its blocks, from `layout.find_blocks`.
        marked: its stretches in quotation marks, from `marks.find_marked`.
        lexicon: the word lists.

    Returns:
        The (start, end) of the names, with the titles before them, by index into `marked`; a quotation of several
        paragraphs has its credit at each of them.
    """
    found: dict[int, tuple[int, int]] = {}
    last_prose = max((i for i, block in enumerate(blocks) if block.kind in ("paragraph", "item")), default=-1)
    for i, block, indices in _outer_by_block(blocks, marked):
        closing = marked[indices[-1]]
        alone = _nothing_beside(text, block, indices, marked)
        tail = text[closing.end : block.end].strip()
        name = None
        if tail and tail[0] in DASHES and len(text[closing.start : closing.end].split()) > 2:
            name = _name_part(text, closing.end, block.end)
        elif alone and not tail.strip(".,") and i + 1 < len(blocks) and blocks[i + 1].kind == "credit":
            name = _name_part(text, blocks[i + 1].start, blocks[i + 1].end)
        if name is None:
            continue
        source = text[slice(*name)]
        believed = alone and i < last_prose and (" " in source or not source.isupper())
        if believed or _is_person(source, lexicon):
            found.update(dict.fromkeys(indices if alone else indices[-1:], name))
    turns = {marked[index].turn: name for index, name in found.items() if marked[index].end - marked[index].start > 20}
    for index, span in enumerate(marked):
        if span.depth == 0 and span.turn in turns:
            found.setdefault(index, turns[span.turn])
    return found


def find_lead_ins(
    text: str, blocks: Sequence[Block], marked: Sequence[MarkedSpan], lexicon: Lexicon
) -> dict[int, tuple[int, int]]:
    """Find the lead-ins of marked quotations that stand alone in list items or a paragraph below one.

    A lead-in is a paragraph or item that ends in a colon. All items up to the next other block share it; of
    paragraphs, only the one right below it and those that continue the same utterance.

    Args:
        text: any text.
        blocks: its blocks, from `layout.find_blocks`.
        marked: its stretches in quotation marks, from `marks.find_marked`.
        lexicon: the word lists.

    Returns:
        The (start, end) of the sentence that ends in the colon, by index into `marked`.
    """
    alone = {
        i: indices
        for i, block, indices in _outer_by_block(blocks, marked)
        if _stands_alone(text, block, indices, marked)
    }
    found: dict[int, tuple[int, int]] = {}
    lead_in: tuple[int, int] | None = None
    turn: int | None = None
    first = False
    for i, block in enumerate(blocks):
        indices = alone.get(i, [])
        continues = first or block.kind == "item" or (turn is not None and indices and marked[indices[0]].turn == turn)
        if _without_colon(text[block.start : block.end]) is not None and block.kind in ("paragraph", "item"):
            *_, lead_in = _sentences(text[block.start : block.end], block.start, lexicon)
            first, turn = True, None
            continue
        if block.kind == "caption":
            continue
        if not continues or (block.kind != "item" and not indices):
            lead_in, turn = None, None
        if lead_in is not None and indices:
            found.update(dict.fromkeys(indices, lead_in))
            turn = marked[indices[-1]].turn
        first = False
    return found


def _outer_by_block(blocks: Sequence[Block], marked: Sequence[MarkedSpan]) -> Iterator[tuple[int, Block, list[int]]]:
    """The blocks that hold stretches in marks, with the indices of those nested in no other."""
    position = 0

    def block_of(index: int) -> int:
        nonlocal position
        while position + 1 < len(blocks) and blocks[position].end <= marked[index].start:
            position += 1
        return position

    outer = (index for index, span in enumerate(marked) if span.depth == 0)
    for at, indices in groupby(outer, key=block_of):
        yield at, blocks[at], list(indices)


def _nothing_beside(text: str, block: Block, indices: Sequence[int], marked: Sequence[MarkedSpan]) -> bool:
    """Whether no words stand before and between the quotations of a block; a bullet or number may stand before."""
    before = text[block.start : marked[indices[0]].start]
    numbered = block.kind == "item" and len(before) <= 6
    between = (text[marked[a].end : marked[b].start] for a, b in pairwise(indices))
    return (numbered or not any(character.isalnum() for character in before[:80])) and not any(
        character.isalnum() for gap in between for character in gap
    )


def _stands_alone(text: str, block: Block, indices: Sequence[int], marked: Sequence[MarkedSpan]) -> bool:
    """Whether a block holds nothing but quotations and, after them, a source in brackets."""
    after = text[marked[indices[-1]].end : block.end].strip(" .,;")
    bracketed = len(after) <= 60 and after[:1] == "(" and after[-1:] == ")"
    return (not after or bracketed) and _nothing_beside(text, block, indices, marked)


# --- words that nothing announces -----------------------------------------------------------------------------------


def _unannounced(
    paragraphs: Sequence[_Paragraph], lexicon: Lexicon, found: Mapping[int, Displayed]
) -> Iterator[tuple[int, Displayed]]:
    """Pull quotes in a text that uses no marks: short, in the first person, after a report of somebody's words.

    Where the text displays others, a lone sentence in the present tense after "In a statement, …" is one as well.
    """
    prose = [paragraph for paragraph in paragraphs if paragraph.kind in ("paragraph", "item")]
    if any(paragraph.quoted >= _LONG_MARKED for paragraph in prose):
        return
    own = [i for i, paragraph in enumerate(paragraphs) if paragraph.first_person and i not in found]
    displayed = {i: i for i in own if _is_first_person_pull_quote(paragraphs, i, lexicon)}
    if len(displayed) < len(own) or 3 * len(own) > len(prose):
        return
    lone = sum(len(paragraph.sentences) == 1 for paragraph in prose)
    if (displayed or found) and 2 * lone <= len(prose) + len(displayed) + len(found):
        displayed |= {i: i for i in range(1, len(paragraphs)) if _is_lone_pull_quote(paragraphs, i, lexicon)}
    for i in displayed:
        above, quote = paragraphs[i - 1], paragraphs[i]
        yield i, Displayed(quote.start, quote.end, "pull quote", lead_in=(above.start, above.end), turn=i)


def _follows_report(paragraphs: Sequence[_Paragraph], i: int, lexicon: Lexicon) -> bool:
    above = paragraphs[i - 1] if i else None
    plain = above is not None and above.kind == "paragraph" and not above.first_person and above.text[-1:] != "?"
    return plain and above is not None and any(_tells_of_speech(sentence, lexicon) for sentence in above.sentences[-2:])


def _is_first_person_pull_quote(paragraphs: Sequence[_Paragraph], i: int, lexicon: Lexicon) -> bool:
    quote = paragraphs[i]
    short = quote.words <= _MOST_WORDS_WITHOUT_LEAD_IN and len(quote.sentences) <= _MOST_SENTENCES_WITHOUT_LEAD_IN
    if not short or not _is_prose(quote) or quote.sentences[0][0].lower() in _CONNECTIVES:
        return False
    narrated = any(_reports_at(sentence, lexicon, weak=True) is not None for sentence in quote.sentences)
    return not narrated and _follows_report(paragraphs, i, lexicon)


def _is_lone_pull_quote(paragraphs: Sequence[_Paragraph], i: int, lexicon: Lexicon) -> bool:
    quote, above = paragraphs[i], paragraphs[i - 1]
    if not _is_prose(quote) or len(quote.sentences) != 1 or quote.narrated or quote.words > 45:
        return False
    words = [word.lower() for word in quote.sentences[0]]
    if words[0] in _CONNECTIVES:
        return False
    third = {"he", "she", "they", "his", "her", "their", "him", "them", "was", "were", "had", "did"}.intersection(words)
    tensed = any(word.endswith("ed") or word[0].isdecimal() for word in quote.sentences[0] if word[0].islower())
    announced = any(_in_a_statement(sentence, lexicon) for sentence in above.sentences[-2:])
    return not third and not tensed and announced and len(above.sentences) > 1 and above.kind == "paragraph"


def _in_a_statement(words: Sequence[str], lexicon: Lexicon) -> bool:
    lowered = [word.lower() for word in words]
    nouns = lexicon.speech_nouns | lexicon.document_nouns
    return any(
        lowered[i] in ("in", "as") and lowered[i + 1] in ("a", "an", "the", "its", "his", "her", "their")
        and nouns.intersection(lowered[i + 2 : i + 5])
        for i in range(len(lowered) - 2)
    )  # fmt: skip
