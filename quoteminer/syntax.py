"""Reading a dependency tree in either label scheme: Universal Dependencies or ClearNLP (as in `en_core_web_*`).

Everything here works on token indices, gives indices, and makes do with trees that are wrong in places.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice

from spacy.tokens import Doc, Token

SUBJECTS = frozenset(("nsubj", "nsubj:pass", "nsubjpass", "nsubj:outer"))
PASSIVES = frozenset(("nsubj:pass", "nsubjpass", "aux:pass", "auxpass"))
NAME_PARTS = frozenset(("flat", "flat:name", "compound", "name", "nn"))
BEFORE_HEAD = NAME_PARTS | frozenset(
    ("det", "amod", "nummod", "nmod:poss", "poss", "nmod:desc", "predet", "det:predet", "quantmod")
)
MODIFIERS = frozenset(("nmod", "prep", "obl", "nmod:unmarked"))
PERSONS = frozenset(("PERSON", "PER"))  # what pipelines label people
NOMINAL = frozenset(("NOUN", "PROPN", "PRON", "NUM", "SYM"))
RELATIVES = frozenset(("acl:relcl", "relcl"))
FARTHEST_CHILD = 200  # tokens
MOST_CONJUNCTS = 20
LONGEST_NAME = 20  # tokens
CLAUSES = frozenset(("acl", "advcl", "xcomp", "conj", "parataxis", "ccomp", "dep", "advcl:relcl")) | RELATIVES
DESCRIBING = frozenset(("of", "for", "at", "from", "with", "in", "close", "near", "within", "inside", "familiar"))
CHAIN = frozenset(("NOUN", "PROPN", "ADJ", "NUM", "CCONJ", "PART", "X"))
TAKING_TO = frozenset((
    "adviser", "advisor", "aide", "ambassador", "assistant", "consultant", "counsel", "deputy", "envoy", "secretary",
))  # fmt: skip
BODIES = frozenset(("ORG", "PLACE", "GPE", "LOC", "FAC"))
_RETIRED = frozenset(("ret", "retd", "retired", "rtd"))
POSSESSIVES = frozenset(("'s", "’s", "'", "’"))
WEEKDAYS = frozenset(("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"))
DAYS = WEEKDAYS | frozenset((
    "today", "yesterday", "tomorrow", "tonight", "earlier", "later", "last", "next",
    "january", "february", "march", "april", "may", "june",
    "july", "august", "september", "october", "november", "december",
))  # fmt: skip


def children_of(token: Token) -> list[Token]:
    """A token's children; in a tree of a thousand tokens only those nearby, since spaCy looks for them one by one."""
    if not token.n_lefts and not token.n_rights:
        return []
    if token.right_edge.i - token.left_edge.i <= 2 * FARTHEST_CHILD:
        return list(token.children)
    low = max(token.left_edge.i, token.i - FARTHEST_CHILD)
    near = token.doc[low : token.i + FARTHEST_CHILD]
    return [other for other in near if other.head.i == token.i and other.i != token.i]


def subject_of(verb: Token, children: Sequence[Token] | None = None) -> Token | None:
    """The subject of a verb: its own, or that of the verb that it is coordinated with or depends on.

    `children` are its `children_of`, where they are known already.
    """
    absolute = _absolute_subject(verb)
    if absolute is not None:
        return absolute
    children = children_of(verb) if children is None else children
    if is_passive(children):
        agent = agent_of(verb)
        if agent is not None:
            return agent
    for _ in range(4):
        subject = next((child for child in children if child.dep_ in SUBJECTS), None)
        if subject is not None:
            if subject.lower_ in ("who", "which", "that") and verb.dep_ in RELATIVES:
                return verb.head
            return subject
        if verb.dep_ in ("acl", *RELATIVES) and verb.head.pos_ in NOMINAL:
            if verb.tag_ != "VBG" or verb.head.i == verb.i - 1:
                return verb.head
            # "…, adding that": a participle set apart speaks for the subject of the clause, whatever noun it hangs on.
            verb = verb.head
            for _ in range(20):
                if verb.pos_ not in NOMINAL:
                    break
                verb = verb.head
            children = children_of(verb)
            continue
        if verb.dep_ not in CLAUSES or verb.head.i == verb.i:
            return None
        verb = verb.head
        if verb.pos_ in ("NOUN", "PROPN", "PRON"):
            return None
        children = children_of(verb)
    return None


def _absolute_subject(verb: Token) -> Token | None:
    """The noun of "with the court saying": a participle that has a subject of its own behind "with"."""
    if verb.tag_ != "VBG" or verb.i < 2:
        return None
    noun = verb.nbor(-1)
    if noun.pos_ not in NOMINAL:
        return None
    start = phrase_bounds(verb.doc, noun.i)[0]
    return noun if start and verb.doc[start - 1].lower_ == "with" else None


def is_passive(children: Sequence[Token]) -> bool:
    """Whether a verb has a passive subject or auxiliary among its children: "NAME was called", "after being called"."""
    return any(child.dep_ in PASSIVES for child in children)


def agent_of(verb: Token) -> Token | None:
    """Who does what a passive verb says: "by NAME"."""
    for child in children_of(verb):
        if child.dep_ == "obl:agent" or (child.dep_ == "obl" and any(c.lower_ == "by" for c in children_of(child))):
            return child
        if child.dep_ == "agent":
            return next((c for c in children_of(child) if c.dep_ == "pobj"), None)
    return None


def settle_head(doc: Doc, words: Sequence[str], token: int, limit: int) -> int:
    """The head of the noun phrase that goes on after `token` where a tree stops too early; `words` are the Doc's.

    "Mr | McGowan", "immigration | and human rights attorney Yadin Elam", "Litzman | 's office": English noun phrases
    have their head last, so that a chain of nouns ends in it; a person's name in the chain is what it is about.
    """
    first = doc[token]
    if first.pos_ not in ("NOUN", "PROPN", "NUM", "ADJ", "X") and not first.ent_type_:
        return token
    size = len(words)
    possessive = token + 1 < size and words[token + 1] in POSSESSIVES
    if first.ent_type_ in PERSONS and not possessive:
        return token
    best = token
    i = token + 1
    while i < min(limit, token + 14):
        after, word = doc[i], words[i]
        if word == "(" and i + 2 < size and words[i + 2] == ")":
            i += 3  # "the Lake Authority (LA) director NAME"
            continue
        joins = word in ("-", "–", "/") or word in POSSESSIVES or after.ent_iob_ == "I" or after.pos_ in CHAIN
        # "a Lakeside Gas spokesman, NAME, said": the commas set off whom the noun before them describes.
        set_off = word == "," and i - 1 > token and i + 1 < min(limit, size) and doc[i - 1].pos_ == "NOUN"
        joins = joins or (set_off and doc[i + 1].ent_type_ in PERSONS)
        # "President of the Federation NAME": an office with a capital goes on to its holder's name.
        joins = joins or (
            words[token][:1].isupper() and (word.lower() == "of" or (after.pos_ == "DET" and i > token + 1))
        )
        if not joins or after.tag_.startswith("VB") or word.lower() in DAYS or word.lower() == "to":
            break
        if retired := retired_length(words, i + 1):
            i += 1 + retired  # "Maj Gen (retd) NAME"
            continue
        if after.ent_type_ in PERSONS and not (i + 1 < size and words[i + 1] in POSSESSIVES):
            return i if doc[i - 1].pos_ not in ("ADP", "DET") else token
        # "and" goes on only to a person's name: "officials and analysts" is another source.
        between = (doc[k].pos_ for k in range(token + 1, i) if doc[k].ent_iob_ != "I")
        if after.pos_ in ("NOUN", "PROPN") and not any(pos in ("CCONJ", "ADP") for pos in between):
            best = i
        i += 1
    return best


def retired_length(words: Sequence[str], start: int) -> int:
    """How many words the "(retd)" or "(Ret.)" behind a rank has that begins at `start`; 0 where none does."""
    if not 0 <= start < len(words) - 2 or words[start] != "(" or words[start + 1].lower() not in _RETIRED:
        return 0
    closing = start + 2 + (words[start + 2] == ".")
    return closing + 1 - start if closing < len(words) and words[closing] == ")" else 0


def phrase_head_after(doc: Doc, start: int, end: int) -> int | None:
    """The head of the noun phrase that begins at token `start`; None where none begins there."""
    i = start
    while i < end and (doc[i].is_space or doc[i].lower_ in ("both", "all")):
        i += 1
    if i >= end or doc[i].is_punct:
        return None
    token = doc[i]
    for _ in range(12):
        head = token.head
        forward = start <= head.i < end and head.i > token.i and token.dep_ in BEFORE_HEAD
        if not forward:
            break
        token = head
    if token.pos_ in NOMINAL:
        return int(token.i)
    # The tree gives no nominal: take the last of the nouns that follow each other here.
    last = None
    while i < end and (doc[i].pos_ in ("DET", "ADJ", "NOUN", "PROPN", "PRON", "NUM") or doc[i].text == "-"):
        if doc[i].pos_ in NOMINAL:
            last = i
        i += 1
    return last


def phrase_bounds(doc: Doc, head: int, *, full: bool = False, further: int = 3) -> tuple[int, int]:
    """The noun phrase around `head` as (start, end) tokens: determiners, adjectives and names; no relative clauses.

    With `full`, what describes it further ("of the ministry", "at Eurasia Group") is in it too: at most `further` such
    phrases that the tree does not give.
    """
    token = doc[head]
    start = end = head
    children = children_of(token)
    for child in children:
        if child.i > head:
            break
        if child.dep_ in BEFORE_HEAD or (child.dep_ in ("punct", "advmod") and child.i > start):
            start = min(start, child.left_edge.i)
    while start < head and (doc[start].is_punct or doc[start].is_space):
        start += 1
    if start > 1 and doc[start - 1].tag_ == "POS" and token.pos_ == "NOUN":
        start = _owner_start(doc, start - 2)
    if start and token.pos_ == "NOUN" and doc[start - 1].tag_ == "DT" and doc[start].tag_ != "DT":
        start -= 1  # an article that the tree hangs elsewhere
    if token.lower_ in ("one", "some", "many", "several", "two", "three", "most", "both", "all", "none"):
        full = True
    for child in children:
        if child.i < head:
            continue
        if child.dep_ in NAME_PARTS and child.i <= end + 3:
            end = max(end, child.right_edge.i)
        elif full and child.dep_ in MODIFIERS and child.left_edge.i <= end + 2:
            first = child.left_edge.lower_
            if first in DESCRIBING or (first == "to" and token.lemma_.lower() in TAKING_TO):
                end = max(end, _without_clauses(child))
    if full:
        for left in range(further, 0, -1):
            last = _of_phrase(doc, end + 1, left - 1)
            if last is None:
                break
            end = last
        if end > head:
            end = _whole_name(doc, end)
    return start, end + 1


def _owner_start(doc: Doc, last: int) -> int:
    """Where the name or noun phrase begins that ends in token `last`, before a possessive that the tree cuts off."""
    start = last
    for _ in range(LONGEST_NAME):
        before = doc[start - 1] if start else None
        if before is None or not (doc[start].ent_iob_ == "I" or before.pos_ in ("PROPN", "DET", "ADJ", "NOUN")):
            break
        start -= 1
    return start


def _whole_name(doc: Doc, last: int) -> int:
    """The last token of the name that token `last` lies in: a tree may cut it at a hyphen or an "and"."""
    if doc[last].pos_ == "NOUN" and last + 1 < len(doc):
        # "a spokesman for the social network NAME"
        last += doc[last + 1].ent_iob_ == "B" and doc[last + 1].ent_type_ in BODIES
    for _ in range(LONGEST_NAME):
        if last + 1 >= len(doc):
            break
        after = doc[last + 1]
        hyphen = after.text in ("-", "–") and not doc[last].whitespace_ and not after.whitespace_
        if after.ent_iob_ == "I" or (hyphen and last + 2 < len(doc)):
            last += 1 if after.ent_iob_ == "I" else 2
        else:
            break
    return last


def _of_phrase(doc: Doc, start: int, further: int) -> int | None:
    """The last token of a phrase with "of", "at" or "for" that begins at `start`, None where none does."""
    if start >= len(doc) - 1 or doc[start].lower_ not in ("of", "at", "for", "from", "with"):
        return None
    if doc[start].lower_ != "of" and not (doc[start + 1].pos_ in ("DET", "PROPN") or doc[start + 1].tag_ == "PRP$"):
        return None
    head = phrase_head_after(doc, start + 1, min(len(doc), start + 12))
    if head is None or doc[head].ent_type_ in ("DATE", "TIME") or doc[head].lower_ in DAYS:
        return None
    return phrase_bounds(doc, head, further=further)[1] - 1


def _without_clauses(token: Token) -> int:
    """The last token of a modifier, up to the first relative clause, apposition or comma in it."""
    last = token.i
    for part in islice(token.subtree, 2 * FARTHEST_CHILD):
        if part.i > token.i and (
            part.dep_ in RELATIVES or part.dep_ in ("appos", "acl") or part.text in (",", "—", "–", ";")
        ):
            break
        last = max(last, part.i)
    return int(last)


def conjuncts_of(head: Token) -> Iterator[Token]:
    """The other members of a coordination that `head` begins ("David Bowling and Jeremy Chan")."""
    waiting = [head]
    for _ in range(MOST_CONJUNCTS):
        if not waiting:
            return
        member = waiting.pop()
        if member.i != head.i:
            yield member
        waiting += [c for c in reversed(children_of(member)) if c.dep_ == "conj" and c.pos_ in NOMINAL]
