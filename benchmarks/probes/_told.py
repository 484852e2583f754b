"""What a probe tells, as one line of JSON; it runs in the environment of the tool it asks."""

import json
import warnings
from collections.abc import Callable, Mapping

warnings.filterwarnings("ignore")
COLUMNS = 20
# Rows of each table in which nothing drifted, and how many runs of it for each one asked for.
SIZES = {500: 1.0, 10_000: 1 / 3}


def answer(ask: Callable[[], bool]) -> str:
    """``passes``, ``does not pass``, or the exception that was raised instead."""
    try:
        return "passes" if ask() else "does not pass"
    except BaseException as error:
        return f"raises {type(error).__name__}"


def frames(seed: int, rows: int = 500):
    """A reference and a current table from one distribution: nothing has drifted."""
    import numpy as np
    import pandas as pd

    rng = np.random.default_rng(seed)
    names = [f"c{at}" for at in range(COLUMNS)]
    return tuple(pd.DataFrame(rng.normal(size=(rows, COLUMNS)), columns=names) for _ in "ab")


def counted(alarm: Callable[[int, int], bool], runs: int) -> dict[str, list[int]]:
    """How often ``alarm(seed, rows)`` is true, of how many runs, for each size of table."""
    told = {}
    for rows, share in SIZES.items():
        turns = max(1, round(runs * share))
        told[str(rows)] = [sum(alarm(seed, rows) for seed in range(turns)), turns]
    return told


def tell(told: Mapping[str, object]) -> None:
    print()
    print(json.dumps(told))
