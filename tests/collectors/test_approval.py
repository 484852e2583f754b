"""An approval is read as it is written, in YAML or in front matter, beside what it approves."""

import hashlib

import pytest

from deploycheck.authoring.errors import EvidenceError
from deploycheck.authoring.params import NoParams
from deploycheck.collectors.approval import ApprovalDocument

NONE = NoParams()


def collected(bench, data, name="approval.yaml", version="1", **release):
    bench.write(name, data)
    source = bench.source("approval", documents={"approval": name}, version=version, **release)
    made = ApprovalDocument.collect(source, NONE)
    assert ApprovalDocument.describe(source, NONE).digest == made.digest
    return made


def test_values_are_kept_as_they_are_written(bench):
    text = (
        "version: 1.10\nexpires: 2027-01-01\nowner: no\nauthor: [A, 1e3]\nmodel: {digest: 0x1F}\n"
    )
    assert collected(bench, text).facts == {
        "version": "1.10",
        "expires": "2027-01-01",
        "owner": "no",
        "author": ["A", "1e3"],
        "model": {"digest": "0x1F"},
    }


def test_markdown_has_its_facts_in_front(bench):
    made = collected(bench, "---\nowner: A\nversion: 2.0\n---\n# Approval\nowner: B\n", "A.MD")
    assert made.facts == {"owner": "A", "version": "2.0"}
    assert collected(bench, "# Approval\nowner: B\n", "B.md").facts == {}


@pytest.mark.parametrize("data", ["", "\n# nothing\n", "---\n", "{}", "~", "null"])
def test_an_empty_document_has_no_facts(bench, data):
    assert collected(bench, data).facts == {}


def test_the_model_is_told_by_its_bytes(bench):
    bench.write("m.onnx", b"abc")
    made = collected(bench, "owner: A", model={"path": "m.onnx"})
    assert made.model_digest == "sha256:" + hashlib.sha256(b"abc").hexdigest()
    assert (
        collected(bench, "owner: A", "b.yaml", model={"endpoint": "http://x"}).model_digest is None
    )


def test_the_digest_changes_with_document_version_and_model(bench):
    bench.write("m.onnx", b"abc")
    bench.write("n.onnx", b"abd")
    digests = {
        collected(bench, "owner: A", "a.yaml").digest,
        collected(bench, "owner: B", "b.yaml").digest,
        collected(bench, "owner: A", "c.yaml", version="2").digest,
        collected(bench, "owner: A", "d.yaml", model={"path": "m.onnx"}).digest,
        collected(bench, "owner: A", "e.yaml", model={"path": "n.onnx"}).digest,
    }
    assert len(digests) == 5


@pytest.mark.parametrize(
    ("data", "why"),
    [
        ("- a\n", "no mapping"),
        ("owner: A\nowner: B\n", "line 2: a key stands twice"),
        ("a: &x 1\nb: *x\n", "an alias"),
        ("a: " + "[" * 60 + "]" * 60, "nested deeper"),
        ("a: [1\n", "cannot be read"),
        ("a: 1\n---\nb: 2\n", "cannot be read"),
        ("? [a]\n: 1\n", "cannot be read"),
        ("a: " + "x" * 70_000, "longer than"),
        (b"a: \xff\n", "not UTF-8: line 1"),
        (b"a: \0\n", "NUL"),
        ("a: \x07\n", "cannot be read"),
    ],
)
def test_what_cannot_be_read_for_certain_is_refused(bench, data, why):
    with pytest.raises(EvidenceError, match=why):
        collected(bench, data)


def test_a_tag_runs_nothing(bench):
    made = collected(bench, "owner: !!python/object/apply:os.getcwd []\n")
    assert made.facts == {"owner": []}


def test_a_document_that_is_not_there(bench):
    with pytest.raises(EvidenceError, match="no document 'approval'"):
        ApprovalDocument.collect(bench.source("approval"), NONE)
    with pytest.raises(EvidenceError, match="does not exist"):
        ApprovalDocument.collect(bench.source("approval", documents={"approval": "x.yaml"}), NONE)


def test_a_model_that_cannot_be_read_is_no_model_without_a_digest(bench):
    with pytest.raises(EvidenceError, match="does not exist"):
        collected(bench, "owner: A", model={"path": "absent.onnx"})
