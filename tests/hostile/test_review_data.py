"""Columns whose names mean something to the library that reads them."""

import polars as pl
import pytest

PARQUET = 'release: toy\nversion: "1"\ndata: {test: {path: data.parquet}}\n'
CSV = 'release: toy\nversion: "1"\ndata: {test: {path: data.csv}}\n'
ROLES = """
release: toy
version: "1"
task: binary_classification
data: {test: {path: data.parquet, where: [{column: "^z.*$", equals: 1}]}}
columns: {target: label, prediction: call, positive: 1, favourable: 1}
"""


@pytest.mark.parametrize("extra", ["rationale: every column", 'with: {columns: ["^x.*$"]}'])
def test_a_column_that_is_named_like_a_pattern_is_never_read_in_anothers_place(project, extra):
    """Half of its values are missing; those of the column that the pattern matches are there."""
    rows = pl.DataFrame({"^x.*$": [None, None, 1, 1], "x1": [2, 3, 4, 5]})
    rows.write_parquet(project.root / "data.parquet")
    project.write("release.yaml", PARQUET)
    require = "{missing_rows: {max: 0}}"
    project.policy(project.control("data_quality.completeness", require=require, extra=extra))
    assert project.gate().returncode != 0
    assert project.outcomes()["C-1"] in {"FAIL", "ERROR"}


def test_a_rule_for_a_column_that_is_named_like_a_pattern_is_held_against_that_column(project):
    pl.DataFrame({"^x.*$": [1, 1], "x1": [5, 5]}).write_parquet(project.root / "data.parquet")
    project.write("release.yaml", PARQUET)
    extra, require = 'with: {rules: {"^x.*$": {min: 5}}}', "{violations: {max: 0}}"
    project.policy(project.control("data_quality.domain", require=require, extra=extra))
    project.gate()
    assert project.outcomes()["C-1"] in {"FAIL", "ERROR"}


def test_rows_are_narrowed_by_the_column_that_is_named_and_by_no_other(project):
    """A quarter of the predictions is wrong; the column that the pattern matches hides them."""
    rows = range(400)
    columns = {
        "label": [i % 2 for i in rows],
        "call": [i % 2 if i % 4 else 1 - i % 2 for i in rows],
        "^z.*$": [1 for _ in rows],
        "z1": [int(i % 4 > 0) for i in rows],
    }
    pl.DataFrame(columns).write_parquet(project.root / "data.parquet")
    project.write("release.yaml", ROLES)
    require = "{accuracy: {min: 0.9}}"
    project.policy(project.control("performance.floor", require=require, extra="rationale: r"))
    project.gate()
    assert project.outcomes()["C-1"] in {"FAIL", "ERROR"}


@pytest.mark.parametrize("name", ["^x.*$", "*"])
def test_a_csv_column_that_is_named_like_a_pattern_is_told_by_name(project, name):
    project.write("data.csv", f'"{name}",x1\n1,2\n4,\n')
    project.write("release.yaml", CSV)
    require = "{missing_rows: {max: 1}}"
    extra = "rationale: every column"
    project.policy(project.control("data_quality.completeness", require=require, extra=extra))
    project.gate()
    verdict = project.decision()["verdicts"][0]
    if verdict["outcome"] != "PASS":
        assert name in verdict["reason"]
        assert verdict["code"] in {"DC201", "DC203"}
        assert "IndexError" not in verdict["reason"]


def test_a_key_may_be_called_len(project):
    project.write("data.csv", "len,b\n1,1\n1,2\n2,2\n")
    project.write("release.yaml", CSV)
    project.policy(project.control(extra="with: {key: [len]}"))
    project.gate()
    assert project.outcomes()["C-1"] == "FAIL"
