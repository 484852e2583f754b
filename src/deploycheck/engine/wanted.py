"""Which reports are wanted, and where they go."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from deploycheck.authoring.errors import EvidenceError, NotYet
from deploycheck.authoring.files import Files
from deploycheck.authoring.globbing import is_pattern, matched
from deploycheck.authoring.reporter import Reporter
from deploycheck.engine.problems import did_you_mean
from deploycheck.engine.registry import Registry
from deploycheck.engine.step import Plan
from deploycheck.model.release import ModelArtefact

FOLDER = "deploycheck-reports"
USUAL = ("json", "html", "junit", "markdown")


class UnknownReport(Exception):
    """A report that nobody offers, or that would overwrite something."""


def wanted(
    registry: Registry, named: Mapping[str, str], out: str | None, base: Path
) -> list[tuple[Reporter, Path]]:
    """Reporters with the files they write.

    :param named: single files by name of the reporter.
    :param out: folder of the usual reports; without it they go to ``deploycheck-reports``, unless
        single files are named.
    :param base: what relative paths are relative to.
    :raises UnknownReport: with the names there are.
    """
    files: dict[str, Path] = {}
    if out is not None or not named:
        for name in USUAL:
            reporter = registry.reporter(name)
            if reporter is not None:
                files[name] = base / (out or FOLDER) / reporter.filename
    files |= {name: base / path for name, path in named.items()}
    places: dict[Path, str] = {}
    made = []
    for name, path in files.items():
        reporter = registry.reporter(name)
        if reporter is None:
            names = registry.reporter_names()
            hint = did_you_mean(name, names) or f"there are {', '.join(names)}"
            raise UnknownReport(f"there is no report --{name}; {hint}")
        if other := places.get(path.resolve()):
            raise UnknownReport(f"--{other} and --{name} would both write {path}")
        places[path.resolve()] = name
        made.append((reporter, path))
    return made


def _files(files: Files, path: str) -> tuple[str, ...]:
    """The file, or all that a pattern matches now."""
    try:
        return matched(files, path) if is_pattern(path) else (path,)
    except (EvidenceError, NotYet):
        return ()  # nothing can be read there, and the controls that need it say why


def refuse_overwriting(reports: Sequence[tuple[Reporter, Path]], plan: Plan) -> None:
    """Refuse a report in the place of what is judged.

    :raises UnknownReport: it would overwrite the release, a policy or an artefact.
    """
    folder, release = plan.materials.folder, plan.release
    judged = [plan.materials.release.place, *(text.place for text in plan.materials.policies)]
    for data in release.data.values():
        judged += _files(plan.store.files, data.path)
    judged += list(release.documents.values())
    for model in (release.model, release.champion and release.champion.model):
        if isinstance(model, ModelArtefact) and model.path:
            judged.append(model.path)
    taken = {(folder / name).resolve(): name for name in judged if "\0" not in name}
    for reporter, path in reports:
        place = path.resolve()
        # A model may be a folder, and every file in it is judged.
        if name := next((taken[p] for p in (place, *place.parents) if p in taken), None):
            raise UnknownReport(f"--{reporter.name} {path} would overwrite {name}, which is judged")
