import math
from datetime import UTC, date, datetime

import polars as pl
import pytest
from pydantic import ValidationError

from deploycheck import plugins
from deploycheck.authoring.estimates import Count, Undefined
from deploycheck.checkers.data_quality.schema import Schema, schema
from deploycheck.engine.materials import Materials, Text
from deploycheck.engine.plan import make_plan
from deploycheck.engine.step import control_digest


def differences(run, table, columns, **params):
    asked = {"columns": {n: {"kind": k} if isinstance(k, str) else k for n, k in columns.items()}}
    found = run(schema, {**asked, **params}, table=table)
    assert isinstance(found, tuple), found
    (made,) = [e for e in found if e.name == "differences"]
    if isinstance(made, Count):
        assert made.value == len(made.details)
    return made.details


EVERY_KIND = {
    "integer": [1, None],
    "float": [0.5, None],
    "boolean": [True, None],
    "text": ["a", None],
    "date": [date(2026, 1, 1), None],
    "datetime": [datetime(2026, 1, 1, tzinfo=UTC), None],
}


def test_a_table_that_is_as_declared(run, table):
    sample = table(**EVERY_KIND)
    contract = {kind: {"kind": kind} for kind in EVERY_KIND}
    assert run(schema, {"columns": contract, "ordered": True}, table=sample) == (
        Count("columns", 6),
        Count("differences", 0),
    )


@pytest.mark.parametrize("declared", EVERY_KIND)
@pytest.mark.parametrize("there", EVERY_KIND)
def test_kinds_are_compared_exactly(run, table, declared, there):
    found = differences(run, table(x=EVERY_KIND[there]), {"x": declared})
    same = () if declared == there else (f"column 'x': declared {declared}, is {there}",)
    assert found == same


def test_nested_values_are_of_no_kind_that_can_be_declared(run, table):
    found = differences(run, table(x=[[1]]), {"x": "integer"})
    assert found == ("column 'x': declared integer, is other",)


def test_columns_that_are_absent_or_not_declared(run, table):
    sample = table(a=[1], b=["x"])
    assert differences(run, sample, {"a": "integer", "c": "date"}) == (
        "column 'c': declared date, not there",
        "column 'b': not declared, is text",
    )
    assert differences(run, sample, {"a": "integer"}, extra=True) == ()
    assert differences(run, sample, {"A": "integer"}, extra=True) == (
        "column 'A': declared integer, not there",
    )


def test_missing_values_where_none_may_be(run, table):
    must = {"kind": "float", "nullable": False}
    sample = table(x=[1.0, math.nan, None], y=[1.0, 2.0, 3.0])
    assert differences(run, sample, {"x": must, "y": must}) == (
        "column 'x': declared not nullable, 2 of 3 rows have no value",
    )
    assert differences(run, sample, {"x": "float", "y": "float"}) == ()


def test_kind_and_missing_values_are_two_differences(run, table):
    found = differences(run, table(x=["a", None]), {"x": {"kind": "date", "nullable": False}})
    assert len(found) == 2


def test_order_is_that_of_the_declared_columns(run, table):
    sample = table(a=[1], b=[1], c=[1])
    kinds = {"a": "integer", "c": "integer", "b": "integer"}
    assert differences(run, sample, kinds) == ()
    assert differences(run, sample, kinds, ordered=True) == (
        "order: declared 'c', there stands 'b'",
    )
    part = {"a": "integer", "c": "integer"}
    assert differences(run, sample, part, ordered=True, extra=True) == ()
    assert differences(run, sample, {"z": "text", **part}, ordered=True, extra=True) == (
        "column 'z': declared text, not there",
    )


def test_a_column_without_any_value(run, table):
    sample = table(x=pl.Series([None, None], dtype=pl.String))
    assert differences(run, sample, {"x": "text"}) == ()
    assert differences(run, sample, {"x": "float"}) == (
        "column 'x': declared float, is text, without any value",
    )


def test_one_row_and_a_constant_column(run, table):
    assert differences(run, table(x=[1]), {"x": "integer"}) == ()
    assert differences(run, table(x=[1] * 50), {"x": "text"}) != ()


def test_an_empty_table_is_no_pass(run, table):
    contract = {"columns": {"x": {"kind": "integer"}}}
    empty = table(x=pl.Series([], dtype=pl.Int64))
    assert run(schema, contract, table=empty) == (
        Count("columns", 1),
        Undefined("differences", 0, "no rows"),
    )
    found = run(schema, contract, table=table(pl.DataFrame()))
    assert found == (Count("columns", 0), Undefined("differences", 0, "no rows"))


def test_hostile_names(run, table):
    names = {"rows": [1, 2], "missing rows": [1, None], "a\nb": [1, 2], "'; --": [1, 2]}
    kinds = {name: {"kind": "integer", "nullable": False} for name in names}
    assert differences(run, table(**names), kinds) == (
        "column 'missing rows': declared not nullable, 1 of 2 rows have no value",
    )
    (long, broken) = differences(
        run, table(**{"x" * 500: [1], "a\nb": [1], "c": [1]}), {"c": "integer"}
    )
    assert len(long) < 120
    assert broken == "column 'a\\nb': not declared, is integer"


def test_many_differences_are_counted_and_the_first_shown(run, table):
    contract = {"columns": {f"c{i}": {"kind": "text"} for i in range(150)}, "extra": True}
    found = run(schema, contract, table=table(x=[1]))
    assert found[1].value == 150
    assert len(found[1].details) == 101
    assert found[1].details[-1] == "and 50 more"


@pytest.mark.parametrize(
    "params",
    [
        {},
        {"columns": {}},
        {"columns": {"x": {}}},
        {"columns": {"x": {"kind": "int64"}}},
        {"columns": {"x": "integer"}},
        {"columns": {"": {"kind": "text"}}},
        {"columns": {1: {"kind": "text"}}},
        {"columns": {"x": {"kind": "text", "nullable": "no"}}},
        {"columns": {"x": {"kind": "text", "null": True}}},
        {"columns": {"x": {"kind": "text"}}, "ordered": 1},
        {"columns": {"x": {"kind": "text"}}, "extra": "yes"},
    ],
)
def test_contracts_that_say_nothing_or_nonsense_are_refused(params):
    with pytest.raises(ValidationError):
        Schema(**params)


def planned(folder, columns):
    """The plan of one control whose contract is written as ``columns``."""
    (folder / "test.csv").write_text("a,b\n1,x\n", encoding="utf-8")
    release = b"release: r\nversion: '1'\nmodel: none\ndata: {test: {path: test.csv}}\n"
    policy = (
        "policy: p\nversion: '1'\ncontrols:\n"
        "  - {id: A, title: T, check: data_quality.schema, severity: high,\n"
        "     enforcement: mandatory, require: {differences: {max: 0}},\n"
        f"     with: {{ordered: true, columns: {{{columns}}}}}}}\n"
    )
    return make_plan(
        Materials(
            folder=folder,
            release=Text("release.yaml", "release.yaml", release),
            policies=(Text("policy.yaml", "policy.yaml", policy.encode()),),
            inputs={},
            as_of=datetime(2026, 12, 1, tzinfo=UTC),
            front_end="test",
            run="r1",
        ),
        plugins.registry(),
    )


def test_another_order_is_another_contract_to_whoever_remembers_results(tmp_path):
    a, b = "a: {kind: integer}", "b: {kind: text}"
    plans = [planned(tmp_path, f"{a}, {b}"), planned(tmp_path, f"{b}, {a}")]
    first, second = (control_digest(plan.steps[0], plan) for plan in plans)
    assert first != second
    orders = [tuple(plan.steps[0].bound.params.columns) for plan in plans]
    assert orders == [("a", "b"), ("b", "a")]


def test_a_declared_column_that_the_data_lack_is_no_mistake_of_the_plan(tmp_path):
    (step,) = planned(tmp_path, "a: {kind: integer}, z: {kind: text}").steps
    assert step.broken is None
