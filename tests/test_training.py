"""A training run in small: it learns, goes on where it was stopped, and its graph says what the network says."""

import dataclasses
import json
import random
import subprocess
import sys
from pathlib import Path

import numpy
import pytest
import spacy
from tokenizers import Tokenizer
from tokenizers.models import WordPiece
from tokenizers.normalizers import BertNormalizer
from tokenizers.pre_tokenizers import BertPreTokenizer

from quoteminer.pipeline.features import FIRST, LAST, PADDING, UNKNOWN, WordPieces
from quoteminer.pipeline.session import FILES, PACKAGED, Sessions, read_config
from quoteminer.training import __main__ as commands
from quoteminer.training.corpora import Document, Quotation, Word
from quoteminer.training.evaluate import (
    evaluate_names,
    gold_doc,
    load_pipeline,
    make_examples,
    score_names,
    score_trees,
    show,
    trimmed,
)

NEEDED = "torch is not installed: pip install 'quoteminer[train]'"
TEXT = "Ann Lee left Lagos. “We go,” she said."


def a_document(name: str, corpus: str) -> Document:
    rows = [
        ("Ann", "NNP", "PROPN", "Ann", 2, "nsubj"),
        ("Lee", "NNP", "PROPN", "Lee", 0, "flat"),
        ("left", "VBD", "VERB", "leave", 2, "root"),
        ("Lagos", "NNP", "PROPN", "Lagos", 2, "obj"),
        (".", ".", "PUNCT", ".", 2, "punct"),
        ("“", "``", "PUNCT", "“", 7, "punct"),
        ("We", "PRP", "PRON", "we", 7, "nsubj"),
        ("go", "VBP", "VERB", "go", 11, "ccomp"),
        (",", ",", "PUNCT", ",", 7, "punct"),
        ("”", "''", "PUNCT", "”", 7, "punct"),
        ("she", "PRP", "PRON", "she", 11, "nsubj"),
        ("said", "VBD", "VERB", "say", 11, "root"),
        (".", ".", "PUNCT", ".", 11, "punct"),
    ]
    words, end = [], 0
    for form, tag, pos, lemma, head, label in rows:
        start = TEXT.index(form, end)
        end = start + len(form)
        words.append(Word(start, end, tag, pos, "", lemma, head, label))
    quotation = Quotation(20, 28, "direct", ("Ann Lee",), "PERSON", ((29, 32),), "pronoun", "said", None, 0)
    return Document(
        name,
        corpus,
        "train",
        TEXT,
        tuple(words),
        (0, 20),
        ((0, 7, "PERSON"), (13, 18, "PLACE")),
        (((0, 7), (29, 32)),),
        (quotation,),
    )


@pytest.fixture(scope="module")
def tokenizer_file(tmp_path_factory) -> Path:
    vocabulary = {"[PAD]": PADDING, "[UNK]": UNKNOWN, "[CLS]": FIRST, "[SEP]": LAST}
    for word in ("ann", "lee", "left", "lagos", ".", "“", "we", "go", ",", "”", "she", "said", "un", "##able"):
        vocabulary[word] = 103 + len(vocabulary)
    tokenizer = Tokenizer(WordPiece(vocabulary, unk_token="[UNK]"))
    tokenizer.normalizer, tokenizer.pre_tokenizer = BertNormalizer(), BertPreTokenizer()
    path = tmp_path_factory.mktemp("vocabulary") / "tokenizer.json"
    tokenizer.save(str(path))
    return path


class Run:
    """A tiny network over two documents, and what is needed to train it."""

    def __init__(self, tokenizer_file: Path) -> None:
        torch = pytest.importorskip("torch", reason=NEEDED)
        pytest.importorskip("safetensors", reason=NEEDED)
        from quoteminer.training.examples import Classes, ExampleMaker
        from quoteminer.training.lexemes import collect_lemmas
        from quoteminer.training.model import Network, Sizes
        from quoteminer.training.train import Settings

        documents = [a_document("one", "wikinews"), a_document("two", "gum")]
        self.classes = Classes.collect(documents, minimum=1)
        self.lemmas = collect_lemmas(documents).to_json()
        maker = ExampleMaker(spacy.blank("en"), WordPieces(tokenizer_file), self.classes)
        self.examples = [maker.make(document) for document in documents]
        self.corpora = {"gum": 0, "wikinews": 1}
        names = self.classes.names
        self.sizes = Sizes(
            vocabulary=200,
            tags=len(names["tag"]),
            pos=len(names["pos"]),
            morphs=len(names["morph"]),
            labels=len(names["label"]),
            names=len(names["name"]),
            kinds=len(names["kind"]),
            corpora=2,
        )
        self.settings = Settings(words=120, pieces_per_batch=40, average=0.5)
        torch.manual_seed(0)
        self.start = Network(self.sizes).state_dict()

    def network(self):
        from quoteminer.training.model import Network

        network = Network(self.sizes)
        network.load_state_dict(self.start)
        return network

    def train(self, folder: Path, words: int, quantize_from: float = 0.85, **arguments):
        from quoteminer.training.train import train, write_sizes

        folder.mkdir(exist_ok=True)
        network = self.network()
        write_sizes(network, folder)
        known = {"classes": self.classes.names, "corpora": self.corpora, "lemmas": self.lemmas}
        (folder / "classes.json").write_text(json.dumps(known), encoding="utf8")
        settings = dataclasses.replace(self.settings, words=words, quantize_from=quantize_from)
        train(network, self.examples, {}, self.corpora, settings, folder, report=lambda line: None, **arguments)
        return network

    def loss(self, network) -> float:
        import torch

        from quoteminer.training.examples import make_training_batch
        from quoteminer.training.train import LAYER_WEIGHTS, losses

        network.eval()
        windows = [(example, 0, len(example.words)) for example in self.examples]
        batch = make_training_batch(windows, self.corpora, tuple(LAYER_WEIGHTS), None)
        with torch.no_grad():
            return float(sum(losses(network, batch, "cpu").values()))


@pytest.fixture(scope="module")
def run(tokenizer_file) -> Run:
    return Run(tokenizer_file)


@pytest.fixture(scope="module")
def trained(run, tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("run") / "work"
    run.train(folder, 120)
    return folder


def test_losses_fall(run, trained):
    from quoteminer.training.export import load_network

    network, _ = load_network(trained)
    assert run.loss(network) < 0.9 * run.loss(run.network())


def test_every_layer_has_a_loss(run):
    from quoteminer.training.examples import make_training_batch
    from quoteminer.training.train import LAYER_WEIGHTS, POINTER_WEIGHTS, losses

    batch = make_training_batch([(run.examples[0], 0, 13)], run.corpora, tuple(LAYER_WEIGHTS), None)
    assert {*losses(run.network(), batch, "cpu")} == {*LAYER_WEIGHTS, *POINTER_WEIGHTS}


def test_a_run_that_was_stopped_ends_like_an_unbroken_one(run, trained, tmp_path, monkeypatch):
    import torch
    from safetensors.torch import load_file

    from quoteminer.training import train as training

    class KilledError(Exception):
        """Stands for a kill right after the state was saved."""

    saved = []

    def save_and_die(*arguments):
        original(*arguments)
        saved.append(arguments[3]["words"])
        raise KilledError

    original = training.save
    monkeypatch.setattr(training, "save", save_and_die)
    with pytest.raises(KilledError):
        run.train(tmp_path / "work", 120, save_every=0.0)
    monkeypatch.setattr(training, "save", original)
    assert saved[0] < 120
    run.train(tmp_path / "work", 120)
    assert json.loads((tmp_path / "work" / training.PROGRESS).read_text(encoding="utf8"))["words"] >= 120
    unbroken = load_file(trained / "average.safetensors")
    resumed = load_file(tmp_path / "work" / "average.safetensors")
    assert all(torch.equal(unbroken[name], resumed[name]) for name in unbroken)


def test_nothing_to_train_on(run, tmp_path):
    from quoteminer.training.train import train

    with pytest.raises(ValueError, match="there is nothing to train on"):
        train(run.network(), [], {}, run.corpora, run.settings, tmp_path)


@pytest.mark.parametrize("quantize", [False, True])
def test_graph_says_what_the_network_says(run, trained, tokenizer_file, tmp_path, quantize):
    import torch

    pytest.importorskip("onnx", reason=NEEDED)
    from quoteminer.training.export import export, load_network

    export(trained, tokenizer_file, tmp_path / "model", {"words": 120}, quantize=quantize)
    config = read_config(tmp_path / "model")
    assert config.classes == run.classes.names and config.meta == {"words": 120}
    sessions = Sessions(tmp_path / "model")
    words = run.examples[1].words
    found = sessions.encode(words, 0, len(words))
    network, _ = load_network(trained)
    network.quantize(quantize)
    from quoteminer.pipeline.features import make_batch

    batch = make_batch([(words, 0, len(words))])
    arrays = (torch.from_numpy(x) for x in (batch.pieces, batch.cases, batch.spacings, batch.firsts))
    with torch.no_grad():
        vectors = network.words(*arrays)
        scores = network(vectors, torch.tensor([run.corpora["wikinews"]]))
        labels = network.label_scores(vectors, torch.tensor([[3, 1, 0, 3, 3, 8, 8, 12, 8, 8, 12, 0, 12]])).argmax(-1)[0]
    near = {"rtol": 1e-3, "atol": 1e-3} if not quantize else {"rtol": 0.05, "atol": 0.05}
    numpy.testing.assert_allclose(found["words"], vectors[0].numpy(), **near)
    for name in ("arc", "mention", "speaker", "antecedent", "kind"):
        numpy.testing.assert_allclose(found[name], scores[name][0].numpy(), **near)
    numpy.testing.assert_allclose(found["name"], scores["name"][0].log_softmax(-1).numpy(), **near)
    if not quantize:
        for name in ("tag", "pos", "morph"):
            assert found[name].tolist() == scores[name][0].argmax(-1).tolist()
        heads = vectors[0].numpy()[[2, 0, 2, 2, 2, 7, 7, 11, 7, 7, 11, 11, 11]]
        assert sessions.label(vectors[0].numpy(), heads).tolist() == labels.tolist()
    assert {path.name for path in (tmp_path / "model").iterdir()} == {"config.json", *FILES}


def test_rounding_is_that_of_the_graph():
    torch = pytest.importorskip("torch", reason=NEEDED)
    onnx = pytest.importorskip("onnx", reason=NEEDED)
    import onnxruntime

    from quoteminer.training.model import round_rows

    x = torch.randn(3, 5, 7, generator=torch.manual_seed(0)) * 4 + torch.tensor([0.0, 9.0, -9.0])[:, None, None]
    kinds = onnx.TensorProto.FLOAT, onnx.TensorProto.UINT8
    outputs = [
        onnx.helper.make_tensor_value_info(name, kind, None)
        for name, kind in zip("sqz", (kinds[0], kinds[1], kinds[1]), strict=True)
    ]
    node = onnx.helper.make_node("DynamicQuantizeLinear", ["x"], ["q", "s", "z"])
    given = [onnx.helper.make_tensor_value_info("x", kinds[0], None)]
    graph = onnx.helper.make_graph([node], "rounding", given, outputs)
    model = onnx.helper.make_model(graph, opset_imports=[onnx.helper.make_opsetid("", 17)], ir_version=8)
    session = onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
    rounded = round_rows(x, symmetric=False)
    for window, found in zip(x, rounded, strict=True):
        scale, integers, zero = session.run(None, {"x": window.numpy()})
        numpy.testing.assert_allclose(found.numpy(), (integers.astype(float) - zero) * scale, atol=1e-5)
    steps = round_rows(x, symmetric=True) * 127 / x.abs().amax((1, 2), keepdim=True)
    numpy.testing.assert_allclose(steps.numpy(), steps.round().numpy(), atol=1e-4)
    assert torch.equal(round_rows(torch.zeros(2, 3), symmetric=True), torch.zeros(2, 3))


def test_gradients_pass_the_rounding(run):
    from quoteminer.training.examples import make_training_batch
    from quoteminer.training.train import LAYER_WEIGHTS, losses

    batch = make_training_batch([(run.examples[0], 0, 13)], run.corpora, tuple(LAYER_WEIGHTS), None)
    reached = []
    for quantized in (False, True):
        network = run.network()
        network.quantize(quantized)
        sum(losses(network, batch, "cpu").values()).backward()
        reached.append({name for name, p in network.named_parameters() if p.grad is not None and p.grad.any()})
    assert reached[0] == reached[1] >= {"encoder.pieces.weight", "encoder.layers.0.inner.weight", "label.weight"}


def test_rounding_off_changes_nothing(run):
    network = run.network()
    exact = run.loss(network)
    network.quantize()
    assert 0 < abs(run.loss(network) - exact) < 0.1 * exact
    network.quantize(False)
    assert run.loss(network) == exact


def test_smoothing_takes_outliers_down_and_changes_nothing_else(run):
    torch = pytest.importorskip("torch", reason=NEEDED)
    from quoteminer.pipeline.features import make_batch

    network = run.network()
    batch = make_batch([(example.words, 0, len(example.words)) for example in run.examples])
    layer = network.encoder.layers[1]
    with torch.no_grad():
        layer.norm_attended.weight[5] *= 50
        layer.inner.weight[:, 5] /= 50
    exact, given = run.loss(network), []
    hook = layer.inner.register_forward_pre_hook(lambda module, inputs: given.append(inputs[0]))
    arrays = [torch.from_numpy(x) for x in (batch.pieces, batch.cases, batch.spacings)]
    network.encoder(*arrays)
    hook.remove()
    right = layer.inner(given[0])
    layer.inner.quantized = True
    rough = (layer.inner(given[0]) - right).abs().mean()
    layer.inner.quantized = False
    network.smooth(*arrays)
    assert run.loss(network) == exact
    assert layer.inner.smoothing[5] >= 8
    assert layer.inner.smoothing.median() == layer.inner.smoothing.min() == 1
    layer.inner.quantized = True
    assert (layer.inner(given[0]) - right).abs().mean() < 0.5 * rough


def test_the_first_layer_stays_exact(run):
    network = run.network()
    network.quantize()
    first, second = network.encoder.layers[:2]
    assert not first.inner.quantized
    assert second.inner.quantized


@pytest.mark.parametrize(("quantize_from", "expected"), [(0.0, True), (0.85, True), (1.0, False)])
def test_the_last_words_are_trained_rounded(run, tmp_path, quantize_from, expected):
    network = run.train(tmp_path / "work", 120, quantize_from=quantize_from)
    assert network.tag.quantized is expected


def test_windows_cover_an_example(run):
    from quoteminer.training.examples import cut_windows

    for rng in (None, random.Random(0)):
        windows = cut_windows(run.examples[0], 6, rng)
        assert [a for a, _ in windows[1:]] == [b for _, b in windows[:-1]]
        assert (windows[0][0], windows[-1][1]) == (0, 13)


def test_targets_of_an_example(run):
    example = run.examples[0]
    names = run.classes.names
    assert [names["tag"][i] for i in example.layers["tag"]][:4] == ["NNP", "NNP", "VBD", "NNP"]
    assert example.layers["arc"].tolist() == [3, 1, 0, 3, 3, 8, 8, 12, 8, 8, 12, 0, 12]
    assert [names["name"][i] for i in example.layers["name"]][:4] == ["B-PERSON", "I-PERSON", "O", "B-PLACE"]
    assert ("mention", 5, (10,)) in example.pointers
    assert ("antecedent", 10, (1,)) in example.pointers
    assert numpy.flatnonzero(example.layers["cue"]).tolist() == [11]


def test_definite_nouns_point_at_what_they_take_up(tokenizer_file):
    pytest.importorskip("torch", reason=NEEDED)
    from quoteminer.training.examples import Classes, ExampleMaker

    text = "A bank fell. The bank left the town."
    rows = [
        ("A", "DT", 1), ("bank", "NN", 2), ("fell", "VBD", 2), (".", ".", 2),
        ("The", "DT", 5), ("bank", "NN", 6), ("left", "VBD", 6), ("the", "DT", 8), ("town", "NN", 6), (".", ".", 6),
    ]  # fmt: skip
    words, end = [], 0
    for form, tag, head in rows:
        start = text.index(form, end)
        end = start + len(form)
        words.append(Word(start, end, tag, "X", "", form, head, "dep"))
    document = Document("d", "gum", "train", text, tuple(words), (0, 13), None, (((0, 6), (13, 21)),))
    classes = Classes.collect([document], minimum=1)
    example = ExampleMaker(spacy.blank("en"), WordPieces(tokenizer_file), classes).make(document)
    assert example.pointers == [("antecedent", 5, (1,)), ("antecedent", 8, ())]


def test_persons_get_other_names():
    pytest.importorskip("faker", reason="faker is not installed: pip install 'quoteminer[train]'")
    pytest.importorskip("torch", reason=NEEDED)
    from quoteminer.training.examples import NAME_TAGS
    from quoteminer.training.renaming import Renamer

    pieces = WordPieces(PACKAGED / FILES[2])
    renamer = Renamer(pieces)
    words = pieces.encode(["Anna", "Lee", "met", "Lee", "and", "Otto", "in", "Lagos"], [" "] * 8)
    tags = [
        NAME_TAGS.index(tag) for tag in ["B-PERSON", "I-PERSON", *"O", "B-PERSON", *"O", "B-PERSON", *"O", "B-PLACE"]
    ]
    seen = {"same": 0, "other": 0}
    for seed in range(40):
        renamed = renamer.rename(words, numpy.array(tags), random.Random(seed))
        forms = [tuple(renamed.pieces[a:b]) for a, b in zip(renamed.offsets, renamed.offsets[1:], strict=False)]
        own = [tuple(words.pieces[a:b]) for a, b in zip(words.offsets, words.offsets[1:], strict=False)]
        assert [forms[i] for i in (2, 4, 6, 7)] == [own[i] for i in (2, 4, 6, 7)]
        assert forms[1] == forms[3]  # the same person again
        assert renamed.cases is words.cases
        seen["same" if forms == own else "other"] += 1
    assert min(seen.values()) > 5


def test_a_part_of_words_stands_by_itself(run):
    words = run.examples[0].words
    part = words.part(3, 7)
    assert len(part) == 4
    assert part.offsets[0] == 0
    assert part.pieces.tolist() == words.pieces[words.offsets[3] : words.offsets[7]].tolist()


def test_an_exported_model_is_restored(run, trained, tmp_path):
    pytest.importorskip("onnx", reason=NEEDED)
    from safetensors.torch import save_file

    from quoteminer.errors import ModelError
    from quoteminer.training.export import export
    from quoteminer.training.restore import blend, restore

    first, again, work = tmp_path / "first", tmp_path / "again", tmp_path / "work"
    export(trained, PACKAGED / FILES[2], first, {})
    network = run.network()
    restore(network, first, run.classes.names)
    work.mkdir()
    for name in ("sizes.json", "classes.json"):
        (work / name).write_bytes((trained / name).read_bytes())
    save_file(network.state_dict(), work / "average.safetensors")
    export(work, PACKAGED / FILES[2], again, {})
    for name in FILES:
        assert (again / name).read_bytes() == (first / name).read_bytes()
    other, before = run.network(), run.network().state_dict()
    blend(other, first, run.classes.names, 0.25)
    for name, weight in other.named_parameters():
        expected = 0.25 * before[name] + 0.75 * network.state_dict()[name]
        numpy.testing.assert_allclose(weight.detach().numpy(), expected.numpy(), atol=1e-6)
    with pytest.raises(ValueError, match="has other classes of 'tag' than the corpora; train from the start"):
        restore(network, first, {**run.classes.names, "tag": ["NN"]})
    with pytest.raises(ValueError, match="is of another shape"):
        restore(network, PACKAGED, read_config(PACKAGED).classes)
    export(trained, PACKAGED / FILES[2], first, {}, quantize=False)
    with pytest.raises(ValueError, match="has no 8-bit weights"):
        restore(network, first, run.classes.names)
    with pytest.raises(ModelError, match=r"config\.json is missing"):
        restore(network, tmp_path, run.classes.names)


# The commands and the figures need no torch.


def test_help_lists_the_commands(capsys):
    with pytest.raises(SystemExit) as ended:
        commands.main(["--help"])
    assert ended.value.code == 0
    shown = capsys.readouterr().out
    assert all(name in shown for name in ("prepare", "train", "export", "evaluate", "all"))


def test_missing_packages_are_named(tmp_path, monkeypatch):
    monkeypatch.setattr(commands.importlib.util, "find_spec", lambda name: None)
    with pytest.raises(SystemExit, match=r'needs torch, onnx, safetensors; type: pip install "quoteminer\[train\]"'):
        commands.main(["export", "--work", str(tmp_path)])


def test_other_starting_weights_are_refused(tmp_path, monkeypatch):
    (tmp_path / "model").mkdir()
    (tmp_path / "model" / "model.safetensors").write_bytes(b"other")
    package = type("Spec", (), {"origin": str(tmp_path / "__init__.py")})
    monkeypatch.setattr(commands.importlib.util, "find_spec", lambda name: package)
    with pytest.raises(
        SystemExit, match=r"has SHA-256 d9298a10d1b0735837dc4bd85dac641b0f3cef27a47e5d53a54f2f3f5b2fcffa"
    ):
        commands.start_folder()


def test_export_before_training(tmp_path, monkeypatch):
    monkeypatch.setattr(commands, "require", lambda *packages: None)
    pytest.importorskip("torch", reason=NEEDED)
    pytest.importorskip("onnx", reason=NEEDED)
    with pytest.raises(SystemExit, match=r"average\.safetensors is missing: train first"):
        commands.main(["export", "--work", str(tmp_path)])


def test_evaluate_wants_something_to_measure_on():
    with pytest.raises(SystemExit, match="Give --corpora, --eval or both"):
        commands.main(["evaluate"])


def test_evaluate_is_a_command_of_its_own():
    done = subprocess.run(
        [sys.executable, "-m", "quoteminer.training.evaluate", "--help"], capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0 and "--against" in done.stdout, done.stderr


@pytest.mark.parametrize(
    ("name", "left"),
    [
        ("the Netherlands", "Netherlands"),
        ("The Hague’s", "Hague"),
        ("Ann's", "Ann"),
        ("the", "the"),
        ("Anthes", "Anthes"),
    ],
)
def test_what_of_a_name_counts(name, left):
    start, end = trimmed(f"in {name} today", 3, 3 + len(name))
    assert f"in {name} today"[start:end] == left


def test_names_are_scored_by_span_and_label():
    gold = [("a", 0, 3, "PERSON"), ("a", 5, 9, "ORG"), ("b", 0, 3, "PLACE")]
    found = [("a", 0, 3, "PERSON"), ("a", 5, 9, "PLACE"), ("b", 0, 3, "PLACE"), ("b", 7, 9, "DATE")]
    scores = score_names(gold, found)
    assert scores["PERSON"] == 100 and scores["ORG"] == 0
    assert scores["all"] == pytest.approx(100 * 2 / 3)
    assert scores["PLACE"] == pytest.approx(200 / 3)


@pytest.fixture(scope="module")
def pipeline():
    if not (PACKAGED / FILES[0]).is_file():
        pytest.skip(f"no model in {PACKAGED}: make it with python -m quoteminer.training")
    return load_pipeline()


def test_perfect_trees_score_a_hundred(pipeline):
    from spacy.training import Example

    gold = gold_doc(pipeline, a_document("one", "ewt"))
    assert set(score_trees([Example(gold, gold.copy())]).values()) == {100.0}


def test_trees_are_scored_over_the_pipelines_own_tokens(pipeline):
    scores = score_trees(make_examples(pipeline, [a_document("one", "ewt")]))
    assert all(50 < value <= 100 for value in scores.values())


def test_names_of_a_text(pipeline):
    scores = evaluate_names(pipeline, {"a": TEXT}, [("a", 0, 7, "PERSON"), ("a", 13, 18, "PLACE")])
    assert scores["all"] == 100


def test_table_shows_differences():
    table = show({"set": {"all": 80.0, "PERSON": 90.0}}, {"set": {"all": 79.5, "PERSON": 90.25}})
    assert "80.00 (+0.50)" in table and "90.00 (-0.25)" in table
