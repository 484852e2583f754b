"""What is declared wrongly is refused where it is declared, with what was probably meant."""

import pytest

from deploycheck import Count, Measure, Table, checker, reporter
from deploycheck.authoring.errors import DefinitionError

SOUND = Measure("rows", unit="rows", better="none", doc="Rows.")


def declared(measures=(SOUND,), **more):
    @checker("acme.rows", measures=measures, **more)
    def rows(table: Table):
        """There are rows."""
        yield Count("rows", 0)

    return rows


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"kind": "exakt"}, "acme.rows: unknown kind 'exakt'; did you mean 'exact'?"),
        ({"roles": ["positives"]}, "unknown role 'positives'; did you mean 'positive'?"),
        ({"tasks": ["ranking"]}, "unknown task 'ranking'; one of binary_classification, multi"),
        ({"measures": [Measure("m", "count", "up", "M.")]}, "unknown direction of m, better 'up'"),
        ({"measures": [Measure("m", "count", "lower", "M.", low=5, high=2)]}, "between 5 and 2"),
        ({"measures": [Measure("m", "count", "lower", "M.", low=float("nan"))]}, "nowhere"),
        ({"measures": [Measure("m", "parsecs", "lower", "M.")]}, "unknown unit 'parsecs'"),
    ],
)
def test_a_word_that_is_none_of_those_there_are(more, said):
    with pytest.raises(DefinitionError) as told:
        declared(**more)
    assert said in str(told.value)


def test_a_sound_checker_is_called_as_it_is_written():
    (count,) = declared(roles=["target"], tasks=["regression"], kind="exact")(table=None)
    assert count == Count("rows", 0)


def test_a_reporter_is_called_as_it_is_written():
    @reporter("name.txt")
    def name(decision) -> str:
        return f"{decision}\n"

    assert name("RELEASE") == name.render("RELEASE") == "RELEASE\n"
    with pytest.raises(DefinitionError, match="with the name of its file"):
        reporter(lambda decision: "")
