"""The multi-task network of the shipped pipeline: a small BERT encoder with one head for each layer of annotation.

The encoder has MiniLM's shape (Wang et al. 2020, 6 layers of width 384); the parser's scores are biaffine (Dozat and
Manning 2017). Written out here, in plain torch, so that its export to ONNX holds only what inference needs.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import torch
from safetensors.torch import load_file
from torch import Tensor, nn
from torch.nn import functional

WIDTH, LAYERS, ATTENTION_HEADS, INNER, MAX_PIECES = 384, 6, 12, 1536, 512
CASES, SPACINGS = 8, 4
ARC_WIDTH, LABEL_WIDTH, POINTER_WIDTH, HIDDEN = 256, 96, 128, 192
POINTERS = ("mention", "speaker", "antecedent")
EXACT_LAYERS = 1  # the first layers keep 16 bits: all others pass on what rounding changes there
MIGRATION = 0.85  # how much of an outlier's size goes over to the weights


@dataclass(frozen=True)
class Sizes:
    """Number of classes of each head and of pieces in the vocabulary."""

    vocabulary: int
    tags: int
    pos: int
    morphs: int
    labels: int
    names: int
    kinds: int
    corpora: int


class Rounding(torch.autograd.Function):
    """What 8-bit integers give back of numbers, with one scale for each row of the first dimension.

    Matrices are rounded as the export keeps them, from -127 to 127; what is multiplied with them as onnxruntime's
    `DynamicQuantizeLinear` does, to 256 steps from the least to the most number: its zero point is a whole step, so
    that here, too, only the scale counts. Gradients pass straight through (Jacob et al. 2018).
    """

    @staticmethod
    def forward(ctx: Any, x: Tensor, symmetric: bool) -> Tensor:
        """Round `x`."""
        rows = x.flatten(1)
        least, most = rows.amin(1).float().clamp(max=0), rows.amax(1).float().clamp(min=0)
        scales = torch.maximum(most, -least) / 127 if symmetric else (most - least) / 255
        scales = scales.clamp(min=1e-8).view(-1, *(1 for _ in x.shape[1:]))
        return (x / scales).round_().mul_(scales).to(x.dtype)

    @staticmethod
    def backward(ctx: Any, gradient: Tensor) -> tuple[Tensor, None]:
        """The gradient of what was rounded."""
        return gradient, None


def round_rows(x: Tensor, *, symmetric: bool) -> Tensor:
    """`x` rounded to 8-bit integers, see `Rounding`."""
    rounded: Tensor = cast("Callable[..., Tensor]", Rounding.apply)(x, symmetric)
    return rounded


class Linear(nn.Linear):
    """A linear map; once `quantized` is set it computes with integers of 8 bits, as its export does."""

    quantized = False

    def forward(self, x: Tensor) -> Tensor:
        """Vectors [windows, …, inputs] to vectors [windows, …, outputs]."""
        if not self.quantized:
            return super().forward(x)
        x, weight = self.operands(x)
        return functional.linear(round_rows(x, symmetric=False), round_rows(weight, symmetric=True), self.bias)

    def operands(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """What is rounded: the inputs and the weights."""
        return x, self.weight


class SmoothLinear(Linear):
    """A linear map whose inputs are divided by `smoothing` [inputs] before they are rounded, its weights multiplied.

    A few of a transformer's activations are ten times the size of all others, and one scale for all of them leaves the
    others few steps; weights can take a part of that over (SmoothQuant, Xiao et al. 2023).
    """

    smoothing: Tensor

    def __init__(self, inputs: int, outputs: int) -> None:
        super().__init__(inputs, outputs)
        self.register_buffer("smoothing", torch.ones(inputs))

    def operands(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """What is rounded: the inputs without their outliers, and the weights that have taken these over."""
        return x / self.smoothing, self.weight * self.smoothing

    def smooth(self, most: Tensor) -> None:
        """Choose the factors from the greatest magnitude of each input, `most` [inputs]; only outliers are reduced.

        They are powers of two, which weights take and give back without loss.
        """
        weights = self.weight.detach().abs().amax(0).clamp(min=1e-4)
        factors = most.clamp(min=1e-3) ** MIGRATION / weights ** (1 - MIGRATION)
        self.smoothing.copy_((factors / factors.median()).clamp(min=1).log2().round().exp2())


class Layer(nn.Module):
    """One transformer layer, post-norm as in BERT."""

    def __init__(self, dropout: float) -> None:
        super().__init__()
        self.query_key_value = SmoothLinear(WIDTH, 3 * WIDTH)
        self.attended = Linear(WIDTH, WIDTH)
        self.norm_attended = nn.LayerNorm(WIDTH, eps=1e-12)
        self.inner = SmoothLinear(WIDTH, INNER)
        self.outer = SmoothLinear(INNER, WIDTH)
        self.norm_outer = nn.LayerNorm(WIDTH, eps=1e-12)
        self.dropout = nn.Dropout(dropout)

    def forward(self, x: Tensor, bias: Tensor) -> Tensor:
        """Vectors [batch, pieces, width]; `bias` [batch, 1, 1, pieces] is added to the scores of the attention."""
        batch, length, _ = x.shape
        shape = (batch, length, 3, ATTENTION_HEADS, WIDTH // ATTENTION_HEADS)
        query, key, value = self.query_key_value(x).view(shape).permute(2, 0, 3, 1, 4).unbind(0)
        mixed = functional.scaled_dot_product_attention(query, key, value, attn_mask=bias.to(query.dtype))
        mixed = mixed.transpose(1, 2).reshape(batch, length, WIDTH)
        x = self.norm_attended(x + self.attended(mixed))
        result: Tensor = self.norm_outer(x + self.dropout(self.outer(functional.gelu(self.inner(x)))))
        return result


class Encoder(nn.Module):
    """BERT with an embedding of the word's case and of the space before it added at the input."""

    quantized = False

    def __init__(self, vocabulary: int, dropout: float) -> None:
        super().__init__()
        self.pieces = nn.Embedding(vocabulary, WIDTH)
        self.positions = nn.Embedding(MAX_PIECES, WIDTH)
        self.cases = nn.Embedding(CASES, WIDTH)
        self.spacings = nn.Embedding(SPACINGS, WIDTH)
        nn.init.normal_(self.cases.weight, std=0.005)
        nn.init.normal_(self.spacings.weight, std=0.005)
        self.norm = nn.LayerNorm(WIDTH, eps=1e-12)
        self.dropout = nn.Dropout(dropout)
        self.layers = nn.ModuleList(Layer(dropout) for _ in range(LAYERS))

    def forward(self, pieces: Tensor, cases: Tensor, spacings: Tensor) -> Tensor:
        """Vectors [batch, pieces, width]; a piece 0 is padding."""
        positions = torch.arange(pieces.shape[1], device=pieces.device)
        vectors = self.pieces(pieces)
        if self.quantized:
            vectors = round_rows(vectors.flatten(0, 1), symmetric=True).view_as(vectors)
        embedded = vectors + self.positions(positions) + self.cases(cases) + self.spacings(spacings)
        x: Tensor = self.dropout(self.norm(embedded))
        bias = (pieces == 0).to(x.dtype)[:, None, None, :] * -1e4
        for layer in self.layers:
            x = layer(x, bias)
        return x

    def load_start(self, path: Path) -> None:
        """Start from the published sentence encoder's weights (Hugging Face's names for BERT's parts)."""
        source = load_file(path)
        own = self.state_dict()
        own["pieces.weight"] = source["embeddings.word_embeddings.weight"]
        own["positions.weight"] = (
            source["embeddings.position_embeddings.weight"] + source["embeddings.token_type_embeddings.weight"][0]
        )
        names = {
            "attended": "attention.output.dense",
            "norm_attended": "attention.output.LayerNorm",
            "inner": "intermediate.dense",
            "outer": "output.dense",
            "norm_outer": "output.LayerNorm",
        }
        for part in ("weight", "bias"):
            own[f"norm.{part}"] = source[f"embeddings.LayerNorm.{part}"]
            for i in range(LAYERS):
                theirs = f"encoder.layer.{i}"
                own[f"layers.{i}.query_key_value.{part}"] = torch.cat(
                    [source[f"{theirs}.attention.self.{x}.{part}"] for x in ("query", "key", "value")]
                )
                for ours, published in names.items():
                    own[f"layers.{i}.{ours}.{part}"] = source[f"{theirs}.{published}.{part}"]
        self.load_state_dict(own)


class Biaffine(nn.Module):
    """Scores of every (dependent, head) pair of words, for `outputs` relations; a bias column on both sides."""

    quantized = False

    def __init__(self, width: int, outputs: int) -> None:
        super().__init__()
        self.dependent = Linear(WIDTH, width)
        self.head = Linear(WIDTH, width)
        self.weight = nn.Parameter(torch.zeros(outputs, width + 1, width + 1))
        nn.init.normal_(self.weight, std=0.02)
        self.dropout = nn.Dropout(0.2)

    def project(self, dependents: Tensor, heads: Tensor) -> tuple[Tensor, Tensor]:
        """Both ends of the pairs in the space where they are compared, each with a constant 1 at its end."""
        dependents = self.dropout(functional.gelu(self.dependent(dependents)))
        heads = self.dropout(functional.gelu(self.head(heads)))
        return functional.pad(dependents, (0, 1), value=1.0), functional.pad(heads, (0, 1), value=1.0)

    def operands(self, dependents: Tensor) -> tuple[Tensor, Tensor]:
        """The dependents and the weights [outputs, width, width] that they are multiplied with."""
        if not self.quantized:
            return dependents, self.weight
        columns = self.weight.transpose(1, 2)
        columns = round_rows(columns.flatten(0, 1), symmetric=True).view_as(columns)
        return round_rows(dependents, symmetric=False), columns.transpose(1, 2)


class Arcs(Biaffine):
    """Scores [batch, words, heads] of every pair."""

    def __init__(self, width: int) -> None:
        super().__init__(width, 1)

    def forward(self, words: Tensor, heads: Tensor) -> Tensor:
        """Scores of `words` [batch, words, width] with `heads` [batch, heads, width]."""
        dependents, heads = self.project(words, heads)
        dependents, weight = self.operands(dependents)
        return (dependents @ weight[0]) @ heads.transpose(1, 2)


class ArcLabels(Biaffine):
    """Scores [batch, words, labels] of the labels of given arcs: `heads` holds each word's head's vector."""

    def forward(self, words: Tensor, heads: Tensor) -> Tensor:
        """Scores of the arcs from `words` to `heads`, both [batch, words, width]."""
        dependents, heads = self.project(words, heads)
        dependents, weight = self.operands(dependents)
        outputs, width, _ = weight.shape
        left = dependents @ weight.permute(1, 0, 2).reshape(width, outputs * width)
        left = left.view(*dependents.shape[:2], outputs, width)
        return (left @ heads.unsqueeze(-1)).squeeze(-1)


class Network(nn.Module):
    """Encoder and heads; `forward` gives every head's scores as a dictionary of tensors [batch, words, …]."""

    def __init__(self, sizes: Sizes, dropout: float = 0.1) -> None:
        super().__init__()
        self.sizes = sizes
        self.encoder = Encoder(sizes.vocabulary, dropout)
        self.dropout = nn.Dropout(0.2)
        self.root = nn.Parameter(torch.randn(WIDTH) * 0.02)
        self.tag = Linear(WIDTH, sizes.tags)
        self.pos = Linear(WIDTH, sizes.pos)
        self.morph = Linear(WIDTH, sizes.morphs)
        self.start = Linear(WIDTH, 2)
        self.cue = Linear(WIDTH, 2)
        self.kind = nn.Sequential(Linear(WIDTH, HIDDEN), nn.GELU(), Linear(HIDDEN, sizes.kinds))
        self.style = nn.Embedding(sizes.corpora, WIDTH)
        nn.init.normal_(self.style.weight, std=0.02)
        self.name = nn.Sequential(Linear(WIDTH, HIDDEN), nn.GELU(), Linear(HIDDEN, sizes.names))
        self.arc = Arcs(ARC_WIDTH)
        self.label = ArcLabels(LABEL_WIDTH, sizes.labels)
        self.pointers = nn.ModuleDict({name: Arcs(POINTER_WIDTH) for name in POINTERS})

    def quantize(self, quantized: bool = True) -> None:
        """From now on compute with the 8-bit integers of the export, so that training fits the weights to them."""
        exact = {module for layer in self.encoder.layers[:EXACT_LAYERS] for module in layer.modules()}
        for module in self.modules():
            if isinstance(module, (Linear, Encoder, Biaffine)) and module not in exact:
                module.quantized = quantized

    @torch.no_grad()
    def smooth(self, pieces: Tensor, cases: Tensor, spacings: Tensor) -> None:
        """Fit the smoothing of the encoder's maps to what they are given for some text; see `SmoothLinear`."""
        kept = pieces != 0

        def fit(module: nn.Module, given: tuple[Tensor]) -> None:
            cast("SmoothLinear", module).smooth(given[0][kept].abs().amax(0))

        rounded = [module for layer in self.encoder.layers[EXACT_LAYERS:] for module in layer.modules()]
        hooks = [module.register_forward_pre_hook(fit) for module in rounded if isinstance(module, SmoothLinear)]
        self.encoder(pieces, cases, spacings)
        for hook in hooks:
            hook.remove()

    def words(self, pieces: Tensor, cases: Tensor, spacings: Tensor, firsts: Tensor) -> Tensor:
        """Each word's vector, that of its first piece: [batch, words, width]."""
        encoded: Tensor = self.encoder(pieces, cases, spacings)
        return encoded.gather(1, firsts.unsqueeze(-1).expand(-1, -1, WIDTH))

    def with_root(self, words: Tensor) -> Tensor:
        """The words with the root's vector before them: [batch, 1 + words, width]."""
        return torch.cat([self.root.to(words.dtype).expand(words.shape[0], 1, -1), words], dim=1)

    def forward(self, words: Tensor, corpus: Tensor) -> dict[str, Tensor]:
        """Every head's scores of `words` [batch, words, width], names in the style of each row's corpus [batch]."""
        words = self.dropout(words)
        heads = self.with_root(words)
        scores = {
            "tag": self.tag(words),
            "pos": self.pos(words),
            "morph": self.morph(words),
            "start": self.start(words),
            "cue": self.cue(words),
            "kind": self.kind(words),
            "name": self.name(words + self.style(corpus).unsqueeze(1)),
            "arc": self.arc(words, heads),
        }
        scores.update({name: pointer(words, heads) for name, pointer in self.pointers.items()})
        return scores

    def label_scores(self, words: Tensor, heads: Tensor) -> Tensor:
        """Scores of the labels of the arcs to `heads` (0 the root, 1 + i the word i): [batch, words, labels]."""
        words = self.dropout(words)
        chosen = self.with_root(words).gather(1, heads.unsqueeze(-1).expand(-1, -1, WIDTH))
        scores: Tensor = self.label(words, chosen)
        return scores
