"""Pictures of who is quoted and who speaks of whom, on matplotlib (extra `[plot]`)."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from itertools import combinations
from textwrap import fill
from typing import Any, Literal

from quoteminer.errors import ArgumentError
from quoteminer.export import import_extra
from quoteminer.layout import find_blocks
from quoteminer.types import Article, Entity, Quote, Speaker

_INK, _SOFT, _RULE = "#1c1b19", "#5c5850", "#d9d3c7"
_KINDS = {"direct": ("#1f5a92", "direct quotations"), "mixed": ("#8db4d6", "quoted words in a paraphrase")}
_UNKNOWN = {"direct": "#77726a", "mixed": "#bdb8af"}
_LABELS = {
    "PERSON": ("#1f5a92", "o", "person"),
    "ORG": ("#b5541c", "s", "organisation"),
    "PLACE": ("#3c7a4a", "D", "place"),
    "OTHER": ("#77726a", "^", "other source"),
}
UNATTRIBUTED = "(unattributed)"
NO_AFFILIATION = "(no affiliation stated)"


def speakers(
    articles: Article | Iterable[Article],
    by: Literal["speaker", "person", "affiliation"] = "speaker",
    measure: Literal["quotations", "words", "both"] = "quotations",
    top: int = 15,
    ax: Any = None,
) -> Any:
    """Bars of who is quoted most, the direct quotations apart from the mixed ones.

    Speakers of the same name in several articles count as one; a joint statement counts for each who made it.

    Args:
        articles: one article or many.
        by: "speaker" (everyone quoted: people, organisations, documents), "person" (people only), or "affiliation"
            (the body that a person speaks for, or the organisation itself where it is the speaker).
        measure: what the bars' lengths tell: "quotations" (how many) or "words" (how many words were quoted);
            "both": the number of quotations as the length, the words in figures beside it.
        top: how many bars, longest first; what could not be attributed stands below them in grey.
        ax: matplotlib Axes to draw on; by default those of a new figure.

    Returns:
        The Axes.

    Raises:
        MissingExtraError: matplotlib is not installed.
        ArgumentError: `by`, `measure` or `top` is not one of the above.
    """
    _check("by", by, ("speaker", "person", "affiliation"))
    _check("measure", measure, ("quotations", "words", "both"))
    if not isinstance(top, int) or top < 1:
        raise ArgumentError(f"top must be a whole number of at least 1, not {top!r}")
    counts: dict[str, dict[str, Counter[str]]] = defaultdict(lambda: defaultdict(Counter))
    names = _Names()
    for article in _listed(articles):
        for quote in article.quotes:
            for name in _groups(quote, by):
                counts[names.key(name)]["quotations"][quote.kind] += 1
                counts[names.key(name)]["words"][quote.kind] += len(quote.content.split())
    length = "words" if measure == "words" else "quotations"
    unknown = counts.pop(UNATTRIBUTED, None)
    ranked = sorted(counts.items(), key=lambda item: (-item[1][length].total(), item[0]))
    rows = [(names.best(key), values, False) for key, values in ranked[:top]]
    rows += [(UNATTRIBUTED, unknown, True)] if unknown else []
    if ax is None:
        ax = _new_axes(7.0, 0.9 + 0.32 * max(len(rows), 1))
    for y, (_, values, grey) in enumerate(rows):
        left = 0
        for kind, (colour, _) in _KINDS.items():
            width = values[length][kind]
            ax.barh(y, width, left=left, height=0.72, color=_UNKNOWN[kind] if grey else colour, linewidth=0)
            left += width
        words = values["words"].total()
        text = f"{left:,}" + (f"  ({words:,} word{'' if words == 1 else 's'})" if measure == "both" else "")
        ax.annotate(text, (left, y), (4, 0), textcoords="offset points", va="center", fontsize=9, color=_SOFT)
    _style_bars(ax, [name for name, _, _ in rows], "words quoted" if length == "words" else "quotations")
    if len({kind for _, values, _ in rows for kind in values[length]}) > 1:
        patches = import_extra("matplotlib.patches", "plot")
        handles = [patches.Patch(color=colour, label=label) for colour, label in _KINDS.values()]
        ax.legend(handles=handles, loc="lower left", bbox_to_anchor=(0, 1), ncols=2, frameon=False, fontsize=9)
    if not rows:
        ax.text(0.5, 0.5, "no quotations", transform=ax.transAxes, ha="center", color=_SOFT)
    return ax


def network(articles: Article | Iterable[Article], top: int = 25, ax: Any = None, *, seed: int = 0) -> Any:
    """A network of people, organisations and other speakers: who speaks of whom, and who is named beside whom.

    An arrow leads from a speaker to those whom the speaker's quotations mention, the thicker the more of them do. A
    thin grey line joins two who are named in the same paragraph outside the quotations. A node is the larger the more
    often it is quoted, hollow where it is not quoted at all. Entities of the same name in several articles are one.

    Args:
        articles: one article or many.
        top: how many nodes, those with most quotations and mentions.
        ax: matplotlib Axes to draw on; by default those of a new figure.
        seed: of the layout; the same seed gives the same picture.

    Returns:
        The Axes.

    Raises:
        MissingExtraError: matplotlib or networkx is not installed.
        ArgumentError: `top` is not a whole number of at least 1.
    """
    if not isinstance(top, int) or top < 1:
        raise ArgumentError(f"top must be a whole number of at least 1, not {top!r}")
    nx = import_extra("networkx", "plot")
    names, labels, quoted, mentioned = _Names(), dict[str, str](), Counter[str](), Counter[str]()
    speaks_of, beside = Counter[tuple[str, str]](), Counter[tuple[str, str]]()
    for article in _listed(articles):
        keys = {}
        for entity in article.entities:
            if entity.label != "PLACE" or entity in article.speakers:
                keys[entity.id] = names.key(entity.name)
                labels.setdefault(keys[entity.id], entity.label)
                mentioned[keys[entity.id]] += len(entity.mentions)
        for quote in article.quotes:
            said_by = {keys[s.entity_id] for s in quote.speakers if s.entity_id in keys}
            quoted.update(said_by)
            inside = {keys[e.id] for e in _named_within(article, quote.start, quote.end) if e.id in keys}
            speaks_of.update((a, b) for a in said_by for b in inside - said_by)
        for together in _named_together(article):
            beside.update(combinations(sorted({keys[i] for i in together if i in keys}), 2))
    ranked = sorted(labels, key=lambda key: (-3 * quoted[key] - mentioned[key], key))[:top]
    graph = nx.Graph()
    graph.add_nodes_from(ranked)
    graph.add_edges_from(combinations(ranked, 2), weight=0.12)  # keeps parts without a link from drifting apart
    for a, b in speaks_of.keys() | beside.keys():
        if a in graph and b in graph:
            graph.add_edge(a, b, weight=1.0)
    places = nx.spring_layout(graph, k=1.6 / max(len(ranked), 1) ** 0.5, iterations=300, seed=seed)
    if ax is None:
        ax = _new_axes(8.0, 6.4)
    ax.set_axis_off()
    ax.margins(0.12, 0.08)
    for (a, b), n in beside.items():
        if a in places and b in places:
            xs, ys = zip(places[a], places[b], strict=True)
            ax.plot(xs, ys, color=_RULE, linewidth=0.7 + 0.3 * min(n, 5), zorder=1, solid_capstyle="round")
    for (a, b), n in speaks_of.items():
        if a in places and b in places:
            arrow = {"arrowstyle": "-|>", "color": _LABELS[labels[a]][0], "linewidth": 0.9 + 0.5 * min(n, 6),
                     "alpha": 0.75, "shrinkA": 7, "shrinkB": 9, "connectionstyle": "arc3,rad=0.12",
                     "mutation_scale": 11}  # fmt: skip
            ax.annotate("", places[b], places[a], arrowprops=arrow, zorder=2)
    _draw_nodes(ax, places, labels, quoted, names)
    return ax


class _Names:
    """The forms of each name, so that one spelled alike in several articles is one."""

    def __init__(self) -> None:
        self.forms: dict[str, Counter[str]] = defaultdict(Counter)

    def key(self, name: str) -> str:
        key = " ".join(name.casefold().split())
        self.forms[key][name] += 1
        return key

    def best(self, key: str) -> str:
        return self.forms[key].most_common(1)[0][0]


def _check(name: str, value: object, allowed: tuple[str, ...]) -> None:
    if value not in allowed:
        raise ArgumentError(f"{name} must be one of {', '.join(allowed)}, not {value!r}")


def _listed(articles: Article | Iterable[Article]) -> list[Article]:
    found = [articles] if isinstance(articles, Article) else list(articles)
    for article in found:
        if not isinstance(article, Article):
            raise ArgumentError(
                f"articles must hold Article objects, as `quoteminer.extract` gives them, not {article!r:.80}"
            )
    return found


def _groups(quote: Quote, by: str) -> Iterator[str]:
    if not quote.speakers:
        yield UNATTRIBUTED
    yield from dict.fromkeys(
        _body(speaker) if by == "affiliation" else speaker.name
        for speaker in quote.speakers
        if by != "person" or speaker.label == "PERSON"
    )


def _body(speaker: Speaker) -> str:
    return speaker.affiliation or (NO_AFFILIATION if speaker.label in ("PERSON", "OTHER") else speaker.name)


def _named_within(article: Article, start: int, end: int) -> Iterator[Entity]:
    for entity in article.entities:
        if any(start <= mention.start and mention.end <= end for mention in entity.mentions):
            yield entity


def _named_together(article: Article) -> Iterator[set[int]]:
    """For each block the entities that it names outside of quotations."""
    outside = [
        (mention.start, entity.id)
        for entity in article.entities
        for mention in entity.mentions
        if mention.is_name and not any(q.start <= mention.start < q.end for q in article.quotes)
    ]
    for block in find_blocks(article.text):
        yield {entity_id for start, entity_id in outside if block.start <= start < block.end}


def _new_axes(width: float, height: float) -> Any:
    pyplot = import_extra("matplotlib.pyplot", "plot")
    return pyplot.subplots(figsize=(width, height), layout="constrained", dpi=120)[1]


def _style_bars(ax: Any, names: list[str], unit: str) -> None:
    ax.set_yticks(range(len(names)), [name if len(name) <= 48 else f"{name[:47]}…" for name in names], parse_math=False)
    ax.invert_yaxis()
    ax.tick_params(axis="y", length=0, labelsize=10, labelcolor=_INK)
    ax.tick_params(axis="x", length=0, labelsize=9, labelcolor=_SOFT)
    ax.xaxis.get_major_locator().set_params(integer=True)
    ax.grid(axis="x", color=_RULE, linewidth=0.6)
    ax.set_axisbelow(True)
    ax.margins(x=0.12, y=0.015)
    ax.set_xlabel(unit, fontsize=9, color=_SOFT, loc="left")
    for side in ("top", "right", "bottom"):
        ax.spines[side].set_visible(False)
    ax.spines["left"].set_color(_SOFT)


def _draw_nodes(ax: Any, places: Any, labels: dict[str, str], quoted: Counter[str], names: _Names) -> None:
    effects = import_extra("matplotlib.patheffects", "plot")
    halo = [effects.withStroke(linewidth=2.5, foreground="white")]
    for key, (x, y) in places.items():
        colour, marker, _ = _LABELS[labels[key]]
        size = 40 + 45 * min(quoted[key], 12)
        ax.scatter(
            [x], [y], s=size, marker=marker, color=colour if quoted[key] else "white", edgecolor=colour, zorder=3
        )
        offset = (0, 3 + size**0.5 / 2)
        style = {"fontsize": 8.5, "color": _INK, "path_effects": halo, "zorder": 4, "parse_math": False}
        name = fill(names.best(key), 22)
        ax.annotate(name, (x, y), offset, textcoords="offset points", ha="center", va="bottom", **style)
    lines = import_extra("matplotlib.lines", "plot")
    handles = [
        lines.Line2D([], [], linestyle="", marker=marker, color=colour, markersize=6, label=label)
        for name, (colour, marker, label) in _LABELS.items()
        if name in {labels[key] for key in places}
    ]
    handles += [
        lines.Line2D([], [], color=_SOFT, linewidth=1.6, marker=">", markevery=[1], label="speaks of"),
        lines.Line2D([], [], color=_RULE, linewidth=1.6, label="named in one paragraph"),
    ]
    ax.legend(handles=handles, loc="upper center", bbox_to_anchor=(0.5, 0.0), ncols=3, frameon=False, fontsize=8.5)
