"""Names and coreference out of GUM's ``Entity=`` brackets."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from quoteminer.training.corpora_formats import Sentence, Token
from quoteminer.training.corpora_records import TITLES, listed, trim_name

__all__ = ["Mention", "find_name", "read_mentions"]

_LABELS = {"person": "PERSON", "place": "PLACE", "organization": "ORG"}
_BRACKET = re.compile(r"\(([^()]+)(\))?|([^()]+)\)")
_NUMBER = re.compile(r"[^-\[]+")
_LINKING = listed("of the for de del la le van von der den di da du al el bin ibn")
_WITHIN = frozenset({"flat", "flat:foreign", "compound", "amod", "nmod", "nmod:desc", "nmod:unmarked", "nummod"})
_NOT_A_PERSON = listed("speaker internet american asian african european indian mexican viking jew")


@dataclass(frozen=True, slots=True)
class Mention:
    """A bracketed mention: word numbers `first` to `last` of the sentence with that index."""

    entity: str
    kind: str
    linked: bool
    sentence: int
    first: int
    last: int


def read_mentions(sentences: Sequence[Sentence]) -> list[Mention]:
    """All mentions of a document in the order in which they close.

    The fields of a bracket are number, type, information status, salience, centering, minimal span, coreference
    type and, where the entity has a Wikipedia page, its title. Discontinuous mentions count with their parts apart.
    """
    mentions = []
    for index, sentence in enumerate(sentences):
        opened: dict[str, list[tuple[str, bool, int]]] = {}
        for word in sentence.words:
            for match in _BRACKET.finditer(word.misc.get("Entity", "")):
                start, closed, end = match.groups()
                number = _NUMBER.match(start or end)
                if number is None:
                    continue
                entity = number[0]
                if start:
                    fields = start.split("-", 7)
                    kind = fields[1] if len(fields) > 1 else ""
                    opened.setdefault(entity, []).append((kind, len(fields) > 7, word.first))
                if (closed or end) and opened.get(entity):
                    kind, linked, first = opened[entity].pop()
                    mentions.append(Mention(entity, kind, linked, index, first, word.first))
    return mentions


def _proper(word: Token) -> bool:
    return word.tag in {"NNP", "NNPS"} or (word.pos == "PROPN" and word.form[:1].isupper())


def _capitalised(word: Token) -> bool:
    return word.form[:1].isupper() and word.pos not in {"DET", "PRON", "VERB", "AUX", "ADV", "CCONJ", "SCONJ", "PUNCT"}


def _governed(word: Token, inside: Iterable[int], words: Sequence[Token]) -> bool:
    """Whether a word hangs, over relations within names, from one of the words `inside`."""
    known = set(inside)
    for _ in range(6):
        if word.first in known:
            return True
        if word.head == 0 or word.dep not in _WITHIN | {"conj"}:
            return False
        word = words[word.head - 1]
    return False


def _extent(words: Sequence[Token], head: Token, first: int, last: int, label: str) -> tuple[int, int]:
    """The run of tokens round a proper head, within first..last, that make up its name."""
    low = high = head.first
    person = label == "PERSON"
    joining = "and" if label == "ORG" else "&"
    while high < last:
        step = high + 1
        word = words[step - 1]
        if not _proper(word) and not (word.pos in {"NUM", "ADJ", "NOUN"} and word.dep in {"flat", "compound"}):
            # Over "of the", "and", a hyphen or a possessive to the next proper noun, if there is one.
            while step < last and (
                words[step - 1].form.lower() in _LINKING
                or words[step - 1].tag in {"HYPH", "POS"}
                or (not person and words[step - 1].form in {"&", joining})
            ):
                step += 1
            word = words[step - 1]
            suffix = step == high + 1 and word.form in {"Jr.", "Sr.", "Inc.", "II", "III", "IV"}
            if not suffix and (step == high + 1 or not _proper(word)):
                break
        if word.dep in {"appos", "list", "parataxis", "dep"} or not _governed(word, range(low, high + 1), words):
            break
        if person and words[high].form == "of" and word.dep != "flat":
            break
        high = step
    while low > first:
        word = words[low - 2]
        glued = word.tag == "HYPH" or words[low - 1].tag == "HYPH"
        if person:
            if not (glued or (_proper(word) and word.dep in {"compound", "flat", "amod"})):
                break
        elif not (glued or _proper(word) or (_capitalised(word) and word.head >= low)):
            joins = word.form.lower() in {"and", "&", "of", "'s", "’s", ","} and low - 2 >= first
            if not joins or word.form == "," or not _proper(words[low - 3]) or words[low - 3].head > high:
                break
            if words[low - 3].head < low - 2 and words[low - 3].first != head.head:
                break
        low -= 1
    return low, high


def find_name(mention: Mention, sentence: Sentence) -> tuple[int, int, str] | None:
    """The proper name in a mention as (first, last word number, label), without article, title and modifiers.

    None where the mention is no name: of another type, headed by a common noun, a pronoun, or a people.
    """
    label = _LABELS.get(mention.kind)
    words = sentence.words
    if label is None or not 1 <= mention.first <= mention.last <= len(words):
        return None
    inside = words[mention.first - 1 : mention.last]
    head = next((word for word in inside if not mention.first <= word.head <= mention.last), inside[0])
    if not _proper(head):
        whole = [word for word in inside if word.form.lower() not in {"the", "'s", "’s"} and word.pos != "PUNCT"]
        named = [word for word in whole if word.form.lower() not in _LINKING | {"and", "&"}]
        if not mention.linked or label == "PERSON" or not named or not head.form[:1].isupper():
            return None
        if head.pos in {"PRON", "DET", "ADV"} or not all(word.form[:1].isupper() for word in named):
            return None
        low, high = mention.first, mention.last
    else:
        low, high = _extent(words, head, mention.first, mention.last, label)
    forms = [word.form for word in words[low - 1 : high]]
    begin, end = trim_name(forms, label)
    if begin == end or not any(c.isupper() for c in "".join(forms[begin:end])):
        return None
    if label == "PERSON" and (head.tag == "NNPS" or head.pos == "ADJ" or forms[end - 1].lower() in TITLES):
        return None
    if end - begin == 1 and forms[begin].lower() in _NOT_A_PERSON:
        return None
    return low + begin, low + end - 1, label
