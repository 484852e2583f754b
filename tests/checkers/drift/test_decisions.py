"""From files to verdicts: drift that is there fails, drift that is not passes, doubt is neither."""

from datetime import UTC, datetime

import numpy as np
import polars as pl
import pytest

from deploycheck import plugins
from deploycheck.engine.materials import gather
from deploycheck.engine.measuring import Measuring
from deploycheck.engine.plan import make_plan
from deploycheck.engine.watch import Watch

REQUIRED = {
    "drift.numeric": "{wasserstein: {max: 0.1, detect: 0.2}, ks_statistic: {max: 0.05, detect: 0.1}}",
    "drift.categorical": "{cramers_v: {max: 0.1, detect: 0.2}}",
    "drift.psi": "{psi: {max: 0.25}}",
    "drift.new_category": "{unseen_rate: {max: 0.01, detect: 0.02}, unseen_values: {max: 0}}",
}  # fmt: skip


def frame(seed, rows, *, shift=0.0, mix=(0.5, 0.3, 0.2), new="c"):
    rng = np.random.default_rng(seed)
    return pl.DataFrame(
        {
            "id": [f"{seed}-{i}" for i in range(rows)],
            "amount": rng.normal(shift, 1, rows),
            "region": [("a", "b", new)[i] for i in rng.choice(3, rows, p=mix)],
        }
    )


@pytest.fixture
def outcomes(tmp_path):
    """``outcomes(reference, current, extra, only)``: of each drift check, by its name.

    ``extra`` is added to the parameters of all, or of those that ``only`` names.
    """

    def outcomes(reference, current, extra="", only=()):
        reference.write_parquet(tmp_path / "train.parquet")
        (tmp_path / "logs").mkdir(exist_ok=True)
        for day in range(4):
            current[day::4].write_parquet(tmp_path / "logs" / f"{day}.parquet")
        (tmp_path / "release.yaml").write_text(
            "release: r\nversion: '1'\n"
            "data: {train: {path: train.parquet}, production: {path: 'logs/*.parquet'}}\n"
        )
        controls = [
            f"  - id: D-{place:02d}\n    title: Drift\n    check: {check}\n"
            f"    with: {{reference: train, current: production"
            f"{extra if not only or check in only else ''}}}\n    require: {required}\n"
            "    severity: high\n    enforcement: mandatory\n"
            for place, (check, required) in enumerate(REQUIRED.items())
        ]
        (tmp_path / "policy.yaml").write_text(
            "policy: p\nversion: '1'\ncontrols:\n" + "".join(controls)
        )
        materials = gather(
            tmp_path / "release.yaml",
            [tmp_path / "policy.yaml"],
            root=tmp_path,
            inputs={},
            as_of=datetime(2026, 1, 1, tzinfo=UTC),
            front_end="test",
            run="r",
        )
        plan = make_plan(materials, plugins.registry())
        found = Measuring(plan, Watch(60)).verdicts(plan.steps)
        return {v.check.partition(".")[2]: v.outcome.value for v in found}

    return outcomes


def test_no_drift_passes(outcomes):
    found = outcomes(frame(1, 5_000), frame(2, 5_000))
    assert found == dict.fromkeys(("numeric", "categorical", "psi", "new_category"), "PASS")


def test_drift_fails(outcomes):
    found = outcomes(frame(1, 5_000), frame(2, 5_000, shift=1.0, mix=(0.2, 0.3, 0.5), new="new"))
    assert found == dict.fromkeys(("numeric", "categorical", "psi", "new_category"), "FAIL")


def test_few_rows_show_nothing(outcomes):
    found = outcomes(frame(1, 60), frame(2, 60), ", columns: [amount, region]")
    assert found["psi"] == "INCONCLUSIVE"
    assert "PASS" not in {found["numeric"], found["categorical"], found["psi"]}
    found = outcomes(frame(1, 60), frame(2, 20))
    assert set(found.values()) == {"INCONCLUSIVE"}


def test_what_one_control_names_narrows_no_other(outcomes):
    """Controls share the samples, which hold all columns as soon as one of them wants all."""
    after = frame(2, 5_000, mix=(0.2, 0.3, 0.5), new="new")
    found = outcomes(frame(1, 5_000), after, ", columns: [amount]", only={"drift.numeric"})
    assert (found["numeric"], found["categorical"], found["psi"]) == ("PASS", "FAIL", "FAIL")
