import polars as pl
import pytest
from pydantic import ValidationError

from deploycheck.authoring.estimates import Count, Undefined
from deploycheck.checkers.data_quality.key_unique import KeyUnique, key_unique


def test_a_key_of_two_columns(run, table):
    sample = table(bank=[1, 1, 2, 2, 2], account=["a", "b", "a", "a", "a"], x=[1, 2, 3, 4, 5])
    found = run(key_unique, {"key": ["bank", "account"]}, table=sample)
    assert found == (
        Count("duplicate_keys", 2, of=5),
        Count("missing_keys", 0, of=5, slice={"column": "bank"}),
        Count("missing_keys", 0, of=5, slice={"column": "account"}),
    )


def test_rows_without_a_key_are_duplicates_and_are_shown(run, table, by_place):
    sample = table(id=[1, None, None, 4], part=["a", None, "b", None])
    found = by_place(run(key_unique, {"key": "id"}, table=sample))
    assert found["duplicate_keys",] == Count(
        "duplicate_keys", 1, of=4, details=("2 rows have no value in the whole key",)
    )
    assert found["missing_keys", "id"].value == 2
    both = by_place(run(key_unique, {"key": ["id", "part"]}, table=sample))
    assert both["duplicate_keys",].value == 0
    assert both["duplicate_keys",].details == ("1 rows have no value in the whole key",)
    assert both["missing_keys", "part"].value == 2


@pytest.mark.parametrize(("values", "duplicates"), [([7], 0), ([7] * 9, 8), ([None] * 9, 8)])
def test_one_row_and_constant_keys(run, table, values, duplicates):
    frame = pl.DataFrame({"id": pl.Series(values, dtype=pl.Int64)})
    found = run(key_unique, {"key": "id"}, table=table(frame))
    assert found[0].value == duplicates


def test_an_empty_table_is_no_pass(run, table):
    found = run(key_unique, {"key": "id"}, table=table(id=pl.Series([], dtype=pl.Int64)))
    assert all(isinstance(e, Undefined) for e in found)
    assert [e.name for e in found] == ["duplicate_keys", "missing_keys"]


def test_a_column_that_is_not_there(run, table, code):
    assert code(run(key_unique, {"key": "no"}, table=table(id=[1]))) == "DC019"


@pytest.mark.parametrize("key", [[], ["id", "id"], 3, None])
def test_a_key_names_columns_once(key):
    with pytest.raises(ValidationError):
        KeyUnique(key=key)


def test_near_twins_are_no_duplicates(run, table):
    values = ["é", "e\u0301", "E", "e", "e ", "e\0", ""]
    assert run(key_unique, {"key": "id"}, table=table(id=values))[0].value == 0


def test_many_rows_with_few_repeats(run, table):
    frame = pl.DataFrame({"id": pl.int_range(0, 200_000, eager=True)})
    frame = pl.concat([frame, frame.head(37), frame.head(5)]).sample(
        fraction=1, shuffle=True, seed=7
    )
    assert run(key_unique, {"key": "id"}, table=table(frame))[0].value == 42
