"""What the probes of this folder share; it runs in the environment of the tool that is asked."""

import json
import sys
import time
import warnings
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

warnings.filterwarnings("ignore")
NUMERIC = [f"n{at}" for at in range(17)]
CATEGORICAL = [f"t{at}" for at in range(3)]
FEATURES = [*NUMERIC, *CATEGORICAL]


def told(ask: Callable[..., Mapping[str, Sequence[str]]], version: str) -> None:
    """Ask of each drawn release, and print how often each rule stopped it, and why.

    :param ask: of the train and the test table: for each rule, what stops the release by it.
    """
    import pandas as pd

    home, seconds = Path(sys.argv[1]), float(sys.argv[2])
    stopped: dict[str, dict[str, list[int]]] = {}
    why: dict[str, dict[str, Counter[str]]] = {}
    sizes = sorted((folder for folder in home.iterdir() if folder.is_dir()), key=_rows)
    for size in sizes:
        began = time.monotonic()
        for run in sorted(size.iterdir()):
            # One run is always made; a busy machine makes fewer of them, and the table says so.
            if run.name != "0000" and time.monotonic() - began > seconds / len(sizes):
                break
            said = ask(*(pd.read_csv(run / f"{part}.csv") for part in ("train", "test")))
            for rule, reasons in said.items():
                count = stopped.setdefault(rule, {}).setdefault(size.name, [0, 0])
                count[0] += bool(reasons)
                count[1] += 1
                causes = why.setdefault(rule, {}).setdefault(size.name, Counter())
                causes.update(sorted(set(reasons)))
            print(f"{size.name} {run.name}: {said}", file=sys.stderr, flush=True)
    print()
    print(json.dumps({"version": version, "stopped": stopped, "why": why}))


def _rows(folder: Path) -> int:
    return int(folder.name)
