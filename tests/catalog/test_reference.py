"""Pages of reference are what the code says today, and their links lead somewhere."""

import re
from pathlib import Path

import pytest

from deploycheck.catalog import reference

DOCS = Path(__file__).parents[2] / "docs"
PAGES = reference.pages()
FENCED = re.compile(r"^```.*?^```$", re.MULTILINE | re.DOTALL)


def anchors(text):
    headings = re.findall(r"^#+ (.*)$", FENCED.sub("", text), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_current(name):
    path = DOCS / "reference" / name
    assert path.read_text(encoding="utf-8") == PAGES[name], "run: make docs-pages"


def test_no_page_is_left_over():
    assert {path.name for path in (DOCS / "reference").rglob("*")} == set(PAGES)


@pytest.mark.parametrize("name", PAGES)
def test_links_lead_somewhere(name):
    links = re.findall(r"\]\(([^)]+)\)", FENCED.sub("", PAGES[name]))
    assert links
    for link in links:
        path, _, anchor = link.partition("#")
        place = (DOCS / "reference" / path).resolve() if path else DOCS / "reference" / name
        assert place.is_file(), link
        if anchor:
            assert anchor in anchors(place.read_text(encoding="utf-8")), link


@pytest.mark.parametrize("name", PAGES)
def test_a_table_has_as_many_cells_in_every_row(name):
    for block in PAGES[name].split("\n\n"):
        rows = [line for line in block.splitlines() if line.startswith("|")]
        assert len({len(re.findall(r"(?<!\\)\|", row)) for row in rows}) < 2, rows[:2]
