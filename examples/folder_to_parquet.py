"""Read a folder of .txt files, or a JSON Lines file, and write one Parquet file: a row for each quotation.

    python examples/folder_to_parquet.py seeds/text quotations.parquet
    python examples/folder_to_parquet.py news.jsonl quotations.parquet --text-field body --id-field url

The texts are read as they are needed, so the corpus may be larger than the memory. For a corpus that takes hours there
is `quoteminer extract`, which passes over bad records and goes on after a crash; this script shows the plain way.
Needs the extra `frames`.
"""

import argparse
import json
from collections.abc import Iterator
from itertools import tee
from pathlib import Path

import pyarrow.parquet

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
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("source", type=Path, help="a folder with .txt files, or a .jsonl file")
    parser.add_argument("target", type=Path, help="the Parquet file to write")
    parser.add_argument("--text-field", default="text", help="field of the .jsonl file; default: %(default)s")
    parser.add_argument("--id-field", default="id", help="field of the .jsonl file; default: %(default)s")
    parser.add_argument("--n-process", type=int, default=1, help="worker processes; default: %(default)s")
    options = parser.parse_args()

    # Articles come in the order of the texts, so the ids may walk beside them; `tee` keeps only what lies between.
    named, texts = tee(records(options.source, options.text_field, options.id_field))
    articles = quoteminer.extract_many((text for _, text in texts), n_process=options.n_process)
    quoteminer.write_parquet(articles, options.target, ids=(name for name, _ in named))

    speakers = pyarrow.parquet.read_table(options.target, columns=["speaker"])["speaker"]
    attributed = len(speakers) - speakers.null_count
    print(f"{len(speakers)} quotations, {attributed} of them with a speaker, are in {options.target}")


if __name__ == "__main__":
    main()
