"""From the mention beside a quotation to the entity: the rule, the mention and the full name, in both label schemes."""

import pytest
from trees import SCHEMES, make_doc

from quoteminer.analysis import analyse, load_weights, make_view
from quoteminer.candidate_features import NEW, OLD, Resolved
from quoteminer.candidates import Roster
from quoteminer.entities import group_mentions
from quoteminer.lexicon import load_lexicon
from quoteminer.resolve import Resolver
from quoteminer.types import Quote
from quoteminer.view import Link

LEXICON = load_lexicon()
ENTS = {
    "Marta Oduya": "PERSON", "Oduya": "PERSON", "Peter Verhoeven": "PERSON",
    "Verhoeven": "PERSON", "Lake Authority": "ORG", "US": "PLACE",
}  # fmt: skip
QUOTE = (
    "“/PUNCT/punct/4 The/DET/det/3 dam/NOUN/nsubj/4 holds/VERB:VBZ/ccomp/{v} well/ADV/advmod/4 "
    ",/PUNCT/punct/4 ”/PUNCT/punct/4"
)
ALONE = (
    "“/PUNCT/punct/4 The/DET/det/3 dam/NOUN/nsubj/4 holds/VERB:VBZ/ROOT/0 well/ADV/advmod/4 "
    "./PUNCT/punct/4 ”/PUNCT/punct/4"
)
BLANK = " ¶/SPACE/dep/1"


def name(scheme: str, first: int, verb: int, given: str = "Marta", surname: str = "Oduya") -> str:
    """A subject of two words, `first` the place of the given name."""
    if scheme == "ud":
        return f"{given}/PROPN/nsubj/{verb} {surname}/PROPN/flat/{first}"
    return f"{given}/PROPN/compound/{first + 1} {surname}/PROPN/nsubj/{verb}"


def opened(scheme: str, given: str = "Marta", surname: str = "Oduya") -> str:
    return f"{name(scheme, 1, 3, given, surname)} opened/VERB/ROOT/0 a/DET/det/5 meeting/NOUN/obj/3 ./PUNCT/punct/3"


def said(subject: str, verb: int) -> str:
    """A quotation with its reporting clause; `subject` begins at token 8, the verb stands at `verb`."""
    return f"{QUOTE.format(v=verb)} {subject} said/VERB/ROOT/0 ./PUNCT/punct/{verb}"


def quotes(*sentences: str) -> tuple[Quote, ...]:
    return analyse(make_doc(sentences, ENTS), LEXICON).quotes


def told(quote: Quote) -> tuple[str, str | None, tuple[str, ...]]:
    """The rule, the mention and the speakers' names."""
    assert quote.evidence is not None
    return (
        quote.evidence.rule,
        quote.mention.text if quote.mention else None,
        tuple(speaker.name for speaker in quote.speakers),
    )


AFTER = "quotation, then reporting clause"


@pytest.mark.parametrize("scheme", SCHEMES)
class TestBothSchemes:
    def test_name(self, scheme: str):
        (quote,) = quotes(said(name(scheme, 8, 10), 10))
        assert told(quote) == (AFTER, "Marta Oduya", ("Marta Oduya",))
        assert quote.cue and quote.cue.text == "said"

    def test_surname_has_the_full_name_of_elsewhere(self, scheme: str):
        (quote,) = quotes(said("Oduya/PROPN/nsubj/9", 9), opened(scheme))
        assert told(quote) == (AFTER, "Oduya", ("Marta Oduya",))
        assert quote.evidence and "“Oduya” is Marta Oduya in full" in quote.evidence.steps

    def test_pronoun(self, scheme: str):
        (quote,) = quotes(opened(scheme) + BLANK, said("she/PRON/nsubj/9", 9))
        assert told(quote) == (AFTER, "she", ("Marta Oduya",))
        assert quote.mention and not quote.mention.is_name
        assert quote.evidence and "“she” stands for Marta Oduya" in quote.evidence.steps[-1]

    @pytest.mark.parametrize(("pronoun", "speaker"), [("she", "Marta Oduya"), ("he", "Peter Verhoeven")])
    def test_pronoun_agrees_in_gender(self, scheme: str, pronoun: str, speaker: str):
        met = f"{name(scheme, 1, 3)} met/VERB/ROOT/0 " + (
            "Peter/PROPN/obj/3 Verhoeven/PROPN/flat/4 ./PUNCT/punct/3"
            if scheme == "ud"
            else "Peter/PROPN/compound/5 Verhoeven/PROPN/dobj/3 ./PUNCT/punct/3"
        )
        (quote,) = quotes(met + BLANK, said(f"{pronoun}/PRON/nsubj/9", 9))
        assert told(quote) == (AFTER, pronoun, (speaker,))

    def test_two_speakers(self, scheme: str):
        both = {
            "ud": "Marta/PROPN/nsubj/13 Oduya/PROPN/flat/8 and/CCONJ/cc/11 Peter/PROPN/conj/8 Verhoeven/PROPN/flat/11",
            "clear": (
                "Marta/PROPN/compound/9 Oduya/PROPN/nsubj/13 and/CCONJ/cc/9 Peter/PROPN/compound/12 "
                "Verhoeven/PROPN/conj/9"
            ),
        }[scheme]
        (quote,) = quotes(said(both, 13))
        assert told(quote) == (AFTER, "Marta Oduya and Peter Verhoeven", ("Marta Oduya", "Peter Verhoeven"))

    def test_apposition_after_the_name(self, scheme: str):
        clause = {
            "ud": (
                "Marta/PROPN/nsubj/13 Oduya/PROPN/flat/8 ,/PUNCT/punct/12 a/DET/det/12 doctor/NOUN/appos/8 "
                ",/PUNCT/punct/8"
            ),
            "clear": (
                "Marta/PROPN/compound/9 Oduya/PROPN/nsubj/14 ,/PUNCT/punct/9 a/DET/det/12 doctor/NOUN/appos/9 "
                ",/PUNCT/punct/9"
            ),
        }[scheme]
        (quote,) = quotes(said(clause, 14))
        assert told(quote) == (AFTER, "Marta Oduya", ("Marta Oduya",))

    def test_name_in_apposition_to_an_office(self, scheme: str):
        clause = {
            "ud": (
                "the/DET/det/9 minister/NOUN/nsubj/14 ,/PUNCT/punct/11 Marta/PROPN/appos/9 Oduya/PROPN/flat/11 "
                ",/PUNCT/punct/9"
            ),
            "clear": "the/DET/det/9 minister/NOUN/nsubj/14 ,/PUNCT/punct/9 Marta/PROPN/compound/12 Oduya/PROPN/appos/9 "
            ",/PUNCT/punct/9",
        }[scheme]
        (quote,) = quotes(said(clause, 14))
        assert told(quote) == (AFTER, "Marta Oduya", ("Marta Oduya",))

    def test_office_before_the_name(self, scheme: str):
        clause = {
            "ud": "lawyer/NOUN/nsubj/11 Marta/PROPN/flat/8 Oduya/PROPN/flat/8",
            "clear": "lawyer/NOUN/compound/10 Marta/PROPN/compound/10 Oduya/PROPN/nsubj/11",
        }[scheme]
        (quote,) = quotes(said(clause, 11))
        assert told(quote) == (AFTER, "Marta Oduya", ("Marta Oduya",))

    def test_the_minister(self, scheme: str):
        first = {
            "ud": "Minister/PROPN/nsubj/4 Marta/PROPN/flat/1 Oduya/PROPN/flat/1 spoke/VERB/ROOT/0 ./PUNCT/punct/4",
            "clear": (
                "Minister/PROPN/compound/3 Marta/PROPN/compound/3 Oduya/PROPN/nsubj/4 spoke/VERB/ROOT/0 ./PUNCT/punct/4"
            ),
        }[scheme]
        (quote,) = quotes(first + BLANK, said("the/DET/det/9 minister/NOUN/nsubj/10", 10))
        assert told(quote) == (AFTER, "the minister", ("Marta Oduya",))

    def test_organisation(self, scheme: str):
        clause = {
            "ud": "the/DET/det/10 Lake/PROPN/compound/10 Authority/PROPN/nsubj/11",
            "clear": "the/DET/det/10 Lake/PROPN/compound/10 Authority/PROPN/nsubj/11",
        }[scheme]
        (quote,) = quotes(said(clause, 11))
        assert told(quote)[2] == ("Lake Authority",)
        assert quote.speakers[0].label == "ORG"


def test_unnamed_source_is_its_description():
    (quote,) = quotes(said("a/DET/det/10 police/NOUN/compound/10 spokesman/NOUN/nsubj/11", 11))
    assert told(quote) == (AFTER, "a police spokesman", ("a police spokesman",))
    assert quote.speakers[0].label == "OTHER"
    assert quote.evidence and "describes the source, whom the text does not name" in quote.evidence.steps[-1]


def test_the_scholar_is_the_scholar_of_before():
    first = (
        "A/DET/det/3 Lisbon-based/ADJ/amod/3 scholar/NOUN/nsubj/4 followed/VERB/ROOT/0 "
        "talks/NOUN:NNS/obj/4 ./PUNCT/punct/4"
    )
    (quote,) = quotes(first + BLANK, said("the/DET/det/9 scholar/NOUN/nsubj/10", 10))
    assert told(quote) == (AFTER, "the scholar", ("A Lisbon-based scholar",))


def test_one_description_is_one_source():
    source = said("a/DET/det/9 spokesman/NOUN/nsubj/10", 10)
    found = analyse(make_doc([source + BLANK, source]), LEXICON)
    assert len({quote.speakers[0].entity_id for quote in found.quotes}) == 1
    assert len(found.entities) == 1


@pytest.mark.parametrize("pronoun", ["I", "we", "you"])
def test_first_and_second_person_are_nobody_in_the_article(pronoun: str):
    (quote,) = quotes(said(f"{pronoun}/PRON/nsubj/9", 9))
    assert told(quote) == (AFTER, pronoun, ())
    assert quote.evidence and quote.evidence.steps[-1] == f"“{pronoun}” is nobody whom the article names here"


def test_unknown_stays_unknown():
    (quote,) = quotes(ALONE)
    assert told(quote) == ("context", None, ())
    assert quote.evidence and quote.evidence.steps == (
        "nothing beside the quotation names its speaker",
        "the text around it names nobody who fits",
    )


def test_quotation_alone_in_its_paragraph_is_the_last_speakers():
    first, second = quotes(said(name("ud", 8, 10), 10) + BLANK, ALONE)
    assert told(second) == ("context", "Marta Oduya", ("Marta Oduya",))
    assert second.turn == first.turn


def test_split_quotation_is_one_turn():
    split = (
        "“/PUNCT/punct/4 The/DET/det/3 dam/NOUN/nsubj/4 holds/VERB:VBZ/ccomp/9 ,/PUNCT/punct/4 ”/PUNCT/punct/4 "
        "Marta/PROPN/nsubj/9 Oduya/PROPN/flat/7 said/VERB/ROOT/0 ,/PUNCT/punct/9 “/PUNCT/punct/15 and/CCONJ/cc/15 "
        "we/PRON/nsubj/15 do/AUX:VBP/aux/15 check/VERB:VB/conj/4 ./PUNCT/punct/9 ”/PUNCT/punct/15"
    )
    found = quotes(split)
    assert [told(quote)[2] for quote in found] == [("Marta Oduya",)] * 2
    assert {quote.turn for quote in found} == {0}


def test_paragraphs_of_one_utterance_are_one_turn():
    first = (
        "Marta/PROPN/nsubj/3 Oduya/PROPN/flat/1 said/VERB/ROOT/0 :/PUNCT/punct/3 “/PUNCT/punct/8 The/DET/det/7 "
        "dam/NOUN/nsubj/8 holds/VERB:VBZ/ccomp/3 ./PUNCT/punct/8 ¶/SPACE/dep/8"
    )
    found = quotes(first, ALONE)
    assert [told(quote) for quote in found] == [
        ("reporting clause, then quotation", "Marta Oduya", ("Marta Oduya",)),
        ("same utterance", "Marta Oduya", ("Marta Oduya",)),
    ]
    assert {quote.turn for quote in found} == {0}
    assert found[1].evidence and found[1].evidence.steps == ("the quotation goes on from the one before it",)


def resolver_of(*sentences: str) -> Resolver:
    doc = make_doc(sentences, ENTS)
    view, _, _ = make_view(doc, LEXICON)
    return Resolver(view, group_mentions(view.page), load_weights())


def test_credit_line_names_its_people():
    resolver = resolver_of(ALONE + BLANK, "—/PUNCT/punct/2 Marta/PROPN/ROOT/0 Oduya/PROPN/flat/2")
    (quotation,) = resolver.view.quotations
    found = resolver.resolve(quotation, Link("credit line", within=(9, 11)))
    assert [resolver.entities[n].name for n in found.entities] == ["Marta Oduya"]
    assert found.form == "name"


def test_speaker_put_right_is_what_later_quotations_see():
    resolver = resolver_of(said(name("ud", 8, 10), 10) + BLANK, opened("ud", "Peter", "Verhoeven") + BLANK, ALONE)
    first, last = resolver.view.quotations
    resolver.resolve(first, None)
    wanted = next(e.number for e in resolver.entities if e.name == "Peter Verhoeven")
    resolver.correct(first, Resolved((wanted,), None, "implicit"))
    found = resolver.resolve(last, Link("same utterance", previous=first.index))
    assert found.entities == (wanted,)
    assert found.form == "previous"


def test_features_offer_a_new_and_an_old_description():
    first = "A/DET/det/2 scholar/NOUN/nsubj/3 slept/VERB/ROOT/0 ./PUNCT/punct/3"
    resolver = resolver_of(first + BLANK, said("the/DET/det/9 scholar/NOUN/nsubj/10", 10))
    (quotation,) = resolver.view.quotations
    mention = (12, 14)
    assert resolver.view.doc[slice(*mention)].text == "the scholar"
    assert {NEW, OLD} <= {number for number, _ in resolver.features.of("nominal", quotation, 12, mention)}


def test_roster_knows_where_names_stand():
    doc = make_doc([opened("ud"), opened("ud", "Peter", "Verhoeven")], ENTS)
    view, _, _ = make_view(doc, LEXICON)
    roster = Roster(view, group_mentions(view.page))
    marta, peter = roster.entities
    assert roster.named_before(len(doc)) == [peter.number, marta.number]
    assert roster.named_before(3) == [marta.number]
    assert (roster.last_before(peter, 3), roster.next_after(peter, 3)) == (-1, 6)
    assert (roster.last_before(peter, 9), roster.next_after(peter, 9)) == (6, None)
    assert roster.name_around(1) == (0, 2)
    number = roster.describe((3, 5))
    assert roster.describe((3, 5)) == number == roster.described_as("the meeting")
    assert roster.entities[number].resolved == [(3, 5), (3, 5)]


@pytest.mark.parametrize(
    ("noun", "kind"),
    [
        ("minister", "person"),
        ("mother", "person"),
        ("police", "group"),
        ("ministry", "organisation"),
        ("statement", "document"),
        ("winter", None),
    ],
)
def test_kind_of_source(noun: str, kind: str | None):
    assert LEXICON.kind_of_source(noun, noun) == kind


# A reporting clause (its subject begins at token 8 of the sentence, the verb stands after it), what stands before it,
# and who speaks.
DESCRIPTIONS = [
    # an aide to somebody is not that somebody, nor is what a body owns the body
    ("", "a/DET/det/9 spokesman/NOUN/nsubj/13 for/ADP/case/11 Marta/PROPN/nmod/9 Oduya/PROPN/flat/11",
     "a spokesman for Marta Oduya"),
    ("", "an/DET/det/9 archivist/NOUN/obl/13 at/ADP/case/12 Lake/PROPN/compound/12 Authority/PROPN/nsubj/13",
     "an archivist at Lake Authority"),
    (opened("ud"), "Oduya/PROPN/nmod:poss/10 ’s/PART:POS/case/8 supervisor/NOUN/nsubj/11", "Oduya’s supervisor"),
    (opened("ud"), "the/DET/det/9 president/NOUN/nsubj/13 of/ADP/case/12 Lake/PROPN/compound/12 Authority/PROPN/nmod/9",
     "the president of Lake Authority"),
    # one more of a kind is none of those named before
    (said(name("ud", 8, 10), 10), "another/DET/det/9 doctor/NOUN/nsubj/10", "another doctor"),
    (said(name("ud", 8, 10), 10), "one/NUM/nummod/9 resident/NOUN/nsubj/10", "one resident"),
    # a statement is its issuer's
    ("", "a/DET/det/9 statement/NOUN/nsubj/13 from/ADP/case/12 Lake/PROPN/compound/12 Authority/PROPN/nmod/9",
     "Lake Authority"),
    ("", "a/DET/det/9 statement/NOUN/nsubj/15 on/ADP/case/14 Lake/PROPN/compound/12 Authority/PROPN/nmod:poss/14 "
     "’s/PART:POS/case/12 website/NOUN/nmod/9", "Lake Authority"),
    ("", "Oduya/PROPN/nmod:poss/10 ’s/PART:POS/case/8 statement/NOUN/nsubj/11", "Oduya"),
    ("Lake/PROPN/compound/2 Authority/PROPN/nsubj/3 said/VERB/ROOT/0 in/ADP/case/6 a/DET/det/6 statement/NOUN/obl/3 "
     "it/PRON/nsubj/8 slept/VERB/ccomp/3 ./PUNCT/punct/3", "the/DET/det/9 statement/NOUN/nsubj/10", "Lake Authority"),
    # … and whoever signed, wrote or sent it
    ("A/DET/det/2 letter/NOUN/nsubj/8 signed/VERB:VBN/acl/2 by/ADP/case/5 president/NOUN/obl/3 Marta/PROPN/flat/5 "
     "Oduya/PROPN/flat/6 came/VERB/ROOT/0 ./PUNCT/punct/8", "the/DET/det/9 letter/NOUN/nsubj/10", "Marta Oduya"),
    ("The/DET/det/2 note/NOUN/nsubj/10 ,/PUNCT/punct/2 issued/VERB:VBN/acl/2 by/ADP/case/9 the/DET/det/9 "
     "new/ADJ/amod/9 Lake/PROPN/compound/9 Authority/PROPN/obl/4 came/VERB/ROOT/0 ./PUNCT/punct/10",
     "the/DET/det/9 note/NOUN/nsubj/10", "Lake Authority"),
    ("Marta/PROPN/nsubj/4 Oduya/PROPN/flat/1 has/AUX/aux/4 sent/VERB:VBN/ROOT/0 a/DET/det/6 letter/NOUN/obj/4 "
     "./PUNCT/punct/4", "the/DET/det/9 letter/NOUN/nsubj/10", "Marta Oduya"),
    ("", "a/DET/det/9 letter/NOUN/nsubj/14 signed/VERB:VBN/acl/9 by/ADP/case/12 Marta/PROPN/obl/10 Oduya/PROPN/flat/12",
     "Marta Oduya"),
    ("", "a/DET/det/12 Lake/PROPN/compound/10 Authority/PROPN/compound/12 press/NOUN/compound/12 "
     "release/NOUN/nsubj/13", "Lake Authority"),
    # a document in more words
    ("He/PRON/nsubj/2 read/VERB/ROOT/0 an/DET/det/4 analysis/NOUN/obj/2 of/ADP/case/6 dams/NOUN/nmod/4 "
     "./PUNCT/punct/2", "the/DET/det/9 text/NOUN/nsubj/10", "an analysis of dams"),
    ("A/DET/det/2 report/NOUN/nsubj/5 of/ADP/case/4 losses/NOUN/nmod/2 came/VERB/ROOT/0 ./PUNCT/punct/5",
     "the/DET/det/9 document/NOUN/nsubj/10", "A report of losses"),
    # whose name the text keeps back
    (said(name("ud", 8, 10), 10), "the/DET/det/10 unnamed/ADJ/amod/10 author/NOUN/nsubj/11", "the unnamed author"),
    # another one of its kind
    (said("a/DET/det/10 judicial/ADJ/amod/10 source/NOUN/nsubj/11", 11),
     "the/DET/det/10 medical/ADJ/amod/10 source/NOUN/nsubj/11", "the medical source"),
    (opened("ud"), "Verhoeven/PROPN/nmod:poss/10 ’s/PART:POS/case/8 clerk/NOUN/nsubj/11", "Verhoeven’s clerk"),
    # an article that the tree hangs on the verb
    (said("a/DET/det/9 doctor/NOUN/nsubj/10", 10), "the/DET/det/10 doctor/NOUN/nsubj/10", "a doctor"),
    # "US" is no "us", and Monday says nothing
    ("", "the/DET/det/9 US/PROPN/nsubj/10", "US"),
    ("", "the/DET/det/10 Lake/PROPN/compound/9 Authority/PROPN/compound/11 Monday/PROPN/nsubj/12", "Lake Authority"),
    # whose mother, whose lawyer
    (opened("ud"), "her/PRON:PRP$/nmod:poss/9 lawyer/NOUN/nsubj/10", "Marta Oduya’s lawyer"),
]  # fmt: skip


@pytest.mark.parametrize(("before", "subject", "speaker"), DESCRIPTIONS)
def test_description(before: str, subject: str, speaker: str):
    sentences = [before + BLANK] if before else []
    *_, quote = quotes(*sentences, said(subject, 8 + len(subject.split())))
    assert told(quote)[2] == (speaker,)


OFFICES = [
    # the office, and behind it whose it is
    ("", "minister/NOUN/nsubj/13 of/ADP/case/10 transport/NOUN/nmod/8 Marta/PROPN/flat/10 Oduya/PROPN/flat/11",
     "Marta Oduya"),
    ("", "a/DET/det/9 blogger/NOUN/nsubj/13 named/VERB:VBN/acl/9 Marta/PROPN/obl/10 Oduya/PROPN/flat/11",
     "Marta Oduya"),
    ("", "envoy/NOUN/nsubj/15 to/ADP/case/10 Norland/PROPN/nmod/8 and/CCONJ/cc/13 opposition/NOUN/compound/13 "
     "leader/NOUN/conj/8 Marta/PROPN/flat/13 Oduya/PROPN/flat/14",
     "Marta Oduya"),
    ("", "the/DET/det/9 commissioner/NOUN/nsubj/16 for/ADP/case/11 trade/NOUN/nmod/9 ,/PUNCT/punct/9 "
     "Mr/PROPN/nsubj/16 Marta/PROPN/flat/13 Oduya/PROPN/flat/13",
     "Marta Oduya"),
    ("", "member/NOUN/nsubj/13 of/ADP/case/10 parliament/NOUN/nmod/8 Marta/PROPN/nmod/8 Oduya/PROPN/flat/11",
     "Marta Oduya"),
    ("", "minister/NOUN/nsubj/13 of/ADP/case/10 Affairs/PROPN/nmod/8 Marta/PROPN/flat/10 Oduya/PROPN/flat/11",
     "Marta Oduya"),
    # a name that says whose aides they are
    ("", "a/DET/det/9 friend/NOUN/nsubj/14 of/ADP/case/11 Dr/PROPN/nmod/9 Marta/PROPN/flat/11 Oduya/PROPN/flat/12",
     "a friend of Dr Marta Oduya"),
    ("", "a/DET/det/9 friend/NOUN/nsubj/14 of/ADP/case/11 president/NOUN/nmod/9 Marta/PROPN/flat/11 "
     "Oduya/PROPN/flat/12",
     "a friend of president Marta Oduya"),
    # what sort of paper it is
    ("", "the/DET/det/9 newspaper/NOUN/nsubj/13 The/DET/det/12 Lake/PROPN/compound/12 Authority/PROPN/nsubj/13",
     "Lake Authority"),
    # a report is of the body that the phrase names
    ("", "a/DET/det/11 Lake/PROPN/compound/10 Authority/PROPN/compound/11 report/NOUN/nsubj/12", "Lake Authority"),
    ("", "a/DET/det/9 story/NOUN/nsubj/14 in/ADP/case/13 the/DET/det/13 Lake/PROPN/compound/13 Authority/PROPN/nmod/9",
     "Lake Authority"),
    ("", "a/DET/det/9 report/NOUN/nsubj/13 by/ADP/case/12 Lake/PROPN/compound/12 Authority/PROPN/nmod/9",
     "Lake Authority"),
]  # fmt: skip


@pytest.mark.parametrize(("before", "subject", "speaker"), OFFICES)
def test_whose_office_and_whose_report(before: str, subject: str, speaker: str):
    test_description(before, subject, speaker)


def test_what_looks_like_a_pronoun():
    doc = make_doc("We/PRON/nsubj/2 told/VERB/ROOT/0 US/PROPN/obj/2 us/PRON/obj/2 Oduya/PROPN/obj/2 I/PROPN/flat/5")
    view, *_ = make_view(doc, LEXICON)
    assert [view.pronoun(i) is not None for i in range(6)] == [True, False, False, True, False, False]


def test_relative_told_of_before():
    before = opened("ud").removesuffix("./PUNCT/punct/3")
    before += "with/ADP/case/8 her/PRON:PRP$/nmod:poss/8 father/NOUN/obl/3 ./PUNCT/punct/3"
    (quote,) = quotes(before + BLANK, said("the/DET/det/9 father/NOUN/nsubj/10", 10))
    assert told(quote)[1:] == ("the father", ("Marta Oduya’s father",))


def test_name_at_the_end_of_the_clause():
    clause = (
        f"{QUOTE.format(v=8)} said/VERB/ROOT/0 a/DET/det/10 gardener/NOUN/nsubj/8 who/PRON:WP/nsubj/12 "
        "works/VERB:VBZ/acl:relcl/10 there/ADV/advmod/12 ,/PUNCT/punct/10 Marta/PROPN/appos/10 Oduya/PROPN/flat/15 "
        "./PUNCT/punct/8"
    )
    (quote,) = quotes(clause)
    assert told(quote)[2] == ("Marta Oduya",)


MET = (
    "Marta/PROPN/nsubj/6 Oduya/PROPN/flat/1 and/CCONJ/cc/4 Peter/PROPN/conj/1 Verhoeven/PROPN/flat/4 met/VERB/ROOT/0 "
    "./PUNCT/punct/6"
)
BOTH = ("Marta Oduya", "Peter Verhoeven")
TOGETHER = [
    (MET, "they/PRON/nsubj/9", BOTH),
    (MET, "the/DET/det/9 two/NUM/nsubj/10", BOTH),
    ("Minister/PROPN/nsubj/9 Marta/PROPN/flat/1 Oduya/PROPN/flat/1 and/CCONJ/cc/6 her/PRON:PRP$/nmod:poss/6 "
     "deputy/NOUN/conj/2 Peter/PROPN/appos/6 Verhoeven/PROPN/flat/7 met/VERB/ROOT/0 ./PUNCT/punct/9",
     "they/PRON/nsubj/9", BOTH),
    (opened("ud"), "she/PRON/nsubj/9", BOTH[:1]),
    ("", "Marta/PROPN/nsubj/17 Oduya/PROPN/flat/8 ,/PUNCT/punct/12 a/DET/det/12 doctor/NOUN/appos/8 ,/PUNCT/punct/8 "
     "and/CCONJ/cc/15 Peter/PROPN/conj/8 Verhoeven/PROPN/flat/15", BOTH),
    ("", "Marta/PROPN/nsubj/14 Oduya/PROPN/flat/8 and/CCONJ/cc/12 Senator/PROPN/conj/8 Peter/PROPN/flat/11 "
     "Verhoeven/PROPN/flat/11", BOTH),
]  # fmt: skip


@pytest.mark.parametrize(("before", "subject", "speakers"), TOGETHER)
def test_those_named_together_are_quoted_together(before: str, subject: str, speakers: tuple[str, ...]):
    sentences = [before + BLANK] if before else []
    *_, quote = quotes(*sentences, said(subject, 8 + len(subject.split())))
    assert told(quote)[2] == speakers


def test_clause_that_tells_an_unnamed_source_apart():
    bare = "a/DET/det/9 parent/NOUN/nsubj/13 who/PRON/nsubj/11 asked/VERB/acl:relcl/9 silence/NOUN/obj/11"
    fuller = (
        "a/DET/det/10 senior/ADJ/amod/10 officer/NOUN/nsubj/14 who/PRON/nsubj/12 asked/VERB/acl:relcl/10 "
        "silence/NOUN/obj/12"
    )
    (quote,) = quotes(said(bare, 13))
    assert told(quote)[2] == ("a parent who asked silence",)
    (quote,) = quotes(said(fuller, 14))
    assert told(quote)[2] == ("a senior officer",)
