"""Names that refer to one person, organisation or place, put together: each entity once, under its fullest name.

Full names come first, over the whole article; then every shorter form, in text order, joins the full name that fits
it: by its words, by the gender of its honorific, and, among several, the one mentioned last (Bagga and Baldwin 1998
call this cross-sentence name matching; the preference for recency is that of news style, where a surname stands for
whom the text speaks of).
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import islice

from spacy.tokens import Doc

from quoteminer.cards import Card, describe
from quoteminer.layout import Block
from quoteminer.lexicon import Gender, Lexicon
from quoteminer.names import NameMention, find_names, key_of, plain, title_before

_MOST_CANDIDATES = 24
_SMALL_WORDS = frozenset(("the", "of", "and", "for", "a", "an", "in", "on", "to", "at", "de", "del", "la", "y", "e"))
_PREFIXES = ("al-", "el-", "as-", "ash-", "an-", "ad-", "ar-", "at-", "az-", "al’", "al'")
_PLACES = {("america",): ("unitedstates",), ("us",): ("unitedstates",), ("usa",): ("unitedstates",)}

Key = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Group:
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


@dataclass(slots=True)
class _Cluster:
    """A group while it is being put together; `words` are those of its fullest form."""

    label: str
    words: Key
    first: int
    gender: Gender | None = None
    mentions: list[NameMention] = field(default_factory=list)


def group_mentions(doc: Doc, blocks: Sequence[Block], lexicon: Lexicon) -> tuple[Group, ...]:
    """The entities of a document, by first mention, with what it says of them.

    Args:
        doc: a Doc with entities, and with tags and dependencies where its pipeline makes them.
        blocks: the blocks of its text.
        lexicon: word lists.

    Returns:
        Groups whose mentions do not overlap; every name of `find_names` is in exactly one of them.
    """
    names = find_names(doc, blocks, lexicon)
    text = doc.text
    clusters = [
        *_persons(doc, text, [name for name in names if name.label == "PERSON"], lexicon),
        *_organisations(doc, text, [name for name in names if name.label == "ORG"], lexicon),
        *_places(text, [name for name in names if name.label not in ("PERSON", "ORG")], lexicon),
    ]
    clusters.sort(key=lambda cluster: cluster.mentions[0].start)
    full = [_name(text, cluster, lexicon) for cluster in clusters]
    cards = describe(doc, blocks, [(name, c.label, tuple(c.mentions)) for name, c in zip(full, clusters)], lexicon)
    return tuple(
        _group(i, name, cluster, card, text, lexicon)
        for i, (name, cluster, card) in enumerate(zip(full, clusters, cards))
    )


def _group(i: int, name: str, cluster: _Cluster, card: Card, text: str, lexicon: Lexicon) -> Group:
    forms = dict.fromkeys(_form(text, mention) for mention in cluster.mentions)
    gender = None
    if cluster.label == "PERSON":
        gender = card.gender or lexicon.gender_of_name(name)
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


def _form(text: str, mention: NameMention) -> str:
    return " ".join(text[mention.start : mention.end].split())


def _name(text: str, cluster: _Cluster, lexicon: Lexicon) -> str:
    """The fullest form: most words, then not in capitals throughout, then the commonest, then the first."""
    counts = Counter(_form(text, mention) for mention in cluster.mentions)
    several = len(counts) > 1

    def fullness(form: str) -> tuple[int, bool, int, int, int]:
        shouted = several and form.isupper() and len(form) > 5 and cluster.label == "PERSON"
        words = _content(form, lexicon) if cluster.label == "PERSON" else key_of(form)
        letters = sum(len(word) for word in words if len(word) > 1)
        return len(words), not shouted, len(form.split()), letters, counts[form]

    return max(counts, key=fullness)


def _content(form: str, lexicon: Lexicon) -> Key:
    """The words of a person's name that tell it from others: no particles, no al-, no Jr."""
    words = []
    for part in form.split():
        low = part.casefold()
        for prefix in _PREFIXES:
            if low.startswith(prefix) and len(low) > len(prefix) + 1:
                low = low[len(prefix) :]
                break
        if low in lexicon.name_particles or low.strip(".,").replace(".", "") in lexicon.suffixes:
            continue
        if word := plain(low):
            words.append(word)
    return tuple(words) or key_of(form)


@dataclass(slots=True)
class _Index:
    """Clusters by each of their words: the most recently mentioned last, those not yet mentioned in order of the text."""

    known: defaultdict[str, dict[int, _Cluster]] = field(default_factory=lambda: defaultdict(dict))
    recent: defaultdict[str, dict[int, _Cluster]] = field(default_factory=lambda: defaultdict(dict))

    def add(self, cluster: _Cluster, words: Iterable[str]) -> None:
        for word in words:
            self.known[word].setdefault(id(cluster), cluster)

    def touch(self, cluster: _Cluster, words: Iterable[str]) -> None:
        for word in words:
            self.recent[word].pop(id(cluster), None)
            self.recent[word][id(cluster)] = cluster

    def candidates(self, word: str) -> list[_Cluster]:
        """Clusters with the word: the last mentioned first, then those that are still to come."""
        recent = list(islice(reversed(self.recent[word].values()), _MOST_CANDIDATES)) if word in self.recent else []
        known = islice(self.known[word].values(), _MOST_CANDIDATES) if word in self.known else ()
        seen = {id(cluster) for cluster in recent}
        return [*recent, *(cluster for cluster in known if id(cluster) not in seen)]


def _persons(doc: Doc, text: str, names: Sequence[NameMention], lexicon: Lexicon) -> list[_Cluster]:
    keys = [_content(_form(text, name), lexicon) for name in names]
    genders = [_title_gender(doc, name, lexicon) for name in names]
    index = _Index()
    clusters: list[_Cluster] = []
    assigned: dict[Key, _Cluster] = {}
    order = sorted((i for i in range(len(names)) if len(keys[i]) > 1), key=lambda i: (-len(keys[i]), i))
    for i in order:
        key = keys[i]
        if key not in assigned:
            cluster = _fitting_full(key, genders[i], index, lexicon)
            if cluster is None:
                cluster = _Cluster("PERSON", key, i, _gender(_form(text, names[i]), genders[i], lexicon))
                clusters.append(cluster)
            assigned[key] = cluster
            index.add(cluster, _index_words(key, cluster))
        elif genders[i] and assigned[key].first == i:
            assigned[key].gender = genders[i]
    for name, key, gender in zip(names, keys, genders):
        person = assigned.get(key) if len(key) > 1 else _fitting_short(key[0], gender, index, lexicon)
        if person is None:
            person = _Cluster("PERSON", key, name.start, gender)
            clusters.append(person)
            index.add(person, key)
        person.gender = person.gender or gender
        person.mentions.append(name)
        index.touch(person, _index_words(person.words, person) if len(key) == 1 else _index_words(key, person))
    return [cluster for cluster in clusters if cluster.mentions]


def _index_words(key: Key, cluster: _Cluster) -> tuple[str, ...]:
    initials = "".join(word[0] for word in cluster.words) if len(cluster.words) > 1 else ""
    return (*dict.fromkeys((*key, *cluster.words)), "=" + initials) if initials else key


def _title_gender(doc: Doc, name: NameMention, lexicon: Lexicon) -> Gender | None:
    start = title_before(doc, name.start_token, lexicon)
    words = [doc[i].lower_.replace(".", "") for i in range(start, name.start_token)]
    for length in range(len(words), 0, -1):
        for begin in range(len(words) - length + 1):
            phrase = " ".join(word for word in words[begin : begin + length] if word)
            if gender := lexicon.honorific_gender.get(phrase):
                return gender
    return None


def _gender(form: str, title: Gender | None, lexicon: Lexicon) -> Gender | None:
    return title or lexicon.gender_of_name(form)


def _fitting_full(key: Key, gender: Gender | None, index: _Index, lexicon: Lexicon) -> _Cluster | None:
    """The cluster of a longer name that a name of two words or more is a form of."""
    for word in dict.fromkeys((key[-1], key[0])):
        for cluster in index.candidates(word):
            if _is_form_of(key, cluster.words, lexicon) and not (gender and cluster.gender not in (None, gender)):
                return cluster
    return None


def _is_form_of(short: Key, full: Key, lexicon: Lexicon) -> bool:
    """Whether the words of a name are those of a fuller one: all in order, given names as initials or short forms."""
    if sorted(short) == sorted(full):
        return True
    if len(short) > len(full) or not any(len(word) > 1 and word in full for word in short):
        return False
    position, equal = 0, 0
    for word in short:
        while position < len(full) and not _same_word(word, full[position], lexicon):
            position += 1
        if position == len(full):
            return False
        equal += word == full[position]
        position += 1
    return equal >= min(2, len(short) - 1)


def _same_word(first: str, second: str, lexicon: Lexicon) -> bool:
    if first == second:
        return True
    if len(first) == 1 or len(second) == 1:
        return first[0] == second[0]
    return any(
        b in (plain(full) for full in lexicon.nicknames.get(a.capitalize(), ()))
        for a, b in ((first, second), (second, first))
    )


def _fitting_short(word: str, gender: Gender | None, index: _Index, lexicon: Lexicon) -> _Cluster | None:
    """The cluster that a name of one word belongs to: by its place in the full name, then by recency."""
    candidates = index.candidates(word)
    if not candidates and 2 <= len(word) <= 5:
        candidates = index.candidates("=" + word)
    if not candidates:
        fulls = lexicon.nicknames.get(word.capitalize(), ())
        candidates = [cluster for full in fulls for cluster in index.candidates(plain(full)) if len(fulls) < 4]
    fitting = [c for c in candidates if not (gender and c.gender not in (None, gender))]
    return min(fitting, key=lambda cluster: _rank_of_word(word, cluster, lexicon), default=None)


def _rank_of_word(word: str, cluster: _Cluster, lexicon: Lexicon) -> int:
    """0 where the word is the surname of the full name, or all of it; 1 where it is another part."""
    words = cluster.words
    if word in (words[-1], *words[:1]) and len(words) == 1:
        return 0
    eastern = words[0].capitalize() in lexicon.surname_first
    if word == words[-1] and not (eastern and len(words) < 4):
        return 0
    return 0 if (eastern and word == words[0]) or (len(words) > 2 and word == words[-2]) else 1


def _organisations(doc: Doc, text: str, names: Sequence[NameMention], lexicon: Lexicon) -> list[_Cluster]:
    keys = [_organisation_key(_form(text, name), lexicon) for name in names]
    index = _Index()
    clusters: list[_Cluster] = []
    assigned: dict[Key, _Cluster] = {}
    for i in sorted(range(len(names)), key=lambda i: (-len(keys[i]), i)):
        key = keys[i]
        if key in assigned or _is_generic(key, lexicon):
            continue
        cluster = _fitting_organisation(key, index, lexicon)
        if cluster is None:
            cluster = _Cluster("ORG", key, names[i].start)
            clusters.append(cluster)
            index.add(cluster, (*key, *_acronyms(_form(text, names[i]))))
        assigned[key] = cluster
    _link_brackets(doc, names, keys, assigned)
    for name, key in zip(names, keys):
        body = assigned.get(key) or next(iter(index.candidates(key[-1])), None)
        if body is None:
            body = assigned[key] = _Cluster("ORG", key, name.start)
            clusters.append(body)
        body.mentions.append(name)
        index.touch(body, body.words)
    return [cluster for cluster in clusters if cluster.mentions]


def _organisation_key(form: str, lexicon: Lexicon) -> Key:
    words = [plain(part) for part in form.split()]
    kept = [word for word in words if word and word not in _SMALL_WORDS]
    while len(kept) > 1 and kept[-1] in lexicon.organisation_suffixes and kept[-1] not in lexicon.org_nouns:
        kept.pop()
    return tuple(kept) or key_of(form) or (form,)


def _is_generic(key: Key, lexicon: Lexicon) -> bool:
    return len(key) == 1 and key[0] in lexicon.org_nouns


def _acronyms(form: str) -> tuple[str, ...]:
    words = [plain(part) for part in form.replace("-", " ").split()]
    every = "".join(word[0] for word in words if word and word != "the")
    main = "".join(word[0] for word in words if word and word not in _SMALL_WORDS)
    return tuple(f"={letters}" for letters in dict.fromkeys((every, main)) if len(letters) > 1)


def _fitting_organisation(key: Key, index: _Index, lexicon: Lexicon) -> _Cluster | None:
    """The longer name that an organisation's name is a part or the acronym of."""
    if len(key) == 1 and 2 <= len(key[0]) <= 8 and (found := index.candidates("=" + key[0])):
        return found[0]
    telling = [word for word in key if word not in lexicon.org_nouns and word.capitalize() not in lexicon.demonyms]
    if not telling:
        return None
    for cluster in index.candidates(key[0]):
        words = cluster.words
        if len(words) <= len(key):
            continue
        tail = words[: len(key)] == key and all(
            word in lexicon.org_nouns or word in lexicon.organisation_suffixes for word in words[len(key) :]
        )
        if tail or (len(key) > 1 and words[-len(key) :] == key):
            return cluster
    return None


def _link_brackets(
    doc: Doc, names: Sequence[NameMention], keys: Sequence[Key], assigned: dict[Key, _Cluster]
) -> None:
    """A name in brackets directly after another is the same body: its acronym, or what the acronym stands for."""
    for i in range(1, len(names)):
        before, inside = names[i - 1], names[i]
        opened = inside.start_token - before.end_token == 1 and doc[before.end_token].text == "("
        closed = inside.end_token < len(doc) and doc[inside.end_token].text == ")"
        one, other = assigned.get(keys[i - 1]), assigned.get(keys[i])
        if opened and closed and one and other and one is not other:
            short = min(keys[i - 1], keys[i], key=len)
            if len(short) == 1 and short[0][:1] == max(keys[i - 1], keys[i], key=len)[0][:1]:
                long = one if len(one.words) >= len(other.words) else other
                assigned[keys[i - 1]] = assigned[keys[i]] = long


def _places(text: str, names: Sequence[NameMention], lexicon: Lexicon) -> list[_Cluster]:
    clusters: dict[tuple[str, Key], _Cluster] = {}
    for name in names:
        form = _form(text, name)
        key = key_of(lexicon.demonyms.get(form, form)) or (form,)
        key = _PLACES.get(key, ("".join(key),))
        cluster = clusters.setdefault((name.label, key), _Cluster(name.label, key, name.start))
        cluster.mentions.append(name)
    return list(clusters.values())
