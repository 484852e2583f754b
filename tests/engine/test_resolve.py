"""How checkers are run: in lock step, each failure its own, numbers filled in exactly."""

import math
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from decimal import Decimal
from types import MappingProxyType

import narwhals as nw
import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from deploycheck.authoring.checker import checker
from deploycheck.authoring.errors import EvidenceError, Undecidable
from deploycheck.authoring.estimates import (
    Count,
    Difference,
    Estimate,
    Group,
    Mean,
    Proportion,
    Range,
    Statistic,
    Undefined,
)
from deploycheck.authoring.measure import Measure
from deploycheck.authoring.params import NoParams
from deploycheck.authoring.requests import Counts, Duplicates, Values
from deploycheck.engine.resolve import Failed, Job, TimeLimit, measure
from deploycheck.engine.scan import numbers
from deploycheck.evidence.table import Table

KINDS = {
    pl.Int64: "integer",
    pl.Float64: "float",
    pl.String: "text",
    pl.Boolean: "boolean",
}


class Watch:
    """A guard that writes down who was at work, and may stop someone."""

    def __init__(self, slow: str = "") -> None:
        self.slow = slow
        self.entered: list[tuple[str, ...]] = []

    @contextmanager
    def __call__(self, keys):
        self.entered.append(tuple(keys))
        yield
        if self.slow in keys:
            raise TimeLimit


def table(name: str = "test", **columns: object) -> Table:
    frame = pl.DataFrame(columns)
    return Table(
        name, {c: KINDS.get(t, "other") for c, t in frame.schema.items()}, "", frame.lazy()
    )


def job(key: str, function, **evidence: object) -> Job:
    """A job of a checker made from ``function``, which takes what its annotations say."""
    made = checker("some.check", measures=[Measure("x", "count", "lower", "A number.")])(function)
    return Job(key, made, NoParams(), evidence)


def run(*jobs: Job, guard=None) -> dict[str, tuple[Estimate, ...] | Failed]:
    return measure(jobs, guard or Watch())


def raising(error: BaseException) -> Job:
    def check() -> Iterable[Estimate]:
        """Raises."""
        yield Count("x", 1)
        raise error

    return job("bad", check)


def returning(value: object) -> Job:
    def check() -> Iterable[Estimate]:
        """Returns."""
        return value

    return job("bad", check)


def good() -> Job:
    def check() -> Iterable[Estimate]:
        """Measures."""
        return [Count("x", 1)]

    return job("good", check)


def people() -> Table:
    return table(
        age=[20, None, 40, 60],
        score=[0.5, float("nan"), None, 1.5],
        sex=["f", "m", None, "f"],
        member=[True, None, False, True],
    )


def test_python_numbers_are_passed_on_as_they_are():
    numbers = [1, 2.5, True, None, math.nan, Decimal("1.5"), np.float64(3), np.int64(4), "text"]

    def check() -> Iterable[Estimate]:
        """Yields what it likes."""
        return [Statistic("x", number) for number in numbers]

    (found,) = run(job("a", check)).values()
    assert [type(e.value) for e in found] == [type(n) for n in numbers]
    assert all(e.value is n for e, n in zip(found, numbers, strict=True))


def test_expressions_become_plain_numbers():
    def check(t: Table) -> Iterator[Estimate]:
        """Counts and averages."""
        yield Proportion("missing", hits=t.missing("age"), of=t.rows(), slice={"column": "age"})
        yield Proportion("nan", hits=t.missing("score"), of=t.rows())
        yield Count("women", t.col("sex") == "f", of=t.rows(), details=("kept",))
        yield Count("members", t.col("member"))
        yield Mean("age", mean=t.col("age").mean(), sd=t.col("age").std(), n=t.col("age").count())
        yield Range(
            "gap",
            (
                Group({"sex": "f"}, (t.col("sex") == "f") & t.col("member"), t.col("sex") == "f"),
                Group({"sex": "m"}, 0, t.col("sex") == "m"),
            ),
        )

    (found,) = run(job("a", check, t=people())).values()
    assert found == (
        Proportion("missing", 1, 4, slice={"column": "age"}),
        Proportion("nan", 2, 4),
        Count("women", 2, of=4, details=("kept",)),
        Count("members", 2),
        Mean("age", 40.0, 20.0, 3),
        Range("gap", (Group({"sex": "f"}, 2, 2), Group({"sex": "m"}, 0, 1))),
    )
    assert [type(n) for n in (found[0].hits, found[0].of, found[4].mean)] == [int, int, float]


def test_absent_numbers_stay_absent():
    def check(t: Table) -> Iterator[Estimate]:
        """Averages nothing."""
        yield Statistic("mean", t.col("age").mean(), of=t.rows())
        yield Statistic("nan", t.col("score").max())

    empty = table(age=pl.Series([None, None], dtype=pl.Int64), score=[math.nan, math.nan])
    (found,) = run(job("a", check, t=empty)).values()
    assert found[0] == Statistic("mean", None, of=2)
    assert math.isnan(found[1].value)


def test_a_denominator_of_zero_says_nothing():
    def check(t: Table) -> Iterator[Estimate]:
        """Counts an empty table."""
        yield Proportion("p", t.missing("age"), t.rows(), slice={"column": "age"}, context=True)
        yield Count("c", t.missing("age"), of=t.rows())
        yield Difference("d", 1, 2, t.missing("age"), t.rows())
        yield Range("r", (Group({"g": "a"}, 1, 2), Group({"g": "b"}, t.missing("age"), t.rows())))
        yield Count("rows", t.rows())

    empty = table(age=pl.Series([], dtype=pl.Int64))
    (found,) = run(job("a", check, t=empty)).values()
    assert found == (
        Undefined("p", 0, "no rows", slice={"column": "age"}, context=True),
        Undefined("c", 0, "no rows"),
        Undefined("d", 0, "no rows"),
        Undefined("r", 0, "no rows in the group g: b"),
        Count("rows", 0),
    )


def test_a_number_for_each_row_is_no_number():
    def check(t: Table) -> Iterator[Estimate]:
        """Forgets to sum."""
        yield Count("x", t.col("age"))

    def fine(t: Table) -> Iterator[Estimate]:
        """Sums."""
        yield Count("x", t.col("age").sum())

    for sample in (people(), table(age=pl.Series([], dtype=pl.Int64))):
        found = run(job("bad", check, t=sample), job("fine", fine, t=sample))
        assert found["bad"].code == "DC304"
        assert "one value for each row" in str(found["bad"].error)
        assert isinstance(found["fine"], tuple)


def test_one_pass_for_all_jobs_on_a_table():
    def check(t: Table) -> Iterator[Estimate]:
        """Counts."""
        yield Proportion("x", t.missing("age"), t.rows())

    shared, other, watch = people(), people(), Watch()
    run(
        job("a", check, t=shared),
        job("b", check, t=shared),
        job("c", check, t=other),
        guard=watch,
    )
    assert watch.entered == [("a",), ("b",), ("c",), ("a", "b"), ("c",)]


def test_more_expressions_than_fit_into_one_pass(monkeypatch):
    monkeypatch.setattr(numbers, "CHUNK", 3)

    def many(t: Table) -> Iterator[Estimate]:
        """Counts ten times."""
        for age in range(10):
            yield Count("x", t.col("age") > age * 10)

    def few(t: Table) -> Iterator[Estimate]:
        """Counts once."""
        yield Count("x", t.rows())

    watch, sample = Watch(), people()
    jobs = [job("a", few, t=sample), job("b", many, t=sample), job("c", few, t=sample)]
    found = run(*jobs, guard=watch)
    assert [e.value for e in found["b"]] == [3, 3, 2, 2, 1, 1, 0, 0, 0, 0]
    assert found["a"] == found["c"] == (Count("x", 4),)
    assert all(len(keys) <= 3 for keys in watch.entered)


@pytest.mark.parametrize("place", range(5))
def test_only_the_job_that_is_to_blame_fails(place):
    def fine(t: Table) -> Iterator[Estimate]:
        """Counts."""
        yield Count("x", t.missing("age"))

    def broken(t: Table) -> Iterator[Estimate]:
        """Compares text with a number."""
        yield Count("x", t.col("sex") > 3)

    sample = people()
    jobs = [job(str(i), broken if i == place else fine, t=sample) for i in range(5)]
    found = run(*jobs)
    assert [key for key, item in found.items() if isinstance(item, Failed)] == [str(place)]
    assert found[str(place)].code == "DC301"


def test_what_fails_on_the_rows_alone_is_isolated_too():
    def fine(t: Table) -> Iterator[Estimate]:
        """Counts."""
        yield Count("x", t.rows())

    def broken(t: Table) -> Iterator[Estimate]:
        """Reads text as numbers."""
        yield Count("x", t.col("sex").cast(nw.Int64).sum())

    sample = people()
    found = run(job("a", fine, t=sample), job("b", broken, t=sample), job("c", fine, t=sample))
    assert found["a"] == found["c"] == (Count("x", 4),)
    assert found["b"].code == "DC301"


def test_a_column_that_is_not_there_fails_its_job_alone():
    def broken(t: Table) -> Iterator[Estimate]:
        """Looks elsewhere."""
        yield Count("x", t.col("height").is_null())

    found = run(job("a", broken, t=people()), good())
    assert found["a"].code == "DC301"
    assert found["good"] == (Count("x", 1),)


def test_two_tables_are_asked_by_request():
    def guess(a: Table, b: Table) -> Iterator[Estimate]:
        """Does not say which table it means."""
        yield Count("x", a.rows())

    def ask(a: Table, b: Table) -> Iterator[Estimate]:
        """Says which table it means."""
        first = yield Values(a, {"rows": a.rows(), "missing": a.missing("age")})
        second = yield Values(b, {"rows": b.rows()})
        yield Difference(
            "x", first.numbers["missing"], first.numbers["rows"], 0, second.numbers["rows"]
        )

    a, b = people(), table("other", age=[1])
    found = run(job("guess", guess, a=a, b=b), job("ask", ask, a=a, b=b))
    assert found["guess"].code == "DC304"
    assert "two tables" in str(found["guess"].error)
    assert found["ask"] == (Difference("x", 1, 4, 0, 1),)


def test_an_expression_without_a_table_is_refused():
    def check() -> Iterator[Estimate]:
        """Counts nowhere."""
        yield Count("x", nw.len())

    assert run(job("a", check))["a"].code == "DC304"


class Skipped(BaseException):
    """As pytest's own outcome is called."""

    __module__ = "_pytest.outcomes"


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (ValueError("no"), "DC301"),
        (MemoryError(), "DC301"),
        (RecursionError(), "DC301"),
        (pl.exceptions.PanicException("panic"), "DC301"),
        (StopIteration(), "DC301"),
        (SystemExit(0), "DC302"),
        (GeneratorExit(), "DC302"),
        (Skipped(), "DC302"),
        (TimeLimit(), "DC303"),
        (EvidenceError("gone", code="DC203"), "DC203"),
        (Undecidable("too few"), "undecidable"),
    ],
    ids=lambda v: type(v).__name__ if isinstance(v, BaseException) else v,
)
def test_what_a_checker_raises_is_its_own_failure(error, code):
    found = run(raising(error), good())
    assert found["bad"].code == code
    assert found["good"] == (Count("x", 1),)


@pytest.mark.parametrize("outcome", ["skip", "fail", "exit", "xfail"])
def test_outcomes_of_pytest_are_no_way_out(outcome):
    def check() -> Iterator[Estimate]:
        """Leaves."""
        yield Count("x", 1)
        getattr(pytest, outcome)("no thanks")

    assert run(job("a", check))["a"].code == "DC302"


def test_a_person_can_stop_the_run():
    with pytest.raises(KeyboardInterrupt):
        run(raising(KeyboardInterrupt()))


async def _later() -> None:
    """Never awaited."""


@pytest.mark.parametrize(
    "value",
    [
        None,
        7,
        "text",
        b"bytes",
        [],
        (),
        [None],
        [1],
        {"x": 1},
        [True],
        Count("x", 1),
        [[Count("x", 1)]],
        [type("Mine", (Count,), {})("x", 1)],
        [Count(None, 1)],
        [Count("", 1)],
        [Count("x", 1, slice={"a": 1})],
        [Count("x", 1, slice=None)],
        [Count("x", 1, details="one text")],
        [Count("x", 1, details=(1,))],
        [Count("x", 1, context="no")],
        [Range("x", ())],
        [Range("x", [Group({}, 1, 2)])],
        [Range("x", (Proportion("x", 1, 2),))],
        [Undefined("x", 0, None)],
        [Count("x", 1), None],
    ],
    ids=repr,
)
def test_junk_is_no_measurement(value):
    found = run(returning(value), good())
    assert found["bad"].code == "DC304"
    assert found["good"] == (Count("x", 1),)


def test_a_coroutine_is_no_measurement():
    assert run(returning(_later()))["bad"].code == "DC304"


def test_a_generator_without_an_estimate_is_no_measurement():
    def check() -> Iterator[Estimate]:
        """Finds nothing."""
        yield from ()

    assert run(job("a", check))["a"].code == "DC304"


def test_an_endless_checker_is_stopped():
    def check() -> Iterator[Estimate]:
        """Never ends."""
        while True:
            yield Count("x", 1)

    found = run(job("a", check), good())
    assert found["a"].code == "DC304"
    assert "more than 100,000" in str(found["a"].error)


def test_the_time_limit_reaches_the_slow_job_alone():
    def check(t: Table) -> Iterator[Estimate]:
        """Counts."""
        yield Count("x", t.rows())

    sample = people()
    jobs = [job(key, check, t=sample) for key in "abc"]
    found = run(*jobs, guard=Watch(slow="b"))
    assert found["b"].code == "DC303"
    assert found["a"] == found["c"] == (Count("x", 4),)


def test_a_time_limit_in_a_pass_is_isolated():
    def check(t: Table) -> Iterator[Estimate]:
        """Counts."""
        yield Count("x", t.rows())

    class Late(Watch):
        """Lets everyone start, then stops b where it stands."""

        @contextmanager
        def __call__(self, keys):
            yield
            self.entered.append(tuple(keys))
            if "b" in keys and len(self.entered) > 3:
                raise TimeLimit

    sample = people()
    found = run(*(job(key, check, t=sample) for key in "abc"), guard=Late())
    assert {k: isinstance(v, Failed) for k, v in found.items()} == {
        "a": False,
        "b": True,
        "c": False,
    }
    assert found["b"].code == "DC303"


def test_a_generator_that_refuses_to_close_does_no_harm():
    def check() -> Iterator[Estimate]:
        """Holds on."""
        try:
            yield "junk"
        finally:
            yield Count("x", 1)

    found = run(job("a", check), good())
    assert found["a"].code == "DC304"
    assert found["good"] == (Count("x", 1),)


def test_a_guard_that_swallows_does_not_make_a_measurement():
    @contextmanager
    def swallow(keys):
        with suppress(ValueError):
            yield

    assert run(raising(ValueError()), guard=swallow)["bad"].code == "DC304"


def test_keys_are_distinct():
    with pytest.raises(ValueError, match="key of its own"):
        run(good(), good())


def test_no_jobs_no_measurements():
    assert run() == {}


def asking(request) -> Job:
    def check() -> Iterator[Estimate]:
        """Asks once."""
        answer = yield request
        check.answer = answer
        yield Count("x", 1)

    made = job("a", check)
    made.checker.measure.answer = None
    return made


def answer_to(request):
    made = asking(request)
    found = run(made)["a"]
    return found if isinstance(found, Failed) else made.checker.measure.answer


def test_duplicates_are_exact_and_missing_equals_missing():
    sample = table(
        id=["a", "b", "a", None, None, None],
        x=[0.0, 1.0, -0.0, math.nan, None, 2.0],
        day=[1, 2, 1, 3, 3, None],
    )
    by_id = answer_to(Duplicates(sample, ("id",)))
    assert (by_id.rows, by_id.distinct, by_id.missing, by_id.duplicates) == (6, 3, 3, 3)
    whole = answer_to(Duplicates(sample))
    assert (whole.rows, whole.distinct, whole.missing, whole.duplicates) == (6, 4, 0, 2)
    two = answer_to(Duplicates(sample, ("id", "x")))
    assert (two.distinct, two.missing) == (4, 2)


def test_columns_that_hold_the_same_do_not_cancel():
    sample = table(a=[1, 2, 3], b=[1, 2, 3])
    assert answer_to(Duplicates(sample)).distinct == 3
    swapped = table(a=[1, 2], b=[2, 1])
    assert answer_to(Duplicates(swapped)).distinct == 2


def test_duplicates_of_an_empty_table():
    empty = table(id=pl.Series([], dtype=pl.String))
    found = answer_to(Duplicates(empty))
    assert (found.rows, found.distinct, found.missing) == (0, 0, 0)


value = st.one_of(st.none(), st.integers(-2, 2), st.sampled_from([2**62, -(2**63)]))
text = st.one_of(st.none(), st.sampled_from(["", "a", "b", "a\0", "ab", "é", "e\u0301"]))
real = st.one_of(st.none(), st.sampled_from([0.0, -0.0, math.nan, math.inf, -math.inf, 1e-310]))


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(value, text, real), max_size=30))
def test_duplicates_agree_with_a_set_of_rows(rows):
    schema = {"i": pl.Int64, "t": pl.String, "f": pl.Float64}
    frame = pl.DataFrame(rows, schema=schema, orient="row")
    sample = Table("t", {"i": "integer", "t": "text", "f": "float"}, "", frame.lazy())
    plain = {
        (i, t, None if f is None or math.isnan(f) else f + 0.0 if f else 0.0) for i, t, f in rows
    }
    found = answer_to(Duplicates(sample))
    assert (found.rows, found.distinct) == (len(rows), len(plain))
    assert found.missing == sum(
        i is None and t is None and (f is None or math.isnan(f)) for i, t, f in rows
    )


def test_duplicates_of_nested_and_other_types():
    frame = pl.DataFrame(
        {
            "list": [[1, 2], [1, 2], None, [2]],
            "struct": [{"a": 1}, {"a": 1}, None, {"a": 2}],
            "category": pl.Series(["x", "x", None, "y"], dtype=pl.Categorical),
            "money": [Decimal("1.10"), Decimal("1.10"), None, Decimal("1.20")],
        }
    )
    for column in frame.columns:
        sample = Table("t", {column: "other"}, "", frame.select(column).lazy())
        assert answer_to(Duplicates(sample)).distinct == 3, column


def test_objects_cannot_be_compared():
    frame = pl.DataFrame({"o": pl.Series([object(), object()], dtype=pl.Object)})
    found = answer_to(Duplicates(Table("t", {"o": "other"}, "", frame.lazy())))
    assert found.code == "DC203"


def test_counts_by_value():
    sample = table(sex=["f", "m", None, "f"], age=[1, 1, 2, 1])
    found = answer_to(Counts(sample, ("sex", "age")))
    assert dict(found.rows) == {("f", "1"): 2, ("m", "1"): 1, (None, "2"): 1}
    assert list(found.rows) == [("f", "1"), ("m", "1"), (None, "2")]
    assert found.total == 4


def test_counts_have_a_limit():
    sample = table(id=list(range(20)))
    assert answer_to(Counts(sample, ("id",), limit=20)).total == 20
    assert answer_to(Counts(sample, ("id",), limit=19)).code == "DC203"


@pytest.mark.parametrize(
    "ask",
    [
        lambda t: Duplicates("no table", ("age",)),
        lambda t: Duplicates(t, "age"),
        lambda t: Duplicates(t, ("age", "age")),
        lambda t: Duplicates(t, (1,)),
        lambda t: Counts(t, ()),
        lambda t: Counts(t, ("age",), limit="many"),
        lambda t: Values(t, {}),
        lambda t: Values(t, {"x": 1}),
        lambda t: Values(t, MappingProxyType({"x": t.rows()})),
        lambda t: Values(t, {"x": t.col("age")}),
    ],
)
def test_requests_made_of_junk_are_refused(ask):
    assert answer_to(ask(people())).code == "DC304"


def test_a_request_for_a_column_that_is_not_there_names_it():
    found = answer_to(Duplicates(people(), ("height",)))
    assert found.code == "DC019"
    assert "height" in str(found.error)


def test_a_list_cannot_receive_an_answer():
    found = run(returning([Duplicates(people())]))
    assert found["bad"].code == "DC304"


def test_the_same_request_is_computed_once():
    sample, watch = people(), Watch()

    def check(t: Table) -> Iterator[Estimate]:
        """Asks."""
        answer = yield Duplicates(t, ("age",))
        yield Count("x", answer.duplicates)

    found = run(*(job(k, check, t=sample) for k in "ab"), guard=watch)
    assert found["a"] == found["b"] == (Count("x", 0),)
    assert watch.entered.count(("a", "b")) == 1


def test_a_failed_request_fails_those_who_asked_alone():
    def asks(t: Table) -> Iterator[Estimate]:
        """Asks in vain."""
        yield Counts(t, ("age",), limit=1)
        yield Count("x", 1)

    found = run(job("a", asks, t=people()), good())
    assert found["a"].code == "DC203"
    assert found["good"] == (Count("x", 1),)


@pytest.mark.parametrize("request_of", [None, Duplicates, lambda t: Counts(t, ("x",))])
@pytest.mark.parametrize("is_broken", [False, True])
def test_a_file_that_changed_under_the_scan_fails_all_who_read_it(request_of, is_broken):
    def changed() -> None:
        raise EvidenceError("data.csv has changed", code="DC202")

    def check(t: Table) -> Iterator[Estimate]:
        """Reads."""
        if request_of is not None:
            yield request_of(t)
        yield Count("x", t.col("y" if is_broken else "x").is_null())

    frame = pl.LazyFrame({"x": [1, 2]})
    moving = Table("t", {"x": "integer"}, "", frame, changed)
    watch = Watch()
    found = run(*(job(k, check, t=moving) for k in "abcd"), good(), guard=watch)
    assert [found[k].code for k in "abcd"] == ["DC202"] * 4
    assert found["good"] == (Count("x", 1),)
    assert sum(len(keys) == 4 for keys in watch.entered) == 1  # nobody scans it again


def test_stages_of_unequal_length_run_side_by_side():
    def steps(count: int):
        def check(t: Table) -> Iterator[Estimate]:
            """Asks several times."""
            for _ in range(count):
                yield Values(t, {"rows": t.rows()})
            yield Count("x", t.rows())

        return check

    sample, watch = people(), Watch()
    found = run(*(job(str(n), steps(n), t=sample) for n in range(4)), guard=watch)
    assert all(item == (Count("x", 4),) for item in found.values())
    assert watch.entered.count(("1", "2", "3")) == 1
    assert watch.entered.count(("0", "1", "2", "3")) == 1


def test_ten_thousand_small_controls_are_cheap():
    made = good()
    jobs = [Job(str(i), made.checker, made.params, {}) for i in range(10_000)]

    @contextmanager
    def nothing(keys):
        yield

    started = time.process_time()
    measure(jobs, nothing)
    assert (time.process_time() - started) / len(jobs) < 0.00005 * 4  # room for a busy machine
