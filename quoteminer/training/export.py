"""From trained weights to the files that the package ships: ONNX graphs with 8-bit weights, vocabulary, configuration."""

from __future__ import annotations

import json
import shutil
import tempfile
from pathlib import Path
from typing import Any

import onnx
import torch
from onnxruntime.quantization import QuantType, quantize_dynamic
from onnxruntime.quantization.shape_inference import quant_pre_process
from safetensors.torch import load_file
from torch import Tensor, nn

from quoteminer.pipeline.session import FILES, write_config
from quoteminer.training.model import POINTERS, Network, Sizes

ENCODER, LABELS, TOKENIZER = FILES
OPSET = 17
HEADS = ("tag", "pos", "morph", "lemma", "start", "cue", "kind", "name", "arc")
CHOSEN = ("tag", "pos", "morph", "lemma")


class EncoderGraph(nn.Module):
    """The network as it runs over text: classes chosen, names as log-probabilities in the project's own style."""

    def __init__(self, network: Network, corpus: int) -> None:
        super().__init__()
        self.network = network
        self.register_buffer("corpus", torch.tensor([corpus]))

    def forward(self, pieces: Tensor, cases: Tensor, spacings: Tensor, firsts: Tensor) -> tuple[Tensor, ...]:
        words = self.network.words(pieces, cases, spacings, firsts)
        scores = self.network(words, self.corpus.expand(pieces.shape[0]))
        scores["start"] = scores["start"][..., 1] - scores["start"][..., 0]
        scores["cue"] = scores["cue"][..., 1] - scores["cue"][..., 0]
        scores["name"] = scores["name"].log_softmax(-1)
        for name in CHOSEN:
            scores[name] = scores[name].argmax(-1)
        return (words, *(scores[name] for name in (*HEADS, *POINTERS)))


class LabelGraph(nn.Module):
    """The best label of each arc, from the vectors of its ends."""

    def __init__(self, network: Network) -> None:
        super().__init__()
        self.root, self.label = network.root, network.label

    def forward(self, words: Tensor, heads: Tensor) -> Tensor:
        same = (words == heads).all(-1, keepdim=True)
        heads = torch.where(same, self.root, heads)
        return self.label(words.unsqueeze(0), heads.unsqueeze(0))[0].argmax(-1)


def load_network(work: Path) -> tuple[Network, dict[str, Any]]:
    """The averaged network of a training run, and its classes and corpora."""
    network = Network(Sizes(**json.loads((work / "sizes.json").read_text(encoding="utf8"))))
    network.load_state_dict(load_file(work / "average.safetensors"))
    network.eval()
    return network, json.loads((work / "classes.json").read_text(encoding="utf8"))


def export(work: Path, tokenizer: Path, output: Path, meta: dict[str, Any], *, quantize: bool = True) -> None:
    """Write the model folder `output` from the training run in `work`."""
    network, known = load_network(work)
    output.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as scratch:
        plain = Path(scratch) / ENCODER
        ones = torch.ones(2, 5, dtype=torch.int64)
        words = {0: "windows", 1: "words"}
        names = ("words", *HEADS, *POINTERS)
        torch.onnx.export(
            EncoderGraph(network, known["corpora"]["wikinews"]),
            (ones * 200, ones, ones, torch.arange(3).expand(2, 3).contiguous()),
            plain,
            input_names=["pieces", "cases", "spacings", "firsts"],
            output_names=list(names),
            dynamic_axes={
                **{name: {0: "windows", 1: "pieces"} for name in ("pieces", "cases", "spacings")},
                "firsts": words,
                **{name: words for name in names},
                **{name: {**words, 2: "heads"} for name in ("arc", *POINTERS)},
            },
            opset_version=OPSET,
            dynamo=False,
        )
        _finish(plain, output / ENCODER, quantize)
        plain = Path(scratch) / LABELS
        torch.onnx.export(
            LabelGraph(network),
            (torch.randn(3, 384), torch.randn(3, 384)),
            plain,
            input_names=["words", "heads"],
            output_names=["labels"],
            dynamic_axes={name: {0: "arcs"} for name in ("words", "heads", "labels")},
            opset_version=OPSET,
            dynamo=False,
        )
        _finish(plain, output / LABELS, quantize)
    shutil.copyfile(tokenizer, output / TOKENIZER)
    write_config(output, known["classes"], longest=200, context=40, meta=meta)


def _finish(plain: Path, target: Path, quantize: bool) -> None:
    onnx.checker.check_model(str(plain))
    if not quantize:
        shutil.copyfile(plain, target)
        return
    prepared = plain.with_suffix(".prepared.onnx")
    quant_pre_process(str(plain), str(prepared), skip_symbolic_shape=True)
    quantize_dynamic(
        str(prepared),
        str(target),
        weight_type=QuantType.QInt8,
        per_channel=True,
        op_types_to_quantize=["MatMul", "Gather", "Gemm"],
    )
