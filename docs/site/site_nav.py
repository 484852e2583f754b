"""The navigation: files of the repository, and folders of pages that are made from code."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import site_places

# Error codes by their first digits; see the modules codes_*.py of the engine.
CODES = {
    "DC0": "Mistakes in files and plans",
    "DC1": "Not done yet",
    "DC2": "Artefacts and data",
    "DC3": "Checks and evidence",
    "DC4": "Records and reports",
}
_CODE = re.compile(r"(DC\d)\d\d")


def expanded(nav: list[Any]) -> list[Any]:
    """The navigation in MkDocs' own terms."""
    return [_entry(entry) for entry in nav]


def files(nav: list[Any]) -> list[str]:
    """The files of the repository that the navigation names."""
    found: list[str] = []
    for entry in nav:
        below = next(iter(entry.values())) if isinstance(entry, dict) else entry
        found += files(below) if isinstance(below, list) else [below]
    return [path for path in found if not path.endswith("/")]


def _entry(entry: Any) -> Any:
    if isinstance(entry, str):
        return site_places.source(entry)
    ((title, below),) = entry.items()
    if isinstance(below, list):
        return {title: expanded(below)}
    if below.endswith("/"):
        return {title: list(_folder(site_places.ROOT / below))}
    return {title: site_places.source(below)}


def _folder(folder: Path) -> Iterator[Any]:
    """The folder's list, and then its pages by family, or by the hundred of their codes."""
    yield _source(folder / "index.md")
    grouped: dict[str, list[Any]] = {}
    for page in sorted(folder.rglob("*.md")):
        if page.name != "index.md":
            grouped.setdefault(_group(folder, page), []).append({_title(page): _source(page)})
    for group, pages in grouped.items():
        yield {group: pages}


def _group(folder: Path, page: Path) -> str:
    if found := _CODE.fullmatch(page.stem):
        return CODES[found[1]]
    return page.parent.relative_to(folder).as_posix().replace("_", " ").capitalize()


def _title(page: Path) -> str:
    """A check by its name, a code by its number and what it says."""
    heading = page.read_text(encoding="utf-8").partition("\n")[0].removeprefix("# ")
    return heading.rpartition(".")[2] if heading.partition(".")[0] == page.parent.name else heading


def _source(page: Path) -> str:
    return site_places.source(page.relative_to(site_places.ROOT).as_posix())
