"""From attributing mentions to entities: names directly, pronouns, noun phrases and silence by a ranker.

The ranker is log-linear over the entities named around the mention or quotation (after Denis and Baldridge 2008 for
pronouns, O'Keefe et al. 2012 for quotations). Its features are recency, syntax, agreement, the turns of the quotations
and, on the shipped pipeline, what the encoder points at; its weights stand in `data/rankers.json` and are fitted by
`python -m quoteminer.training rankers`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from quoteminer.candidate_features import NEW, OLD, REPORTER, FeatureMaker, Resolved
from quoteminer.candidates import Candidate, Roster
from quoteminer.entities import Group
from quoteminer.loglinear import Features, score_of, softmax
from quoteminer.phrases import ISSUED
from quoteminer.syntax import NAME_PARTS, POSSESSIVES, SUBJECTS, children_of, conjuncts_of
from quoteminer.view import Link, Quotation, View

APPOSED = frozenset(("DET", "ADJ", "NOUN", "PROPN", "ADP", "NUM"))
REASONS = {
    "previous speaker": "also speaks in the quotation before",
    "speaker two before": "speaks two quotations before",
    "most recent": "is the last one named before",
    "most recent person": "is the last person named before",
    "subject nearby": "is the subject of the sentence before",
    "reports nearby": "is who the words nearby report",
    "same sentence": "stands in the same sentence",
    "same block": "stands in the same paragraph",
    "gender agrees": "agrees in gender",
    "role fits": "has that role in the article",
    "only one with that role": "is the only one with that role in the article",
    "kind fits": "is of that kind",
    "antecedent pointer": "is what the encoder takes the pronoun for",
    "speaker pointer": "is whom the encoder takes for the speaker",
    "mention pointer": "is where the encoder finds the attribution",
    "often named": "is named often",
    "new": "nobody named before fits the description",
}


class Resolver:
    """Resolves the quotations of one Doc in order.

    Args:
        view: the Doc with its quotations.
        groups: its named entities.
        weights: the fitted weights, by ranker and feature.
    """

    def __init__(self, view: View, groups: Sequence[Group], weights: Mapping[str, Mapping[str, float]]) -> None:
        self.view, self.weights = view, weights
        self.roster = Roster(view, groups)
        self.features = FeatureMaker(view, self.roster, groups)
        self._suffix = "" if view.pointers is not None else " without pointers"
        self._found: dict[int, Resolved] = {}

    @property
    def entities(self) -> Sequence[Candidate]:
        """The entities named and described so far."""
        return self.roster.entities

    def rank(self, form: str, rows: Sequence[tuple[int, Features]]) -> list[tuple[float, int, Features]]:
        """The candidates with their probabilities, best first."""
        weights = self.weights.get(form + self._suffix, {})
        chances = softmax([score_of(found, weights) for _, found in rows])
        ranked = [(chance, number, found) for chance, (number, found) in zip(chances, rows, strict=True)]
        return sorted(ranked, key=lambda row: (-row[0], row[1]))

    def reasons(self, form: str, found: Features) -> tuple[str, ...]:
        """The features that speak most for a candidate, in words."""
        weights = self.weights.get(form + self._suffix, {})
        told = sorted(((weights.get(k, 0.0) * v, REASONS[k]) for k, v in found.items() if k in REASONS), reverse=True)
        return tuple(reason for gain, reason in told[:3] if gain > 0.05)

    def resolve(self, quotation: Quotation, link: Link | None) -> Resolved:
        """Who says a quotation; remembers it for the ones after it."""
        resolved = self._resolve(quotation, link)
        self.features.remember(quotation, resolved)
        self._found[quotation.index] = resolved
        return resolved

    def correct(self, quotation: Quotation, resolved: Resolved) -> None:
        """Put another speaker in the place of the one last found, for the quotations after it."""
        self.features.forget()
        self.features.remember(quotation, resolved)
        self._found[quotation.index] = resolved

    def _resolve(self, quotation: Quotation, link: Link | None) -> Resolved:
        if link is not None and link.previous in self._found:
            before = self._found[link.previous]
            return Resolved(before.entities, None, "previous", before.probability)
        if link is not None and link.within is not None:
            return self._by_line(quotation, link.within)
        if link is None or link.subject is None:
            return self._by_rank("implicit", quotation, quotation.start, None)
        doc = self.view.doc
        token = doc[link.subject]
        pronoun = self.view.pronoun(token.i)
        if pronoun is not None:
            if pronoun.person != 3:
                return Resolved((), (token.i, token.i + 1), "pronoun", 1.0)
            pair = self._pair_before(token.i) if pronoun.number == "plural" else ()
            if pair:
                return Resolved(pair, (token.i, token.i + 1), "pronoun", 0.9, ("are named together before",))
            return self._by_rank("pronoun", quotation, token.i, (token.i, token.i + 1))
        members = [self.features.phrases.named_by(head.i) for head in (token, *conjuncts_of(token))]
        if members[0] is not None:
            known = tuple(dict.fromkeys(number for member in members if member is not None for number in member[:1]))
            spans = [member[1] for member in members if member is not None]
            mention = min(s[0] for s in spans), max(s[1] for s in spans)
            partner = self._partner(mention, link)
            if partner is not None and len(known) == 1:
                known = tuple(dict.fromkeys((*known, partner[0]) if partner[1] > mention else (partner[0], *known)))
                mention = min(mention[0], partner[1][0]), max(mention[1], partner[1][1])
            return Resolved(known, mention, "name")
        return self._by_noun(quotation, self.view.mention_bounds(link.subject))

    def _by_noun(self, quotation: Quotation, mention: tuple[int, int]) -> Resolved:
        """Whom a noun phrase that names nobody stands for: "the two", "their statement", "the minister"."""
        doc = self.view.doc
        first, *rest = (t.lower_ for t in doc[mention[0] : mention[1]])
        pair = self._pair_before(mention[0]) if first == "the" and rest[:1] == ["two"] else ()
        if pair:
            return Resolved(pair, mention, "nominal", 0.9, ("are named together before",))
        if doc[mention[0]].tag_ == "PRP$" and self.view.head_of(mention).lemma_.lower() in ISSUED:
            # "their statement" is theirs.
            own = (mention[0], mention[0] + 1)
            pair = self._pair_before(mention[0]) if first == "their" else ()
            if pair:
                return Resolved(pair, own, "pronoun", 0.9, ("are named together before",))
            return self._by_rank("pronoun", quotation, mention[0], own)
        phrases = self.features.phrases
        issuer = phrases.issuer_named(mention)
        issuer = phrases.issuer_before(mention) if issuer is None else issuer
        if issuer is not None:
            return Resolved((issuer,), mention, "nominal", 0.9, ("is named as the one who issued it",))
        return self._by_rank("nominal", quotation, mention[0], mention)

    def _partner(self, name: tuple[int, int], link: Link) -> tuple[int, tuple[int, int]] | None:
        """The person that "and" joins to a person's name as a second speaker: `said NAME and NAME`."""
        doc, at, entities = self.view.doc, self.roster.at, self.roster.entities
        if entities[at.get(name[0], at.get(name[1] - 1, 0))].label != "PERSON":
            return None
        inverted = link.cue is not None and link.cue[0] < name[0]
        after = self._joined_after(name[1])
        if after is not None:
            following = doc[after[1]].tag_ if after[1] < len(doc) else ""
            possessive = after[1] < len(doc) and doc[after[1]].text in POSSESSIVES
            if not possessive and not (inverted and following in ("VBD", "VBZ", "VBP")):
                return at[after[0]], after
        before = name[0] - 1
        while before > max(0, name[0] - 5) and doc[before].pos_ in ("ADJ", "NOUN", "PROPN") and before not in at:
            before -= 1
        if not inverted and before > 0 and doc[before].lower_ in ("and", "&") and before - 1 in at:
            span = self.roster.name_around(before - 1)
            if entities[at[before - 1]].label == "PERSON":
                return at[before - 1], span
        return None

    def _joined_after(self, end: int) -> tuple[int, int] | None:
        """The person's name that "and" joins to a name that ends before token `end`: "NAME, the mayor, and NAME"."""
        doc, words, at = self.view.doc, self.view.words, self.roster.at
        size, i = len(words), end
        if i < size and words[i] == ",":
            i += 1
            while i < min(end + 12, size) and doc[i].pos_ in APPOSED and i not in at:
                i += 1
            if i == end + 1:
                return None
            i += i < size and words[i] == ","
        if i >= size or words[i] not in ("and", "&"):
            return None
        start = next((k for k in range(i + 1, min(i + 4, size)) if k in at or words[k].islower()), None)
        if start is None or start not in at or self.roster.entities[at[start]].label != "PERSON":
            return None
        return self.roster.name_around(start)

    def _owner(self, quotation: Quotation, mention: tuple[int, int]) -> str | None:
        """Whose relative or aide a phrase with a pronoun describes: "her lawyer"; None where nobody named fits."""
        first = self.view.doc[mention[0]]
        if first.tag_ != "PRP$" or mention[1] - mention[0] < 2:
            return None
        ranked = self.rank("pronoun", self.features.of("pronoun", quotation, first.i, (first.i, first.i + 1)))
        number = ranked[0][1] if ranked else -1
        return self.roster.entities[number].name if number >= 0 and ranked[0][0] > 0.5 else None

    def _pair_before(self, anchor: int) -> tuple[int, ...]:
        """The people whom the text named together just before: who spoke jointly, or "NAME and NAME" as a subject."""
        view, roster = self.view, self.roster
        history = self.features.history
        if history and len(history[-1][1].entities) > 1 and view.block_of[anchor] - history[-1][0].block <= 2:
            return history[-1][1].entities
        for i in range(anchor - 1, max(-1, anchor - 80), -1):
            if roster.sentence[anchor] - roster.sentence[i] > 1:
                break
            subject = view.doc[i]
            if view.quoted[i] >= 0 or subject.dep_ not in SUBJECTS or subject.pos_ != "PROPN":
                continue
            # "Minister NAME and her deputy NAME"
            titled = (child for child in children_of(subject) if child.dep_ in NAME_PARTS and child.i in roster.at)
            heads = [i, *(head.i for member in (subject, *titled) for head in conjuncts_of(member))]
            named = (self.features.phrases.named_by(head) for head in heads)
            people = tuple(dict.fromkeys(found[0] for found in named if found is not None))
            if len(people) > 1 and all(roster.entities[number].label == "PERSON" for number in people):
                return people
        return ()

    def _by_line(self, quotation: Quotation, within: tuple[int, int]) -> Resolved:
        """The people that a credit line or label names, else the first organisation, else what it says."""
        named = dict.fromkeys(self.roster.at[i] for i in range(*within) if i in self.roster.at)
        people = tuple(n for n in named if self.roster.entities[n].label == "PERSON") or tuple(named)[:1]
        return Resolved(people or (self.roster.describe(within),), within, "name")

    def _by_rank(self, form: str, quotation: Quotation, anchor: int, mention: tuple[int, int] | None) -> Resolved:
        ranked = self.rank(form, self.features.of(form, quotation, anchor, mention))
        if not ranked:
            if form == "nominal" and mention is not None:
                return Resolved((self.roster.describe(mention),), mention, form, 0.5)
            return Resolved((), mention, form, 0.0)
        probability, number, found = ranked[0]
        if number == NEW and (told := next((row for row in ranked if row[1] == OLD), None)):
            _, number, found = told  # the same source, but told of before, in more words
        if number == NEW and mention is not None:
            number = self.roster.describe(mention, owner=self._owner(quotation, mention))
        elif number == OLD and mention is not None:
            antecedent = self.features.unnamed.taken_up(mention)
            before = antecedent[1] if antecedent and antecedent[1] else mention
            number = self.roster.describe(before, mention, self._owner(quotation, before))
        elif number == REPORTER and (span := self.features.reporter_before(quotation, anchor, mention)) is not None:
            source = self._by_rank("nominal", quotation, span[0], span)
            return Resolved(source.entities, mention, form, probability, ("is whose words are reported just before",))
        elif mention is not None:
            entity = self.roster.entities[number]
            self.roster.add_resolved(entity, mention)
            pronoun = self.view.pronoun(mention[0])
            if form == "pronoun" and entity.gender is None and pronoun and pronoun.gender in ("male", "female"):
                # What one pronoun has shown holds for those after it.
                entity.gender = pronoun.gender
        return Resolved((number,), mention, form, probability, self.reasons(form, found))
