"""Moves an alias of an MLflow registry to a version, if and only if the gate says RELEASE.

    python promote.py credit-decisions 2 --alias champion \
        --policy ../credit/policy.yaml --release ../credit/release.yaml

The gate runs here and now: a decision that somebody hands in could be about anything. What it
judged is compared with the bytes that the registry keeps. The decision, its reports and its numbers
are logged to a run of their own, whatever it says. Exit code 0: the alias was moved; otherwise it
is where it was, and the code is the gate's, or 1 where the registry keeps another model.
"""

import argparse
import json
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any

import mlflow

OTHER_MODEL = 1


def gate(policy: Path, release: Path, out: Path, more: list[str]) -> tuple[int, dict[str, Any]]:
    """Run the gate in a process of its own.

    :return: its exit code, and its decision; empty where nothing was decided.
    """
    command = [sys.executable, "-I", "-m", "deploycheck", "gate", "--out", str(out), *more]
    command += ["--policy", str(policy), "--release", str(release)]
    code = subprocess.run(command, check=False).returncode
    written = out / "decision.json"
    return code, json.loads(written.read_text(encoding="utf-8")) if written.exists() else {}


def kept(name: str, version: str, folder: Path) -> str:
    """The digest of the model file that the registry keeps as this version.

    :raises SystemExit: the version holds no file, or several: nobody could say which is served.
    """
    source = mlflow.MlflowClient().get_model_version_download_uri(name, version)
    mlflow.artifacts.download_artifacts(source, dst_path=str(folder))
    files = [path for path in folder.rglob("*") if path.is_file()]
    if len(files) != 1:
        raise SystemExit(f"{name} version {version} holds {len(files)} files, not one model file")
    return f"sha256:{sha256(files[0].read_bytes()).hexdigest()}"


def metrics(decision: dict[str, Any]) -> Iterator[tuple[str, float]]:
    """What was measured and judged, named as MLflow takes it: ``FAIR-01/rate/sex.Female``."""
    for verdict in decision["verdicts"]:
        for found in verdict["measurements"]:
            if found["outcome"] is None or not isinstance(found["value"], int | float):
                continue
            parts = [verdict["control"], found["name"]]
            parts += [f"{key}.{value}" for key, value in found["slice"].items()]
            yield "/".join(re.sub(r"[^\w.-]", "_", part) for part in parts)[:250], found["value"]


def log(name: str, version: str, code: int, decision: dict[str, Any], reports: Path) -> None:
    """Log the decision, its reports and its numbers to a run of the model's experiment."""
    mlflow.set_experiment(name)
    with mlflow.start_run(run_name=f"gate of version {version}"):
        mlflow.log_param("model_version", version)
        mlflow.set_tags({"deploycheck.exit_code": code})
        if not decision:
            return
        mlflow.set_tags(
            {
                "deploycheck.decision": decision["decision"],
                "deploycheck.digest": decision["run"]["digest"],
                "deploycheck.model": decision["release"]["digests"].get("model"),
            }
        )
        for policy in decision["policies"]:
            mlflow.log_param(f"policy.{policy['id']}", f"{policy['version']} {policy['digest']}")
        mlflow.log_metrics(dict(metrics(decision)))
        mlflow.log_artifacts(str(reports), "deploycheck")


def promote(name: str, version: str, alias: str, decision: dict[str, Any]) -> None:
    """Move the alias, and say at the version by which decision."""
    client = mlflow.MlflowClient()
    client.set_model_version_tag(name, version, "deploycheck", decision["run"]["digest"])
    client.set_registered_model_alias(name, alias, version)


def main() -> int:
    """Judge, log, and move the alias or leave it."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("name", help="name of the registered model")
    parser.add_argument("version", help="the version that is to be promoted")
    parser.add_argument("--alias", default="champion")
    parser.add_argument("--policy", type=Path, required=True)
    parser.add_argument("--release", type=Path, required=True)
    given, more = parser.parse_known_args()  # what is left, such as --as-of, goes to the gate
    with tempfile.TemporaryDirectory() as folder:
        reports = Path(folder, "reports")
        code, decision = gate(given.policy, given.release, reports, more)
        log(given.name, given.version, code, decision, reports)
        if code != 0 or decision.get("decision") != "RELEASE":
            why = decision.get("decision", "nothing was decided")
            print(f"refused: {why}; {given.alias} stays where it is", file=sys.stderr)
            return code or OTHER_MODEL
        judged = decision["release"]["digests"].get("model")
        if judged != kept(given.name, given.version, Path(folder, "model")):
            print(
                f"refused: version {given.version} is not the model that was judged ({judged}); "
                f"{given.alias} stays where it is",
                file=sys.stderr,
            )
            return OTHER_MODEL
    promote(given.name, given.version, given.alias, decision)
    print(f"{given.name} version {given.version} is now {given.alias}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
