"""Source audit: whose words fill the news, by person, by role and by organisation.

    python examples/source_audit.py seeds/text
    python examples/source_audit.py seeds/text --top 5 --csv audit.csv

Counts the words inside quotation marks (and in displayed quotations), for each speaker over all articles. A joint
statement counts for each who made it. What the library could not attribute is a line of its own: an audit that hides
it would mislead. People are joined over articles by their full name, so namesakes in different articles become one.
"""

import argparse
import csv
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path

import quoteminer
from quoteminer import Article, Quote, Speaker

NOBODY = "(unattributed)"
NOT_STATED = "(not stated)"
VIEWS = ("person", "role", "organisation")


def groups(speaker: Speaker, view: str) -> str | None:
    """What a speaker counts for in a view; None where the view has no place for the speaker."""
    if view == "person":
        return speaker.name if speaker.label == "PERSON" else None
    if view == "role":
        return (speaker.role or NOT_STATED).lower() if speaker.label == "PERSON" else None
    if speaker.label == "PERSON":
        return speaker.affiliation or NOT_STATED
    return speaker.name  # organisations, governments, documents and unnamed sources speak for themselves


def shares(articles: Iterable[tuple[str, Article]], view: str) -> Iterator[tuple[str, int, int, int]]:
    """Rows (who, words, quotations, articles), most words first."""
    words: Counter[str] = Counter()
    quotations: Counter[str] = Counter()
    seen: dict[str, set[str]] = defaultdict(set)
    for name, article in articles:
        for quote in article.quotes:
            for who in whom(quote, view):
                words[who] += len(quote.content.split())
                quotations[who] += 1
                seen[who].add(name)
    for who, count in sorted(words.items(), key=lambda item: (-item[1], item[0])):
        yield who, count, quotations[who], len(seen[who])


def whom(quote: Quote, view: str) -> Iterable[str]:
    if not quote.speakers:
        return [NOBODY]
    return dict.fromkeys(who for speaker in quote.speakers if (who := groups(speaker, view)))


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("folder", type=Path, help="with .txt files, an article each")
    parser.add_argument("--top", type=int, default=10, help="lines of each table; default: %(default)s")
    parser.add_argument("--csv", type=Path, help="write all rows there too")
    options = parser.parse_args()
    paths = sorted(options.folder.rglob("*.txt"))
    texts = [path.read_bytes().decode("utf-8") for path in paths]
    articles = [*zip((path.name for path in paths), quoteminer.extract_many(texts), strict=True)]
    quoted = sum(len(quote.content.split()) for _, article in articles for quote in article.quotes)
    total = sum(len(text.split()) for text in texts)
    print(f"{len(articles)} articles, {total:,} words, {quoted:,} of them quoted ({quoted / max(total, 1):.0%})")
    table = [(view, *row) for view in VIEWS for row in shares(articles, view)]
    for view in VIEWS:
        print(f"\n{'By ' + view:50}{'words':>8}{'share':>8}{'quotations':>12}{'articles':>10}")
        for _, who, words, quotations, found in [row for row in table if row[0] == view][: options.top]:
            print(f"{who[:48]:50}{words:>8,}{words / max(quoted, 1):>8.0%}{quotations:>12,}{found:>10,}")
    if options.csv:
        with options.csv.open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows([("view", "who", "words", "quotations", "articles"), *table])
        print(f"\nall {len(table)} rows are in {options.csv}")


if __name__ == "__main__":
    main()
