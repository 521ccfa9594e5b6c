"""Names of persons put together: full names first, then each shorter form with the full name that it stands for."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import islice

from quoteminer.forms import Key, person_key, plain
from quoteminer.lexicon import Gender, Lexicon
from quoteminer.page import NameMention, Page

_MOST_CANDIDATES = 24
_SHORTEST_MISSPELT, _MOST_KNOWN = 5, 500


@dataclass(slots=True)
class Cluster:
    """A group while it is being put together.

    Attributes:
        label: the label of the group.
        words: the telling words of its fullest form.
        gender: what its honorifics say.
        likely: the gender that its given name suggests.
        shared: the full name where only a shared surname gives it ("Ann and Bob Roe").
        initials: those of its fullest form.
        mentions: its names so far.
        roles: what stands directly before its names.
    """

    label: str
    words: Key
    gender: Gender | None = None
    likely: Gender | None = None
    shared: str | None = None
    initials: str = ""
    mentions: list[NameMention] = field(default_factory=list)
    roles: set[str] = field(default_factory=set)


@dataclass(slots=True)
class Index:
    """Clusters by each of their words, in order of their names' length (`known`) and of their last mention."""

    known: defaultdict[str, dict[int, Cluster]] = field(default_factory=lambda: defaultdict(dict))
    recent: defaultdict[str, dict[int, Cluster]] = field(default_factory=lambda: defaultdict(dict))

    def add(self, cluster: Cluster, words: Iterable[str]) -> None:
        """Make a cluster findable by words."""
        for word in words:
            self.known[word].setdefault(id(cluster), cluster)

    def touch(self, cluster: Cluster, words: Iterable[str]) -> None:
        """Note that a cluster has just been mentioned."""
        for word in words:
            self.recent[word].pop(id(cluster), None)
            self.recent[word][id(cluster)] = cluster

    def misspelt(self, word: str) -> list[str]:
        """Known words that a word of five letters or more is a slip for: "Mkulu" where the article names a Mkula."""
        if len(word) < _SHORTEST_MISSPELT or len(self.known) > _MOST_KNOWN:
            return []
        return [other for other in self.known if other[0] == word[0] and _one_slip(word, other)]

    def candidates(self, word: str) -> list[Cluster]:
        """Clusters with the word: the last mentioned first, then those that are still to come."""
        recent = list(islice(reversed(self.recent[word].values()), _MOST_CANDIDATES)) if word in self.recent else []
        known = islice(self.known[word].values(), _MOST_CANDIDATES) if word in self.known else ()
        seen = {id(cluster) for cluster in recent}
        return [*recent, *(cluster for cluster in known if id(cluster) not in seen)]


def _one_slip(first: str, second: str) -> bool:
    """Whether one word becomes the other by one letter left out, put in, exchanged, or swapped with its neighbour."""
    if abs(len(first) - len(second)) > 1 or first == second:
        return False
    start = 0
    while start < min(len(first), len(second)) and first[start] == second[start]:
        start += 1
    a, b = first[start:], second[start:]
    return a[1:] == b[1:] or a[1:] == b or a == b[1:] or (a[:2] == b[:2][::-1] and a[2:] == b[2:])


def group_persons(page: Page, names: Sequence[NameMention]) -> list[Cluster]:
    """The persons that some names, in order of the text, refer to.

    Args:
        page: the document.
        names: names of persons.

    Returns:
        Clusters with at least one mention each; each name is in one of them.
    """
    lexicon = page.lexicon
    keys = _person_keys(page, names)
    shared = _shared_surnames(page, names, keys)
    genders = [_title_gender(page, name) for name in names]
    index = Index()
    clusters: list[Cluster] = []
    assigned: dict[Key, Cluster] = {}
    for i in sorted((i for i in range(len(names)) if len(keys[i]) > 1), key=lambda i: (-len(keys[i]), i)):
        key = keys[i]
        if key not in assigned:
            cluster = _fitting_full(key, genders[i], index, lexicon)
            if cluster is None:
                likely = lexicon.gender_of_name(names[i].form)
                initials = "".join(part[0] for part in names[i].form.replace("-", " ").split() if part[0].isalpha())
                cluster = Cluster("PERSON", key, likely=likely, shared=shared.get(i), initials=initials.lower())
                clusters.append(cluster)
            assigned[key] = cluster
            index.add(cluster, _index_words(key, cluster))
        assigned[key].gender = genders[i] or assigned[key].gender
    for name, key, gender in zip(names, keys, genders, strict=True):
        role = _role_before(page, name)
        if len(key) > 1:
            person = assigned[key]
        else:
            found = _fitting_short(name.form, key[0], gender, role, index, lexicon)
            person = found or Cluster("PERSON", key)
            if found is None:
                clusters.append(person)
                index.add(person, key)
        person.gender = person.gender or gender
        person.mentions.append(name)
        person.roles.update((role,) if role else ())
        index.touch(person, _index_words(person.words if len(key) == 1 else key, person))
    return [cluster for cluster in clusters if cluster.mentions]


def _shared_surnames(page: Page, names: Sequence[NameMention], keys: list[Key]) -> dict[int, str]:
    """Full names of given names that share the surname of the next name; their keys are completed in place.

    "Ann and Bob Roe" names Ann Roe, unless Ann has a surname elsewhere.
    """
    full = {word for key in keys if len(key) > 1 for word in key[:-1]}
    shared = {}
    for i in range(len(names) - 1):
        first, second, form = names[i], names[i + 1], names[i].form
        joined = second.start_token - first.end_token == 1 and page.lowered[first.end_token] in ("and", "&")
        if not (joined and len(keys[i]) == 1 and len(keys[i + 1]) > 1 and keys[i][0] not in full):
            continue
        partner = second.form.split()
        if form in page.lexicon.given_names and partner[0] in page.lexicon.given_names:
            keys[i] = (keys[i][0], keys[i + 1][-1])
            shared[i] = f"{form} {partner[-1]}"
    return shared


def _person_keys(page: Page, names: Sequence[NameMention]) -> list[Key]:
    """The telling words of each name, without a role taken for a given name ("Dean Roe" where Ann Roe is known)."""
    keys = [person_key(name.form, page.lexicon) for name in names]
    given: defaultdict[str, set[str]] = defaultdict(set)
    for key in keys:
        if len(key) > 1:
            given[key[-1]].add(key[0])
    return [
        key[1:] if len(key) == 2 and key[0] in page.lexicon.roles and given[key[1]] - {key[0]} else key for key in keys
    ]


def _role_before(page: Page, name: NameMention) -> str | None:
    """The role directly before a name and its honorifics."""
    last = page.title_before(name.start_token) - 1
    return page.lowered[last] if last >= 0 and page.lowered[last] in page.lexicon.roles else None


def _index_words(key: Key, cluster: Cluster) -> tuple[str, ...]:
    return (*dict.fromkeys((*key, *cluster.words)), "=" + cluster.initials) if cluster.initials else key


def _title_gender(page: Page, name: NameMention) -> Gender | None:
    start = page.title_before(name.start_token)
    words = [word.replace(".", "") for word in page.lowered[start : name.start_token]]
    for length in range(len(words), 0, -1):
        for begin in range(len(words) - length + 1):
            phrase = " ".join(word for word in words[begin : begin + length] if word)
            if gender := page.lexicon.honorific_gender.get(phrase):
                return gender
    return None


def _fitting_full(key: Key, gender: Gender | None, index: Index, lexicon: Lexicon) -> Cluster | None:
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
    initials = short[-1] == full[-1] and any(all(len(word) == 1 for word in words[:-1]) for words in (short, full))
    return initials or equal >= min(2, len(short) - 1)


def _same_word(first: str, second: str, lexicon: Lexicon) -> bool:
    if first == second:
        return True
    if len(first) == 1 or len(second) == 1:
        return first[0] == second[0]
    return any(
        b in (plain(full) for full in lexicon.nicknames.get(a.capitalize(), ()))
        for a, b in ((first, second), (second, first))
    )


def _fitting_short(
    form: str, word: str, gender: Gender | None, role: str | None, index: Index, lexicon: Lexicon
) -> Cluster | None:
    """The cluster of a name of one word: by its place in the full name, by title and role, then the most mentioned.

    Of relatives the one that a bare surname means is the one that the article is about; of unrelated people with a
    common East Asian surname it is the last mentioned.
    """
    candidates = index.candidates(word)
    if not candidates and 2 <= len(word) <= 5 and form.isupper():
        candidates = index.candidates("=" + word)
    if not candidates:
        fulls = lexicon.nicknames.get(word.capitalize(), ())
        candidates = [cluster for full in fulls for cluster in index.candidates(plain(full)) if len(fulls) < 4]
    if not candidates:
        candidates = [c for known in index.misspelt(word) for c in index.candidates(known) if c.words[-1] == known]
    fitting = [c for c in candidates if not (gender and c.gender not in (None, gender))]
    if role and (same := [cluster for cluster in fitting if role in cluster.roles]):
        fitting = same
    if gender:
        fitting = [c for c in fitting if c.gender or c.likely in (None, gender)] or fitting
    if not fitting:
        return None
    ranks = [_rank_of_word(word, cluster, lexicon) for cluster in fitting]
    least = min(ranks)
    best = [cluster for cluster, rank in zip(fitting, ranks, strict=True) if rank == least]
    if word.capitalize() in lexicon.surname_first:
        return best[0]
    return max(best, key=lambda cluster: len(cluster.mentions))


def _rank_of_word(word: str, cluster: Cluster, lexicon: Lexicon) -> int:
    """0 where the word is the surname of the full name, or all of it; 1 where it is another part."""
    words = cluster.words
    if word in (words[-1], *words[:1]) and len(words) == 1:
        return 0
    eastern = words[0].capitalize() in lexicon.surname_first
    if word == words[-1] and not (eastern and len(words) < 4):
        return 0
    return 0 if (eastern and word == words[0]) or (len(words) > 2 and word == words[-2]) else 1
