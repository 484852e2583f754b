"""deploycheck: a policy without controls, an empty table, and drift where nothing drifted."""

import csv
import json
import random
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path

from _told import COLUMNS, SIZES, counted, tell

RELEASE = 'release: probe\nversion: "1"\ndata: {train: {path: a.csv}, test: {path: b.csv}}\n'
POLICY = 'policy: probe\nversion: "1"\ncontrols:'
CONTROL = "{{id: C-1, title: A probe, {}, severity: high, enforcement: mandatory}}"
DRIFT = (
    "check: drift.numeric, with: {reference: train, current: test},"
    " require: {wasserstein: {max: 0.1, detect: 0.2}}"
)


def write(file: Path, seed: int, rows: int = 500, value: str | None = None) -> None:
    """A table of normal numbers, or of ``value`` alone."""
    draw = random.Random(seed)
    with file.open("w", newline="", encoding="utf-8") as out:
        lines = csv.writer(out)
        lines.writerow([f"c{at}" for at in range(COLUMNS)])
        lines.writerows(
            [draw.gauss(0, 1) if value is None else value for _ in range(COLUMNS)]
            for _ in range(rows)
        )


def gate(folder: Path, control: str) -> tuple[int, str]:
    """The exit code of the gate, and the outcome of its one control if it came that far."""
    body = f"\n  - {CONTROL.format(control)}" if control else " []"
    (folder / "policy.yaml").write_text(POLICY + body + "\n", encoding="utf-8")
    (folder / "release.yaml").write_text(RELEASE, encoding="utf-8")
    decision = folder / "decision.json"
    decision.unlink(missing_ok=True)
    command = [sys.executable, "-I", "-m", "deploycheck", "gate", "--policy", "policy.yaml"]
    command += ["--json", str(decision)]
    ended = subprocess.run(command, cwd=folder, capture_output=True, check=False)
    if not decision.exists():
        return ended.returncode, "refused"
    told = json.loads(decision.read_text(encoding="utf-8"))
    return ended.returncode, told["verdicts"][0]["outcome"]


def main(runs: int) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write(folder / "a.csv", 1)

        def said(control: str) -> str:
            code, outcome = gate(folder, control)
            return "passes" if code == 0 else f"does not pass ({outcome}, exit {code})"

        write(folder / "b.csv", 2)
        told: dict[str, object] = {"nothing asked": said("")}
        write(folder / "b.csv", 2, rows=0)
        told["no rows"] = said(DRIFT)
        write(folder / "b.csv", 2, value="")
        told["no values"] = said(DRIFT)
        outcomes: dict[str, Counter[str]] = {str(rows): Counter() for rows in SIZES}

        def alarm(seed: int, rows: int) -> bool:
            write(folder / "a.csv", 2 * seed + 10, rows)
            write(folder / "b.csv", 2 * seed + 11, rows)
            outcome = gate(folder, DRIFT)[1]
            outcomes[str(rows)][outcome] += 1
            return outcome == "FAIL"

        told["alarms"] = counted(alarm, runs)
        told["outcomes"] = {rows: dict(sorted(of.items())) for rows, of in outcomes.items()}
    tell(told)


if __name__ == "__main__":
    main(int(sys.argv[1]))
