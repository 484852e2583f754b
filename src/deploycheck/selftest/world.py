"""A release whose data are held in memory, so that variations of it can be written and judged."""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from deploycheck.authoring.collector import Source
from deploycheck.authoring.tabular import rows_of
from deploycheck.engine.step import Plan
from deploycheck.model.release import ModelArtefact, Release

if TYPE_CHECKING:
    import polars as pl

RELEASE = "release.yaml"


@dataclass(frozen=True)
class World:
    """A release as it is, or with something changed in its data or its model.

    :param release: the release file as plain data, its data sets named by ``frames``.
    :param frames: rows of each data set, binned and narrowed as the release says.
    :param home: folder of the release, for everything that is not data.
    :param files: files that a change adds to the release's folder, by name.
    """

    release: Mapping[str, Any]
    frames: Mapping[str, pl.DataFrame] = field(repr=False)
    home: Path
    files: Mapping[str, bytes] = field(default_factory=dict, repr=False)

    def with_frame(self, name: str, frame: pl.DataFrame) -> World:
        """The same release with other rows in one data set."""
        return replace(self, frames={**self.frames, name: frame})

    def with_model(self, model: Mapping[str, Any], files: Mapping[str, bytes]) -> World:
        """The same release with another model."""
        return replace(self, release={**self.release, "model": dict(model)}, files=files)

    def write(self, folder: Path) -> None:
        """Write the release with its data into an empty folder; the rest is linked or copied.

        :raises OSError: the folder cannot be written.
        """
        data = {}
        for name, frame in self.frames.items():
            kept = {k: v for k, v in self.release["data"][name].items() if k == "time"}
            data[name] = {"path": f"{name}.parquet", **kept}
            frame.write_parquet(folder / f"{name}.parquet", compression="uncompressed")
        release = {**self.release, **({"data": data} if data else {})}
        (folder / RELEASE).write_text(json.dumps(release), encoding="utf-8")
        taken = {RELEASE, *(f"{name}.parquet" for name in self.frames), *self.files}
        for entry in self.home.iterdir():
            if entry.name not in taken and not entry.name.startswith("."):
                _share(entry, folder / entry.name)
        for name, content in self.files.items():
            (folder / name).write_bytes(content)


def world_of(plan: Plan, document: Mapping[str, Any]) -> World:
    """The release of a plan with its data read.

    :param document: the release file as plain data.
    :raises EvidenceError: a data set cannot be read.
    """
    release, files = plan.release, plan.store.files
    frames = {name: rows_of(Source(release, name, files)).frame.collect() for name in release.data}
    return World(_plain(document, release), frames, plan.materials.folder)


def _plain(document: Mapping[str, Any], release: Release) -> dict[str, Any]:
    """The release file without digests of what will be written anew."""
    made = json.loads(json.dumps(document, default=str))
    for data in made.get("data", {}).values():
        data.pop("digest", None)
    if isinstance(release.model, ModelArtefact) and isinstance(made.get("model"), dict):
        made["model"].pop("digest", None)
    return dict(made)


def _share(entry: Path, target: Path) -> None:
    """What is not data is the same file or folder, linked where the release may not be left."""
    if entry.is_symlink():
        return  # a release's files do not lie behind links
    if entry.is_dir():
        shutil.copytree(entry, target, symlinks=True, ignore=shutil.ignore_patterns(".*"))
        return
    try:
        target.hardlink_to(entry)
    except OSError:
        shutil.copy2(entry, target)
