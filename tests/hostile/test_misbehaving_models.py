"""A model that misbehaves, through the gate: its controls are ERROR with the reason, no others."""

import re
import time
from pathlib import Path

import pytest

RELEASE = """
release: toy
version: "1.0"
task: binary_classification
model:
  python: "scoring:predict"
  trust: trusted
  features: [x]
  limits: {seconds: 3, memory_mb: 256}
data: {test: {path: data.csv}}
columns: {target: truth, threshold: {at_least: 0.5}, positive: 1, favourable: 1}
"""
ROWS = "id,x,truth\n" + "".join(f"{i},{i % 7},{int(i % 7 > 3)}\n" for i in range(300))
GOOD = "import numpy as np\ndef predict(columns):\n    return (columns['x'] > 3).astype(float)\n"
BAD = {
    "raises": ("raise ValueError('no such region')", "raised ValueError: no such region"),
    "nan": ("return np.where(columns['x'] > 5, np.nan, 0.5)", "NaN"),
    "infinite": ("return np.where(columns['x'] > 5, np.inf, 0.5)", "infin"),
    "too few": ("return np.zeros(len(columns['x']) - 1)", "299"),
    "wrong shape": ("return np.zeros((len(columns['x']), 3))", "shape|columns|class"),
    "nothing": ("return None", "None|nothing"),
    "objects": ("return [object()] * len(columns['x'])", ""),
    "allocates without end": (
        "kept = []\n    while True:\n        kept.append(bytearray(1 << 24))", "memory",
    ),
    "forks": ("import os\n    os.fork()\n    return columns['x']", "not permitted|Permission"),
    "starts a program": (
        "import subprocess\n    subprocess.run(['true'])\n    return columns['x']", "permitted|Perm",
    ),
    "opens a connection": (
        "import socket\n    socket.create_connection(('127.0.0.1', 9))", "permitted|Permission",
    ),
    "writes a file": ("open('/tmp/deploycheck-wrote', 'w')", "Permission|permitted|Read-only"),
    "sleeps for ever": ("import time\n    time.sleep(1000)", "3 s"),
    "leaves": ("import os\n    os._exit(0)", "ended|exit|died"),
    "kills its parent": ("import os\n    os.kill(os.getppid(), 9)", "permitted|Permission"),
}  # fmt: skip


def controls(project):
    return (
        project.control(id="KEY"),
        project.control(
            "performance.floor", id="PERF", require="{accuracy: {min: 0.9}}", extra="rationale: r"
        ),
        project.control(
            "reproducibility.predict_determinism", id="SAME", require="{mismatches: {max: 0}}",
            extra="with: {data: test}",
        ),
    )  # fmt: skip


@pytest.fixture
def judged(project):
    def run(code: str):
        project.write("release.yaml", RELEASE)
        project.write("data.csv", ROWS)
        project.write("scoring.py", code)
        project.policy(*controls(project))
        return project.gate()

    return run


def test_a_good_model_passes(judged, project):
    done = judged(GOOD)
    assert done.returncode == 0, done.stdout + done.stderr
    assert set(project.outcomes().values()) == {"PASS"}


@pytest.mark.parametrize("how", BAD)
def test_its_controls_are_errors_and_the_rest_of_the_run_is_unharmed(judged, project, how):

    body, told = BAD[how]
    began = time.monotonic()
    done = judged(f"import numpy as np\ndef predict(columns):\n    {body}\n")
    assert time.monotonic() - began < 60
    assert done.returncode == 11, done.stdout + done.stderr
    found = {v["control"]: v for v in project.decision()["verdicts"]}
    assert found["KEY"]["outcome"] == "PASS"
    for control in ("PERF", "SAME"):
        assert (found[control]["outcome"], found[control]["code"]) == ("ERROR", "DC204"), how
        assert re.search(told, found[control]["reason"]), found[control]["reason"]
        assert "Traceback" not in found[control]["reason"]
    assert "Traceback" not in done.stderr
    assert not Path("/tmp/deploycheck-wrote").exists()


def test_other_answers_to_the_same_question_are_found(judged, project):
    done = judged(
        "import numpy as np\nturn = [0]\ndef predict(columns):\n    turn[0] += 1\n"
        "    return ((columns['x'] > 3) * 0.8 + 0.01 * turn[0]).astype(float)\n"
    )
    assert done.returncode == 1, done.stdout + done.stderr
    assert project.outcomes() == {"KEY": "PASS", "PERF": "PASS", "SAME": "FAIL"}


def test_code_that_nobody_trusts_is_not_run(project):
    project.write("release.yaml", RELEASE.replace("  trust: trusted\n", ""))
    project.write("data.csv", ROWS)
    project.write("scoring.py", "open('ran', 'w')\n" + GOOD)
    project.policy(*controls(project))
    done = project.gate()
    assert done.returncode == 4
    assert "trust: trusted" in done.stderr
    assert not (project.root / "ran").exists()
