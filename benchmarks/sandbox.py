"""What it costs to keep a model in a process of its own.

.venv/bin/python benchmarks/sandbox.py [--rows 1000000] [--trees 100] [--runs 5]

A gradient-boosted model on 30 numbers, in ONNX, on one thread. "In this process" is onnxruntime
called directly, on float32 matrices made of the same columns, in parts of the same size. Seconds
by the clock, medians of runs in turn.
"""

import argparse
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import onnxruntime
from skl2onnx import to_onnx
from sklearn.datasets import make_classification
from sklearn.ensemble import GradientBoostingClassifier

from _child import table
from deploycheck.authoring.collector import Source
from deploycheck.authoring.files import Files
from deploycheck.model.release import Release
from deploycheck.sandbox.launch import Launch, launch_of
from deploycheck.sandbox.transfer import rows_at_once

FEATURES = tuple(f"f{at}" for at in range(30))
START_GOAL, ASK_GOAL = 0.3, 1.10
LOADED = """\
import sys, onnxruntime
onnxruntime.InferenceSession(sys.argv[1], providers=["CPUExecutionProvider"])
print("loaded", flush=True)
sys.stdin.read()
"""


def model(path: Path, trees: int) -> None:
    """Train and write it."""
    inputs, target = make_classification(4_000, len(FEATURES), n_informative=12, random_state=0)
    inputs = inputs.astype(np.float32)
    fitted = GradientBoostingClassifier(n_estimators=trees, max_depth=5, random_state=0)
    made = to_onnx(fitted.fit(inputs, target), inputs[:1], options={"zipmap": False})
    path.write_bytes(made.SerializeToString())


def launched(folder: Path) -> Launch:
    told = {"path": "model.onnx", "features": FEATURES, "limits": {"seconds": 600}}
    release = Release.model_validate({"release": "r", "version": "1", "model": told})
    return launch_of(Source(release, "model", Files(folder)))


def plain_start(path: Path) -> float:
    """Seconds until a plain Python has imported onnxruntime and loaded the model."""
    began = time.perf_counter()
    command = [sys.executable, "-I", "-B", "-c", LOADED, str(path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        if process.stdout is None or process.stdout.readline() != b"loaded\n":
            raise RuntimeError("the model was not loaded")
        return time.perf_counter() - began


def own_start(launch: Launch) -> float:
    """Seconds until a process of its own has loaded it."""
    with launch.start() as running:
        return running.load_ms / 1000.0


def in_process(session: onnxruntime.InferenceSession, columns: dict[str, np.ndarray]) -> np.ndarray:
    """Scores, asked directly."""
    size = rows_at_once(len(columns))
    rows = len(next(iter(columns.values())))
    parts = []
    for at in range(0, rows, size):
        matrix = np.empty((min(size, rows - at), len(columns)), dtype=np.float32)
        for place, values in enumerate(columns.values()):
            matrix[:, place] = values[at : at + size]
        parts.append(session.run(None, {"X": matrix})[1][:, 1])
    return np.concatenate(parts)


def medians(runs: int, *makers: Callable[[], float]) -> list[float]:
    """The median seconds of each, run in turn so that a busy minute falls on all of them."""
    for maker in makers:
        maker()  # the first run fills caches
    turns = [[maker() for maker in makers] for _ in range(runs)]
    return [statistics.median(each) for each in zip(*turns, strict=True)]


def clocked(function, *arguments):
    began = time.perf_counter()
    function(*arguments)
    return time.perf_counter() - began


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--trees", type=int, default=100)
    parser.add_argument("--runs", type=int, default=5, help="of each [5]")
    asked = parser.parse_args()
    draw = np.random.default_rng(0)
    columns = {name: draw.normal(size=asked.rows) for name in FEATURES}
    with tempfile.TemporaryDirectory() as name:
        path = Path(name, "model.onnx")
        model(path, asked.trees)
        looked = clocked(launched, Path(name))
        launch = launched(Path(name))
        plain, own = medians(asked.runs, lambda: plain_start(path), lambda: own_start(launch))
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        session = onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
        with launch.start() as running:
            apart = running.ask(columns).scores
            if not np.array_equal(apart, in_process(session, columns).astype(np.float64)):
                raise SystemExit("the two do not answer the same")
            direct, asked_apart = medians(
                asked.runs,
                lambda: clocked(in_process, session, columns),
                lambda: clocked(running.ask, columns),
            )
            peak = running.close().peak_bytes
    ratio, more = asked_apart / direct, own - plain
    lines = [
        ("look at its structure", f"{looked:.3f}", "", ""),
        ("start a plain Python that loads it with onnxruntime", f"{plain:.3f}", "", ""),
        ("start the process of its own", f"{own:.3f}", f"{more:+.3f} s",
         f"≤ +{START_GOAL} s: {'met' if more <= START_GOAL else 'MISSED'}"),
        (f"answer {asked.rows:,} rows in this process", f"{direct:.3f}", "1.00", ""),
        (f"answer {asked.rows:,} rows in the process of its own", f"{asked_apart:.3f}",
         f"{ratio:.2f}", f"≤ {ASK_GOAL:.2f}: {'met' if ratio <= ASK_GOAL else 'MISSED'}"),
    ]  # fmt: skip
    print(
        f"A model of {asked.trees} trees on {len(FEATURES)} numbers; medians of {asked.runs} runs\n"
    )
    print(table(("what", "seconds", "beside", "goal"), lines))
    print(f"\nPeak memory of the process of its own: {peak / 2**20:.0f} MiB. {launch.isolation}.")


if __name__ == "__main__":
    main()
