"""A new check on a table: how many values lie at or over a limit."""

from deploycheck.scaffold.plugin.evidence import Evidence

__all__ = ["TABLE"]

_CHECKER = '''\
"""Checker ``«id»``. What to change is marked with "Yours"."""

from collections.abc import Iterator

from deploycheck import (
    Columns,
    Estimate,
    EvidenceError,
    Measure,
    Params,
    «Estimate»,
    Table,
    Undefined,
    checker,
)
from pydantic import Field


# Yours: what a policy may say below `with`. The descriptions are the documentation.
class «Params»(Params):
    columns: Columns = Field(description="Numeric columns; each is looked at by itself.")
    limit: float = Field(description="A value counts from this number on.")


@checker(
    "«id»",
    # Yours: the number that is measured; a policy names it below `require`.
    measures=[
        Measure(
            "«measure»",
            unit="«unit»",
            better="«better»",
            doc="«doc»",
        )
    ],«kind»
)
def «check»(params: «Params», table: Table) -> Iterator[Estimate]:
    """«title»

    Why: Numbers that pile up at a limit were cut off there, by a form, a sensor or an export. A
    model cannot tell apart what the data do not tell apart.

    Fix: Ask for the data before they were cut, or model the cut.

    Definition: «definition», for each column of `columns`. Rows without a value do not count.

    Undefined: A column without any number has no such value, and the control is inconclusive. A
    column that is not there is an error.

    Source: Tobin 1958, "Estimation of relationships for limited dependent variables".

    Example:
        check: «id»
        with: {columns: [income], limit: 10000}
        require: {«measure»: «bound»}
    """
    for column in params.columns:
        kind = table.columns.get(column)
        if kind is None:
            raise EvidenceError(f"{table.name} has no column {column}", "mend `columns`")
        place = {"column": column}
        if kind not in {"integer", "float"}:
            yield Undefined("«measure»", 0, f"{column} holds no numbers", slice=place)
            continue
        # Yours: what is counted. Expressions are computed by the engine, for all checks at once.
        known = ~table.missing(column)
        counted = known & (table.col(column) «sign» params.limit)
        yield «Estimate»("«measure»", «first»counted, of=known, slice=place)
'''

_TESTS = '''\
"""The checker ``«id»``: by itself, through the engine, and its page."""

from pathlib import Path

import pytest
from deploycheck import EvidenceError, «Estimate», Undefined
from deploycheck.testing import PolicyError, judge, judge_control, measure, page, table

from «package» import deploycheck_checkers
«import»

ROOT = Path(__file__).parents[1]
EXAMPLE = ROOT / "examples" / "«check»"
PARAMS = {"columns": ["income"], "limit": 100}
PLACE = {"column": "income"}

# By itself: evidence so small that you can count it, and what is measured on it.


def test_values_are_counted() -> None:
    (found,) = measure(«check», PARAMS, table=table({"income": [1, 99, 100, 250]}))
    assert found == «Estimate»("«measure»", «2/4», of=4, slice=PLACE)


def test_a_missing_value_does_not_count() -> None:
    (found,) = measure(«check», PARAMS, table=table({"income": [None, 1, 2, 100.0]}))
    assert found == «Estimate»("«measure»", «1/3», of=3, slice=PLACE)


def test_one_row() -> None:
    (found,) = measure(«check», PARAMS, table=table({"income": [100]}))
    assert found == «Estimate»("«measure»", «1/1», of=1, slice=PLACE)


@pytest.mark.parametrize("values", [[], [None], [None, None]])
def test_without_a_value_there_is_no_number(values: list[None]) -> None:
    evidence = table({"income": values}, {"income": "float"})
    (found,) = measure(«check», PARAMS, table=evidence)
    assert isinstance(found, Undefined)


def test_text_is_no_number() -> None:
    (found,) = measure(«check», PARAMS, table=table({"income": ["high", "low"]}))
    assert isinstance(found, Undefined)


def test_an_absent_column_is_an_error() -> None:
    with pytest.raises(EvidenceError, match="no column income"):
        measure(«check», PARAMS, table=table({"age": [1]}))


# Through the engine: a policy asks, and a verdict comes out.

RELEASE = """
    release: test
    version: "1"
    data: {test: {path: data.csv}}
"""
CONTROL = """
    check: «id»
    with: {columns: [income], limit: 100}
    require: {«measure»: %s}
"""


@pytest.mark.parametrize(("bound", "outcome"), [("«passes»", "PASS"), ("«fails»", "FAIL")])
def test_a_policy_is_judged(tmp_path: Path, bound: str, outcome: str) -> None:
    (tmp_path / "data.csv").write_text("income\\n" + "50\\n" * 90 + "100\\n" * 10)
    verdict = judge_control(CONTROL % bound, tmp_path, release=RELEASE, checkers=[«check»])
    assert verdict.outcome == outcome, verdict.reason


def test_a_wrong_policy_is_refused(tmp_path: Path) -> None:
    (tmp_path / "data.csv").write_text("incomes\\n50\\n")
    with pytest.raises(PolicyError, match="did you mean 'incomes'"):
        judge_control(CONTROL % "«passes»", tmp_path, release=RELEASE, checkers=[«check»])


«shared»'''


def _data() -> str:
    """200 incomes, of which ten are cut at 10,000."""
    lines = [
        f"{number},{10000 if number % 20 == 7 else 1500 + number * 397 % 8000}"
        for number in range(1, 201)
    ]
    return "\n".join(["id,income", *lines]) + "\n"


TABLE = Evidence(
    checker=_CHECKER,
    tests=_TESTS,
    example={
        "release.yaml": """\
release: example
version: "1.0.0"
data:
  test: {path: data.csv}
""",
        "policy.yaml": """\
policy: «check»
version: "1.0.0"
controls:
  - id: «CONTROL»
    title: «plain_title»
    check: «id»
    with: {columns: [income], limit: 10000}
    require: {«measure»: «bound»}
    severity: high
    enforcement: overridable
""",
        "data.csv": _data(),
    },
    unit="probability",
    words={
        "lower": {
            "title": "Few values lie at or over a limit.",
            "doc": "Values at or over the limit«per_value».",
            "definition": "«measure» = #{values of at least `limit`}«per_values»",
            "sign": ">=",
        },
        "higher": {
            "title": "Most values lie below a limit.",
            "doc": "Values below the limit«per_value».",
            "definition": "«measure» = #{values below `limit`}«per_values»",
            "sign": "<",
        },
    },
    bounds={
        ("lower", True): ("{max: 0.2}", "{max: 0.5}", "{max: 0.01}"),
        ("higher", True): ("{min: 0.8}", "{min: 0.5}", "{min: 0.99}"),
        ("lower", False): ("{max: 20}", "{max: 20}", "{max: 1}"),
        ("higher", False): ("{min: 80}", "{min: 80}", "{min: 99}"),
    },
    names={
        ("lower", True): "at_limit_rate",
        ("higher", True): "below_limit_rate",
        ("lower", False): "at_limit",
        ("higher", False): "below_limit",
    },
)
