"""The manifest tells every artefact, the readable and the unreadable."""

import hashlib

from deploycheck.authoring.params import NoParams
from deploycheck.collectors.manifest import Artefacts
from deploycheck.evidence.manifest import Artefact

NONE = NoParams()
ZEROS = "sha256:" + "0" * 64


def sha256(data: bytes) -> str:
    return "sha256:" + hashlib.sha256(data).hexdigest()


def test_every_artefact_is_told_and_none_raises(bench):
    bench.write("t.csv", b"a\n1\n")
    bench.write("m/w.bin", b"abc")
    bench.write("CARD.md", b"# A\n")
    source = bench.source(
        "release",
        model={"path": "m", "digest": ZEROS},
        champion={"model": {"endpoint": "http://x"}},
        data={
            "test": {"path": "t.csv", "digest": ZEROS},
            "train": {"path": "absent.csv", "digest": ZEROS},
            "logs": {"path": "logs/*.parquet"},
        },
        documents={"card": "CARD.md", "lock": "../requirements.lock"},
    )
    made = Artefacts.collect(source, NONE)
    assert [artefact.name for artefact in made.artefacts] == [
        "champion", "data.logs", "data.test", "data.train", "documents.card", "documents.lock",
        "model",
    ]  # fmt: skip
    told = {artefact.name: artefact for artefact in made.artefacts}
    assert told["data.test"] == Artefact("data.test", "t.csv", ZEROS, sha256(b"a\n1\n"))
    assert told["documents.card"].actual == sha256(b"# A\n")
    assert told["model"].actual is not None
    for name, why in {
        "champion": "not a file",
        "data.logs": "does not exist",
        "data.train": "does not exist",
        "documents.lock": "outside the release's folder",
    }.items():
        assert told[name].actual is None
        assert why in told[name].problem


def test_the_digest_changes_with_any_artefact(bench):
    bench.write("a.csv", b"a\n1\n")
    bench.write("b.csv", b"b\n")
    source = bench.source("release", data={"a": {"path": "a.csv"}, "b": {"path": "b.csv"}})
    first = Artefacts.describe(source, NONE)
    assert first.digest == Artefacts.collect(source, NONE).digest
    assert first.facts == {"artefacts": 2}
    bench.write("b.csv", b"b\n1\n")
    source = bench.source("release", data={"a": {"path": "a.csv"}, "b": {"path": "b.csv"}})
    assert Artefacts.describe(source, NONE).digest != first.digest


def test_a_release_that_names_nothing_has_no_artefacts(bench):
    assert Artefacts.collect(bench.source("release"), NONE).artefacts == ()
