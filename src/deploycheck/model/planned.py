"""What was planned for a control before it was measured: rows, power, and what cannot pass."""

from pydantic import Field

from deploycheck.model.base import Noun


class PlannedMeasure(Noun):
    """Rows and power of one measure, from the policy and the number of rows alone."""

    name: str = Field(description="Name of the measure.")
    unit: str = Field("", description="Unit of `good` and `passable`.")
    required: str = Field(
        "", description="`at_least` or `at_most`, the side of its bound; empty where it has two."
    )
    good: float | None = Field(
        None, description="The value that a good model has, as the policy declares."
    )
    detect: float | None = Field(
        None, description="Of an alarm: the effect that must be found, as the policy declares."
    )
    rows: int | None = Field(
        None,
        description="Rows in all with which a model of the good value has the wanted power; of an "
        "alarm, with which its effect is found in 80 % of runs.",
    )
    per_group: int | None = Field(None, description="Of them, rows of each group.")
    groups: int | None = Field(None, description="Groups that are compared, or judged one by one.")
    n: int | None = Field(None, description="Rows that are given.")
    smallest: int | None = Field(None, description="Rows of the smallest group that is given.")
    power: float | None = Field(
        None, description="How often a model of the good value passes with the rows that are given."
    )
    found: float | None = Field(
        None,
        description="Of an alarm: how often its effect is found with the rows that are given.",
    )
    passable: float | None = Field(
        None,
        description="The value nearest to the bound that passes with the wanted power with the "
        "rows that are given.",
    )
    nothing_passes: bool = Field(
        False, description="Whether no value passes with the wanted power with these rows."
    )
    assumed: tuple[str, ...] = Field((), description="What was assumed beside the good value.")
    impossible: str = Field(
        "", description="Why nothing can pass with the rows that are given, whatever they show."
    )
    unplanned: str = Field("", description="Why something of it is not planned.")


class Planned(Noun):
    """What was planned for a control: nothing here is read off its outcome."""

    wanted: float = Field(description="The power that rows are planned for.")
    power: float | None = Field(
        None,
        description="How often a good model passes all of its measures with the rows that are "
        "given, if they are independent; null where one of them is not planned.",
    )
    power_low: float | None = Field(
        None, description="The same, however they depend on one another."
    )
    certain: bool = Field(
        False, description="Whether it compares facts about the rows, so that no power is needed."
    )
    measures: tuple[PlannedMeasure, ...] = Field((), description="One for each required measure.")

    @property
    def impossible(self) -> str:
        """Why the control cannot pass with the rows that are given; empty where it can."""
        return next((m.impossible for m in self.measures if m.impossible), "")
