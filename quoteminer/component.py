"""The spaCy component `quoteminer`: finds who said what in a parsed Doc and keeps it there, as `doc._.quoteminer`.

spaCy imports this file for every pipeline it makes, so it loads no model and no word list until the first Doc comes.
"""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType
from typing import Any

from spacy.language import Language
from spacy.tokens import Doc

from quoteminer import annotations
from quoteminer.errors import PipelineError
from quoteminer.lexicon import Lexicon, Strength, load_lexicon, read_lexicon
from quoteminer.types import Article

EXTENSION = "quoteminer"
_STRONG: Strength = "strong"
_NEEDED = {
    "DEP": ("a dependency parser", "parser"),
    "SENT_START": ("sentence boundaries", "parser"),
    "ENT_IOB": ("named entities", "ner"),
}


class Quoteminer:
    """Finds the quotations and entities of a Doc.

    Args:
        name: the component's name in the pipeline.
        lexicon: folder of word lists to use in place of the library's own; None for those.
        reporting_verbs: verbs, as lemmas, that report speech beside those of the word lists.
    """

    def __init__(
        self, name: str = "quoteminer", lexicon: str | None = None, reporting_verbs: tuple[str, ...] = ()
    ) -> None:
        self.name = name
        self._folder, self._verbs = lexicon, reporting_verbs
        self._lexicon: Lexicon | None = None

    def __getstate__(self) -> Mapping[str, Any]:
        return {**self.__dict__, "_lexicon": None}

    @property
    def lexicon(self) -> Lexicon:
        """The word lists, read at the first use."""
        if self._lexicon is None:
            lexicon = read_lexicon(Path(self._folder)) if self._folder else load_lexicon()
            if self._verbs:
                verbs = {**lexicon.reporting_verbs, **dict.fromkeys(self._verbs, _STRONG)}
                lexicon = replace(lexicon, reporting_verbs=MappingProxyType(verbs))
            self._lexicon = lexicon
        return self._lexicon

    def __call__(self, doc: Doc) -> Doc:
        """Write the article into the Doc, where `doc._.quoteminer` reads it.

        Raises:
            PipelineError: the Doc lacks the sentences, dependencies or entities that this needs.
        """
        annotations.write(doc, self.predict(doc))
        return doc

    def predict(self, doc: Doc, text: str | None = None) -> Article:
        """The article that a Doc holds; the Doc stays as it is.

        Args:
            doc: with sentences, dependencies and entities.
            text: the caller's text, which may have lone surrogates where the Doc has U+FFFD; None for the Doc's own.

        Raises:
            PipelineError: the Doc lacks the sentences, dependencies or entities that this needs, or is not the text's.
        """
        from quoteminer.analysis import analyse  # here, so that making a pipeline imports none of it

        check_annotated(doc)
        return analyse(doc, self.lexicon, text)


def check_annotated(doc: Doc) -> None:
    """Make sure that a Doc has what attribution reads.

    Raises:
        PipelineError: it has not; the message says which component is missing and what to type.
    """
    missing = {k: v for k, v in _NEEDED.items() if not doc.has_annotation(k)}
    if missing and not doc.text.isspace():
        wanted = " and ".join(dict.fromkeys(what for what, _ in missing.values()))
        names = " and ".join(dict.fromkeys(f"{name!r}" for _, name in missing.values()))
        raise PipelineError(
            f"quoteminer needs {wanted}, which this Doc has not: put the component {names} before 'quoteminer' in the "
            "pipeline, as in every en_core_web_* package, or take the pipeline that comes with the library: "
            "nlp = quoteminer.load()"
        )


def register_extension() -> None:
    """Register `doc._.quoteminer`, once in a process.

    Raises:
        PipelineError: another package has taken the name.
    """
    if Doc.has_extension(EXTENSION):
        getter = Doc.get_extension(EXTENSION)[2]
        place = (getattr(getter, "__module__", None), getattr(getter, "__qualname__", None))
        if place != (annotations.read.__module__, annotations.read.__qualname__):
            raise PipelineError(
                "something else has registered the Doc extension 'quoteminer' "
                f"(getter: {getter!r}); give it another name, or type: "
                "spacy.tokens.Doc.remove_extension('quoteminer')"
            )
    # Forced: a module that was reloaded has a new function in the old one's place.
    Doc.set_extension(EXTENSION, getter=annotations.read, force=True)


@Language.factory(
    "quoteminer",
    requires=["token.dep", "token.head", "doc.sents", "doc.ents"],
    assigns=["doc.spans", "doc._.quoteminer"],
    default_config={"lexicon": None, "reporting_verbs": []},
)
def make_quoteminer(nlp: Language, name: str, lexicon: str | None, reporting_verbs: list[str]) -> Quoteminer:
    """Make the component; see `Quoteminer`."""
    register_extension()
    return Quoteminer(name, lexicon, tuple(reporting_verbs))
