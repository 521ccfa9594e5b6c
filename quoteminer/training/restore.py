"""The network of an exported model folder, to train on from: the inverse of `export`, as far as 8 bits keep it."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import numpy
import onnx
import torch
from onnx import numpy_helper

from quoteminer.pipeline.session import FILES, read_config
from quoteminer.training.export import SCORED
from quoteminer.training.model import LAYERS, Network

ENCODER, LABELS, _ = FILES
_SMOOTHING = re.compile(r"/(?P<module>.+/smooth_\w+)/Mul")
_MATRIX = re.compile(r"/(?P<module>.+)/MatMul(_quant)?")
Arrays = dict[str, Any]


def restore(network: Network, folder: Path, classes: dict[str, list[str]]) -> None:
    """Set a network's weights to those of an exported model.

    An export keeps the style of names of one corpus; the network's other styles start from that one, too.

    Args:
        network: the network, of the exported one's sizes.
        folder: the model folder, with 8-bit weights.
        classes: the classes that the network is to tell apart, by layer.

    Raises:
        ModelError: the folder holds no whole model.
        ValueError: the model has other classes, other sizes or no 8-bit weights.
    """
    for layer, names in read_config(folder).classes.items():
        if names != classes[layer]:
            raise ValueError(f"{folder} has other classes of {layer!r} than the corpora; train from the start instead")
    arrays, matrices = _read(folder / ENCODER)
    label_arrays, label_matrices = _read(folder / LABELS)
    found = {name.removeprefix("network."): x for name, x in arrays.items() if name.startswith("network.")}
    try:
        found["encoder.pieces.weight"] = arrays["pieces.table"] * arrays["pieces.scales"]
        for i in range(LAYERS):
            layer = f"encoder.layers.{i}"
            here, whole = f"layers.{i}", f"{layer}.query_key_value"
            found[f"{layer}.attended.weight"] = matrices[f"layers/{here}/attended"].T
            parts = ("query", "key", "value")
            found[f"{whole}.weight"] = numpy.concatenate([matrices[f"layers/{here}/{part}"].T for part in parts])
            found[f"{whole}.bias"] = numpy.concatenate([arrays[f"{here}.{part}.bias"] for part in parts])
            for part in ("inner", "outer"):
                found[f"{layer}.{part}.weight"] = matrices[f"layers/{here}/{part}"].T
                found[f"{layer}.{part}.bias"] = arrays[f"{here}.{part}.bias"]
            for part, name in (("query_key_value", "input"), ("inner", "inner"), ("outer", "outer")):
                weight = found[f"{layer}.{part}.weight"]
                inverse = matrices.get(f"layers/{here}/smooth_{name}", numpy.ones(weight.shape[1], numpy.float32))
                found[f"{layer}.{part}.weight"] = weight * inverse
                found[f"{layer}.{part}.smoothing"] = 1 / inverse
        ends = numpy.cumsum([getattr(network, name).out_features for name in SCORED])[:-1]
        for part, whole in (("weight", matrices["scored"].T), ("bias", arrays["scored.bias"])):
            found |= {f"{n}.{part}": x for n, x in zip(SCORED, numpy.split(whole, ends), strict=True)}
        for name in ("kind", "name"):
            found |= {f"{name}.{i}.weight": matrices[f"{name}/{name}.{i}"].T for i in (0, 2)}
        found["style.weight"] = numpy.broadcast_to(arrays["style"], network.style.weight.shape)
        pairs = {"arc": "arc", **{f"pointers.{name}": name for name in network.pointers}}
        for ours, name in pairs.items():
            found |= {f"{ours}.{end}.weight": matrices[f"{name}/{end}"].T for end in ("dependent", "head")}
            found[f"{ours}.weight"] = matrices[name][None]
        found |= {f"label.{end}.weight": label_matrices[f"label/{end}"].T for end in ("dependent", "head")}
        width = len(label_matrices["label"])
        found["label.weight"] = label_matrices["label"].reshape(width, -1, width).transpose(1, 0, 2)
        found |= {name: x for name, x in label_arrays.items() if name == "root" or name.startswith("label.")}
    except KeyError as error:
        raise ValueError(f"{folder} has no 8-bit weights of {error}; give the folder of a shipped model") from None
    try:
        network.load_state_dict({name: torch.tensor(x) for name, x in found.items()})
    except RuntimeError as error:
        raise ValueError(f"the model in {folder} is of another shape: {error}") from None


def blend(network: Network, folder: Path, classes: dict[str, list[str]], share: float) -> None:
    """Average a trained network's weights with those of the exported model that its training started from.

    What it has learnt anew and what it knew before are both kept for the most part (Wortsman et al. 2022).

    Args:
        network: the trained network; `share` of each of its weights is kept, the rest is the model's.
        folder: the model folder.
        classes: as for `restore`, which raises the same errors.
        share: 1 keeps the network as it is, 0 gives the model back.
    """
    before = Network(network.sizes)
    restore(before, folder, classes)
    with torch.no_grad():
        for own, other in zip(network.parameters(), before.parameters(), strict=True):
            own.lerp_(other, 1 - share)


def _read(path: Path) -> tuple[Arrays, Arrays]:
    """A graph's arrays by name; what modules multiply by, by path: matrices of 8 and 16 bits as floats, smoothing.

    Arrays that are alike stand in a graph once, under one of their names.
    """
    graph = onnx.load(str(path)).graph
    arrays = {x.name: numpy_helper.to_array(x) for x in graph.initializer}
    matrices = {}
    for node in graph.node:
        match = _MATRIX.fullmatch(node.name)
        if node.op_type == "MatMulInteger" and match:
            name = node.input[1].removesuffix("_quantized")
            matrices[match["module"]] = arrays[f"{name}_quantized"].astype(numpy.float32) * arrays[f"{name}_scale"]
        half = arrays.get(node.input[1].removesuffix("_single")) if node.op_type == "MatMul" else None
        if match and half is not None and half.dtype == numpy.float16:
            matrices[match["module"]] = half.astype(numpy.float32)
        smoothing = _SMOOTHING.fullmatch(node.name)
        if smoothing:
            matrices.update((smoothing["module"], arrays[name]) for name in node.input if name in arrays)
    return arrays, matrices
