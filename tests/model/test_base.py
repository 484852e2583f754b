"""What every noun shares."""

import pickle

import pytest

from deploycheck.model.measurement import Interval, Measurement
from deploycheck.model.verdict import Verdict

GIVEN = {"name": "rate", "value": 0.5, "unit": "probability", "outcome": "PASS"}


def test_a_noun_of_checked_parts_is_the_one_that_pydantic_makes():
    made, theirs = Measurement.of(**GIVEN), Measurement(**GIVEN)
    assert made == theirs
    assert made.model_dump_json() == theirs.model_dump_json()
    assert repr(made) == repr(theirs)
    assert made.__dict__ == theirs.__dict__
    assert list(made.__dict__) == list(Measurement.model_fields)
    assert pickle.loads(pickle.dumps(made)) == theirs
    copied = made.model_copy(update={"value": 0.25})
    assert (copied.value, made.value) == (0.25, 0.5)
    assert Measurement.model_validate(made.model_dump()) == theirs


def test_it_is_as_immutable_as_the_others():
    made = Measurement.of(**GIVEN)
    with pytest.raises(ValueError, match="frozen"):
        made.value = 1.0


def test_defaults_that_are_made_are_not_shared():
    first, second = Measurement.of(**GIVEN), Measurement.of(**GIVEN)
    assert first.slice == {}
    assert first.slice is not second.slice


@pytest.mark.parametrize("given", [{}, {"name": "x"}, {**GIVEN, "colour": "red"}])
def test_a_part_that_is_missing_or_foreign_is_an_error(given):
    with pytest.raises(TypeError, match="Measurement needs"):
        Measurement.of(**given)


def test_nested_nouns_dump_as_usual():
    bounds = {"low": 0.1, "high": None, "each": 0.95, "together": 0.9, "method": "m"}
    made = Measurement.of(**GIVEN, interval=Interval.of(**bounds))
    assert made.model_dump()["interval"] == bounds
    assert "measurements" in Verdict.model_fields
