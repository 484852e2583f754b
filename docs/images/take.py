"""Takes pictures of reports in headless Chromium.

``.venv/bin/python docs/images/take.py`` takes the one that the README shows, of the credit model
that is blocked, and works from anywhere. ``take.py --into FOLDER decision.json report.html …``
takes each of these light, dark, narrow and on paper, to be looked at when the report has changed.
It needs a Chromium or Chrome on the path, or named by the environment variable ``CHROMIUM``.
"""

import argparse
import subprocess
import sys
import tempfile
from pathlib import Path

from browser import Browser, Missing, pictures

ROOT = Path(__file__).resolve().parents[2]
EXAMPLE = ROOT / "examples" / "credit"
PICTURE = Path(__file__).with_name("report.png")
# So wide that the contents stand beside the controls, and cut below the first chart.
WIDTH, HEIGHT = 1200, 990
LARGEST = 200_000


def report(folder: Path) -> Path:
    """Judge the successor; the gate blocks, which is exit code 1."""
    gate = [sys.executable, "-I", "-m", "deploycheck", "gate", "--as-of", "2026-11-25T00:00:00Z"]
    release = EXAMPLE / "release-2.1.0.yaml"
    files = ["--policy", str(EXAMPLE / "policy.yaml"), "--release", str(release)]
    page = folder / "report.html"
    more = ["--html", str(page), "--record", str(folder)]
    ended = subprocess.run([*gate, *files, *more], check=False)  # noqa: S603 - this interpreter
    if ended.returncode != 1:
        raise SystemExit(f"the example should be blocked (1), and gave {ended.returncode}")
    return page


def readme() -> None:
    """Take the picture of the README."""
    with tempfile.TemporaryDirectory() as name, Browser() as browser:
        browser.show(report(Path(name)), WIDTH, HEIGHT)
        PICTURE.write_bytes(browser.picture())
    size = PICTURE.stat().st_size
    if size > LARGEST:
        raise SystemExit(f"{PICTURE} has {size:,} bytes, more than {LARGEST:,}; cut it shorter")
    print(f"{PICTURE}: {size:,} bytes")


def page_of(file: Path, folder: Path) -> Path:
    """The report itself, or the one that is made of a stored decision."""
    if file.suffix != ".json":
        return file
    from deploycheck.model.decision import Decision
    from deploycheck.reporters.html import html

    page = folder / f"{file.stem}.html"
    page.write_text(html.render(Decision.model_validate_json(file.read_bytes())), encoding="utf-8")
    return page


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--into", type=Path, metavar="FOLDER", help="where the pictures go")
    parser.add_argument("files", nargs="*", type=Path, help="decision.json or report.html")
    given = parser.parse_args()
    if bool(given.into) != bool(given.files):
        parser.error("give --into and at least one file, or nothing")
    try:
        if not given.files:
            readme()
            return
        with tempfile.TemporaryDirectory() as name:
            pages = {file.stem: page_of(file, Path(name)) for file in given.files}
            pictures(pages, given.into, told=print)
    except Missing as error:
        raise SystemExit(str(error)) from None


if __name__ == "__main__":
    main()
