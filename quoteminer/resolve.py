"""From attributing mentions to entities: names directly, pronouns, noun phrases and silence by a ranker.

The ranker is log-linear over the entities named around the mention or quotation (after Denis and Baldridge 2008 for
pronouns, O'Keefe et al. 2012 for quotations). Its features are recency, syntax, agreement, the turns of the quotations
and, on the shipped pipeline, what the encoder points at; its weights stand in `data/rankers.json` and are fitted by
`python -m quoteminer.training rankers`.
"""

from __future__ import annotations

import math
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from spacy.tokens import Token

from quoteminer.entities import Group
from quoteminer.lexicon import Lexicon
from quoteminer.speakers import Link, Quotation, View, mention_bounds
from quoteminer.syntax import POSSESSIVES, SUBJECTS, conjuncts_of, phrase_bounds

FORMS = ("pronoun", "nominal", "implicit")
MOST_CANDIDATES = 12
NEW = -1
ISSUED = frozenset(("statement", "post", "message", "tweet", "letter", "email", "release", "note", "communiqué", "announcement"))


@dataclass(frozen=True, slots=True)
class Resolved:
    """Who a quotation is attributed to.

    Attributes:
        entities: numbers of the entities, in `Resolver.entities`; empty when unknown.
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


@dataclass
class Candidate:
    """An entity with the places where it was mentioned so far."""

    number: int
    name: str
    label: str
    gender: str | None
    words: frozenset[str]
    roles: frozenset[str]
    places: list[int]
    inside: set[int]
    plural: bool = False
    described: bool = False
    affiliation: frozenset[str] = frozenset()
    tokens: set[int] = field(default_factory=set)
    resolved: list[tuple[int, int]] = field(default_factory=list)


Features = dict[str, float]
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
    """Resolves the quotations of one Doc in order; holds its entities and the speakers found so far."""

    def __init__(self, view: View, groups: Sequence[Group], lexicon: Lexicon, weights: Mapping[str, Mapping[str, float]]) -> None:
        self.view, self.lexicon, self.weights = view, lexicon, weights
        doc = view.doc
        self.entities = [_candidate(i, group, view) for i, group in enumerate(groups)]
        self.at: dict[int, int] = {}
        for entity, group in zip(self.entities, groups, strict=True):
            for mention in group.mentions:
                for token in range(mention.start_token, mention.end_token):
                    self.at[token] = entity.number
        named = sorted((place, entity.number) for entity in self.entities for place in entity.places)
        self._order = [place for place, _ in named]
        self._named = [number for _, number in named]
        self._subjects = {m.start_token: _is_subject(view, m.start_token, m.end_token) for g in groups for m in g.mentions}
        self._reporters = {report.subject for report in view.reports if report.subject is not None}
        self._sentence = _sentence_numbers(doc)
        pointers = view.pointers or {}
        self._pointers = {
            name: {token: [(int(t), float(p)) for t, p in found] for token, found in pointers.get(name, ())}
            for name in ("mention", "speaker", "antecedent")
        }
        self.has_pointers = view.pointers is not None
        self._bearers = Counter(role for e in self.entities if e.label == "PERSON" for role in e.roles)
        self._roles = frozenset(role for entity in self.entities if entity.label == "PERSON" for role in entity.roles)
        self.history: list[tuple[Quotation, Resolved]] = []
        self._found: dict[int, Resolved] = {}

    # --- features ---------------------------------------------------------------------------------------------------

    def candidates(self, anchor: int, end: int) -> list[Candidate]:
        """Entities named before token `end`, the nearest to `anchor` first, and the last speakers."""
        found: dict[int, None] = {}
        high = bisect_left(self._order, end)
        for i in range(high - 1, max(-1, high - 80), -1):
            place = self._order[i]
            if self.view.quoted[place] < 0:
                found[self._named[i]] = None
            if len(found) >= MOST_CANDIDATES:
                break
        for _, resolved in self.history[-3:]:
            found.update(dict.fromkeys(resolved.entities))
        return [self.entities[number] for number in found]

    def features(self, form: str, quotation: Quotation, anchor: int, mention: tuple[int, int] | None) -> list[tuple[int, Features]]:
        """The candidates' features, by entity number; NEW stands for an entity that the mention itself describes."""
        end = self.view.block_bounds[quotation.block][1] if form == "implicit" else anchor
        pool = self.candidates(anchor, end)
        order = sorted(pool, key=lambda c: -self._last(c, anchor))
        people = [c.number for c in order if c.label == "PERSON" and self._last(c, anchor) >= 0]
        rows = [(c.number, self._describe(c, form, quotation, anchor, mention, rank, people)) for rank, c in enumerate(order)]
        if form == "nominal" and mention is not None:
            rows.append((NEW, self._new(mention)))
        return rows

    def _last(self, candidate: Candidate, anchor: int) -> int:
        """The candidate's last mention outside of quotations before `anchor`, -1 where there is none."""
        i = bisect_left(candidate.places, anchor)
        while i > 0:
            place = candidate.places[i - 1]
            if self.view.quoted[place] < 0:
                return place
            i -= 1
        return -1

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
        last = self._last(candidate, anchor)
        found: Features = {f"is {candidate.label.lower()}": 1.0}
        if candidate.described:
            found["described"] = 1.0
        found["rank"] = 1.0 / (1 + rank)
        if rank == 0 and last >= 0:
            found["most recent"] = 1.0
        if people and people[0] == candidate.number:
            found["most recent person"] = 1.0
        if last >= 0:
            sentences = self._sentence[anchor] - self._sentence[last]
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
            following = next((p for p in candidate.places if p >= anchor and view.quoted[p] < 0), None)
            if following is not None and view.block_of[following] == view.block_of[anchor]:
                found["named later in block"] = 1.0
        found["often named"] = math.log1p(len(candidate.places))
        if any(quotation.start <= p < quotation.end for p in candidate.tokens):
            found["named inside"] = 1.0
        for back, name in ((1, "previous speaker"), (2, "speaker two before")):
            if len(self.history) >= back and candidate.number in self.history[-back][1].entities:
                before = self.history[-back][0]
                found[name] = 1.0
                found[f"{name}, blocks {min(quotation.block - before.block, 3)}"] = 1.0
                if not _other_named(self, before, quotation, candidate):
                    found[f"{name}, nobody between"] = 1.0
        self._since_previous(candidate, last, quotation, found)
        if any(candidate.number in r.entities for _, r in self.history):
            found["spoke before"] = 1.0
        if form == "pronoun" and mention is not None:
            self._agreement(candidate, mention, found)
        if form == "nominal" and mention is not None:
            self._fit(candidate, mention, found)
            if any(mention[0] <= place < mention[1] for place in candidate.tokens):
                found["named in the mention"] = 1.0
        self._pointed(candidate, quotation, anchor, form, found)
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

    def _reports(self, candidate: Candidate, last: int) -> bool:
        return any(last <= token <= last + 6 and token in candidate.tokens for token in self._reporters if abs(token - last) < 8)

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
        office = self.lexicon.office_abbreviations.get(lemma, lemma).split()
        if lemma and office[-1] in candidate.roles:
            found["role fits"] = 1.0
            if self._bearers.get(office[-1]) == 1:
                found["only one with that role"] = 1.0
            if len(lemmas) > 1 and lemmas <= candidate.roles | candidate.words:
                found["whole role fits"] = 1.0
        if lemma and lemma in candidate.words:
            found["word of the name"] = 1.0
        if lemmas & candidate.words:
            found["shares a word"] = 1.0
        elif lemma and candidate.roles and self._bearers.get(office[-1]):
            found["somebody else has that role"] = 1.0
        if head is not None and head.tag_ in ("NNS", "NNPS"):
            found[f"plural noun for {candidate.label.lower()}"] = 1.0
        kind = _kind_of_noun(lemma, head.lower_ if head is not None else "", self.lexicon)
        if kind:
            found[f"{kind} for {candidate.label.lower()}"] = 1.0
            fits = {"person": "PERSON", "organisation": "ORG", "place": "PLACE"}.get(kind)
            if fits == candidate.label:
                found["kind fits"] = 1.0
        countries = {self.lexicon.demonyms.get(t.text, t.text).casefold() for t in tokens if t.text[:1].isupper()}
        countries.discard(doc[mention[0]].text.casefold())
        if countries and candidate.affiliation:
            found["affiliation agrees" if countries & candidate.affiliation else "affiliation differs"] = 1.0
        gender = self.lexicon.noun_gender.get(lemma)
        if gender and candidate.gender:
            found["noun's gender agrees" if gender == candidate.gender else "noun's gender differs"] = 1.0
        if doc[mention[0]].lower_ in ("the", "this", "that", "his", "her", "their", "its"):
            found["definite"] = 1.0

    def _new(self, mention: tuple[int, int]) -> Features:
        doc = self.view.doc
        found: Features = {"new": 1.0}
        first = doc[mention[0]].lower_
        found[f"new after {first if first in ('the', 'a', 'an', 'his', 'her', 'their', 'its', 'one', 'this', 'another') else 'other'}"] = 1.0
        head = next((t for t in reversed(list(doc[mention[0] : mention[1]])) if t.pos_ in ("NOUN", "PROPN")), None)
        if head is not None:
            plural = head.tag_ in ("NNS", "NNPS")
            kind = _kind_of_noun(head.lemma_.lower(), head.lower_, self.lexicon) or "other"
            found["new plural" if plural else "new singular"] = 1.0
            found[f"new {kind}"] = 1.0
            found[f"new {kind} {'definite' if first in ('the', 'this', 'that') else 'indefinite'}"] = 1.0
            if self._bearers.get(head.lemma_.lower()):
                found["new, but somebody has that role"] = 1.0
        if mention[1] - mention[0] > 3:
            found["new long"] = 1.0
        if any(token in self.at for token in range(*mention)):
            found["new with a name in it"] = 1.0
        return found

    def _pointed(self, candidate: Candidate, quotation: Quotation, anchor: int, form: str, found: Features) -> None:
        sources = [("speaker pointer", self._pointers["speaker"].get(quotation.start))]
        if form == "pronoun":
            sources.append(("antecedent pointer", self._pointers["antecedent"].get(anchor)))
        if form == "implicit":
            sources.append(("mention pointer", self._pointers["mention"].get(quotation.start)))
        for name, pointed in sources:
            mass = sum(p for token, p in pointed or () if token in candidate.tokens)
            if mass:
                found[name] = mass
                found[f"{name} first"] = float(pointed[0][0] in candidate.tokens) if pointed else 0.0

    # --- ranking ----------------------------------------------------------------------------------------------------

    def rank(self, form: str, rows: Sequence[tuple[int, Features]]) -> list[tuple[float, int, Features]]:
        """The candidates with their probabilities, best first."""
        weights = self.weights.get(form if self.has_pointers else f"{form} without pointers", {})
        scores = [sum(weights.get(name, 0.0) * value for name, value in found.items()) for _, found in rows]
        top = max(scores, default=0.0)
        exponentials = [math.exp(score - top) for score in scores]
        total = sum(exponentials) or 1.0
        ranked = [(e / total, number, found) for e, (number, found) in zip(exponentials, rows, strict=True)]
        return sorted(ranked, key=lambda row: (-row[0], row[1]))

    def reasons(self, form: str, found: Features) -> tuple[str, ...]:
        """The features that speak most for a candidate, in words."""
        weights = self.weights.get(form if self.has_pointers else f"{form} without pointers", {})
        told = sorted(((weights.get(k, 0.0) * v, REASONS[k]) for k, v in found.items() if k in REASONS), reverse=True)
        return tuple(reason for gain, reason in told[:3] if gain > 0.05)

    # --- quotations in order ----------------------------------------------------------------------------------------

    def resolve(self, quotation: Quotation, link: Link | None) -> Resolved:
        """Who says a quotation; remembers it for the ones after it."""
        resolved = self._resolve(quotation, link)
        self.history.append((quotation, resolved))
        self._found[quotation.index] = resolved
        return resolved

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
        pronoun = self.lexicon.pronouns.get(token.lower_)
        if pronoun is not None:
            if pronoun.person != 3:
                return Resolved((), (token.i, token.i + 1), "pronoun", 1.0)
            return self._by_rank("pronoun", quotation, token.i, (token.i, token.i + 1))
        members = [self._named_by(head.i) for head in (token, *conjuncts_of(token))]
        if members[0] is not None:
            known = tuple(dict.fromkeys(number for member in members if member is not None for number in member[:1]))
            spans = [member[1] for member in members if member is not None]
            return Resolved(known, (min(s[0] for s in spans), max(s[1] for s in spans)), "name")
        mention = mention_bounds(self.view, link.subject)
        return self._by_rank("nominal", quotation, mention[0], mention)

    def _by_line(self, quotation: Quotation, within: tuple[int, int]) -> Resolved:
        """The people that a credit line or label names, else the first organisation, else what it says."""
        named = dict.fromkeys(self.at[i] for i in range(*within) if i in self.at)
        people = tuple(n for n in named if self.entities[n].label == "PERSON") or tuple(named)[:1]
        return Resolved(people or (self.describe(within),), within, "name")

    def _named_by(self, head: int) -> tuple[int, tuple[int, int]] | None:
        """The entity that the noun phrase around token `head` names, with the phrase's tokens."""
        doc = self.view.doc
        start, end = mention_bounds(self.view, head)
        if head in self.at:
            return self.at[head], self._name_around(head)
        apposed = (c.i for c in doc[head].children if c.dep_ in ("appos", "flat", "flat:name") and c.i in self.at)
        for child in apposed:
            if self.entities[self.at[child]].label == "PERSON":
                return self.at[child], self._name_around(child)
        # "the party's first secretary in Artemisa, NAME, complained": a name set off by commas after a person's office.
        if _kind_of_noun(doc[head].lemma_.lower(), doc[head].lower_, self.lexicon) == "person":
            after = phrase_bounds(doc, head, full=True)[1]
            if doc[after : after + 1].text == "," and after + 1 < len(doc) and after + 1 in self.at:
                name = self._name_around(after + 1)
                closes = name[1] >= len(doc) or doc[name[1]].text in (",", ".") or doc[name[1]].tag_.startswith("VB")
                if self.entities[self.at[after + 1]].label == "PERSON" and closes:
                    return self.at[after + 1], name
        for i in range(end - 1, start - 1, -1):
            if i in self.at and self.entities[self.at[i]].label == "PERSON" and doc[i + 1 : i + 2].text not in ("'s", "’s", "'", "’"):
                if i >= head or doc[i].head.i in (head, doc[head].head.i):
                    return self.at[i], self._name_around(i)
                break
        return None

    def _name_around(self, token: int) -> tuple[int, int]:
        number = self.at[token]
        start, end = token, token + 1
        while self.at.get(start - 1) == number:
            start -= 1
        while self.at.get(end) == number:
            end += 1
        return start, end

    def _by_rank(self, form: str, quotation: Quotation, anchor: int, mention: tuple[int, int] | None) -> Resolved:
        if form == "nominal" and mention is not None:
            known = self._described_before(mention)
            if known is not None:
                return Resolved((known,), mention, form, 0.8, ("is the one described so before",))
        ranked = self.rank(form, self.features(form, quotation, anchor, mention))
        if not ranked:
            if form == "nominal" and mention is not None:
                return Resolved((self.describe(mention),), mention, form, 0.5)
            return Resolved((), mention, form, 0.0)
        probability, number, found = ranked[0]
        if number == NEW and mention is not None:
            number = self.describe(mention)
        elif mention is not None:
            self.entities[number].resolved.append(mention)
        return Resolved((number,), mention, form, probability, self.reasons(form, found))

    def _described_before(self, mention: tuple[int, int]) -> int | None:
        """The unnamed source that a short definite phrase takes up: "the scholar" after "a Beijing-based scholar"."""
        doc = self.view.doc
        head = next((t for t in reversed(list(doc[mention[0] : mention[1]])) if t.pos_ == "NOUN"), None)
        if head is None or doc[mention[0]].lower_ not in ("the", "this", "that") or mention[1] - mention[0] > 3:
            return None
        lemma, low = head.lemma_.lower(), self._sentence[mention[0]] - 12
        if lemma in self._roles:
            return None
        issued = lemma in ISSUED
        for i in range(mention[0] - 1, -1, -1):
            if self._sentence[i] < low:
                return None
            token = doc[i]
            if token.lower_ != head.lower_ or token.pos_ not in ("NOUN", "PROPN") or self.view.quoted[i] >= 0:
                continue
            if i in self.at:
                return self.at[i] if self._name_around(i)[1] == i + 1 else None
            start, end = mention_bounds(self.view, i)
            if doc[start].lower_ in ("a", "an", "one", "another") or end - start > mention[1] - mention[0] + 1:
                bearer = self._bearer(token, start)
                if bearer is not None:
                    return bearer
                if issued and (issuer := self._issuer(start, end)) is not None:
                    return issuer
                return self.describe((start, end), mention)
        return None

    def _bearer(self, noun: Token, start: int) -> int | None:
        """The named entity that a noun phrase describes: in apposition to it, or as its predicate ("NAME is a doctor")."""
        doc = self.view.doc
        named = self._named_by(noun.i)
        if named is not None:
            return named[0]
        if start > 1 and doc[start - 1].text in (",", "(", "–", "—") and start - 2 in self.at:
            return self.at[start - 2]
        return next((self.at[c.i] for c in noun.children if c.dep_ in SUBJECTS and c.i in self.at), None)

    def _issuer(self, start: int, end: int) -> int | None:
        """Who issued the statement that a phrase names: "NAME's statement", "a statement from NAME"."""
        doc = self.view.doc
        for i in range(start, end):
            if i in self.at and self.entities[self.at[i]].label in ("PERSON", "ORG"):
                last = self._name_around(i)[1]
                if doc[last : last + 1].text in POSSESSIVES or doc[i - 1].lower_ in ("by", "from", "of", "the"):
                    return self.at[i]
        return None

    def describe(self, mention: tuple[int, int], again: tuple[int, int] | None = None) -> int:
        """The entity of an unnamed source, "a police spokesman": one for each description; `again` is a later mention."""
        doc = self.view.doc
        name = " ".join(doc[mention[0] : mention[1]].text.split())
        for entity in self.entities:
            if entity.described and _bare(entity.name) == _bare(name):
                entity.resolved.append(again or mention)
                entity.places.append((again or mention)[0])
                entity.places.sort()
                return entity.number
        tokens = doc[mention[0] : mention[1]]
        head = tokens.root
        lemma = head.lemma_.lower()
        entity = Candidate(
            len(self.entities),
            name,
            "OTHER",
            self.lexicon.noun_gender.get(lemma),
            frozenset(t.lemma_.lower() for t in tokens if t.is_alpha and not t.is_stop),
            frozenset((lemma,)),
            [mention[0]],
            set(),
            plural=head.tag_ in ("NNS", "NNPS"),
            described=True,
            tokens=set(range(*mention)),
            resolved=[mention, again] if again else [mention],
        )
        self.entities.append(entity)
        at = bisect_left(self._order, mention[0])
        self._order.insert(at, mention[0])
        self._named.insert(at, entity.number)
        return entity.number


def _bare(name: str) -> str:
    words = name.casefold().split()
    return " ".join(words[1:] if words[:1] and words[0] in ("the", "a", "an") else words)


def _candidate(number: int, group: Group, view: View) -> Candidate:
    places = [mention.start_token for mention in group.mentions]
    words = frozenset(word.casefold() for form in (group.name, *group.aliases) for word in form.split())
    roles = frozenset(word.casefold() for role in (*group.roles, group.role or "") for word in role.split())
    names = [group.affiliation, view.lexicon.demonyms.get(group.affiliation or "")]
    affiliation = frozenset(word for name in names if name for word in (name.casefold(), *name.casefold().split()))
    tokens = {t for mention in group.mentions for t in range(mention.start_token, mention.end_token)}
    return Candidate(number, group.name, group.label, group.gender, words, roles, places, set(), affiliation=affiliation, tokens=tokens)


def _is_subject(view: View, start: int, end: int) -> bool:
    return any(token.dep_ in SUBJECTS for token in view.doc[start:end])


def _sentence_numbers(doc: Iterable[object]) -> list[int]:
    number, numbers = -1, []
    for token in doc:
        number += bool(token.is_sent_start)  # type: ignore[attr-defined]
        numbers.append(number)
    return numbers


def _other_named(resolver: Resolver, before: Quotation, after: Quotation, candidate: Candidate) -> bool:
    """Whether another person is named between two quotations, outside of both."""
    low, high = bisect_left(resolver._order, before.end), bisect_left(resolver._order, after.start)
    return any(
        resolver._named[i] != candidate.number and resolver.entities[resolver._named[i]].label == "PERSON"
        for i in range(low, high)
        if resolver.view.quoted[resolver._order[i]] < 0
    )


def _kind_of_noun(lemma: str, form: str, lexicon: Lexicon) -> str | None:
    if lemma in lexicon.roles or lemma in lexicon.person_nouns or lemma in lexicon.kinship:
        return "person"
    if form in lexicon.group_nouns or lemma in lexicon.group_nouns:
        return "group"
    if lemma in lexicon.org_nouns:
        return "organisation"
    if lemma in lexicon.document_nouns or lemma in lexicon.speech_nouns:
        return "document"
    if lemma in lexicon.place_nouns:
        return "place"
    return None
