import math
from collections import Counter
from datetime import date

import numpy as np
import polars as pl
import pytest
from pydantic import ValidationError
from scipy.stats import wasserstein_distance

from deploycheck.authoring.estimates import Count, Undefined
from deploycheck.checkers.privacy import k_anonymity as module
from deploycheck.checkers.privacy.k_anonymity import KAnonymity, k_anonymity

# Machanavajjhala et al. 2007, figures 2 and 3: inpatient microdata of a hospital.
FOUR_ANONYMOUS = {
    "zip": ["130**"] * 4 + ["1485*"] * 4 + ["130**"] * 4,
    "age": ["<30"] * 4 + [">=40"] * 4 + ["3*"] * 4,
    "nationality": ["*"] * 12,
    "condition": [
        "heart", "heart", "viral", "viral", "cancer", "heart", "viral", "viral",
        "cancer", "cancer", "cancer", "cancer",
    ],
}  # fmt: skip
THREE_DIVERSE = {
    "zip": ["1305*"] * 4 + ["1485*"] * 4 + ["1306*"] * 4,
    "age": ["<=40"] * 4 + [">40"] * 4 + ["<=40"] * 4,
    "nationality": ["*"] * 12,
    "condition": [
        "heart", "viral", "cancer", "cancer", "cancer", "heart", "viral", "viral",
        "heart", "viral", "cancer", "cancer",
    ],
}  # fmt: skip
# Li, Li and Venkatasubramanian 2007, tables 4 and 5: salary in thousands, by equivalence class.
SALARIES = {"4": [[3, 4, 5], [6, 11, 8], [7, 9, 10]], "5": [[3, 5, 9], [6, 11, 8], [4, 7, 10]]}


@pytest.fixture
def anonymity(run, table):
    """``anonymity(columns, quasi, sensitive)``: estimates by name."""

    def anonymity(columns, quasi, sensitive=None):
        frame = columns if isinstance(columns, pl.DataFrame) else pl.DataFrame(columns)
        found = run(k_anonymity, {"quasi": quasi, "sensitive": sensitive}, table=table(frame))
        return {e.name: e for e in found} if isinstance(found, tuple) else found

    return anonymity


def values(found):
    return {name: getattr(e, "value", None) for name, e in found.items()}


@pytest.mark.parametrize(
    ("columns", "k", "diverse"), [(FOUR_ANONYMOUS, 4, 1), (THREE_DIVERSE, 4, 3)]
)
def test_the_hospital_of_machanavajjhala(anonymity, columns, k, diverse):
    found = values(anonymity(columns, ["zip", "age", "nationality"], "condition"))
    assert (found["k"], found["l"]) == (k, diverse)


def test_the_salaries_of_li(anonymity):
    """Their section 5.1 gives D = 0.375 for {3k, 4k, 5k} and 0.167 for {6k, 8k, 11k}; table 5 is
    0.167-close.
    """

    def t(classes):
        rows = [(place, salary) for place, some in enumerate(classes) for salary in some]
        frame = pl.DataFrame(rows, schema=["class", "salary"], orient="row")
        return anonymity(frame, "class", "salary")["t"].value

    assert t(SALARIES["4"]) == pytest.approx(0.375, abs=1e-12)
    assert t(SALARIES["5"]) == pytest.approx(1 / 6, abs=1e-12)


@pytest.mark.parametrize("ordered", [True, False])
def test_agrees_with_a_loop_over_the_classes(anonymity, ordered):
    rng = np.random.default_rng(5)
    for _ in range(15):
        size = int(rng.integers(5, 80))
        known = rng.integers(0, 4, (size, 2))
        secret = rng.integers(0, 9, size) * 10
        frame = pl.DataFrame({"a": known[:, 0], "b": known[:, 1], "s": secret})
        found = values(
            anonymity(frame if ordered else frame.cast({"s": pl.String}), ["a", "b"], "s")
        )
        groups: dict[tuple[int, int], list[int]] = {}
        for a, b, s in frame.rows():
            groups.setdefault((a, b), []).append(s)
        assert found["k"] == min(map(len, groups.values()))
        assert found["l"] == min(len({*group}) for group in groups.values())
        place = {value: rank for rank, value in enumerate(sorted({*secret.tolist()}))}
        everyone = [place[s] for s in secret.tolist()]
        distances = []
        for group in groups.values():
            ranks = [place[s] for s in group]
            if ordered:
                distances.append(wasserstein_distance(ranks, everyone) / max(1, len(place) - 1))
            else:
                p, q = Counter(ranks), Counter(everyone)
                distances.append(sum(abs(p[v] / len(ranks) - q[v] / size) for v in q) / 2)
        assert found["t"] == pytest.approx(max(distances), abs=1e-12)


def test_dates_have_an_order_and_truth_values_none(anonymity):
    days = [date(2026, 1, day) for day in (1, 2, 3)]
    found = anonymity({"q": ["a", "a", "b"], "s": days}, "q", "s")
    assert found["t"].value == pytest.approx((1 / 3 + 2 / 3) / 2)
    found = anonymity({"q": ["a", "a", "b", "b"], "s": [True, False, True, True]}, "q", "s")
    assert found["t"].value == pytest.approx(0.25)


def test_without_a_sensitive_column_only_k_is_said(anonymity):
    found = anonymity({"q": [1, 1, 2]}, "q")
    assert found["k"] == Count("k", 1, of=3, details=("1 of 2 classes have 1 rows",))
    assert isinstance(found["l"], Undefined)
    assert isinstance(found["t"], Undefined)


def test_a_missing_quasi_identifier_is_a_value(anonymity):
    frame = {"q": [None, math.nan, 1.0, 1.0], "s": ["x", "y", "x", "y"]}
    assert values(anonymity(frame, "q", "s")) == {"k": 2, "l": 2, "t": 0.0}


def test_a_missing_sensitive_value_makes_no_class_more_diverse(anonymity):
    frame = {"q": ["a", "a", "b", "b", "c"], "s": ["x", None, "x", "y", None]}
    found = anonymity(frame, "q", "s")
    assert (found["k"].value, found["l"].value) == (1, 1)
    assert found["l"].details == (
        "1 of 3 classes have 1 different values",
        "2 of 5 rows have no sensitive value",
        "1 of 3 classes have none",
    )


def test_one_row_constant_and_all_missing(anonymity):
    assert values(anonymity({"q": [1], "s": ["x"]}, "q", "s")) == {"k": 1, "l": 1, "t": 0.0}
    assert values(anonymity({"q": [1] * 9, "s": [7] * 9}, "q", "s")) == {"k": 9, "l": 1, "t": 0.0}
    missing = pl.DataFrame(
        {"q": [None] * 3, "s": [None] * 3}, schema={"q": pl.String, "s": pl.Int64}
    )
    found = anonymity(missing, "q", "s")
    assert found["k"].value == 3
    assert {type(found[name]) for name in "lt"} == {Undefined}


def test_an_empty_table_is_no_pass(anonymity):
    found = anonymity(pl.DataFrame(schema={"q": pl.String, "s": pl.String}), "q", "s")
    assert {type(e) for e in found.values()} == {Undefined}
    assert {*found} == {"k", "l", "t"}


def test_no_value_of_a_person_is_told(anonymity):
    found = anonymity({"q": ["secret", "b", "b"], "s": ["x", "y", "z"]}, "q", "s")
    assert "secret" not in repr(found)


def test_columns_that_are_not_there_or_nested(anonymity, code):
    assert code(anonymity({"q": [1]}, "z")) == "DC019"
    assert code(anonymity({"q": [1]}, "q", "z")) == "DC019"
    assert code(anonymity({"q": [[1]]}, "q")) == "DC203"


def test_more_classes_than_can_be_held_are_an_error(anonymity, code, monkeypatch):
    monkeypatch.setattr(module, "MOST", 4)
    assert anonymity({"q": [1, 2, 3, 4]}, "q")["k"].value == 1
    assert code(anonymity({"q": [1, 2, 3, 4, 5]}, "q")) == "DC203"


@pytest.mark.parametrize(
    "params",
    [{}, {"quasi": []}, {"quasi": ["a", "a"]}, {"quasi": "a", "sensitive": "a"}, {"quasi": "a", "k": 5}],
)  # fmt: skip
def test_parameters_that_fit_nothing_are_refused(params):
    with pytest.raises(ValidationError):
        KAnonymity(**params)
