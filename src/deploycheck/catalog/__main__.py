"""``python -m deploycheck.catalog docs`` writes every page that is made from the code."""

import sys
from pathlib import Path

from deploycheck.catalog import checks, reference
from deploycheck.engine import codes


def main() -> None:
    """Write the pages below the folder that is named, ``docs`` by default."""
    folder = Path(sys.argv[1] if len(sys.argv) > 1 else "docs")
    checks.write_pages(folder / "checks")
    for below, pages in (("errors", codes.pages()), ("reference", reference.pages())):
        (folder / below).mkdir(parents=True, exist_ok=True)
        for name, text in pages.items():
            (folder / below / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
