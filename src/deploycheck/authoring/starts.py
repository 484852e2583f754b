"""What checkers on timings share: the median over process starts, and when there are too few.

Requests of one process share its memory layout, its caches and the moment, so a thousand of them
say little about the next start. The starts are the independent draws.
"""

from collections.abc import Sequence

from deploycheck.authoring.estimates import Quantile, Undefined
from deploycheck.evidence.timings import Timings

FEWEST = 10


def over_starts(name: str, values: Sequence[float], told: tuple[str, ...]) -> Quantile | Undefined:
    """The median over the starts of one number of each; undefined for fewer than ten.

    :param values: one of each process start.
    :param told: details for the reader.
    """
    if len(values) < FEWEST:
        return Undefined(
            name,
            len(values),
            f"{counted(len(values), 'start')} of the process where a bound needs {FEWEST}; "
            f"set `starts: {FEWEST}`",
            details=told,
        )
    return Quantile(name, tuple(map(float, values)), 0.5, details=told)


def circumstances(timings: Timings) -> tuple[str, ...]:
    """Under what the times were taken, for the reader."""
    said = [f"{counted(len(timings.starts), 'start')} of the process"]
    if timings.cpus is not None:
        said.append(counted(timings.cpus, "CPU"))
    if timings.isolation:
        said.append(timings.isolation)
    return (", ".join(said),)


def counted(number: int, what: str) -> str:
    """``1 start``, ``2 starts``, ``1,000 starts``."""
    return f"{number:,} {what}" + ("" if number == 1 else "s")
