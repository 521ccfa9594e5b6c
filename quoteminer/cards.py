"""Titles, roles and affiliations of persons, from the words beside their names."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

from quoteminer.affiliations import Scene
from quoteminer.appositions import claims_after, claims_before, claims_on_line
from quoteminer.lexicon import Gender
from quoteminer.page import NameMention, Page
from quoteminer.roles import Claim, with_modifiers

_OFFICES = frozenset(("chief", "judge", "justice", "magistrate"))


class Card(NamedTuple):
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


_NOTHING = Card()


def describe(page: Page, groups: Sequence[tuple[str, str, tuple[NameMention, ...]]]) -> list[Card]:
    """One card for each group.

    Args:
        page: the document; below a displayed quotation, the line under a name gives its role.
        groups: name, label and mentions of each entity.

    Returns:
        Cards in the order of the groups; empty ones for groups that are no persons.
    """
    scene = _scene(page, groups)
    lines = {one.start: next_.start for one, next_ in pairwise(page.blocks) if one.kind == next_.kind == "credit"}
    wanted = frozenset(lines.values())
    below = {offset: i for i, offset in enumerate(page.offsets) if offset in wanted} if lines else {}
    under = {start: below[line] for start, line in lines.items() if line in below}
    return [_card(scene, mentions, under) if label == "PERSON" else _NOTHING for _, label, mentions in groups]


def _scene(page: Page, groups: Sequence[tuple[str, str, tuple[NameMention, ...]]]) -> Scene:
    owner: dict[int, int] = {}
    ends: dict[int, int] = {}
    nouns: defaultdict[str, list[tuple[int, int]]] = defaultdict(list)
    for i, (name, label, mentions) in enumerate(groups):
        heads = {word for word in name.lower().split() if word in page.lexicon.org_nouns} if label == "ORG" else ()
        for mention in mentions:
            for token in range(mention.start_token, mention.end_token):
                owner[token] = i
            ends[mention.start_token] = mention.end_token
            for head in heads:
                nouns[head].append((mention.start_token, i))
    for places in nouns.values():
        places.sort()
    names, labels = [group[0] for group in groups], [group[1] for group in groups]
    return Scene(page, page.doc, page.words, page.lowered, owner, ends, names, labels, dict(nouns), page.lexicon)


def _card(scene: Scene, mentions: Sequence[NameMention], under: dict[int, int]) -> Card:
    titles: dict[str, None] = {}
    claims: list[Claim] = []
    for mention in mentions:
        start = scene.page.title_before(mention.start_token)
        if start < mention.start_token and scene.lowered[start] not in _OFFICES:
            titles[scene.text(start, mention.start_token)] = None
        claims.extend(claims_before(scene, start))
        claims.extend(claims_after(scene, mention.end_token))
        if start < mention.start_token and scene.lowered[mention.start_token - 1] in scene.lexicon.roles:
            claims.append(_titular(scene, start, mention.start_token))
        if (line := under.get(scene.page.offsets[mention.start_token])) is not None:
            claims.extend(claims_on_line(scene, line))
    role, affiliation = _chosen(claims)
    phrases: dict[str, None] = {}
    for claim in claims:
        if claim.role and claim.head:
            office = scene.lexicon.office_abbreviations.get(claim.head, claim.head)
            phrases.update(dict.fromkeys((claim.role.lower(), claim.head, office)))
    return Card(tuple(titles), role, affiliation, _gender(scene, titles, claims), tuple(phrases))


def _titular(scene: Scene, start: int, end: int) -> Claim:
    """The office that an honorific states: "Professor", "Cabinet Chief"."""
    if scene.lowered[start] in _OFFICES:
        return with_modifiers(scene, start, end, 1)
    return Claim(scene.words[end - 1], scene.lowered[end - 1], None, 3)


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
    if not titles and not claims:
        return None
    votes: Counter[Gender] = Counter()
    for title in titles:
        plain = title.lower().replace(".", "")
        for word in dict.fromkeys((plain, *plain.split())):
            if gender := scene.lexicon.honorific_gender.get(word):
                votes[gender] += 3
    for claim in claims:
        if claim.head and (gender := scene.lexicon.noun_gender.get(claim.head)):
            votes[gender] += 1
    return max(votes.items(), key=lambda vote: vote[1])[0] if votes else None
