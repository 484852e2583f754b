"""Words and numbers: never misleading, never alive."""

import math
import re
import unicodedata
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deploycheck.engine.wording import (
    bounded,
    bounds_text,
    code_span,
    counts_text,
    limits,
    markdown_text,
    number,
    percent,
    place,
    plain,
    quantity,
    said,
    slice_text,
    waived_text,
)
from deploycheck.model.decision import Counts

ANY_TEXT = st.text(st.characters(), max_size=400)  # lone surrogates too
FINITE = st.floats(allow_nan=False, allow_infinity=False)


def read(text: str) -> Decimal:
    return Decimal(text.replace(",", ""))


@pytest.mark.parametrize(
    ("value", "bound", "text"),
    [
        (0.7996, 0.80, "0.7996"),
        (0.79999999, 0.80, "0.79999999"),
        (0.8004, 0.80, "0.8004"),
        (0.8, 0.80, "0.8"),
        (0.912345, 0.80, "0.912"),
        (12345.678, 12346, "12,345.7"),
        (12345.678, 1.0, "12,346"),
        (0.00001234, 0.1, "0.0000123"),
        (1e-9, 0.1, "1e-9"),
        (1.5e300, 0.1, "1.5e300"),
        (0.0, 0.1, "0"),
        (-0.0, 0.1, "0"),
        (-0.00049, -0.0005, "-0.00049"),
    ],
)
def test_numbers_have_as_few_digits_as_read_right(value, bound, text):
    assert number(value, (bound,)) == text


@given(FINITE, FINITE, st.integers(1, 16))
def test_a_number_reads_on_the_right_side_of_its_bound(value, bound, digits):
    shown = read(number(value, (bound,), digits=digits))
    exact = Decimal(repr(bound))
    assert (shown > exact) == (value > bound)
    assert (shown < exact) == (value < bound)


@given(st.floats(0.5, 1), st.integers(-8, 8))
def test_neighbours_of_a_bound_are_told_from_it(bound, steps):
    value = bound
    for _ in range(abs(steps)):
        value = math.nextafter(value, math.inf if steps > 0 else -math.inf)
    shown = read(number(value, (bound,)))
    assert (shown > Decimal(repr(bound))) == (value > bound)
    assert (shown < Decimal(repr(bound))) == (value < bound)


@given(FINITE)
def test_a_number_is_right_to_its_digits(value):
    shown = read(number(value))
    assert abs(shown - Decimal(repr(value))) <= abs(Decimal(repr(value))) * Decimal("0.00501")


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "none"),
        (True, "true"),
        (math.nan, "not a number"),
        (math.inf, "infinite"),
        (1204, "1,204"),
        pytest.param(10**5000, "about 10^5000", id="10**5000"),
        ("gpl\x1b[31m", "gpl\\x1b[31m"),
    ],
)
def test_what_is_no_plain_number_is_said(value, text):
    assert number(value) == text


@pytest.mark.parametrize(
    ("value", "unit", "bounds", "text"),
    [
        (0.8, "ratio", (), "0.80"),
        (1, "ratio", (), "1.00"),
        (0.1, "probability", (), "0.10"),
        (25.0, "ms", (), "25 ms"),
        (25.04, "ms", (25.0,), "25.04 ms"),
        (1_200_000, "bytes", (), "1.2 MB"),
        (200_000_001, "bytes", (200_000_000,), "200.000001 MB"),
        (999, "bytes", (), "999 B"),
        (10, "%", (), "10 %"),
        (1, "rows", (), "1 row"),
        (0, "rows", (), "0 rows"),
        (3, "count", (), "3"),
        (1, "days", (), "1 day"),
        (2.5, "number", (), "2.5"),
        (3, "wobbles", (), "3 wobbles"),
        ("MIT", "text", (), "MIT"),
    ],
)
def test_units(value, unit, bounds, text):
    assert quantity(value, unit, bounds) == text


def test_a_bound_shows_every_digit():
    assert quantity(0.123456789, "ratio", exact=True) == "0.123456789"
    assert quantity(1_234_568, "bytes", exact=True) == "1.234568 MB"
    assert bounds_text({"min": 0.8, "max": 1.25}, "ratio") == "at least 0.80 and at most 1.25"
    assert bounds_text({"max": 200e6}, "bytes") == "at most 200 MB"
    assert bounds_text({"equals": "MIT"}, "text") == "exactly MIT"
    assert bounds_text({"one_of": ["MIT", "BSD"]}) == "one of MIT, BSD"
    assert bounds_text({"max": 0.1, "detect": 0.2}, "number") == (
        "at most 0.1 (an effect of 0.2 must be found)"
    )
    assert limits({"min": 0.8, "max": True, "equals": "x", "detect": 3}) == (0.8,)


@pytest.mark.parametrize(
    ("share", "text"),
    [
        (0.95, "95 %"),
        (0.9, "90 %"),
        (0.9975, "99.75 %"),
        (0.99999999, "99.999999 %"),
        (1.0, "100 %"),
    ],
)
def test_levels(share, text):
    assert percent(share) == text


def test_names_and_parts():
    assert plain("impact_ratio") == "impact ratio"
    assert slice_text({"sex": "female", "race": "Black"}) == "sex = female, race = Black"
    assert slice_text({}) == "all rows"
    assert len(slice_text({"x" * 500: "y" * 500, "z" * 500: "w" * 500})) == 200
    assert said({"by": ["sex"], "n": 30, "f": 0.25, "none": None}) == (
        "by: sex, n: 30, f: 0.25, none: none"
    )
    assert waived_text({"id": "W-1", "expires": "2027-01-31T00:00:00Z"}) == (
        "WAIVED W-1 until 2027-01-31T00:00:00Z"
    )
    assert waived_text(None) == "WAIVED"
    assert waived_text("a text") == "WAIVED"


@pytest.mark.parametrize(
    ("location", "text"),
    [
        ("policies/credit.yaml:14", "policies/credit.yaml:14"),
        ("/home/a.person/credit.yaml:14", "…/credit.yaml:14"),
        ("C:\\Users\\a.person\\credit.yaml:14", "…/credit.yaml:14"),
        ("\\\\server\\share\\credit.yaml:14", "…/credit.yaml:14"),
        ("~/credit.yaml:14", "…/credit.yaml:14"),
    ],
)
def test_no_folder_of_the_machine_is_told(location, text):
    assert place(location) == text


def test_counts_add_up_or_the_gap_is_told():
    assert counts_text(Counts(planned=12, passed=10, waived=1, not_applicable=1)) == (
        "12 planned = 10 passed + 1 waived + 1 not applicable"
    )
    assert counts_text(Counts(planned=3, passed=1)) == "3 planned = 1 passed + 2 unaccounted for"
    assert counts_text(Counts()) == "0 planned = 0 passed"


@given(ANY_TEXT, st.integers(2, 250))
def test_bounded_text_is_one_legal_line(text, limit):
    shown = bounded(text, limit)
    assert len(shown) <= limit
    shown.encode("utf-8")
    for character in shown:
        assert unicodedata.category(character) not in {"Cc", "Cs", "Zl", "Zp"}
        assert unicodedata.bidirectional(character) not in {
            "LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"
        }  # fmt: skip
        # XML 1.0, production 2.
        assert (
            character in "\t\n\r"
            or 0x20 <= ord(character) <= 0xD7FF
            or (0xE000 <= ord(character) <= 0xFFFD or ord(character) >= 0x10000)
        )


@given(st.text("abc é😀 _-", max_size=200))
def test_plain_text_is_not_touched(text):
    assert bounded(text) == text


def test_hidden_characters_are_shown():
    assert bounded("a\x1b[31mb\u202ec\U000e0041\ud800") == "a\\x1b[31mb\\u202ec\\U000e0041\\ud800"
    assert bounded("one\r\n  two\tthree") == "one two three"
    assert bounded("x" * 10**6) == "x" * 199 + "…"
    assert bounded("👩🏽‍💻🏳️‍🌈") == "👩🏽‍💻🏳️‍🌈"


@given(st.text("|<>&*_`~[]()#@!\\$wGH-1.:/ a\n", max_size=60))
def test_markdown_has_no_live_character(text):
    shown = markdown_text(text)
    assert "\n" not in shown
    assert "<" not in shown
    assert ">" not in shown
    bare = re.sub(r"\\[\\`*_\[\]~|#!]", "", shown)
    assert not re.search(r"[\\`*_\[\]~|!$]", bare)
    assert not re.search(r"@(?!&#8203;)", shown)
    assert "://" not in shown
    assert not re.search(r"#\d|GH-\d|www\.", bare.replace("&#8203;", " ").replace("&#36;", ""))


def test_a_code_span_cannot_be_left():
    assert code_span("a`b|c\nd") == "`a'b\\|c d`"
    assert code_span("") == "` `"
