"""A new check on a table: how many values lie at or over a limit."""

from deploycheck.scaffold.plugin.common import PER_HUNDRED
from deploycheck.scaffold.plugin.evidence import Evidence

__all__ = ["TABLE"]

_CHECKER = '''\
«module»

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


«with_these»
class «Params»(Params):
    columns: Columns = Field(description="Numeric columns; each is looked at by itself.")
    limit: float = Field(description="A value counts from this number on.")


@checker(
    "«id»",
    «measures»«kind»
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

    «example»
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
«tests_of»

from pathlib import Path

import pytest
from deploycheck import EvidenceError, «Estimate», Undefined
from deploycheck.testing import PolicyError, judge, judge_control, measure, page, table

from «package» import deploycheck_checkers
«import»

«places»
PARAMS = {"columns": ["income"], "limit": 100}
PLACE = {"column": "income"}

«by_itself»


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
«control»


«either»
    (tmp_path / "data.csv").write_text("income\\n" + "50\\n" * 90 + "100\\n" * 10)
    «judged»


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
        "policy.yaml": "«policy»",
        "data.csv": _data(),
    },
    unit="probability",
    asked="{columns: [income], limit: 10000}",
    tested="{columns: [income], limit: 100}",
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
    bounds=PER_HUNDRED,
    names={
        ("lower", True): "at_limit_rate",
        ("higher", True): "below_limit_rate",
        ("lower", False): "at_limit",
        ("higher", False): "below_limit",
    },
)
