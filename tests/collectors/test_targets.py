"""The truth alone: labels or numbers, one in every row, whoever predicts them."""

import pytest

from deploycheck.authoring.errors import EvidenceError, RoleError
from deploycheck.authoring.params import NoParams
from deploycheck.collectors.targets import TrueOutcomes
from deploycheck.evidence.targets import Targets

NONE = NoParams()


@pytest.fixture
def true(bench):
    def true(text, *, release=None, **columns):
        data = {"train": {"path": bench.write("t.csv", text)}}
        source = bench.source("train", data=data, columns=columns, **(release or {}))
        description = TrueOutcomes.describe(source, NONE)
        found = TrueOutcomes.collect(source, NONE, table=bench.table(source))
        assert description.digest == found.digest
        return found

    return true


def test_no_model_and_no_prediction_is_needed(true):
    found = true(
        "y,id\nb,1\na,1\nb,1\n", target="y", prediction="absent", id="id",
        release={"model": {"path": "absent.onnx"}},
    )  # fmt: skip
    assert (found.name, found.rows, found.labels) == ("train", 3, ("a", "b"))
    assert found.codes.tolist() == [1, 0, 1]
    assert found.most_frequent() == "b"
    assert found.mean() is None


def test_a_regression_has_a_mean(true):
    found = true(
        "y,w\n1,3\n5,1\n", target="y", weight={"column": "w", "kind": "frequency"},
        release={"task": "regression"},
    )  # fmt: skip
    assert (found.mean(), found.most_frequent()) == (2.0, None)


def test_ties_go_to_the_first_label_and_nothing_is_no_majority(true):
    assert Targets.of([1, 0, 1, 0]).most_frequent() == "0"
    assert Targets.of([1, 0], weights=[2, 1]).most_frequent() == "1"
    assert Targets.of([1, 0], weights=[0, 0]).most_frequent() is None
    assert true("y\n", target="y").most_frequent() is None
    assert Targets.of([], task="regression").mean() is None
    assert Targets.of([1.0], task="regression", weights=[0]).mean() is None


@pytest.mark.parametrize(
    ("text", "release", "code", "why"),
    [
        ("y,q\n,1\n1,1\n", {}, "DC203", "1 of 2 rows of train have no target"),
        ("q\n1\n", {}, "DC019", "has no column 'y'"),
        ("y\na\n", {"task": "regression"}, "DC203", "target y is text"),
        ("y\ninf\n", {"task": "regression"}, "DC203", "infinite target"),
        ("y\n" + "\n".join(map(str, range(1_001))), {}, "DC203", "1,001 distinct values"),
    ],
)
def test_doubt_about_the_content_is_an_error(true, text, release, code, why):
    with pytest.raises(EvidenceError, match=why) as caught:
        true(text, target="y", release=release)
    assert caught.value.code == code


def test_a_release_without_a_target_is_told_when_the_plan_is_made(true):
    with pytest.raises(RoleError, match="no column with what was true"):
        true("y\n1\n")


def test_sampling_weights_say_what_is_frequent(true):
    weight = {"weight": {"column": "w", "kind": "sampling"}}
    text = "y,w\na,1\na,1\nb,2.5\n"
    assert true(text, target="y").most_frequent() == "a"
    found = true(text, target="y", **weight)
    assert (found.weights, found.sampling.tolist()) == (None, [1, 1, 2.5])
    assert found.most_frequent() == "b"
    mean = true("y,w\n1,0.5\n5,1.5\n", target="y", release={"task": "regression"}, **weight)
    assert mean.mean() == 4
    with pytest.raises(EvidenceError, match="1 of 2 sampling weights are negative"):
        true("y,w\n1,1\n0,-1\n", target="y", **weight)
