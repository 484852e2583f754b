"""The first example, from its files to its decision, against what was published and fairlearn."""

import csv
import json
import os
import subprocess
import sys
from collections import Counter
from pathlib import Path

import numpy as np
import pytest

EXAMPLE = Path(__file__).parents[2] / "examples" / "recidivism"

# ProPublica, "How We Analyzed the COMPAS Recidivism Algorithm" (2016): survived low and high,
# recidivated low and high; and the two rates in per cent.
PUBLISHED = {
    "African-American": (990, 805, 532, 1369, 44.85, 27.99),
    "Caucasian": (1139, 349, 461, 505, 23.45, 47.72),
}


def gate(out: Path, *arguments: str, **more) -> dict:
    done = subprocess.run(
        [sys.executable, "-m", "deploycheck", "gate", "--policy", str(EXAMPLE / "policy.yaml"),
         "--release", str(EXAMPLE / "release.yaml"), "--out", str(out), "--record", str(out / "rec"),
         *arguments],
        capture_output=True, text=True, check=False, timeout=120, **more,
    )  # fmt: skip
    assert done.returncode == 1, done.stdout + done.stderr
    return json.loads((out / "decision.json").read_text())


@pytest.fixture(scope="module")
def decision(tmp_path_factory):
    return gate(tmp_path_factory.mktemp("compas"))


@pytest.fixture(scope="module")
def rows():
    with (EXAMPLE / "data/compas_two_years_min.csv").open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def measured(decision, control, name):
    verdict = next(v for v in decision["verdicts"] if v["control"] == control)
    return [m for m in verdict["measurements"] if m["name"] == name]


def extreme(decision, control, name):
    (found,) = [m for m in measured(decision, control, name) if m["pair"]]
    return found["value"]


def test_the_example_is_blocked_for_the_reasons_its_readme_gives(decision):
    assert decision["decision"] == "BLOCK"
    outcomes = {v["control"]: v["outcome"] for v in decision["verdicts"]}
    assert outcomes == {
        "DATA-01": "PASS", "DATA-02": "PASS", "DATA-03": "PASS", "PERF-01": "PASS",
        "FAIR-01": "FAIL", "FAIR-02": "FAIL", "FAIR-03": "FAIL", "FAIR-04": "INCONCLUSIVE",
        "DOC-01": "FAIL", "REPRO-01": "PASS", "SIZE-01": "NOT_APPLICABLE",
    }  # fmt: skip
    readme = (EXAMPLE / "README.md").read_text(encoding="utf-8")
    assert all(control in readme for control, outcome in outcomes.items() if outcome == "FAIL")


@pytest.mark.parametrize("group", PUBLISHED)
def test_error_rates_are_the_published_ones(decision, group):
    low, high, recid_low, recid_high, fpr, fnr = PUBLISHED[group]
    (false_positive,) = [
        m
        for m in measured(decision, "FAIR-01", "false_positive_rate")
        if m["slice"] == {"race": group}
    ]
    (false_negative,) = [
        m
        for m in measured(decision, "FAIR-01", "false_negative_rate")
        if m["slice"] == {"race": group}
    ]
    assert false_positive["value"] == pytest.approx(high / (low + high), abs=1e-12)
    assert false_positive["n"] == low + high
    assert round(100 * false_positive["value"], 2) == fpr
    assert false_negative["value"] == pytest.approx(recid_low / (recid_low + recid_high), abs=1e-12)
    assert round(100 * false_negative["value"], 2) == fnr


def test_differences_and_ratios_are_fairlearns(decision, rows):
    from fairlearn.metrics import (
        demographic_parity_difference,
        demographic_parity_ratio,
        equalized_odds_difference,
        equalized_odds_ratio,
    )

    share = Counter(row["race"] for row in rows)
    kept = [row for row in rows if share[row["race"]] / len(rows) >= 0.02]
    truth = np.array([int(row["two_year_recid"]) for row in kept])
    called = np.array([int(int(row["decile_score"]) >= 5) for row in kept])
    race = np.array([row["race"] for row in kept])
    odds = {"y_true": truth, "y_pred": called, "sensitive_features": race}
    difference = extreme(decision, "FAIR-02", "equalized_odds_difference")
    assert difference == pytest.approx(equalized_odds_difference(**odds), abs=1e-12)
    ratio = extreme(decision, "FAIR-02", "equalized_odds_ratio")
    assert ratio == pytest.approx(equalized_odds_ratio(**odds), abs=1e-12)
    # The outcome that is good for the person is the prediction 0.
    good = {"y_true": truth, "y_pred": 1 - called, "sensitive_features": race}
    impact = extreme(decision, "FAIR-03", "impact_ratio")
    assert impact == pytest.approx(demographic_parity_ratio(**good), abs=1e-12)
    everyone = np.array([int(int(row["decile_score"]) < 5) for row in rows])
    sex = np.array([row["sex"] for row in rows])
    parity = extreme(decision, "FAIR-04", "demographic_parity_difference")
    expected = demographic_parity_difference(everyone, everyone, sensitive_features=sex)
    assert parity == pytest.approx(expected, abs=1e-12)


def test_groups_that_the_policy_excludes_are_shown(decision):
    shown = {
        m["slice"].get("race"): m for m in measured(decision, "FAIR-01", "false_positive_rate")
    }
    assert {"Asian", "Native American"} <= set(shown)
    assert shown["Asian"]["undefined"]
    assert shown["Asian"]["context"] is True


def test_the_decision_fits_its_schema(decision):
    from jsonschema import Draft202012Validator

    from deploycheck.reporters.json import decision_schema

    assert list(Draft202012Validator(decision_schema()).iter_errors(decision)) == []


def test_twenty_runs_give_the_same_bytes(tmp_path):
    """Hash seeds and time zones of the caller, and the number of the run, change nothing."""
    zones = ["UTC", "Asia/Kathmandu", "America/St_Johns"]
    digests = set()
    for number in range(20):
        env = {**os.environ, "PYTHONHASHSEED": str(number % 3), "TZ": zones[number % 3]}
        made = gate(tmp_path / str(number), "--as-of", "2026-06-01T00:00:00Z", env=env)
        digests.add(made["run"]["digest"])
    assert len(digests) == 1


@pytest.mark.parametrize("workers", [1, 2, 8])
def test_workers_give_the_same_bytes_as_the_gate(tmp_path, workers):
    expected = gate(tmp_path / "gate", "--as-of", "2026-06-01T00:00:00Z")["run"]["digest"]
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "--deploycheck", "policy.yaml", "-n", str(workers), "-q",
         "--rootdir", str(EXAMPLE), "-c", os.devnull, "-p", "no:cacheprovider",
         "--deploycheck-as-of", "2026-06-01T00:00:00Z", "--deploycheck-no-cache",
         "--deploycheck-out", str(tmp_path / "out"), "--deploycheck-record", str(tmp_path / "rec")],
        cwd=EXAMPLE, capture_output=True, text=True, check=False, timeout=200,
    )  # fmt: skip
    assert done.returncode == 1, done.stdout + done.stderr
    made = json.loads((tmp_path / "out/decision.json").read_text())
    assert made["run"]["digest"] == expected
