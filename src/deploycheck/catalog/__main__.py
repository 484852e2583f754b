"""``python -m deploycheck.catalog docs`` writes every page that is made from the code."""

import sys
from pathlib import Path

from deploycheck.catalog import checks
from deploycheck.engine import codes


def main() -> None:
    """Write the pages below the folder that is named, ``docs`` by default."""
    folder = Path(sys.argv[1] if len(sys.argv) > 1 else "docs")
    checks.write_pages(folder / "checks")
    for name, text in codes.pages().items():
        (folder / "errors").mkdir(parents=True, exist_ok=True)
        (folder / "errors" / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
