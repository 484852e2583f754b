"""A YAML file as values with their places. Hostile input becomes problems, never an exception."""

import hashlib
import os
import stat
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from deploycheck.engine.language.findings import EnoughError, Findings
from deploycheck.engine.language.marks import Branch, Mark, unpack
from deploycheck.engine.language.place import FORBIDDEN, Place, Source
from deploycheck.engine.language.tree import StopReadingError, Tree
from deploycheck.engine.problems import Problem

if TYPE_CHECKING:
    import yaml

__all__ = ["LARGEST_FILE", "Document", "Place", "parse", "read"]

LARGEST_FILE = 1 << 20


@dataclass(frozen=True, eq=False)
class Document:
    """One parsed YAML file.

    :param label: path of the file as messages show it.
    :param text: the text, without a byte order mark.
    :param digest: ``sha256:`` and the digest of the file's bytes.
    :param root: dicts, lists, text, booleans, None; numbers are ``Int`` and ``Float``, which
        keep how they were written in ``.raw``.
    :param refused: offsets, in order, of scalars whose mistake is told already.
    :param empty: whether some value is null.
    """

    label: str
    text: str
    digest: str
    root: Any
    source: Source
    mark: Mark
    refused: tuple[int, ...] = ()
    empty: bool = False

    def place(self, path: Sequence[str | int], *, key: bool = False) -> Place:
        """Where the value under ``path`` stands, or the nearest enclosing one that exists.

        :param key: the key instead of the value, where the last step is one.
        """
        return self.source.at(*self.span(path, key=key))

    def span(self, path: Sequence[str | int], *, key: bool = False) -> tuple[int, int]:
        """As :meth:`place`, as offsets into ``text``."""
        mark = self.mark
        key_span: int | None = None
        for step in path:
            inner = mark.child(step) if isinstance(mark, Branch) else None
            key_span = mark.keys.get(str(step)) if isinstance(mark, Branch) else None
            if inner is None:
                break
            mark = inner
        if key and key_span is not None:
            return unpack(key_span)
        return unpack(mark.span if isinstance(mark, Branch) else mark)


def read(path: Path, label: str, problems: list[Problem]) -> bytes | None:
    """The bytes of a policy or release file: a regular file of at most 1 MiB."""
    try:
        # Without O_NONBLOCK, opening a pipe would wait for somebody to write to it.
        descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0))
        with open(descriptor, "rb") as file:  # noqa: PTH123  # takes over the descriptor
            if not stat.S_ISREG(os.fstat(descriptor).st_mode):
                problems.append(Problem("DC001", "this is no regular file", Place(label)))
                return None
            data = file.read(LARGEST_FILE + 1)
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or "the path cannot be opened"
        problems.append(
            Problem("DC001", f"the file cannot be read: {why[0].lower()}{why[1:]}", Place(label))
        )
        return None
    return data if _fits(label, data, problems) else None


def _fits(label: str, data: bytes, problems: list[Problem]) -> bool:
    if len(data) > LARGEST_FILE:
        problems.append(
            Problem("DC001", "the file is larger than 1 MiB", Place(label), "split the policy")
        )
    return len(data) <= LARGEST_FILE


def parse(label: str, data: bytes, problems: list[Problem]) -> Document | None:
    """Parse one file; never raises on its content.

    All mistakes that can be found are appended to ``problems``. A document comes back where
    its structure is known, even when some of its scalars are refused, so that the caller can
    go on and find more; ``problems`` says whether it may be used.
    """
    if not _fits(label, data, problems):
        return None
    text = _decode(label, data, problems)
    if text is None:
        return None
    source = Source(label, text)
    tree = Tree(Findings(source, problems))
    try:
        if not _clean(tree.findings):
            return None
        _read(tree, text)
    except (EnoughError, StopReadingError):
        return None
    digest = f"sha256:{hashlib.sha256(data).hexdigest()}"
    refused = tuple(tree.refused)
    return Document(label, text, digest, tree.root, source, tree.mark, refused, tree.empty)


def _decode(label: str, data: bytes, problems: list[Problem]) -> str | None:
    try:
        return data.decode("utf-8").removeprefix("\ufeff")
    except UnicodeDecodeError as error:
        before = data[: error.start].decode("utf-8").removeprefix("\ufeff")
        source = Source(label, before + data[error.start :].decode("utf-8", errors="replace"))
        where = source.at(len(before), len(before) + 1)
        wide = data[:2] in {b"\xff\xfe", b"\xfe\xff"}
        hint = "the file is UTF-16; save it as UTF-8" if wide else "save the file as UTF-8"
        message = f"the byte 0x{data[error.start]:02X} is not UTF-8"
        problems.append(Problem("DC006", message, where, hint))
        return None


def _clean(findings: Findings) -> bool:
    """Whether the text holds no character that acts or hides; all that do are told."""
    for found in FORBIDDEN.finditer(findings.source.text):
        name = f"U+{ord(found[0]):04X}"
        hint = "it changes how the line reads" if ord(found[0]) >= 0x80 else ""
        findings.mark("DC006", f"the character {name} is forbidden", *found.span(), hint)
    return findings.count == 0


def _read(tree: Tree, text: str) -> None:
    import yaml

    from deploycheck.engine.language.syntax import in_plain_words

    try:
        tree.read(event_reader(text))
    except yaml.YAMLError as error:
        start, end, message, hint = in_plain_words(error, text)
        if start >= len(text.rstrip()):
            place = tree.findings.source.end()
        else:
            place = tree.findings.source.at(start, end)
        tree.findings.tell("DC002", message, place, hint)
        raise StopReadingError from error


def event_reader(text: str) -> Callable[[], "yaml.Event"]:
    """What gives the next YAML event of ``text``: libyaml, else PyYAML's own slower parser."""
    import yaml

    loader: Any = yaml.CSafeLoader if yaml.__with_libyaml__ else yaml.SafeLoader
    next_event: Callable[[], yaml.Event] = loader(text).get_event
    return next_event
