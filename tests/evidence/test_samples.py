"""Samples of plain values, as tests of checkers make them."""

import numpy as np
import pytest

from deploycheck.evidence.samples import Samples


def test_numbers_and_texts_are_told_apart():
    made = Samples.of(
        {"n": [1, None, 2.5], "t": ["a", None, "b"], "b": [True, False, True]}, "train"
    )
    assert (made.name, made.rows) == ("train", 3)
    np.testing.assert_array_equal(made.numbers["n"], [1.0, np.nan, 2.5])
    assert made.texts["t"].values == ("(missing)", "a", "b")
    assert made.texts["b"].codes.tolist() == [1, 0, 1]
    assert Samples.of({"n": np.arange(3)}).numbers["n"].tolist() == [0, 1, 2]


def test_nothing_can_be_changed():
    values = np.array([1.0, 2.0])
    made = Samples("test", "", 2, {"n": values}, {}, {"x": "nested"})
    with pytest.raises(ValueError, match="read-only"):
        made.numbers["n"][0] = 9
    for mapping in (made.numbers, made.texts, made.left_out):
        with pytest.raises(TypeError):
            mapping["y"] = 1
    values[0] = 5.0  # the owner's own array stays writable


def test_no_rows():
    made = Samples.of({"n": []})
    assert (made.rows, made.numbers["n"].size) == (0, 0)
