"""Brings the digests of a release up to date, and changes nothing else in its text."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from deploycheck.authoring.errors import EvidenceError
from deploycheck.authoring.files import Files
from deploycheck.authoring.globbing import digest_of
from deploycheck.engine.document import parse, read
from deploycheck.engine.load import load_release
from deploycheck.engine.problems import PolicyError, Problem
from deploycheck.model.release import ModelArtefact, Release

__all__ = ["Change", "renewed"]

_Path = tuple[str | int, ...]


@dataclass(frozen=True)
class Change:
    """One digest that was brought up to date.

    :param where: in the release, such as ``data.test``.
    :param path: the file.
    """

    where: str
    path: str
    before: str
    after: str


def renewed(release: Path, folder: Path) -> tuple[bytes, tuple[Change, ...]]:
    """The release's text with the digests that its files have now, and what was changed.

    :param folder: of the release; its artefacts are in it.
    :raises PolicyError: the release has mistakes, or a file that it names cannot be read.
    """
    problems: list[Problem] = []
    data = read(release, release.name, problems)
    document = parse(release.name, data, problems) if data is not None else None
    loaded = load_release(document, problems) if document is not None else None
    if problems or document is None or loaded is None or data is None:
        raise PolicyError(problems)
    files = Files(folder)
    text, bom = document.text, data.startswith(b"\xef\xbb\xbf")
    changes: list[Change] = []
    for place, path, before in sorted(_declared(loaded), key=lambda d: -document.span(d[0])[0]):
        try:
            after = files.tree(path).digest if "model" in place else digest_of(files, path)
        except EvidenceError as error:
            problems.append(Problem("DC201", str(error), document.place(place)))
            continue
        start, end = document.span(place)
        if after != before and before not in text[start:end]:
            problems.append(
                Problem("DC009", f"{before} is an alias", document.place(place), "write it out")
            )
        elif after != before:
            text = text[:start] + text[start:end].replace(before, after) + text[end:]
            changes.append(Change(".".join(map(str, place[:-1])), path, before, after))
    if problems:
        raise PolicyError(problems)
    return (b"\xef\xbb\xbf" if bom else b"") + text.encode(), tuple(reversed(changes))


def _declared(release: Release) -> Iterator[tuple[_Path, str, str]]:
    """Every digest of the release: where it stands, of which file, and what it is."""
    for name, data in release.data.items():
        if data.digest is not None:
            yield ("data", name, "digest"), data.path, data.digest
    candidate = release.model if isinstance(release.model, ModelArtefact) else None
    champion = release.champion.model if release.champion is not None else None
    for model, place in ((candidate, ("model",)), (champion, ("champion", "model"))):
        if model is not None and model.digest is not None and model.path is not None:
            yield (*place, "digest"), model.path, model.digest
