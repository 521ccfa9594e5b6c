"""Paragraphs as the search for displayed quotations reads them: the words outside of quotation marks, by sentences.

Every offset is a code point index, the end exclusive.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import groupby, pairwise
from typing import NamedTuple

from quoteminer.inflection import IRREGULAR_PASTS, verb_lemmas
from quoteminer.layout import DASHES, Block
from quoteminer.lexicon import Lexicon
from quoteminer.marks import MarkedSpan

_FIRST_PERSON = frozenset(("i", "me", "my", "mine", "myself", "we", "us", "our", "ours", "ourselves"))
_FIRST_LETTERS = frozenset("iImMwWuUoO")
_SUBJECT_PRONOUNS = frozenset(("he", "she", "who", "they", "it", "himself", "herself"))
NOT_VERB_AFTER = frozenset(
    ("a", "an", "the", "this", "that", "these", "those", "as", "is", "are", "be", "been", "being", "of", "its",
     "their", "his", "her", "our", "my", "your", "no", "such", "any", "more", "other", "all")
)  # fmt: skip
_SENTENCE_ENDS = ".!?…"
TRAILING = "”’\"')]»"
_END_OF_SENTENCE = re.compile(f"[{_SENTENCE_ENDS}][{re.escape(_SENTENCE_ENDS + TRAILING)}]*")
EDGES = "“”‘’\"'.,;:!?…()[]{}«»" + DASHES
LONG_MARKED = 5


class Displayed(NamedTuple):
    """A displayed quotation without quotation marks: one paragraph of it.

    Attributes:
        start, end: the quoted words, in code points, end exclusive.
        form: "lead-in" (a sentence before it announces it), "credit" (names below it), "transcript" (a speaker's label
            before it), "pull quote" (it stands in the first person, or as a lone short sentence, after a report of
            what somebody said).
        lead_in: the (start, end) of the sentence or paragraph that announces the words, None where there is none.
        credit: the (start, end) of the names on the line below, None where there is none.
        label: the (start, end) of the speaker's label in a transcript, None where there is none.
        turn: number of the utterance, in order of the text; the paragraphs of one utterance share it.
    """

    start: int
    end: int
    form: str
    lead_in: tuple[int, int] | None = None
    credit: tuple[int, int] | None = None
    label: tuple[int, int] | None = None
    turn: int = 0


@dataclass(eq=False)
class Paragraph:
    """A block with what of its words stands outside quotation marks; most are never asked for more than their text.

    Attributes:
        text: the block's, without a speaker's label before it.
        start, end, kind, label: of the block, the start after the label.
        plain: the text with spaces in place of what stands in marks.
        quoted: the number of words of the longest stretch in marks.
        lexicon: the word lists.
    """

    text: str
    start: int
    end: int
    kind: str
    label: tuple[int, int] | None
    plain: str
    quoted: int
    lexicon: Lexicon

    @cached_property
    def _sentences(self) -> tuple[tuple[tuple[str, ...], tuple[int, int]], ...]:
        bounds = split_sentences(self.plain, self.lexicon)
        found = ((tuple(_words(self.plain[a:b])), (self.start + a, self.start + b)) for a, b in bounds)
        return tuple((words, span) for words, span in found if words)

    @cached_property
    def sentences(self) -> tuple[tuple[str, ...], ...]:
        """The words of each sentence."""
        return tuple(words for words, _ in self._sentences)

    @property
    def spans(self) -> tuple[tuple[int, int], ...]:
        """The (start, end) of each sentence."""
        return tuple(span for _, span in self._sentences)

    @cached_property
    def first_person(self) -> bool:
        """Whether a pronoun of the first person stands outside of marks."""
        return any(has_first_person(words) for words in self.sentences)

    @cached_property
    def reports(self) -> tuple[int | None, ...]:
        """For each sentence the number of the word by which it reports what a third party said, None for none."""
        return tuple(report_verb(words, self.lexicon) for words in self.sentences)

    @property
    def narrated(self) -> bool:
        """Whether any sentence reports what a third party said."""
        return any(at is not None for at in self.reports)

    @cached_property
    def words(self) -> int:
        """How many words stand outside quotation marks."""
        return sum(len(sentence) for sentence in self.sentences)


def read_paragraphs(
    text: str, blocks: Sequence[Block], marked: Sequence[MarkedSpan], lexicon: Lexicon
) -> tuple[Paragraph, ...]:
    """Each block as a paragraph, in order; a label that is the speaker's is left out of its text."""
    outer = [span for span in marked if span.depth == 0]
    starts, ends = [span.start for span in outer], [span.end for span in outer]
    paragraphs = []
    for block in blocks:
        start, end = _after_label(text, block), block.end
        inside = outer[bisect_right(ends, start) : bisect_left(starts, end)]
        whole, quoted = text[start:end], 0
        plain = whole
        if inside:
            plain = _blank_out(text, start, end, inside)
            quoted = max(len(text[max(s.start, start) : min(s.end, end)].split()) for s in inside)
        paragraphs.append(Paragraph(whole, start, end, block.kind, block.label, plain, quoted, lexicon))
    return tuple(paragraphs)


def _after_label(text: str, block: Block) -> int:
    """Where the words of a block start, after the label before them; one that stands alone is all that there is."""
    if block.label is None or block.kind == "speaker_label":
        return block.start
    start = block.label[1]
    while start < block.end and (text[start].isspace() or text[start] in ":."):
        start += 1
    return start


def _blank_out(text: str, start: int, end: int, spans: Sequence[MarkedSpan]) -> str:
    """The text from `start` to `end` with spaces in place of stretches in marks."""
    pieces, position = [], start
    for span in spans:
        inside, outside = max(span.start, start), min(span.end, end)
        pieces += [text[position:inside], " " * (outside - inside)]
        position = outside
    return "".join(pieces) + text[position:end]


def _words(text: str) -> Iterator[str]:
    """The words without the marks around them, apostrophes straight."""
    for word in text.split():
        stripped = word.strip(EDGES)
        if stripped:
            yield stripped.replace("’", "'")


def split_sentences(text: str, lexicon: Lexicon) -> Iterator[tuple[int, int]]:
    """The (start, end) of the sentences of a paragraph: an end mark, white space, a capital; after no abbreviation."""
    start = 0
    for found in _END_OF_SENTENCE.finditer(text):
        following = end = found.end()
        while following < len(text) and text[following].isspace():
            following += 1
        opens = following > end and following < len(text) and not text[following].islower()
        if opens and not (text[end - 1] == "." and _is_abbreviation(text[max(start, end - 16) : end], lexicon)):
            yield start, end
            start = following
    if text[start:].strip():
        yield start, len(text.rstrip())


def _is_abbreviation(tail: str, lexicon: Lexicon) -> bool:
    word = (tail.split() or [""])[-1].strip("(“\"'‘[")[:-1]
    plain = word.replace(".", "").lower()
    return (
        (len(plain) == 1 and plain.isalpha() and word.isupper())
        or "." in word
        or plain in lexicon.office_abbreviations
        or (plain in lexicon.honorifics and len(plain) <= 5)
        or plain in ("no", "vs", "st", "inc", "ltd", "co", "corp")
    )


@lru_cache(maxsize=1 << 14)
def reporting_strength(word: str, lexicon: Lexicon) -> str | None:
    """How strongly a word, if it is a verb, reports speech: "strong", "weak", or None where it does not."""
    strengths = {lexicon.reporting_verbs.get(lemma) for lemma in verb_lemmas(word)}
    return "strong" if "strong" in strengths else "weak" if "weak" in strengths else None


def _is_first_person(words: Sequence[str], i: int) -> bool:
    """Whether a word is a pronoun of the first person: not the US, World War I or the album My Love."""
    word = words[i].partition("'")[0]
    if word == "I":
        return i <= 1 or words[i - 1][0].islower() or words[i - 1][0].isdecimal()
    return word.lower() in _FIRST_PERSON and (word.islower() or i == 0) and not word.isupper()


def has_first_person(words: Sequence[str]) -> bool:
    """Whether a pronoun of the first person is among the words of a sentence."""
    return any(word[0] in _FIRST_LETTERS and _is_first_person(words, i) for i, word in enumerate(words))


def report_verb(words: Sequence[str], lexicon: Lexicon, *, weak: bool = False) -> int | None:
    """The index of the verb by which a sentence reports what a third party said, None where none does.

    "…, the minister told reporters" does, "he told me" does not. Weak verbs count right after a name or pronoun only.
    """
    if [word.lower() for word in words[:2]] == ["according", "to"]:
        return 0
    for i in range(1, len(words)):
        word, before = words[i], words[i - 1]
        strength = reporting_strength(word, lexicon) if word.islower() else None
        if strength is None or (strength == "weak" and not weak):
            continue
        subject = before[0].isupper() or before.lower() in _SUBJECT_PRONOUNS
        past = word in IRREGULAR_PASTS or (word.endswith("ed") and before.lower() not in NOT_VERB_AFTER)
        base = not word.endswith("s") and (before == "they" or before.lower() in lexicon.group_nouns)
        if not (past or base or (subject and word.endswith("s"))) or (strength == "weak" and not subject):
            continue
        nearby = range(max(0, i - 4), min(len(words), i + 2))
        if not any(j != i and _is_first_person(words, j) for j in nearby):
            return i
    return None


def is_prose(paragraph: Paragraph) -> bool:
    """Whether a paragraph may be somebody's words: sentences without a quotation, label, dateline or list in them."""
    text = paragraph.text
    least = 3 if paragraph.first_person else 5
    if paragraph.kind != "paragraph" or paragraph.words < least or paragraph.quoted >= LONG_MARKED:
        return False
    opens = text[0].isupper() or text[0] in "[(…0123456789"
    if not opens or text.rstrip(TRAILING)[-1:] not in tuple(_SENTENCE_ENDS):
        return False
    words = [word for sentence in paragraph.sentences for word in sentence]
    if sum(word[0].islower() for word in words) < 0.45 * len(words):
        return False
    dateline = len(words[0]) > 3 and words[0].isupper() and any(f" {dash} " in text[:45] for dash in DASHES)
    return not dateline


def outer_by_block(blocks: Sequence[Block], marked: Sequence[MarkedSpan]) -> Iterator[tuple[int, Block, list[int]]]:
    """The blocks that hold stretches in marks, with their own index and those of the stretches nested in no other."""
    ends = [block.end for block in blocks]
    outer = (index for index, span in enumerate(marked) if span.depth == 0)
    for at, indices in groupby(outer, key=lambda index: bisect_right(ends, marked[index].start)):
        yield at, blocks[at], list(indices)


def nothing_beside(text: str, block: Block, indices: Sequence[int], marked: Sequence[MarkedSpan]) -> bool:
    """Whether no words stand before and between the quotations of a block; a bullet or number may stand before."""
    before = text[block.start : marked[indices[0]].start]
    numbered = block.kind == "item" and len(before) <= 6
    gaps = ["" if numbered else before[:80], *(text[marked[a].end : marked[b].start] for a, b in pairwise(indices))]
    return not any(character.isalnum() for gap in gaps for character in gap)
