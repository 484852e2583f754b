"""Rows of one table that occur in another, counted exactly whatever their hashes."""

from contextlib import nullcontext

import polars as pl
import pytest

from deploycheck.authoring.checker import checker
from deploycheck.authoring.errors import EvidenceError
from deploycheck.authoring.estimates import Count
from deploycheck.authoring.measure import Measure
from deploycheck.authoring.params import NoParams
from deploycheck.authoring.requests import Shared, SharedCount
from deploycheck.engine.resolve import Failed, Job, measure
from deploycheck.engine.scan import shared as module
from deploycheck.evidence.table import Table


def ask(*asked):
    """The answers; a checker's failure where there is one."""
    answers = []

    @checker("some.check", measures=[Measure("x", "count", "lower", "A number.")])
    def check():
        """Asks."""
        for request in asked:
            answers.append((yield request))
        yield Count("x", 1)

    (found,) = measure([Job("a", check, NoParams(), {})], lambda keys: nullcontext()).values()
    return found if isinstance(found, Failed) else answers


def table(name="t", unchanged=lambda: None, **columns):
    frame = pl.DataFrame(columns)
    kinds = {n: "other" if t.is_nested() else "text" for n, t in frame.schema.items()}
    return Table(name, kinds, "", frame.lazy(), unchanged)


def test_the_counts(monkeypatch):
    one = table(a=[1, 2, 2, None], b=["x", "y", "y", None])
    other = table(a=[2, 2, 3, None, 1], b=["y", "y", "y", None, None])
    (found,) = ask(Shared(one, other, ("a", "b")))
    assert found == SharedCount(4, 5, 0, 0, shared=3, distinct=2)
    (found,) = ask(Shared(one, other, ("a", "b"), missing=False))
    assert found == SharedCount(4, 5, 1, 2, shared=2, distinct=1)


@pytest.mark.parametrize("modulus", [1, 2, 5])
def test_rows_that_share_a_hash_are_compared_by_value(monkeypatch, modulus):
    monkeypatch.setattr(module, "hashed", lambda names: pl.col(names[0]) % modulus)
    one, other = table(a=list(range(0, 60, 2))), table(a=list(range(0, 60, 3)) * 2)
    (found,) = ask(Shared(one, other, ("a",)))
    assert (found.shared, found.distinct) == (20, 10)


def test_columns_may_have_other_names():
    one, other = table(a=[1, 2], b=[3, 4]), table(x=[4, 3], y=[2, 9])
    (found,) = ask(Shared(one, other, ("a", "b"), ("y", "x")))
    assert (found.shared, found.distinct) == (1, 1)


def test_columns_that_are_swapped_are_other_rows():
    (found,) = ask(Shared(table(a=["x"], b=["y"]), table(a=["y"], b=["x"]), ("a", "b")))
    assert found.shared == 0


def test_equal_requests_are_answered_once_and_others_apart():
    one, other = table(a=[1]), table(a=[1, None])
    found = ask(Shared(one, other, ("a",)), Shared(other, one, ("a",)), Shared(one, other, ("a",)))
    assert [answer.other_rows for answer in found] == [2, 1, 2]


@pytest.mark.parametrize("side", ["one", "other"])
def test_a_file_that_changed_meanwhile_is_no_answer(side):
    def gone():
        raise EvidenceError("it changed", code="DC202")

    fine = table(a=[1])
    pair = {"one": fine, "other": fine, side: table(unchanged=gone, a=[1])}
    found = ask(Shared(columns=("a",), **pair))
    assert found.code == "DC202"


T = table(a=[1], b=[2], nested=[[1]])


@pytest.mark.parametrize(
    ("request_", "code"),
    [
        (Shared(T, T, ()), "DC304"),
        (Shared(T, T, ("a", "a")), "DC304"),
        (Shared(T, T, ["a"]), "DC304"),
        (Shared(T, T, "a"), "DC304"),
        (Shared(T, T, (1,)), "DC304"),
        (Shared(T, T, ("a",), ("a", "b")), "DC304"),
        (Shared(T, T, ("a",), missing=None), "DC304"),
        (Shared(T, "t", ("a",)), "DC304"),
        (Shared(None, T, ("a",)), "DC304"),
        (Shared(T, T, ("c",)), "DC019"),
        (Shared(T, T, ("a",), ("c",)), "DC019"),
        (Shared(T, T, ("nested",)), "DC203"),
    ],
)
def test_requests_made_of_junk_are_refused(request_, code):
    found = ask(request_)
    assert isinstance(found, Failed)
    assert found.code == code
