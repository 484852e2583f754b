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


@pytest.mark.parametrize(
    "model", [{"endpoint": "http://x"}, {"mlflow": "models:/a/1"}, {"python": "a:b"}]
)
def test_other_models_are_understood_and_not_done_yet(bench, model):
    with pytest.raises(NotYet) as caught:
        collected(bench, model)
    assert caught.value.code == "DC109"


@pytest.mark.parametrize("subject", ["model", "champion"])
def test_a_release_without_a_model(bench, subject):
    with pytest.raises(RoleError) as caught:
        ModelOnDisk.describe(bench.source(subject), NONE)
    assert caught.value.role == subject


def test_nothing_in_a_model_runs(bench):
    bench.write("m.pkl", b"cos\nsystem\n(S'touch pwned'\ntR.")
    collected(bench, {"path": "m.pkl"})
    assert not (bench.root / "pwned").exists()
