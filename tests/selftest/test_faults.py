"""Faults: each does what it says, and says why where it cannot be put in."""

import pickle
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from deploycheck.selftest.faults import CANARY, FAULTS, Inapplicable

BY_NAME = {fault.name: fault for fault in FAULTS}


def put_in(name, world, seed=1, data="test"):
    return BY_NAME[name].make(world, data, np.random.default_rng(seed))


def test_label_noise_turns_one_label_in_five(opened):
    _, _, world = opened()
    before, after = (w.frames["test"]["bad"] for w in (world, put_in("label noise", world)))
    assert (before != after).mean() == pytest.approx(0.2, abs=0.01)


def test_label_noise_of_numbers_keeps_the_numbers(opened):
    _, _, world = opened()
    world = replace(world, release={**world.release, "columns": {"target": "income"}})
    before, after = (w.frames["test"]["income"] for w in (world, put_in("label noise", world)))
    assert sorted(before) == sorted(after)
    assert 0.1 < (before != after).mean() <= 0.2


def test_a_leaked_target_is_always_right(opened):
    _, _, world = opened()
    frame = put_in("leaked target", world).frames["test"]
    assert (frame["said"] == frame["bad"]).all()


def test_leaked_rows_are_training_rows(opened):
    _, _, world = opened()
    made = put_in("leaked rows", world)
    added = made.frames["train"].height - world.frames["train"].height
    assert added == round(0.2 * world.frames["test"].height)
    assert made.frames["train"].join(world.frames["test"], on="id").height == added


def test_a_shifted_feature_moves_by_its_deviation(opened):
    _, _, world = opened()
    made = put_in("shifted feature", world)
    moved = {
        column: (made.frames["test"][column] - world.frames["test"][column]).mean()
        for column in ("age", "income")
    }
    (column,) = [name for name, by in moved.items() if by]
    assert moved[column] == pytest.approx(world.frames["test"][column].std(), rel=0.05)


def test_a_lost_feature_is_missing_in_one_row_of_five(opened):
    _, _, world = opened()
    frame = put_in("lost feature", world).frames["test"]
    assert sum(frame[c].null_count() for c in frame.columns) == round(0.2 * frame.height)


def test_a_flipped_group_is_always_wrong_where_it_was_right(opened):
    _, _, world = opened()
    before, after = world.frames["test"], put_in("flipped group", world).frames["test"]
    turned = before["said"] != after["said"]
    assert after.filter(turned)["sex"].n_unique() == 1
    assert turned.sum() == (before["sex"] == after.filter(turned)["sex"][0]).sum()


def test_a_flipped_group_by_scores_lies_on_the_other_side(opened):
    _, _, world = opened()
    columns = {"target": "bad", "score": "income", "threshold": {"at_least": 5000},
               "protected": ["sex"]}  # fmt: skip
    world = replace(world, release={**world.release, "columns": columns})
    before, after = (w.frames["test"]["income"] for w in (world, put_in("flipped group", world)))
    turned = (before >= 5000) != (after >= 5000)
    assert 0.4 < turned.mean() < 0.6
    assert ((before >= 5000) != (after >= 5000)).sum() == (before != after).sum()


def test_a_hostile_pickle_would_write_a_file_and_nothing_here_loads_it(small, opened, tmp_path):
    _, judge, world = opened()
    world = replace(world, release={**world.release, "model": {"path": "model.onnx"}})
    made = put_in("hostile pickle", world)
    assert made.release["model"]["path"] == "hostile.pkl"
    trial = judge.verdicts(made)
    assert trial.refused  # DC113: a pickle is not run
    assert not list(tmp_path.rglob(CANARY))
    assert not Path(CANARY).exists()
    assert b"open" in made.files["hostile.pkl"]
    assert pickle.loads  # what a careless gate would call


@pytest.mark.parametrize(
    ("fault", "columns", "said"),
    [
        ("label noise", {}, "no column for the target"),
        ("leaked target", {"target": "bad"}, "no stored prediction"),
        ("flipped group", {"target": "bad", "prediction": "said"}, "no column is protected"),
        ("sleep", {}, "there is no model"),
        ("hostile pickle", {}, "there is no model file"),
    ],
)
def test_what_cannot_be_put_in_says_why(opened, fault, columns, said):
    _, _, world = opened()
    world = replace(world, release={**world.release, "columns": columns})
    with pytest.raises(Inapplicable, match=said):
        put_in(fault, world)


def test_without_training_data_no_row_can_leak(opened):
    _, _, world = opened()
    alone = replace(world, frames={"test": world.frames["test"]})
    with pytest.raises(Inapplicable, match="no training data"):
        put_in("leaked rows", alone)


def test_without_numbers_no_feature_can_move(opened):
    _, _, world = opened()
    world = world.with_frame("test", pl.DataFrame({"sex": ["f", "m"], "bad": [0, 1]}))
    with pytest.raises(Inapplicable, match="no numeric feature"):
        put_in("shifted feature", world)


@pytest.mark.parametrize(
    ("values", "positive"),
    [
        ([0, 1] * 30, "1"),
        ([False, True] * 30, True),
        ([False, True] * 30, "true"),
        (["0", "1"] * 30, 1),
        ([date(2020, 1, 1), date(2020, 1, 2)] * 30, "2020-01-02"),
        (pl.Series(["a", "b"] * 30, dtype=pl.Categorical), "b"),
    ],
)
def test_a_leaked_score_knows_the_positive_label_however_it_is_written(opened, values, positive):
    _, _, world = opened()
    frame = pl.DataFrame({"bad": values, "score": [0.5] * 60})
    columns = {"target": "bad", "score": "score", "positive": positive}
    world = replace(world, release={**world.release, "columns": columns})
    made = put_in("leaked target", world.with_frame("test", frame))
    assert made.frames["test"]["score"].to_list() == [0, 1] * 30


@pytest.mark.parametrize(
    ("fault", "values", "said"),
    [
        ("leaked target", [0, 2], "no row is positive"),
        ("leaked target", [None, None], "no row is positive"),
        ("leaked target", [[1], [2]], "bad holds neither labels nor numbers"),
        ("label noise", [[1], [2]], "bad holds neither labels nor numbers"),
        ("label noise", [], "there are no rows"),
        ("lost feature", [], "there are no rows"),
        ("flipped group", [0, 1], "score holds no numbers"),
    ],
)
def test_data_that_no_fault_fits_say_why(opened, fault, values, said):
    _, _, world = opened()
    n = len(values)
    columns = {"target": "bad", "score": "score", "positive": 1, "protected": ["sex"]}
    columns["threshold"] = {"at_least": 0.5}
    world = replace(world, release={**world.release, "columns": columns})
    frame = pl.DataFrame(
        {"bad": values, "score": ["a"] * n, "sex": ["f", "m"][:n], "age": [1.0] * n},
        schema_overrides={"age": pl.Float64},
    )
    with pytest.raises(Inapplicable, match=said):
        put_in(fault, world.with_frame("test", frame))
