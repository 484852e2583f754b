"""A new check on predictions: how often they are wrong in each group."""

from deploycheck.scaffold.plugin.common import PER_HUNDRED
from deploycheck.scaffold.plugin.evidence import Evidence

__all__ = ["PREDICTIONS"]

_CHECKER = '''\
«module»

from collections.abc import Iterator

from deploycheck import (
    Columns,
    Estimate,
    Measure,
    Params,
    Predictions,
    «Estimate»,
    Undefined,
    checker,
)
from pydantic import Field


«with_these»
class «Params»(Params):
    by: Columns = Field(description="Columns whose values are the groups, one column at a time.")
    min_n: int = Field(30, ge=1, description="A group of fewer rows says too little.")


@checker(
    "«id»",
    «measures»«kind»
    tasks=["binary_classification", "multiclass"],
    roles=["target", "prediction"],
)
def «check»(params: «Params», predictions: Predictions) -> Iterator[Estimate]:
    """«title»

    Why: A model that is right on average can be wrong about one group far too often.

    Fix: See which group it is in the report, and look at its training rows and features.

    Definition: «definition», in each group. Groups are the values of each column of `by`.

    Undefined: A group of fewer than `min_n` rows is not judged, and the control is inconclusive; so
    it is without rows. A missing target or prediction is an error.

    Source: A rule of the house.

    «example»
    """
    for column in params.by:
        groups = predictions.confusion_matrix((column,))
        if not groups:
            yield Undefined("«measure»", 0, "there are no rows", slice={"by": column})
        for group in groups:
            # Yours: what is counted. Rows of the matrix are true labels, columns predicted ones.
            rows = int(group.rows.sum())
            right = int(group.rows.trace())
            if rows < params.min_n:
                reason = f"{rows} rows, fewer than {params.min_n}"
                yield Undefined("«measure»", rows, reason, slice=group.slice)
                continue
            yield «Estimate»("«measure»", «first»«counted», of=rows, slice=group.slice)
'''

_TESTS = '''\
«tests_of»

from pathlib import Path

import pytest
from deploycheck import EvidenceError, Predictions, «Estimate», Undefined
from deploycheck.testing import PolicyError, judge, judge_control, measure, page

from «package» import deploycheck_checkers
«import»

«places»
PARAMS = {"by": "sex", "min_n": 2}

«by_itself»


def test_each_group_is_counted() -> None:
    evidence = Predictions.of(
        prediction=[1, 0, 1, 1, 0],
        target=[1, 1, 0, 1, 0],
        groups={"sex": ["f", "f", "f", "m", "m"]},
    )
    women, men = measure(«check», PARAMS, predictions=evidence)
    assert women == «Estimate»("«measure»", «2/3», of=3, slice={"sex": "f"})
    assert men == «Estimate»("«measure»", «0/2», of=2, slice={"sex": "m"})


def test_no_rows() -> None:
    evidence = Predictions.of([], [], groups={"sex": []})
    (found,) = measure(«check», PARAMS, predictions=evidence)
    assert isinstance(found, Undefined)


def test_one_row_is_too_small_a_group() -> None:
    evidence = Predictions.of([1], [1], groups={"sex": ["f"]})
    (found,) = measure(«check», PARAMS, predictions=evidence)
    assert isinstance(found, Undefined)
    assert found.reason == "1 rows, fewer than 2"


def test_one_label_alone() -> None:
    evidence = Predictions.of([1, 1], [1, 1], groups={"sex": ["f", "f"]})
    (found,) = measure(«check», PARAMS, predictions=evidence)
    assert found == «Estimate»("«measure»", «0/2», of=2, slice={"sex": "f"})


@pytest.mark.parametrize("target", [[None, None], None])
def test_a_missing_target_is_an_error(target: list[None] | None) -> None:
    evidence = Predictions.of([1, 0], target, groups={"sex": ["f", "m"]})
    with pytest.raises(EvidenceError, match="no target"):
        measure(«check», PARAMS, predictions=evidence)


def test_an_absent_column_is_an_error() -> None:
    evidence = Predictions.of([1, 0], [1, 0])
    with pytest.raises(EvidenceError, match="sex"):
        measure(«check», PARAMS, predictions=evidence)


# Through the engine: a policy asks, and a verdict comes out.

RELEASE = """
    release: test
    version: "1"
    task: binary_classification
    data: {test: {path: data.csv}}
    columns: {target: outcome, prediction: predicted, positive: 1}
"""
«control»


«either»
    rows = [f"{sex},1,{int(at >= 10)}\\n" for sex in "fm" for at in range(100)]
    (tmp_path / "data.csv").write_text("sex,outcome,predicted\\n" + "".join(rows))
    «judged»


def test_a_wrong_policy_is_refused(tmp_path: Path) -> None:
    (tmp_path / "data.csv").write_text("sexes,outcome,predicted\\nf,1,1\\n")
    with pytest.raises(PolicyError, match="did you mean 'sexes'"):
        judge_control(CONTROL % "«passes»", tmp_path, release=RELEASE, checkers=[«check»])


«shared»'''


def _data() -> str:
    """400 applicants; the prediction is wrong for one in twenty of each sex."""
    lines = ["id,sex,defaulted,predicted"]
    for number in range(1, 401):
        defaulted = number % 10 < 3
        wrong = number // 2 % 20 == 7
        lines.append(f"{number},{'fm'[number % 2]},{int(defaulted)},{int(defaulted != wrong)}")
    return "\n".join(lines) + "\n"


PREDICTIONS = Evidence(
    checker=_CHECKER,
    tests=_TESTS,
    example={
        "release.yaml": """\
release: example
version: "1.0.0"
task: binary_classification
data:
  test: {path: data.csv}
columns:
  target: defaulted
  prediction: predicted
  positive: 1
""",
        "policy.yaml": "«policy»",
        "data.csv": _data(),
    },
    unit="probability",
    asked="{by: [sex]}",
    tested="{by: sex}",
    words={
        "lower": {
            "title": "No group gets too many wrong predictions.",
            "doc": "Wrong predictions«per_row», by group.",
            "definition": "«measure» = #{rows whose prediction is not the target}«per_rows»",
            "counted": "rows - right",
        },
        "higher": {
            "title": "Every group gets enough right predictions.",
            "doc": "Right predictions«per_row», by group.",
            "definition": "«measure» = #{rows whose prediction is the target}«per_rows»",
            "counted": "right",
        },
    },
    bounds=PER_HUNDRED,
    names={
        ("lower", True): "error_rate",
        ("higher", True): "right_rate",
        ("lower", False): "errors",
        ("higher", False): "right_answers",
    },
)
