"""Documents that a release names: their text, and the facts that stand in them as YAML."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import Any

from deploycheck.authoring.collector import Source
from deploycheck.authoring.errors import EvidenceError

MOST_BYTES = 4 << 20
MOST_FACTS = 64 << 10
DEEPEST = 20
_MARKDOWN = {".md", ".markdown"}


@dataclass(frozen=True)
class Document:
    """A text file.

    :param path: as the release names it.
    :param lines: without their ends.
    :param digest: of the bytes of the file.
    """

    path: str
    lines: list[str] = field(repr=False)
    digest: str


def read_document(source: Source, name: str, most: int = MOST_BYTES) -> Document:
    """The document that the release calls ``name``.

    :param most: the most bytes it may have.
    :raises EvidenceError: the release names none, or the file is missing, too large, not UTF-8,
        or holds a NUL byte.
    """
    path = source.release.documents.get(name)
    if path is None:
        raise EvidenceError(
            f"the release names no document {name!r}",
            f"add `documents: {{{name}: …}}` to the release",
        )
    contents = source.files.read(path, most)
    try:
        text = contents.data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = contents.data.count(b"\n", 0, error.start) + 1
        raise EvidenceError(f"{path} is not UTF-8: line {line}", "convert it to UTF-8") from None
    if "\0" in text:
        raise EvidenceError(f"{path} holds a NUL byte", "write it as UTF-8 text")
    return Document(path, re.split(r"\r\n|\r|\n", text), contents.digest)


def front_matter(
    lines: list[str], path: str, *, as_written: bool = False
) -> tuple[Mapping[str, object], list[str]]:
    """The YAML between two lines ``---`` at the very start, and the lines after it.

    :param as_written: every value as the text that stands there, so that ``1.10`` stays ``1.10``.
    :raises EvidenceError: it has no end, is too long or deep, or is no mapping in YAML.
    """
    if not lines or lines[0].rstrip() != "---":
        return {}, lines
    where = f"the front matter of {path}"
    ends = (i for i, line in enumerate(lines[1:], 1) if line.rstrip() in {"---", "..."})
    end = next(ends, None)
    if end is None:
        raise _broken(where, "no line --- ends it")
    facts = _mapping("\n".join(lines[1:end]), where, 2, as_written=as_written)
    return facts, lines[end + 1 :]


def written_facts(document: Document) -> Mapping[str, object]:
    """The facts of a document, every value as the text that stands there.

    Of Markdown (a name that ends in ``.md``) it is the front matter, else the whole file in YAML.

    :raises EvidenceError: as :func:`front_matter`.
    """
    if PurePosixPath(document.path).suffix.lower() in _MARKDOWN:
        return front_matter(document.lines, document.path, as_written=True)[0]
    return _mapping("\n".join(document.lines), document.path, 1, as_written=True)


def _mapping(text: str, where: str, first: int, *, as_written: bool) -> Mapping[str, object]:
    if len(text) > MOST_FACTS:
        raise _broken(where, f"it is longer than {MOST_FACTS:,} characters")
    facts = _yaml(text, where, first, as_written=as_written)
    if facts is None or facts in ("", "~", "null"):
        facts = {}
    if not isinstance(facts, dict):
        raise _broken(where, "it is no mapping of names to values")
    return {str(key): value for key, value in facts.items()}


def _yaml(text: str, where: str, first: int, *, as_written: bool) -> Any:
    """One document in YAML, read with a safe loader.

    :param first: number of the first line of ``text``, for messages.
    """
    import yaml

    base: Any = yaml.BaseLoader if as_written else yaml.SafeLoader

    class Loader(base):  # type: ignore[misc]  # which of the two is known at run time
        """A loader that makes plain values alone; a repeated key is an error."""

        def construct_mapping(self, node: Any, deep: bool = False) -> dict[Any, Any]:
            seen: set[str] = set()
            for key, _ in node.value:
                if isinstance(key, yaml.ScalarNode) and key.value in seen:
                    raise yaml.MarkedYAMLError(
                        problem="a key stands twice", problem_mark=key.start_mark
                    )
                if isinstance(key, yaml.ScalarNode):
                    seen.add(key.value)
            made: dict[Any, Any] = super().construct_mapping(node, deep)
            return made

    try:
        _check_events(yaml.parse(text, Loader=Loader), where)
        return yaml.load(text, Loader=Loader)  # noqa: S506 - a subclass of a safe loader
    except yaml.MarkedYAMLError as error:
        line = getattr(error.problem_mark, "line", None)
        place = f"line {line + first}: " if line is not None else ""
        raise _broken(where, f"{place}{error.problem}") from None
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise _broken(where, str(error).splitlines()[0][:200]) from None


def _check_events(events: Iterable[Any], where: str) -> None:
    """Nothing deep and nothing that stands for something else: both grow without bound."""
    import yaml

    depth = 0
    for event in events:
        if isinstance(event, yaml.AliasEvent):
            raise _broken(where, "an alias; write the value out")
        depth += isinstance(event, yaml.CollectionStartEvent)
        depth -= isinstance(event, yaml.CollectionEndEvent)
        if depth > DEEPEST:
            raise _broken(where, f"it is nested deeper than {DEEPEST}")


def _broken(where: str, why: str) -> EvidenceError:
    fix = "mend the YAML between the --- lines" if where.startswith("the front") else "mend it"
    return EvidenceError(f"{where} cannot be read: {why}", fix)
