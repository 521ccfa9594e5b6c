"""Titles, roles and affiliations of persons, from the words beside their names."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from spacy.tokens import Doc, Token

from quoteminer.forms import NameMention, title_before
from quoteminer.layout import DASHES, Block
from quoteminer.lexicon import Gender, Lexicon
from quoteminer.roles import (
    DETERMINERS,
    LONGEST_PHRASE,
    Claim,
    Scene,
    complement_owner,
    named,
    noun_phrase,
    organisation_at,
    phrase_end,
    place_at,
    role_start,
    with_complement,
    with_modifiers,
)

_LONGEST_BEFORE, _MOST_COORDINATED = 14, 4
_ADVERBS = frozenset(("now", "then", "currently", "also", "once", "formerly", "previously", "himself", "herself",
                      "until", "recently", "has", "had", "have", "will", "would"))  # fmt: skip
_COPULAS = frozenset(("is", "was", "'s", "’s", "became", "be", "been", "become", "as"))
_LEADING = frozenset(("head", "lead", "run", "direct", "chair", "found", "co-found", "cofound", "own", "manage",
                      "represent", "work", "teach", "join", "cover", "oversee", "lecture", "coordinate", "edit",
                      "co-own", "led", "ran", "taught"))  # fmt: skip


@dataclass(frozen=True, slots=True)
class Card:
    """What an article says of a person.

    Attributes:
        titles: honorifics before the name, as they stand.
        role: job, office or capacity in the article's words.
        affiliation: the organisation, or the place of an office, under its fullest name in the article.
        gender: what honorifics, gendered roles and kin beside the name suggest.
        roles: every role phrase in lower case, and its head noun.
    """

    titles: tuple[str, ...] = ()
    role: str | None = None
    affiliation: str | None = None
    gender: Gender | None = None
    roles: tuple[str, ...] = ()


def describe(
    doc: Doc,
    blocks: Sequence[Block],
    groups: Sequence[tuple[str, str, tuple[NameMention, ...]]],
    lexicon: Lexicon,
) -> list[Card]:
    """One card for each group.

    Args:
        doc: the document.
        blocks: its blocks; below a displayed quotation, the line under a name gives its role.
        groups: name, label and mentions of each entity.
        lexicon: word lists.

    Returns:
        Cards in the order of the groups; empty ones for groups that are no persons.
    """
    scene = _scene(doc, groups, lexicon)
    lines = {one.start: next_.start for one, next_ in pairwise(blocks) if one.kind == next_.kind == "credit"}
    wanted = frozenset(lines.values())
    below = {token.idx: token.i for token in doc if token.idx in wanted} if lines else {}
    under = {start: below[line] for start, line in lines.items() if line in below}
    return [_card(scene, mentions, under) if label == "PERSON" else Card() for _, label, mentions in groups]


def _scene(doc: Doc, groups: Sequence[tuple[str, str, tuple[NameMention, ...]]], lexicon: Lexicon) -> Scene:
    owner: dict[int, int] = {}
    ends: dict[int, int] = {}
    nouns: defaultdict[str, list[tuple[int, int]]] = defaultdict(list)
    for i, (name, label, mentions) in enumerate(groups):
        heads = {word for word in name.lower().split() if word in lexicon.org_nouns} if label == "ORG" else ()
        for mention in mentions:
            owner.update(dict.fromkeys(range(mention.start_token, mention.end_token), i))
            ends[mention.start_token] = mention.end_token
            for head in heads:
                nouns[head].append((mention.start_token, i))
    for places in nouns.values():
        places.sort()
    words = [token.lower_ for token in doc]
    return Scene(doc, words, owner, ends, [g[0] for g in groups], [g[1] for g in groups], dict(nouns), lexicon)


def _card(scene: Scene, mentions: Sequence[NameMention], under: dict[int, int]) -> Card:
    titles: dict[str, None] = {}
    claims: list[Claim] = []
    for mention in mentions:
        start = title_before(scene.doc, mention.start_token, scene.lexicon)
        if start < mention.start_token:
            titles[scene.text(start, mention.start_token)] = None
        claims.extend(_before(scene, start))
        claims.extend(_after(scene, mention.end_token))
        if start < mention.start_token and scene.words[mention.start_token - 1] in scene.lexicon.roles:
            word = scene.doc[mention.start_token - 1]
            claims.append(Claim(word.text, word.lower_, None, 3))
        if (line := under.get(scene.doc[mention.start_token].idx)) is not None:
            claims.extend(_line(scene, line))
    role, affiliation = _chosen(claims)
    phrases: dict[str, None] = {}
    for claim in claims:
        if claim.role and claim.head:
            office = scene.lexicon.office_abbreviations.get(claim.head, claim.head)
            phrases.update(dict.fromkeys((claim.role.lower(), claim.head, office)))
    return Card(tuple(titles), role, affiliation, _gender(scene, titles, claims), tuple(phrases))


def _chosen(claims: Sequence[Claim]) -> tuple[str | None, str | None]:
    """The first of the plainest claims that state a role, and the affiliation that goes with it."""
    stated = [claim for claim in claims if claim.role]
    best = min(stated, key=lambda claim: claim.rank, default=None)
    if best is None:
        return None, next((claim.affiliation for claim in claims if claim.affiliation), None)
    if best.affiliation:
        return best.role, best.affiliation
    same = (claim.affiliation for claim in stated if claim.head == best.head and claim.affiliation)
    bare = (claim.affiliation for claim in claims if not claim.role and claim.affiliation)
    return best.role, next(same, None) or next(bare, None)


def _gender(scene: Scene, titles: dict[str, None], claims: Sequence[Claim]) -> Gender | None:
    votes: Counter[Gender] = Counter()
    for title in titles:
        plain = title.lower().replace(".", "")
        for word in dict.fromkeys((plain, *plain.split())):
            if gender := scene.lexicon.honorific_gender.get(word):
                votes[gender] += 3
    for claim in claims:
        if claim.head and (gender := scene.lexicon.noun_gender.get(claim.head)):
            votes[gender] += 1
    return max(votes, key=lambda gender: votes[gender]) if votes else None


def _before(scene: Scene, end: int) -> Iterator[Claim]:
    """Roles before a name: "spokesman NAME", "Japan's Prime Minister NAME", "the head of the agency, NAME"."""
    if end > 3 and scene.words[end - 1] == ")" and "(" in scene.words[end - 4 : end - 1]:  # "Maj Gen (retd) NAME"
        end = title_before(scene.doc, scene.words.index("(", end - 4), scene.lexicon)
    if end < 1:
        return
    if scene.words[end - 1] == ",":
        start = _phrase_start(scene, end - 1)
        determined = scene.words[start] in DETERMINERS or scene.doc[start].is_sent_start or start in scene.owner
        if determined and start < end - 1 and (claim := noun_phrase(scene, start, end - 1, 1)):
            yield claim
            return
    first = role_start(scene, end)
    if first < end:
        yield with_modifiers(scene, first, end, 0)
    elif claim := _with_complement_before(scene, end):
        yield claim
    else:  # "professors NAME and NAME"
        shared = _before_others(scene, end)
        if shared < end and scene.words[shared - 1].endswith(("s", "men")):
            first = role_start(scene, shared)
            yield from [with_modifiers(scene, first, shared, 0)] if first < shared else []


def _before_others(scene: Scene, end: int) -> int:
    """Where a list of persons that leads up to token `end` begins; `end` where there is none."""
    start = end
    for _ in range(_MOST_COORDINATED):
        i = start - 1
        while i > 0 and scene.words[i] in ("and", ",", "&"):
            i -= 1
        if i == start - 1 or scene.label(i) != "PERSON":
            break
        while i > 0 and scene.owner.get(i - 1) == scene.owner[i]:
            i -= 1
        start = title_before(scene.doc, i, scene.lexicon)
    return start


def _with_complement_before(scene: Scene, end: int) -> Claim | None:
    """A role with its complement before a name: "President of Bolivia NAME", "WHO Director for Africa NAME"."""
    found = None
    for i in range(end - 1, max(0, end - _LONGEST_BEFORE), -1):
        small = scene.words[i] in ("of", "for")
        inner = scene.words[i] in ("the", "and", "&", "-") or scene.doc[i].tag_ in ("NN", "NNS", "JJ")
        if not (small or i in scene.owner or scene.doc[i].text[:1].isupper() or inner):
            break
        if scene.label(i) == "PERSON":
            break
        first = role_start(scene, i) if small and i < end - 1 else i
        if first < i and (scene.doc[first].text[:1].isupper() or scene.words[first - 1] in DETERMINERS):
            found = (first, i)
    if found is None:
        return None
    first, link = found
    claim = with_modifiers(scene, first, link, 0)
    affiliation = claim.affiliation or complement_owner(scene, link, end)
    return replace(claim, role=with_complement(scene, claim, link, end), affiliation=affiliation)


def _phrase_start(scene: Scene, comma: int) -> int:
    """Where the noun phrase before a comma begins: at its determiner, or after the mark or verb before it."""
    start = comma
    while start > 0 and comma - start < _LONGEST_BEFORE + 2:
        before = scene.doc[start - 1]
        if before.is_space or (before.is_punct and before.text not in "-'’&.") or before.pos_ in ("VERB", "AUX"):
            break
        start -= 1
        if scene.words[start] in ("a", "an") or scene.doc[start].is_sent_start:
            break
    while start < comma and scene.doc[start].pos_ in ("ADP", "SCONJ", "CCONJ", "ADV", "PUNCT"):
        start += 1
    return start


def _after(scene: Scene, end: int) -> Iterator[Claim]:
    """Roles after a name: appositions, relative clauses, prepositions, brackets, copulas."""
    if end >= len(scene.doc):
        return
    word = scene.words[end]
    if word in ("of", "at", "from", "with"):
        name = organisation_at(scene, end + 1, len(scene.doc)) or (place_at(scene, end + 1) if word == "of" else None)
        if name:
            yield Claim(None, None, name, 2)
    elif word == "(" or word == "," or (word in DASHES and scene.doc[end - 1].whitespace_):
        yield from _apposition(scene, end + 1)
        if word == "(" and scene.label(end + 1) == "ORG" and scene.words[scene.ends.get(end + 1, end) :][:1] == [")"]:
            yield Claim(None, None, named(scene, end + 1), 2)
    else:
        start = end
        while start < min(len(scene.doc), end + 3) and scene.words[start] in _ADVERBS:
            start += 1
        if start + 1 < len(scene.doc) and scene.words[start] in _COPULAS - {"as"}:
            claim = noun_phrase(scene, start + 1, phrase_end(scene, start + 1), 2)
            yield from [claim] if claim else []


def _apposition(scene: Scene, start: int) -> Iterator[Claim]:
    """What a comma, dash or bracket after a name introduces."""
    words, doc = scene.words, scene.doc
    while start < len(doc) and (words[start] in _ADVERBS or doc[start].is_digit or words[start] == ","):
        start += 1
    if start >= len(doc):
        return
    if words[start] == "who":
        yield from _relative(scene, start + 1)
    elif words[start] in ("of", "from", "at", "with"):
        if name := organisation_at(scene, start + 1, len(doc)):
            yield Claim(None, None, name, 2)
    else:
        end = phrase_end(scene, start)
        if claim := noun_phrase(scene, start, end, 0):
            if claim.affiliation is None and words[end : end + 1] == [","] and scene.label(end + 1) == "ORG":
                after = scene.ends.get(end + 1, end)
                if after >= len(doc) or not doc[after].is_alpha:  # "NAME, director, ORG"
                    claim = replace(claim, affiliation=named(scene, end + 1))
            yield claim


def _relative(scene: Scene, start: int) -> Iterator[Claim]:
    """What a clause with "who" says: "who now leads ORG", "who will become chairman of ORG"."""
    words, doc = scene.words, scene.doc
    end = start
    while end < min(len(doc), start + LONGEST_PHRASE) and words[end] not in (",", ";", ".", "“", '"', "who", "and"):
        if "\n" in doc[end].text:
            break
        end += 1
    for i in range(start, min(end, start + 6)):
        if words[i] in _COPULAS and (claim := noun_phrase(scene, i + 1, phrase_end(scene, i + 1), 2)):
            yield claim
            return
        if _leads(doc[i]) and (name := _first_organisation(scene, i + 1, end)):
            yield Claim(None, None, name, 2)
            return


def _leads(token: Token) -> bool:
    """Whether a token is a form of a verb of leading or working, whatever lemma the pipeline gives it."""
    stems = (token.lower_, token.lower_[:-1], token.lower_.removesuffix("ed"), token.lower_.removesuffix("es"))
    return token.lemma_.lower() in _LEADING or any(stem in _LEADING for stem in stems)


def _first_organisation(scene: Scene, start: int, end: int) -> str | None:
    for i in range(start, end):
        capital = scene.doc[i].text[:1].isupper()
        if (scene.label(i) == "ORG" or capital) and (name := organisation_at(scene, i, end)):
            return name
    return None


def _line(scene: Scene, start: int) -> Iterator[Claim]:
    """The line below a name in the credit of a displayed quotation: a role, an organisation, or both."""
    end = phrase_end(scene, start)
    if claim := noun_phrase(scene, start, end, 0):
        yield claim
    elif scene.label(start) == "ORG":
        yield Claim(None, None, named(scene, start), 2)
