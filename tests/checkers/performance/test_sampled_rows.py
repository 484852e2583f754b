"""Sampling weights and repeated entities are taken into account or refused, never passed over."""

import numpy as np
import polars as pl
import pytest

from deploycheck.evidence.errors import EvidenceError
from deploycheck.testing import PolicyError, judge_control

ROWS = 2_000
BINARY = "target: bad, score: score, prediction: told, positive: 1"
NUMBERS = "target: price, prediction: guess"
HOW = {
    "plain": "",
    "sampling": ", weight: {column: w, kind: sampling}",
    "entities": ", id: who",
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    root = tmp_path_factory.mktemp("sampled")
    for seed, name in enumerate(("train", "test")):
        random = np.random.default_rng(seed)
        # Eight rows of each customer, which are wrong together.
        who = np.repeat(np.arange(ROWS // 8), 8)
        luck = random.random(ROWS // 8)[who]
        bad = random.integers(0, 2, ROWS)
        told = np.where(luck < 0.8, bad, 1 - bad)
        price = 10 + random.normal(size=ROWS // 8)[who] + 0.1 * random.normal(size=ROWS)
        guess = 10 + 0.1 * random.normal(size=ROWS)
        pl.DataFrame(
            {
                "who": [f"c{code}" for code in who],
                "w": random.exponential(size=ROWS) + 0.1,
                "bad": bad,
                "told": told,
                "score": np.clip(0.3 + 0.4 * told + 0.05 * random.normal(size=ROWS), 0, 1),
                "price": price,
                "guess": guess,
                "low": guess - 1,
                "high": guess + 1 + 0.1 * random.random(ROWS),
                "sex": random.choice(["f", "m"], ROWS),
            }
        ).write_csv(root / f"{name}.csv")
    return root


def verdict(folder, how, task, roles, control):
    return judge_control(
        control,
        folder,
        release=(
            f"release: r\nversion: '1'\ntask: {task}\nmodel: none\n"
            "data: {train: {path: train.csv}, test: {path: test.csv}}\n"
            f"columns: {{{roles}{HOW[how]}}}\n"
        ),
    )


def width(verdict, name):
    (found,) = [m for m in verdict.measurements if m.name == name and m.outcome is not None]
    return found.interval.high - found.interval.low


CASES = [
    ("regression", NUMBERS, "floor", "", "mean_absolute_error"),
    ("regression", NUMBERS, "floor", "", "root_mean_squared_error"),
    ("regression", NUMBERS, "coverage", "with: {lower: low, upper: high}", "coverage"),
    ("regression", NUMBERS, "bias_regression", "", "actual_to_expected"),
    ("regression", NUMBERS, "beats_baseline", "", "error_reduction"),
    ("regression", NUMBERS, "generalisation_gap", "", "mean_absolute_error_gap"),
    ("binary_classification", BINARY, "floor", "", "accuracy"),
    ("binary_classification", BINARY, "floor", "", "roc_auc"),
    ("binary_classification", BINARY, "floor", "", "average_precision"),
    ("binary_classification", BINARY, "floor", "", "matthews_corrcoef"),
    ("binary_classification", BINARY, "beats_baseline", "", "difference"),
    ("binary_classification", BINARY, "generalisation_gap", "", "accuracy_gap"),
    (
        "binary_classification",
        BINARY,
        "expected_cost",
        'with: {costs: {"1": {"0": 2}, "0": {"1": 1}}}',
        "expected_cost",
    ),
]


@pytest.mark.parametrize(
    ("task", "roles", "check", "given", "measure"), CASES, ids=lambda value: str(value)[:24]
)
def test_rows_that_go_together_widen_the_bounds(folder, task, roles, check, given, measure):
    worse = measure in {"mean_absolute_error", "root_mean_squared_error", "expected_cost"}
    bound = "max: 0.9" if worse or measure.endswith("_gap") else "min: 0.5"
    if measure == "actual_to_expected":
        bound = "min: 0.9, max: 1.1"
    control = f"check: performance.{check}\n{given}\nrequire: {{{measure}: {{{bound}}}}}"
    widths = {how: width(verdict(folder, how, task, roles, control), measure) for how in HOW}
    # Eight rows that are alike are one: the bounds are nearly √8 as far apart.
    assert widths["entities"] > 1.6 * widths["plain"]
    assert widths["sampling"] != widths["plain"]


@pytest.mark.parametrize("how", ["sampling", "entities"])
@pytest.mark.parametrize(
    ("check", "given", "require"),
    [
        ("calibration", "", "calibration_error: {max: 0.1}"),
        ("brier_skill", "", "brier_skill: {min: 0}"),
        ("weak_slices", "with: {columns: [sex]}", "excess_error_rate: {max: 0.1, detect: 0.3}"),
    ],
)
def test_what_has_no_bounds_for_such_rows_says_so(folder, how, check, given, require):
    control = f"check: performance.{check}\n{given}\nrequire: {{{require}}}"
    try:
        found = verdict(folder, how, "binary_classification", BINARY, control)
    except (PolicyError, EvidenceError) as error:
        told = str(error)
    else:
        assert found.outcome == "ERROR"
        told = found.reason
    assert "sampling weights" in told or "entit" in told
