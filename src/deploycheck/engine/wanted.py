"""Which reports are wanted, and where they go."""

from collections.abc import Mapping
from pathlib import Path

from deploycheck.authoring.reporter import Reporter
from deploycheck.engine.problems import did_you_mean
from deploycheck.engine.registry import Registry

FOLDER = "deploycheck-reports"
USUAL = ("json", "html", "junit", "markdown")


class UnknownReport(Exception):
    """Nobody offers a report of that name."""


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
    made = []
    for name, path in files.items():
        reporter = registry.reporter(name)
        if reporter is None:
            names = registry.reporter_names()
            hint = did_you_mean(name, names) or f"there are {', '.join(names)}"
            raise UnknownReport(f"there is no report --{name}; {hint}")
        made.append((reporter, path))
    return made
