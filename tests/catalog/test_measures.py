"""Every measure of every built-in check stands on the page, under its name, with its range."""

import pytest

from deploycheck.authoring.measure import Measure
from deploycheck.catalog import measures
from deploycheck.catalog.checks import checkers

PAGE = measures.page()
SECTIONS = {part.partition("\n")[0]: part.partition("\n")[2] for part in PAGE.split("\n## ")[1:]}


@pytest.mark.parametrize("checker", checkers(), ids=lambda checker: checker.id)
def test_a_checks_measures_stand_under_their_names(checker):
    link = f"[{checker.id}](../checks/{checker.id.replace('.', '/')}.md)"
    for measure in checker.measures:
        (row,) = [line for line in SECTIONS[measure.name].splitlines() if link in line]
        cells = [cell.strip() for cell in row.replace("\\|", "¦").strip("|").split("|")]
        assert cells[1] == measure.unit
        assert cells[3] == measure.better.replace("none", "neither")
        assert cells[4] == measure.doc.replace("|", "¦")


def test_nothing_else_stands_there_and_the_order_is_that_of_names():
    names = [name for name in SECTIONS if name != "Units"]
    assert names == sorted({m.name for checker in checkers() for m in checker.measures})


def test_every_unit_in_use_is_explained():
    for unit in {m.unit for checker in checkers() for m in checker.measures}:
        assert f"| {unit} |" in SECTIONS["Units"], unit


@pytest.mark.parametrize(
    ("unit", "low", "high", "said"),
    [
        ("probability", None, None, "0 to 1"),
        ("ratio", None, None, "0 or more"),
        ("number", None, None, "any number"),
        ("number", None, 5.0, "5 or less"),
        ("number", 0.5, None, "0.5 or more"),
        ("text", None, None, "any text"),
    ],
)
def test_a_range_is_told_in_words(unit, low, high, said):
    made = Measure("x", unit=unit, better="lower", doc="X.", low=low, high=high)
    assert measures._range(made) == said
