"""Model files are told by their content, and nothing of them is run."""

import gzip
import json
import pickle
import zipfile
from pathlib import Path

import pytest

from deploycheck.scaffold.looking.look import look

EXAMPLES = Path(__file__).parents[3] / "examples"
SMALL = EXAMPLES / "credit/models/model-1.4.0.onnx"


def only(found):
    (model,) = found.models
    return model


def onnx_model(*, width=3, domain=""):
    from onnx import TensorProto, helper

    table = helper.make_tensor_value_info("table", TensorProto.FLOAT, [None, width])
    made = helper.make_tensor_value_info("made", TensorProto.FLOAT, [None, width])
    node = helper.make_node("Identity", ["table"], ["made"], domain=domain)
    graph = helper.make_graph([node], "graph", [table], [made])
    opsets = [helper.make_opsetid("", 17)]
    if domain:
        opsets.append(helper.make_opsetid(domain, 1))
    return helper.make_model(graph, opset_imports=opsets).SerializeToString()


def test_onnx_can_be_asked_and_names_its_inputs(tmp_path):
    (tmp_path / "model.onnx").write_bytes(SMALL.read_bytes())
    model = only(look(tmp_path))
    assert (model.format, model.runs) == ("onnx", True)
    assert model.inputs[:2] == ("age", "education_num")
    assert "7 inputs" in model.why


def test_onnx_that_reads_one_table(tmp_path):
    (tmp_path / "model.onnx").write_bytes(onnx_model())
    model = only(look(tmp_path))
    assert model.inputs == ("table",)
    assert "one table of 3 columns" in model.why


def test_onnx_with_operators_of_nobody_cannot_be_asked(tmp_path):
    (tmp_path / "model.onnx").write_bytes(onnx_model(domain="acme"))
    model = only(look(tmp_path))
    assert not model.runs
    assert "acme" in model.why


def test_onnx_that_is_cut_off_cannot_be_asked(tmp_path):
    (tmp_path / "model.onnx").write_bytes(SMALL.read_bytes()[:-10])
    model = only(look(tmp_path))
    assert not model.runs
    assert "export the model again" in model.why


def zipped(path, *names):
    with zipfile.ZipFile(path, "w") as made:
        for name in names:
            made.writestr(name, "x")


def safetensors(path):
    head = json.dumps({"w": {"dtype": "F32", "shape": [1], "data_offsets": [0, 4]}}).encode()
    path.write_bytes(len(head).to_bytes(8, "little") + head + bytes(4))


@pytest.mark.parametrize(
    ("name", "make", "format", "told"),
    [
        ("m.pkl", lambda p: p.write_bytes(pickle.dumps([1, 2])), "pickle", "skl2onnx"),
        ("m.joblib", lambda p: p.write_bytes(pickle.dumps([1, 2])), "joblib", "skl2onnx"),
        ("z.pkl", lambda p: p.write_bytes(gzip.compress(pickle.dumps([1]))), "pickle", "never"),
        ("m.skops", lambda p: zipped(p, "schema.json"), "skops", "skl2onnx"),
        ("m.pt", lambda p: zipped(p, "m/data.pkl"), "pytorch", "torch.onnx.export"),
        ("m.keras", lambda p: zipped(p, "model.weights.h5"), "keras", "tf2onnx"),
        ("m.h5", lambda p: p.write_bytes(b"\x89HDF\r\n\x1a\n" + bytes(50)), "hdf5", "tf2onnx"),
        ("m.safetensors", safetensors, "safetensors", "weights alone"),
        ("m.txt", lambda p: p.write_bytes(b"tree\nversion=v4\n"), "lightgbm", "onnxmltools"),
        (
            "m.json",
            lambda p: p.write_text('{"learner":{},"version":[2]}'),
            "xgboost",
            "onnxmltools",
        ),
        ("m.cbm", lambda p: p.write_bytes(b"CBM1" + bytes(50)), "catboost", "save_model"),
    ],
)
def test_what_cannot_be_asked_says_what_to_do(tmp_path, name, make, format, told):
    make(tmp_path / name)
    model = only(look(tmp_path))
    assert (model.format, model.runs) == (format, False)
    assert told in model.why
    if format in {"joblib", "pickle", "pytorch"}:
        assert "never loaded" in model.why
    assert "python:" in model.why or format == "onnx"


def test_no_pickle_is_loaded(tmp_path):
    proof = tmp_path / "loaded"
    text = f"cos\nsystem\n(S'touch {proof}'\ntR."
    for name in ("model.pkl", "model.joblib", "model.pickle", "test.pkl"):
        (tmp_path / name).write_text(text)
    found = look(tmp_path)
    assert not proof.exists()
    assert len(found.models) == 3
    assert any("test.pkl" in n and "never loaded" in n for n in found.notes)


@pytest.mark.parametrize("content", [b"", b"text", b'{"a": 1}', b"\x00" * 40])
def test_files_that_are_no_models(tmp_path, content):
    for name in ("a.pkl", "a.bin", "a.txt", "a.json", "a.model", "a.h5"):
        (tmp_path / name).write_bytes(content)
    assert look(tmp_path).models == ()


def test_the_name_of_onnx_with_another_content(tmp_path):
    (tmp_path / "model.onnx").write_text("version https://git-lfs.github.com/spec/v1\n")
    model = only(look(tmp_path))
    assert not model.runs
    assert "its content is text" in model.why


def test_the_likeliest_comes_first(tmp_path):
    (tmp_path / "old").mkdir()
    for name in ("champion.onnx", "model-2.9.onnx", "model-2.10.onnx", "old/model-3.onnx"):
        (tmp_path / name).write_bytes(SMALL.read_bytes())
    (tmp_path / "a.pkl").write_bytes(pickle.dumps([1, 2]))
    assert [m.path for m in look(tmp_path).models] == [
        "model-2.10.onnx", "model-2.9.onnx", "champion.onnx", "old/model-3.onnx", "a.pkl",
    ]  # fmt: skip


def test_many_models_are_cut_and_it_is_said(tmp_path):
    for at in range(25):
        (tmp_path / f"m{at:02}.pkl").write_bytes(pickle.dumps([1, 2]))
    found = look(tmp_path)
    assert len(found.models) == 20
    assert any("m20.pkl, m21.pkl, m22.pkl and 2 more" in n for n in found.notes)
