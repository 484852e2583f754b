"""Print, as Markdown, the error rates of whole decisions on data whose truth is known.

    python benchmarks/error_rates/tables.py            all tables, about an hour on two cores
    python benchmarks/error_rates/tables.py --smoke    a small part, some seconds
    python benchmarks/error_rates/tables.py --runs 2000 --only release

* **false release**: one control's truth lies exactly at its bound, and all others are safe by far,
  so that the release comes out where this one passes: in at most 5 % of runs at every size;
* **false alarm**: nothing is wrong, with bounds at usual distances; any FAIL at all in at most 5 %;
  and each control alone with its truth exactly at its bound, where a FAIL is as false;
* **good models**: at the number of rows that the plan prints for a joint power of 90 %, the release
  comes out in at least 90 %; with fewer rows the share of INCONCLUSIVE is shown;
* **detection**: a control whose truth lies beyond its bound fails in at least 90 % at the rows that
  are planned for that.

"At most 5 %" is shown by 10,000 runs with an observed share of at most 5.6 %. The runs of a table
that is told in another row are the same ones: release and alarm come from one simulation.
"""

import argparse
import os
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from multiprocessing import get_context
from pathlib import Path

import numpy as np
from gate import Gate
from world import World, draw

from controls import ALIKE, CASES, DRIFT, NUMBERS, Case, bounds

sys.path.append(str(Path(__file__).resolve().parents[1]))
from _page import put

SIZES = (300, 500, 1_000, 10_000)
RUNS = 10_000
LARGE, LARGE_RUNS = 10_000, 2_000  # where nothing is as delicate as with few rows
WHOLE_RUNS = 1_000  # of whole policies, whose shares lie far from what is promised
SMOKE_RUNS, SMOKE_SIZES = 40, (300,)
ALPHA = 0.05
_CHUNK = 250


@dataclass(frozen=True)
class Trial:
    """Runs of one policy on one world.

    :param controls: of the policy, as YAML.
    """

    controls: tuple[str, ...]
    world: World
    n: int
    runs: int
    seed: int
    task: str = "binary_classification"


def _count(trial: Trial) -> Counter[str]:
    """How often each control came to each outcome, the release, and any FAIL."""
    gate = Gate(trial.controls, trial.task)
    told: Counter[str] = Counter()
    for at in range(trial.runs):
        found = gate.outcomes(draw(trial.world, trial.n, np.random.default_rng([trial.seed, at])))
        told.update(f"{name} {outcome.value}" for name, outcome in found.items())
        told["release"] += all(o.value == "PASS" for o in found.values())
        told["fail"] += any(o.value == "FAIL" for o in found.values())
        told["undecided"] += any(o.value == "INCONCLUSIVE" for o in found.values())
    return told


def counted(trials: Sequence[Trial], workers: int) -> list[Counter[str]]:
    """The counts of each trial; runs are spread over the workers in parts."""
    parts = [
        (
            index,
            replace(trial, runs=min(_CHUNK, trial.runs - start), seed=trial.seed + 7919 * start),
        )
        for index, trial in enumerate(trials)
        for start in range(0, trial.runs, _CHUNK)
    ]
    sums: list[Counter[str]] = [Counter() for _ in trials]
    # Not forked: the plan has read data by then, and threads do not survive a fork.
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
        for (index, _), found in zip(parts, pool.map(_count, [t for _, t in parts]), strict=True):
            sums[index] += found
    return sums


def _at_their_bounds(runs: int, sizes: Sequence[int], workers: int) -> dict[str, Counter[str]]:
    """Every case with its truth exactly at its bound: outcomes by ``name n``.

    Cases of one world are judged on the same rows, each by itself.
    """
    groups: dict[tuple[World, str], list[Case]] = {}
    for case in (*CASES, *NUMBERS):
        groups.setdefault((case.world, case.task), []).append(case)
    keys = [(n, world, task) for n in sizes for world, task in groups]
    trials = [
        Trial(tuple(c.control(bounds(c, world)) for c in groups[world, task]), world, n,
              _runs(runs, n), 1 + index, task)
        for index, (n, world, task) in enumerate(keys)
    ]  # fmt: skip
    told: dict[str, Counter[str]] = {}
    for (n, world, task), found in zip(keys, counted(trials, workers), strict=True):
        for case in groups[world, task]:
            name = case.name.replace(" ", "-")
            told[f"{case.name} {n}"] = Counter(
                {o: found[f"{name} {o}"] for o in ("PASS", "FAIL", "INCONCLUSIVE")}
            )
    return told


def _runs(asked: int, n: int) -> int:
    return min(asked, LARGE_RUNS) if n >= LARGE else asked


def _by_size(first: str, sizes: Sequence[int]) -> Iterator[str]:
    yield f"| {first} | " + " | ".join(f"{n:,} rows" for n in sizes) + " |"
    yield "|---|" + "---|" * len(sizes)


def false_release(told: dict[str, Counter[str]], runs: int, sizes: Sequence[int]) -> Iterator[str]:
    """One truth exactly at its bound; what is safe by far passes, and is not measured again."""
    yield from _by_size("truth exactly at the bound of", sizes)
    for case in (*CASES, *NUMBERS):
        cells = [_share(told[f"{case.name} {n}"]["PASS"], _runs(runs, n)) for n in sizes]
        yield f"| {case.name} | " + " | ".join(cells) + " |"


def false_alarm(
    told: dict[str, Counter[str]], runs: int, sizes: Sequence[int], workers: int
) -> Iterator[str]:
    """Nothing is wrong; and each truth exactly at its bound."""
    yield from _by_size("what is true", sizes)
    controls = (*(c.control(_usual(c)) for c in CASES), DRIFT)
    few = min(runs, WHOLE_RUNS)
    trials = [Trial(controls, ALIKE, n, few, 101 + index) for index, n in enumerate(sizes)]
    cells = [_share(found["fail"], few) for found in counted(trials, workers)]
    yield "| nothing is wrong: any FAIL of all controls | " + " | ".join(cells) + " |"
    for case in (*CASES, *NUMBERS):
        cells = [_share(told[f"{case.name} {n}"]["FAIL"], _runs(runs, n)) for n in sizes]
        yield f"| exactly at the bound of {case.name} | " + " | ".join(cells) + " |"


def _usual(case: Case) -> float:
    """A bound at the distance that policies have: a good model is safe, and not by far."""
    truth = bounds(case, ALIKE)
    return truth - case.bad if case.side == "min" else truth + case.bad


def _good(case: Case, keys: str) -> str:
    """The control with its usual bound, and the truth declared as the good value."""
    return case.control(_usual(case), f", good: {bounds(case, ALIKE)!r}", keys)


def good_models(runs: int, workers: int) -> Iterator[str]:
    """At the rows that the plan prints, good models go out."""
    from planned import rows_for

    controls = tuple(_good(c, "") for c in CASES)
    needed = rows_for(CASES, _good, 0.9)
    yield "| rows | RELEASE | INCONCLUSIVE | any FAIL |"
    yield "|---|---|---|---|"
    sizes = [max(30, round(needed * part)) for part in (0.25, 0.5, 1.0)]
    trials = [Trial(controls, ALIKE, n, runs, 301 + i) for i, n in enumerate(sizes)]
    for n, told in zip(sizes, counted(trials, workers), strict=True):
        planned = ", as planned for 90 %" if n == sizes[-1] else ""
        release = told["release"] / runs
        shown = f"**{release:.1%}**" if n == sizes[-1] and release < 0.9 else f"{release:.1%}"
        yield (
            f"| {n:,}{planned} | {shown} | {told['undecided'] / runs:.1%} | "
            f"{told['fail'] / runs:.2%} |"
        )


def detection(runs: int, workers: int) -> Iterator[str]:
    """A truth beyond its bound fails at the rows planned for finding it."""
    from planned import rows_to_detect

    yield "| truth beyond the bound of | by | rows as planned for 90 % | FAIL |"
    yield "|---|---|---|---|"
    cases = [c for c in (*CASES, *NUMBERS) if rows_to_detect(c) is not None]
    trials = []
    for index, case in enumerate(cases):
        n = rows_to_detect(case) or 0
        truth = bounds(case, case.wrong)
        bound = truth + case.bad if case.side == "min" else truth - case.bad
        trials.append(Trial((case.control(bound),), case.wrong, n, runs, 401 + index, case.task))
    for case, trial, told in zip(cases, trials, counted(trials, workers), strict=True):
        share = told["fail"] / runs
        noise = 2.33 * (0.9 * 0.1 / runs) ** 0.5
        shown = f"**{share:.1%}**" if share < 0.9 - noise else f"{share:.1%}"
        yield f"| {case.name} | {case.bad:g} | {trial.n:,} | {shown} |"


def _told(name: str, runs: int) -> list[str]:
    few, large = min(runs, WHOLE_RUNS), min(runs, LARGE_RUNS)
    at_bounds = f"{runs:,} runs in each cell, {large:,} with {LARGE:,} rows"
    words = {
        "release": f"{at_bounds}.",
        "alarm": f"{few:,} runs in each cell of the first row; below, {at_bounds}.",
    }
    return [words.get(name, f"{few:,} runs in each row."), ""]


def _share(hits: int, runs: int) -> str:
    """A share, in bold beyond what a true 5 % reaches once in a hundred such simulations."""
    noise = 2.33 * (ALPHA * (1 - ALPHA) / runs) ** 0.5
    shown = f"{hits / runs:.2%}"
    return f"**{shown}**" if hits / runs > ALPHA + noise else shown


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--runs", type=int, default=RUNS)
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--smoke", action="store_true")
    parser.add_argument("--write", action="store_true", help="put the tables into docs/")
    parser.add_argument(
        "--only",
        nargs="*",
        default=["release", "alarm", "good", "detection"],
        choices=["release", "alarm", "good", "detection"],
    )
    asked = parser.parse_args()
    runs, sizes = (SMOKE_RUNS, SMOKE_SIZES) if asked.smoke else (asked.runs, SIZES)
    few = min(runs, WHOLE_RUNS)
    both = {"release", "alarm"} & {*asked.only}
    told = _at_their_bounds(runs, sizes, asked.workers) if both else {}
    tables = {
        "release": ("False release", lambda: false_release(told, runs, sizes)),
        "alarm": ("False alarm", lambda: false_alarm(told, runs, sizes, asked.workers)),
        "good": ("Release of good models", lambda: good_models(few, asked.workers)),
        "detection": ("Detection", lambda: detection(few, asked.workers)),
    }
    for name, (title, table) in tables.items():
        if name in asked.only:
            print(f"### {title}, {runs:,} runs\n", flush=True)
            made = []
            for line in table():
                print(line, flush=True)
                made.append(line)
            print(flush=True)
            if asked.write:
                put(name, [*_told(name, runs), *made])


if __name__ == "__main__":
    main()
