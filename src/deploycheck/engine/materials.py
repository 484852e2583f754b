"""What a run is made from, as bytes: read once, judged as read, and shipped to workers as read."""

import base64
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from deploycheck.engine.document import read
from deploycheck.engine.problems import PolicyError, Problem
from deploycheck.model.base import format_instant, parse_instant
from deploycheck.shipped import pack_name


@dataclass(frozen=True)
class Text:
    """One file as read.

    :param label: as messages name it, relative to where the command was given.
    :param place: relative to the release's folder, as reports name it.
    """

    label: str
    place: str
    data: bytes


@dataclass(frozen=True)
class Materials:
    """Everything that the plan is made from.

    :param folder: folder of the release; nothing outside it is read as an artefact.
    :param inputs: ``--input name=value`` as given.
    :param as_of: the one clock of the run, aware.
    :param known: descriptions of evidence from the process that planned first.
    :param vouched: digests of files by path, size and time stamps, which may vouch for them;
        ``None`` where only reading a file tells its digest, as for ``gate``.
    """

    folder: Path
    release: Text
    policies: tuple[Text, ...]
    inputs: Mapping[str, str]
    as_of: datetime
    front_end: str
    run: str
    known: dict[str, dict[str, Any]] = field(default_factory=dict)
    vouched: dict[str, str] | None = None

    def as_json(self) -> dict[str, Any]:
        """Plain data, for a worker on the other side of a pipe."""
        return {
            "folder": str(self.folder),
            "release": _pack(self.release),
            "policies": [_pack(text) for text in self.policies],
            "inputs": dict(self.inputs),
            "as_of": format_instant(self.as_of),
            "front_end": self.front_end,
            "run": self.run,
            "known": self.known,
            "vouched": self.vouched,
        }

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> "Materials":
        return cls(
            folder=Path(kept["folder"]),
            release=_unpack(kept["release"]),
            policies=tuple(_unpack(text) for text in kept["policies"]),
            inputs=kept["inputs"],
            as_of=parse_instant(kept["as_of"]),
            front_end=kept["front_end"],
            run=kept["run"],
            known=kept["known"],
            vouched=kept["vouched"],
        )


def gather(
    release: Path,
    policies: Sequence[Path],
    *,
    root: Path,
    inputs: Mapping[str, str],
    as_of: datetime,
    front_end: str,
    run: str,
) -> Materials:
    """Read the release and its policies.

    :param root: what labels in messages are relative to.
    :raises PolicyError: a file cannot be read; all of them are told.
    """
    problems: list[Problem] = []
    folder = release.absolute().parent
    texts = []
    for path in (release, *policies):
        # What ships with deploycheck has one name wherever it is installed.
        ready = pack_name(path.resolve())
        label = ready or _relative(path.absolute(), root)
        data = read(path, label, problems)
        texts.append(Text(label, ready or _relative(path.absolute(), folder), data or b""))
    if problems:
        raise PolicyError(problems)
    return Materials(folder, texts[0], tuple(texts[1:]), dict(inputs), as_of, front_end, run)


def _relative(path: Path, base: Path) -> str:
    return Path(os.path.relpath(path, base)).as_posix()


def _pack(text: Text) -> list[str]:
    return [text.label, text.place, base64.b64encode(text.data).decode("ascii")]


def _unpack(kept: Sequence[str]) -> Text:
    return Text(kept[0], kept[1], base64.b64decode(kept[2]))
