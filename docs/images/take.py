"""Takes the picture of the report that the README shows: the first example, in headless Chromium.

Run it from anywhere: ``.venv/bin/python docs/images/take.py``. It needs a Chromium or Chrome on the
path, or named by the environment variable ``CHROMIUM``.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
EXAMPLE = ROOT / "examples" / "recidivism"
PICTURE = Path(__file__).with_name("report.png")
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "chrome")
# So wide that the table of a control fits, and cut below the second group of the first one.
WIDTH, HEIGHT = 1100, 1050
LARGEST = 200_000


def report(folder: Path) -> Path:
    """Judge the example; the gate blocks, which is exit code 1."""
    gate = [sys.executable, "-I", "-m", "deploycheck", "gate", "--as-of", "2026-06-01T09:00:00Z"]
    files = ["--policy", str(EXAMPLE / "policy.yaml"), "--release", str(EXAMPLE / "release.yaml")]
    page = folder / "report.html"
    more = ["--html", str(page), "--record", str(folder)]
    ended = subprocess.run([*gate, *files, *more], check=False)  # noqa: S603 - this interpreter
    if ended.returncode != 1:
        raise SystemExit(f"the example should be blocked (1), and gave {ended.returncode}")
    return page


def browser() -> str:
    found = [os.environ.get("CHROMIUM"), *map(shutil.which, BROWSERS)]
    path = next(filter(None, found), None)
    if path is None:
        raise SystemExit("no Chromium; install one or name it in CHROMIUM")
    return path


def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        page = report(Path(name))
        subprocess.run(  # noqa: S603 - the browser that was found or named
            [browser(), "--headless=new", "--disable-gpu", "--no-sandbox", "--hide-scrollbars",
             "--force-device-scale-factor=1", f"--window-size={WIDTH},{HEIGHT}",
             f"--user-data-dir={name}/profile", f"--screenshot={PICTURE}", page.as_uri()],
            check=True, stderr=subprocess.DEVNULL, timeout=120,
        )  # fmt: skip
    size = PICTURE.stat().st_size
    if size > LARGEST:
        raise SystemExit(f"{PICTURE} has {size:,} bytes, more than {LARGEST:,}; cut it shorter")
    print(f"{PICTURE}: {size:,} bytes")


if __name__ == "__main__":
    main()
