"""Statements of roles before and after a name: "spokesman NAME", "NAME, director of ORG", "NAME, who leads ORG"."""

from __future__ import annotations

from collections.abc import Iterator

from spacy.tokens import Token

from quoteminer.affiliations import (
    DETERMINERS,
    Scene,
    complement_owner,
    named,
    organisation_at,
    place_at,
    without_bracket,
)
from quoteminer.layout import DASHES
from quoteminer.roles import LONGEST_PHRASE, Claim, noun_phrase, phrase_end, role_start, with_complement, with_modifiers
from quoteminer.syntax import POSSESSIVES

_LONGEST_BEFORE, _MOST_COORDINATED = 14, 4
_ADVERBS = frozenset(("now", "then", "currently", "also", "once", "formerly", "previously", "himself", "herself",
                      "until", "recently", "has", "had", "have", "will", "would"))  # fmt: skip
_ENDS_OF_CLAUSE = frozenset((",", ";", ".", "“", '"', "who", "and"))
_COPULAS = frozenset(("is", "was", "'s", "’s", "became", "be", "been", "become", "as"))
_LEADING = frozenset(("head", "lead", "run", "direct", "chair", "found", "co-found", "cofound", "own", "manage",
                      "represent", "work", "teach", "join", "cover", "oversee", "lecture", "coordinate", "edit",
                      "co-own", "led", "ran", "taught"))  # fmt: skip


def claims_before(scene: Scene, end: int) -> Iterator[Claim]:
    """Roles before a name: "spokesman NAME", "Japan's Prime Minister NAME", "the head of the agency, NAME"."""
    if end > 3 and (opened := without_bracket(scene, end)) < end:  # "Maj Gen (retd) NAME"
        end = scene.page.title_before(opened)
    if end < 1:
        return
    if scene.lowered[end - 1] == ",":
        comma = without_bracket(scene, end - 1)
        start = _phrase_start(scene, comma)
        if _is_determined(scene, start, comma) and start < comma and (claim := noun_phrase(scene, start, comma, 1)):
            yield claim
            return
    first = role_start(scene, end)
    if first < end:
        yield with_modifiers(scene, first, end, 0)
    elif claim := _with_complement_before(scene, end):
        yield claim
    else:  # "professors NAME and NAME"
        shared = _before_others(scene, end)
        if shared < end and scene.lowered[shared - 1].endswith(("s", "men")):
            first = role_start(scene, shared)
            yield from [with_modifiers(scene, first, shared, 0)] if first < shared else []


def _is_determined(scene: Scene, start: int, end: int) -> bool:
    """Whether a noun phrase before a comma and a name introduces the name: it is definite, or begins a clause."""
    begins = start == 0 or bool(scene.doc[start].is_sent_start) or scene.lowered[start - 1] in ("”", '"', "said")
    owned = start in scene.owner or any(word in POSSESSIVES for word in scene.lowered[start:end])
    office = scene.words[start][:1].isupper() and any(
        role_start(scene, stop, start) == start for stop in range(start + 1, min(end, start + 4) + 1)
    )
    return scene.lowered[start] in DETERMINERS or begins or owned or office


def _before_others(scene: Scene, end: int) -> int:
    """Where a list of persons that leads up to token `end` begins; `end` where there is none."""
    start = end
    for _ in range(_MOST_COORDINATED):
        i = start - 1
        while i > 0 and scene.lowered[i] in ("and", ",", "&"):
            i -= 1
        if i == start - 1 or scene.label(i) != "PERSON":
            break
        while i > 0 and scene.owner.get(i - 1) == scene.owner[i]:
            i -= 1
        start = scene.page.title_before(i)
    return start


def _with_complement_before(scene: Scene, end: int) -> Claim | None:
    """A role with its complement before a name: "President of Bolivia NAME", "WHO Director for Africa NAME"."""
    found = None
    for i in range(end - 1, max(0, end - _LONGEST_BEFORE), -1):
        word = scene.lowered[i]
        small = word in ("of", "for")
        inner = small or word in ("the", "and", "&", "-") or i in scene.owner or scene.words[i][:1].isupper()
        listed = word == "," and scene.words[i - 1][0].isupper() and scene.words[i + 1][0].isupper()
        if not (inner or listed or scene.doc[i].tag_ in ("NN", "NNS", "JJ")) or scene.label(i) == "PERSON":
            break
        first = role_start(scene, i) if small and i < end - 1 else i
        if first < i and (scene.words[first][:1].isupper() or scene.lowered[first - 1] in DETERMINERS):
            found = (first, i)
    if found is None:
        return None
    first, link = found
    claim = with_modifiers(scene, first, link, 0)
    affiliation = claim.affiliation or complement_owner(scene, link, end)
    return claim._replace(role=with_complement(scene, claim, link, end), affiliation=affiliation)


def _phrase_start(scene: Scene, comma: int) -> int:
    """Where the noun phrase before a comma begins: at its determiner, or after the mark or verb before it."""
    start = comma
    while start > 0 and comma - start < _LONGEST_BEFORE + 2:
        before = scene.doc[start - 1]
        verb = before.pos_ in ("VERB", "AUX") and before.tag_ not in ("VBN", "VBG")
        if before.is_space or (before.is_punct and before.text not in "-'’&.") or verb:
            break
        start -= 1
        if scene.lowered[start] in ("a", "an") or scene.doc[start].is_sent_start:
            break
    while start < comma and scene.doc[start].pos_ in ("ADP", "SCONJ", "CCONJ", "ADV", "PUNCT"):
        start += 1
    return start


def claims_after(scene: Scene, end: int) -> Iterator[Claim]:
    """Roles after a name: appositions, relative clauses, prepositions, brackets, copulas."""
    if end >= len(scene.words):
        return
    word = scene.lowered[end]
    if word in ("of", "at", "from", "with"):
        name = organisation_at(scene, end + 1, len(scene.words)) or (place_at(scene, end + 1) if word == "of" else None)
        if name:
            yield Claim(None, None, name, 2)
    elif word == "(" or word == "," or (word in DASHES and scene.page.spaced[end - 1]):
        yield from _apposition(scene, end + 1)
        if word == "(" and scene.label(end + 1) == "ORG" and scene.lowered[scene.ends.get(end + 1, end) :][:1] == [")"]:
            yield Claim(None, None, named(scene, end + 1), 2)
    else:
        start = end
        while start < min(len(scene.words), end + 3) and scene.lowered[start] in _ADVERBS:
            start += 1
        if start + 1 < len(scene.words) and scene.lowered[start] in _COPULAS - {"as"}:
            claim = noun_phrase(scene, start + 1, phrase_end(scene, start + 1), 2)
            yield from [claim] if claim else []


def _apposition(scene: Scene, start: int) -> Iterator[Claim]:
    """What a comma, dash or bracket after a name introduces."""
    lowered = scene.lowered
    while start < len(lowered) and (lowered[start] in _ADVERBS or lowered[start].isdigit() or lowered[start] == ","):
        start += 1
    if start >= len(lowered):
        return
    if lowered[start] == "who":
        yield from _relative(scene, start + 1)
    elif lowered[start] in ("of", "from", "at", "with"):
        if name := organisation_at(scene, start + 1, len(lowered)):
            yield Claim(None, None, name, 2)
    else:
        end = phrase_end(scene, start)
        if claim := noun_phrase(scene, start, end, 0):
            if claim.affiliation is None and lowered[end : end + 1] == [","] and scene.label(end + 1) == "ORG":
                after = scene.ends.get(end + 1, end)
                if after >= len(lowered) or not lowered[after].isalpha():  # "NAME, director, ORG"
                    claim = claim._replace(affiliation=named(scene, end + 1))
            yield claim


def _relative(scene: Scene, start: int) -> Iterator[Claim]:
    """What a clause with "who" says: "who now leads ORG", "who will become chairman of ORG"."""
    lowered = scene.lowered
    end = start
    while end < min(len(lowered), start + LONGEST_PHRASE) and lowered[end] not in _ENDS_OF_CLAUSE:
        if "\n" in lowered[end]:
            break
        end += 1
    for i in range(start, min(end, start + 6)):
        if lowered[i] in _COPULAS and (claim := noun_phrase(scene, i + 1, phrase_end(scene, i + 1), 2)):
            yield claim
            return
        if _leads(scene.doc[i]) and (name := _first_organisation(scene, i + 1, end)):
            yield Claim(None, None, name, 2)
            return


def _leads(token: Token) -> bool:
    """Whether a token is a form of a verb of leading or working, whatever lemma the pipeline gives it."""
    stems = (token.lower_, token.lower_[:-1], token.lower_.removesuffix("ed"), token.lower_.removesuffix("es"))
    return token.lemma_.lower() in _LEADING or any(stem in _LEADING for stem in stems)


def _first_organisation(scene: Scene, start: int, end: int) -> str | None:
    for i in range(start, end):
        capital = scene.words[i][:1].isupper()
        if (scene.label(i) == "ORG" or capital) and (name := organisation_at(scene, i, end)):
            return name
    return None


def claims_on_line(scene: Scene, start: int) -> Iterator[Claim]:
    """The line below a name in the credit of a displayed quotation: a role, an organisation, or both."""
    end = phrase_end(scene, start)
    if claim := noun_phrase(scene, start, end, 0):
        yield claim
    elif scene.label(start) == "ORG":
        yield Claim(None, None, named(scene, start), 2)
