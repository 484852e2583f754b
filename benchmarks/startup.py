"""What deploycheck costs those who have it installed, and what it costs to start.

.venv/bin/python benchmarks/startup.py [--runs 15]

CPU seconds, medians of runs in turn. Every other pytest plugin of the environment is switched off
in the runs that are compared, so that the share of deploycheck is not made small by theirs.
"""

import argparse
import sys
import tempfile
from pathlib import Path

from _child import Cost, medians, pytest_alone, run, table

PYTEST_GOAL = 1.05
IMPORT_GOAL = 0.05
TEST = "def test_one():\n    assert 1 + 1 == 2\n"
RELEASE = """\
release: tiny
version: "1"
task: binary_classification
model: {path: model.bin}
data: {test: {path: data.csv}}
columns: {target: truth, prediction: answer, positive: 1, favourable: 1}
"""
POLICY = """\
policy: tiny
version: "1"
controls:
  - id: SIZE-1
    title: The model is small
    check: budgets.artifact_size
    require: {bytes: {max: 1 MB}}
    severity: low
    enforcement: overridable
"""


def project(folder: Path) -> None:
    """A release, a policy with one control, and one test."""
    files = {
        "test_one.py": TEST,
        "release.yaml": RELEASE,
        "policy.yaml": POLICY,
        "data.csv": "truth,answer\n1,1\n0,0\n",
        "model.bin": "x" * 100,
    }
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8")


def pytest_run(folder: Path, *more: str) -> Cost:
    command = (sys.executable, "-m", "pytest", "-q", *pytest_alone())
    return run([*command, *more, "test_one.py"], folder)


def python(folder: Path, code: str) -> Cost:
    return run([sys.executable, "-c", code], folder)


def gate(folder: Path) -> Cost:
    files = ("--policy", "policy.yaml", "--release", "release.yaml", "--out", "reports")
    return run([sys.executable, "-m", "deploycheck", "gate", *files], folder)


def rows(folder: Path, runs: int) -> list[tuple[str, ...]]:
    """The lines of the table."""
    without, unused, used = medians(
        runs,
        lambda: pytest_run(folder, "-p", "no:deploycheck"),
        lambda: pytest_run(folder),
        lambda: pytest_run(folder, "--deploycheck", "--deploycheck-policy", "policy.yaml"),
    )
    bare, imported = medians(
        runs, lambda: python(folder, "pass"), lambda: python(folder, "import deploycheck")
    )
    version, decided = medians(
        runs,
        lambda: run([sys.executable, "-m", "deploycheck", "--version"], folder),
        lambda: gate(folder),
    )
    cost, ratio = imported - bare, unused / without
    return [
        ("pytest, one test, deploycheck not installed", seconds(without), "1.00", ""),
        ("the same, installed and unused", seconds(unused), f"{ratio:.2f}",
         verdict(ratio, PYTEST_GOAL, f"≤ {PYTEST_GOAL}")),
        ("the same with --deploycheck and one control", seconds(used), f"{used / without:.2f}", ""),
        ("import deploycheck, beyond Python's own start", seconds(cost), "",
         verdict(cost, IMPORT_GOAL, f"≤ {IMPORT_GOAL} s")),
        ("deploycheck --version", seconds(version), "", ""),
        ("deploycheck gate, one control, four reports", seconds(decided), "", ""),
    ]  # fmt: skip


def seconds(value: float) -> str:
    return f"{value:.3f}"


def verdict(value: float, goal: float, told: str) -> str:
    return f"{told}: {'met' if value <= goal else 'MISSED'}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, default=15, help="of each command [15]")
    runs = parser.parse_args().runs
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        project(folder)
        lines = rows(folder, runs)
    print(f"Start-up: CPU seconds, medians of {runs} runs, Python {sys.version.split()[0]}\n")
    print(table(("what", "CPU s", "ratio", "goal"), lines))


if __name__ == "__main__":
    main()
