"""Answers in transcripts and interviews, after a label that says who speaks."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from quoteminer.lexicon import Lexicon
from quoteminer.paragraphs import LONG_MARKED, TRAILING, Displayed, Paragraph


def in_transcripts(text: str, paragraphs: Sequence[Paragraph], lexicon: Lexicon) -> Iterator[tuple[int, Displayed]]:
    """The paragraphs that speakers' labels introduce, and those after them that go on with the answer."""
    labelled: dict[str, list[int]] = {}
    for i, paragraph in enumerate(paragraphs):
        if paragraph.label:
            labelled.setdefault(text[slice(*paragraph.label)], []).append(i)
    if not labelled:
        return
    running = Counter(word for p in paragraphs if not p.label for sentence in p.sentences for word in sentence)
    answering = {
        label
        for label, indices in labelled.items()
        if _is_speaker(label, indices, paragraphs, running, lexicon) and not _asks(indices, paragraphs)
    }
    last_label = max((indices[-1] for indices in labelled.values()), default=-1)
    turn: int | None = None
    begun = False
    for i, paragraph in enumerate(paragraphs):
        if paragraph.label:
            turn, begun = (i if text[slice(*paragraph.label)] in answering else None), False
        if turn is None or paragraph.kind not in ("paragraph", "item") or not paragraph.text:
            continue
        if begun and (paragraph.narrated or (i > last_label and not paragraph.first_person)):
            turn = None
            continue
        begun = True
        if paragraph.quoted < max(LONG_MARKED, paragraph.words):
            yield i, Displayed(paragraph.start, paragraph.end, "transcript", label=paragraphs[turn].label, turn=turn)


def _asks(indices: Sequence[int], paragraphs: Sequence[Paragraph]) -> bool:
    """Whether the paragraphs of a label are mostly questions: the interviewer's."""
    questions = sum(paragraphs[i].text.rstrip(TRAILING).endswith("?") for i in indices)
    return 2 * questions > len(indices)


def _is_speaker(
    label: str, indices: Sequence[int], paragraphs: Sequence[Paragraph], running: Mapping[str, int], lexicon: Lexicon
) -> bool:
    """Whether a recurring label is a person's: "A" with answers in the first person, a name, initials, an office."""
    if label in ("Q", "A"):
        answers = [paragraphs[i] for i in indices]
        return label == "A" and 3 * sum(answer.first_person for answer in answers) >= len(answers)
    words = label.split()
    if len(indices) < 2 and not any(word in lexicon.given_names for word in words):
        return False
    named = words[0].capitalize() in lexicon.given_names or words[0].lower().rstrip(".") in lexicon.honorifics
    initials = len(words) == 1 and label.isupper() and 2 <= len(label) <= 4
    spoken = sum(paragraphs[i].first_person for i in indices) * 3 >= len(indices)
    return named or label.lower() in lexicon.roles or (spoken and (initials or running[words[-1].capitalize()] > 0))
