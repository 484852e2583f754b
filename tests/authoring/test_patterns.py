"""Patterns mean on Polars what they mean in Python's ASCII mode, or are refused."""

import re
import time
import warnings

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from deploycheck.authoring.patterns import ascii_pattern, whole


@pytest.mark.parametrize(
    ("text", "rewritten"),
    [
        (r"\d{4}-\d\d", "[0-9]{4}-[0-9][0-9]"),
        (r"[\d_]+", "[0-9_]+"),
        (r"\D\W\S", r"[^0-9][^0-9A-Za-z_][^\t\n\f\r ]"),
        ("(a|b)c", "(?:a|b)c"),
        (r"\/\:\.", r"/:\."),
        ("[a-]", r"[a\-]"),
        ("[-a]", r"[\-a]"),
        ("^a$", "^a$"),
        ("", ""),
    ],
)
def test_rewriting(text, rewritten):
    assert ascii_pattern(text) == rewritten


@pytest.mark.parametrize(
    "text",
    [
        "(", ")", "a)", "(a", "[", "[]", "[]a]", "[^]", "[a", "*a", "a**", "a*+", "a+?+", "a{", "a{x}",
        "a{2,1}", "a{1001}", "(a{100}){11}", "}", "]", "\\", "[\\", "(?=a)", "(?!a)", "(?<=a)",
        "(?P<n>a)", "(?i)a", "(?>a)", r"\1", r"\b", r"\B", r"\A", r"\z", r"\Z", r"\p{L}", r"\x41",
        r"\u0041", r"[\D]", "[[:alpha:]]", "[a&&b]", "[a--b]", "[z-a]", r"[\d-z]", "^*", "$+",
        "(" * 60 + ")" * 60, "a" * 1001,
    ],
)  # fmt: skip
def test_what_engines_read_differently_is_refused(text):
    with pytest.raises(ValueError):
        ascii_pattern(text)


atom = st.sampled_from(
    [
        "a",
        "b",
        "é",
        "1",
        ".",
        r"\d",
        r"\w",
        r"\s",
        r"\D",
        r"\S",
        "[ab]",
        "[^a1]",
        r"[\d_-]",
        r"\.",
        "-",
    ]
)
count = st.sampled_from(["", "", "", "*", "+", "?", "{2}", "{1,}", "{0,2}", "*?"])
piece = st.builds(lambda a, c: a + c, atom, count)
branch = st.lists(piece, min_size=1, max_size=4).map("".join)
pattern = st.recursive(
    branch,
    lambda inner: st.builds(lambda left, right, c: f"({left}|{right}){c}", inner, branch, count),
    max_leaves=3,
)


@settings(max_examples=300, deadline=None)
@given(pattern, st.lists(st.text("ab1é_-. ٣\n", max_size=6), min_size=1, max_size=6))
def test_polars_agrees_with_python_on_whole_matches(text, values):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        expected = [re.fullmatch(text, value, re.ASCII) is not None for value in values]
    found = pl.Series(values).str.contains(whole(text), strict=True).to_list()
    assert found == expected


@settings(max_examples=300, deadline=None)
@given(st.text(r"ab1()[]{}|*+?^$\.-,dwsDp:=!<&~", max_size=12))
def test_any_text_is_refused_or_understood_by_polars(text):
    try:
        made = whole(text)
    except ValueError:
        return
    pl.Series(["a"]).str.contains(made, strict=True)


def test_nested_repetition_is_linear():
    made = whole("(a+)+(a*)*b")
    started = time.perf_counter()
    assert pl.Series(["a" * 100_000]).str.contains(made).to_list() == [False]
    assert time.perf_counter() - started < 5
