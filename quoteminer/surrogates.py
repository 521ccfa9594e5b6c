"""Lone surrogates: halves of a character that a Python string may hold and UTF-8, spaCy and Arrow may not."""

from __future__ import annotations

_REPLACED = dict.fromkeys(range(0xD800, 0xE000), "\N{REPLACEMENT CHARACTER}")


def without_surrogates(text: str) -> str:
    """The text with each lone surrogate replaced by U+FFFD: every offset stays what it was."""
    try:
        text.encode("utf8")
    except UnicodeEncodeError:
        return text.translate(_REPLACED)
    return text
