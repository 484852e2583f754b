"""Environments of their own for what deploycheck is used beside."""

import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest
from tests.environments import ROOT, kept, variables

EXAMPLES = ROOT / "examples"
QUIET = {
    "MLFLOW_DISABLE_TELEMETRY": "true",
    "MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR": "false",
    "DVC_NO_ANALYTICS": "1",
}
AUTHOR = {
    f"GIT_{who}_{what}": value
    for who in ("AUTHOR", "COMMITTER")
    for what, value in (("NAME", "test"), ("EMAIL", "test@example.org"))
}


@dataclass(frozen=True)
class Beside:
    """An environment with deploycheck, MLflow and DVC, and a folder that commands are run in."""

    home: Path
    folder: Path

    def run(self, *command: object, **more: str) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            [str(part) for part in command],
            cwd=self.folder,
            env=variables(self.home) | QUIET | AUTHOR | more,
            capture_output=True,
            text=True,
            timeout=200,
            check=False,
        )


@pytest.fixture(scope="session")
def integrations() -> Path:
    """The environment: this checkout with its extra, and what the examples need."""
    needs = [EXAMPLES / "mlflow/requirements.txt", EXAMPLES / "dvc/requirements.txt"]
    asked = (part for path in needs for part in ("-r", str(path)))
    return kept("integrations", ["-e", f"{ROOT}[onnx]", *asked], needs)


@pytest.fixture
def beside(integrations: Path, tmp_path: Path) -> Beside:
    """The environment, at work in an empty folder."""
    return Beside(integrations, tmp_path)
