"""From quotations to the mentions that attribute them: rules propose, a ranker chooses, the rule's name is kept.

A rule states how English news attributes: `"…," said NAME`; `NAME said: "…"`; `According to NAME, "…"`. Where several
fit, or one fits badly, a log-linear ranker weighs them against each other and against silence; what nothing attributes
is left to `quoteminer.resolve`, which weighs the entities of the text around it.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence

from spacy.tokens import Token

from quoteminer.cues import Report
from quoteminer.loglinear import Features, score_of, softmax
from quoteminer.pointers import LEAST_SHARE, targets_of
from quoteminer.syntax import NOMINAL, PERSONS, phrase_head_after, settle_head
from quoteminer.view import Link, Quotation, View, described_head

# --- the rules ------------------------------------------------------------------------------------------------------

AFTER, BEFORE = "quotation, then reporting clause", "reporting clause, then quotation"
ACCORDING, ENCODER, GOES_ON = "according to", "the encoder's pointer", "same utterance"
LONGEST_OFFICE = 40  # tokens
NOUN_BEFORE, NOUN_AFTER = "noun of speech, then quotation", "quotation, then noun of speech"


def propose(view: View, quotation: Quotation) -> Iterator[tuple[Link, Report | None]]:
    """Every way in which the text beside a quotation may attribute it."""
    start, end = view.after(quotation)
    words = start
    while words < end and (view.doc[words].is_punct or view.words[words].isspace()):
        words += 1
    for report in view.reports_between(start, end):
        subject = report.subject
        rule = {"verb": AFTER, "preposition": ACCORDING, "noun": NOUN_AFTER}[report.form]
        if report.form == "verb":
            inverted = _inverted_subject(view, words, report, end)
            own = subject if subject is not None and start <= subject < end else None
            subject = inverted if inverted is not None else own
            if subject is None and report.start > words:
                subject = phrase_head_after(view.doc, words, report.start)
        if subject is not None and view.quoted[subject] < 0:
            yield Link(rule, _settle(view, subject, report), (report.start, report.end)), report
    start, end = view.before(quotation)
    for report in view.reports_between(start, end):
        rule = {"verb": BEFORE, "preposition": ACCORDING, "noun": NOUN_BEFORE}[report.form]
        if report.subject is not None:
            yield Link(rule, _settle(view, report.subject, report), (report.start, report.end)), report


def _settle(view: View, subject: int, report: Report) -> int:
    if report.form == "noun":
        return subject
    name = _name_before(view, subject, report.start) if report.form == "verb" else None
    if name is not None:
        return name
    limit = report.start if subject < report.start else len(view.doc)
    settled = settle_head(view.doc, view.words, subject, limit)
    return described_head(view, settled if view.quoted[settled] < 0 else subject)


def _name_before(view: View, subject: int, verb: int) -> int | None:
    """The person whose name, set off by a comma, ends an office: "the commissioner for trade, Mr NAME, has said"."""
    doc = view.doc
    if verb - subject > LONGEST_OFFICE:
        return None
    last = verb - 1
    while last > subject and (doc[last].text == "," or doc[last].pos_ in ("ADV", "AUX")):
        last -= 1
    if last <= subject or doc[last].ent_type_ not in PERSONS or doc[subject].ent_type_ in PERSONS:
        return None
    first = last
    while doc[first].ent_iob_ == "I" and first > subject:
        first -= 1
    before = first - 1
    while before > max(subject, first - 4) and doc[before].pos_ in ("PROPN", "NOUN"):
        before -= 1
    plain = not any(t.tag_.startswith(("VB", "W")) or t.is_quote for t in doc[subject + 1 : before])
    return first if before > subject and doc[before].text in (",", "—", "–") and plain else None


def _inverted_subject(view: View, start: int, report: Report, end: int) -> int | None:
    """The subject after the verb where nothing but adverbs stand between quotation and verb: `"…," said NAME`."""
    doc = view.doc
    if any(doc[i].pos_ not in ("ADV", "AUX", "PUNCT", "SPACE", "PART") for i in range(start, report.start)):
        return None
    if report.subject is not None and report.end <= report.subject < end:
        return report.subject
    head = phrase_head_after(doc, report.end, end)
    return head if head is not None and doc[head].pos_ in NOMINAL else None


def _invites_clause(view: View, quotation: Quotation) -> str:
    """What stands at the quotation's end: a comma, ? or ! as before a reporting clause, a full stop, nothing."""
    content = view.content(quotation).rstrip()
    if content[-1:] in (",", "?", "!", "…", "—", "–", "-") or content.endswith("..."):
        return "comma" if content[-1] == "," else "mark"
    following = next((word for word in view.words[quotation.end : quotation.end + 2] if not word.isspace()), None)
    if following in (",", "—", "–", "-", "--"):
        return "comma"
    return "stop" if content[-1:] == "." else "nothing"


def _governing(view: View, quotation: Quotation) -> set[int]:
    """Tokens outside of the quotation that govern its words."""
    reached: dict[int, int] = {}  # each with the fewest steps to it
    for token in range(quotation.start, min(quotation.end, quotation.start + 40)):
        i = token
        for steps in range(8):
            i = view.heads[i]
            if reached.get(i, steps + 1) <= steps:
                break
            reached[i] = steps
            if view.heads[i] == i:
                break
    return {i for i in reached if view.quoted[i] != quotation.index}


# --- the ranker -----------------------------------------------------------------------------------------------------


def _distance(tokens: int) -> str:
    return next((name for most, name in ((1, "0-1"), (3, "2-3"), (8, "4-8"), (20, "9-20")) if tokens <= most), "21+")


def _sort_of_subject(token: Token, view: View) -> str:
    pronoun, lexicon = view.pronoun(token.i), view.lexicon
    if pronoun is not None:
        if pronoun.person != 3:
            return "I, we or you"
        return "it" if pronoun.gender == "neuter" else "pronoun"
    if token.ent_type_:
        return "person" if token.ent_type_ in PERSONS else "name"
    if token.lower_ in lexicon.relative_pronouns or token.lower_ in lexicon.demonstrative_pronouns:
        return "relative"
    lemma = token.lemma_.lower()
    if (
        lemma in lexicon.roles
        or lemma in lexicon.person_nouns
        or lemma in lexicon.kinship
        or token.lower_ in lexicon.group_nouns
    ):
        return "role"
    if lemma in lexicon.org_nouns:
        return "organisation"
    if lemma in lexicon.document_nouns or lemma in lexicon.speech_nouns:
        return "document"
    return "other noun" if token.pos_ in ("NOUN", "PROPN") else "no noun"


def link_features(
    view: View,
    quotation: Quotation,
    proposals: Sequence[tuple[Link, Report | None]],
    pointed: Sequence[tuple[int, float]],
) -> list[Features]:
    """The features of each proposal, and last those of silence: nothing beside the quotation attributes it."""
    governing = _governing(view, quotation)
    invites = _invites_clause(view, quotation)
    verbs = [report.anchor for _, report in proposals if report is not None and report.form == "verb"]
    rows = []
    for link, report in proposals:
        found: Features = {f"rule {link.rule}": 1.0}
        if link.subject is not None:
            subject = view.doc[link.subject]
            sort = _sort_of_subject(subject, view)
            found[f"subject {sort}"] = 1.0
            found[f"{link.rule}, subject {sort}"] = 1.0
            low, high = view.mention_bounds(link.subject)
            mass = sum(p for token, p in pointed if low <= token < high)
            if mass:
                found["pointed at"] = mass
                found["pointed at, log"] = math.log1p(mass / LEAST_SHARE)
                found["pointed at first"] = float(low <= pointed[0][0] < high)
        if report is not None:
            after = report.anchor >= quotation.end
            gap = report.start - quotation.end if after else quotation.start - report.end
            found[f"{link.rule}, {report.strength}"] = 1.0
            found[f"{link.rule}, distance {_distance(gap)}"] = 1.0
            found[f"{link.rule}, {report.strength}, distance {_distance(gap)}"] = 1.0
            if after:
                found[f"{link.rule}, ends in {invites}"] = 1.0
                found[f"{link.rule}, {report.strength}, ends in {invites}"] = 1.0
                if link.subject is not None and link.subject > report.anchor:
                    found[f"inverted, distance {_distance(gap)}"] = 1.0
                following = [v for v in verbs if v >= quotation.end]
                if following:
                    found["first verb after" if report.anchor == min(following) else "later verb after"] = 1.0
            else:
                last = view.doc[quotation.start - 1].text if quotation.start else ""
                found[f"{link.rule}, after {last if last in (':', ',', 'that', '.') else 'word'}"] = 1.0
                if any(view.quoted[i] >= 0 for i in range(report.end, quotation.start)):
                    found[f"{link.rule}, another quotation between"] = 1.0
                before = [v for v in verbs if v < quotation.start]
                if before:
                    found["last verb before" if report.anchor == max(before) else "earlier verb before"] = 1.0
                    found["first verb before" if report.anchor == min(before) else "no first verb before"] = 1.0
            if report.anchor in governing:
                found[f"{link.rule}, governs"] = 1.0
            ancestor, depth = view.doc[report.anchor], 0
            while ancestor.head.i != ancestor.i and depth < 6:
                ancestor, depth = ancestor.head, depth + 1
                if ancestor.i in verbs:
                    found["within another report"] = 1.0
                    break
        rows.append(found)
    rows.append(_silence(view, quotation, proposals, pointed, invites))
    return rows


def _silence(
    view: View,
    quotation: Quotation,
    proposals: Sequence[tuple[Link, Report | None]],
    pointed: Sequence[tuple[int, float]],
    invites: str,
) -> Features:
    found: Features = {"silence": 1.0, f"silence, ends in {invites}": 1.0}
    nothing = sum(p for token, p in pointed if token < 0)
    found["silence pointed at"] = nothing
    found["silence pointed at, log"] = math.log1p(nothing / LEAST_SHARE)
    if not proposals:
        found["silence, no proposal"] = 1.0
    block_start, block_end = view.block_bounds[quotation.block]
    if quotation.start == block_start:
        found["silence, begins its block"] = 1.0
        if quotation.end >= block_end - 1:
            found["silence, fills its block"] = 1.0
    elif view.before(quotation)[0] == quotation.start:
        found["silence, begins a sentence"] = 1.0
    else:
        found["silence within a sentence"] = 1.0
    if quotation.index and view.quotations[quotation.index - 1].block == quotation.block:
        found["silence, after another in its block"] = 1.0
    return found


def proposals_for(
    view: View, quotation: Quotation, pointed: Sequence[tuple[int, float]]
) -> list[tuple[Link, Report | None]]:
    """The rules' proposals, and the encoder's where it is another one."""
    proposals = list(propose(view, quotation))
    if pointed and pointed[0][0] >= 0 and view.quoted[pointed[0][0]] < 0 and pointed[0][1] > 0.2:
        token = described_head(view, pointed[0][0])
        bounds = [view.mention_bounds(link.subject) for link, _ in proposals if link.subject is not None]
        if not any(low <= token < high for low, high in bounds):
            proposals.append((Link(ENCODER, token), None))
    return proposals


def _is_split(view: View, previous: Quotation, quotation: Quotation) -> bool:
    """Whether nothing but the first one's reporting clause stands between two quotations: `"…," she said. "…"`."""
    if previous.block != quotation.block:
        return False
    start, end = view.after(previous)
    while end < quotation.start and view.doc[end].is_space:
        end += 1
    return end >= quotation.start and (start == end or bool(view.reports_between(start, end)))


def attribute(
    view: View, found: Mapping[int, Link], weights: Mapping[str, Mapping[str, float]]
) -> list[tuple[Link | None, float]]:
    """The link of each quotation with its probability; None where nothing beside the quotation attributes it.

    `found` holds the links that the layout gives (credits, lead-ins); the later paragraphs of one utterance go on from
    the first.
    """
    pointers = targets_of(view, "mention")
    table = weights["link" if view.pointers is not None else "link without pointers"]
    links: list[tuple[Link | None, float]] = []
    for quotation in view.quotations:
        previous = view.quotations[quotation.index - 1] if quotation.index else None
        goes_on = previous is not None and previous.turn == quotation.turn
        if quotation.index in found:
            link = found[quotation.index]
            again = goes_on and found.get(quotation.index - 1) == link
            links.append((Link(GOES_ON, previous=quotation.index - 1) if again else link, 1.0))
            continue
        pointed = pointers.get(quotation.start, [])
        proposals = proposals_for(view, quotation, pointed)
        rows = link_features(view, quotation, proposals, pointed)
        chances = softmax([score_of(row, table) for row in rows])
        best = max(range(len(rows)), key=lambda i: chances[i])
        chosen = proposals[best][0] if best < len(proposals) else None
        if chosen is None and previous is not None and (goes_on or _is_split(view, previous, quotation)):
            chosen = Link(GOES_ON, previous=quotation.index - 1)
        links.append((chosen, chances[best]))
    return links
