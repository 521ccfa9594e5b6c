"""The model's files and the ONNX sessions that run them: loaded late, once in each process, checked first."""

from __future__ import annotations

import hashlib
import json
import multiprocessing
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy

from quoteminer.errors import ModelError
from quoteminer.pipeline.features import Batch, WordPieces

FORMAT = 1
PACKAGED = Path(__file__).parent / "model"
CONFIG = "config.json"
FILES = ("encoder.onnx", "labels.onnx", "tokenizer.json")
REMEDY = "install quoteminer again (`pip install --force-reinstall quoteminer`), or give the folder of a whole model"


@dataclass(frozen=True)
class Config:
    """What a model folder's config.json holds.

    Attributes:
        classes: the classes of each layer, in the order of the scores.
        longest: longest window, in words.
        context: words of a window that the one before it has already seen.
        meta: how the model was made: corpora, words seen, the date.
    """

    classes: dict[str, list[str]]
    longest: int
    context: int
    meta: dict[str, Any]


def read_config(folder: Path) -> Config:
    """Check a model folder and read its configuration.

    Raises:
        ModelError: a file is missing, cut short or changed, or the format is another version's.
    """
    path = folder / CONFIG
    try:
        data = json.loads(path.read_text(encoding="utf8"))
    except FileNotFoundError:
        raise ModelError(f"No model in {folder}: {CONFIG} is missing; {REMEDY}.") from None
    except ValueError as error:
        raise ModelError(f"{path} is damaged: {error}; {REMEDY}.") from None
    if not isinstance(data, dict) or data.get("format") != FORMAT:
        found = data.get("format") if isinstance(data, dict) else data
        raise ModelError(f"{path} has format {found!r}, this version of quoteminer reads format {FORMAT}; {REMEDY}.")
    for name in FILES:
        size = (folder / name).stat().st_size if (folder / name).is_file() else None
        if size is None:
            raise ModelError(f"{folder / name} is missing; {REMEDY}.")
        if size != data["sizes"][name]:
            raise ModelError(f"{folder / name} has {size:,} bytes, needed are {data['sizes'][name]:,}; {REMEDY}.")
    return Config(data["classes"], data["longest"], data["context"], data["meta"])


def write_config(folder: Path, classes: dict[str, list[str]], longest: int, context: int, meta: dict[str, Any]) -> None:
    """Write the configuration of the model files in `folder`, with their sizes and sums."""
    sums = {name: hashlib.sha256((folder / name).read_bytes()).hexdigest() for name in FILES}
    data = {
        "format": FORMAT,
        "classes": classes,
        "longest": longest,
        "context": context,
        "meta": meta,
        "sizes": {name: (folder / name).stat().st_size for name in FILES},
        "sha256": sums,
    }
    (folder / CONFIG).write_text(json.dumps(data, ensure_ascii=False, indent=1), encoding="utf8")


class Sessions:
    """The two graphs of a model, opened in the process that first runs them.

    Args:
        folder: the model's folder.
        threads: threads a run may use; 0 takes every core in the main process and one in a worker process.
    """

    def __init__(self, folder: Path, threads: int = 0) -> None:
        self.folder, self.threads = folder, threads
        self.config = read_config(folder)
        self._process: int | None = None
        self._opened: tuple[Any, Any, WordPieces] | None = None

    def __getstate__(self) -> dict[str, Any]:
        return {"folder": self.folder, "threads": self.threads}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__init__(**state)  # type: ignore[misc]

    def _open(self) -> tuple[Any, Any, WordPieces]:
        # A session holds threads, which a forked process does not inherit: each process opens its own.
        if self._opened is None or self._process != os.getpid():
            import onnxruntime

            options = onnxruntime.SessionOptions()
            worker = multiprocessing.parent_process() is not None
            options.intra_op_num_threads = self.threads or (1 if worker else os.cpu_count() or 1)
            options.inter_op_num_threads = 1
            options.log_severity_level = 3
            options.enable_cpu_mem_arena = False
            try:
                encoder, labels = (
                    onnxruntime.InferenceSession(str(self.folder / name), options, providers=["CPUExecutionProvider"])
                    for name in FILES[:2]
                )
                pieces = WordPieces(self.folder / FILES[2])
            except Exception as error:  # onnxruntime and tokenizers raise types of their own, the latter bare Exception
                raise ModelError(f"The model in {self.folder} cannot be read: {error}; {REMEDY}.") from error
            self._opened, self._process = (encoder, labels, pieces), os.getpid()
        return self._opened

    @property
    def pieces(self) -> WordPieces:
        """The model's word pieces."""
        return self._open()[2]

    def encode(self, batch: Batch) -> dict[str, Any]:
        """Every head's output for a batch of windows, by name: arrays [windows, words, …]."""
        encoder = self._open()[0]
        names = [output.name for output in encoder.get_outputs()]
        feeds = {"pieces": batch.pieces, "cases": batch.cases, "spacings": batch.spacings, "firsts": batch.firsts}
        return dict(zip(names, encoder.run(None, feeds), strict=True))

    def label(self, words: Any, heads: Any) -> Any:
        """The best label of each arc, [arcs], from the vectors [arcs, width] of its two ends."""
        if not len(words):
            return numpy.zeros(0, dtype=numpy.int64)
        return self._open()[1].run(None, {"words": words, "heads": heads})[0]
