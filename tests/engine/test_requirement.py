"""Bounds: units are converted, and a bound that makes no sense is refused with its reason."""

import pytest

from deploycheck.authoring.measure import Measure
from deploycheck.engine.requirement import quantity, requirement
from deploycheck.model.policy import Bound, Kind

RATE = Measure("rate", unit="probability", better="lower", doc="A rate.")
SIZE = Measure("size", unit="bytes", better="lower", doc="A size.")
TIME = Measure("time", unit="ms", better="lower", doc="A time.")
NAME = Measure("name", unit="text", better="none", doc="A name.")
HITS = Measure("hits", unit="probability", better="higher", doc="A rate.")
LEVEL = Measure("level", unit="number", better="none", doc="A level.")


@pytest.mark.parametrize(
    ("written", "unit", "value"),
    [
        ("25 ms", "ms", 25), ("0.5 s", "ms", 500), ("200 MB", "bytes", 200e6), ("1GiB", "bytes", 2**30),
        ("10%", "probability", 0.1), ("10 %", "ratio", 0.1), ("36 h", "days", 1.5), (0.8, "ratio", 0.8),
        ("1.5e3 kB", "bytes", 1.5e6), ("2 days", "s", 172800),
    ],
)  # fmt: skip
def test_a_unit_is_converted_to_that_of_the_measure(written, unit, value):
    assert quantity(written, unit) == pytest.approx(value, rel=1e-12)


@pytest.mark.parametrize(
    ("written", "unit", "said"),
    [
        ("25 ms", "bytes", "unit 'ms'"), ("many", "ms", "no number|not a number"), ("10%", "bytes", "unit '%'"),
        ("5 parsecs", "number", "unit"), (True, "count", "not a number"), (float("nan"), "ms", "finite"),
        (float("inf"), "ms", "finite"), ("nan ms", "ms", "not a number"), ("", "ms", "not a number"),
        ("1e999 ms", "ms", "finite"), ("25 MS", "ms", "unit 'MS'"),
        ("1e999999999 ms", "ms", "not a number"), ("1e-999999999 ms", "ms", "not a number"),
        ("9" * 5000 + " ms", "ms", "finite|limit"), ("1e308 min", "ms", "finite|large"),
    ],
)  # fmt: skip
def test_what_is_no_quantity_is_refused(written, unit, said):
    with pytest.raises(ValueError, match=said):
        quantity(written, unit)


def told(measure, kind, **bound):
    problems = []
    made = requirement(
        measure, Bound.model_validate(bound), Kind(kind), lambda *t: problems.append(t)
    )
    assert (made is None) == bool(problems)
    return [(code, key) for code, key, _ in problems]


@pytest.mark.parametrize(
    ("measure", "kind", "bound", "problem"),
    [
        (RATE, "demonstrate", {}, ("DC017", "")),
        (RATE, "demonstrate", {"max": 1}, ("DC017", "max")),  # can never fail
        (RATE, "exact", {"max": 1.5}, ("DC017", "max")),
        (RATE, "exact", {"min": 0}, ("DC017", "min")),
        (SIZE, "exact", {"min": -5}, ("DC017", "min")),
        (RATE, "exact", {"max": -0.1}, ("DC017", "max")),  # can never pass
        (RATE, "exact", {"min": 1.1}, ("DC017", "min")),
        (RATE, "demonstrate", {"max": 0}, ("DC017", "max")),  # no sample can show it
        (RATE, "demonstrate", {"min": 1}, ("DC017", "min")),
        (RATE, "demonstrate", {"equals": 0.5}, ("DC017", "equals")),
        (LEVEL, "exact", {"min": 5, "max": 4}, ("DC017", "min")),
        (RATE, "exact", {"equals": "much"}, ("DC017", "equals")),
        (NAME, "exact", {"min": 1}, ("DC018", "min")),
        (NAME, "exact", {"equals": 3}, ("DC017", "equals")),
        (RATE, "exact", {"one_of": [0.5, 2]}, ("DC017", "one_of")),
        (TIME, "exact", {"max": "5 MB"}, ("DC018", "max")),
        (RATE, "demonstrate", {"max": 0.1, "detect": 0.2}, ("DC023", "detect")),
        (RATE, "detect", {"max": 0.1}, ("DC023", "")),
        (RATE, "detect", {"max": 0.1, "detect": 0.1}, ("DC017", "detect")),
        (RATE, "detect", {"max": 0.1, "detect": 1.2}, ("DC017", "detect")),
        (RATE, "detect", {"min": 0.1, "max": 0.2, "detect": 0.3}, ("DC023", "")),
        (RATE, "demonstrate", {"min": 0.1}, ("DC017", "min")),  # the worse the better
        (SIZE, "exact", {"min": "1 MB"}, ("DC017", "min")),
        (RATE, "detect", {"min": 0.1, "detect": 0.05}, ("DC017", "min")),
        (HITS, "demonstrate", {"max": 0.9}, ("DC017", "max")),
    ],
)
def test_a_bound_that_makes_no_sense_is_refused(measure, kind, bound, problem):
    assert problem in told(measure, kind, **bound)


@pytest.mark.parametrize(
    ("measure", "kind", "bound"),
    [
        (RATE, "demonstrate", {"max": 0.1}),
        (RATE, "exact", {"max": 0}),
        (SIZE, "demonstrate", {"max": 0}),
        (SIZE, "exact", {"max": "1 kB"}),
        (NAME, "exact", {"one_of": ["onnx"]}),
        (RATE, "detect", {"max": 0.1, "detect": 0.2}),
        (LEVEL, "detect", {"min": 0.9, "detect": 0.8}),
        (RATE, "demonstrate", {"min": 0.01, "max": 0.1}),
        (LEVEL, "demonstrate", {"min": -3, "max": 3}),
    ],
)
def test_a_bound_that_makes_sense_is_taken(measure, kind, bound):
    assert told(measure, kind, **bound) == []


def test_every_mistake_of_a_bound_is_told():
    assert len(told(RATE, "exact", min="5 MB", max="much")) == 2
