"""How often deploycheck and other tools stop a release of which nothing is wrong, on the same data.

    python benchmarks/error_rates/peers.py             every tool; needs PyPI, about two hours
    python benchmarks/error_rates/peers.py --only deploycheck --runs 20
    python benchmarks/error_rates/peers.py --keep FOLDER --write

Each run draws a train and a test set from one world: 17 normal columns and 3 of categories, three
groups that are treated alike, a model that is as good as its champion, and calibrated scores. Each
tool reads the same numbers, in an environment of its own, by its own defaults and its own way to a
yes or no: see ``probe_*.py``. deploycheck is asked in this process with the policy of the first row
of the false alarms in ``tables.py``. ``--keep`` leaves the environments where the next run finds
them. With ``--write`` the figures go to ``peers.json`` and into docs/error-rates.md.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import venv
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from typing import Any

from gate import Gate
from nothing_wrong import null, turns, written
from tables import _usual

from controls import CASES, DRIFT

sys.path.append(str(Path(__file__).resolve().parents[1]))
from _child import table
from _page import put


def _neighbour() -> Any:
    """The script ``../peers.py``, which installs the tools; its name is that of this one."""
    spec = spec_from_file_location("installing", HERE.parent / "peers.py")
    made = module_from_spec(spec)
    sys.modules["installing"] = made
    spec.loader.exec_module(made)
    return made


HERE = Path(__file__).resolve().parent
installing = _neighbour()
cell = installing.cell
FIGURES = HERE / "peers.json"
SIZES = (500, 10_000)
RUNS = 60
DEPLOYCHECK = "deploycheck"
PROBED = tuple(peer for peer in installing.PEERS if (HERE / f"probe_{peer.module}.py").is_file())


def own(runs: int, sizes: Sequence[int]) -> dict[str, Any]:
    """What deploycheck says, with the policy of the first row of the false alarms."""
    gate = Gate([*(case.control(_usual(case)) for case in CASES), DRIFT])
    rules = ("any control FAIL", "no RELEASE: any control FAIL or INCONCLUSIVE")
    stopped: dict[str, dict[str, list[int]]] = {rule: {} for rule in rules}
    why: dict[str, dict[str, Counter[str]]] = {rule: {} for rule in rules}
    outcomes = {}
    for rows in sizes:
        size, count = str(rows), turns(runs, rows)
        decisions: Counter[str] = Counter({"RELEASE": 0, "INCONCLUSIVE": 0, "FAIL": 0})
        for rule in rules:
            stopped[rule][size], why[rule][size] = [0, count], Counter()
        for run in range(count):
            told = gate.outcomes(null(rows, run)[1])
            failed = [name for name, outcome in told.items() if outcome.value == "FAIL"]
            against = [name for name, outcome in told.items() if outcome.value != "PASS"]
            for rule, reasons in zip(rules, (failed, against), strict=True):
                stopped[rule][size][0] += bool(reasons)
                why[rule][size].update(reasons)
            decisions["FAIL" if failed else "INCONCLUSIVE" if against else "RELEASE"] += 1
        outcomes[size] = dict(decisions)
    return {"stopped": stopped, "why": why, "outcomes": outcomes}


def asked(peer: Any, folder: Path, data: Path, seconds: float) -> dict[str, Any]:
    """What another tool says; ``error`` instead where it cannot be installed or asked."""
    refused = _ready(peer, folder)
    if refused:
        return {"error": refused}
    # An environment knows nothing of the checkout, and must not: it runs the probe alone.
    command = [
        str(installing.python_of(folder)), "-W", "ignore",
        str(HERE / f"probe_{peer.module}.py"), str(data), str(seconds),
    ]  # fmt: skip
    log = folder / "asked.log"
    # Threads that wait for one another cost more than they bring on a machine with two cores.
    variables = {**os.environ, "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
    with log.open("w", encoding="utf-8") as errors:
        try:
            ended = subprocess.run(
                command, cwd=folder, env=variables, stdout=subprocess.PIPE, stderr=errors,
                text=True, timeout=2 * seconds + 600, check=False,
            )  # fmt: skip
        except subprocess.TimeoutExpired as late:
            return {"error": f"its probe did not end within {late.timeout:,.0f} seconds"}
    if ended.returncode:
        said = log.read_text(encoding="utf-8")
        return {"error": installing.last_error(said) or f"its probe ended with {ended.returncode}"}
    made: dict[str, Any] = json.loads(ended.stdout.splitlines()[-1])
    return made


def _ready(peer: Any, folder: Path) -> str:
    """Install unless it can be imported already; empty where it then can."""
    if installing.python_of(folder).exists() and not _importable(peer, folder):
        return ""
    venv.create(folder, with_pip=True, clear=True)
    packages = [*(peer.more or [peer.package]), *peer.pins]
    refused: str = installing.pip(folder, *packages)
    return refused or _importable(peer, folder)


def _importable(peer: Any, folder: Path) -> str:
    """The error that the import ends with, if it does."""
    ended = subprocess.run(
        [str(installing.python_of(folder)), "-W", "ignore", "-c", f"import {peer.module}"],
        cwd=folder, capture_output=True, text=True, timeout=600, check=False,
    )  # fmt: skip
    if ended.returncode == 0:
        return ""
    return installing.last_error(ended.stderr) or f"import ended with {ended.returncode}"


def merged(told: Sequence[dict[str, Any]], sizes: Sequence[int]) -> list[dict[str, Any]]:
    """What was measured, and what is stored of the tools that were not asked this time."""
    known = {}
    if FIGURES.exists():
        stored = json.loads(FIGURES.read_text(encoding="utf-8"))
        if stored["sizes"] == list(sizes):
            known = {peer["name"]: peer for peer in stored["peers"]}
    known |= {peer["name"]: peer for peer in told}
    order = [DEPLOYCHECK, *(peer.name for peer in PROBED)]
    return sorted(known.values(), key=lambda peer: order.index(peer["name"]))


def shown(figures: Mapping[str, Any]) -> Iterator[str]:
    """The lines of the page."""
    yield f"Measured in {figures['month']}, each tool by its defaults. What stops a run most often"
    yield "is named in brackets, with the number of runs at 500 rows."
    yield ""
    sizes = figures["sizes"]
    columns = [f"runs stopped at {sizes[0]:,} rows", *(f"at {n:,}" for n in sizes[1:])]
    rows = []
    for peer in figures["peers"]:
        if "error" in peer:
            rows.append(
                [
                    peer["name"],
                    "-",
                    f"not asked: {cell(peer['error'])}",
                    *"-" * len(sizes),
                ]
            )
            continue
        for rule, counts in peer["stopped"].items():
            cells = [_counts(counts, str(n)) for n in sizes]
            rows.append([peer["name"], peer["version"], rule + _why(peer, rule, sizes[0]), *cells])
    yield from table(["tool", "version", "rule", *columns], rows).splitlines()
    for peer in figures["peers"]:
        if "outcomes" in peer:
            yield ""
            told = [
                ", ".join(f"{name} {count}" for name, count in peer["outcomes"][str(n)].items())
                + f" at {n:,} rows"
                for n in sizes
            ]
            yield f"{peer['name']} decided: {'; '.join(told)}."


def _counts(counts: Mapping[str, Sequence[int]], size: str) -> str:
    return "{} of {}".format(*counts[size]) if size in counts else installing.NONE


def _why(peer: Mapping[str, Any], rule: str, rows: int) -> str:
    """What most often stopped a run, where anything did."""
    causes = Counter(peer["why"].get(rule, {}).get(str(rows), {})).most_common(1)
    return "".join(f" (most: {cell(name)}, {count})" for name, count in causes)


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    names = [DEPLOYCHECK, *(peer.name for peer in PROBED)]
    parser.add_argument("--only", action="append", choices=names, help="these tools alone")
    parser.add_argument("--runs", type=int, default=RUNS, help="a third at 5,000 rows")
    parser.add_argument("--sizes", type=int, nargs="+", default=list(SIZES), metavar="ROWS")
    parser.add_argument("--seconds", type=float, default=3_600, help="of each tool")
    parser.add_argument("--keep", type=Path, metavar="FOLDER", help="where environments stay")
    parser.add_argument("--write", action="store_true", help="store the figures, fill the page")
    parser.add_argument("--stored", action="store_true", help=f"print {FIGURES.name} and end")
    given = parser.parse_args()
    if given.stored:
        print("\n".join(shown(json.loads(FIGURES.read_text(encoding="utf-8")))))
        return
    if given.runs < 1 or min(given.sizes) < 100:
        parser.error("at least one run, of at least 100 rows")
    told = []
    with tempfile.TemporaryDirectory() as name:
        home = (given.keep or Path(name)).resolve()
        data = Path(name) / "data"
        wanted = [peer for peer in PROBED if not given.only or peer.name in given.only]
        if not given.only or DEPLOYCHECK in given.only:
            from deploycheck import __version__

            measured = own(given.runs, given.sizes)
            told.append({"name": DEPLOYCHECK, "version": __version__, **measured})
        if wanted:
            written(data, given.runs, given.sizes)
        for peer in wanted:
            print(f"{peer.name} …", file=sys.stderr, flush=True)
            folder = home / peer.module
            folder.mkdir(parents=True, exist_ok=True)
            told.append({"name": peer.name, **asked(peer, folder, data, given.seconds)})
    figures = {
        "month": f"{datetime.now(UTC):%B %Y}",
        "sizes": given.sizes,
        "peers": merged(told, given.sizes) if given.write else told,
    }
    lines = list(shown(figures))
    print("\n".join(lines))
    if given.write:
        FIGURES.write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")
        put("peers", lines)


if __name__ == "__main__":
    main()
