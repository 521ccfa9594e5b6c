"""One sweep over the boundaries of all spans of a text: each character printed once, however the spans overlap."""

from __future__ import annotations

import html
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

LAYERS = {"block": 0, "quote": 1, "other": 2, "mention": 3, "cue": 4, "entity": 5}
_CONTROLS = {
    **{code: chr(0x2400 + code) for code in range(32) if chr(code) not in "\t\n\r"},
    **dict.fromkeys(range(0xD800, 0xE000), "\ufffd"),
    0x0D: "&#13;",
}


def escape(text: str) -> str:
    """`text` for HTML, also inside attributes; control characters and lone surrogates as visible replacements."""
    return html.escape(text).translate(_CONTROLS)


@dataclass(frozen=True, slots=True)
class Layer:
    """A span of the sweep. `first` opens it, `again` reopens it after a break; `pause` closes it before one."""

    kind: str
    start: int
    end: int
    first: str
    again: str
    pause: str
    last: str

    @property
    def order(self) -> tuple[int, int, int]:
        """Outer elements first."""
        return (LAYERS[self.kind], self.start, -self.end)


def element(kind: str, start: int, end: int, opening: str, closing: str) -> Layer:
    """A span that becomes one plain element, or several where it is cut."""
    return Layer(kind, start, end, opening, opening, closing, closing)


def sweep(text: str, blocks: Sequence[Layer], spans: Iterable[Layer]) -> str:
    """`text` escaped, with the elements of all spans, each closed and reopened where another one cuts it."""
    starting: dict[int, list[Layer]] = defaultdict(list)
    cuts = {0, len(text)}
    for span in (*blocks, *spans):
        starting[span.start].append(span)
        cuts |= {span.start, span.end}
    parts: list[str] = []
    stack: list[Layer] = []
    active: list[Layer] = []
    seen: set[int] = set()
    for start, end in pairwise([*sorted(cuts), len(text)]):
        active = sorted([s for s in active if s.end > start] + starting.pop(start, []), key=lambda s: s.order)
        wanted = active if active and active[0].kind == "block" else []
        kept = 0
        while kept < min(len(stack), len(wanted)) and stack[kept] is wanted[kept]:
            kept += 1
        while len(stack) > kept:
            span = stack.pop()
            parts.append(span.last if span.end <= start else span.pause)
        for span in wanted[kept:]:
            parts.append(span.again if id(span) in seen else span.first)
            seen.add(id(span))
            stack.append(span)
        parts.append(escape(text[start:end]))
    return "".join(parts)
