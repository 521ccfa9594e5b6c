"""From trained weights to the files of the package: ONNX graphs with 8-bit weights, vocabulary, configuration."""

from __future__ import annotations

import json
import shutil
import tempfile
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

import numpy
import onnx
import torch
from onnx import TensorProto, helper, numpy_helper
from onnxruntime.quantization import QuantType, quantize_dynamic
from onnxruntime.quantization.shape_inference import quant_pre_process
from safetensors.torch import load_file
from torch import Tensor, nn
from torch.nn import functional

from quoteminer.pipeline.session import FILES, write_config
from quoteminer.training.model import (
    ATTENTION_HEADS,
    EXACT_LAYERS,
    POINTERS,
    WIDTH,
    Layer,
    Network,
    Sizes,
    SmoothLinear,
)

ENCODER, LABELS, TOKENIZER = FILES
OPSET = 17
SCORED = ("tag", "pos", "morph", "start", "cue")
CHOSEN = ("tag", "pos", "morph")
OUTPUTS = ("words", *SCORED, "kind", "name", "arc", *POINTERS)
LONGEST, CONTEXT = 200, 24


class Attention(torch.autograd.Function):
    """Attention over one window, which is never padded: onnxruntime's own operator in the graph."""

    @staticmethod
    def forward(ctx: Any, query: Tensor, key: Tensor, value: Tensor) -> Tensor:
        """Mix the values [1, pieces, width] by the queries' likeness to the keys."""
        shape = (1, -1, ATTENTION_HEADS, WIDTH // ATTENTION_HEADS)
        query, key, value = (x.view(shape).transpose(1, 2) for x in (query, key, value))
        return functional.scaled_dot_product_attention(query, key, value).transpose(1, 2).reshape(1, -1, WIDTH)

    @staticmethod
    def symbolic(g: Any, query: Any, key: Any, value: Any) -> Any:
        """The operator that stands for it."""
        mixed = g.op("com.microsoft::MultiHeadAttention", query, key, value, num_heads_i=ATTENTION_HEADS)
        return mixed.setType(query.type())


class PieceVectors(nn.Module):
    """The table of the pieces' vectors with 8 bits a number and one scale a piece."""

    scales: Tensor
    table: Tensor

    def __init__(self, weight: Tensor) -> None:
        super().__init__()
        scales = (weight.abs().amax(1, keepdim=True) / 127).clamp(min=1e-8)
        self.register_buffer("scales", scales)
        self.register_buffer("table", (weight / scales).round().to(torch.int8))

    def forward(self, pieces: Tensor) -> Tensor:
        """Vectors [1, pieces, width]."""
        return functional.embedding(pieces, self.table).float() * functional.embedding(pieces, self.scales)


class Smoothing(nn.Module):
    """What smooths a map's inputs, as a product with a constant; the map's weights take it back."""

    inverse: Tensor

    def __init__(self, linear: SmoothLinear) -> None:
        super().__init__()
        self.register_buffer("inverse", 1 / linear.smoothing)

    def forward(self, x: Tensor) -> Tensor:
        """Vectors [1, pieces, inputs]."""
        return x * self.inverse


class UnpaddedLayer(nn.Module):
    """A layer of the encoder over one window: queries, keys and values are three maps, so that nothing is copied."""

    def __init__(self, layer: Layer) -> None:
        super().__init__()
        whole, self.attended = layer.query_key_value, layer.attended
        self.norm_attended, self.norm_outer = layer.norm_attended, layer.norm_outer
        parts = zip((whole.weight * whole.smoothing).chunk(3), whole.bias.chunk(3), strict=True)
        self.query, self.key, self.value = (_linear(weight.detach(), bias.detach()) for weight, bias in parts)
        self.inner, self.outer = (
            _linear((x.weight * x.smoothing).detach(), x.bias.detach()) for x in (layer.inner, layer.outer)
        )
        self.smooth_input, self.smooth_inner, self.smooth_outer = (
            Smoothing(x) if (x.smoothing != 1).any() else nn.Identity() for x in (whole, layer.inner, layer.outer)
        )

    def forward(self, x: Tensor) -> Tensor:
        """Vectors [1, pieces, width]."""
        attend = cast("Callable[..., Tensor]", Attention.apply)
        smooth = self.smooth_input(x)
        x = self.norm_attended(x + self.attended(attend(self.query(smooth), self.key(smooth), self.value(smooth))))
        inner = self.smooth_outer(functional.gelu(self.inner(self.smooth_inner(x))))
        result: Tensor = self.norm_outer(x + self.outer(inner))
        return result


class EncoderGraph(nn.Module):
    """The network as it runs over one window: classes chosen, names as log-probabilities in the project's own style.

    The heads that end in a choice are one linear map here, which is quicker.
    """

    style: Tensor

    def __init__(self, network: Network, corpus: int, quantize: bool) -> None:
        super().__init__()
        self.network = network
        self.pieces = PieceVectors(network.encoder.pieces.weight.detach()) if quantize else network.encoder.pieces
        self.layers = nn.Sequential(*(UnpaddedLayer(cast("Layer", layer)) for layer in network.encoder.layers))
        heads = [getattr(network, name) for name in SCORED]
        self.sizes = [head.out_features for head in heads]
        self.scored = _linear(
            torch.cat([x.weight.detach() for x in heads]), torch.cat([x.bias.detach() for x in heads])
        )
        self.register_buffer("style", network.style.weight.detach()[corpus].clone())

    def forward(self, pieces: Tensor, cases: Tensor, spacings: Tensor, firsts: Tensor) -> tuple[Tensor, ...]:
        """The outputs of `OUTPUTS`, in that order, each [1, words, …]."""
        network, encoder = self.network, self.network.encoder
        positions = torch.arange(pieces.shape[1])
        x = self.pieces(pieces) + encoder.positions(positions) + encoder.cases(cases) + encoder.spacings(spacings)
        words = self.layers(encoder.norm(x))[:, firsts[0]]
        heads = network.with_root(words)
        scores = dict(zip(SCORED, self.scored(words).split(self.sizes, -1), strict=True))
        scores["start"] = scores["start"][..., 1] - scores["start"][..., 0]
        scores["cue"] = scores["cue"][..., 1] - scores["cue"][..., 0]
        for name in CHOSEN:
            scores[name] = scores[name].argmax(-1)
        scores["words"] = words
        scores["kind"] = network.kind(words)
        scores["name"] = network.name(words + self.style).log_softmax(-1)
        scores["arc"] = network.arc(words, heads)
        scores.update({name: pointer(words, heads) for name, pointer in network.pointers.items()})
        return tuple(scores[name] for name in OUTPUTS)


class LabelGraph(nn.Module):
    """The best label of each arc, from the vectors of its ends."""

    def __init__(self, network: Network) -> None:
        super().__init__()
        self.root, self.label = network.root, network.label

    def forward(self, words: Tensor, heads: Tensor) -> Tensor:
        """Labels [arcs]; the ends of a root's arc are alike."""
        # Two words' vectors that begin alike are one word's.
        same = (words[:, :8] == heads[:, :8]).all(-1, keepdim=True)
        heads = torch.where(same, self.root, heads)
        labels: Tensor = self.label(words.unsqueeze(0), heads.unsqueeze(0))[0].argmax(-1)
        return labels


def _linear(weight: Tensor, bias: Tensor) -> nn.Linear:
    linear = nn.Linear(weight.shape[1], weight.shape[0])
    linear.weight, linear.bias = nn.Parameter(weight.clone()), nn.Parameter(bias.clone())
    return linear


def load_network(work: Path) -> tuple[Network, dict[str, Any]]:
    """The averaged network of a training run, and its classes and corpora."""
    network = Network(Sizes(**json.loads((work / "sizes.json").read_text(encoding="utf8"))))
    network.load_state_dict(load_file(work / "average.safetensors"))
    network.eval()
    return network, json.loads((work / "classes.json").read_text(encoding="utf8"))


def export(
    work: Path,
    tokenizer: Path,
    output: Path,
    meta: dict[str, Any],
    *,
    quantize: bool = True,
    alter: Callable[[Network, dict[str, list[str]]], None] | None = None,
) -> None:
    """Write the model folder `output` from the training run in `work`.

    Args:
        work: the folder of the run: averaged weights, sizes, classes.
        tokenizer: the `tokenizer.json` of the vocabulary.
        output: the folder to write; its configuration is written last.
        meta: how the model was made, kept in its configuration.
        quantize: whether weights get 8 bits; without, the folder is four times the size and serves to compare.
        alter: is given the network and its classes before it is written.
    """
    network, known = load_network(work)
    if alter is not None:
        alter(network, known["classes"])
    output.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as scratch:
        ones = torch.ones(1, 5, dtype=torch.int64)
        axes: dict[str, dict[int, str]] = {key: {1: "pieces"} for key in ("pieces", "cases", "spacings")}
        axes |= {key: {1: "words"} for key in ("firsts", *OUTPUTS)}
        axes |= {key: {1: "words", 2: "heads"} for key in ("arc", *POINTERS)}
        plain = Path(scratch) / ENCODER
        inputs = {"pieces": ones, "cases": ones, "spacings": ones, "firsts": torch.arange(3).unsqueeze(0)}
        _write_graph(EncoderGraph(network, known["corpora"]["wikinews"], quantize), inputs, OUTPUTS, axes, plain)
        _finish(plain, output / ENCODER, quantize)
        plain = Path(scratch) / LABELS
        arcs = {name: torch.randn(3, WIDTH) for name in ("words", "heads")}
        _write_graph(LabelGraph(network), arcs, ("labels",), {key: {0: "arcs"} for key in (*arcs, "labels")}, plain)
        _finish(plain, output / LABELS, quantize)
    shutil.copyfile(tokenizer, output / TOKENIZER)
    write_config(output, known["classes"], known["lemmas"], longest=LONGEST, context=CONTEXT, meta=meta)


def _write_graph(
    graph: nn.Module, inputs: dict[str, Tensor], outputs: tuple[str, ...], axes: dict[str, dict[int, str]], target: Path
) -> None:
    graph.eval()
    with warnings.catch_warnings():
        # The exporter that records operators is the one that takes an operator of onnxruntime's; it warns of its age.
        warnings.simplefilter("ignore")
        torch.onnx.export(
            graph,
            tuple(inputs.values()),
            str(target),
            input_names=list(inputs),
            output_names=list(outputs),
            dynamic_axes=axes,
            opset_version=OPSET,
            custom_opsets={"com.microsoft": 1} if isinstance(graph, EncoderGraph) else None,
            dynamo=False,
        )
    onnx.checker.check_model(str(target))


def _finish(plain: Path, target: Path, quantize: bool) -> None:
    """Move a graph to its place, its matrices turned into integers of 8 bits with one scale a column.

    Those of the first layers of the encoder get 16 bits.
    """
    new = target.with_suffix(".new")
    if quantize:
        prepared = plain.with_suffix(".prepared.onnx")
        quant_pre_process(str(plain), str(prepared), skip_symbolic_shape=True)
        exact = tuple(f"/layers/layers.{i}/" for i in range(EXACT_LAYERS))
        names = [node.name for node in onnx.load(str(prepared)).graph.node if node.name.startswith(exact)]
        quantize_dynamic(
            str(prepared),
            str(new),
            weight_type=QuantType.QInt8,
            per_channel=True,
            op_types_to_quantize=["MatMul", "Gemm"],
            nodes_to_exclude=names,
        )
        _halve(new, frozenset(names))
    else:
        shutil.copyfile(plain, new)
    new.replace(target)


def _halve(path: Path, names: frozenset[str]) -> None:
    """Give the matrices that some nodes multiply by 16 bits; onnxruntime widens them when it opens the graph."""
    model = onnx.load(str(path))
    graph = model.graph
    initializers = {x.name: x for x in graph.initializer}
    casts = []
    for node in graph.node:
        if node.op_type == "MatMul" and node.name in names and (found := initializers.get(node.input[1])):
            half = numpy_helper.to_array(found).astype(numpy.float16)
            found.CopyFrom(numpy_helper.from_array(half, found.name))
            node.input[1] = f"{found.name}_single"
            casts.append(helper.make_node("Cast", [found.name], [node.input[1]], to=TensorProto.FLOAT))
    for cast_node in reversed(casts):
        graph.node.insert(0, cast_node)
    onnx.save(model, str(path))
