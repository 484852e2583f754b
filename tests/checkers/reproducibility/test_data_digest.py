import pytest
from pydantic import ValidationError

from deploycheck.authoring.estimates import Count, Undefined
from deploycheck.checkers.reproducibility.data_digest import DataDigest, data_digest
from deploycheck.evidence.manifest import Artefact, Manifest

A, B = "sha256:" + "a" * 64, "sha256:" + "b" * 64


def manifest(*artefacts):
    return Manifest(tuple(Artefact(name, f"{name}.csv", *rest) for name, *rest in artefacts))


def test_what_is_as_declared_is_no_mismatch(run):
    made = manifest(("data.test", A, A), ("data.train", B, B), ("model", A, A))
    assert run(data_digest, manifest=made) == (Count("mismatches", 0, of=3),)


def test_each_mismatch_is_named(run):
    made = manifest(
        ("data.changed", A, B),
        ("data.undeclared", None, A),
        ("data.unreadable", A, None, "no such file"),
        ("data.silent", A, None),
        ("data.empty", "", A),
        ("data.fine", A, A),
        ("model", A, A),
    )
    assert run(data_digest, manifest=made) == (
        Count(
            "mismatches",
            5,
            of=7,
            details=(
                f"data.changed: declared {A}, found {B}",
                f"data.undeclared: the release declares no digest; it is {A}",
                "data.unreadable: no such file",
                "data.silent: cannot be read",
                f"data.empty: the release declares no digest; it is {A}",
            ),
        ),
    )


def test_two_absent_digests_are_not_equal(run):
    assert run(data_digest, manifest=manifest(("model", None, None)))[0].value == 1
    assert run(data_digest, manifest=manifest(("model", "", "")))[0].value == 1


def test_documents_count_only_where_they_are_named(run):
    made = manifest(("data.test", A, A), ("documents.card", None, B))
    assert run(data_digest, manifest=made) == (Count("mismatches", 0, of=1),)
    found = run(data_digest, {"artefacts": ["documents.card"]}, manifest=made)
    assert found[0].value == found[0].of == 1


def test_a_named_artefact_that_is_not_there_is_a_mismatch(run):
    found = run(data_digest, {"artefacts": ["data.tset"]}, manifest=manifest(("data.test", A, A)))
    assert found == (
        Count("mismatches", 1, of=1, details=("data.tset: the release names no such artefact",)),
    )


@pytest.mark.parametrize("made", [manifest(), manifest(("documents.card", A, A))])
def test_nothing_to_compare_is_no_pass(run, made):
    (found,) = run(data_digest, manifest=made)
    assert isinstance(found, Undefined)
    assert not found.context


@pytest.mark.parametrize("artefacts", [[], "data.test", [1], [None]])
def test_artefacts_are_a_list_of_names(artefacts):
    with pytest.raises(ValidationError):
        DataDigest(artefacts=artefacts)
