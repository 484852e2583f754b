"""Charts: marks stand on the side of each other that the numbers say, and inside the picture."""

from hypothesis import assume, given
from hypothesis import strategies as st

from deploycheck.engine.chart import WIDTH, graph, scales
from deploycheck.model.measurement import Interval, Measurement

NUMBERS = st.floats(-1e6, 1e6)


def measurement(value, low, high, name="m") -> Measurement:
    interval = Interval(low=low, high=high, each=0.95, together=0.9, method="exact")
    return Measurement(name=name, value=value, interval=interval)


@given(st.lists(NUMBERS, min_size=3, max_size=3).map(sorted), NUMBERS)
def test_marks_keep_the_order_of_the_numbers(numbers, least):
    assume(len({*numbers, least}) > 1)
    low, value, high = numbers
    made = measurement(value, low, high)
    drawn = graph(made, scales([made], {"m": {"min": least}})["m"])
    assert drawn is not None
    left, right = drawn.range
    (bound,) = drawn.scale.bounds
    assert 0 <= left <= drawn.point <= right <= WIDTH
    assert (bound <= left) if least <= low else (bound >= left)
    assert (bound >= right) if least >= high else (bound <= right)
    begin, width = drawn.scale.allowed
    assert begin == bound
    assert round(begin + width, 1) == WIDTH


def test_parts_of_one_measure_share_their_scale():
    parts = [measurement(0.2, 0.1, 0.3), measurement(0.8, 0.7, 0.9)]
    made = scales(parts, {})
    assert list(made) == ["m"]
    first, second = (graph(part, made["m"]) for part in parts)
    assert first.range[1] < second.range[0]


def test_between_two_bounds_lies_what_is_allowed():
    part = measurement(0.5, 0.4, 0.6)
    scale = scales([part], {"m": {"min": 0.3, "max": 0.7}})["m"]
    left, right = scale.bounds
    assert scale.allowed == (left, round(right - left, 1))


def test_an_open_side_reaches_the_edge():
    part = measurement(0.5, None, 0.6)
    assert graph(part, scales([part], {})["m"]).range[0] == 0


def test_a_value_that_is_its_bound_needs_no_chart():
    none = Measurement(name="m", value=0, outcome="PASS")
    assert scales([none], {"m": {"max": 0}}) == {}
    assert list(scales([none], {"m": {"max": 1}})) == ["m"]


def test_numbers_too_close_for_a_scale_are_drawn_in_the_middle():
    part = measurement(5e-324, 0.0, 1e-323)
    drawn = graph(part, scales([part], {})["m"])
    assert drawn.point == drawn.range[0] == drawn.range[1] == WIDTH / 2


def test_what_is_no_number_has_no_chart():
    text = Measurement(name="licence", value="MIT", unit="text", outcome="PASS")
    none = Measurement(name="m", value=None, undefined="no rows")
    huge = Measurement(name="h", value=10**400)
    required = {"licence": {"equals": "MIT"}, "m": {}, "h": {"max": 1}}
    made = scales([text, none, huge], required)
    assert graph(text, made.get("licence")) is None
    assert graph(none, made.get("m")) is None
    assert graph(huge, made.get("h")) is None
