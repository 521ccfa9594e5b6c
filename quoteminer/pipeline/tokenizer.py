"""spaCy's English tokenizer, made to take every `str`: it raises on lone surrogates, this one has U+FFFD for each."""

from collections.abc import Callable

from spacy.language import Language
from spacy.tokenizer import Tokenizer  # type: ignore[import-not-found]
from spacy.tokens import Doc
from spacy.util import compile_infix_regex, compile_prefix_regex, compile_suffix_regex, registry

NAME = "quoteminer.NewsTokenizer.v1"
_REPLACED = dict.fromkeys(range(0xD800, 0xE000), "\N{REPLACEMENT CHARACTER}")


def without_surrogates(text: str) -> str:
    """The text with each lone surrogate replaced by U+FFFD: every offset stays what it was."""
    try:
        text.encode("utf8")
    except UnicodeEncodeError:
        return text.translate(_REPLACED)
    return text


class NewsTokenizer(Tokenizer):  # type: ignore[misc]
    """spaCy's tokenizer for any text; `pipe` and what is saved are as in spaCy."""

    def __call__(self, string: str) -> Doc:
        """Tokenize; the Doc's text has U+FFFD in the place of lone surrogates."""
        doc: Doc = super().__call__(without_surrogates(string))
        return doc


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
