"""Titles, roles and affiliations of persons, from the words beside their names.

Parses of news text are noisy where names, commas and brackets meet, so the patterns are those of the surface
(capitals, commas, prepositions, the word lists), with tags where a Doc has them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from spacy.tokens import Doc

from quoteminer.layout import DASHES, Block
from quoteminer.lexicon import Gender, Lexicon
from quoteminer.names import NameMention, title_before

_LONGEST_ROLE, _LONGEST_PHRASE = 6, 40
_MODIFIER_TAGS = frozenset(("JJ", "JJS", "NN", "NNP", "NNPS", "NNS", "VBN", "VBG", "HYPH", "CD", ""))
_OF = frozenset(("of", "for", "at", "with", "from", "to", "in", "on", "by"))
_STRONG = frozenset(("at", "with", "from"))
_DETERMINERS = frozenset(("a", "an", "the", "its", "his", "her", "their", "our", "my", "this", "another", "one"))
_ADVERBS = frozenset(("now", "then", "currently", "also", "once", "formerly", "previously", "himself", "herself"))
_PAST = frozenset(("former", "ex", "late", "ex-"))
_COPULAS = frozenset(("is", "was", "'s", "’s", "became", "be", "been"))
_LEADING = frozenset(("head", "lead", "run", "direct", "chair", "found", "co-found", "cofound", "own", "manage", "represent",
                      "work", "teach", "join", "cover", "oversee", "lecture", "coordinate", "edit", "co-own"))  # fmt: skip
_COMPLEMENTED = frozenset(("head", "minister", "secretary", "ambassador", "member", "chief", "director", "commissioner",
                           "envoy", "officer", "president", "adviser", "advisor"))  # fmt: skip
_AGENT_ENDINGS = ("ist", "er", "or", "man", "woman", "ian", "eer", "person", "wright", "smith")


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


@dataclass(frozen=True, slots=True)
class _Claim:
    """One statement about a person: `rank` 0 is the plainest sort, higher ones are used where nothing plainer is."""

    role: str | None
    head: str | None
    affiliation: str | None
    rank: int


@dataclass(frozen=True, slots=True)
class _Page:
    doc: Doc
    words: list[str]
    owner: dict[int, int]  # token to group
    ends: dict[int, int]  # first token of a name to the token after it
    names: list[str]
    labels: list[str]
    lexicon: Lexicon


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
    owner, ends = {}, {}
    for i, (_, _, mentions) in enumerate(groups):
        for mention in mentions:
            owner.update(dict.fromkeys(range(mention.start_token, mention.end_token), i))
            ends[mention.start_token] = mention.end_token
    words = [token.lower_ for token in doc]
    page = _Page(doc, words, owner, ends, [name for name, _, _ in groups], [label for _, label, _ in groups], lexicon)
    credits = frozenset(block.start for block in blocks if block.kind == "credit")
    return [_card(page, mentions, credits) if label == "PERSON" else Card() for _, label, mentions in groups]


def _card(page: _Page, mentions: Sequence[NameMention], credits: frozenset[int]) -> Card:
    titles: dict[str, None] = {}
    claims: list[_Claim] = []
    for mention in mentions:
        start = title_before(page.doc, mention.start_token, page.lexicon)
        if start < mention.start_token:
            titles[page.doc[start : mention.start_token].text] = None
        claims.extend(_claims(page, start, mention.start_token, mention.end_token))
    role, affiliation = _chosen(claims)
    phrases: dict[str, None] = {}
    for claim in claims:
        if claim.role and claim.head:
            for phrase in (claim.role.lower(), claim.head, page.lexicon.office_abbreviations.get(claim.head, claim.head)):
                phrases[phrase] = None
    return Card(tuple(titles), role, affiliation, _gender(page, titles, claims), tuple(phrases))


def _chosen(claims: Sequence[_Claim]) -> tuple[str | None, str | None]:
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


def _gender(page: _Page, titles: dict[str, None], claims: Sequence[_Claim]) -> Gender | None:
    votes: Counter[Gender] = Counter()
    for title in titles:
        for word in (title.lower().replace(".", ""), *title.lower().replace(".", "").split()):
            if gender := page.lexicon.honorific_gender.get(word):
                votes[gender] += 3
    for claim in claims:
        if claim.head and (gender := page.lexicon.noun_gender.get(claim.head)):
            votes[gender] += 1
    return max(votes, key=lambda gender: votes[gender]) if votes else None


def _claims(page: _Page, titled: int, start: int, end: int) -> Iterator[_Claim]:
    """What the words around one mention say; `titled` is where its honorifics begin."""
    yield from _before(page, titled)
    yield from _after(page, end)
    title = page.words[titled:start]
    if title and title[-1] in page.lexicon.roles:
        yield _Claim(page.doc[start - 1].text, title[-1], None, 3)


def _before(page: _Page, end: int) -> Iterator[_Claim]:
    """Roles before a name: "spokesman NAME", "Japan's Prime Minister NAME", "the head of the agency, NAME"."""
    last = end - 1
    if last < 0:
        return
    if page.words[last] == ",":
        start = _phrase_start(page, last)
        determined = page.words[start] in _DETERMINERS or page.doc[start].is_sent_start or start in page.owner
        if determined and start < last and (claim := _noun_phrase(page, start, last, 1)):
            yield claim
        return
    first = _role_start(page, end)
    if first < end:
        yield _with_modifiers(page, first, end, 0)
        return
    group = page.owner.get(last)
    if group is not None and page.labels[group] != "PERSON":  # "President of Bolivia NAME"
        start = last
        while start - 1 >= 0 and page.owner.get(start - 1) == group:
            start -= 1
        before = start - 1
        while before > 0 and page.words[before] == "the":
            before -= 1
        if before > 0 and page.words[before] in ("of", "for"):
            first = _role_start(page, before)
            if first < before:
                claim = _with_modifiers(page, first, before, 0)
                yield _Claim(claim.role, claim.head, page.names[group], 0)


def _phrase_start(page: _Page, comma: int) -> int:
    """Where the noun phrase before a comma begins: at its determiner, or after the mark or verb before it."""
    start = comma
    while start > 0 and comma - start < 16:
        before = page.doc[start - 1]
        if before.is_space or (before.is_punct and before.text not in "-'’&.") or before.pos_ in ("VERB", "AUX"):
            break
        start -= 1
        if page.words[start] in ("a", "an") or page.doc[start].is_sent_start:
            break
    while start < comma and page.doc[start].pos_ in ("ADP", "SCONJ", "CCONJ", "ADV", "PUNCT"):
        start += 1
    return start


def _role_start(page: _Page, end: int) -> int:
    """The token at which the longest known role that ends before token `end` begins; `end` where there is none."""
    lexicon = page.lexicon
    for length in range(min(_LONGEST_ROLE, end), 0, -1):
        span = page.doc[end - length : end]
        phrase = span.text.lower()
        if phrase in lexicon.roles or phrase in lexicon.kinship or phrase in lexicon.person_nouns:
            return end - length
    word = page.words[end - 1].replace(".", "")
    if word in lexicon.office_abbreviations and page.doc[end - 1].text[:1].isupper() and end - 1 not in page.owner:
        return end - 1
    return end


def _with_modifiers(page: _Page, first: int, end: int, rank: int) -> _Claim:
    """The role from `first` to `end` with the words that modify it, and whose it is."""
    start, affiliation = first, None
    low = max(0, first - 8)
    i = first - 1
    while i >= low:
        token = page.doc[i]
        group = page.owner.get(i)
        if group is not None:
            if page.labels[group] != "PERSON" and affiliation is None:
                affiliation = page.names[group]
            if page.labels[group] == "PERSON":
                break
            while i - 1 >= low and page.owner.get(i - 1) == group:
                i -= 1
        elif page.words[i] in ("'s", "’s", "'", "’"):
            if affiliation is not None or i - 1 not in page.owner or page.labels[page.owner[i - 1]] == "PERSON":
                break
        elif token.text in page.lexicon.demonyms:
            pass
        elif token.is_space or token.tag_ not in _MODIFIER_TAGS or page.words[i] in _DETERMINERS | _OF:
            break
        elif token.is_punct and (token.text not in "-–" or token.whitespace_ or not page.doc[i - 1 : i]):
            break
        elif affiliation is None or page.words[i] in _PAST:
            start = i
        i -= 1
    return _claim(page, start, first, end, affiliation, rank)


def _claim(page: _Page, start: int, first: int, end: int, affiliation: str | None, rank: int) -> _Claim:
    head = page.doc[end - 1].lemma_.lower() or page.words[end - 1]
    if head not in page.lexicon.roles | page.lexicon.kinship | page.lexicon.person_nouns:
        head = page.words[end - 1]
    phrase = page.doc[first:end].text.lower()
    if phrase in page.lexicon.kinship:
        rank = 4
    elif phrase in page.lexicon.person_nouns and phrase not in page.lexicon.roles:
        rank = 5
    role = " ".join(page.doc[start:end].text.split()).lstrip("-–— ")
    return _Claim(role, head, affiliation, rank)


def _after(page: _Page, end: int) -> Iterator[_Claim]:
    """Roles after a name: appositions, relative clauses, prepositions, brackets, copulas."""
    if end >= len(page.doc):
        return
    word = page.words[end]
    if word in ("of", "at", "from", "with"):
        if name := _organisation(page, end + 1, len(page.doc)):
            yield _Claim(None, None, name, 2)
    elif word == "(" or word == "," or (word in DASHES and page.doc[end - 1].whitespace_):
        yield from _apposition(page, end + 1)
    elif word in _COPULAS and end + 2 < len(page.doc) and page.words[end + 1] in _DETERMINERS:
        if claim := _noun_phrase(page, end + 1, _phrase_end(page, end + 1), 2):
            yield claim


def _apposition(page: _Page, start: int) -> Iterator[_Claim]:
    words, doc = page.words, page.doc
    while start < len(doc) and (words[start] in _ADVERBS or doc[start].like_num or (words[start] == "," )):
        start += 1
    if start >= len(doc):
        return
    if words[start] == "who":
        start += 1
        while start < len(doc) and words[start] in _ADVERBS | {"has", "had"}:
            start += 1
        if start < len(doc) and doc[start].lemma_.lower() in _LEADING:
            if name := _first_organisation(page, start + 1, _phrase_end(page, start + 1)):
                yield _Claim(None, None, name, 2)
            return
        if start >= len(doc) or words[start] not in _COPULAS:
            return
        start += 1
    if start < len(doc) and words[start] in ("of", "from", "at", "with"):
        if name := _organisation(page, start + 1, len(doc)):
            yield _Claim(None, None, name, 2)
        return
    end = _phrase_end(page, start)
    if claim := _noun_phrase(page, start, end, 0):
        if claim.affiliation is None and end + 1 < len(doc) and words[end] == "," and end + 1 in page.ends:
            group, after = page.owner[end + 1], page.ends[end + 1]
            if page.labels[group] == "ORG" and (after >= len(doc) or not doc[after].is_alpha):
                claim = _Claim(claim.role, claim.head, page.names[group], claim.rank)
        yield claim


def _phrase_end(page: _Page, start: int) -> int:
    """Where a noun phrase that starts after a comma ends: before a mark, a relative pronoun or a finite verb."""
    for i in range(start, min(len(page.doc), start + _LONGEST_PHRASE)):
        token = page.doc[i]
        if i in page.owner:
            continue
        if token.text in ",;:()[]“”\"—" or (token.is_space and "\n" in token.text):
            return i
        if token.text in ".!?" and token.dep_ in ("punct", "") and (i + 1 >= len(page.doc) or token.whitespace_ or page.doc[i + 1].is_space):
            return i
        if page.words[i] in page.lexicon.relative_pronouns or token.tag_ in ("VBD", "VBZ", "VBP", "MD"):
            return i
    return min(len(page.doc), start + _LONGEST_PHRASE)


def _noun_phrase(page: _Page, start: int, end: int, rank: int) -> _Claim | None:
    """The role that a noun phrase states: its head is the last word before the first preposition."""
    if start >= end or (start in page.owner and page.ends.get(start, end) >= end):
        return None
    stop = start
    while stop < end and (stop in page.owner or page.words[stop] not in (*_OF, "and", "who", "that")):
        stop += 1
    while stop > start and (page.doc[stop - 1].is_punct or page.doc[stop - 1].is_space):
        stop -= 1
    first = _role_start(page, stop)
    if first < start or first >= stop:
        word = page.words[stop - 1] if stop > start else ""
        likely = word.endswith(_AGENT_ENDINGS) and page.doc[stop - 1].tag_ in ("NN", "NNP") and len(word) > 4
        if not likely or stop - 1 in page.owner or page.words[start] not in _DETERMINERS:
            return None
        first = stop - 1
    inner = first
    while inner < start:
        inner += 1
    claim = _with_modifiers(page, inner, stop, rank)
    affiliation = _complement_owner(page, stop, end) or claim.affiliation
    return _Claim(_with_complement(page, claim, stop, end), claim.head, affiliation, claim.rank)


def _with_complement(page: _Page, claim: _Claim, stop: int, end: int) -> str | None:
    """The role with a short complement in common words: "head of policy", "minister for families"."""
    if claim.head not in _COMPLEMENTED or stop >= end or page.words[stop] not in ("of", "for", "to") or claim.role is None:
        return claim.role
    after = stop + 1
    while after < end and after not in page.owner and page.doc[after].is_alpha and page.words[after] not in _OF:
        after += 1
    if stop + 1 < after <= stop + 3 and page.words[stop + 1] not in _DETERMINERS:
        return f"{claim.role} {page.doc[stop:after].text}"
    return claim.role


def _complement_owner(page: _Page, start: int, end: int) -> str | None:
    """The organisation or place that the words after a role name: what follows "at" before what follows "of"."""
    found: dict[bool, str] = {}
    for i in range(start, end):
        if page.words[i] not in ("of", "for", "at", "with", "from", "to") or i in page.owner:
            continue
        strong = page.words[i] in _STRONG
        name = _organisation(page, i + 1, end)
        if name is None and i == start and page.words[i] == "of":
            name = _place(page, i + 1)
        if name and strong not in found:
            found[strong] = name
    return found.get(True) or found.get(False)


def _place(page: _Page, start: int) -> str | None:
    if start < len(page.doc) and page.words[start] == "the":
        start += 1
    group = page.owner.get(start)
    return page.names[group] if group is not None and page.labels[group] == "PLACE" else None


def _organisation(page: _Page, start: int, end: int) -> str | None:
    """The organisation named directly at `start`, by the groups or, where they lack it, by its capitals and nouns."""
    if start < end and page.words[start] == "the":
        start += 1
    if start >= end:
        return None
    last = start
    while last < end and (
        page.doc[last].text[:1].isupper()
        or (page.words[last] in ("of", "for", "and", "&", "the", "in", "-", "de", "'s", "’s") and last + 1 < end and last > start)
    ):
        last += 1
    while last > start and not page.doc[last - 1].text[:1].isupper():
        last -= 1
    if last == start:
        return None
    group = page.owner.get(start)
    named = page.ends.get(start, start)
    if group is not None and page.labels[group] == "ORG":
        return page.names[group]
    telling = [i for i in range(start, last) if page.words[i] in page.lexicon.org_nouns]
    if telling and named < last:
        return " ".join(page.doc[start:last].text.split())
    return None


def _first_organisation(page: _Page, start: int, end: int) -> str | None:
    for i in range(start, end):
        group = page.owner.get(i)
        if group is not None and page.labels[group] == "ORG":
            return page.names[group]
        if page.doc[i].text[:1].isupper() and (name := _organisation(page, i, end)):
            return name
    return None
