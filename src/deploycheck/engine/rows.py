"""The measurements of a control as the rows of a table, in words."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

from deploycheck.engine.chart import Graph, Scale, graph, scales
from deploycheck.engine.counting import row_count
from deploycheck.engine.wording import bounded, limits, percent, plain, quantity, slice_text
from deploycheck.model.measurement import Interval, Measurement

MOST_NOTES = 20


@dataclass(frozen=True, slots=True)
class Row:
    """One measurement, in words."""

    part: str
    value: str
    low: str
    high: str
    n: str
    result: str
    how: str
    notes: tuple[str, ...]
    graph: Graph | None


@dataclass(frozen=True, slots=True)
class Group:
    """The rows of one measure.

    :param how: how the bounds of all rows were made, where one sentence says it; else the rows
        say it themselves.
    """

    name: str
    how: str
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of a control, by measure.

    :param charts: whether any row has a chart.
    :param more: measurements that are not listed.
    """

    groups: tuple[Group, ...] = ()
    charts: bool = False
    more: int = 0

    @property
    def size(self) -> int:
        """How many measurements it lists."""
        return sum(len(group.rows) for group in self.groups)


def table(
    measurements: Sequence[Measurement],
    required: Mapping[str, Mapping[str, Any]],
    charted: frozenset[str],
    more: int = 0,
) -> Table:
    """The table of ``measurements``.

    :param charted: measures that have a chart elsewhere, and so none in their rows.
    """
    drawn = scales([m for m in measurements if m.name not in charted], required)
    by_name: dict[str, list[Row]] = {}
    for m in measurements:
        row = _row(m, required.get(m.name, {}), drawn.get(m.name))
        by_name.setdefault(m.name, []).append(row)
    charts = any(row.graph is not None for rows in by_name.values() for row in rows)
    return Table(tuple(_group(*item) for item in by_name.items()), charts, more)


def _group(name: str, rows: Sequence[Row]) -> Group:
    found = {row.how for row in rows if row.how}
    if len(found) > 1:
        return Group(plain(name), "", tuple(rows))
    return Group(plain(name), "".join(found), tuple(replace(row, how="") for row in rows))


def _row(m: Measurement, required: Mapping[str, Any], scale: Scale | None) -> Row:
    bounds = limits(required)
    interval, notes = m.interval, [bounded(note) for note in m.details[:MOST_NOTES]]
    if len(m.details) > MOST_NOTES:
        notes.append(f"… and {len(m.details) - MOST_NOTES} more in decision.json")
    if m.simultaneous is not None:
        low, high = _ends(m.simultaneous, m.unit, bounds)
        each, both = _levels(m.simultaneous.each, m.simultaneous.together)
        notes.insert(0, f"all parts at once: {low} to {high}, each at {each}, both at once {both}")
    if m.pair is not None:
        first, second = (slice_text(part) for part in m.pair)
        notes.insert(0, f"{first} against {second}")
    if m.undefined is not None:
        value = "undefined" if m.value is None else "not assessed"
        notes.insert(0, bounded(m.undefined))
        if m.value is not None:
            notes.append(f"would have been {quantity(m.value, m.unit, bounds)}")
    else:
        value = quantity(m.value, m.unit, bounds)
    low, high = _ends(interval, m.unit, bounds) if interval is not None else ("", "")
    return Row(
        part=slice_text(m.slice, "all"),
        value=value,
        low=low,
        high=high,
        n=row_count(m),
        result=bounded(m.outcome.replace("_", " ")) if m.outcome else "not judged",
        how=_how(m),
        notes=tuple(notes),
        graph=graph(m, scale),
    )


def _how(m: Measurement) -> str:
    if m.interval is None:
        return "exact" if m.outcome is not None and m.undefined is None else ""
    each, both = _levels(m.interval.each, m.interval.together)
    return f"bounds: {bounded(m.interval.method)}, each at {each}, both at once {both}"


def _ends(interval: Interval, unit: str, bounds: Sequence[float]) -> tuple[str, str]:
    low, high = (
        "unbounded" if end is None else quantity(end, unit, bounds)
        for end in (interval.low, interval.high)
    )
    return low, high


@lru_cache(256)
def _levels(each: float, together: float) -> tuple[str, str]:
    return percent(each), percent(together)
