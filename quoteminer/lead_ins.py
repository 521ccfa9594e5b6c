"""Lead-ins: sentences that say that somebody's words follow, above displayed quotations and above marked ones."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise

from quoteminer.inflection import verb_lemmas
from quoteminer.layout import DASHES, Block
from quoteminer.lexicon import Lexicon
from quoteminer.marks import MarkedSpan
from quoteminer.paragraphs import (
    EDGES,
    NOT_VERB_AFTER,
    Displayed,
    Paragraph,
    has_first_person,
    is_prose,
    nothing_beside,
    outer_by_block,
    reporting_strength,
    split_sentences,
)

_ANNOUNCING_WEAK = frozenset(
    ("read", "go", "run", "speak", "continue", "begin", "put", "cry", "shout", "ask", "think", "sing")
)
_UTTERANCES = frozenset(
    ("statement", "message", "letter", "email", "e-mail", "post", "tweet", "note", "speech", "remarks", "comment",
     "comments", "words", "text", "excerpt", "extract", "passage", "quote", "quotation", "reply", "response", "answer",
     "release", "address", "transcript", "apology", "readout", "communique", "communiqué", "editorial", "caption",
     "inscription", "testimony", "affidavit", "tribute", "memo", "memorandum", "prayer", "toast", "eulogy", "article")
)  # fmt: skip
_AFTER_VERB = frozenset(
    ("that", "this", "thus", "so", "as", "in", "on", "at", "to", "during", "via", "through", "from", "after", "before",
     "when", "while", "under", "over", "by", "with", "of", "about", "for", "afterwards", "afterward", "later", "again",
     "yesterday", "today", "earlier", "then", "back", "online", "it", "me", "us", "him", "her", "them", "reporters",
     "journalists", "lawmakers", "parliament", "followers", "fans", "viewers", "supporters", "staff", "simply",
     "only", "merely", "recently", "publicly", "bluntly", "partly", "there", "here", "last", "next", "shortly")
)  # fmt: skip
_FINITE = frozenset(
    ("is", "are", "was", "were", "be", "include", "includes", "included", "including", "has", "have", "had", "will",
     "would", "can", "could", "must", "should", "may", "might", "need", "needs", "namely", "list", "lists")
)  # fmt: skip
_NUMERALS = frozenset(
    ("two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "several", "many", "various", "some",
     "few", "other", "both", "dozen")
)  # fmt: skip
_POINTERS = (
    ("this", "way"), ("like", "this"), ("like", "so"), ("as", "follows"), ("these", "words"), ("these", "terms"),
    ("the", "following"), ("this", "to", "say"), ("this", "statement"), ("this", "message"),
)  # fmt: skip
_POINTING = tuple({f"{last}." for _, *_, last in _POINTERS})
_FRAMING = _UTTERANCES | {"put", "frame", "describe", "express", "sum", "word", "have", "had"}
_MOST_CONTINUATIONS = 8


def under_lead_ins(paragraphs: Sequence[Paragraph], lexicon: Lexicon) -> Iterator[tuple[int, Displayed]]:
    """Displayed quotations right under a lead-in, and the paragraphs in the first person that go on with them."""
    for following, (lead, paragraph) in enumerate(pairwise(paragraphs), 1):
        colon = _ends_in_colon(lead.text)
        may_lead = lead.kind in ("paragraph", "item") and (colon or lead.text.casefold().endswith(_POINTING))
        if not may_lead or not lead.sentences or not is_prose(paragraph):
            continue
        if colon:
            announced = _fits_colon(lead, paragraph, lexicon)
        else:
            announced = _points_ahead(lead.sentences[-1], lexicon) and not paragraph.narrated
        if not announced:
            continue
        displayed = Displayed(paragraph.start, paragraph.end, "lead-in", lead_in=lead.spans[-1], turn=following)
        yield following, displayed
        if not paragraph.first_person:
            continue
        for j in range(following + 1, min(following + 1 + _MOST_CONTINUATIONS, len(paragraphs))):
            later = paragraphs[j]
            if not later.first_person or later.narrated or not is_prose(later):
                break
            yield j, displayed._replace(start=later.start, end=later.end)


def _fits_colon(lead: Paragraph, paragraph: Paragraph, lexicon: Lexicon) -> bool:
    """Whether a paragraph is what its lead-in, which ends in a colon, announces."""
    reports = paragraph.reports
    clearly = reports[0] is not None or reports[-1] is not None or any(at and at < 4 for at in reports)
    if clearly or (paragraph.narrated and not paragraph.first_person):
        return False
    words = lead.sentences[-1]
    if _announces(words, lexicon):
        return paragraph.first_person or not _names_subject(words, paragraph, lexicon)
    lists = _FINITE.intersection(word.lower() for word in words[-2:])
    speaks = _speaks(words, lexicon) and not has_first_person(words) and not lists
    return speaks and (paragraph.first_person or _is_edited(paragraph.text))


def _is_edited(text: str) -> bool:
    """Whether an editor has put something in brackets into the words: "[are]", "[…]", "[sic]"."""
    start = text.find("[")
    return start >= 0 and text[start + 1 : start + 2] not in ("", *"0123456789") and "]" in text[start : start + 60]


def _ends_in_colon(text: str) -> bool:
    """Whether a paragraph ends in a colon, after which a dash may stand."""
    return (text.rstrip(EDGES.replace(":", "") + " ") if text[-1:] in DASHES else text).endswith(":")


# --- the words of a lead-in -----------------------------------------------------------------------------------------


def _announces(words: Sequence[str], lexicon: Lexicon) -> bool:
    """Whether a sentence that ends in a colon says that somebody's words follow, and not a list."""
    addressed = any(word.lower().partition("'")[0] in ("you", "your", "we", "our") for word in words)
    if len(words) < 2 or addressed:
        return False
    last = range(max(0, len(words) - 20), len(words))
    return any(_announcing_verb(words, i, lexicon) or _announcing_noun(words, i, lexicon) for i in last)


def _announcing_verb(words: Sequence[str], i: int, lexicon: Lexicon) -> bool:
    """Whether a word is a verb that announces the words below: "wrote in a post", "had this to say", "told AFP"."""
    word = words[i]
    known = reporting_strength(word, lexicon) == "strong" or not _ANNOUNCING_WEAK.isdisjoint(verb_lemmas(word))
    if i == 0 or not word.islower() or not known:
        return False
    before = words[i - 1].lower()
    to_say = before == "to" and i > 1 and words[i - 2].lower() in ("this", "following")
    if not to_say and (before in NOT_VERB_AFTER or before in ("also", "to", "please")):
        return False
    rest = [later.lower() for later in words[i + 1 :]]
    if "following" in rest:
        after = rest[rest.index("following") + 1 :]
        if after and after[0] not in _UTTERANCES and after[0] not in _AFTER_VERB:
            return False
    elif rest and rest[0] not in _AFTER_VERB and not words[i + 1][0].isupper() and "tell" not in verb_lemmas(word):
        return False
    plain = not _FINITE.intersection(rest) and not _NUMERALS.intersection(rest) and "that" not in rest[:-1]
    return plain and len(rest) <= 14


def _announcing_noun(words: Sequence[str], i: int, lexicon: Lexicon) -> bool:
    """Whether a word is a noun that announces the words below: "a statement from the port", not "comments on ships"."""
    if words[i].lower() not in _UTTERANCES:
        return False
    rest = [later.lower() for later in words[i + 1 :]]
    if len(rest) > 10 or _FINITE.intersection(rest[:-1]) or _NUMERALS.intersection(rest):
        return False
    last = words[-1]
    people = last.lower() in lexicon.group_nouns or last.lower() in _AFTER_VERB
    return not rest or last[0].isupper() or people or last.lower() in ("is", "was") or not last.endswith("s")


def _points_ahead(words: Sequence[str], lexicon: Lexicon) -> bool:
    """Whether a sentence without a colon announces the words that follow: "… framed the balance this way."."""
    tail = tuple(word.lower() for word in words[-3:])
    if has_first_person(words) or not any(tail[-len(pointer) :] == pointer for pointer in _POINTERS):
        return False
    framed = any(lemma in _FRAMING for word in words[:-2] for lemma in verb_lemmas(word))
    return framed or any(reporting_strength(word, lexicon) == "strong" for word in words[1:-2])


def _speaks(words: Sequence[str], lexicon: Lexicon) -> bool:
    """Whether a sentence has a reporting verb or a noun of speech anywhere."""
    nouns = lexicon.speech_nouns, lexicon.document_nouns
    return any(reporting_strength(w, lexicon) or any(w.lower() in known for known in nouns) for w in words[1:])


def _names_subject(lead_in: Sequence[str], paragraph: Paragraph, lexicon: Lexicon) -> bool:
    """Whether a paragraph speaks of whom its lead-in names before the verb: then it is about that person."""
    verbs = (i for i in range(1, len(lead_in)) if reporting_strength(lead_in[i], lexicon) == "strong")
    before = lead_in[: next(verbs, len(lead_in))]
    capitalised = (word.removesuffix("'s") for word in before if word[0].isupper() and len(word) > 2)
    names = {word for word in capitalised if word.lower() not in (*NOT_VERB_AFTER, "in", "on", "speaking")}
    return any(word.removesuffix("'s") in names for sentence in paragraph.sentences for word in sentence)


# --- lead-ins of marked quotations ----------------------------------------------------------------------------------


def find_lead_ins(
    text: str, blocks: Sequence[Block], marked: Sequence[MarkedSpan], lexicon: Lexicon
) -> dict[int, tuple[int, int]]:
    """Find the lead-ins of marked quotations that stand alone in list items or a paragraph below one.

    A lead-in is a paragraph or item that ends in a colon. All items up to the next other block share it; of
    paragraphs, only the one right below it and those that continue the same utterance.

    Args:
        text: any text.
        blocks: its blocks, from `layout.find_blocks`.
        marked: its stretches in quotation marks, from `marks.find_marked`.
        lexicon: the word lists.

    Returns:
        The (start, end) of the sentence that ends in the colon, by index into `marked`.
    """
    alone = {
        i: indices
        for i, block, indices in outer_by_block(blocks, marked)
        if _stands_alone(text, block, indices, marked)
    }
    found: dict[int, tuple[int, int]] = {}
    lead_in: tuple[int, int] | None = None
    turn: int | None = None
    right_below = False
    for i, block in enumerate(blocks):
        if block.kind == "caption":
            continue
        content = text[block.start : block.end]
        if block.kind in ("paragraph", "item") and _ends_in_colon(content):
            *_, (first, last) = split_sentences(content, lexicon)
            lead_in, turn, right_below = (block.start + first, block.start + last), None, True
            continue
        indices = alone.get(i, [])
        goes_on = bool(indices) and (right_below or marked[indices[0]].turn == turn)
        if not goes_on and block.kind != "item":
            lead_in, turn = None, None
        if lead_in is not None and indices:
            found.update(dict.fromkeys(indices, lead_in))
            turn = marked[indices[-1]].turn
        right_below = False
    return found


def _stands_alone(text: str, block: Block, indices: Sequence[int], marked: Sequence[MarkedSpan]) -> bool:
    """Whether a block holds nothing but quotations and, after them, a source in brackets."""
    after = text[marked[indices[-1]].end : block.end].strip(" .,;")
    bracketed = len(after) <= 60 and after[:1] == "(" and after[-1:] == ")"
    return (not after or bracketed) and nothing_beside(text, block, indices, marked)
