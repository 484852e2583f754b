"""Worlds in which nothing is wrong: rows drawn again from the user's own.

The data at hand are taken as the whole population. A control that holds in it is right in every
sample drawn from it, so each FAIL there is a false one. Entities are drawn whole, and every row or
entity that is drawn twice counts as two.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from deploycheck.engine.step import Step
from deploycheck.model.verdict import Verdict
from deploycheck.selftest.world import World

if TYPE_CHECKING:
    import numpy as np
    import polars as pl
    from numpy.typing import NDArray


def drawn_again(world: World, random: np.random.Generator) -> World:
    """Every data set drawn anew from its own rows, with replacement, each of its old size."""
    for name, frame in world.frames.items():
        world = world.with_frame(name, _drawn(frame, frame.height, _entity(world, frame), random))
    return world


def without_drift(
    world: World, pairs: Iterable[tuple[str, str]], random: np.random.Generator
) -> World:
    """As :func:`drawn_again`, and what is compared with a reference is drawn from it too.

    :param pairs: names of reference and current data set.
    """
    made = drawn_again(world, random)
    for reference, current in pairs:
        source, size = world.frames[reference], world.frames[current].height
        made = made.with_frame(current, _drawn(source, size, _entity(world, source), random))
    return made


def compared(steps: Iterable[Step]) -> dict[str, tuple[str, str]]:
    """Reference and current data set of each control that compares two, by its key."""
    found = {}
    for step in steps:
        subjects = {b.argument: b.need.subject for b in step.bound.bindings}
        if {"reference", "current"} <= subjects.keys():
            found[step.key] = (subjects["reference"], subjects["current"])
    return found


def holds(verdict: Verdict) -> bool:
    """Whether every number that is required lies on the safe side in the data themselves."""
    judged = [m for m in verdict.measurements if m.outcome is not None]
    return bool(judged) and all(
        isinstance(m.value, int | float) and _within(m.value, verdict.requirement.get(m.name, {}))
        for m in judged
    )


def _within(value: float, bounds: Mapping[str, object]) -> bool:
    low, high = bounds.get("min"), bounds.get("max")
    above = not isinstance(low, int | float) or value >= low
    return above and (not isinstance(high, int | float) or value <= high)


def _entity(world: World, frame: pl.DataFrame) -> str | None:
    """The column that says which entity a row is about, where the data set has it."""
    name = (world.release.get("columns") or {}).get("id")
    return name if isinstance(name, str) and name in frame.columns else None


def _drawn(
    frame: pl.DataFrame, size: int, entity: str | None, random: np.random.Generator
) -> pl.DataFrame:
    """``size`` rows (or as many entities as make about as many) with new ids of the same kind."""
    import numpy as np
    import polars as pl

    if not frame.height:
        return frame
    if entity is None:
        return frame[random.integers(0, frame.height, size)]
    codes = frame[entity].rank("dense").fill_null(0).to_numpy().astype(np.int64)
    rows, new = _entities(codes, size, random)
    kind = frame.schema[entity]
    ids = pl.Series(entity, new)
    text = ids.cast(pl.String) if not kind.is_numeric() else ids.cast(kind, strict=False)
    return frame[rows].with_columns(text.alias(entity))


def _entities(
    codes: NDArray[np.int64], size: int, random: np.random.Generator
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Rows of entities drawn with replacement, and a new number for each entity drawn."""
    import numpy as np

    order = np.argsort(codes, kind="stable")
    _, starts, counts = np.unique(codes[order], return_index=True, return_counts=True)
    picked = random.integers(0, len(starts), max(1, round(size * len(starts) / len(codes))))
    lengths = counts[picked]
    ends = np.cumsum(lengths)
    within = np.arange(ends[-1]) - np.repeat(ends - lengths, lengths)
    rows = order[np.repeat(starts[picked], lengths) + within]
    return rows, np.repeat(np.arange(1, len(picked) + 1), lengths)
