"""Puts a table that a benchmark made into a page of the documentation, between two marks."""

import re
from collections.abc import Sequence
from pathlib import Path

PAGE = Path(__file__).resolve().parents[1] / "docs/error-rates.md"


def put(name: str, lines: Sequence[str], page: Path = PAGE) -> None:
    """Replace what stands between ``<!-- NAME: begin -->`` and ``<!-- NAME: end -->``.

    :raises ValueError: the page has no such marks.
    """
    text = page.read_text(encoding="utf-8")
    begin, end = (f"<!-- {name}: {word} -->" for word in ("begin", "end"))
    between = re.compile(f"{re.escape(begin)}.*?{re.escape(end)}", re.DOTALL)
    if not between.search(text):
        raise ValueError(f"{page.name} has no place for {name!r}")
    told = "\n".join([begin, "", *lines, "", end])
    page.write_text(between.sub(lambda _: told, text), encoding="utf-8")
