import numpy as np
import pytest

from deploycheck.authoring.features import coded_columns, coordinates, spaced_columns, texts_of


def column(*values):
    if all(v is None or isinstance(v, float | int) for v in values):
        return np.array([np.nan if v is None else v for v in values], dtype=np.float64)
    made = np.empty(len(values), dtype=object)
    made[:] = values
    return made


def test_codes_keep_what_is_missing():
    made = coded_columns({"x": column(1, None, 1e300), "t": column("b", None, "a")})
    assert made[:, 0].tolist()[::2] == [1, 1e30]
    assert np.isnan(made[1]).all()
    assert made[:, 1].tolist()[::2] == [1, 0]


def test_two_texts_lie_one_apart_and_numbers_in_standard_deviations():
    made = spaced_columns({"t": column("a", "b", "c"), "x": column(0, 3, 6)})
    apart = np.linalg.norm(made[0, :3] - made[1, :3])
    assert apart == pytest.approx(1)
    assert made[2, 3] - made[0, 3] == pytest.approx(6 / np.std([0, 3, 6]))


def test_a_missing_number_lies_one_apart_and_at_the_mean():
    made = spaced_columns({"x": column(0, 2, None)})
    assert made.tolist() == [[-1, 0], [1, 0], [0, 1]]


@pytest.mark.parametrize("values", [(1, 1, 1), ("a", "a"), (None, None), (None,)])
def test_a_column_of_one_value_has_no_coordinate(values):
    assert spaced_columns({"x": column(*values)}).shape == (len(values), 0)


def test_coordinates_are_counted_before_they_are_made():
    columns = {"t": column("a", "b", None), "x": column(1, None, 3)}
    assert coordinates(columns) == 5 == spaced_columns(columns).shape[1]
    assert spaced_columns({}).shape == (0, 0)


def test_values_are_named_as_groups_are():
    assert texts_of(column(1.0, 0.5, None)) == ["1", "0.5", "(missing)"]
    assert texts_of(column("f", None)) == ["f", "(missing)"]
