"""The planned power of a run as plain text, for ``deploycheck plan``."""

from collections.abc import Collection, Iterator, Mapping, Sequence

from deploycheck.engine.planning.joint import joint, sentences
from deploycheck.engine.planning.words import HEAD, line, silent, unplanned
from deploycheck.engine.wording import bounded
from deploycheck.model.planned import Planned

_CONTROL, _MEASURE, _LEAST = 24, 32, 10  # characters of names
_WIDTH = 100
_MOST_NAMES = 12


def lines(planned: Mapping[str, Planned], enforced: Collection[str]) -> list[str]:
    """A table of what is planned, what is not and why, and the power of all of it together.

    :param planned: by the name that controls are told by.
    :param enforced: names of the controls that a release needs.
    """
    rows = list(_rows(planned))
    made: list[str] = []
    if rows:
        widths = _widths([HEAD, *(cells for cells, _ in rows)])
        made.append(_row(HEAD, widths))
        for cells, notes in rows:
            made.append(_row(cells, widths))
            indent = " " * (widths[0] + 2)
            for note in notes:
                made += _wrapped(note, indent)
        made.append("")
    for reason, names in unplanned(list(planned.items())):
        made += _wrapped(f"not planned, {reason}: {_names(names)}", "  ", first="")
    whole = joint({name: found for name, found in planned.items() if name in enforced})
    for text in sentences(whole):
        made += _wrapped(text, "  ", first="")
    return made


def _widths(rows: Sequence[tuple[str, ...]]) -> list[int]:
    """The width of each column; names are cut where the table would be too wide."""
    widths = [max(len(cells[i]) for cells in rows) for i in range(len(HEAD))]
    excess = sum(widths) + 2 * (len(widths) - 1) - _WIDTH
    for column in (1, 0):
        cut = min(max(0, excess), max(0, widths[column] - _LEAST))
        widths[column] -= cut
        excess -= cut
    return widths


def _rows(planned: Mapping[str, Planned]) -> Iterator[tuple[tuple[str, ...], tuple[str, ...]]]:
    for name, found in planned.items():
        for m in found.measures:
            if silent(m):
                continue
            told = line(m)
            cells = (bounded(name, _CONTROL), bounded(told.measure, _MEASURE), *told.cells[1:])
            yield cells, told.notes


def _row(cells: Sequence[str], widths: Sequence[int]) -> str:
    shown = (bounded(cell, width).ljust(width) for cell, width in zip(cells, widths, strict=True))
    return "  ".join(shown).rstrip()


def _names(names: Sequence[str]) -> str:
    more = f" and {len(names) - _MOST_NAMES} more" if len(names) > _MOST_NAMES else ""
    return ", ".join(bounded(name, _CONTROL) for name in names[:_MOST_NAMES]) + more


def _wrapped(text: str, indent: str, first: str | None = None) -> list[str]:
    from textwrap import wrap

    start = indent if first is None else first
    return wrap(text, _WIDTH, initial_indent=start, subsequent_indent=indent) or [""]
