"""The word lists that attribution is built on, read once from `quoteminer/data/*.txt` into a frozen `Lexicon`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Literal

from quoteminer.errors import FormatError, ModelError

Strength = Literal["strong", "weak"]
Gender = Literal["male", "female"]

_DATA = Path(__file__).parent / "data"
_GENDERS: tuple[Gender, ...] = ("male", "female")


@dataclass(frozen=True, slots=True)
class Pronoun:
    """What a personal pronoun says of its referent: `person` 1 to 3; `number`, `gender` where the form shows them."""

    person: int
    number: Literal["singular", "plural"] | None
    gender: Literal["male", "female", "neuter"] | None


_PRONOUNS = {
    "first singular": Pronoun(1, "singular", None),
    "first plural": Pronoun(1, "plural", None),
    "second": Pronoun(2, None, None),
    "third male": Pronoun(3, "singular", "male"),
    "third female": Pronoun(3, "singular", "female"),
    "third neuter": Pronoun(3, "singular", "neuter"),
    "third plural": Pronoun(3, "plural", None),
}


@dataclass(frozen=True, slots=True, eq=False)
class Lexicon:
    """Word lists as read-only sets and mappings.

    Common words are lower-case lemmas (nouns in the singular). Honorifics and suffixes of names and organisations are
    lower-case without full stops ("lt col", "ph.d." is "phd"). Proper names and the adjectives of countries are spelt
    as in running text ("Chinese", "Kremlin", "Nguyen"). Entries of several words have one space between them.

    Attributes:
        reporting_verbs: verb lemma to "strong" (it reports a statement wherever it stands: say) or "weak" (only with a
            quotation beside it: smile, call).
        phrasal_verbs: the same for a verb lemma with its particles ("point out", "go on").
        phrasal_heads: the verb lemmas that `phrasal_verbs` begin with.
        light_verbs: verbs that report together with a noun of speech (issue a statement).
        speech_nouns: acts and pieces of saying: statement, post, interview.
        document_nouns: what can be the source itself: report, readout, indictment.
        honorifics: Mr, Dr, Datuk Seri, Lt Col; ranks and clergy too, offices not (those are roles).
        honorific_ends: their last words.
        honorific_gender: the honorifics that show a gender.
        office_abbreviations: short form before a name to the office: "sen" to "senator".
        roles: offices, jobs and capacities: minister, chief executive, striker, resident.
        kinship: mother, widow, son-in-law.
        person_nouns: other nouns for one person: man, neighbour, survivor.
        role_ends: the last words of roles, kin and person nouns.
        noun_gender: the roles, kin and person nouns that show a gender.
        group_nouns: nouns that name several people, as they stand: officials, police, analysts.
        org_nouns: head nouns of organisations: ministry, court, club.
        organisation_suffixes: inc, ltd, sdn bhd.
        place_nouns: province, city, river.
        demonyms: adjective, inhabitant or abbreviation to the country or region: "Chinese" to "China".
        capitals: capital or seat of a government to the country: "Beijing" to "China", "Kremlin" to "Russia".
        given_names: given name to its gender, only where it is clearly one gender's.
        surname_first: Chinese, Korean, Vietnamese and Cambodian surnames, which stand before the given name.
        name_particles: de, van, bin, al.
        suffixes: jr, iii, phd, mp.
        nicknames: short form to the full forms it may stand for: "Bill" to ("William",).
        title_cues: words before the title of a work, law or operation in marks: film, entitled.
        term_cues: words before a term, nickname or slogan in marks: so-called, the phrase.
        pronouns: personal pronouns with their possessive and reflexive forms.
        relative_pronouns: who, whom, which.
        indefinite_pronouns: someone, many, both.
        demonstrative_pronouns: this, those.
    """

    reporting_verbs: Mapping[str, Strength]
    phrasal_verbs: Mapping[str, Strength]
    phrasal_heads: frozenset[str]
    light_verbs: frozenset[str]
    speech_nouns: frozenset[str]
    document_nouns: frozenset[str]
    honorifics: frozenset[str]
    honorific_ends: frozenset[str]
    honorific_gender: Mapping[str, Gender]
    office_abbreviations: Mapping[str, str]
    roles: frozenset[str]
    kinship: frozenset[str]
    person_nouns: frozenset[str]
    role_ends: frozenset[str]
    noun_gender: Mapping[str, Gender]
    group_nouns: frozenset[str]
    org_nouns: frozenset[str]
    organisation_suffixes: frozenset[str]
    place_nouns: frozenset[str]
    demonyms: Mapping[str, str]
    capitals: Mapping[str, str]
    given_names: Mapping[str, Gender]
    surname_first: frozenset[str]
    name_particles: frozenset[str]
    suffixes: frozenset[str]
    nicknames: Mapping[str, tuple[str, ...]]
    title_cues: frozenset[str]
    term_cues: frozenset[str]
    pronouns: Mapping[str, Pronoun]
    relative_pronouns: frozenset[str]
    indefinite_pronouns: frozenset[str]
    demonstrative_pronouns: frozenset[str]

    def gender_of_name(self, name: str) -> Gender | None:
        """The gender that the given name in `name` suggests: a soft signal, None where it suggests none.

        `name` is a given name or a full name without honorifics; "Xi Jinping" is read surname first.

        >>> load_lexicon().gender_of_name("Mary-Jane Smith")
        'female'
        """
        words = name.split()
        if len(words) > 1 and words[0] in self.surname_first:
            words = words[1:]
        if not words:
            return None
        given = words[0].capitalize() if words[0].isupper() else words[0]
        return self.given_names.get(given) or self.given_names.get(given.partition("-")[0])

    def kind_of_source(self, lemma: str, form: str) -> str | None:
        """What sort of source a noun names, by its lemma and form in lower case; None for no source.

        One of "person", "group", "organisation", "document", "place".
        """
        if lemma in self.roles or lemma in self.person_nouns or lemma in self.kinship:
            return "person"
        if form in self.group_nouns or lemma in self.group_nouns:
            return "group"
        if lemma in self.org_nouns:
            return "organisation"
        if lemma in self.document_nouns or lemma in self.speech_nouns:
            return "document"
        if lemma in self.place_nouns:
            return "place"
        return None

    def __reduce__(self) -> tuple[object, ...]:
        values = (getattr(self, field.name) for field in fields(self))
        return _lexicon_from_plain, tuple(dict(value) if isinstance(value, Mapping) else value for value in values)


def _lexicon_from_plain(*values: object) -> Lexicon:
    return Lexicon(*(MappingProxyType(value) if isinstance(value, dict) else value for value in values))  # type: ignore[arg-type]


@cache
def load_lexicon() -> Lexicon:
    """The lexicon that ships with the library, read on the first call and shared by all later ones.

    Raises:
        ModelError: a word list is missing from the installation.
        FormatError: a word list is damaged; the message names the file and the line.
    """
    return read_lexicon(_DATA)


def read_lexicon(folder: Path) -> Lexicon:
    """Reads word lists of the shipped form from another folder.

    Raises:
        ModelError: a file is missing or unreadable.
        FormatError: a line that the format does not allow; the message names the file and the line.
    """
    verbs = _read(folder / "verbs.txt", "strong", "weak", "phrasal strong", "phrasal weak", "light")
    speech = _read(folder / "speech.txt", "speech", "documents")
    honorifics = _read(folder / "honorifics.txt", "honorifics", "male", "female", "offices =")
    persons = _read(
        folder / "persons.txt",
        *(name + gender for name in ("kinship", "persons") for gender in ("", " male", " female")),
        "groups",
    )
    roles = _read(folder / "roles.txt", "roles", "male", "female")
    given = _read(folder / "given_names.txt", "male", "female", lower=False)
    parts = _read(folder / "names.txt", "surname first", "particles", "suffixes", "nicknames =", lower=False)
    organisations = _read(folder / "organisations.txt", "nouns", "suffixes")
    places = _read(folder / "places.txt", "nouns", "demonyms =", "capitals =", lower=False)
    titles = frozenset().union(*(honorifics[name] for name in ("honorifics", "male", "female")))
    kinship = frozenset().union(*(persons[name] for name in ("kinship", "kinship male", "kinship female")))
    person_nouns = frozenset().union(*(persons[name] for name in ("persons", "persons male", "persons female")))
    offices = frozenset().union(*roles.values())
    works = _read(folder / "works.txt", "title cues", "term cues")
    pronouns = _read(folder / "pronouns.txt", *_PRONOUNS, "relative", "indefinite", "demonstrative")
    return Lexicon(
        reporting_verbs=MappingProxyType(_strengths(verbs["strong"], verbs["weak"])),
        phrasal_verbs=MappingProxyType(_strengths(verbs["phrasal strong"], verbs["phrasal weak"])),
        phrasal_heads=frozenset(
            entry.split()[0] for name in ("phrasal strong", "phrasal weak") for entry in verbs[name]
        ),
        light_verbs=frozenset(verbs["light"]),
        speech_nouns=frozenset(speech["speech"]),
        document_nouns=frozenset(speech["documents"]),
        honorifics=titles,
        honorific_ends=_ends(titles),
        honorific_gender=MappingProxyType(_genders(honorifics)),
        office_abbreviations=MappingProxyType(honorifics["offices"]),
        roles=offices,
        kinship=kinship,
        person_nouns=person_nouns,
        role_ends=_ends(offices | kinship | person_nouns),
        noun_gender=MappingProxyType(
            _genders(roles) | _genders(persons, prefix="kinship ") | _genders(persons, prefix="persons ")
        ),
        group_nouns=frozenset(persons["groups"]),
        org_nouns=frozenset(organisations["nouns"]),
        organisation_suffixes=frozenset(organisations["suffixes"]),
        place_nouns=frozenset(places["nouns"]),
        demonyms=MappingProxyType(places["demonyms"]),
        capitals=MappingProxyType(places["capitals"]),
        given_names=MappingProxyType(_genders(given)),
        surname_first=frozenset(parts["surname first"]),
        name_particles=frozenset(parts["particles"]),
        suffixes=frozenset(parts["suffixes"]),
        nicknames=MappingProxyType({short: tuple(full.split(", ")) for short, full in parts["nicknames"].items()}),
        title_cues=frozenset(works["title cues"]),
        term_cues=frozenset(works["term cues"]),
        pronouns=MappingProxyType({form: value for name, value in _PRONOUNS.items() for form in pronouns[name]}),
        relative_pronouns=frozenset(pronouns["relative"]),
        indefinite_pronouns=frozenset(pronouns["indefinite"]),
        demonstrative_pronouns=frozenset(pronouns["demonstrative"]),
    )


def _ends(entries: frozenset[str]) -> frozenset[str]:
    """The last words of entries, and what stands behind their last hyphen, at which a tokenizer may cut."""
    return frozenset(end for entry in entries for end in (entry.split()[-1], entry.rpartition("-")[2]))


def _strengths(strong: Mapping[str, str], weak: Mapping[str, str]) -> dict[str, Strength]:
    strengths: dict[str, Strength] = dict.fromkeys(weak, "weak")
    return strengths | dict.fromkeys(strong, "strong")


def _genders(sections: Mapping[str, Mapping[str, str]], prefix: str = "") -> dict[str, Gender]:
    return {entry: gender for gender in _GENDERS for entry in sections[prefix + gender]}


def _read(path: Path, *names: str, lower: bool = True) -> dict[str, dict[str, str]]:
    """The sections of one word list, each a dict of its entries; a name that ends in " =" wants `key = value` lines."""
    try:
        lines = path.read_text(encoding="utf-8").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        raise ModelError(f"cannot read the word list {path}: {error}; reinstall quoteminer") from error
    if not lines[0].startswith("# Title: ") or not any(line.startswith("# Licence: ") for line in lines[:8]):
        raise FormatError(f"{path}, line 1: a word list starts with '# Title: ' and '# Licence: ' lines")
    paired = {name.removesuffix(" ="): name.endswith(" =") for name in names}
    sections: dict[str, dict[str, str]] = {}
    section: dict[str, str] | None = None
    pairs = False
    for number, line in enumerate(lines, start=1):
        if not line or line.startswith("#"):
            continue
        if line.startswith("["):
            name = line[1:-1]
            if line[-1] != "]" or name not in paired or name in sections:
                raise FormatError(
                    f"{path}, line {number}: {line!r} is not one of the sections {', '.join(paired)}, once each"
                )
            section, pairs = sections.setdefault(name, {}), paired[name]
            continue
        key, separator, value = line.partition(" = ") if pairs else (line, "", "")
        problem = ""
        if section is None:
            problem = "stands before the first [section]"
        elif " ".join(line.split()) != line:
            problem = "has spaces that do not belong there"
        elif pairs and not (separator and key and value):
            problem = "is not of the form 'key = value'"
        elif lower and line != line.lower():
            problem = "is not lower case"
        elif key in section:
            problem = "stands twice in its section"
        else:
            section[key] = value
        if problem:
            raise FormatError(f"{path}, line {number}: {line!r} {problem}")
    if missing := paired.keys() - sections.keys():
        raise FormatError(f"{path}, line {len(lines)}: the file ends without the section [{min(missing)}]")
    return sections
