"""Charts: marks stand where the numbers are, inside the picture, few, and never trusting."""

import math
import re
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deploycheck.authoring.figures import Bar, Bars, Curve, Distribution, Point, as_json
from deploycheck.engine.figures.axis import Axis, axis, labels
from deploycheck.engine.figures.bars import bars
from deploycheck.engine.figures.curve import MOST_POINTS, curve
from deploycheck.engine.figures.distribution import MOST_BINS, distribution
from deploycheck.engine.figures.draw import Room, drawn
from deploycheck.engine.figures.drawing import LEFT, MOST, RIGHT, WIDTH, fit
from deploycheck.engine.figures.groups import groups
from deploycheck.engine.figures.read import read
from deploycheck.engine.wording import bounded
from deploycheck.model.measurement import Interval, Measurement
from deploycheck.model.policy import Enforcement, Severity
from deploycheck.model.verdict import Effect, Outcome, Verdict

NUMBERS = st.floats(-1e290, 1e290) | st.floats(-10, 10) | st.integers(-(10**30), 10**30)
SHORT = st.text(max_size=30)


def words(drawing) -> list[str]:
    return [word.text for word in drawing.marks.words]


def numbers(drawing) -> list[float]:
    """Every pixel across that a mark stands at."""
    marks = drawing.marks
    found = [x for box in marks.boxes for x in (box.x, box.x + box.width)]
    found += [dot.x for dot in marks.dots] + [word.x for word in marks.words]
    for line in marks.lines:
        found += [float(x) for x in re.findall(r"[ML](-?[\d.e+]+) ", line.path)]
    return found


def heights(drawing) -> list[float]:
    marks = drawing.marks
    found = [y for box in marks.boxes for y in (box.y, box.y + box.height)]
    return found + [dot.y for dot in marks.dots] + [word.y for word in marks.words]


def assert_inside(drawing):
    assert all(math.isfinite(x) and -0.2 <= x <= WIDTH + 0.2 for x in numbers(drawing))
    assert all(math.isfinite(y) and -0.2 <= y <= drawing.height + 0.2 for y in heights(drawing))
    assert "nan" not in "".join(line.path for line in drawing.marks.lines)
    for text in (drawing.title, drawing.about, *words(drawing)):
        assert bounded(text, 10**6) == text


# Axes


@given(st.lists(NUMBERS, min_size=1, max_size=5), st.booleans())
def test_an_axis_holds_its_numbers_in_their_order(held, zero):
    made = axis(held, LEFT, RIGHT, zero=zero)
    places = [made.at(value) for value in sorted(held)]
    assert places == sorted(places)
    assert all(LEFT <= place <= RIGHT for place in places)
    if zero:
        assert LEFT <= made.at(0.0) <= RIGHT


@given(st.lists(NUMBERS, min_size=1, max_size=5), st.integers(3, 7))
def test_ticks_are_few_round_and_on_the_axis(held, most):
    made = axis(held, LEFT, RIGHT)
    ticks = made.ticks(most)
    assert len(ticks) <= most
    slack = (made.high - made.low) * 1e-6
    assert all(made.low - slack <= tick <= made.high + slack for tick in ticks)
    assert all(a < b for a, b in pairwise(ticks))


@pytest.mark.parametrize(
    ("low", "high", "ticks"),
    [
        (0.0, 1.0, [0, 0.5, 1.0]),
        (0.1, 0.5, [0.1, 0.2, 0.3, 0.4, 0.5]),
        (-3.0, 4.0, [-2, 0, 2, 4]),
        (990.0, 1_010.0, [990, 995, 1_000, 1_005, 1_010]),
    ],
)
def test_ticks_by_hand(low, high, ticks):
    assert Axis(low, high, 0, 100).ticks() == ticks


def test_equal_ratios_are_equally_far_apart():
    made = Axis(1.0, 100.0, 0, 100, log=True)
    assert [made.at(v) for v in (0.5, 1, 10, 100, 1000)] == [0, 0, 50, 100, 100]
    assert made.ticks(4) == [1, 5, 20, 100]


def test_labels_tell_ticks_apart_or_are_left_out():
    assert labels([1000.5, 1001.0]) == ["1,000.5", "1,001"]
    assert labels([10.0**9, 2 * 10.0**9, 3 * 10.0**9]) == ["1,000,000,000", "", "3,000,000,000"]


@given(st.text(max_size=300), st.floats(0, 400))
def test_a_text_is_cut_to_its_room(text, pixels):
    shown = fit(text, pixels)
    assert bounded(shown) == shown
    assert len(shown) * 6.3 <= pixels + 12
    assert shown == "…" or shown.rstrip("…") != "" or not text.strip()


# Figures


def test_bars_begin_at_zero_and_keep_their_proportion():
    made = bars(Bars("t", (Bar("a", 4.0), Bar("b", 2.0), Bar("c", -1.0)), "ms"))
    first, second, third = made.marks.boxes
    assert first.x == second.x
    assert first.width == pytest.approx(2 * second.width, abs=0.2)
    assert third.x + third.width == pytest.approx(first.x, abs=0.2)
    assert third.width == pytest.approx(second.width / 2, abs=0.2)
    assert made.title == "t (ms)"
    assert made.about == "3 bars: a 4 ms, b 2 ms, c -1 ms"
    assert made.rows == (("a", "4 ms"), ("b", "2 ms"), ("c", "-1 ms"))


def test_bounds_of_a_bar_are_a_line_and_stand_in_the_table():
    made = bars(Bars("t", (Bar("a", 4.0, 3.0, 5.0), Bar("b", 1.0, None, 2.0))))
    first, second = [line.path for line in made.marks.lines if line.kind == "range"]
    left, right = map(float, re.findall(r"[ML]([\d.]+) ", first))
    assert left < made.marks.boxes[0].x + made.marks.boxes[0].width < right
    assert second.startswith(f"M{LEFT:g} ")  # open on that side
    assert made.head == ("Bar", "Value", "Low", "High")
    assert made.rows[1] == ("b", "1", "", "2")


def test_a_thousand_bars_are_thirty_and_the_rest_is_counted():
    made = bars(Bars("t", tuple(Bar(f"bar {at}", 1000.0 - at) for at in range(1000))))
    assert len(made.marks.boxes) == MOST == 30
    assert made.more == 970
    assert len(made.rows) == MOST
    assert "1000 bars" in made.about
    assert "the last bar 999 1" in made.about


def test_a_calibration_curve_has_the_diagonal_and_the_rows_behind():
    points = tuple(Point(at / 10, min(1.0, at / 10 + 0.1), at / 10, 1.0, at) for at in range(1, 10))
    made = curve(Curve("Calibration", "score", "share", points, diagonal=True))
    (wanted,) = [line.path for line in made.marks.lines if line.kind == "wanted"]
    assert wanted == "M46 210L354 20"  # both axes from 0 to 1
    for point, dot in zip(points, made.marks.dots, strict=True):
        assert dot.x == pytest.approx(46 + 308 * point.x, abs=0.1)
        assert dot.y == pytest.approx(210 - 190 * point.y, abs=0.1)
    assert [box.height for box in made.marks.boxes] == pytest.approx(
        [26 * at / 9 for at in range(1, 10)], abs=0.1
    )
    assert made.head == ("score", "share", "Low", "High", "n")
    assert "furthest apart at score" in made.about


def test_very_many_points_are_thinned_and_that_is_told():
    made = curve(Curve("t", "x", "y", tuple(Point(float(at), float(at)) for at in range(1000))))
    assert len(made.marks.dots) <= MOST_POINTS
    assert "Of 1000 points, one in 17 is drawn." in made.legend
    assert made.more == 970


def test_a_distribution_shows_counts_and_marks():
    marks = {"p50": 1.5, "budget": 3.5}
    made = distribution(Distribution("Latency", "ms", (0.0, 1.0, 2.0, 3.0), (10, 40, 20), marks))
    assert [box.height for box in made.marks.boxes] == [30, 120, 60]
    kinds = {line.kind: float(line.path[1:].split()[0]) for line in made.marks.lines}
    assert kinds["mark"] == pytest.approx(LEFT + (RIGHT - LEFT) * 1.5 / 3.5, abs=0.1)
    assert kinds["bound"] == RIGHT  # a budget looks like a requirement
    assert {"p50 1.5 ms", "budget 3.5 ms"} <= set(words(made))
    assert made.about == (
        "70 values between 0 ms and 3 ms, most of them between 1 ms and 2 ms; p50 1.5 ms; "
        "budget 3.5 ms"
    )
    assert made.rows[0] == ("p50", "1.5 ms", "")
    assert made.rows[-1] == ("2 ms", "3 ms", "20")


def test_bins_of_different_width_are_drawn_by_their_area():
    made = distribution(Distribution("t", "", (0.0, 1.0, 3.0), (10, 20)))
    assert [box.height for box in made.marks.boxes] == [120, 120]
    assert "area" in made.legend


def test_bins_that_grow_get_a_scale_that_grows():
    edges = tuple(2.0**at for at in range(11))
    made = distribution(Distribution("t", "ms", edges, tuple(range(1, 11))))
    widths = [box.width for box in made.marks.boxes]
    assert max(widths) - min(widths) < 0.3
    assert "Equal distances are equal ratios." in made.legend


def test_very_many_bins_are_joined_and_none_is_lost():
    made = distribution(Distribution("t", "", tuple(map(float, range(1001))), tuple(range(1000))))
    assert len(made.marks.boxes) <= MOST_BINS
    assert sum(int(row[2].replace(",", "")) for row in made.rows) == sum(range(1000))
    assert "1000 bins" in made.legend


BARS = st.builds(
    Bars, SHORT,
    st.lists(st.builds(Bar, SHORT, NUMBERS, st.none() | NUMBERS, st.none() | NUMBERS),
             min_size=1, max_size=40).map(tuple), SHORT,
)  # fmt: skip
CURVES = st.builds(
    Curve, SHORT, SHORT, SHORT,
    st.lists(st.builds(Point, NUMBERS, NUMBERS, st.none() | NUMBERS, st.none() | NUMBERS,
                       st.none() | st.integers(-3, 10**12)), min_size=1, max_size=80).map(tuple),
    st.booleans(),
)  # fmt: skip


@st.composite
def distributions(draw):
    edges = sorted(draw(st.sets(NUMBERS.map(float), min_size=2, max_size=90)))
    counts = draw(
        st.lists(st.integers(0, 10**15), min_size=len(edges) - 1, max_size=len(edges) - 1)
    )
    marks = draw(st.dictionaries(SHORT, NUMBERS, max_size=12))
    return Distribution(draw(SHORT), draw(SHORT), tuple(edges), tuple(counts), marks)


@given(BARS | CURVES | distributions())
def test_every_mark_is_inside_the_picture(figure):
    draw = {Bars: bars, Curve: curve, Distribution: distribution}[type(figure)]
    made = draw(figure)
    assert_inside(made)
    assert len(made.marks) < 600
    assert all(len(row) == len(made.head) for row in made.rows)
    assert read(as_json(figure)) == figure


# What a stored decision may hold

GOOD = as_json(Bars("t", (Bar("a", 1.0),)))
LINE = as_json(Curve("t", "x", "y", (Point(0.0, 1.0),)))
HISTOGRAM = as_json(Distribution("t", "ms", (0.0, 1.0), (3,), {"p50": 0.5}))


@pytest.mark.parametrize(
    "stored",
    [
        None, 1, "bars", [], {}, {"kind": "pie"}, {"kind": ["bars"]}, {"kind": "bars"},
        {**GOOD, "title": 7}, {**GOOD, "bars": []}, {**GOOD, "bars": "abc"},
        {**GOOD, "bars": {"label": "a"}}, {**GOOD, "bars": [1]}, {**GOOD, "unit": None},
        {**GOOD, "bars": [{"label": "a"}]}, {**GOOD, "bars": [{"label": "a", "value": "1"}]},
        {**GOOD, "bars": [{"label": "a", "value": True}]},
        {**GOOD, "bars": [{"label": "a", "value": None}]},
        {**GOOD, "bars": [{"label": "a", "value": math.nan}]},
        {**GOOD, "bars": [{"label": "a", "value": math.inf}]},
        {**GOOD, "bars": [{"label": "a", "value": 10**400}]},
        {**GOOD, "bars": [{"label": "a", "value": 1e305}]},
        {**GOOD, "bars": [{"label": "a", "value": 1, "low": {}}]},
        {**GOOD, "bars": [{"label": "a", "value": 1}] * 1001},
        {**LINE, "points": [{"x": 0}]}, {**LINE, "x_label": ["x"]},
        {**LINE, "points": [{"x": 0, "y": 1, "n": "many"}]},
        {**HISTOGRAM, "edges": [0.0]}, {**HISTOGRAM, "edges": [1.0, 0.0]},
        {**HISTOGRAM, "edges": "ab"}, {**HISTOGRAM, "counts": [-1]},
        {**HISTOGRAM, "counts": [1.5]}, {**HISTOGRAM, "counts": [True]},
        {**HISTOGRAM, "marks": []}, {**HISTOGRAM, "marks": {"p50": "x"}},
        {**HISTOGRAM, "edges": [0.0, math.nan]},
    ],
)  # fmt: skip
def test_what_is_no_figure_is_not_drawn(stored):
    assert read(stored) is None


def test_lists_and_what_is_left_out_are_read():
    stored = {"kind": "bars", "title": "t", "bars": [{"label": "a", "value": 1}], "more": "?"}
    assert read(stored) == Bars("t", (Bar("a", 1),))
    assert read({**LINE, "diagonal": "yes"}).diagonal is False


# Groups


def part(name, value, outcome="PASS", low=-0.1, high=0.1, **more):
    interval = Interval(low=value + low, high=value + high, each=0.95, together=0.9, method="m")
    return Measurement(
        name="rate", value=value, slice={"g": name}, outcome=outcome, interval=interval, **more
    )


def test_groups_stand_on_their_side_of_the_bound():
    parts = [part("a", 0.2), part("b", 0.5, "INCONCLUSIVE"), part("c", 0.9, "FAIL")]
    ((name, made),) = groups(parts, {"rate": {"max": 0.5}}, 2)
    assert name == "rate"
    (allowed,) = made.marks.boxes
    edge = allowed.x + allowed.width
    assert [dot.kind for dot in made.marks.dots] == ["point", "open", "fail"]
    assert made.marks.dots[0].x < edge < made.marks.dots[2].x
    assert made.marks.dots[1].x == pytest.approx(edge, abs=0.2)
    assert {"at most 0.5", "0.9 FAIL", "0.5 INCONCLUSIVE", "g = c"} <= set(words(made))
    assert made.about == (
        "3 parts, from g = a 0.2 to g = c 0.9; required at most 0.5; 1 PASS, 1 INCONCLUSIVE, 1 FAIL"
    )
    assert_inside(made)


def test_exact_values_that_are_all_alike_are_not_drawn():
    same = [Measurement(name="rate", value=0, slice={"g": name}, outcome="PASS") for name in "abcd"]
    assert groups(same, {"rate": {"max": 0}}, 2) == []
    odd = same[0].model_copy(update={"value": 1, "outcome": "FAIL"})
    assert len(groups([*same, odd], {"rate": {"max": 0}}, 2)) == 1


def test_bounds_of_all_parts_at_once_are_a_thin_line():
    wide = Interval(low=0.0, high=0.9, each=0.99, together=0.98, method="m")
    ((_, made),) = groups([part("a", 0.4, simultaneous=wide)], {"rate": {"max": 1}}, 1)
    ends = {
        line.kind: [float(x) for x in re.findall(r"[ML]([\d.]+) ", line.path)]
        for line in made.marks.lines
    }
    assert ends["thin"][0] < ends["range"][0] < ends["range"][1] < ends["thin"][1]
    assert "thin ones, of all parts at once" in made.legend


def test_of_very_many_groups_those_that_do_not_hold_are_drawn():
    parts = [part(f"{at}", 0.2) for at in range(200)]
    parts += [part("worst", 0.9, "FAIL"), Measurement(name="rate", value=None, undefined="none")]
    ((_, made),) = groups(parts, {"rate": {"max": 0.5}}, 2)
    assert len(made.marks.dots) == MOST
    assert "g = worst" in words(made)
    assert "… and 171 more; not drawn: 1 without a number" in words(made)


@given(
    st.lists(st.tuples(NUMBERS, NUMBERS, NUMBERS), min_size=1, max_size=5),
    st.dictionaries(st.sampled_from(["min", "max", "equals"]), NUMBERS),
)
def test_every_group_is_inside_the_picture(rows, required):
    parts = [
        Measurement(
            name="m", value=value, slice={"g": "x" * 300},
            interval=Interval(low=low, high=high, each=0.95, together=0.9, method="m"),
        )
        for value, low, high in rows
    ]  # fmt: skip
    ((_, made),) = groups(parts, {"m": required}, 1)
    assert_inside(made)


# Room


def verdict(**more) -> Verdict:
    given = {
        "policy": "p", "control": "C-1", "title": "t", "check": "c.c", "outcome": Outcome.PASS,
        "effect": Effect.RELEASE, "enforcement": Enforcement.MANDATORY, "severity": Severity.LOW,
        "kind": None, "confidence": None, "location": "p.yaml:1", "reason": "r",
    }  # fmt: skip
    return Verdict(**given | more)


def test_what_finds_no_room_or_is_no_figure_is_counted():
    figures = (GOOD, {"kind": "pie"}, LINE, *[HISTOGRAM] * 20)
    room = Room(drawings=10_000)
    made = drawn(verdict(figures=figures), (), room)
    assert len(made.judged) == 11
    assert made.broken == 1
    assert made.crowded == 11
    assert room.drawings < 10_000
    full = drawn(verdict(figures=figures), (), Room(drawings=0))
    assert full.judged == ()
    assert full.crowded == 23


def test_what_is_judged_stands_apart_from_what_is_shown_beside():
    shown = [part(name, 0.2) for name in "abc"]
    beside = [each.model_copy(update={"name": "other", "outcome": None}) for each in shown]
    asked = {"rate": {"max": 0.5}}
    made = drawn(verdict(requirement=asked), [*shown, *beside], Room())
    assert [drawing.title for drawing in made.judged] == ["rate"]
    assert [drawing.title for drawing in made.beside] == ["other"]
    assert made.charted == {"rate", "other"}
    assert drawn(verdict(requirement=asked), shown[:2], Room()).judged == ()
    failed = verdict(requirement=asked, outcome=Outcome.FAIL)
    assert len(drawn(failed, shown[:1], Room()).judged) == 1
