"""A measurement: one number with its uncertainty, made by the engine alone."""

from pydantic import Field

from deploycheck.model.base import Noun


class Interval(Noun):
    """Two one-sided bounds. ``None`` is unbounded on that side."""

    low: float | None = Field(description="Lower bound; null is unbounded.")
    high: float | None = Field(description="Upper bound; null is unbounded.")
    each: float = Field(description="Level of each bound alone.")
    together: float = Field(description="Level of both bounds as one interval.")
    method: str = Field(description="How the bounds were made.")


class Measurement(Noun):
    """What was measured for one name in one slice."""

    name: str = Field(description="Name of the measure.")
    value: float | int | str | None = Field(description="The estimate; null where undefined.")
    interval: Interval | None = Field(
        None,
        description="Bounds of this slice alone: all slices must clear theirs for a PASS. Of an "
        "extreme over groups, the side that can pass is the worst pair's, the side that can fail "
        "holds for all pairs at once.",
    )
    simultaneous: Interval | None = Field(
        None,
        description="Bounds that hold for everything the control judges at once: one beyond them "
        "is a FAIL. Null where they are those of the interval, and where p-values decide.",
    )
    n: float | int | None = Field(None, description="Denominator: rows behind the number.")
    n_effective: float | None = Field(
        None,
        description="How many independent rows the n rows are worth, under sampling weights or "
        "repeated entities; null where it is all of them.",
    )
    unit: str = Field("", description="Unit of value and bounds.")
    slice: dict[str, str] = Field(default_factory=dict, description="Part of the data.")
    pair: tuple[dict[str, str], dict[str, str]] | None = Field(
        None, description="The two groups that make an extreme, the higher one first."
    )
    details: tuple[str, ...] = Field((), description="Places and counts behind the number.")
    undefined: str | None = Field(None, description="Why there is no number.")
    context: bool = Field(False, description="Shown beside; no bound is held against it.")
    outcome: str | None = Field(
        None, description="What this one measurement gives; null where nothing is required."
    )
