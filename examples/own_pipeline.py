"""quoteminer as one component of your own spaCy pipeline, and a component of yours that reads what it found.

    python examples/own_pipeline.py seeds/text/*.txt
    python examples/own_pipeline.py --model en_core_web_sm seeds/text/*.txt

The pipeline ends with `right_of_reply`, which finds the people whom others speak of in their quotations and who have
no word of their own in the article: the desk may want to ring them. It reads `doc._.quoteminer`, the Article, and goes
from its offsets back to spaCy's tokens with `doc.char_span`.
"""

import argparse
from pathlib import Path

import spacy
from spacy.language import Language
from spacy.tokens import Doc

from quoteminer import Article

Doc.set_extension("unheard", default=None)  # {who is spoken of: [who speaks of them]}


@Language.component("right_of_reply", requires=["doc._.quoteminer"], assigns=["doc._.unheard", "doc.spans"])
def right_of_reply(doc: Doc) -> Doc:
    """Keep who is spoken of and not quoted in `doc._.unheard`, and where in `doc.spans["unheard"]`."""
    article: Article = doc._.quoteminer
    quoted = {entity.id for entity in article.speakers}
    unheard: dict[str, list[str]] = {}
    spans = []
    for person in article.people:
        if person.id in quoted:
            continue
        for mention in person.mentions:
            by = [q.speaker for q in article.quotes if q.speaker and q.start <= mention.start < q.end]
            if by:
                unheard.setdefault(person.name, []).extend(by)
                spans.append(doc.char_span(mention.start, mention.end, "UNHEARD", alignment_mode="expand"))
    doc._.unheard = {name: [*dict.fromkeys(by)] for name, by in unheard.items()}
    doc.spans["unheard"] = [span for span in spans if span is not None]
    return doc


def make_pipeline(model: str | None = None) -> Language:
    """An installed spaCy pipeline by name, or the library's own parser, with two components after it."""
    if model:
        nlp = spacy.load(model)  # any with a parser and an entity recogniser
    else:
        nlp = spacy.blank("en")
        nlp.add_pipe("news_encoder")  # quoteminer's tagger, parser and entity recogniser in one
    nlp.add_pipe("quoteminer", config={"reporting_verbs": ["thunder", "deadpan"]})  # house style, beside the usual
    nlp.add_pipe("right_of_reply")
    return nlp


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("files", nargs="+", type=Path, metavar="FILE")
    parser.add_argument("--model", help="an installed spaCy pipeline; default: the library's own")
    options = parser.parse_args()
    nlp = make_pipeline(options.model)
    texts = (path.read_bytes().decode("utf-8") for path in options.files)
    for path, doc in zip(options.files, nlp.pipe(texts), strict=True):
        print(f"{path.name}: {len(doc._.quoteminer.quotes)} quotations")
        for name, by in doc._.unheard.items():
            print(f"  {name} is spoken of by {', '.join(by)} and not quoted")


if __name__ == "__main__":
    main()
