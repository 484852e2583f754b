"""Samples in which nothing is wrong."""

import numpy as np
import polars as pl
import pytest

from deploycheck.selftest.null import compared, drawn_again, holds, without_drift
from deploycheck.selftest.world import World


def world(frame, **columns):
    release = {"release": "x", "data": {"test": {"path": "a.csv"}}, "columns": columns}
    return World(release, {"test": frame}, home=None)


def test_rows_are_drawn_with_replacement_from_the_same_rows():
    frame = pl.DataFrame({"a": range(1000)})
    drawn = drawn_again(world(frame), np.random.default_rng(1)).frames["test"]
    assert drawn.height == 1000
    assert set(drawn["a"]) < set(frame["a"])
    # About 1 - 1/e of the rows come at least once.
    assert drawn["a"].n_unique() == pytest.approx(632, abs=60)


@pytest.mark.parametrize("kind", [pl.Int64, pl.Float64, pl.String])
def test_ids_stay_unique_and_of_their_kind(kind):
    frame = pl.DataFrame({"id": pl.Series(range(500)).cast(kind), "a": range(500)})
    drawn = drawn_again(world(frame, id="id"), np.random.default_rng(1)).frames["test"]
    assert drawn.schema == frame.schema
    assert drawn["id"].n_unique() == drawn.height == 500


def test_entities_are_drawn_whole():
    frame = pl.DataFrame({"id": [n // 4 for n in range(400)], "a": [n % 4 for n in range(400)]})
    drawn = drawn_again(world(frame, id="id"), np.random.default_rng(1)).frames["test"]
    for _, rows in drawn.group_by("id"):
        assert sorted(rows["a"]) == [0, 1, 2, 3]
    assert drawn["id"].n_unique() == 100


def test_the_same_seed_draws_the_same_and_another_does_not():
    frame = pl.DataFrame({"a": range(100)})
    one, same, other = (
        drawn_again(world(frame), np.random.default_rng(seed)).frames["test"] for seed in (1, 1, 2)
    )
    assert one.equals(same)
    assert not one.equals(other)


def test_an_empty_table_stays_empty():
    frame = pl.DataFrame({"a": []}, schema={"a": pl.Int64})
    assert drawn_again(world(frame), np.random.default_rng(1)).frames["test"].height == 0


def test_without_drift_both_come_from_the_reference():
    frames = {"test": pl.DataFrame({"a": [9] * 70}), "train": pl.DataFrame({"a": range(8)})}
    release = {"data": {n: {"path": n} for n in frames}}
    made = without_drift(
        World(release, frames, home=None), [("train", "test")], np.random.default_rng(1)
    )
    assert made.frames["test"].height == 70
    assert set(made.frames["test"]["a"]) <= set(range(8))


def test_what_is_compared_and_what_holds(opened):
    plan, judge, small = opened()
    assert compared(plan.steps) == {"small/DRIFT": ("train", "test")}
    base = judge.verdicts(small)
    fine = {key.partition("/")[2]: holds(v) for key, v in base.verdicts.items()}
    assert fine == {"ACC": True, "FPR": True, "HOPELESS": False, "DRIFT": True, "LEAK": True}
