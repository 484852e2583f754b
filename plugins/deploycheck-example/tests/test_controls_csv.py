"""The CSV report: every control, and nothing that a spreadsheet would run."""

import csv
import io
import re

import pytest
from deploycheck_example.controls_csv import HEAD, inert
from deploycheck_example.controls_csv import csv as report

RUNS = re.compile(r"[\s\"]*[=+\-@\uff1d\uff0b\uff0d\uff20]")


def read(text: str, delimiter: str = ",") -> list[list[str]]:
    return list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))


def test_one_line_a_control(decision):
    made = decision(("Rates stay close", "gap 0.21, at most 0.1"), ("Ünïcode 0 %", 'says "no"'))
    head, first, second = read(report.render(made))
    assert head == list(HEAD)
    facts = dict(zip(head, first, strict=True))
    assert facts["control"] == "C-1"
    assert facts["outcome"] == "FAIL"
    assert facts["reason"] == "gap 0.21, at most 0.1"
    assert second[2] == "Ünïcode 0 %"
    assert second[8] == 'says "no"'


def test_no_controls_is_the_head_alone(decision):
    assert read(report.render(decision())) == [list(HEAD)]


def test_name_and_file():
    assert (report.name, report.filename) == ("csv", "controls.csv")


@pytest.mark.parametrize(
    "hostile",
    [
        "=1+1",
        "+1",
        "-1",
        "@SUM(A1)",
        "\t=1+1",
        "\r=1+1",
        "\n=1+1",
        "  =1+1",
        "\uff1d1+1",
        "\uff20SUM(A1)",
        '"=1+1',
        "a;=1+1",
        "a; =1+1",
        'a;"=1+1',
        "a\n=1+1",
        'a"\r\n=1+1',
        "\u2028=1+1",
        "=cmd|' /C calc'!A0",
        "a,=1+1",
        'a",=1+1',
        ";;=1+1",
    ],
)
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_no_cell_is_a_formula_however_the_lines_are_split(decision, hostile, delimiter):
    text = report.render(decision((hostile, hostile)))
    cells = [cell for line in read(text, delimiter) for cell in line]
    assert not [cell for cell in cells if RUNS.match(cell)]


def test_a_hostile_title_stays_one_line(decision):
    assert len(read(report.render(decision(("a\nb\r\nc\x00\x1b[31m", "r"))))) == 2


@pytest.mark.parametrize("harmless", ["", "a-b", "1;2", "x=1", "e@example.org", "FAIR-01", "2016"])
def test_plain_text_is_left_alone(harmless):
    assert inert(harmless) == harmless
