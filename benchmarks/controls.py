"""What ten thousand controls cost, with all their reports.

.venv/bin/python benchmarks/controls.py [--controls 10000] [--files 4] [--profile]

Trivial controls (the size of a file, the keys of a small table) in several policy files, so that
what is measured is loading, planning, judging, deciding and reporting. Beside them run as many
empty pytest tests with a JUnit file, which is the floor of `pytest --deploycheck`.
"""

import argparse
import cProfile
import json
import os
import pstats
import sys
import tempfile
from pathlib import Path

from _child import Cost, Unexpected, pytest_alone, run, table

CPU_GOAL = 1.0  # ms a control
RSS_GOAL = 300e6  # bytes
LIMIT = 2**20  # bytes of a policy file

RELEASE = """\
release: many
version: "1"
task: binary_classification
model: {path: model.bin}
data: {test: {path: data.csv}}
columns: {target: truth, prediction: answer, positive: 1, favourable: 1, id: id}
"""
SIZE = """\
  - id: C-{number}
    title: The model fits, for the {number}th time
    check: budgets.artifact_size
    require: {{bytes: {{max: {limit} KB}}}}
    severity: low
    enforcement: overridable
"""
KEYS = """\
  - id: C-{number}
    title: Every row has a key of its own, for the {number}th time
    check: data_quality.key_unique
    with: {{key: [id]}}
    require: {{duplicate_keys: {{max: {limit}}}}}
    severity: high
    enforcement: mandatory
"""
REPORTS = ("json", "html", "junit")


def project(folder: Path, controls: int, files: int) -> list[str]:
    """A release and its policies.

    :return: names of the policies.
    """
    (folder / "release.yaml").write_text(RELEASE, encoding="utf-8")
    (folder / "model.bin").write_bytes(bytes(1000))
    rows = "".join(f"{i},{i % 2},{i % 2}\n" for i in range(50))
    (folder / "data.csv").write_text("id,truth,answer\n" + rows, encoding="utf-8")
    (folder / "test_floor.py").write_text(
        "import pytest\n\n\n"
        f'@pytest.mark.parametrize("number", range({controls}))\n'
        "def test_nothing(number):\n    pass\n",
        encoding="utf-8",
    )
    names = []
    for part in range(files):
        text = f'policy: many-{part}\nversion: "1"\ncontrols:\n' + "".join(
            (SIZE if number % 2 else KEYS).format(number=number, limit=number + 1)
            for number in range(part, controls, files)
        )
        if len(text.encode()) > LIMIT:
            raise Unexpected(f"a policy of {len(text):,} bytes; use more files")
        (folder / f"policy-{part}.yaml").write_text(text, encoding="utf-8")
        names.append(f"policy-{part}.yaml")
    return names


def gate(folder: Path, policies: list[str]) -> Cost:
    files = [word for name in policies for word in ("--policy", name)]
    wanted = [word for name in REPORTS for word in (f"--{name}", f"gate.{name}")]
    return run([sys.executable, "-m", "deploycheck", "gate", *files, *wanted], folder)


def pytest_gate(folder: Path, policies: list[str]) -> Cost:
    wanted = [f"--deploycheck-{name}=pytest.{name}" for name in REPORTS]
    more = ("-q", *pytest_alone(), "--deploycheck-no-cache")
    return run([sys.executable, "-m", "pytest", "--deploycheck", *more, *wanted, *policies], folder)


def floor(folder: Path) -> Cost:
    more = ("-q", *pytest_alone(), "-p", "no:deploycheck", "--junitxml=floor.xml")
    return run([sys.executable, "-m", "pytest", *more, "test_floor.py"], folder)


def stages(folder: Path, which: str, cost: Cost) -> list[tuple[str, ...]]:
    """Wall seconds of each stage that the decision tells of, and of all the rest."""
    decision = json.loads((folder / f"{which}.json").read_text(encoding="utf-8"))
    told = decision["run"]["seconds"]
    rest = cost.wall - sum(told.values())
    parts = {**told, "start, reports and record": rest}
    return [(which, name, f"{s:.2f}", f"{s / cost.wall:.0%}") for name, s in parts.items()]


def check(folder: Path, which: str, controls: int) -> None:
    """A benchmark of something that did not happen is none."""
    decision = json.loads((folder / f"{which}.json").read_text(encoding="utf-8"))
    if decision["decision"] != "RELEASE" or decision["counts"]["pass"] != controls:
        raise Unexpected(f"{which}: {decision['decision']}, {decision['counts']}")


def line(what: str, cost: Cost, controls: int, least: float, *, judged: bool) -> tuple[str, ...]:
    each = 1000 * cost.cpu / controls
    goal = ""
    if judged:
        met = each <= CPU_GOAL and cost.rss <= RSS_GOAL
        goal = f"≤ {CPU_GOAL:g} ms and ≤ {RSS_GOAL / 1e6:.0f} MB: {'met' if met else 'MISSED'}"
    return (
        what,
        f"{each:.2f}",
        f"{cost.cpu:.1f}",
        f"{cost.wall:.1f}",
        f"{cost.rss / 1e6:.0f}",
        f"{cost.cpu / least:.2f}",
        goal,
    )


def profile(folder: Path, policies: list[str], top: int) -> None:
    """Where the engine's own process spends its time, in this process."""

    from deploycheck.cli.process import Line, work
    from deploycheck.engine.watch import Watch

    os.chdir(folder)
    task = {
        "policies": policies,
        "release": "release.yaml",
        "inputs": {},
        "as_of": "2026-12-01T00:00:00Z",
        "reports": {name: f"profile.{name}" for name in REPORTS},
        "out": None,
        "record": None,
        "cache": None,
        "timeout": 300.0,
        "dead": {},
        "apart": False,
    }
    watched = cProfile.Profile()
    with Path(os.devnull).open("wb") as nobody:
        watched.runcall(work, task, Watch(300.0), Line(nobody.fileno(), "", None))
    told = pstats.Stats(watched).strip_dirs()
    told.sort_stats("cumulative").print_stats(top)
    told.sort_stats("tottime").print_stats(top)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--controls", type=int, default=10_000, help="[10000]")
    parser.add_argument("--files", type=int, default=4, help="policy files [4]")
    parser.add_argument("--profile", action="store_true", help="profile the engine instead")
    parser.add_argument("--top", type=int, default=45, help="lines of the profile [45]")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        policies = project(folder, asked.controls, asked.files)
        if asked.profile:
            profile(folder, policies, asked.top)
            return
        least = floor(folder)
        gated = gate(folder, policies)
        check(folder, "gate", asked.controls)
        tested = pytest_gate(folder, policies)
        check(folder, "pytest", asked.controls)
        parts = stages(folder, "gate", gated) + stages(folder, "pytest", tested)
    costs = (
        ("pytest, as many empty tests, JUnit", least, False),
        ("deploycheck gate, JSON, HTML, JUnit", gated, True),
        ("pytest --deploycheck, JSON, HTML, JUnit", tested, True),
    )
    print(f"{asked.controls:,} controls in {asked.files} files, Python {sys.version.split()[0]}\n")
    head = ("what", "CPU ms each", "CPU s", "wall s", "MB", "ratio", "goal")
    print(table(head, (line(w, c, asked.controls, least.cpu, judged=j) for w, c, j in costs)))
    print()
    print(table(("run", "stage", "wall s", "share"), parts))


if __name__ == "__main__":
    main()
