"""The model is bytes on disk with one digest."""

import hashlib

import pytest

from deploycheck.authoring.errors import EvidenceError, NotYet, RoleError
from deploycheck.authoring.params import NoParams
from deploycheck.collectors.model_file import ModelOnDisk

NONE = NoParams()


def collected(bench, model, subject="model"):
    release = {"model": model} if subject == "model" else {"champion": {"model": model}}
    source = bench.source(subject, **release)
    made = ModelOnDisk.collect(source, NONE)
    description = ModelOnDisk.describe(source, NONE)
    assert description.digest == made.digest
    assert description.facts == {"files": len(made.files), "bytes": made.bytes}
    return made


@pytest.mark.parametrize("subject", ["model", "champion"])
def test_a_file(bench, subject):
    bench.write("m.onnx", b"abc")
    made = collected(bench, {"path": "m.onnx"}, subject)
    assert (made.path, made.files, made.bytes) == ("m.onnx", {"m.onnx": 3}, 3)
    assert made.digest == "sha256:" + hashlib.sha256(b"abc").hexdigest()


def test_a_folder(bench):
    bench.write("m/weights.bin", b"abc")
    bench.write("m/sub/config.json", b"{}")
    made = collected(bench, {"path": "m"})
    assert made.files == {"m/sub/config.json": 2, "m/weights.bin": 3}
    assert made.bytes == 5
    assert collected(bench, {"path": "m", "digest": made.digest}) == made


def test_another_digest_than_declared(bench):
    bench.write("m.onnx", b"abc")
    with pytest.raises(EvidenceError, match=r"m\.onnx changed") as caught:
        collected(bench, {"path": "m.onnx", "digest": "sha256:" + "0" * 64})
    assert caught.value.code == "DC202"


def test_nothing_outside_the_folder_belongs_to_a_model(bench, tmp_path_factory):
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    (elsewhere / "w.bin").write_bytes(b"x")
    bench.write("m/a.bin", b"a")
    (bench.root / "m" / "w.bin").symlink_to(elsewhere / "w.bin")
    (bench.root / "n").symlink_to(elsewhere)
    for path in ("m", "n", "n/w.bin", "../elsewhere", "absent.onnx"):
        with pytest.raises(EvidenceError):
            collected(bench, {"path": path})
    (bench.root / "empty").mkdir()
    with pytest.raises(EvidenceError, match="empty folder"):
        collected(bench, {"path": "empty"})


@pytest.mark.parametrize("model", [{"endpoint": "http://x"}, {"mlflow": "models:/a/1"}])
def test_other_models_are_understood_and_not_done_yet(bench, model):
    with pytest.raises(NotYet) as caught:
        collected(bench, model)
    assert caught.value.code == "DC109"


def test_a_python_function_has_no_file(bench):
    with pytest.raises(RoleError, match="has no file of its own"):
        collected(bench, {"python": "a:b"})


@pytest.mark.parametrize("subject", ["model", "champion"])
def test_a_release_without_a_model(bench, subject):
    with pytest.raises(RoleError) as caught:
        ModelOnDisk.describe(bench.source(subject), NONE)
    assert caught.value.role == subject


def test_nothing_in_a_model_runs(bench):
    bench.write("m.pkl", b"cos\nsystem\n(S'touch pwned'\ntR.")
    collected(bench, {"path": "m.pkl"})
    assert not (bench.root / "pwned").exists()


class TestContent:
    """What the files are, whatever they are called."""

    def test_a_model_in_onnx(self, bench, linear_onnx):
        linear_onnx(bench.root / "m.bin", {"age": 0.5, "pay": -1.0})
        made = collected(bench, {"path": "m.bin"})
        assert made.formats == {"m.bin": "onnx"}
        assert made.operators == {"Concat": 1, "ai.onnx.ml:LinearClassifier": 1}
        assert made.parameters == 6  # two coefficients and one intercept for each of two classes

    def test_weights_beside_it_belong_to_it(self, bench):
        import numpy as np
        import onnx
        from onnx import TensorProto, helper, numpy_helper

        weights = numpy_helper.from_array(np.ones((3, 2), dtype=np.float32), "w")
        value = helper.make_tensor_value_info
        graph = helper.make_graph(
            [helper.make_node("MatMul", ["x", "w"], ["y"])],
            "g",
            [value("x", TensorProto.FLOAT, [None, 3])],
            [value("y", TensorProto.FLOAT, [None, 2])],
            [weights],
        )
        (bench.root / "sub").mkdir()
        onnx.save(
            helper.make_model(graph, ir_version=9),
            bench.root / "sub" / "m.onnx",
            save_as_external_data=True,
            location="w.bin",
            size_threshold=0,
        )
        alone = collected(bench, {"path": "sub/m.onnx"})
        assert alone.formats == {"sub/m.onnx": "onnx", "sub/w.bin": "onnx-data"}
        assert (alone.files["sub/w.bin"], alone.parameters) == (24, 6)
        folder = collected(bench, {"path": "sub"})
        assert (folder.formats, folder.files) == (alone.formats, alone.files)
        assert collected(bench, {"path": "sub", "digest": folder.digest}) == folder
        bench.write("sub/w.bin", b"\0" * 24)
        assert collected(bench, {"path": "sub/m.onnx"}).digest != alone.digest
        digest = "sha256:" + hashlib.sha256((bench.root / "sub/m.onnx").read_bytes()).hexdigest()
        with pytest.raises(EvidenceError, match="put both into a folder"):
            collected(bench, {"path": "sub/m.onnx", "digest": digest})

    def test_an_operator_of_nobody_is_named_and_no_error_here(self, bench):
        from onnx import TensorProto, helper

        value = helper.make_tensor_value_info("x", TensorProto.FLOAT, [None])
        graph = helper.make_graph(
            [helper.make_node("Do", ["x"], ["x2"], domain="acme")], "g", [value], []
        )
        made = helper.make_model(graph, opset_imports=[helper.make_opsetid("acme", 1)])
        bench.write("m.onnx", made.SerializeToString())
        assert collected(bench, {"path": "m.onnx"}).operators == {"acme:Do": 1}

    def test_a_model_that_reaches_outside_is_an_error(self, bench):
        from onnx import TensorProto, helper

        reaching = TensorProto(name="w", data_type=1, dims=[1], data_location=1)
        reaching.external_data.add(key="location", value="../../etc/passwd")
        graph = helper.make_graph([], "g", [], [], [reaching])
        bench.write("m.onnx", helper.make_model(graph).SerializeToString())
        with pytest.raises(EvidenceError, match="outside its own folder") as caught:
            collected(bench, {"path": "m.onnx"})
        assert caught.value.code == "DC205"

    def test_a_folder_of_many_kinds(self, bench):
        import pickle

        bench.write("m/a.txt", "words\n")
        bench.write("m/b.onnx", pickle.dumps([1, 2], 4))
        bench.write("m/c", b"\x00\x01\x02")
        bench.write("m/config.json", "{}")
        made = collected(bench, {"path": "m"})
        assert made.formats == {
            "m/a.txt": "text",
            "m/b.onnx": "pickle",
            "m/c": "unknown",
            "m/config.json": "json",
        }
        assert (made.operators, made.parameters) == ({}, None)

    def test_a_truncated_model_is_of_no_known_format(self, bench, linear_onnx):
        whole = linear_onnx(bench.root / "m.onnx", {"age": 0.5}).read_bytes()
        bench.write("m.onnx", whole[:-5])
        made = collected(bench, {"path": "m.onnx"})
        assert (made.formats, made.operators, made.parameters) == ({"m.onnx": "unknown"}, {}, None)
