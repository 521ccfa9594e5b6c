"""Whether two names are the same, and the figures of predictions against gold annotations."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence

TITLES = frozenset((
    "mr", "mrs", "ms", "miss", "mx", "dr", "prof", "professor", "sir", "dame", "lord", "lady", "president",
    "premier", "minister", "prime", "senator", "sen", "rep", "gov", "governor", "justice", "judge", "gen",
    "general", "col", "colonel", "capt", "captain", "lt", "sgt", "rev", "reverend", "chief", "sheikh",
    "sheikha", "king", "queen", "prince", "princess", "chairman", "ambassador", "the", "a", "an", "datuk",
    "dato", "tan", "sri", "haji", "hon", "engineer", "eng",
))  # fmt: skip
_WORD, _POSSESSIVE = re.compile(r"\w+"), re.compile(r"'s\b")
STOPS = frozenset(("the", "a", "an", "of", "for", "and", "at", "in", "on", "by", "from", "to", "s"))


def name_words(name: str | None) -> list[str]:
    """The words of a name for comparison: lower case, no titles in front, no possessive."""
    plain = unicodedata.normalize("NFKC", name or "").replace("’", "'").replace("‘", "'")
    words = _WORD.findall(_POSSESSIVE.sub("", plain).lower())
    first = next((i for i, word in enumerate(words) if word not in TITLES), len(words) - 1)
    return words[max(0, first) :]


def same_name(predicted: str | None, accepted: Iterable[str]) -> bool:
    """Whether a name is one of those accepted, titles and the order of its words aside."""
    words = sorted(name_words(predicted))
    return bool(words) and any(words == sorted(name_words(name)) for name in accepted)


def same_source(predicted: str | None, accepted: Sequence[str], kind: str | None) -> bool:
    """Like `same_name`; for sources that are no persons a shorter or longer form of the name counts too."""
    if same_name(predicted, accepted):
        return True
    if kind in (None, "PERSON"):
        return False
    own = [word for word in name_words(predicted) if word not in STOPS]
    for name in accepted:
        other = [word for word in name_words(name) if word not in STOPS]
        if not own or not other:
            continue
        short, long = sorted((own, other), key=len)
        if set(short) <= set(long) and (len(short) > 1 or kind in ("DOC", "GROUP") or len(long) == 1):
            return True
        if len(short) == 1 and len(long) > 1 and short[0] == "".join(word[0] for word in long):
            return True
        if kind == "GROUP" and 2 * len(set(own) & set(other)) >= len(set(own) | set(other)):
            return True
    return False
