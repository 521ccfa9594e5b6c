"""Names that refer to one person, organisation or place, put together: each entity once, under its fullest name.

Full names come first, over the whole article; then every shorter form, in text order, joins the full name that fits
it: by its words, by the gender of its honorific, by the role before it, and, among several, the one most mentioned so
far (the last mentioned for East Asian surnames, which people who are no relatives share).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

from quoteminer.cards import Card, describe
from quoteminer.forms import Key, key_of, person_key, plain
from quoteminer.lexicon import Lexicon
from quoteminer.names import find_names
from quoteminer.page import NameMention, Page
from quoteminer.persons import Cluster, Index, group_persons

_SMALL_WORDS = frozenset(("the", "of", "and", "for", "a", "an", "in", "on", "to", "at", "de", "del", "la", "y", "e"))
_CHAMBERS = frozenset(("congress", "senate", "parliament", "treasury", "assembly", "cabinet", "house"))
_PLACES = {
    **dict.fromkeys(("america", "us", "usa", "unitedstatesofamerica"), "unitedstates"),
    **dict.fromkeys(("uk", "britain", "greatbritain"), "unitedkingdom"),
}


class Group(NamedTuple):
    """One entity: the names that refer to the same person, organisation or place.

    Attributes:
        id: number in the article, by first mention.
        name: the fullest form that the article gives anywhere, without honorifics.
        label: "PERSON", "ORG", "PLACE" or "OTHER".
        mentions: its names in text order.
        aliases: the other forms of the name that occur.
        titles: honorifics before the name, as they stand ("Dr", "Lt. Col.").
        role, affiliation: what the article says of the person, None where it says nothing.
        gender: a soft signal from honorifics, gendered roles and the given name; None where there is none.
        roles: every role phrase found beside its names, in lower case, and the head noun of each.
    """

    id: int
    name: str
    label: str
    mentions: tuple[NameMention, ...]
    aliases: tuple[str, ...] = ()
    titles: tuple[str, ...] = ()
    role: str | None = None
    affiliation: str | None = None
    gender: str | None = None
    roles: tuple[str, ...] = ()


def group_mentions(page: Page) -> tuple[Group, ...]:
    """The entities of a document, by first mention, with what it says of them.

    Args:
        page: of a Doc with entities, and with tags and dependencies where its pipeline makes them.

    Returns:
        Groups whose mentions do not overlap; every name of `find_names` is in exactly one of them.
    """
    names = find_names(page)
    clusters = [
        *group_persons(page, [name for name in names if name.label == "PERSON"]),
        *_organisations(page, [name for name in names if name.label == "ORG"]),
        *_places(page, [name for name in names if name.label not in ("PERSON", "ORG")]),
    ]
    clusters.sort(key=lambda cluster: cluster.mentions[0].start)
    full = [_name(page, cluster) for cluster in clusters]
    described = [(name, c.label, tuple(c.mentions)) for name, c in zip(full, clusters, strict=True)]
    cards = describe(page, described)
    return tuple(
        _group(page, i, name, cluster, card)
        for i, (name, cluster, card) in enumerate(zip(full, clusters, cards, strict=True))
    )


def _group(page: Page, i: int, name: str, cluster: Cluster, card: Card) -> Group:
    forms = dict.fromkeys(mention.form for mention in cluster.mentions)
    gender = card.gender or page.lexicon.gender_of_name(name) if cluster.label == "PERSON" else None
    return Group(
        id=i,
        name=name,
        label=cluster.label,
        mentions=tuple(cluster.mentions),
        aliases=tuple(form for form in forms if form != name),
        titles=card.titles,
        role=card.role,
        affiliation=card.affiliation,
        gender=gender,
        roles=card.roles,
    )


def _name(page: Page, cluster: Cluster) -> str:
    """The fullest form: most words, then not in capitals throughout, then the commonest, then the first."""
    forms = [mention.form for mention in cluster.mentions]
    if cluster.shared and not any(" " in form for form in forms):
        return cluster.shared
    if len({*forms}) == 1:
        return forms[0]
    counts = Counter(forms)
    person = cluster.label == "PERSON"

    def fullness(form: str) -> tuple[int, bool, int, int, int]:
        shouted = person and form.isupper() and len(form) > 5
        words = person_key(form, page.lexicon) if person else _organisation_key(form, page.lexicon)
        letters = sum(len(word) for word in words if len(word) > 1)
        whole = len(form.split()) if person else -len(form.split()) + sum(word[0].isupper() for word in form.split())
        return len(words), not shouted, whole, letters, counts[form]

    return max(counts, key=fullness)


def _organisations(page: Page, names: Sequence[NameMention]) -> list[Cluster]:
    """The bodies that some names refer to: acronyms and shorter forms with the full name."""
    lexicon = page.lexicon
    keys = [_organisation_key(name.form, lexicon) for name in names]
    index = Index()
    clusters: list[Cluster] = []
    assigned: dict[Key, Cluster] = {}
    counts = Counter(keys)
    inside = Counter(word for key in counts if len(key) > 1 for word in set(key) for _ in range(counts[key]))
    for i in sorted(range(len(names)), key=lambda i: (-len(keys[i]), i)):
        key = keys[i]
        own = key[0] in _CHAMBERS and counts[key] > inside[key[0]]  # "Congress" beside one "Congress of Workers"
        if key in assigned or (len(key) == 1 and key[0] in lexicon.org_nouns and not own):
            continue
        cluster = _fitting_organisation(key, index, lexicon)
        if cluster is None:
            cluster = Cluster("ORG", key)
            clusters.append(cluster)
            index.add(cluster, (*key, *_acronyms(names[i].form, lexicon)))
        assigned[key] = cluster
    _link_brackets(page, names, keys, assigned)
    for name, key in zip(names, keys, strict=True):
        body = assigned.get(key) or next(iter(index.candidates(key[-1])), None)
        if body is None:
            body = assigned[key] = Cluster("ORG", key)
            clusters.append(body)
        body.mentions.append(name)
        index.touch(body, body.words)
    return [cluster for cluster in clusters if cluster.mentions]


@lru_cache(maxsize=1 << 14)
def _organisation_key(form: str, lexicon: Lexicon) -> Key:
    """The telling words of an organisation's name: "Acme Holdings Ltd." is acme holdings, "the Union party" union."""
    parts = form.split()
    while len(parts) > 1 and parts[-1].islower() and parts[-1] in lexicon.org_nouns:
        parts.pop()
    kept = [word for part in parts if (word := plain(part)) and word not in _SMALL_WORDS]
    while len(kept) > 1 and kept[-1] in lexicon.organisation_suffixes and kept[-1] not in lexicon.org_nouns:
        kept.pop()
    return tuple(kept) or key_of(form) or (form,)


@lru_cache(maxsize=1 << 14)
def _acronyms(form: str, lexicon: Lexicon) -> tuple[str, ...]:
    """What an organisation's name may be abbreviated to, each with "=" before it."""
    parts = [part for part in form.replace("-", " ").split() if plain(part) and plain(part) != "the"]
    main = [part for part in parts if plain(part) not in _SMALL_WORDS]
    tellings = [parts, main]
    if len(main) > 2 and (main[0] in lexicon.demonyms or main[0].isupper()):  # "US Drug Enforcement Administration"
        tellings += [parts[1:], main[1:]]
    found = ("".join(plain(p) if p.isupper() and len(p) < 5 else plain(p)[0] for p in words) for words in tellings)
    return tuple(f"={letters}" for letters in dict.fromkeys(found) if len(letters) > 1)


def _fitting_organisation(key: Key, index: Index, lexicon: Lexicon) -> Cluster | None:
    """The longer name that an organisation's name is a part or the acronym of."""
    if len(key) == 1 and 2 <= len(key[0]) <= 8 and (found := index.candidates("=" + key[0])):
        return found[0]
    if all(word in lexicon.org_nouns or word.capitalize() in lexicon.demonyms for word in key):
        return None
    candidates = index.candidates(key[0])
    if len(key) == 1:
        outer = [cluster for cluster in candidates if key[0] in (cluster.words[0], cluster.words[-1])]
        return outer[0] if len(outer) == 1 and len(outer[0].words) > 1 else None
    for cluster in candidates:
        words = cluster.words
        head = words[: len(key)] == key and (
            all(word in lexicon.org_nouns or word in lexicon.organisation_suffixes for word in words[len(key) :])
            or (len(key) > 1 and key[-1] in lexicon.org_nouns)
        )
        if len(words) > len(key) and (head or (len(key) > 1 and words[-len(key) :] == key)):
            return cluster
    return None


def _link_brackets(page: Page, names: Sequence[NameMention], keys: Sequence[Key], assigned: dict[Key, Cluster]) -> None:
    """A name in brackets directly after another is the same body: its acronym, or what the acronym stands for."""
    for i in range(1, len(names)):
        before, inside = names[i - 1], names[i]
        opened = inside.start_token - before.end_token == 1 and page.words[before.end_token] == "("
        closed = inside.end_token < len(page.words) and page.words[inside.end_token] == ")"
        one, other = assigned.get(keys[i - 1]), assigned.get(keys[i])
        if opened and closed and one and other and one is not other:
            short = min(before, inside, key=lambda name: name.end - name.start)
            if short.end_token - short.start_token == 1:
                long = one if len(one.words) >= len(other.words) else other
                assigned[keys[i - 1]] = assigned[keys[i]] = long


def _places(page: Page, names: Sequence[NameMention]) -> list[Cluster]:
    clusters: dict[tuple[str, str], Cluster] = {}
    for name in names:
        form = name.form
        key = "".join(key_of(page.lexicon.demonyms.get(form, form))) or form
        key = _PLACES.get(key, key)
        cluster = clusters.get((name.label, key))
        if cluster is None:
            cluster = clusters[name.label, key] = Cluster(name.label, (key,))
        cluster.mentions.append(name)
    return list(clusters.values())
