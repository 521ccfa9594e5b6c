"""Reading a dependency tree in either label scheme: Universal Dependencies or ClearNLP (as in `en_core_web_*`).

Everything here works on token indices, gives indices, and makes do with trees that are wrong in places.
"""

from __future__ import annotations

from collections.abc import Iterator

from spacy.tokens import Doc, Token

SUBJECTS = frozenset(("nsubj", "nsubj:pass", "nsubjpass", "nsubj:outer"))
PASSIVE_SUBJECTS = frozenset(("nsubj:pass", "nsubjpass"))
NAME_PARTS = frozenset(("flat", "flat:name", "compound", "name", "nn"))
BEFORE_HEAD = NAME_PARTS | {"det", "amod", "nummod", "nmod:poss", "poss", "nmod:desc", "predet", "det:predet", "quantmod"}
MODIFIERS = frozenset(("nmod", "prep", "obl", "nmod:unmarked"))
NOMINAL = frozenset(("NOUN", "PROPN", "PRON", "NUM", "SYM"))
RELATIVES = frozenset(("acl:relcl", "relcl"))
CLAUSES = frozenset(("acl", "advcl", "xcomp", "conj", "parataxis", "ccomp", "dep", "advcl:relcl")) | RELATIVES


def subject_of(verb: Token) -> Token | None:
    """The subject of a verb: its own, or that of the verb that it is coordinated with or depends on."""
    seen = 0
    passive = any(child.dep_ in PASSIVE_SUBJECTS for child in verb.children)
    if passive:
        agent = agent_of(verb)
        if agent is not None:
            return agent
    while seen < 4:
        own = [child for child in verb.children if child.dep_ in SUBJECTS]
        if own:
            subject = own[0]
            if subject.lower_ in ("who", "which", "that") and verb.dep_ in RELATIVES:
                return verb.head
            return subject
        if verb.dep_ in ("acl", *RELATIVES) and verb.head.pos_ in NOMINAL:
            if verb.tag_ != "VBG" or verb.head.i == verb.i - 1:
                return verb.head
            # "…, adding that": a participle set apart speaks for the subject of the clause, whatever noun it hangs on.
            verb = verb.head
            while verb.pos_ in NOMINAL and verb.head.i != verb.i:
                verb = verb.head
            seen += 1
            continue
        if verb.dep_ not in CLAUSES or verb.head.i == verb.i:
            return None
        verb, seen = verb.head, seen + 1
        if verb.pos_ in ("NOUN", "PROPN", "PRON"):
            return None
    return None


def agent_of(verb: Token) -> Token | None:
    """Who does what a passive verb says: "by NAME"."""
    for child in verb.children:
        if child.dep_ == "obl:agent" or (child.dep_ == "obl" and any(c.lower_ == "by" for c in child.children)):
            return child
        if child.dep_ == "agent":
            return next((c for c in child.children if c.dep_ == "pobj"), None)
    return None


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


def phrase_bounds(doc: Doc, head: int, *, full: bool = False) -> tuple[int, int]:
    """The noun phrase around `head` as (start, end) tokens: determiners, adjectives and names; no relative clauses.

    With `full`, what describes it further ("of the ministry", "at Eurasia Group") is in it too.
    """
    token = doc[head]
    start = end = head
    for child in token.lefts:
        if child.dep_ in BEFORE_HEAD or (child.dep_ in ("punct", "advmod") and child.i > start):
            start = min(start, child.left_edge.i)
    while start < head and (doc[start].is_punct or doc[start].is_space):
        start += 1
    for child in token.rights:
        if child.dep_ in NAME_PARTS and child.i <= end + 3:
            end = max(end, child.right_edge.i)
        elif full and child.dep_ in MODIFIERS and child.left_edge.i <= end + 2:
            end = max(end, _without_clauses(child))
    return start, end + 1


def _without_clauses(token: Token) -> int:
    """The last token of a modifier, up to the first relative clause, apposition or comma in it."""
    last = token.i
    for part in token.subtree:
        if part.i > token.i and (part.dep_ in RELATIVES or part.dep_ in ("appos", "acl") or part.text in (",", "—", "–", ";")):
            break
        last = max(last, part.i)
    return int(last)


def conjuncts_of(head: Token) -> Iterator[Token]:
    """The other members of a coordination that `head` begins ("David Bowling and Jeremy Chan")."""
    for child in head.children:
        if child.dep_ == "conj" and child.pos_ in NOMINAL:
            yield child
            yield from conjuncts_of(child)
