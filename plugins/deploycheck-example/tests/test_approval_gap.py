"""A checker's test is a function call: evidence made by hand in, estimates out."""

import pytest
from deploycheck_example.approval_gap import ApprovalGap, approval_gap
from pydantic import ValidationError

from deploycheck import EvidenceError, Range, Undefined
from deploycheck.evidence.predictions import Predictions

BY_SEX = ApprovalGap(by="sex")


def people(*, women: tuple[int, int], men: tuple[int, int], **more) -> Predictions:
    """So many approved and declined of each sex."""
    approved = [*[1] * women[0], *[0] * women[1], *[1] * men[0], *[0] * men[1]]
    sex = ["f"] * sum(women) + ["m"] * sum(men)
    return Predictions.of(approved, favourable=1, groups={"sex": sex, **more})


def test_each_group_is_counted():
    (gap,) = approval_gap(BY_SEX, people(women=(17, 23), men=(41, 19)))
    assert isinstance(gap, Range)
    assert gap.name == "approval_gap"
    assert gap.slice == {"by": "sex"}
    counts = {group.slice["sex"]: (group.hits, group.of) for group in gap.groups}
    assert counts == {"f": (17, 40), "m": (41, 60)}


def test_each_column_is_looked_at_by_itself():
    evidence = people(women=(2, 1), men=(1, 2), region=["n", "s", "n", "s", "n", "s"])
    gaps = list(approval_gap(ApprovalGap(by=["sex", "region"]), evidence))
    assert [gap.slice["by"] for gap in gaps] == ["sex", "region"]
    assert [len(gap.groups) for gap in gaps] == [2, 2]


def test_a_group_that_nobody_approves_of_is_a_group():
    (gap,) = approval_gap(BY_SEX, people(women=(0, 5), men=(5, 0)))
    assert [(group.hits, group.of) for group in gap.groups] == [(0, 5), (5, 5)]


@pytest.mark.parametrize(
    ("women", "men", "groups"), [((0, 0), (0, 0), 0), ((1, 0), (0, 0), 1), ((9, 9), (0, 0), 1)]
)
def test_fewer_than_two_groups_are_undefined(women, men, groups):
    (gap,) = approval_gap(BY_SEX, people(women=women, men=men))
    assert isinstance(gap, Undefined)
    assert gap.reason.startswith(f"{groups} group in sex")
    assert not gap.context, "it has to make the control inconclusive"


def test_a_missing_sex_is_a_group_and_not_left_out():
    evidence = Predictions.of([1, 0, 1], favourable=1, groups={"sex": ["f", "m", None]})
    (gap,) = approval_gap(BY_SEX, evidence)
    assert sum(group.of for group in gap.groups) == 3


def test_a_missing_prediction_is_an_error_with_a_fix():
    evidence = Predictions.of([1, None], favourable=1, groups={"sex": ["f", "m"]})
    with pytest.raises(EvidenceError, match="1 of 2 rows"):
        list(approval_gap(BY_SEX, evidence))


def test_an_outcome_that_never_occurs_is_an_error():
    evidence = Predictions.of(["no", "no"], favourable="yes", groups={"sex": ["f", "m"]})
    with pytest.raises(EvidenceError, match="yes never occurs"):
        list(approval_gap(BY_SEX, evidence))


@pytest.mark.parametrize("by", [[], ["sex", "sex"], None, 3])
def test_columns_are_named_once_and_at_least_one(by):
    with pytest.raises(ValidationError):
        ApprovalGap(by=by)
