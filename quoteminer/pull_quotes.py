"""Pull quotes that nothing announces, in texts without quotation marks."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise

from quoteminer.lexicon import Lexicon
from quoteminer.paragraphs import (
    LONG_MARKED,
    NOT_VERB_AFTER,
    Displayed,
    Paragraph,
    is_prose,
    report_verb,
    reporting_strength,
)

_CONNECTIVES = frozenset(
    ("instead", "after", "before", "but", "meanwhile", "however", "still", "since", "while", "although", "despite",
     "yet", "also", "moreover", "later", "then", "here", "here's", "according", "by", "until", "during", "when")
)  # fmt: skip
_THIRD_PERSON_OR_PAST = frozenset(
    ("he", "she", "they", "his", "her", "their", "him", "them", "was", "were", "had", "did")
)
_BEFORE_NOUN = frozenset(("a", "an", "the", "its", "his", "her", "their"))
_MOST_WORDS, _MOST_SENTENCES = 45, 2


def pull_quotes(
    paragraphs: Sequence[Paragraph], lexicon: Lexicon, found: Mapping[int, Displayed]
) -> Iterator[tuple[int, Displayed]]:
    """Pull quotes in a text that uses no marks: short, in the first person, after a report of somebody's words.

    Where the text displays others, a lone sentence in the present tense after "In a statement, …" is one as well.

    Args:
        paragraphs: those of the text.
        lexicon: the word lists.
        found: the displayed quotations that are announced, by index of their paragraph.
    """
    prose = [paragraph for paragraph in paragraphs if paragraph.kind in ("paragraph", "item")]
    if any(paragraph.quoted >= LONG_MARKED for paragraph in prose):
        return
    own = [i for i, paragraph in enumerate(paragraphs) if paragraph.first_person and i not in found]
    displayed = [i for i in own if i and _speaks_after_report(paragraphs[i - 1], paragraphs[i], lexicon)]
    if len(displayed) < len(own) or 3 * len(own) > len(prose):
        return
    lone = sum(len(paragraph.sentences) == 1 for paragraph in prose)
    if (displayed or found) and 2 * lone <= len(prose) + len(displayed) + len(found):
        pairs = enumerate(pairwise(paragraphs), 1)
        displayed += [i for i, (above, quote) in pairs if _is_lone_after_statement(above, quote, lexicon)]
    for i in displayed:
        above, quote = paragraphs[i - 1], paragraphs[i]
        yield i, Displayed(quote.start, quote.end, "pull quote", lead_in=(above.start, above.end), turn=i)


def _speaks_after_report(above: Paragraph, quote: Paragraph, lexicon: Lexicon) -> bool:
    """Whether a paragraph is short, reports nothing, and stands below one that tells of somebody's words."""
    short = quote.words <= _MOST_WORDS and len(quote.sentences) <= _MOST_SENTENCES
    if not short or not is_prose(quote) or quote.sentences[0][0].lower() in _CONNECTIVES:
        return False
    if any(report_verb(sentence, lexicon, weak=True) is not None for sentence in quote.sentences):
        return False
    plain = above.kind == "paragraph" and not above.first_person and above.text[-1:] != "?"
    return plain and any(_tells_of_speech(sentence, lexicon) for sentence in above.sentences[-2:])


def _is_lone_after_statement(above: Paragraph, quote: Paragraph, lexicon: Lexicon) -> bool:
    """Whether a paragraph is one sentence in the present tense below one with "In a statement, …" at its end."""
    lone = is_prose(quote) and len(quote.sentences) == 1 and not quote.narrated and quote.words <= _MOST_WORDS
    if not lone or above.kind != "paragraph" or len(above.sentences) < 2:
        return False
    words = [word.lower() for word in quote.sentences[0]]
    if words[0] in _CONNECTIVES or not _THIRD_PERSON_OR_PAST.isdisjoint(words):
        return False
    if any(word.endswith("ed") or word[0].isdecimal() for word in quote.sentences[0] if word[0].islower()):
        return False
    return any(_in_a_statement(sentence, lexicon) for sentence in above.sentences[-2:])


def _in_a_statement(words: Sequence[str], lexicon: Lexicon) -> bool:
    """Whether a sentence names a document or a way to speak after "in" or "as": "in an editorial"."""
    lowered = [word.lower() for word in words]
    nouns = lexicon.speech_nouns | lexicon.document_nouns
    return any(
        first in ("in", "as") and second in _BEFORE_NOUN and not nouns.isdisjoint(lowered[i : i + 3])
        for i, (first, second) in enumerate(pairwise(lowered), 2)
    )


def _tells_of_speech(words: Sequence[str], lexicon: Lexicon) -> bool:
    """Whether a sentence says that somebody spoke: "Ferrand praised", "describing it as", "in her letter"."""
    if len(words) < 6:
        return False
    for i in range(1, len(words)):
        near = words[max(0, i - 4) : i]
        verb = reporting_strength(words[i], lexicon) if words[i].islower() and near[-1] not in NOT_VERB_AFTER else None
        if verb and any(_is_subject(word, lexicon) for word in (near if verb == "strong" else near[-1:])):
            return True
        if verb and words[i].endswith("ing") and words[i + 1 : i + 2] in (("it",), ("this",), ("that",), ("them",)):
            return True
        noun = words[i] in lexicon.speech_nouns or words[i] in lexicon.document_nouns
        if noun and any(word in ("his", "her", "their", "in") or word.endswith("'s") for word in near):
            return True
    return False


def _is_subject(word: str, lexicon: Lexicon) -> bool:
    """Whether a word may be the subject of a reporting verb: a name, a pronoun, a person, a body, a document."""
    if word[0].isupper():
        return word.lower() not in NOT_VERB_AFTER and word.lower() != "it"
    nouns = (lexicon.group_nouns, lexicon.roles, lexicon.person_nouns, lexicon.org_nouns, lexicon.document_nouns)
    return word in ("he", "she", "they", "who") or any(word in known for known in nouns)
