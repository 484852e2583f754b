"""What a second `pytest --deploycheck` costs on a release that has not changed.

.venv/bin/python benchmarks/second_run.py [--runs 7]

CPU seconds of the process tree, medians of runs in turn, on `examples/credit`: every control of
all families was measured before, so nothing but the plan and the reports is left to do.
"""

import argparse
import shutil
import sys
import tempfile
from pathlib import Path

from _child import Cost, medians, pytest_alone, run, table

CREDIT = Path(__file__).parents[1] / "examples" / "credit"
GOAL = 1.0
AS_OF = ("--deploycheck-as-of", "2026-11-25T00:00:00Z")
SPY = """
import sys

def pytest_unconfigure(config):
    with open("modules.txt", "w") as file:
        file.write("\\n".join(sorted(sys.modules)))
"""


def pytest_run(folder: Path, *more: str) -> Cost:
    return run([sys.executable, "-m", "pytest", "-q", *pytest_alone(), *more], folder)


def gated(folder: Path) -> Cost:
    release = ("--deploycheck-release", "credit/release.yaml")
    return pytest_run(
        folder, "--deploycheck", *AS_OF, *release, "test_one.py", "credit/policy.yaml"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, default=7, help="of each command [7]")
    runs = parser.parse_args().runs
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)  # what commands say is kept here, and not beside the release
        ignored = shutil.ignore_patterns(".deploycheck", "__py*")
        shutil.copytree(CREDIT, folder / "credit", ignore=ignored)
        (folder / "test_one.py").write_text("def test_one():\n    assert True\n", encoding="utf-8")
        (folder / "conftest.py").write_text(SPY, encoding="utf-8")
        first = gated(folder)
        bare, second = medians(
            runs, lambda: pytest_run(folder, "test_one.py"), lambda: gated(folder)
        )
        modules = (folder / "modules.txt").read_text(encoding="utf-8").split()
    beyond = second - bare
    met = "met" if beyond <= GOAL else "MISSED"
    lines = [
        ("pytest, one test", f"{bare:.3f}", ""),
        ("the first run with --deploycheck", f"{first.cpu:.3f}", ""),
        ("a second run", f"{second:.3f}", ""),
        ("a second run, beyond pytest", f"{beyond:.3f}", f"≤ {GOAL:g} s: {met}"),
    ]
    print(f"A second run on examples/credit: CPU seconds, medians of {runs}\n")
    print(table(("what", "CPU s", "goal"), lines))
    heavy = [m for m in ("scipy", "numpy", "polars", "sklearn", "onnxruntime") if m in modules]
    print(f"\nImported by the second run: {', '.join(heavy) or 'nothing heavy'}")


if __name__ == "__main__":
    main()
