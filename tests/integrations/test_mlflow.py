"""The MLflow example: a registry in SQLite, whose alias only a RELEASE moves."""

import json
import shutil
import sqlite3

import pytest
from tests.integrations.conftest import EXAMPLES

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]

AT = ("--as-of", "2026-11-25T00:00:00Z")
NAME = "credit-decisions"


@pytest.fixture
def registry(beside):
    """A registry with the three models of the credit example, the first of them the champion."""
    for example in ("credit", "mlflow"):
        shutil.copytree(
            EXAMPLES / example,
            beside.folder / "examples" / example,
            ignore=shutil.ignore_patterns(".deploycheck", "__pycache__"),
        )
    for version in ("1.4.0", "2.0.0", "2.1.0"):
        model = f"examples/credit/models/model-{version}.onnx"
        made = python(beside, "examples/mlflow/register.py", NAME, model)
        assert made.returncode == 0, made.stderr
    point = f"c.set_registered_model_alias({NAME!r}, 'champion', '1')"
    made = python(beside, "-c", f"import mlflow; c = mlflow.MlflowClient(); {point}")
    assert made.returncode == 0, made.stderr
    return beside


def python(beside, *arguments):
    return beside.run("python", *arguments, MLFLOW_TRACKING_URI="sqlite:///mlflow.db")


def promote(beside, version, release):
    return python(
        beside, "examples/mlflow/promote.py", NAME, version, *AT,
        "--policy", "examples/credit/policy.yaml", "--release", f"examples/credit/{release}",
    )  # fmt: skip


def asked(beside, query):
    """What the store of MLflow itself holds."""
    with sqlite3.connect(beside.folder / "mlflow.db") as store:
        return store.execute(query).fetchall()


def champion(beside):
    ((version,),) = asked(
        beside, "select version from registered_model_aliases where alias = 'champion'"
    )
    return str(version)


def logged(beside):
    """Tags, metrics and files of the newest run."""
    ((run, uri),) = asked(
        beside, "select run_uuid, artifact_uri from runs order by start_time desc limit 1"
    )
    tags = dict(asked(beside, f"select key, value from tags where run_uuid = '{run}'"))
    metrics = dict(asked(beside, f"select key, value from metrics where run_uuid = '{run}'"))
    folder = beside.folder / uri.partition(str(beside.folder) + "/")[2] / "deploycheck"
    return tags, metrics, folder


def test_the_alias_moves_for_a_release_and_for_nothing_else(registry):
    ended = promote(registry, "3", "release-2.1.0.yaml")
    assert ended.returncode == 1, ended.stdout + ended.stderr
    assert "refused: BLOCK; champion stays where it is" in ended.stderr
    assert champion(registry) == "1"
    tags, metrics, folder = logged(registry)
    assert tags["deploycheck.decision"] == "BLOCK"
    decision = json.loads((folder / "decision.json").read_text())
    assert tags["deploycheck.digest"] == decision["run"]["digest"]
    assert "<html" in (folder / "report.html").read_text().lower()
    (accuracy,) = [
        m["value"] for v in decision["verdicts"] if v["control"] == "PERF-01"
        for m in v["measurements"] if m["name"] == "accuracy"
    ]  # fmt: skip
    assert metrics["PERF-01/accuracy"] == pytest.approx(accuracy)

    # The gate may say RELEASE of one file while the registry keeps another one.
    ended = promote(registry, "3", "release.yaml")
    assert ended.returncode == 1
    assert "refused: version 3 is not the model that was judged (sha256:" in ended.stderr
    assert champion(registry) == "1"

    ended = promote(registry, "2", "release.yaml")
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert ended.stdout.endswith(f"{NAME} version 2 is now champion\n")
    assert champion(registry) == "2"
    tags, _, _ = logged(registry)
    ((told,),) = asked(registry, "select value from model_version_tags where key = 'deploycheck'")
    assert told == tags["deploycheck.digest"]

    # A policy with a mistake decides nothing, and moves nothing.
    policy = registry.folder / "examples/credit/policy.yaml"
    policy.write_text(policy.read_text().replace("check: performance.floor", "check: perf.floor"))
    ended = promote(registry, "2", "release.yaml")
    assert ended.returncode == 4
    assert "refused: nothing was decided" in ended.stderr
    tags, metrics, folder = logged(registry)
    assert tags["deploycheck.exit_code"] == "4"
    assert "deploycheck.decision" not in tags
    assert not metrics
    assert not folder.exists()
