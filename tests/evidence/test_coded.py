"""Codes, labels and combinations of columns."""

import math
from datetime import date

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from deploycheck.evidence.coded import Coded, combined, frequencies, label_text, value_text
from deploycheck.evidence.errors import EvidenceError


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (1, "1"),
        (1.0, "1"),
        ("1", "1"),
        ("1.0", "1"),
        ("1.00", "1"),
        ("-0.0", "-0"),
        (-0.0, "0"),
        (True, "true"),
        (False, "false"),
        ("True", "True"),
        ("007", "007"),
        ("007.0", "007.0"),
        ("1.", "1."),
        (".0", ".0"),
        ("1.5", "1.5"),
        (0.1, "0.1"),
        (math.inf, "inf"),
        (10**30, str(10**30)),
        ("1.0.0", "1.0.0"),
        ("٣.0", "٣.0"),
        (date(2026, 1, 2), "2026-01-02"),
        ("", ""),
    ],
)
def test_labels_of_equal_value_have_one_text(value, text):
    assert label_text(value) == text


def test_a_group_named_1_0_is_not_the_group_1():
    assert Coded.of(["1.0", "1", 1.0]).values == ("1", "1.0")
    assert value_text("1.0") == "1.0"


def test_missing_values_are_a_group():
    made = Coded.of(["b", None, "a", "b"])
    assert made.values == ("(missing)", "a", "b")
    assert [made.values[code] for code in made.codes] == ["b", "(missing)", "a", "b"]


@given(
    st.lists(st.tuples(st.integers(0, 3), st.sampled_from("xyz"), st.integers(0, 40)), max_size=60)
)
def test_combinations_are_those_of_the_rows(rows):
    columns = {name: Coded.of([row[i] for row in rows]) for i, name in enumerate("abc")}
    slices, group = combined(columns, ("a", "b", "c"), len(rows))
    told = [tuple(map(str, row)) for row in rows]
    assert [tuple(part.values()) for part in slices] == sorted(set(told))
    assert [tuple(slices[code].values()) for code in group] == told


def test_many_columns_of_many_values_stay_small():
    rng = np.random.default_rng(1)
    columns = {f"c{i}": Coded.of(rng.integers(0, 900, 50).tolist()) for i in range(12)}
    slices, group = combined(columns, tuple(columns), 50)
    assert len(slices) == 50
    assert sorted(group.tolist()) == list(range(50))


def test_too_many_combinations_are_refused():
    columns = {"id": Coded.of(range(10_001)), "x": Coded.of([1] * 10_001)}
    with pytest.raises(EvidenceError, match=r"id, x: more than 10,000 combinations"):
        combined(columns, ("id", "x"), 10_001)
    slices, _ = combined({"id": Coded.of(range(10_000))}, ("id",), 10_000)
    assert len(slices) == 10_000


def test_combinations_far_beyond_a_dense_table_are_found_by_sorting():
    columns = {name: Coded.of([f"{i:05}" for i in range(5_000)]) for name in "ab"}
    slices, group = combined(columns, ("a", "b"), 5_000)
    assert slices[4_999] == {"a": "04999", "b": "04999"}
    assert (group == np.arange(5_000)).all()


@pytest.mark.parametrize(
    ("weights", "why"),
    [
        (np.array([1.0, np.nan]), "1 of 2 frequency weights are missing or infinite"),
        (np.array([1.0, np.inf]), "missing or infinite"),
        (np.array([1, -1]), "1 of 2 frequency weights are negative"),
        (np.array([1.0, 0.5]), "no whole number"),
        (np.array([1]), "one a row"),
        (np.array([True, False]), "whole numbers"),
        (np.array(["1", "2"]), "whole numbers"),
        (np.array([2**52, 2**52]), r"beyond 2\^53"),
        (np.array([2**63, 1], dtype=np.uint64), r"beyond 2\^53"),
    ],
)
def test_weights_that_are_no_counts_are_refused(weights, why):
    with pytest.raises(EvidenceError, match=why):
        frequencies(weights, 2)


def test_whole_floats_are_counts():
    made = frequencies(np.array([2.0, 0.0]), 2)
    assert made.dtype == np.int64
    assert made.tolist() == [2, 0]
