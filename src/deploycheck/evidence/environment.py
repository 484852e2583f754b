"""The packages that a lock file pins, beside those that are installed."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, Self


@dataclass(frozen=True)
class Pin:
    """A package that the lock demands here.

    :param name: normalised: small letters, ``-`` between words.
    :param version: version as the lock writes it; ``None`` where the lock does not fix one.
    :param place: where in the lock, such as ``line 3``.
    :param why: what is demanded instead of a version, where none is fixed.
    """

    name: str
    version: str | None
    place: str = ""
    why: str = ""


@dataclass(frozen=True)
class Environment:
    """A lock and the environment of the running interpreter.

    :param path: lock file as the release names it.
    :param pins: in the order of the lock, those whose markers hold here.
    :param installed: version of each installed package, by normalised name.
    :param python: version of the running interpreter.
    :param requires_python: versions of Python that the lock is for; empty if it does not say.
    :param elsewhere: pins whose markers do not hold here.
    :param digest: changes with any of these.
    """

    subject: ClassVar[str] = "document"

    path: str
    pins: tuple[Pin, ...]
    installed: Mapping[str, str]
    python: str
    requires_python: str = ""
    elsewhere: int = 0
    digest: str = ""

    @classmethod
    def of(
        cls,
        pins: Mapping[str, str | None],
        installed: Mapping[str, str],
        *,
        python: str = "3.12.1",
        requires_python: str = "",
    ) -> Self:
        """One made of plain mappings, for the tests of checkers."""
        made = tuple(Pin(name, version) for name, version in pins.items())
        return cls("requirements.lock", made, dict(installed), python, requires_python)
