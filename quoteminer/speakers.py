"""From quotations to the mentions that attribute them: ordered rules, the first that fits wins and is named.

A rule states how English news attributes: `"…," said NAME`; `NAME said: "…"`; `According to NAME, "…"`. What no rule
attributes is left to `quoteminer.resolve`, which weighs the candidates of the text around it.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from spacy.tokens import Doc, Token

from quoteminer.cues import Report, strength_of
from quoteminer.layout import Block
from quoteminer.lexicon import Lexicon
from quoteminer.marks import MarkedSpan
from quoteminer.syntax import NOMINAL, SUBJECTS, phrase_bounds, phrase_head_after

FAR = 60
COMMAS = frozenset((",", "?", "!", "…", "...", "—", "–", "-", "--"))
STOPS = frozenset((".", "?", "!", ";"))


@dataclass(frozen=True, slots=True)
class Quotation:
    """A quoted stretch as tokens: `start`, `end` its tokens with the marks, `block` the number of its paragraph."""

    index: int
    start: int
    end: int
    block: int
    turn: int
    span: MarkedSpan


@dataclass(frozen=True, slots=True)
class Link:
    """What attributes a quotation.

    Attributes:
        rule: the rule's name.
        subject: head token of who speaks, None where the quotation goes on from another.
        cue: tokens (start, end) of the reporting words, None where there are none.
        previous: number of the quotation whose speaker goes on, None where this one has its own mention.
    """

    rule: str
    subject: int | None = None
    cue: tuple[int, int] | None = None
    previous: int | None = None


@dataclass
class View:
    """A Doc with its quotations, and where things stand in it."""

    doc: Doc
    blocks: Sequence[Block]
    quotations: Sequence[Quotation]
    quoted: list[int]
    reports: Sequence[Report]
    lexicon: Lexicon
    block_of: list[int] = field(default_factory=list)
    anchors: list[int] = field(default_factory=list)
    block_bounds: list[tuple[int, int]] = field(default_factory=list)

    def __post_init__(self) -> None:
        starts = [block.start for block in self.blocks]
        self.block_of = [bisect_right(starts, token.idx) - 1 for token in self.doc]
        self.anchors = [report.anchor for report in self.reports]
        bounds: list[list[int]] = [[len(self.doc), 0] for _ in self.blocks]
        for i, block in enumerate(self.block_of):
            if block >= 0:
                bounds[block][0] = min(bounds[block][0], i)
                bounds[block][1] = i + 1
        self.block_bounds = [(low, high) for low, high in bounds]

    def reports_between(self, start: int, end: int) -> Sequence[Report]:
        """The reporting words whose anchor lies in the tokens from `start` to `end`."""
        low, high = bisect_right(self.anchors, start - 1), bisect_right(self.anchors, end - 1)
        return self.reports[low:high]

    def after(self, quotation: Quotation) -> tuple[int, int]:
        """The tokens after a quotation up to the next one, the end of its sentence or of its block."""
        end = self.block_bounds[quotation.block][1]
        i = quotation.end
        while i < end and self.quoted[i] < 0:
            if self.doc[i].text in STOPS and i > quotation.end and not _is_abbreviation(self.doc, i):
                return quotation.end, i + 1
            i += 1
        return quotation.end, i

    def before(self, quotation: Quotation) -> tuple[int, int]:
        """The tokens before a quotation, back to the one before it, the start of its sentence or of its block."""
        low = self.block_bounds[quotation.block][0]
        i = quotation.start
        while i > low and self.quoted[i - 1] < 0:
            if self.doc[i - 1].text in STOPS and i < quotation.start and not _is_abbreviation(self.doc, i - 1):
                break
            i -= 1
        return i, quotation.start


def _is_abbreviation(doc: Doc, i: int) -> bool:
    """Whether a full stop ends no sentence: the next word goes on in lower case or no sentence starts there."""
    following = next((t for t in doc[i + 1 : i + 3] if not t.is_space), None)
    return doc[i].text == "." and following is not None and not following.is_sent_start


def find_quotations(doc: Doc, blocks: Sequence[Block], spans: Sequence[MarkedSpan]) -> tuple[tuple[Quotation, ...], list[int]]:
    """The outer stretches as tokens, and for each token the number of the stretch that it lies in, or -1."""
    begins = [token.idx for token in doc]
    starts = [block.start for block in blocks]
    quoted = [-1] * len(doc)
    found: list[Quotation] = []
    for span in spans:
        if span.depth:
            continue
        first = max(0, bisect_right(begins, span.start) - 1)
        last = max(first + 1, bisect_right(begins, span.end - 1))
        block = max(0, bisect_right(starts, span.start) - 1)
        quoted[first:last] = [len(found)] * (last - first)
        found.append(Quotation(len(found), first, last, block, span.turn, span))
    return tuple(found), quoted


# --- the rules ------------------------------------------------------------------------------------------------------


def reported_after(view: View, quotation: Quotation) -> Link | None:
    """`"…," said NAME` and `"…," NAME said`."""
    start, end = view.after(quotation)
    if not _invites_clause(view, quotation, start):
        return None
    i = _skip(view.doc, start, end, lambda t: t.is_space or t.is_punct)
    for report in view.reports_between(i, min(end, i + 40)):
        if report.form != "verb" or not _clause_is_plain(view, i, report, end):
            continue
        subject = _inverted_subject(view, i, report, end)
        if subject is None:
            subject = report.subject if report.subject is not None and i <= report.subject < end else None
        if subject is None:
            subject = _subject_before(view.doc, i, report.start)
        if subject is None or view.doc[subject].lower_ in ("it", "that", "this", "which") and report.strength == "weak":
            continue
        return Link("quotation, then reporting clause", subject, (report.start, report.end))
    return None


def _invites_clause(view: View, quotation: Quotation, start: int) -> bool:
    """Whether the quotation's end shows that a reporting clause may follow: a comma, ?, ! or dash at its edge."""
    content = view.doc.text[quotation.span.content_start : quotation.span.content_end].rstrip()
    if not content or quotation.span.closed is False:
        return False
    following = next((t for t in view.doc[start : start + 2] if not t.is_space), None)
    if content[-1] in ",?!…—–-" or content.endswith("..."):
        return True
    if following is None:
        return False
    if following.text in (",", "—", "–", "-"):
        return True
    if content[-1] == ".":
        return following.text[:1].islower() or strength_of(following, view.lexicon) is not None or _short_clause(view, quotation)
    return strength_of(following, view.lexicon) == "strong" or _short_clause(view, quotation)


def _short_clause(view: View, quotation: Quotation) -> bool:
    """Whether nothing but a short reporting clause stands between the quotation and the end of its sentence."""
    start, end = view.after(quotation)
    if end - start > 9 or quotation.start != view.before(quotation)[0]:
        return False
    return any(report.form == "verb" and report.strength == "strong" for report in view.reports_between(start, end))


def _clause_is_plain(view: View, start: int, report: Report, end: int) -> bool:
    """Whether the verb is the first finite verb after the quotation, the subject's own clauses left aside."""
    doc = view.doc
    for i in range(start, report.start):
        token = doc[i]
        if token.tag_ in ("VBD", "VBZ", "VBP", "MD") and token.head.i != report.anchor:
            inside = token
            for _ in range(6):
                if inside.dep_ in ("acl", "acl:relcl", "relcl", "advcl") or inside.head is inside:
                    break
                inside = inside.head
            if inside.dep_ not in ("acl", "acl:relcl", "relcl", "advcl"):
                return False
    return True


def _skip(doc: Doc, start: int, end: int, condition: Callable[[Token], bool]) -> int:
    while start < end and condition(doc[start]):
        start += 1
    return start


def _inverted_subject(view: View, start: int, report: Report, end: int) -> int | None:
    """The subject after the verb where nothing but adverbs stand between quotation and verb: `"…," said NAME`."""
    doc = view.doc
    between = doc[start : report.start]
    if any(t.pos_ not in ("ADV", "AUX", "PUNCT", "SPACE", "PART") for t in between):
        return None
    head = phrase_head_after(doc, report.end, end)
    if head is None or doc[head].pos_ not in NOMINAL:
        return None
    if report.subject is not None and report.end <= report.subject < end:
        return report.subject
    return head


def _subject_before(doc: Doc, start: int, verb: int) -> int | None:
    """The last nominal before a verb that begins the clause: `"…," NAME of Place said`."""
    head = phrase_head_after(doc, start, verb)
    return head


def reported_before(view: View, quotation: Quotation) -> Link | None:
    """`NAME said: "…"`, `NAME said that "…"`, and quoted words anywhere in a reported clause."""
    start, end = view.before(quotation)
    reports = view.reports_between(start, end)
    governing = _governing(view, quotation, start)
    adjacent_colon = any(t.text == ":" for t in view.doc[max(start, end - 2) : end])
    for report in reversed(reports):
        if report.subject is None or report.form == "preposition":
            continue
        near = quotation.start - report.end <= 4 or adjacent_colon
        if report.strength == "strong" or near or report.anchor in governing:
            return Link("reporting clause, then quotation", report.subject, (report.start, report.end))
    return None


def _governing(view: View, quotation: Quotation, start: int) -> set[int]:
    """Tokens outside of the quotation that govern its words."""
    found: set[int] = set()
    for i in range(quotation.start, min(quotation.end, quotation.start + 40)):
        token = view.doc[i]
        for _ in range(8):
            token = token.head
            if view.quoted[token.i] != quotation.index:
                found.add(token.i)
            if token.head is token:
                break
    return found


def according_to(view: View, quotation: Quotation) -> Link | None:
    """`According to NAME, "…"` and `"…", according to NAME`."""
    for start, end in (view.after(quotation), view.before(quotation)):
        for report in view.reports_between(start, end):
            if report.form == "preposition":
                return Link("according to", report.subject, (report.start, report.end))
    return None


def within_sentence(view: View, quotation: Quotation) -> Link | None:
    """A reporting clause that the sentence takes up after the quoted words: `… "…" in what NAME called …`."""
    start, end = view.after(quotation)
    for report in view.reports_between(start, end):
        if report.subject is not None and report.strength == "strong" and start <= report.subject < end:
            return Link("reporting clause after", report.subject, (report.start, report.end))
    return None


def goes_on(view: View, quotation: Quotation) -> Link | None:
    """The next part of a split quotation or paragraph of one utterance: nothing but its own attribution between."""
    if quotation.index == 0:
        return None
    previous = view.quotations[quotation.index - 1]
    if previous.turn == quotation.turn:
        return Link("same utterance", previous=previous.index)
    return None


RULES: tuple[Callable[[View, Quotation], Link | None], ...] = (
    reported_after,
    reported_before,
    according_to,
    goes_on,
    within_sentence,
)


def attribute(view: View, found: Mapping[int, Link]) -> list[Link | None]:
    """The link of each quotation: the one in `found` (credits, lead-ins) or the first rule that fits; None where none does."""
    links: list[Link | None] = []
    for quotation in view.quotations:
        link = found.get(quotation.index)
        for rule in RULES:
            if link is not None:
                break
            link = rule(view, quotation)
        links.append(link)
    return links


def mention_bounds(view: View, subject: int) -> tuple[int, int]:
    """The tokens of a mention around its head."""
    return phrase_bounds(view.doc, subject, full=view.doc[subject].pos_ not in ("PRON", "PROPN"))


__all__ = ["FAR", "Link", "Quotation", "SUBJECTS", "View", "attribute", "find_quotations", "mention_bounds"]
