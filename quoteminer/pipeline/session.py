"""The model's files and the ONNX sessions that run them: loaded late, once in each process, checked first."""

from __future__ import annotations

import hashlib
import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from quoteminer.errors import ModelError
from quoteminer.pipeline.features import Integers, WordPieces, Words, make_batch

FORMAT = 2
PACKAGED = Path(__file__).parent / "model"
CONFIG = "config.json"
FILES = ("encoder.onnx", "labels.onnx", "tokenizer.json")
REMEDY = "install quoteminer again (`pip install --force-reinstall quoteminer`), or give the folder of a whole model"


@dataclass(frozen=True)
class Config:
    """What a model folder's config.json holds.

    Attributes:
        classes: the classes of each layer, in the order of the scores.
        lemmas: what the lemmatizer knows, as `Lemmas.to_json` gives it.
        longest: longest window, in words.
        context: words of a window that the one before it has already seen.
        meta: how the model was made: corpora, words seen, the date.
        sums: each file's SHA-256, which is checked when the file is opened.
    """

    classes: dict[str, list[str]]
    lemmas: dict[str, Any]
    longest: int
    context: int
    meta: dict[str, Any]
    sums: dict[str, str]


def read_config(folder: Path) -> Config:
    """Check a model folder and read its configuration.

    Raises:
        ModelError: a file is missing or not of its size, or the format is another version's.
    """
    path = folder / CONFIG
    try:
        data = json.loads(path.read_text(encoding="utf8"))
    except FileNotFoundError:
        raise ModelError(f"No model in {folder}: {CONFIG} is missing; {REMEDY}.") from None
    except OSError as error:
        raise ModelError(f"{path} cannot be read: {error.strerror}; {REMEDY}.") from error
    except ValueError as error:
        raise ModelError(f"{path} is damaged: {error}; {REMEDY}.") from None
    if not isinstance(data, dict) or data.get("format") != FORMAT:
        found = data.get("format") if isinstance(data, dict) else data
        raise ModelError(f"{path} has format {found!r}, this version of quoteminer reads format {FORMAT}; {REMEDY}.")
    try:
        config = Config(data["classes"], data["lemmas"], data["longest"], data["context"], data["meta"], data["sha256"])
        sizes = {name: int(data["sizes"][name]) for name in FILES}
    except (KeyError, TypeError, ValueError) as error:
        raise ModelError(f"{path} is damaged: {type(error).__name__} {error}; {REMEDY}.") from None
    for name in FILES:
        size = (folder / name).stat().st_size if (folder / name).is_file() else None
        if size is None:
            raise ModelError(f"{folder / name} is missing; {REMEDY}.")
        if size != sizes[name]:
            raise ModelError(f"{folder / name} has {size:,} bytes, needed are {sizes[name]:,}; {REMEDY}.")
    return config


def write_config(
    folder: Path,
    classes: dict[str, list[str]],
    lemmas: dict[str, Any],
    longest: int,
    context: int,
    meta: dict[str, Any],
) -> None:
    """Write the configuration of the model files in `folder`, with their sizes and sums."""
    sums = {name: hashlib.sha256((folder / name).read_bytes()).hexdigest() for name in FILES}
    data = {
        "format": FORMAT,
        "classes": classes,
        "lemmas": lemmas,
        "longest": longest,
        "context": context,
        "meta": meta,
        "sizes": {name: (folder / name).stat().st_size for name in FILES},
        "sha256": sums,
    }
    (folder / CONFIG).write_text(json.dumps(data, ensure_ascii=False, indent=1), encoding="utf8")


# A forked process never frees what it inherits: the destructor would wait for threads that only its parent has.
_INHERITED: list[object] = []


class Sessions:
    """The two graphs of a model, opened in the process that first runs them.

    A run takes one thread, and several threads may run at once: that is a third faster than several threads for one run
    after the other, whose matrices are too small to be shared.

    Args:
        folder: the model's folder.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.config = read_config(folder)
        self._opened: _Opened | None = None

    def __getstate__(self) -> dict[str, Any]:
        return {"folder": self.folder}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__init__(**state)  # type: ignore[misc]

    def _open(self) -> _Opened:
        # Each process opens its own: a forked one does not inherit what a session holds beside its memory.
        if self._opened is None or self._opened.process != os.getpid():
            import onnxruntime

            options = onnxruntime.SessionOptions()
            options.intra_op_num_threads = 1
            options.inter_op_num_threads = 1
            options.log_severity_level = 3
            # A pattern would be kept for every length of a window.
            options.enable_mem_pattern = False
            try:
                for name in FILES:
                    self._check(self.folder / name)
                encoder, labels = (
                    onnxruntime.InferenceSession(
                        str(self.folder / name),
                        options,
                        providers=["CPUExecutionProvider"],
                        disabled_optimizers=["SkipLayerNormFusion"],  # that kernel takes ten times its parts' time
                    )
                    for name in FILES[:2]
                )
                pieces = WordPieces(self.folder / FILES[2])
            except ModelError:
                raise
            except Exception as error:  # onnxruntime and tokenizers raise types of their own, the latter bare Exception
                raise ModelError(f"The model in {self.folder} cannot be read: {error}; {REMEDY}.") from error
            if self._opened is not None:
                _INHERITED.append(self._opened)
            outputs = tuple(output.name for output in encoder.get_outputs())
            self._opened = _Opened(os.getpid(), encoder, labels, pieces, outputs)
        return self._opened

    def _check(self, path: Path) -> None:
        found, needed = hashlib.sha256(path.read_bytes()).hexdigest(), self.config.sums.get(path.name)
        if found != needed:
            raise ModelError(f"{path} was changed: its SHA-256 is {found}, needed is {needed}; {REMEDY}.")

    @property
    def pieces(self) -> WordPieces:
        """The model's word pieces."""
        return self._open().pieces

    def encode(self, words: Words, start: int, end: int) -> dict[str, Any]:
        """Every head's output for the window of the words from `start` to `end`, by name: arrays [end - start, …]."""
        opened = self._open()
        batch = make_batch([(words, start, end)])
        feeds = {"pieces": batch.pieces, "cases": batch.cases, "spacings": batch.spacings, "firsts": batch.firsts}
        return {name: x[0] for name, x in zip(opened.outputs, opened.encoder.run(None, feeds), strict=True)}

    def label(self, words: Any, heads: Any) -> Integers:
        """The best label of each arc, [arcs], from the vectors [arcs, width] of its two ends, alike for a root."""
        labels: Integers = self._open().labels.run(None, {"words": words, "heads": heads})[0]
        return labels


@dataclass(frozen=True, slots=True)
class _Opened:
    """What belongs to one process."""

    process: int
    encoder: Any
    labels: Any
    pieces: WordPieces
    outputs: tuple[str, ...]
