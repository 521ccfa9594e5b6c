"""What the ranker of speakers looks at: recency, syntax, agreement, turns, and what the encoder points at."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from spacy.tokens import Token

from quoteminer.candidates import Candidate, Roster
from quoteminer.entities import Group
from quoteminer.fitting import Fitting
from quoteminer.lexicon import Pronoun
from quoteminer.phrases import Antecedent, Phrases
from quoteminer.pointers import LEAST_SHARE, NOBODY, Pointers, Shares
from quoteminer.syntax import SUBJECTS
from quoteminer.view import Features, Quotation, View, mention_bounds

FORMS = ("pronoun", "nominal", "implicit")
NEW, OLD, REPORTER = -1, -2, -3
DETERMINERS = frozenset(("the", "a", "an", "his", "her", "their", "its", "one", "this", "another"))
FARTHEST_REPORT = 120
FARTHEST_CHAIN = 3
FARTHEST_TITLE = 3
SURE = 0.4
KINDS_OF_PRONOUN = {"male": ("person",), "female": ("person",), "neuter": ("organisation", "document")}


@dataclass(frozen=True, slots=True)
class Resolved:
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
        labels = {view.doc.vocab.strings[label] for label in SUBJECTS}
        subjects = [label in labels for label in view.doc.to_array("DEP").tolist()]
        self._subjects = {
            m.start_token: any(subjects[m.start_token : m.end_token]) or subjects[self._title(m.start_token)]
            for group in groups
            for m in group.mentions
        }
        reporters = {report.subject for report in view.reports if report.subject is not None}
        titled = {token for token in roster.at if self._title(token) in reporters}
        self._reporters = reporters | titled
        self._pointers = Pointers(view, roster)
        self._bearers = Counter(role for e in roster.entities for role in e.roles)
        self.history: list[tuple[Quotation, Resolved]] = []
        self._spoke: Counter[int] = Counter()

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
        before = None
        if form == "nominal" and mention is not None:
            pool = self.fitting.for_noun(pool, mention)
            before = self.taken_up(mention)
            if before is not None and before[0] is not None and all(c.number != before[0] for c in pool):
                pool = [*pool, self.roster.entities[before[0]]]
        if form == "pronoun" and mention is not None:
            pool = self.fitting.for_pronoun(pool, mention)
        shares = self._shares(form, quotation, anchor, mention)
        order = sorted(pool, key=lambda c: -self.roster.last_before(c, anchor))
        people = [c.number for c in order if c.label == "PERSON" and self.roster.last_before(c, anchor) >= 0]
        rows = [
            (c.number, self._describe(c, form, quotation, anchor, mention, rank, people) | _pointed(c.number, shares))
            for rank, c in enumerate(order)
        ]
        if form == "nominal" and mention is not None:
            rows.append((NEW, self._new(mention)))
            self._add_antecedent(mention, before, rows)
            self._point_to_descriptions(mention, before, shares, rows)
        elif form != "nominal":
            if form == "implicit":
                self._add_reporting_since(quotation, anchor, rows)
            self._add_reporter(quotation, anchor, mention, rows, shares)
        return rows

    def taken_up(self, mention: tuple[int, int]) -> Antecedent | None:
        """What a definite phrase takes up, as `Phrases.antecedent` gives it; else what the encoder points at.

        "The text" after "an analysis of the markets" is that analysis, though in another word.
        """
        found = self.phrases.antecedent(mention)
        if found is not None:
            return found
        token = self.view.doc[mention[0] : mention[1]].root.i
        kind, span = self.fitting.kind(mention), None
        for _ in range(FARTHEST_CHAIN):
            noun = self._noun_pointed_at(token)
            if noun is None:
                break
            if self.lexicon.kind_of_source(noun.lemma_.lower(), noun.lower_) == kind:
                span = mention_bounds(self.view, noun.i)
            token = noun.i
        return None if span is None or kind is None else (None, span)

    def reporter_before(
        self, quotation: Quotation, anchor: int, mention: tuple[int, int] | None
    ) -> tuple[int, int] | None:
        """The unnamed source whose words the text reports just before: "Another witness said …. “…,” she said."

        Gives its tokens; only one that the pronoun in `mention` can stand for. None where there is none, or where the
        last report names someone.
        """
        pointed = self._source_pointed_at(mention)
        if pointed is not None:
            return pointed
        doc, roster = self.view.doc, self.roster
        low = self.history[-1][0].end if self.history else 0
        for report in reversed(self.view.reports_between(max(low, anchor - FARTHEST_REPORT), anchor)):
            if report.form != "verb" or report.strength != "strong" or report.subject is None:
                continue
            subject = doc[report.subject]
            if roster.sentence[anchor] - roster.sentence[report.anchor] > 2:
                return None
            if (
                subject.i >= anchor
                or subject.pos_ not in ("NOUN", "PROPN")
                or self.phrases.named_by(subject.i) is not None
            ):
                return None
            pronoun = self.lexicon.pronouns.get(doc[mention[0]].lower_) if mention is not None else None
            if not self._is_of_kind(subject, pronoun):
                return None
            if pronoun is not None and pronoun.gender in ("male", "female") and subject.tag_ == "NNS":
                return None
            return mention_bounds(self.view, subject.i)
        return None

    def _source_pointed_at(self, mention: tuple[int, int] | None) -> tuple[int, int] | None:
        """The unnamed source that the encoder takes a pronoun for: "Officials have urged what they called “…”"."""
        doc = self.view.doc
        pronoun = self.lexicon.pronouns.get(doc[mention[0]].lower_) if mention is not None else None
        if pronoun is None or mention is None:
            return None
        noun = self._noun_pointed_at(mention[0])
        if noun is None or not self._is_of_kind(noun, pronoun) or self.phrases.named_by(noun.i) is not None:
            return None
        several = pronoun.number == "singular" and noun.tag_ == "NNS"
        return None if several else mention_bounds(self.view, noun.i)

    def _noun_pointed_at(self, token: int) -> Token | None:
        """The noun, no name and none's, before `token` that the encoder is sure it takes up."""
        target, share = self._pointers.likeliest("antecedent", token)
        if share < SURE or not 0 <= target < token or self.view.quoted[target] >= 0:
            return None
        noun = self.view.doc[target]
        return noun if noun.pos_ == "NOUN" and self.roster.stands_for(target) is None else None

    def _is_of_kind(self, noun: Token, pronoun: Pronoun | None) -> bool:
        """Whether a noun is a source, and of a kind that a pronoun can stand for."""
        kind = self.lexicon.kind_of_source(noun.lemma_.lower(), noun.lower_)
        known = KINDS_OF_PRONOUN.get(pronoun.gender or "", ("person", "group", "organisation")) if pronoun else None
        return kind is not None and (known is None or kind in known)

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
        head = doc[span[0] : span[1]].root
        gap = self.roster.sentence[anchor] - self.roster.sentence[head.i]
        found = {"reporter": 1.0, f"reporter, sentences {gap}": 1.0}
        found[f"reporter, {self.lexicon.kind_of_source(head.lemma_.lower(), head.lower_)}"] = 1.0
        found[f"reporter, {'definite' if doc[span[0]].lower_ in ('the', 'this', 'that') else 'indefinite'}"] = 1.0
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
        new["new, noun used before"] = 1.0
        if number is None:
            found = {key.replace("new", "old", 1): value for key, value in self._new(mention).items()}
            for candidate, known in rows:
                if candidate >= 0:
                    known["noun used of another"] = 1.0
            gap = self.roster.sentence[mention[0]] - self.roster.sentence[span[0]] if span is not None else 9
            found[f"old, sentences {min(gap, 4)}"] = 1.0
            if span is not None and any(i in self._reporters for i in range(*span)):
                found["old, reported before"] = 1.0
            rows.append((OLD, {**found, "old": 1.0}))
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
        form: str,
        quotation: Quotation,
        anchor: int,
        mention: tuple[int, int] | None,
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
            if self._subjects.get(last):
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
        if form == "pronoun" and mention is not None:
            self._agreement(candidate, mention, found)
        if form == "nominal" and mention is not None:
            self._fit(candidate, mention, found)
            if any(mention[0] <= place < mention[1] for place in candidate.tokens):
                found["named in the mention"] = 1.0
        return found

    def _since_previous(self, candidate: Candidate, last: int, quotation: Quotation, found: Features) -> None:
        """Whether the candidate was named after the quotation before, whose own reporting clause is left aside."""
        if not self.history or last < 0:
            return
        before, resolved = self.history[-1]
        clause = self.view.after(before)[1]
        if last < clause or candidate.number in resolved.entities:
            return
        subject = "subject" if self._subjects.get(last) else "no subject"
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
        return any(token in self._reporters and token in candidate.tokens for token in range(last, last + 7))

    def _agreement(self, candidate: Candidate, mention: tuple[int, int], found: Features) -> None:
        pronoun = self.lexicon.pronouns.get(self.view.doc[mention[0]].lower_)
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

    def _fit(self, candidate: Candidate, mention: tuple[int, int], found: Features) -> None:
        doc = self.view.doc
        tokens = [t for t in doc[mention[0] : mention[1]] if t.is_alpha]
        lemmas = {t.lemma_.lower() for t in tokens if t.pos_ not in ("DET", "ADP")}
        lemmas |= {w for lemma in list(lemmas) for w in self.lexicon.office_abbreviations.get(lemma, "").split()}
        head = next((t for t in reversed(tokens) if t.pos_ in ("NOUN", "PROPN")), None)
        lemma = head.lemma_.lower() if head is not None else ""
        office = self.fitting.office(head) if head is not None else ""
        if office and office in candidate.roles:
            found["role fits"] = 1.0
            if self._bearers.get(office) == 1:
                found["only one with that role"] = 1.0
            if len(lemmas) > 1 and lemmas <= candidate.roles | candidate.words:
                found["whole role fits"] = 1.0
        else:
            if candidate.roles:
                found["has another role"] = 1.0
            if self._bearers.get(office):
                found["somebody else has that role"] = 1.0
        if lemma and lemma in candidate.words:
            found["word of the name"] = 1.0
        if lemmas & candidate.words:
            found["shares a word"] = 1.0
        if head is not None and head.tag_ in ("NNS", "NNPS"):
            found[f"plural noun for {candidate.label.lower()}"] = 1.0
        kind = self.lexicon.kind_of_source(lemma, head.lower_ if head is not None else "")
        if kind:
            found[f"{kind} for {candidate.label.lower()}"] = 1.0
            fits = {"person": "PERSON", "organisation": "ORG", "place": "PLACE"}.get(kind)
            if fits == candidate.label:
                found["kind fits"] = 1.0
        countries = {self.lexicon.demonyms.get(t.text, t.text).casefold() for t in tokens if t.text[:1].isupper()}
        countries.discard(doc[mention[0]].text.casefold())
        if countries and candidate.affiliation:
            agrees = "affiliation agrees" if countries & candidate.affiliation else "affiliation differs"
            found[agrees] = 1.0
            if "role fits" in found:
                found[f"role fits, {agrees}"] = 1.0
        gender = self.lexicon.noun_gender.get(lemma)
        if gender and candidate.gender:
            found["noun's gender agrees" if gender == candidate.gender else "noun's gender differs"] = 1.0
        if doc[mention[0]].lower_ in ("the", "this", "that", "his", "her", "their", "its"):
            found["definite"] = 1.0

    def _new(self, mention: tuple[int, int]) -> Features:
        doc = self.view.doc
        found: Features = {"new": 1.0}
        first = doc[mention[0]].lower_
        found[f"new after {first if first in DETERMINERS else 'other'}"] = 1.0
        head = next((t for t in reversed(list(doc[mention[0] : mention[1]])) if t.pos_ in ("NOUN", "PROPN")), None)
        if head is not None:
            plural = head.tag_ in ("NNS", "NNPS")
            kind = self.lexicon.kind_of_source(head.lemma_.lower(), head.lower_) or "other"
            found["new plural" if plural else "new singular"] = 1.0
            found[f"new {kind}"] = 1.0
            found[f"new {kind} {'definite' if first in ('the', 'this', 'that') else 'indefinite'}"] = 1.0
            if self._bearers.get(head.lemma_.lower()):
                found["new, but somebody has that role"] = 1.0
        if mention[1] - mention[0] > 3:
            found["new long"] = 1.0
        if any(token in self.roster.at for token in range(*mention)):
            found["new with a name in it"] = 1.0
        return found

    def _shares(
        self, form: str, quotation: Quotation, anchor: int, mention: tuple[int, int] | None
    ) -> dict[str, Shares]:
        """What the encoder points at, by the pointer's name."""
        found = {"speaker pointer": self._pointers.shares("speaker", quotation.start)}
        if form == "implicit":
            found["mention pointer"] = self._pointers.shares("mention", quotation.start)
        else:
            head = self.view.doc[mention[0] : mention[1]].root.i if form == "nominal" and mention else anchor
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
