"""``make demo`` succeeds exactly when the gate answers as it must; ``make`` finds a Python that works."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
# A gate that writes a report, or not, and ends as it is told for each of the three releases.
SAYS = """#!/bin/sh
for word; do
  case "$before" in --out) out=$word ;; --release) release=$word ;; esac
  before=$word
done
mkdir -p "$out"
{report}
case "$release" in
  *recidivism*) exit {codes[0]} ;;
  *credit/release.yaml) exit {codes[1]} ;;
  *) exit {codes[2]} ;;
esac
"""
REPORT = "echo '<html>' > $out/report.html"
RIGHT = (1, 0, 1)


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A folder with a space in its name, and in it the Makefile alone."""
    folder = tmp_path / "check out"
    folder.mkdir()
    shutil.copy(ROOT / "Makefile", folder)
    (folder / "pyproject.toml").write_text("", encoding="utf-8")
    return folder


def script(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    path.chmod(0o755)


def make(folder: Path, *arguments: str, **variables: str):
    drop = ("MAKE", "MFLAGS", "PYTHON")  # this may itself run below `make test`
    kept = {name: value for name, value in os.environ.items() if not name.startswith(drop)}
    return subprocess.run(
        ["make", *arguments], cwd=folder, capture_output=True, text=True, timeout=100, check=False,
        env=kept | variables,
    )  # fmt: skip


def demo(folder: Path):
    return make(folder, "demo", f"PYTHON={sys.executable}")


def installed(folder: Path, codes: tuple[int, int, int] = RIGHT, report: str = REPORT) -> None:
    """An environment that is up to date, with a gate that ends as it is told."""
    script(folder / ".venv" / "bin" / "deploycheck", SAYS.format(codes=codes, report=report))
    (folder / ".venv" / ".installed").write_text(f"{folder}\n", encoding="utf-8")


def test_two_blocks_and_a_release_are_what_the_demo_shows(checkout):
    installed(checkout)
    ended = demo(checkout)
    assert ended.returncode == 0, ended.stderr
    assert "that is the point" in ended.stdout
    for name in ("recidivism", "credit-2.0.0", "credit-2.1.0"):
        assert f"  {checkout}/deploycheck-reports/{name}/report.html\n" in ended.stdout


@pytest.mark.parametrize("which", [0, 1, 2])
@pytest.mark.parametrize("code", [0, 1, 2, 4, 10, 11, 70, 127])
def test_any_other_end_fails_the_demo(checkout, code, which):
    if code == RIGHT[which]:
        return
    installed(checkout, tuple(code if at == which else right for at, right in enumerate(RIGHT)))
    ended = demo(checkout)
    assert ended.returncode != 0
    assert "that is the point" not in ended.stdout
    assert f"gave {code}" in ended.stderr


def test_a_block_without_a_report_fails_the_demo(checkout):
    installed(checkout)
    assert demo(checkout).returncode == 0
    installed(checkout, report="")
    ended = demo(checkout)
    assert ended.returncode != 0, "the report of the run before is not the report of this one"
    assert "there is no report" in ended.stderr


def test_help_is_what_make_says_by_itself(checkout):
    ended = make(checkout)
    assert ended.returncode == 0
    for target in ("demo", "test", "lint", "bench", "docs-pages", "clean"):
        assert f"make {target}" in ended.stdout


def test_a_launcher_that_does_not_start_is_passed_over(checkout, tmp_path):
    """As the shims of version managers do for a version that is not switched on."""
    shims = tmp_path / "shims"
    script(shims / "python3.13", "#!/bin/sh\necho 'not switched on' >&2\nexit 127\n")
    script(shims / "python3.12", "#!/bin/sh\nexit 1\n")
    script(shims / "python3.11", f'#!/bin/sh\nexec "{sys.executable}" "$@"\n')
    ended = make(checkout, "help", PATH=f"{shims}:{os.environ['PATH']}")
    assert "[python3.11]" in ended.stdout


def test_no_python_at_all_is_said_in_words(checkout):
    ended = make(checkout, "demo", "PYTHON=")
    assert ended.returncode != 0
    assert "no Python of at least 3.11" in ended.stderr


def test_the_environment_of_another_checkout_is_not_used(checkout, tmp_path):
    """A copied folder brings .venv along, whose scripts run the code of the folder it came from."""
    installed(checkout)
    moved = tmp_path / "moved"
    shutil.copytree(checkout, moved)
    script(tmp_path / "python", "#!/bin/sh\necho asked to make an environment >&2\nexit 3\n")
    ended = make(moved, "demo", f"PYTHON={tmp_path / 'python'}")
    assert ended.returncode != 0
    assert "asked to make an environment" in ended.stderr
