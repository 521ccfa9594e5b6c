"""What the ranker of speakers looks at: recency, syntax, agreement, turns, and what the encoder points at."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from quoteminer.candidates import Candidate, Roster
from quoteminer.entities import Group
from quoteminer.fitting import Fitting
from quoteminer.loglinear import Features
from quoteminer.noun_features import NounFeatures
from quoteminer.phrases import DEFINITE, Antecedent, Phrases
from quoteminer.pointers import LEAST_SHARE, NOBODY, Pointers, Shares
from quoteminer.syntax import SUBJECTS
from quoteminer.unnamed import UnnamedSources
from quoteminer.view import Quotation, View

FORMS = ("pronoun", "nominal", "implicit")
NEW, OLD, REPORTER = -1, -2, -3
FARTHEST_TITLE = 3


class Resolved(NamedTuple):
    """Who a quotation is attributed to.

    Attributes:
        entities: numbers of the entities, in `Roster.entities`; empty when unknown.
        mention: tokens (start, end) of the attributing mention, None where there is none.
        form: "name", "pronoun", "nominal", "implicit" or "previous".
        probability: what the ranker gives the entity, 1.0 where it was not asked.
        reasons: the ranker's strongest reasons, in words.
    """

    entities: tuple[int, ...]
    mention: tuple[int, int] | None
    form: str
    probability: float = 1.0
    reasons: tuple[str, ...] = ()


class FeatureMaker:
    """Tells the ranker about candidates, quotation by quotation; remembers who spoke."""

    def __init__(self, view: View, roster: Roster, groups: Sequence[Group]) -> None:
        self.view, self.roster, self.lexicon = view, roster, view.lexicon
        self.phrases = Phrases(roster)
        self.fitting = Fitting(self.phrases)
        self._ends = {mention.start_token: mention.end_token for group in groups for mention in group.mentions}
        self._subjects: dict[int, bool] = {}
        reporters = {report.subject for report in view.reports if report.subject is not None}
        titled = {token for token in roster.at if self._title(token) in reporters}
        self._reporters = reporters | titled
        self._pointers = Pointers(view, roster)
        self.unnamed = UnnamedSources(roster, self.phrases, self.fitting, self._pointers)
        self.nouns = NounFeatures(self.fitting)
        self.history: list[tuple[Quotation, Resolved]] = []
        self._spoke: Counter[int] = Counter()

    def _stands_as_subject(self, start: int) -> bool:
        """Whether the name that begins at token `start`, or the title before it, is a subject; not where none does."""
        found = self._subjects.get(start)
        if found is None:
            tokens = (*range(start, self._ends[start]), self._title(start)) if start in self._ends else ()
            found = self._subjects[start] = any(self.view.doc[token].dep_ in SUBJECTS for token in tokens)
        return found

    def _title(self, token: int) -> int:
        """The title just before a name that the tree takes for its head: "Dr" of "Dr NAME"; else `token` itself."""
        head = self.view.heads[token]
        return head if token - FARTHEST_TITLE <= head < token and head not in self.roster.at else token

    def remember(self, quotation: Quotation, resolved: Resolved) -> None:
        """Add a quotation to those before the next one."""
        self.history.append((quotation, resolved))
        self._spoke.update(resolved.entities)

    def forget(self) -> None:
        """Take the last quotation back."""
        _, resolved = self.history.pop()
        self._spoke.subtract(resolved.entities)

    def of(
        self, form: str, quotation: Quotation, anchor: int, mention: tuple[int, int] | None
    ) -> list[tuple[int, Features]]:
        """The candidates' features, by entity number; NEW stands for an entity that the mention itself describes."""
        end = self.view.block_bounds[quotation.block][1] if form == "implicit" else anchor
        numbers = dict.fromkeys(self.roster.named_before(end))
        for _, resolved in self.history[-3:]:
            numbers.update(dict.fromkeys(resolved.entities))
        pool: Sequence[Candidate] = [self.roster.entities[number] for number in numbers]
        before = said = None
        if form == "nominal" and mention is not None:
            said = self.nouns.describe(mention)
            pool = self.fitting.for_noun(pool, mention)
            before = self.unnamed.taken_up(mention)
            if before is not None and before[0] is not None and all(c.number != before[0] for c in pool):
                pool = [*pool, self.roster.entities[before[0]]]
        if form == "pronoun" and mention is not None:
            pool = self.fitting.for_pronoun(pool, mention)
        shares = self._shares(form, quotation, anchor, mention)
        order = sorted(pool, key=lambda c: -self.roster.last_before(c, anchor))
        people = [c.number for c in order if c.label == "PERSON" and self.roster.last_before(c, anchor) >= 0]
        rows = [
            (c.number, self._describe(c, quotation, anchor, rank, people) | _pointed(c.number, shares))
            for rank, c in enumerate(order)
        ]
        for (_, found), candidate in zip(rows, order, strict=True):
            if form == "pronoun" and mention is not None:
                self._agreement(candidate, mention, found)
            if said is not None:
                self.nouns.fit(candidate, said, found)
        if said is not None:
            rows.append((NEW, self.nouns.new(said)))
            self._add_antecedent(said.mention, before, rows)
            self._point_to_descriptions(said.mention, before, shares, rows)
        elif form != "nominal":
            if form == "implicit":
                self._add_reporting_since(quotation, anchor, rows)
            self._add_reporter(quotation, anchor, mention, rows, shares)
        return rows

    def reporter_before(
        self, quotation: Quotation, anchor: int, mention: tuple[int, int] | None
    ) -> tuple[int, int] | None:
        """The unnamed source whose words the text reports between the quotation before and this one."""
        low = self.history[-1][0].end if self.history else 0
        return self.unnamed.reporter_before(anchor, mention, low)

    def _add_reporter(
        self,
        quotation: Quotation,
        anchor: int,
        mention: tuple[int, int] | None,
        rows: list[tuple[int, Features]],
        shares: Mapping[str, Shares],
    ) -> None:
        span = self.reporter_before(quotation, anchor, mention)
        if span is None:
            return
        known = self.roster.described_as(self.roster.text(span))
        for number, found in rows:
            if number == known:
                found["reporter just before"] = 1.0
                return
        doc = self.view.doc
        head = self.view.head_of(span)
        gap = self.roster.sentence[anchor] - self.roster.sentence[head.i]
        found = {"reporter": 1.0, f"reporter, sentences {gap}": 1.0}
        found[f"reporter, {self.view.kind_of(head)}"] = 1.0
        found[f"reporter, {'definite' if doc[span[0]].lower_ in DEFINITE else 'indefinite'}"] = 1.0
        if self.view.block_of[head.i] == quotation.block:
            found["reporter in the same block"] = 1.0
        if not self.history or self.history[-1][0].block < self.view.block_of[head.i]:
            found["reporter in a new block"] = 1.0
        for name, pointed in shares.items():
            found |= _of_share(name, pointed.within(span), pointed.most)
        rows.append((REPORTER, found))

    def _add_antecedent(
        self, mention: tuple[int, int], antecedent: Antecedent | None, rows: list[tuple[int, Features]]
    ) -> None:
        """Tell the ranker of the phrase with the same noun before: its bearer, or an unnamed source (OLD)."""
        new = next(found for number, found in rows if number == NEW)
        if antecedent is None:
            new["new, noun not used before"] = 1.0
            return
        number, span = antecedent
        if number is None and span is not None:
            number = self.roster.described_as(self.roster.text(span))
        if number is None:
            found = {key.replace("new", "old", 1): value for key, value in new.items()}
            for candidate, known in rows:
                if candidate >= 0:
                    known["noun used of another"] = 1.0
            gap = self.roster.sentence[mention[0]] - self.roster.sentence[span[0]] if span is not None else 9
            found[f"old, sentences {min(gap, 4)}"] = 1.0
            if span is not None and any(i in self._reporters for i in range(*span)):
                found["old, reported before"] = 1.0
            rows.append((OLD, found))
        new["new, noun used before"] = 1.0
        if number is None:
            return
        for candidate, found in rows:
            if candidate != number and candidate >= 0:
                found["noun used of another"] = 1.0
            if candidate == number:
                found["noun used of it"] = 1.0
                found[f"noun used of it, {self.roster.entities[number].label.lower()}"] = 1.0

    def _point_to_descriptions(
        self,
        mention: tuple[int, int],
        antecedent: Antecedent | None,
        shares: Mapping[str, Shares],
        rows: Sequence[tuple[int, Features]],
    ) -> None:
        """What the encoder's pointers say of the phrase itself, and of the one before that it takes up."""
        speaker, before = shares["speaker pointer"], shares["antecedent pointer"]
        for number, found in rows:
            if number == NEW:
                found["antecedent pointer to nobody"] = before.of[NOBODY]
                found["speaker pointer at the mention"] = speaker.within(mention)
            elif number == OLD and antecedent is not None and antecedent[1] is not None:
                found["antecedent pointer at its description"] = before.within(antecedent[1])

    def _describe(
        self,
        candidate: Candidate,
        quotation: Quotation,
        anchor: int,
        rank: int,
        people: Sequence[int],
    ) -> Features:
        view = self.view
        last = self.roster.last_before(candidate, anchor)
        found: Features = {f"is {candidate.label.lower()}": 1.0}
        if candidate.described:
            found["described"] = 1.0
        found["rank"] = 1.0 / (1 + rank)
        if rank == 0 and last >= 0:
            found["most recent"] = 1.0
        if people and people[0] == candidate.number:
            found["most recent person"] = 1.0
        if last >= 0:
            sentences = self.roster.sentence[anchor] - self.roster.sentence[last]
            blocks = view.block_of[anchor] - view.block_of[last]
            if sentences == 0:
                found["same sentence"] = 1.0
            found[f"sentences {min(sentences, 4)}"] = 1.0
            found[f"blocks {min(blocks, 4)}"] = 1.0
            if blocks == 0:
                found["same block"] = 1.0
            if self._stands_as_subject(last):
                found["subject"] = 1.0
                if sentences <= 1:
                    found["subject nearby"] = 1.0
                if blocks <= 1:
                    found["subject in block before"] = 1.0
            if self._reports(candidate, last):
                found["reports"] = 1.0
                if sentences <= 1:
                    found["reports nearby"] = 1.0
                if blocks <= 1:
                    found["reports in block before"] = 1.0
        else:
            found["named later"] = 1.0
            following = self.roster.next_after(candidate, anchor)
            if following is not None and view.block_of[following] == view.block_of[anchor]:
                found["named later in block"] = 1.0
        found["often named"] = math.log1p(len(candidate.places))
        if candidate.number in self.roster.named_inside.get(quotation.index, ()):
            found["named inside"] = 1.0
        for back, name in ((1, "previous speaker"), (2, "speaker two before")):
            if len(self.history) >= back and candidate.number in self.history[-back][1].entities:
                before = self.history[-back][0]
                found[name] = 1.0
                found[f"{name}, blocks {min(quotation.block - before.block, 3)}"] = 1.0
                if not self.roster.other_named(before, quotation, candidate):
                    found[f"{name}, nobody between"] = 1.0
        self._since_previous(candidate, last, quotation, found)
        if self._spoke[candidate.number] > 0:
            found["spoke before"] = 1.0
        return found

    def _since_previous(self, candidate: Candidate, last: int, quotation: Quotation, found: Features) -> None:
        """Whether the candidate was named after the quotation before, whose own reporting clause is left aside."""
        if not self.history or last < 0:
            return
        before, resolved = self.history[-1]
        clause = self.view.after(before)[1]
        if last < clause or candidate.number in resolved.entities:
            return
        subject = "subject" if self._stands_as_subject(last) else "no subject"
        near = "same block" if self.view.block_of[last] == quotation.block else "other block"
        found[f"named since the quotation before, {candidate.label.lower()}"] = 1.0
        found[f"named since, {subject}"] = 1.0
        found[f"named since, {subject}, {near}"] = 1.0
        if self._reports(candidate, last):
            found["reports since the quotation before"] = 1.0

    def _add_reporting_since(self, quotation: Quotation, anchor: int, rows: Sequence[tuple[int, Features]]) -> None:
        reporting = self._reporting_since(quotation, anchor)
        for number, found in rows:
            if number == reporting:
                found["last to report since"] = 1.0
            elif reporting is not None and "previous speaker" in found:
                found["previous speaker, another reports since"] = 1.0

    def _reporting_since(self, quotation: Quotation, anchor: int) -> int | None:
        """The person whose words the text was the last to report since the quotation before, in a clause of its own."""
        if not self.history:
            return None
        for report in reversed(self.view.reports_between(self.view.after(self.history[-1][0])[1], anchor)):
            if report.form == "verb" and report.subject is not None and self.view.quoted[report.anchor] < 0:
                named = self.phrases.named_by(report.subject)
                if named is not None and self.roster.entities[named[0]].label == "PERSON":
                    return named[0]
        return None

    def _reports(self, candidate: Candidate, last: int) -> bool:
        near = range(last, last + 7)
        if self._reporters.isdisjoint(near):
            return False
        return any(token in self._reporters and token in candidate.tokens for token in near)

    def _agreement(self, candidate: Candidate, mention: tuple[int, int], found: Features) -> None:
        pronoun = self.view.pronoun(mention[0])
        if pronoun is None:
            return
        if pronoun.gender in ("male", "female"):
            if candidate.label != "PERSON" and not candidate.described:
                found["no person"] = 1.0
            elif candidate.gender is None:
                found["gender unknown"] = 1.0
            else:
                found["gender agrees" if candidate.gender == pronoun.gender else "gender differs"] = 1.0
        elif pronoun.number == "plural":
            found["plural" if candidate.plural else f"plural for {candidate.label.lower()}"] = 1.0
        elif pronoun.gender == "neuter":
            found[f"it for {candidate.label.lower()}"] = 1.0

    def _shares(
        self, form: str, quotation: Quotation, anchor: int, mention: tuple[int, int] | None
    ) -> dict[str, Shares]:
        """What the encoder points at, by the pointer's name."""
        found = {"speaker pointer": self._pointers.shares("speaker", quotation.start)}
        if form == "implicit":
            found["mention pointer"] = self._pointers.shares("mention", quotation.start)
        else:
            head = self.view.head_of(mention).i if form == "nominal" and mention else anchor
            found["antecedent pointer"] = self._pointers.shares("antecedent", head)
        return found


def _pointed(number: int, shares: Mapping[str, Shares]) -> Features:
    found: Features = {}
    for name, pointed in shares.items():
        found |= _of_share(name, pointed.of.get(number, 0.0), pointed.most)
    return found


def _of_share(name: str, share: float, most: float) -> Features:
    if share <= LEAST_SHARE:
        return {}
    return {name: share, f"{name}, log": math.log(share / LEAST_SHARE), f"{name} first": float(share >= most)}
