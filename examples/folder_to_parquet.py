"""Read a folder of .txt files, or a JSON Lines file, and write one Parquet file: a row for each quotation.

    python examples/folder_to_parquet.py seeds/text quotations.parquet
    python examples/folder_to_parquet.py news.jsonl quotations.parquet --text-field body --id-field url

The texts are read as they are needed, so the corpus may be larger than the memory. For a corpus that takes hours there is
`quoteminer extract`, which passes over bad records and goes on after a crash; this script shows the same in the open.
Needs the extra `frames`: pip install "quoteminer[frames]".
"""

import argparse
import json
from collections import deque
from collections.abc import Iterator
from pathlib import Path

import quoteminer


def records(source: Path, text_field: str, id_field: str) -> Iterator[tuple[str, str]]:
    """The (id, text) pairs of a folder or of a JSON Lines file."""
    if source.is_dir():
        for path in sorted(source.rglob("*.txt")):
            yield path.relative_to(source).as_posix(), path.read_bytes().decode("utf-8")
        return
    with source.open(encoding="utf-8") as file:
        for line in file:
            record = json.loads(line)
            yield str(record[id_field]), record[text_field]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("source", type=Path, help="a folder with .txt files, or a .jsonl file")
    parser.add_argument("target", type=Path, help="the Parquet file to write")
    parser.add_argument("--text-field", default="text", help="field of the .jsonl file, default: %(default)s")
    parser.add_argument("--id-field", default="id", help="field of the .jsonl file, default: %(default)s")
    parser.add_argument("--n-process", type=int, default=1, help="worker processes, default: %(default)s")
    options = parser.parse_args()

    ids: deque[str] = deque()  # filled as the texts are read, emptied as the articles come out: the order is the same

    def texts() -> Iterator[str]:
        for name, text in records(options.source, options.text_field, options.id_field):
            ids.append(name)
            yield text

    articles = quoteminer.extract_many(texts(), n_process=options.n_process)
    quoteminer.write_parquet(articles, options.target, ids=(name for name in iter(lambda: next_of(ids), None)))

    import pyarrow.parquet as parquet

    table = parquet.read_table(options.target, columns=["article", "speaker"])
    named = table.num_rows - table["speaker"].null_count
    print(f"{table.num_rows} quotations, {named} of them with a speaker, are in {options.target}")


def next_of(ids: "deque[str]") -> str | None:
    return ids.popleft() if ids else None


if __name__ == "__main__":
    main()
