"""spaCy's English tokenizer, made to take every `str`: it raises on lone surrogates, this one has U+FFFD for each."""

import re
from collections.abc import Callable, Iterator

from spacy.language import Language
from spacy.tokenizer import Tokenizer  # type: ignore[import-not-found]
from spacy.tokens import Doc
from spacy.util import compile_infix_regex, compile_prefix_regex, compile_suffix_regex, registry

NAME = "quoteminer.NewsTokenizer.v1"
LONGEST = 200
MOST_MARKS = 20
PIECE = 50
_RUN = re.compile(r"\S+")
_REPLACED = dict.fromkeys(range(0xD800, 0xE000), "\N{REPLACEMENT CHARACTER}")


def without_surrogates(text: str) -> str:
    """The text with each lone surrogate replaced by U+FFFD: every offset stays what it was."""
    try:
        text.encode("utf8")
    except UnicodeEncodeError:
        return text.translate(_REPLACED)
    return text


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
    """The factory that a pipeline's config names, with the same rules as `spacy.Tokenizer.v1`."""

    def make_tokenizer(nlp: Language) -> NewsTokenizer:
        defaults = nlp.Defaults
        return NewsTokenizer(
            nlp.vocab,
            rules=defaults.tokenizer_exceptions,
            prefix_search=compile_prefix_regex(defaults.prefixes).search if defaults.prefixes else None,
            suffix_search=compile_suffix_regex(defaults.suffixes).search if defaults.suffixes else None,
            infix_finditer=compile_infix_regex(defaults.infixes).finditer if defaults.infixes else None,
            token_match=defaults.token_match,
            url_match=defaults.url_match,
        )

    return make_tokenizer
