"""What other tools cost to install and what they say where there is nothing to say yes to.

.venv/bin/python benchmarks/peers.py [--only NAME] [--runs 60] [--keep FOLDER] [--write]

Each tool is installed from PyPI as its own page says, in an environment of its own, and asked by
the probe in ``probes/``. With ``--write`` the figures go to ``peers.json``, which the page
docs/comparison.md quotes; without it they are printed. It needs the network and about half an hour.
What cannot be installed is a row that says so. ``--from`` prints the tables of a stored file.
"""

import argparse
import json
import re
import statistics
import subprocess
import sys
import tempfile
import venv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from _child import Unexpected, run, table

HERE = Path(__file__).resolve().parent
FIGURES = HERE / "peers.json"
SECONDS = 1_800.0
NONE = "-"


@dataclass(frozen=True)
class Peer:
    """A tool, and how it is installed.

    :param package: what its own page tells to give to pip.
    :param module: what is imported.
    :param pins: older versions of what it needs, should it not be importable without them.
    :param probe: whether ``probes/`` has one for it; asked with the number of runs.
    """

    name: str
    package: str
    module: str
    pins: tuple[str, ...] = ()
    probe: bool = True
    more: tuple[str, ...] = ()

    @property
    def distribution(self) -> str:
        """What its metadata are found by, once it is installed."""
        return self.module if Path(self.package).is_absolute() else self.package


PEERS = (
    Peer("deploycheck", str(HERE.parent), "deploycheck"),
    Peer(
        "Deepchecks",
        "deepchecks",
        "deepchecks",
        ("scikit-learn<1.6", "category-encoders<2.7", "numpy<2", "pandas<3"),
    ),
    Peer("Evidently", "evidently", "evidently", ("pandas<3",)),
    Peer("Great Expectations", "great-expectations", "great_expectations"),
    Peer(
        "bdp-model-gate",
        "bdp-model-gate",
        "bdp_model_gate",
        more=("bdp-model-gate[structured]",),
    ),
    Peer("AI Verify", "aiverify-test-engine", "aiverify_test_engine", probe=False),
    Peer("mlspec", "mlspec", "mltk", probe=False),
)

# Run in the environment of the tool: what is installed there besides pip itself.
INSIDE = """
import importlib.metadata as m, json, pathlib, sys
name = sys.argv[1]
every = {d.metadata["Name"].lower(): d for d in m.distributions()}
own = {k: d for k, d in every.items() if k not in {"pip", "setuptools", "wheel"}}
tool = m.distribution(name)
said = tool.metadata
size = sum(f.stat().st_size for d in own.values() for p in d.files or ()
           if (f := pathlib.Path(d.locate_file(p))).is_file() and f.suffix != ".pyc")
print(json.dumps({
    "version": tool.version,
    "licence": next((line for line in (
        said["License-Expression"], said["License"],
        *(c.rpartition(":: ")[2] for c in said.get_all("Classifier", []) if "License ::" in c),
    ) if line and line != "UNKNOWN"), "not stated"),
    "packages": len(own), "bytes": size,
    "commands": sorted(e.name for e in tool.entry_points if e.group == "console_scripts"),
}))
"""


def python_of(folder: Path) -> Path:
    return folder / ("Scripts" if sys.platform == "win32" else "bin") / "python"


def pip(folder: Path, *packages: str) -> str:
    """Install; empty where it went well, else the first line that says what is wrong."""
    options = ("--disable-pip-version-check", "--quiet")
    command = [str(python_of(folder)), "-m", "pip", "install", *options, *packages]
    ended = subprocess.run(
        command, cwd=folder, capture_output=True, text=True, timeout=SECONDS, check=False
    )
    if ended.returncode == 0:
        return ""
    return last_error(ended.stderr) or f"pip ended with {ended.returncode}"


def last_error(text: str) -> str:
    """The line of a log or a traceback that names the error."""
    lines = [line.strip() for line in text.splitlines()]
    errors = [line for line in lines if "Error" in line or line.lower().startswith("error")]
    if errors and "metadata-generation-failed" in errors[-1]:
        return "no wheel for this machine, and its source was not built here"
    # Where the file lies says nothing to anybody else.
    return re.sub(r" \(/[^)]*\)?", "", errors[-1])[:160] if errors else ""


def imported(folder: Path, module: str, runs: int = 3) -> tuple[float | None, str]:
    """Median CPU seconds of an import, less that of starting Python; or the error it ends with."""
    python = python_of(folder)
    tried = subprocess.run(
        [str(python), "-c", f"import {module}"],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )
    if tried.returncode:
        return None, last_error(tried.stderr)

    def cost(code: str) -> float:
        return statistics.median(run([python, "-c", code], folder).cpu for _ in range(runs))

    return cost(f"import {module}") - cost("pass"), ""


def measured(peer: Peer, folder: Path, runs: int) -> dict[str, Any]:
    """Everything that is told about one tool."""
    venv.create(folder, with_pip=True, clear=True)
    told: dict[str, Any] = {"name": peer.name, "package": peer.package, "plain": ""}
    if peer.name == "deploycheck":
        told["package"] = "the checkout"
    refused = pip(folder, peer.package)
    if refused:
        return {**told, "plain": f"not measured: {refused}"}
    inside = run_json(folder, ["-c", INSIDE, peer.distribution])
    told |= {**inside, "plain": "works"}
    seconds, error = imported(folder, peer.module)
    if error:
        told |= {"plain": f"import fails: {error}", "pins": list(peer.pins)}
        again = pip(folder, peer.package, *peer.pins)
        if again:
            return {**told, "pinned": again}
        seconds, error = imported(folder, peer.module)
        told["pinned"] = error or "works"
    told["import_seconds"] = seconds
    if seconds is not None and peer.probe and not (peer.more and pip(folder, *peer.more)):
        told["said"] = run_json(folder, [str(probe(peer)), str(runs)])
    return told


def probe(peer: Peer) -> Path:
    return HERE / "probes" / f"probe_{peer.module}.py"


def run_json(folder: Path, arguments: Sequence[str]) -> dict[str, Any]:
    """The last line that a script prints, as JSON."""
    command = [str(python_of(folder)), "-W", "ignore", *arguments]
    ended = subprocess.run(
        command, cwd=folder, capture_output=True, text=True, timeout=SECONDS, check=False
    )
    if ended.returncode:
        raise Unexpected(f"{arguments[0]}: {ended.stderr[-2000:]}")
    made: dict[str, Any] = json.loads(ended.stdout.splitlines()[-1])
    return made


def costs(peers: Sequence[Mapping[str, Any]]) -> str:
    """What each costs to have, as a table."""
    rows = []
    for peer in peers:
        if "version" not in peer:
            rows.append([peer["name"], *[NONE] * 5, cell(peer["plain"])])
            continue
        seconds = peer["import_seconds"]
        told = cell(peer["plain"])
        if "pinned" in peer:
            pins = ", ".join(f"`{pin}`" for pin in peer["pins"])
            told += f"; {cell(peer['pinned'])} with {pins}"
        rows.append(
            [
                peer["name"],
                peer["version"],
                peer["licence"],
                str(peer["packages"]),
                f"{peer['bytes'] / 1e6:,.0f} MB",
                NONE if seconds is None else f"{max(seconds, 0):.1f} s",
                told,
            ]
        )
    head = ["tool", "version", "licence in its metadata", "packages", "size", "import"]
    return table([*head, "a plain `pip install`"], rows)


def answers(peers: Sequence[Mapping[str, Any]]) -> str:
    """What each says where nothing was asked and where nothing is there."""
    asked = ("nothing asked", "no rows", "no values")
    rows = [[p["name"], *(cell(p["said"][key]) for key in asked)] for p in peers if "said" in p]
    return table(["tool", *asked], rows)


def alarms(peers: Sequence[Mapping[str, Any]]) -> str:
    """How often each raises an alarm where nothing has drifted."""
    known = [(p["name"], p["said"]) for p in peers if "alarms" in p.get("said", {})]
    sizes = list(known[0][1]["alarms"]) if known else []
    rows = []
    for name, said in known:
        row = [name]
        for size in sizes:
            hits, runs = said["alarms"][size]
            undecided = said.get("outcomes", {}).get(size, {}).get("INCONCLUSIVE", 0)
            more = f", and {undecided} inconclusive" if undecided else ""
            row.append(f"{hits} of {runs}{more}")
        rows.append(row)
    return table(["tool", *(f"{int(size):,} rows each" for size in sizes)], rows)


def cell(text: str) -> str:
    """Text that stays in its cell."""
    return " ".join(text.replace("|", "\\|").split())


def shown(figures: Mapping[str, Any]) -> str:
    """All tables, under a line that says when and where they were measured."""
    peers = figures["peers"]
    head = f"Measured in {figures['month']} with Python {figures['python']}."
    return "\n\n".join([head, costs(peers), answers(peers), alarms(peers)])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--only", action="append", metavar="NAME", help="these tools alone")
    parser.add_argument("--runs", type=int, default=60, help="tables in which nothing drifted")
    parser.add_argument("--keep", type=Path, metavar="FOLDER", help="where environments stay")
    parser.add_argument("--write", action="store_true", help=f"store the figures in {FIGURES.name}")
    parser.add_argument("--from", dest="stored", type=Path, help="print the tables of this file")
    given = parser.parse_args()
    if given.stored:
        print(shown(json.loads(given.stored.read_text(encoding="utf-8"))))
        return
    wanted = [peer for peer in PEERS if not given.only or peer.name in given.only]
    with tempfile.TemporaryDirectory() as name:
        home = (given.keep or Path(name)).resolve()
        told = []
        for peer in wanted:
            print(f"{peer.name} …", file=sys.stderr)
            folder = home / peer.module
            folder.mkdir(parents=True, exist_ok=True)
            told.append(measured(peer, folder, given.runs))
    now = datetime.now(UTC)
    figures = {"month": f"{now:%B %Y}", "python": sys.version.split()[0], "peers": told}
    if given.write:
        FIGURES.write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")
    print(shown(figures))


if __name__ == "__main__":
    main()
