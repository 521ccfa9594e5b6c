"""Phrases that state a role: "former US diplomat", "the agency's deputy director", "spokesman for the ministry".

Parses of news text are noisy where names, commas and brackets meet, so the patterns are those of the surface
(capitals, commas, prepositions, the word lists), with tags where a Doc has them.
"""

from __future__ import annotations

from typing import NamedTuple

from quoteminer.affiliations import (
    DETERMINERS,
    LINKS,
    Scene,
    complement_owner,
    named,
    possessor,
    without_bracket,
)
from quoteminer.syntax import POSSESSIVES

LONGEST_PHRASE = 40
_LONGEST_ROLE, _MOST_MODIFIERS = 6, 8
KIN_RANK, _PERSON_RANK = 4, 5
_MODIFIERS = frozenset(("JJ", "JJS", "NN", "NNP", "NNPS", "NNS", "VBN", "VBG", "HYPH", "CD", ""))
_TIMES = frozenset(("new", "then", "current", "now", "same", "own", "fellow", "newly", "while", "as"))
_NO_MODIFIERS = frozenset(("and", "or", "including", "been", "being", "according", "involving", "based"))
_RELATIONS = frozenset(("counterpart", "successor", "predecessor", "colleague", "rival", "opponent", "critic", "ally"))
_PAST = frozenset(("former", "ex", "late", "ex-", "retired", "one-time", "onetime"))
_FORCES = frozenset(("police", "army", "navy", "military", "air force", "coast guard"))
_AGENT_ENDINGS = ("ist", "er", "or", "man", "woman", "ian", "eer", "person", "wright", "smith")
_COMPLEMENTED = frozenset(("head", "minister", "secretary", "ambassador", "member", "chief", "director", "commissioner",
                           "envoy", "officer", "president", "adviser", "advisor"))  # fmt: skip


class Claim(NamedTuple):
    """One statement about a person: `rank` 0 is the plainest sort, higher ones count where nothing plainer is said."""

    role: str | None
    head: str | None
    affiliation: str | None
    rank: int


def role_start(scene: Scene, end: int, low: int = 0) -> int:
    """The token at which the longest known role that ends before token `end` begins; `end` where there is none."""
    lexicon = scene.lexicon
    if end <= low or (not scene.words[end - 1].isalpha() and "." not in scene.lowered[end - 1]):
        return end
    likely = singular(scene.lowered[end - 1]) in lexicon.role_ends
    for length in range(min(_LONGEST_ROLE, end - low), 0, -1) if likely else ():
        phrase = singular(scene.page.between(end - length, end).lower())
        if phrase in lexicon.roles or phrase in lexicon.kinship or phrase in lexicon.person_nouns:
            return end - length
    word = scene.lowered[end - 1].replace(".", "")
    office = word in lexicon.office_abbreviations and scene.words[end - 1][:1].isupper()
    return end - 1 if office and end - 1 not in scene.owner else end


def singular(phrase: str) -> str:
    """A role in the singular, by its last letters; what has no plural ending as it is.

    >>> singular("health advisers"), singular("policemen"), singular("deputies"), singular("press")
    ('health adviser', 'policeman', 'deputy', 'press')
    """
    if phrase.endswith("men"):
        return phrase[:-2] + "an"
    if phrase.endswith("ies"):
        return phrase[:-3] + "y"
    return phrase[:-1] if phrase.endswith("s") and not phrase.endswith("ss") else phrase


def with_modifiers(scene: Scene, first: int, end: int, rank: int) -> Claim:
    """The role from token `first` to `end` with the words before it that belong to it, and whose role it is."""
    start, affiliation = first, _force(scene, first, end)
    closed = False  # beyond a name or the adjective of a country only "former" belongs to the role
    i, low = first - 1, max(0, first - _MOST_MODIFIERS)
    while i >= low:
        typed, word = scene.words[i], scene.lowered[i]
        group = scene.owner.get(i)
        if group is not None:
            if scene.labels[group] == "PERSON":
                break
            while i - 1 >= low and scene.owner.get(i - 1) == group:
                i -= 1
            after = scene.ends.get(i, i + 1)
            if after == len(scene.words) or scene.lowered[after] not in ("-", "–"):  # not "Loria-based"
                affiliation = affiliation or named(scene, i)
            closed = True
        elif word in POSSESSIVES:
            if affiliation is None:
                affiliation, closed = possessor(scene, i), True
            if affiliation is None or scene.label(i - 1) in (None, "PERSON"):
                break
        elif typed in scene.lexicon.demonyms and not typed.isupper():
            closed, noun = True, scene.page.between(i + 1, first).lower()
            i -= scene.page.between(max(0, i - 1), i + 1) in scene.lexicon.demonyms  # "South Korean"
            if affiliation is None and noun in scene.lexicon.org_nouns:  # "Afghan government minister"
                affiliation, start = scene.text(i, first), first
        elif word in _PAST:
            start = i
            if scene.label(i + 1) == "PLACE":
                affiliation = None  # "former US diplomat": where from, not whose
        elif word == ")" and (opened := without_bracket(scene, i + 1)) <= i:  # "Ash Party (AP) leader"
            affiliation, closed, i = affiliation or named(scene, opened + 1), True, opened
        elif _is_foreign(scene, i):
            break
        elif not closed and (run := _run_start(scene, i, first, low)) <= i:
            affiliation, closed, i = affiliation or scene.text(run, i + 1), True, run
        elif not closed and word not in _TIMES:
            start = i
        i -= 1
    return _claim(scene, start, first, end, affiliation, rank)


def _is_foreign(scene: Scene, i: int) -> bool:
    """Whether a token before a role cannot be one of its modifiers."""
    token, word = scene.doc[i], scene.lowered[i]
    if word in DETERMINERS or word in LINKS or word in _NO_MODIFIERS:
        return True
    if token.is_punct:
        return word not in "-–" or bool(token.whitespace_)
    return token.is_space or token.tag_ not in _MODIFIERS


def _claim(scene: Scene, start: int, first: int, end: int, affiliation: str | None, rank: int) -> Claim:
    lexicon, text = scene.lexicon, scene.text(first, end)
    phrase = singular(text.lower())
    known = text.lower() in lexicon.roles or text.lower() in lexicon.kinship
    listed = phrase in lexicon.roles or phrase in lexicon.kinship or phrase in lexicon.person_nouns
    if known or not phrase or not listed:
        phrase = text.lower()
    head = phrase.split()[-1].rpartition("-")[2].replace(".", "") or phrase
    if phrase in lexicon.kinship or phrase in _RELATIONS:
        rank = max(rank, KIN_RANK)
    elif phrase in lexicon.person_nouns and phrase not in lexicon.roles:
        return Claim(None, head, affiliation, _PERSON_RANK)
    role = scene.text(start, end).lstrip("-–— ")
    return Claim(role[: len(role) - len(text)] + _cased(phrase, text), head, affiliation, rank)


def _cased(phrase: str, text: str) -> str:
    """`text` cut or changed at its end as the phrase in small letters was, in its own case."""
    same = 0
    while same < min(len(phrase), len(text)) and phrase[same] == text[same].lower():
        same += 1
    return text[:same] + phrase[same:]


def _force(scene: Scene, first: int, end: int) -> str | None:
    """The police of a "police spokesman"."""
    speaks = scene.lowered[end - 1].startswith("spokes") and scene.lowered[first] in _FORCES
    return scene.words[first] if speaks else None


def _run_start(scene: Scene, i: int, first: int, low: int) -> int:
    """Where an organisation that no entity covers begins, if token `i` ends one; else `i + 1`."""
    typed = scene.words[i]
    if scene.lowered[i] in _FORCES and scene.lowered[first].startswith("spokes"):
        return i - 1 if i and scene.words[i - 1] in scene.lexicon.demonyms else i
    if not typed[:1].isupper() or not typed.isalpha() or scene.doc[i].tag_ not in ("NNP", "NNPS", ""):
        return i + 1
    start = i
    while start - 1 >= low and start - 1 not in scene.owner and scene.words[start - 1][:1].isupper():
        start -= 1
    initials = typed.isupper() and 2 <= len(typed) <= 6
    office = scene.words[first][:1].isupper() and not scene.words[first].isupper()
    longer = start < i or not scene.doc[i].is_sent_start
    if initials or (scene.lowered[i] in scene.lexicon.org_nouns and start < i) or (not office and longer):
        return start
    return i + 1


def phrase_end(scene: Scene, start: int) -> int:
    """Where a noun phrase that starts after a comma ends: before a mark, a relative pronoun or a finite verb."""
    last = min(len(scene.words), start + LONGEST_PHRASE)
    for i in range(start, last):
        if i in scene.owner:
            continue
        word, spaced = scene.lowered[i], scene.page.spaced[i]
        if (word in ',;:()[]“”"—–' and (word != "–" or spaced)) or "\n" in word:
            return i
        if word in ".!?" and (i + 1 >= len(scene.words) or spaced or scene.lowered[i + 1].isspace()):
            return i
        if word in scene.lexicon.relative_pronouns or scene.doc[i].tag_ in ("VBD", "VBZ", "VBP", "MD"):
            return i
    return last


def noun_phrase(scene: Scene, start: int, end: int, rank: int) -> Claim | None:
    """The role that the noun phrase from token `start` to `end` states, None where it states none."""
    if start >= end or (start in scene.owner and scene.ends.get(start, end) >= end):
        return None
    lexicon = scene.lexicon
    stop = start + 1
    while stop <= end:
        if not _continues(scene, stop, end) and start <= (first := role_start(scene, stop, start)) < stop:
            break
        if scene.lowered[stop - 1] in LINKS and stop - 1 not in scene.owner:
            stop = end
        stop += 1
    else:
        stop = next((i for i in range(start, end) if scene.lowered[i] in LINKS and i not in scene.owner), end)
        first = stop - 1
        word = scene.lowered[first] if first >= start else ""
        likely = word.endswith(_AGENT_ENDINGS) and len(word) > 4 and scene.doc[first].tag_ in ("NN", "NNP")
        if (
            not likely
            or any(word in nouns for nouns in (lexicon.org_nouns, lexicon.document_nouns, lexicon.place_nouns))
            or first in scene.owner
            or scene.lowered[start] not in DETERMINERS
        ):
            return None
    if scene.label(stop) == "PERSON" and stop < end:
        return None
    claim = with_modifiers(scene, first, stop, rank)
    work = claim.head in ("author", "winner", "star")  # of a book, a prize, a film
    affiliation = (None if work else complement_owner(scene, stop, end)) or claim.affiliation
    return Claim(with_complement(scene, claim, stop, end), claim.head, affiliation, claim.rank)


def _continues(scene: Scene, i: int, end: int) -> bool:
    """Whether the noun before token `i` only modifies what follows it."""
    if i >= end or scene.lowered[i] in LINKS:
        return False
    if scene.label(i) == "ORG" and scene.words[i - 1][:1].isupper() and scene.owner.get(i - 1) != scene.owner[i]:
        return False  # "Executive Director Acme Foundation"
    tag = scene.doc[i].tag_
    return tag.startswith("NN") or tag in ("POS", "HYPH") or scene.words[i] == "-" or (tag == "" and i < end)


def with_complement(scene: Scene, claim: Claim, stop: int, end: int) -> str | None:
    """The role with a short complement in common words: "head of policy", "minister for families"."""
    if claim.role is None or claim.head not in _COMPLEMENTED or stop >= end:
        return claim.role
    after = stop + 1
    while (
        after < end and after not in scene.owner and scene.words[after].isalpha() and scene.lowered[after] not in LINKS
    ):
        after += 1
    short = stop + 1 < after <= stop + 3 and scene.lowered[stop + 1] not in DETERMINERS
    return (
        f"{claim.role} {scene.text(stop, after)}"
        if short and scene.lowered[stop] in ("of", "for", "to")
        else claim.role
    )
