"""Docs built by hand: tokens written as `word/POS/dep/head`, with `POS:TAG` where the tag is not the usual one."""

from collections.abc import Mapping, Sequence

import spacy
from spacy.tokens import Doc

VOCAB = spacy.blank("en").vocab
TAGS = {"VERB": "VBD", "NOUN": "NN", "PROPN": "NNP", "PRON": "PRP", "DET": "DT", "ADJ": "JJ", "ADP": "IN", "AUX": "VBD",
        "PART": "RB", "CCONJ": "CC", "SCONJ": "IN", "PUNCT": ".", "NUM": "CD", "ADV": "RB", "SPACE": "_SP"}  # fmt: skip
LEMMAS = {"said": "say", "says": "say", "saying": "say", "told": "tell", "quoted": "quote", "added": "add",
          "adding": "add", "warned": "warn", "described": "describe", "holds": "hold", "was": "be",
          "officials": "official", "criticised": "criticise", "issued": "issue", "engineers": "engineer",
          "signed": "sign", "sent": "send"}  # fmt: skip
SCHEMES = ("ud", "clear")


def make_doc(sentences: str | Sequence[str], ents: Mapping[str, str] | None = None, *, parse: bool = True) -> Doc:
    """A Doc of sentences; heads count from 1 within the sentence, 0 is the root; `¶` is a blank line."""
    words: list[str] = []
    pos: list[str] = []
    tags: list[str] = []
    deps: list[str] = []
    heads: list[int] = []
    starts: list[bool] = []
    for sentence in [sentences] if isinstance(sentences, str) else sentences:
        offset = len(words)
        for i, item in enumerate(sentence.split()):
            word, sort, dep, head = item.split("/")
            coarse, _, tag = sort.partition(":")
            words.append("\n\n" if word == "¶" else word)
            pos.append(coarse)
            tags.append(tag or TAGS[coarse])
            deps.append(dep)
            heads.append(offset + (int(head) - 1 if int(head) else i))
            starts.append(i == 0)
    spaces = [
        word not in ("“", "(", "\n\n") and following[:1] not in ("", ",", ".", "?", "!", ":", "”", ")", "\n", "’")
        for word, following in zip(words, [*words[1:], ""], strict=True)
    ]
    labels = ["O"] * len(words)
    for name, label in (ents or {}).items():
        parts = name.split()
        for i in range(len(words)):
            if words[i : i + len(parts)] == parts:
                labels[i : i + len(parts)] = [f"B-{label}", *[f"I-{label}"] * (len(parts) - 1)]
    if not parse:
        return Doc(VOCAB, words=words, spaces=spaces, ents=labels)
    lemmas = [LEMMAS.get(word.lower(), word.lower()) for word in words]
    return Doc(
        VOCAB, words=words, spaces=spaces, pos=pos, tags=tags, lemmas=lemmas, heads=heads, deps=deps, ents=labels
    )


def index_of(doc: Doc, word: str) -> int:
    """The place of the first token with that text."""
    return next(token.i for token in doc if token.text == word)
