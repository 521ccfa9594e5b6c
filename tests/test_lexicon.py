"""The word lists: what they hold, that nobody can change them, and what a damaged file says."""

import copy
import pickle
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Mapping
from dataclasses import FrozenInstanceError, fields
from pathlib import Path

import pytest

from quoteminer import lexicon as module
from quoteminer.errors import FormatError, ModelError
from quoteminer.lexicon import Lexicon, Pronoun, load_lexicon, read_lexicon

DATA = Path(module.__file__).parent / "data"
FILES = sorted(DATA.glob("*.txt"))

LOWER_CASE = [
    "reporting_verbs", "phrasal_verbs", "phrasal_heads", "light_verbs", "speech_nouns", "document_nouns", "honorifics",
    "honorific_ends", "honorific_gender", "office_abbreviations", "roles", "kinship", "person_nouns", "role_ends",
    "noun_gender", "group_nouns",
    "org_nouns", "organisation_suffixes", "place_nouns", "name_particles", "suffixes", "title_cues", "term_cues",
    "pronouns", "relative_pronouns", "indefinite_pronouns", "demonstrative_pronouns",
]  # fmt: skip
AS_WRITTEN = {"demonyms", "capitals", "given_names", "surname_first", "nicknames"}

MEMBERS = {
    "light_verbs": ["issue", "release", "make"],
    "speech_nouns": ["statement", "press release", "post", "remark", "testimony", "communiqué"],
    "document_nouns": ["readout", "report", "indictment", "joint communique", "editorial"],
    "honorifics": ["mr", "dr", "datuk seri", "tan sri", "dato'", "lt col", "barrister", "engr", "u", "daw"],
    "roles": ["president", "chief executive officer", "striker", "spokesman", "managing director", "resident", "actor"],
    "kinship": ["mother", "widow", "son-in-law", "sibling"],
    "person_nouns": ["man", "survivor"],
    "role_ends": ["officer", "director", "son-in-law", "law", "survivor"],
    "group_nouns": ["officials", "police", "analysts", "health officials"],
    "org_nouns": ["ministry", "court", "think tank", "club"],
    "organisation_suffixes": ["inc", "ltd", "plc", "sdn bhd", "gmbh"],
    "place_nouns": ["province", "river", "city"],
    "surname_first": ["Xi", "Kim", "Nguyen", "Nguyễn", "Lai", "Cho", "Hun"],
    "name_particles": ["de", "van", "bin", "al", "ibn", "von"],
    "suffixes": ["jr", "iii", "phd", "mp", "sc"],
    "title_cues": ["film", "podcast", "entitled", "song"],
    "term_cues": ["so-called", "nicknamed", "the phrase", "aka", "slogan"],
    "relative_pronouns": ["who"],
    "indefinite_pronouns": ["someone"],
    "demonstrative_pronouns": ["those"],
}  # fmt: skip

VALUES = {
    "reporting_verbs": {"say": "strong", "tweet": "strong", "aver": "strong", "opine": "strong", "underscore": "strong",
                        "smile": "weak", "call": "weak", "urge": "weak", "criticise": "weak", "criticize": "weak"},
    "phrasal_verbs": {"point out": "strong", "go on": "weak", "hit back": "strong"},
    "honorific_gender": {"mr": "male", "mrs": "female", "smt": "female", "ibu": "female", "pak": "male"},
    "office_abbreviations": {"sen": "senator", "gov": "governor"},
    "noun_gender": {"spokeswoman": "female", "chairman": "male", "king": "male", "actress": "female",
                    "mother": "female", "schoolboy": "male", "widow": "female"},
    "demonyms": {"Chinese": "China", "US": "United States", "U.S.": "United States", "British": "United Kingdom"},
    "capitals": {"Beijing": "China", "Washington": "United States", "Kremlin": "Russia",
                 "Downing Street": "United Kingdom"},
    "given_names": {"Bonny": None, "Donald": "male", "María": "female", "Maria": "female", "José": "male",
                    "Jose": "male", "Kazuhiro": "male", "Leslie": None, "Ngozi": "female",
                    "Volodymyr": "male", "Nicola": None},
    "nicknames": {"Bill": ("William",), "Joe": ("Joseph",), "Bob": ("Robert",)},
    "pronouns": {"she": Pronoun(3, "singular", "female"), "we": Pronoun(1, "plural", None),
                 "its": Pronoun(3, "singular", "neuter"), "who": None},
}  # fmt: skip


@pytest.fixture(scope="module")
def lexicon() -> Lexicon:
    return load_lexicon()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return shutil.copytree(DATA, tmp_path / "data")


def test_every_field_is_filled(lexicon):
    assert all(len(getattr(lexicon, field.name)) > 0 for field in fields(Lexicon))
    assert {*LOWER_CASE, *AS_WRITTEN} == {field.name for field in fields(Lexicon)}


@pytest.mark.parametrize(
    ("name", "size"),
    [("reporting_verbs", 600), ("roles", 2000), ("given_names", 5500), ("group_nouns", 350), ("demonyms", 250)],
)
def test_sizes(lexicon, name, size):
    assert len(getattr(lexicon, name)) >= size


@pytest.mark.parametrize("name", MEMBERS)
def test_members(lexicon, name):
    assert set(MEMBERS[name]) <= getattr(lexicon, name)


@pytest.mark.parametrize("name", VALUES)
def test_values(lexicon, name):
    mapping = getattr(lexicon, name)
    assert {key: mapping.get(key) for key in VALUES[name]} == VALUES[name]


@pytest.mark.parametrize("name", LOWER_CASE)
def test_common_words_are_lower_case(lexicon, name):
    assert [entry for entry in getattr(lexicon, name) if entry != entry.lower()] == []


def test_honorifics_and_suffixes_have_no_full_stops(lexicon):
    entries = lexicon.honorifics | lexicon.organisation_suffixes | lexicon.office_abbreviations.keys()
    assert [entry for entry in entries if "." in entry] == []
    assert [entry for entry in lexicon.suffixes if "." in entry] == []


def test_offices_are_roles_not_honorifics(lexicon):
    assert not lexicon.honorifics & {"president", "governor", "senator", "prime minister", "minister", "mayor"}


def test_genders_are_of_known_words(lexicon):
    assert lexicon.honorific_gender.keys() <= lexicon.honorifics
    assert lexicon.noun_gender.keys() <= lexicon.roles | lexicon.kinship | lexicon.person_nouns


def sections(path: Path) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for line in path.read_text(encoding="utf-8").splitlines():
        if line.startswith("["):
            found[line] = []
        elif line and not line.startswith("#"):
            found[[*found][-1]].append(line)
    return found


@pytest.mark.parametrize(
    ("file", "names"),
    [
        ("given_names.txt", ["[male]", "[female]"]),
        ("honorifics.txt", ["[honorifics]", "[male]", "[female]"]),
        ("roles.txt", ["[roles]", "[male]", "[female]"]),
        ("persons.txt", ["[kinship]", "[kinship male]", "[kinship female]"]),
        ("persons.txt", ["[persons]", "[persons male]", "[persons female]"]),
        ("verbs.txt", ["[strong]", "[weak]"]),
        ("verbs.txt", ["[phrasal strong]", "[phrasal weak]"]),
        ("pronouns.txt", ["[first singular]", "[third male]", "[third female]", "[third plural]", "[indefinite]"]),
    ],
)
def test_an_entry_stands_in_one_section_only(file, names):
    entries = [entry for name in names for entry in sections(DATA / file)[name]]
    assert [entry for entry, count in Counter(entries).items() if count > 1] == []


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_sections_are_sorted_and_without_duplicates(path):
    for entries in sections(path).values():
        assert entries == sorted(set(entries), key=lambda entry: (entry.casefold(), entry))


def test_no_surname_that_stands_first_is_a_given_name(lexicon):
    assert not lexicon.surname_first & lexicon.given_names.keys()


@pytest.mark.parametrize(
    ("name", "gender"),
    [
        ("Donald", "male"),
        ("Donald Trump", "male"),
        ("DONALD TRUMP", "male"),
        ("Mary-Jane Smith", "female"),
        ("Xi Jinping", "male"),
        ("Jean-Claude Juncker", "male"),
        ("Jinping", "male"),
        ("Kim Campbell", None),
        ("Xi", None),
        ("Leslie Howard", None),
        ("", None),
        (" ", None),
        ("-", None),
    ],
)
def test_gender_of_name(lexicon, name, gender):
    assert lexicon.gender_of_name(name) == gender


def test_loaded_once(lexicon):
    assert load_lexicon() is lexicon


def test_nothing_can_be_changed(lexicon):
    with pytest.raises(FrozenInstanceError):
        lexicon.roles = frozenset()
    for field in fields(Lexicon):
        value = getattr(lexicon, field.name)
        assert isinstance(value, frozenset) or not hasattr(value, "__setitem__"), field.name
        hash(value) if isinstance(value, frozenset) else hash(tuple(value.values()))


def test_copies_and_pickles_are_equal_and_still_read_only(lexicon):
    for other in (pickle.loads(pickle.dumps(lexicon)), copy.deepcopy(lexicon)):
        assert all(getattr(other, field.name) == getattr(lexicon, field.name) for field in fields(Lexicon))
        assert not any(isinstance(getattr(other, field.name), dict) for field in fields(Lexicon))
        assert isinstance(other.capitals, Mapping)


def test_nothing_is_read_at_import():
    code = "import sys, quoteminer.lexicon as lexicon;assert lexicon.load_lexicon.cache_info().currsize == 0;"
    subprocess.run([sys.executable, "-c", code], check=True)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_header_and_form(path):
    text = path.read_text(encoding="utf-8")
    header = text.partition("\n\n")[0].splitlines()
    assert [line.partition(":")[0] for line in header if not line.startswith("# Note")] == [
        "# Title",
        "# Source",
        "# Licence",
    ]
    assert text.endswith("\n") and not text.endswith("\n\n")
    assert "\r" not in text and "\t" not in text


def test_every_shipped_list_is_read(folder):
    for path in FILES:
        copied = folder / path.name
        copied.rename(folder / "away")
        with pytest.raises(ModelError, match=rf"cannot read the word list .*{path.name}: .*reinstall quoteminer"):
            read_lexicon(folder)
        (folder / "away").rename(copied)


def test_a_list_of_another_encoding(folder):
    (folder / "works.txt").write_bytes(b"# Title: caf\xe9\n")
    with pytest.raises(ModelError, match=r"cannot read the word list .*works\.txt: .*reinstall quoteminer"):
        read_lexicon(folder)


HEADER = "# Title: t\n# Source: s\n# Licence: CC0-1.0\n\n"


@pytest.mark.parametrize(
    ("file", "content", "message"),
    [
        ("works.txt", "", r"works\.txt, line 1: a word list starts with '# Title: ' and '# Licence: ' lines"),
        ("works.txt", "# Title: t\n[title cues]\nfilm\n", r"works\.txt, line 1: a word list starts with"),
        ("works.txt", HEADER + "film\n", r"works\.txt, line 5: 'film' stands before the first \[section\]"),
        (
            "works.txt",
            HEADER + "[films]\n",
            r"line 5: '\[films\]' is not one of the sections title cues, term cues, once each",
        ),
        ("works.txt", HEADER + "[title cues\n", r"line 5: '\[title cues' is not one of the sections"),
        ("works.txt", HEADER + "[title cues]\n[title cues]\n", r"line 6: '\[title cues\]' is not one of the sections"),
        ("works.txt", HEADER + "[title cues]\nFilm\n", r"works\.txt, line 6: 'Film' is not lower case"),
        (
            "works.txt",
            HEADER + "[title cues]\nfilm \n",
            r"works\.txt, line 6: 'film ' has spaces that do not belong there",
        ),
        ("works.txt", HEADER + "[title cues]\ngraphic  novel\n", r"'graphic  novel' has spaces"),
        ("works.txt", HEADER + "[title cues]\nfilm\nfilm\n", r"works\.txt, line 7: 'film' stands twice in its section"),
        ("works.txt", HEADER + "[title cues]\nfilm\n", r"line 7: the file ends without the section \[term cues\]"),
        (
            "places.txt",
            HEADER + "[capitals]\nParis\n",
            r"places\.txt, line 6: 'Paris' is not of the form 'key = value'",
        ),
        ("places.txt", HEADER + "[capitals]\nParis = \n", r"places\.txt, line 6: 'Paris = ' has spaces"),
    ],
)
def test_damaged_lists(folder, file, content, message):
    (folder / file).write_text(content, encoding="utf-8")
    with pytest.raises(FormatError, match=message):
        read_lexicon(folder)
