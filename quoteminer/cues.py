"""Reporting words outside of the quotations: verbs with their subjects, "according to", nouns of speech.

What a reporting verb is stands in the lexicon; the forms follow the cue types of PARC 3 and PolNeAR (Pareti 2016,
Newell et al. 2018).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

import numpy
from spacy.attrs import LEMMA, LOWER  # type: ignore[import-not-found]
from spacy.strings import get_string_id
from spacy.tokens import Doc, Token

from quoteminer.inflection import verb_forms, verb_lemmas
from quoteminer.lexicon import Lexicon
from quoteminer.syntax import (
    NOMINAL,
    PERSONS,
    SUBJECTS,
    WEEKDAYS,
    agent_of,
    children_of,
    is_passive,
    phrase_head_after,
    subject_of,
)

QUOTING_VERBS = frozenset(("quote", "cite", "hear", "record", "paraphrase"))
TELLING = frozenset(("tell", "inform", "remind", "assure"))
FARTHEST_SAYING = 25  # tokens from "quoted" to "as saying"
PREPOSITIONS = (("according", "to"), ("in", "the", "words", "of"), ("as", "per"), ("per",))
_BY_FIRST_WORD = {get_string_id(words[0]): words for words in PREPOSITIONS}
_LOW_BITS = (1 << 18) - 1
AUXILIARIES = frozenset(("AUX", "PART", "ADV"))


class Report(NamedTuple):
    """Reporting words and who reports.

    Attributes:
        start, end: tokens of the reporting words, end exclusive.
        anchor: the token that counts for distance: the verb, or the last word of a preposition.
        subject: head token of who reports, None where the text beside the words names nobody.
        form: "verb", "preposition" or "noun".
        strength: "strong" where the words report wherever they stand, "weak" where only a quotation beside them shows
            it.
    """

    start: int
    end: int
    anchor: int
    subject: int | None
    form: str
    strength: str


def find_reports(doc: Doc, quoted: Sequence[int], lexicon: Lexicon, until: int | None = None) -> tuple[Report, ...]:
    """All reporting words of a Doc that stand outside of quotations, in order.

    Args:
        doc: with tags, lemmas and a dependency tree.
        quoted: for each token the number of the quotation that it lies in, -1 where it lies in none.
        lexicon: the word lists.
        until: the token before which they stand; None for the whole Doc.
    """
    found: list[Report] = []
    words, lemmas = doc.to_array([LOWER, LEMMA])[:until].T
    telling = _telling(lexicon)
    for i in numpy.flatnonzero(telling[words & _LOW_BITS] | telling[lemmas & _LOW_BITS]).tolist():
        if quoted[i] < 0:
            token = doc[i]
            report = (
                _preposition(doc, token) or _verb(doc, token, quoted, lexicon) or _noun(doc, token, quoted, lexicon)
            )
            if report is not None:
                found.append(report)
    return tuple(found)


@lru_cache(maxsize=8)
def _telling(lexicon: Lexicon) -> Any:
    """Which words and lemmas may report or begin to, by the low bits of their ids, the same in every pipeline.

    A few others share these bits (a filter as in Bloom 1970, with one hash).
    """
    verbs = {*lexicon.reporting_verbs, *lexicon.phrasal_heads}
    lemmas = verbs | lexicon.light_verbs | lexicon.speech_nouns
    forms = {*(form for verb in verbs for form in verb_forms(verb)), *(words[0] for words in PREPOSITIONS)}
    forms.update(form for lemma in lemmas for form in (lemma, lemma.capitalize(), lemma.upper()))
    telling = numpy.zeros(_LOW_BITS + 1, dtype=bool)
    telling[[get_string_id(form) & _LOW_BITS for form in forms]] = True
    return telling


def _preposition(doc: Doc, token: Token) -> Report | None:
    words = _BY_FIRST_WORD.get(token.lower)
    start = token.i
    end = start + len(words or ())
    if not words or end > len(doc) or any(doc[start + k].lower_ != word for k, word in enumerate(words)):
        return None
    if words == ("per",) and not (start and doc[start - 1].text == ","):
        return None
    subject = phrase_head_after(doc, end, min(len(doc), end + 15))
    return Report(start, end, end - 1, subject, "preposition", "strong") if subject is not None else None


def strength_of(token: Token, lexicon: Lexicon) -> str | None:
    """How surely a verb reports: "strong", "weak", None for no reporting verb."""
    if token.tag_ and not (token.tag_.startswith("VB") or token.pos_ == "VERB"):
        return None
    strength, particled = _strength_alone(token.lemma_, token.lower_, lexicon)
    if not particled:
        return strength
    doc, i = token.doc, token.i
    particles = [doc[k].lower_ for k in range(i + 1, min(i + 4, len(doc))) if not doc[k].is_punct]
    for lemma, best in particled:
        for size in (1, 2):
            best = lexicon.phrasal_verbs.get(" ".join((lemma, *particles[:size]))) or best
        if best is not None:
            return best
    return strength


@lru_cache(maxsize=1 << 14)
def _strength_alone(lemma: str, word: str, lexicon: Lexicon) -> tuple[str | None, tuple[tuple[str, str | None], ...]]:
    """How surely a verb reports by itself; where particles may change that, its lemmas with the strength of each."""
    lemmas = (lemma.lower(), *verb_lemmas(word))
    strengths = [lexicon.reporting_verbs.get(form) for form in lemmas]
    if "strong" in strengths:
        return "strong", ()
    particled = any(form in lexicon.phrasal_heads for form in lemmas)
    pairs = zip(lemmas, strengths, strict=True) if particled else ()
    return next(filter(None, strengths), None), tuple(pairs)


def _verb(doc: Doc, token: Token, quoted: Sequence[int], lexicon: Lexicon) -> Report | None:
    strength, lemma = strength_of(token, lexicon), token.lemma_.lower()
    light = strength is None and lemma in lexicon.light_verbs and _has_speech_object(token, lexicon)
    if strength is None and not light:
        return None
    children = children_of(token)
    passive = is_passive(children)
    if passive and lemma not in QUOTING_VERBS and agent_of(token) is None:
        return None
    quoted_person = _quoted_person(token) if lemma in QUOTING_VERBS and not passive else None
    subject = quoted_person or _person_behind(token, children) or subject_of(token, children)
    if subject is not None and subject.i > token.i and lemma in TELLING:
        subject = _teller(token)
    if subject is not None and subject.i and subject.lower_ in WEEKDAYS and doc[subject.i - 1].pos_ in NOMINAL:
        subject = doc[subject.i - 1]  # "the ministry Monday warned"
    if subject is not None and quoted[subject.i] >= 0:
        subject = None
    start, end = token.i, token.i + 1
    while (
        start > 0 and quoted[start - 1] < 0 and doc[start - 1].pos_ in AUXILIARIES and doc[start - 1].head.i == token.i
    ):
        start -= 1
    if end + 1 < len(doc) and doc[end].text == "as" and doc[end + 1].text in ("saying", "telling", "stating"):
        end += 2
    return Report(
        start, end, token.i, subject.i if subject is not None else None, "verb", "weak" if light else strength or "weak"
    )


def _quoted_person(verb: Token) -> Token | None:
    """Whom a paper quotes: "the daily quoted NAME as saying"."""
    doc = verb.doc
    said = next((i for i in range(verb.i + 2, min(verb.i + FARTHEST_SAYING, len(doc) - 1)) if doc[i].lower_ == "as"), 0)
    if not said or doc[said + 1].tag_ != "VBG":
        return None
    head = phrase_head_after(doc, verb.i + 1, said)
    return doc[head] if head is not None else None


def _teller(verb: Token) -> Token | None:
    """Who tells, before the verb: what stands behind "told" is who is told, whatever the tree makes of it."""
    doc, i = verb.doc, verb.i - 1
    while i > 0 and (doc[i].text == "," or doc[i].pos_ in ("ADV", "AUX")):
        i -= 1
    while i > 0 and doc[i].ent_iob_ == "I":
        i -= 1
    here = i >= 0 and not any(doc[k].is_sent_start for k in range(i + 1, verb.i + 1))
    return doc[i] if here and doc[i].pos_ in NOMINAL else None


def _person_behind(verb: Token, children: Sequence[Token]) -> Token | None:
    """Who reports what stands before a clause: "It was a sign, noted Dr NAME", where the tree sees an object."""
    doc = verb.doc
    if verb.i < 2 or verb.i + 1 >= len(doc) or verb.nbor(-1).text != "," or verb.tag_ not in ("VBD", "VBN", "VBZ"):
        return None
    if any(child.dep_ in SUBJECTS for child in children):
        return None
    head = phrase_head_after(doc, verb.i + 1, min(len(doc), verb.i + 8))
    name = doc[verb.i + 1 : head + 4] if head is not None else ()
    person = any(t.ent_type_ in PERSONS and (t.i == head or t.head.i == head) for t in name)
    return doc[head] if head is not None and person else None


def _has_speech_object(token: Token, lexicon: Lexicon) -> bool:
    return any(
        child.dep_ in ("obj", "dobj", "obl", "prep", "pobj") and child.lemma_.lower() in lexicon.speech_nouns
        for child in children_of(token)
    )


def _noun(doc: Doc, token: Token, quoted: Sequence[int], lexicon: Lexicon) -> Report | None:
    """ "his claim that", "in a statement by the ministry", "NAME's description of": a noun of speech with its owner."""
    if token.pos_ != "NOUN" or token.lemma_.lower() not in lexicon.speech_nouns:
        return None
    owner = next(_owners(token), None)
    if owner is None or quoted[owner.i] >= 0:
        return None
    return Report(token.i, token.i + 1, token.i, int(owner.i), "noun", "weak")


def _owners(noun: Token) -> Iterator[Token]:
    children = children_of(noun)
    yield from (child for child in children if child.dep_ in ("nmod:poss", "poss"))
    mark = noun.nbor(-1) if noun.i else noun
    if mark.tag_ == "POS" and mark.head.i < mark.i and mark.head.pos_ in NOMINAL:
        yield mark.head  # whatever else the tree makes of "NAME's claim"
    for child in children:
        if child.dep_ in ("nmod", "obl") and any(c.lower_ in ("by", "from") for c in children_of(child)):
            yield child
        if child.dep_ in ("prep", "agent") and child.lower_ in ("by", "from"):
            yield from (c for c in children_of(child) if c.dep_ == "pobj" and c.pos_ in NOMINAL)
