"""Documents of a project: its model card, its lock file, its approval, its data sheet."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from deploycheck.authoring.errors import EvidenceError
from deploycheck.authoring.files import Files
from deploycheck.authoring.locks import read_lock
from deploycheck.scaffold.found import Document
from deploycheck.scaffold.looking.walk import Entry, Walk, natural, shown, words

__all__ = ["Documents", "documents"]

_MOST = 4 << 20  # as much of a document as the gate reads
_DEEPEST = 2
_MARKDOWN = {".md", ".markdown"}
_CARDS = {("model", "card"), ("modelcard",)}
_SHEETS = {("data", "sheet"), ("datasheet",), ("data", "card"), ("dataset", "card"),
           ("datacard",), ("datasheets",)}  # fmt: skip
_APPROVALS = {"approval", "approvals", "signoff", "approved"}
_SECTIONS = (
    "intended use", "model details", "limitation", "training data", "evaluation", "bias",
    "out of scope", "ethical", "metrics", "caveats", "model description", "how to get started",
)  # fmt: skip
_ENOUGH = 3  # headings of a model card that make one of a README
# Lock files, the surest first.
_LOCKS = (
    r"uv\.lock", r"poetry\.lock", r"pylock(\.[^/.]+)?\.toml", r"pipfile\.lock",
    r"requirements[^/]*\.lock", r"requirements[^/]*\.txt", r"[^/]*requirements[^/]*\.txt",
)  # fmt: skip
_DEVELOPMENT = {"dev", "test", "tests", "docs", "lint", "ci"}
_UNREAD = {
    "pdm.lock": "pdm export -o requirements.lock",
    "conda-lock.yml": "pip list --format=freeze > requirements.lock",
    "environment.yml": "pip list --format=freeze > requirements.lock",
    "environment.yaml": "pip list --format=freeze > requirements.lock",
}


@dataclass(frozen=True)
class Documents:
    """What was found; of each kind the likeliest first."""

    found: tuple[Document, ...]
    notes: tuple[str, ...]


def documents(seen: Walk, files: Files, version: str) -> Documents:
    """The documents that a release could name.

    :param files: of the project.
    :param version: of the project, which an approval may carry in its name.
    """
    entries = [entry for entry in seen.files if entry.depth <= _DEEPEST]
    notes: list[str] = []
    found = (
        *_cards(entries, files),
        *_locks(entries, files, notes),
        *_approvals(entries, version),
        *_sheets(entries),
    )
    return Documents(found, tuple(notes))


def _cards(entries: list[Entry], files: Files) -> Iterator[Document]:
    """Model cards by their name; else a README that has the headings of one."""
    named = [e for e in entries if e.suffix in _MARKDOWN and _holds(e, _CARDS)]
    for entry in sorted(named, key=lambda e: (e.depth, e.path)):
        yield Document(entry.path, "card", "its name says model card")
    if named:
        return
    for entry in entries:
        readme = entry.depth == 0 and entry.suffix in _MARKDOWN and entry.stem.lower() == "readme"
        if readme and (told := _sections(entry, files)):
            yield Document(entry.path, "card", f"it has headings of a model card: {told}")


def _holds(entry: Entry, names: set[tuple[str, ...]]) -> bool:
    """Whether the words of one of the names stand in the file's name, side by side."""
    said = words(entry.stem)
    return any(said[at : at + len(n)] == n for n in names for at in range(len(said)))


def _sections(entry: Entry, files: Files) -> str:
    """Headings of a model card, if there are enough."""
    from deploycheck.collectors.card import sections

    try:
        text = files.read(entry.path, _MOST).data.decode()
        headings = [heading.lower() for heading in sections(text.splitlines())]
    except (EvidenceError, UnicodeDecodeError):
        return ""
    told = [name for name in _SECTIONS if any(name in heading for heading in headings)]
    return ", ".join(told[:3]) if len(told) >= _ENOUGH else ""


def _locks(entries: list[Entry], files: Files, notes: list[str]) -> Iterator[Document]:
    """Lock files that pin every package; of others a note says what to do."""
    ranked = [(rank, entry) for entry in entries if (rank := _lock_rank(entry)) is not None]
    for _, entry in sorted(ranked, key=lambda each: (each[0], each[1].depth, each[1].path)):
        try:
            lines = files.read(entry.path, _MOST).data.decode("utf-8-sig").splitlines()
            pins = read_lock(lines, entry.path).pins
        except EvidenceError as error:
            notes.append(shown(str(error)))
            continue
        except UnicodeDecodeError:
            notes.append(f"{shown(entry.path)} is not UTF-8 and was not read")
            continue
        loose = [pin.name for pin in pins if pin.version is None]
        if pins and not loose:
            yield Document(entry.path, "lock", f"it pins {len(pins):,} packages")
        elif pins:
            notes.append(
                f"{shown(entry.path)} does not pin {len(loose):,} of {len(pins):,} packages, so it "
                "is no lock: pip freeze > requirements.lock"
            )
    unread = [entry.name for entry in entries if not entry.depth and entry.name in _UNREAD]
    notes += [f"{name} is not read as a lock: {_UNREAD[name]}" for name in unread]


def _lock_rank(entry: Entry) -> tuple[bool, int] | None:
    name = entry.name.lower()
    for rank, pattern in enumerate(_LOCKS):
        if re.fullmatch(pattern, name):
            return bool(_DEVELOPMENT & set(words(entry.stem))), rank
    return None


def _approvals(entries: list[Entry], version: str) -> Iterator[Document]:
    """Approvals, the one of the project's version first, then the newest."""
    suffixes = _MARKDOWN | {".yaml", ".yml"}
    found = [e for e in entries if e.suffix in suffixes and _APPROVALS & set(words(e.stem))]
    found = [e for e in found if "policy" not in words(e.stem)]
    found.sort(key=lambda entry: natural(entry.path), reverse=True)
    found.sort(key=lambda entry: (version not in entry.stem, entry.depth))
    for entry in found:
        yield Document(entry.path, "approval", "its name says approval")


def _sheets(entries: list[Entry]) -> Iterator[Document]:
    found = [e for e in entries if e.suffix in _MARKDOWN and _holds(e, _SHEETS)]
    for entry in sorted(found, key=lambda e: (e.depth, e.path)):
        yield Document(entry.path, "data_sheet", "its name says data sheet")
