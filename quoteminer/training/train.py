"""Multi-task training over corpora that each have only some layers: seeded, resumable, on a CPU or a GPU."""

from __future__ import annotations

import json
import math
import random
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import save_file
from torch import Tensor, nn
from torch.nn import functional

from quoteminer.pipeline.features import Words
from quoteminer.training.examples import (
    UNKNOWN,
    Example,
    TrainingBatch,
    alter_typography,
    cut_windows,
    make_training_batch,
)
from quoteminer.training.model import POINTERS, Network
from quoteminer.training.renaming import Renamer

LAYER_WEIGHTS = {
    "tag": 0.5,
    "pos": 0.25,
    "morph": 0.25,
    "start": 0.8,
    "arc": 1.0,
    "label": 0.7,
    "name": 1.0,
    "cue": 0.3,
    "kind": 0.3,
}
PROGRESS = "progress.json"
POINTER_WEIGHTS = {"mention": 0.3, "speaker": 0.5, "antecedent": 0.5}


@dataclass(frozen=True)
class Settings:
    """What a training run depends on besides its data.

    From the share `quantize_from` of the words on, the network computes with the 8-bit integers of its export.
    """

    words: int = 9_000_000
    pieces_per_batch: int = 3000
    longest_window: int = 200
    encoder_rate: float = 1.2e-4
    head_rate: float = 1e-3
    warm_up: float = 0.05
    average: float = 0.998
    quantize_from: float = 0.7
    seed: int = 1

    def scaled(self, rate: float) -> Settings:
        """The same with the learning rates times `rate`."""
        return replace(self, encoder_rate=self.encoder_rate * rate, head_rate=self.head_rate * rate)


def sample_windows(
    examples: Sequence[Example], shares: Mapping[str, float], settings: Settings, epoch: int
) -> list[tuple[Example, int, int]]:
    """One epoch's windows: of each corpus `shares` of its documents (2.0: all of them twice), newly cut."""
    rng = random.Random(settings.seed * 1000 + epoch)
    windows: list[tuple[Example, int, int]] = []
    for example in examples:
        share = shares.get(example.corpus, 1.0)
        for _ in range(int(share) + (rng.random() < share % 1)):
            windows.extend((example, a, b) for a, b in cut_windows(example, settings.longest_window, rng))
    rng.shuffle(windows)
    return windows


def make_batches(
    windows: Sequence[tuple[Example, int, int]], pieces_per_batch: int, rng: random.Random
) -> list[list[tuple[Example, int, int]]]:
    """Windows of like length together, about `pieces_per_batch` pieces a batch, the batches in random order."""

    def pieces(window: tuple[Example, int, int]) -> int:
        example, start, end = window
        return int(example.words.offsets[end] - example.words.offsets[start]) + 2

    batches: list[list[tuple[Example, int, int]]] = []
    pool = 400
    for low in range(0, len(windows), pool):
        batch: list[tuple[Example, int, int]] = []
        widest = 0
        for window in sorted(windows[low : low + pool], key=pieces):
            widest = max(widest, pieces(window))
            if batch and widest * (len(batch) + 1) > pieces_per_batch:
                batches.append(batch)
                batch, widest = [], pieces(window)
            batch.append(window)
        if batch:
            batches.append(batch)
    rng.shuffle(batches)
    return batches


def losses(network: Network, batch: TrainingBatch, device: str) -> dict[str, Tensor]:
    """Each layer's mean loss over the words that have it; layers that no word of the batch has are left out."""
    given = batch.inputs
    pieces, cases, spacings, firsts = (
        torch.from_numpy(x).to(device) for x in (given.pieces, given.cases, given.spacings, given.firsts)
    )
    targets = {k: torch.from_numpy(v).to(device) for k, v in batch.layers.items()}
    corpora = torch.from_numpy(batch.corpora).to(device)
    with torch.autocast(device, torch.bfloat16):
        words = network.words(pieces, cases, spacings, firsts)
        scores = network(words, corpora)
        arcs = targets["arc"]
        if (targets["label"] != UNKNOWN).any():
            scores["label"] = network.label_scores(words, arcs.clamp(min=0))
            targets["label"] = torch.where(arcs == UNKNOWN, UNKNOWN, targets["label"])
    absent = torch.arange(firsts.shape[1], device=device) >= torch.from_numpy(given.lengths).to(device)[:, None]
    absent = functional.pad(absent, (1, 0))[:, None, :]
    for name in ("arc", *POINTERS):
        scores[name] = scores[name].float().masked_fill(absent, -1e4)
    found = {}
    for layer in LAYER_WEIGHTS:
        if layer in scores and (targets[layer] != UNKNOWN).any():
            flat = scores[layer].float().flatten(0, 1)
            found[layer] = functional.cross_entropy(flat, targets[layer].flatten(), ignore_index=UNKNOWN)
    for name, rows in batch.pointers.items():
        table = scores[name][[row for row, _, _ in rows], [word for _, word, _ in rows]].log_softmax(-1)
        away = torch.ones(table.shape, dtype=torch.bool)
        for number, (_, _, goal) in enumerate(rows):
            away[number, list(goal)] = False
        found[name] = -table.masked_fill(away.to(device), -math.inf).logsumexp(-1).mean()
    return found


@dataclass(frozen=True)
class Altering:
    """Gives the words of a window of an example as another outlet might have set them, about other people."""

    rng: random.Random
    renamer: Renamer | None

    def __call__(self, example: Example, start: int, end: int) -> Words:
        """The words from `start` to `end`."""
        words, names = example.words.part(start, end), example.layers.get("name")
        if self.renamer is not None and names is not None:
            words = self.renamer.rename(words, names[start:end], self.rng)
        return alter_typography(words, self.rng)


class Average:
    """A running average of the network's weights, which is what is measured and shipped."""

    def __init__(self, network: nn.Module, rate: float) -> None:
        self.rate = rate
        self.weights = {name: weight.detach().clone() for name, weight in network.state_dict().items()}

    @torch.no_grad()
    def update(self, network: nn.Module, step: int) -> None:
        """Move towards the network's weights; faster in the first steps."""
        rate = min(self.rate, (1 + step) / (10 + step))
        own, new = zip(
            *((self.weights[name], weight.detach()) for name, weight in network.state_dict().items()), strict=True
        )
        torch._foreach_lerp_(list(own), list(new), 1 - rate)
        for name, buffer in network.named_buffers():
            self.weights[name].copy_(buffer)


def train(
    network: Network,
    examples: Sequence[Example],
    shares: Mapping[str, float],
    corpora: Mapping[str, int],
    settings: Settings,
    folder: Path,
    device: str = "cpu",
    report: Callable[[str], None] = print,
    save_every: float = 300.0,
    renamer: Renamer | None = None,
) -> None:
    """Train until `settings.words` words have been seen.

    A run that was stopped goes on where its state was last saved and ends with the weights of an unbroken one: what
    is drawn at random depends on the seed and the number of the step alone.

    Args:
        network: the network, with the weights to start from.
        examples: the documents.
        shares: how often an epoch reads the documents of a corpus; 1.0 where it is not named.
        corpora: the number of each corpus.
        settings: lengths, rates and the seed.
        folder: where `average.safetensors`, `progress.json` and the state to resume from are written.
        device: "cpu" or "cuda".
        report: is told how the losses fall, every 50 steps.
        save_every: seconds between two savings.
        renamer: gives the persons in a part of the windows other names; None leaves them theirs.

    Raises:
        ValueError: the examples hold nothing to train on.
    """
    network.to(device)
    encoder = list(network.encoder.parameters())
    known = {id(p) for p in encoder}
    heads = [p for p in network.parameters() if id(p) not in known]
    groups = [{"params": encoder, "lr": settings.encoder_rate}, {"params": heads, "lr": settings.head_rate}]
    optimizer = torch.optim.AdamW(groups, weight_decay=0.01, fused=True)

    def rate(done: float) -> float:
        return min(1.0, done / settings.warm_up) * max(
            0.0, (1 - done) / (1 - settings.warm_up) if done > settings.warm_up else 1
        )

    peaks = [group["lr"] for group in optimizer.param_groups]
    average = Average(network, settings.average)
    progress = {"epoch": 0, "batch": 0, "words": 0, "step": 0, "smoothed": 0}
    state_path = folder / "state.pt"
    if state_path.exists():
        state = torch.load(state_path, weights_only=True, map_location=device)
        network.load_state_dict(state["network"])
        optimizer.load_state_dict(state["optimizer"])
        average.weights, progress = state["average"], state["progress"]
        report(f"resumed at {progress['words']:,} words")
    began, began_words, saved = time.monotonic(), progress["words"], time.monotonic()
    smooth: dict[str, float] = {}
    network.train()
    while progress["words"] < settings.words:
        rng = random.Random(settings.seed * 77 + progress["epoch"])
        windows = sample_windows(examples, shares, settings, progress["epoch"])
        batches = make_batches(windows, settings.pieces_per_batch, rng)
        if not batches:
            raise ValueError("there is nothing to train on: no example, or every corpus has the share 0")
        for batch_windows in batches[progress["batch"] :]:
            step_seed = settings.seed * 1_000_003 + progress["step"]
            torch.manual_seed(step_seed)
            alter = Altering(random.Random(step_seed), renamer)
            batch = make_training_batch(batch_windows, corpora, tuple(LAYER_WEIGHTS), alter)
            quantized = progress["words"] >= settings.quantize_from * settings.words
            if quantized and not progress["smoothed"]:
                given = (batch.inputs.pieces, batch.inputs.cases, batch.inputs.spacings)
                network.smooth(*(torch.from_numpy(x).to(device) for x in given))
                progress["smoothed"] = 1
            network.quantize(quantized)
            for group, peak in zip(optimizer.param_groups, peaks, strict=True):
                group["lr"] = peak * rate(progress["words"] / settings.words)
            found = losses(network, batch, device)
            weights = LAYER_WEIGHTS | POINTER_WEIGHTS
            total: Any = torch.stack([loss * weights[name] for name, loss in found.items()]).sum()
            optimizer.zero_grad()
            total.backward()
            nn.utils.clip_grad_norm_(network.parameters(), 2.0)
            optimizer.step()
            progress["step"] += 1
            progress["batch"] += 1
            progress["words"] += int(batch.inputs.lengths.sum())
            average.update(network, progress["step"])
            for name, loss in found.items():
                smooth[name] = 0.98 * smooth.get(name, loss.item()) + 0.02 * loss.item()
            if progress["step"] % 50 == 0:
                speed = (progress["words"] - began_words) / (time.monotonic() - began)
                shown = " ".join(f"{name} {value:.3f}" for name, value in smooth.items())
                report(f"{progress['words']:,} words, {speed:,.0f}/s: {shown}")
            if progress["words"] >= settings.words:
                break
            if time.monotonic() - saved > save_every:
                save(network, optimizer, average, progress, folder)
                saved = time.monotonic()
        else:
            progress["epoch"] += 1
            progress["batch"] = 0
    save(network, optimizer, average, progress, folder)
    report(f"done in {time.monotonic() - began:,.0f} s")


def save(
    network: Network, optimizer: torch.optim.Optimizer, average: Average, progress: dict[str, int], folder: Path
) -> None:
    """Write the averaged weights and the state to resume from, each in one step."""
    new = folder / "average.new"
    save_file({k: v.contiguous() for k, v in average.weights.items()}, new)
    new.replace(folder / "average.safetensors")
    new = folder / "state.new"
    state = {"network": network.state_dict(), "optimizer": optimizer.state_dict(), "average": average.weights}
    torch.save({**state, "progress": progress}, new)
    new.replace(folder / "state.pt")
    (folder / PROGRESS).write_text(json.dumps(progress), encoding="utf8")


def write_sizes(network: Network, folder: Path) -> None:
    """Keep the network's sizes beside its weights."""
    (folder / "sizes.json").write_text(json.dumps(asdict(network.sizes)), encoding="utf8")
