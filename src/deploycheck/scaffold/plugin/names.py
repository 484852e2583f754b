"""Names for new checks: what is wrong with one, and what to write instead."""

import builtins
import keyword
import re
from collections.abc import Iterable, Mapping

from deploycheck.authoring.checker import ID
from deploycheck.authoring.measure import RANGES
from deploycheck.engine.language.place import visible

__all__ = ["WrongName", "check_id", "check_measure", "check_unit"]

LONGEST = 40  # characters of each part; files are called by them
_WORD = re.compile(r"[a-z][a-z0-9_]*")
# In which units the checks that are written can measure.
UNITS = ("probability", "score", "ratio", "number", "count", "rows")


class WrongName(ValueError):
    """A name that a new check cannot have; the message says what to write."""


def check_id(id: str, *, families: Iterable[str], taken: Mapping[str, str]) -> None:
    """Prove that a new check may be called ``id``.

    :param families: families of the built-in checks, and other words that name no family.
    :param taken: ids that are on offer, with who offers them.
    :raises WrongName: it may not.
    """
    shown = repr(visible(id[:80]))
    if ID.fullmatch(id) is None:
        raise WrongName(
            f"{shown} is no name of a check: write family.name in small letters, digits and "
            f"underscores, such as {_likely(id)}"
        )
    family, _, name = id.partition(".")
    if len(family) > LONGEST or len(name) > LONGEST:
        raise WrongName(f"{shown} is too long: write at most {LONGEST} characters on each side")
    if family in families:
        raise WrongName(
            f"the family {family!r} is deploycheck's own: write one of yours, such as acme.{name}"
        )
    if id in taken:
        raise WrongName(f"{id} is there already, brought by {taken[id]}: write another name")
    if keyword.iskeyword(name) or name in dir(builtins):
        raise WrongName(
            f"{name!r} is a word of Python's own, and the check is a function of that name: write "
            f"for example {family}.{name}_rate"
        )
    if name.startswith("test_") or name == "conftest":
        raise WrongName(f"{name!r} looks like a file of tests: write another name")


def check_measure(name: str) -> None:
    """Prove that a measure may have this name.

    :raises WrongName: it may not.
    """
    if _WORD.fullmatch(name) is None or len(name) > LONGEST:
        raise WrongName(
            f"{visible(name[:80])!r} is no name of a measure: write small letters, digits and "
            f"underscores, such as {_word(name) or 'error_rate'}"
        )


def check_unit(unit: str) -> None:
    """Prove that the check that is written can measure in this unit.

    :raises WrongName: it cannot.
    """
    if unit in UNITS:
        return
    known = f"one of: {', '.join(UNITS)}"
    if unit in RANGES:
        raise WrongName(
            f"the check that is written is a share or a count, which has no unit {unit!r}: take "
            f"{known}; then change the measure and the estimate together"
        )
    raise WrongName(f"there is no unit {visible(unit[:80])!r}: {known}")


def _likely(id: str) -> str:
    """A name that is allowed, as near as possible to one that is not."""
    parts = [word for part in id.split(".") if (word := _word(part))]
    if not parts or parts == ["acme"]:
        return "acme.capped_values"
    return f"{parts[0]}.{'_'.join(parts[1:])}" if len(parts) > 1 else f"acme.{parts[0]}"


def _word(text: str) -> str:
    spaced = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", text[:LONGEST])
    return re.sub(r"[^a-z0-9]+", "_", spaced.lower()).strip("_").lstrip("0123456789_")[:LONGEST]
