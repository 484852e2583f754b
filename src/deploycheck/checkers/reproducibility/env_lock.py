"""Checker ``reproducibility.env_lock``."""

from collections.abc import Iterator
from typing import Annotated

from pydantic import Field, StringConstraints

from deploycheck.authoring.checker import checker
from deploycheck.authoring.estimates import Count, Estimate, Undefined
from deploycheck.authoring.locks import normalised
from deploycheck.authoring.measure import Measure
from deploycheck.authoring.params import Params
from deploycheck.evidence.environment import Environment, Pin

SHOWN = 200
Package = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,199}$")]


class EnvLock(Params):
    ignore: tuple[Package, ...] = Field(
        (),
        max_length=1000,
        description="Packages that are not compared, such as the project itself.",
    )
    python_version: Annotated[str, StringConstraints(pattern=r"^3(\.[0-9]{1,3}){1,2}$")] | None = (
        Field(
            None,
            description="Version of Python that must run, such as 3.12 or 3.12.4, in quotes. What "
            "the lock itself demands is compared in any case.",
        )
    )


@checker(
    "reproducibility.env_lock",
    measures=[
        Measure(
            "mismatches",
            unit="count",
            better="lower",
            doc="Packages of the lock that are missing, of another version, or not pinned to one.",
        ),
        Measure(
            "unlocked_packages",
            unit="count",
            better="lower",
            doc="Installed packages that the lock does not name.",
        ),
    ],
    kind="exact",
)
def env_lock(params: EnvLock, lock: Environment) -> Iterator[Estimate]:
    """The running environment is the one that the lock file pins.

    Why: Another version of a library can give other numbers from the same model, and a result
    that was measured in an unknown environment cannot be measured again.

    Fix: Install from the lock (`pip install -r requirements.lock`, `uv sync --locked`), or lock
    anew and have the release checked again. Pin what the details call unpinned to one version.

    Definition: mismatches = #{pins that are not installed, or in a version that the pin does not
    allow by PEP 440} + #{entries of the lock without one version} + 1 if the interpreter's version
    is not the one that the lock or `python_version` demands. Names are compared as PEP 503 has it.
    Entries whose environment marker does not hold here are left out and counted in the details.
    Read are requirement files, with or without hashes, pylock.toml, uv.lock, poetry.lock and
    Pipfile.lock; of the last three the project's own dependencies, without extras and groups.
    The environment is that of the interpreter that runs deploycheck: install deploycheck beside
    the model's own packages. Hashes are not compared, since what is installed keeps none.

    Bounds: The counts are exact.

    Undefined: A lock without any pin locks nothing, and the control is inconclusive; so is an
    empty file. A lock with one package gives 0 or 1. A missing or malformed lock is an error.

    Cost: Linear in the lines of the lock and the number of installed packages.

    Source: SLSA v1.0, provenance: resolved dependencies; PEP 440, PEP 503, PEP 508, PEP 751.

    Example:
        check: reproducibility.env_lock
        with: {lock: lock, ignore: [pip, setuptools]}
        require: {mismatches: {max: 0}}
    """
    ignored = {normalised(name) for name in params.ignore}
    pins = [pin for pin in lock.pins if pin.name not in ignored]
    names = {pin.name for pin in lock.pins}
    extra = sorted(name for name in lock.installed if name not in names | ignored)
    if not pins:
        yield Undefined("mismatches", 0, "the lock pins nothing that is compared")
    else:
        faults = [*_python(params, lock), *(f for pin in pins if (f := _fault(pin, lock)))]
        details = _cut(faults)
        if lock.elsewhere:
            details.append(f"{lock.elsewhere:,} entries of the lock are for other environments")
        yield Count("mismatches", len(faults), of=len(pins), details=tuple(details))
    shown = _cut([f"{name} {lock.installed[name]}" for name in extra])
    yield Count("unlocked_packages", len(extra), of=len(lock.installed), details=tuple(shown))


def _cut(lines: list[str]) -> list[str]:
    more = len(lines) - SHOWN
    return [*lines[:SHOWN], *([f"and {more:,} more"] if more > 0 else [])]


def _python(params: EnvLock, lock: Environment) -> Iterator[str]:
    wanted = params.python_version
    if wanted is not None and lock.python.split(".")[: wanted.count(".") + 1] != wanted.split("."):
        yield f"python: {wanted} is demanded, {lock.python} runs"
    elif lock.requires_python and not _allows(lock.requires_python, lock.python):
        yield f"python: the lock is for {lock.requires_python[:80]}, {lock.python} runs"


def _fault(pin: Pin, lock: Environment) -> str:
    """What is wrong with a pin; empty where the environment has what it demands."""
    name = pin.name or "an entry without a name"
    where = f" ({pin.place})" if pin.place else ""
    if pin.version is None:
        return f"{name}{where}: not pinned: {pin.why or 'no version'}"
    found = lock.installed.get(pin.name)
    if found is None:
        return f"{name}{where}: {pin.version} is locked, none is installed"
    if not _same(pin.version, found):
        return f"{name}{where}: {pin.version} is locked, {found or 'no version'} is installed"
    return ""


def _same(locked: str, found: str) -> bool:
    return found == locked or (bool(found) and _allows(f"=={locked}", found))


def _allows(specifier: str, version: str) -> bool:
    """Whether a version is among those of a specifier; what cannot be compared is not."""
    from packaging.specifiers import InvalidSpecifier, SpecifierSet
    from packaging.version import InvalidVersion

    try:
        return SpecifierSet(specifier).contains(version, prereleases=True)
    except (InvalidSpecifier, InvalidVersion):
        return False
