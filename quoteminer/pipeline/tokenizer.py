"""spaCy's English tokenizer with the words of the treebanks, made to take every `str`.

spaCy raises on lone surrogates, this one has U+FFFD for each. The rules that differ from spaCy's are those by which UD
EWT and GUM, which the model is trained on, write words: the guidelines of the English Web Treebank (Bies et al. 2012).
"""

import re
from collections.abc import Callable, Iterator, Mapping

from spacy.attrs import ORTH  # type: ignore[import-not-found]
from spacy.language import Language
from spacy.tokenizer import Tokenizer  # type: ignore[import-not-found]
from spacy.tokens import Doc
from spacy.util import compile_infix_regex, compile_prefix_regex, compile_suffix_regex, registry

from quoteminer.surrogates import without_surrogates

NAME = "quoteminer.NewsTokenizer.v1"
LONGEST = 200
MOST_MARKS = 20
PIECE = 50
_RUN = re.compile(r"\S+")
TELEPHONE = re.compile(r"(?:1-)?(?:\d{3}-)?\d{3}-\d{4}\Z")
RUNS = (r"[!?]{2,}", r"\*{2,}", r"={2,}", r"_{2,}", r"~{2,}", r"\#{2,}", r"<{2,}", r">{2,}")
PREFIXES = (*RUNS, r"-(?=[A-Za-z]{2})")
SUFFIXES = (*RUNS, r"(?<=\d:\d\d)(?i:[ap]\.?m\.?)", r"(?<=\d)k")
INFIXES = (r"(?<=[0-9])[–—](?=[0-9])",)
ABBREVIATIONS = ("al.", "approx.", "ca.", "Ft.", "Lt.", "Sgt.", "Capt.", "Col.", "Maj.", "Cmdr.")
SPLIT = {"wanna": ("wan", "na"), "Wanna": ("Wan", "na")}
# Words that spaCy takes for "we'd", "I'd", an emoticon, or for one where the treebanks have more.
NOT_SPECIAL = ("wed", "Wed", "id", "Id", "):", "and/or")


class NewsTokenizer(Tokenizer):  # type: ignore[misc]
    """spaCy's tokenizer for any text; `pipe` and what is saved are as in spaCy.

    spaCy takes marks off a word one by one and scans the rest each time: ten thousand marks in a row take seconds, a
    million take a day. So a stretch of more than `LONGEST` characters without white space is cut before it, unless it
    is nearly all letters and digits.
    """

    def __call__(self, string: str) -> Doc:
        """Tokenize; the Doc's text has U+FFFD in the place of lone surrogates."""
        text = without_surrogates(string)
        doc: Doc
        if max(map(len, text.split()), default=0) <= LONGEST:
            doc = super().__call__(text)
            return doc
        words: list[str] = []
        spaces: list[bool] = []
        for piece in _cut(text):
            doc = super().__call__(piece)
            words += [token.text for token in doc]
            spaces += [bool(token.whitespace_) for token in doc]
        return Doc(self.vocab, words=words, spaces=spaces)


def _cut(text: str) -> Iterator[str]:
    """The text in pieces that end inside of the stretches that are too long, every `PIECE` characters."""
    start = 0
    for run in _RUN.finditer(text):
        if run.end() - run.start() > LONGEST and sum(not c.isalnum() for c in run[0]) > MOST_MARKS:
            for end in range(run.start() + PIECE, run.end(), PIECE):
                yield text[start:end]
                start = end
    yield text[start:]


@registry.tokenizers(NAME)  # type: ignore[untyped-decorator]
def create_news_tokenizer() -> Callable[[Language], NewsTokenizer]:
    """The factory that a pipeline's config names: the language's rules and those above."""

    def make_tokenizer(nlp: Language) -> NewsTokenizer:
        defaults = nlp.Defaults
        return NewsTokenizer(
            nlp.vocab,
            rules=_special_cases(defaults.tokenizer_exceptions),
            prefix_search=compile_prefix_regex((*PREFIXES, *(defaults.prefixes or ()))).search,
            suffix_search=compile_suffix_regex((*SUFFIXES, *(defaults.suffixes or ()))).search,
            infix_finditer=compile_infix_regex((*INFIXES, *(defaults.infixes or ()))).finditer,
            token_match=TELEPHONE.match,
            url_match=defaults.url_match,
        )

    return make_tokenizer


def _special_cases(cases: Mapping[str, list[dict[int, str]]]) -> dict[str, list[dict[int, str]]]:
    kept = {form: tokens for form, tokens in cases.items() if form not in NOT_SPECIAL}
    new = {form: (form,) for form in ABBREVIATIONS} | SPLIT
    return kept | {form: [{ORTH: part} for part in parts] for form, parts in new.items()}
