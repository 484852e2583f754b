"""``Predictor``: described without starting anything, asked through a process."""

import numpy as np
import pytest

from deploycheck.authoring.errors import EvidenceError, NotYet, RoleError
from deploycheck.authoring.params import NoParams
from deploycheck.collectors.predictor import ModelProcess

NONE = NoParams()
COLUMNS = {"age": np.array([1.0, -3.0, 0.0]), "pay": np.array([2.0, 0.5, 0.0])}


@pytest.fixture
def collected(bench):
    made = []

    def collect(model, **more):
        source = bench.source("model", model=model, **more)
        description = ModelProcess.describe(source, NONE)
        predictor = ModelProcess.collect(source, NONE)
        made.append(predictor)
        assert description.facts["features"] == list(predictor.features)
        assert description.facts["isolation"] == predictor.isolation
        return description, predictor

    yield collect
    for predictor in made:
        predictor.close()


def test_a_model_in_onnx(bench, linear_onnx, collected):
    linear_onnx(bench.root / "m.onnx", {"age": 0.5, "pay": -1.0}, 0.25)
    description, predictor = collected({"path": "m.onnx"})
    assert (predictor.name, predictor.features) == ("model", ("age", "pay"))
    assert description.digest == predictor.digest
    assert description.facts["kind"] == "onnx"
    assert "no network" in predictor.isolation
    answers = predictor.answers({**COLUMNS, "unread": np.zeros(3)})
    logit = 0.5 * COLUMNS["age"] - COLUMNS["pay"] + 0.25
    assert np.abs(answers.scores - 1 / (1 + np.exp(-logit))).max() < 1e-6
    assert [answers.labels[code] for code in answers.codes] == [
        "0" if v < 0 else "1" for v in logit
    ]
    assert predictor.answers(COLUMNS) is answers  # asked once


def test_a_python_function_has_no_digest_of_its_answers(bench, collected):
    bench.write("m.py", "def f(columns):\n    return columns['age'] / 2\n")
    model = {"python": "m:f", "trust": "trusted", "features": ["age"]}
    description, predictor = collected(model)
    assert description.digest is None
    assert description.facts["code"].startswith("sha256:")
    assert description.facts["kind"] == "python"
    assert predictor.answers(COLUMNS).scores.tolist() == [0.5, -1.5, 0]


def test_texts_that_hold_a_separator_are_not_mixed_up(bench, collected):
    bench.write("m.py", "def f(columns):\n    return [len(t or '') for t in columns['t']]\n")
    _, predictor = collected({"python": "m:f", "trust": "trusted", "features": ["t"]})

    def lengths(*texts):
        answers = predictor.answers({"t": np.array(texts, dtype=object)})
        return [answers.labels[code] for code in answers.codes]

    assert lengths("a\0b", "c") == ["3", "1"]
    assert lengths("a", "b\0c") == ["1", "3"]
    assert lengths(None, "-") == ["0", "1"]
    assert lengths("-", None) == ["1", "0"]


@pytest.mark.parametrize("model", [{"endpoint": "http://x"}, {"mlflow": "models:/a/1"}])
def test_models_elsewhere_are_not_asked_yet(collected, model):
    with pytest.raises(NotYet) as caught:
        collected(model)
    assert caught.value.code == "DC109"


def test_formats_that_are_not_run(bench, collected):
    bench.write("m.pkl", b"cos\nsystem\n(S'touch pwned'\ntR.")
    bench.write("folder/m.joblib", b"\x80\x04N.")
    bench.write("folder/notes.txt", "a pickle\n")
    for path in ("m.pkl", "folder"):
        with pytest.raises(NotYet, match="is pickle; models are run from ONNX so far") as caught:
            collected({"path": path})
        assert caught.value.code == "DC113"
    assert not (bench.root / "pwned").exists()


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "nor a whole file in ONNX"),
        (b"\0\1\2", "nor a whole file in ONNX"),
        (b"words\n", "is text, which is no model"),
    ],
)
def test_what_is_no_model(bench, collected, data, said):
    bench.write("m.onnx", data)
    with pytest.raises(EvidenceError, match=said) as caught:
        collected({"path": "m.onnx"})
    assert caught.value.code == "DC205"


def test_a_folder_with_two_models(bench, linear_onnx, collected):
    for name in ("a", "b"):
        linear_onnx(bench.root / "sub" / f"{name}.onnx", {"age": 0.5})
    with pytest.raises(EvidenceError, match=r"2 models in ONNX: sub/a\.onnx, sub/b\.onnx"):
        collected({"path": "sub"})
    assert collected({"path": "sub/b.onnx"})[1].features == ("age",)


def test_a_model_that_is_missing_or_changed(bench, linear_onnx, collected):
    with pytest.raises(EvidenceError, match="does not exist") as caught:
        collected({"path": "m.onnx"})
    assert caught.value.code == "DC201"
    linear_onnx(bench.root / "m.onnx", {"age": 0.5})
    with pytest.raises(EvidenceError, match="changed") as caught:
        collected({"path": "m.onnx", "digest": "sha256:" + "0" * 64})
    assert caught.value.code == "DC202"
    with pytest.raises(EvidenceError, match="outside"):
        collected({"path": "../m.onnx"})


def test_a_file_that_is_larger_than_the_memory_it_may_use(bench, linear_onnx, collected):
    whole = linear_onnx(bench.root / "m.onnx", {"age": 0.5}).read_bytes()
    size = 80 << 20
    length, head = size, b""
    while length > 0x7F:
        head += bytes([length & 0x7F | 0x80])
        length >>= 7
    with (bench.root / "m.onnx").open("wb") as file:
        file.write(whole + b"\x32" + head + bytes([length]))  # a long description
        file.truncate(file.tell() + size)
    with pytest.raises(EvidenceError, match=r"at most are looked at; raise `limits.memory_mb`"):
        collected({"path": "m.onnx", "limits": {"memory_mb": 64}})


def test_onnxruntime_is_not_there(bench, linear_onnx, collected, monkeypatch):
    linear_onnx(bench.root / "m.onnx", {"age": 0.5})
    monkeypatch.setattr("deploycheck.sandbox.launch.find_spec", lambda name: None)
    with pytest.raises(EvidenceError, match="needs onnxruntime") as caught:
        collected({"path": "m.onnx"})
    assert (caught.value.code, caught.value.fix) == ("DC206", "pip install 'deploycheck[onnx]'")


@pytest.mark.parametrize("subject", ["model", "champion"])
def test_a_release_without_one(bench, subject):
    with pytest.raises(RoleError) as caught:
        ModelProcess.describe(bench.source(subject), NONE)
    assert caught.value.role == subject


def test_asked_again_where_it_is_asked_afresh(bench, collected):
    bench.write("m.py", "N = []\ndef f(c):\n    N.append(0)\n    return c['age'] * 0 + len(N)\n")
    _, predictor = collected({"python": "m:f", "trust": "trusted", "features": ["age"]})
    assert predictor.answers(COLUMNS).scores[0] == 1
    assert predictor.answers(COLUMNS).scores[0] == 1
    assert predictor.answers(COLUMNS, fresh=True).scores[0] == 2
