"""A policy: which controls a release must satisfy, as written by its owner."""

from collections.abc import Mapping
from datetime import UTC, datetime
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field, JsonValue, Strict

from deploycheck.model.base import (
    Flag,
    Identifier,
    Instant,
    Noun,
    Number,
    RawText,
    Scalar,
    Text,
)

_ALWAYS = datetime(1, 1, 1, tzinfo=UTC)


class Severity(StrEnum):
    """How bad it is when the control does not hold."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"
    CRITICAL = "critical"


class Enforcement(StrEnum):
    """What a control that does not hold does to the release."""

    ADVISORY = "advisory"
    OVERRIDABLE = "overridable"
    MANDATORY = "mandatory"


class Kind(StrEnum):
    """How a measurement becomes a verdict (docs: how a verdict is reached)."""

    DEMONSTRATE = "demonstrate"
    DETECT = "detect"
    EXACT = "exact"


class Uncertain(StrEnum):
    """What INCONCLUSIVE does to the release."""

    BLOCK = "block"
    REVIEW = "review"


class Bound(Noun):
    """What one measure must satisfy, as written; ``min`` and ``max`` are inclusive."""

    min: Number | str | None = Field(None, description="Smallest allowed value, inclusive.")
    max: Number | str | None = Field(None, description="Largest allowed value, inclusive.")
    equals: Scalar | None = Field(None, description="The one allowed value.")
    one_of: tuple[Scalar, ...] | None = Field(None, description="The allowed values.")
    detect: Number | str | None = Field(
        None, description="The effect that must be found with 80 % power, for alarm families."
    )
    good: Number | str | None = Field(
        None,
        description="The value that a good model has; rows and power are planned for it. It "
        "decides nothing.",
    )


_Share = Annotated[float, Strict(), Field(gt=0, lt=1)]


class Assume(Noun):
    """What is assumed about the data when rows and power are planned; it decides nothing."""

    rate: _Share | None = Field(
        None,
        description="Share of hits over all groups, of the rate that is compared.",
    )
    positives: _Share | None = Field(None, description="Share of rows that are positive.")
    predicted: _Share | None = Field(None, description="Share of rows that are predicted positive.")
    discordant: _Share | None = Field(
        None, description="Share of rows on which only one of the two compared models is right."
    )
    sd: Annotated[float, Strict(), Field(gt=0, le=1e12)] | None = Field(
        None, description="Standard deviation of what is averaged, in its unit."
    )
    design_effect: Annotated[float, Strict(), Field(ge=1, le=1e6)] | None = Field(
        None,
        description="Rows that are worth one independent row, under weights or repeated entities.",
    )


class Decide(Noun):
    """How sure a verdict must be; what is left out is the check's own choice."""

    confidence: Annotated[float, Strict(), Field(gt=0.5, lt=1)] = Field(
        0.95, description="Level of each one-sided bound."
    )
    uncertain: Uncertain = Field(
        Uncertain.BLOCK, description="What an inconclusive control does to the release."
    )
    kind: Kind | None = Field(None, description="demonstrate, detect or exact.")
    correction: Literal["holm", "bh", "by"] = Field(
        "holm", description="How the alarms of a detect family are corrected."
    )
    sample: Literal["population", "random"] | None = Field(
        None,
        description="'population': the rows are all there is, so a rate is exact "
        "(data quality only); 'random': they stand for others.",
    )
    power: Annotated[float, Strict(), Field(ge=0.5, lt=1)] = Field(
        0.9,
        description="How often a model of the `good` value shall pass.",
    )
    assume: Assume = Field(
        default_factory=Assume, description="What is assumed when rows and power are planned."
    )


class Control(Noun):
    """One requirement: a check, its parameters, its bounds, and what failing it means."""

    id: Identifier = Field(description="Unique in the policy; the scalar as written.")
    title: Text = Field(description="What must hold, in one line.")
    check: str = Field(description="Id of the check that measures, such as fairness.impact_ratio.")
    with_: dict[str, JsonValue] = Field(
        default_factory=dict, alias="with", description="Parameters and data sets of the check."
    )
    require: dict[str, Bound] = Field(min_length=1, description="Bounds, by name of the measure.")
    decide: Decide = Field(default_factory=Decide, description="How a verdict is reached.")
    when: dict[str, Scalar] | None = Field(
        None, description="`release.<field>: present | absent | <value>` and `because`."
    )
    severity: Severity = Field(description="How bad it is when this does not hold.")
    enforcement: Enforcement | dict[Enforcement, Literal["now"] | Instant] = Field(
        description="advisory, overridable or mandatory, or a phase-in by date."
    )
    maps: dict[str, tuple[RawText, ...]] = Field(
        default_factory=dict, description="Clauses of regulations this is evidence for."
    )
    rationale: str = Field("", max_length=4000, description="Why the control exists.")
    remediation: str = Field("", max_length=4000, description="What to do when it does not hold.")

    @property
    def family(self) -> str:
        return self.check.partition(".")[0]

    def enforced_at(self, instant: datetime) -> Enforcement:
        """The enforcement in force at ``instant``; before the first phase, advisory."""
        if isinstance(self.enforcement, Enforcement):
            return self.enforcement
        begun = [
            (_ALWAYS if start == "now" else start, level)
            for level, start in self.enforcement.items()
            if start == "now" or start <= instant
        ]
        return max(begun, key=lambda pair: pair[0])[1] if begun else Enforcement.ADVISORY


class Valid(Noun):
    """When a policy is in force: from inclusive, until exclusive."""

    from_: Instant | None = Field(None, alias="from", description="In force from, inclusive.")
    until: Instant | None = Field(None, description="In force until, exclusive.")


InputType = Literal["columns", "column", "number", "integer", "text", "boolean"]


class InputDeclaration(Noun):
    """A value that the release or the command line may fill in."""

    type: InputType = Field(description="columns, column, number, integer, text or boolean.")
    required: Flag = Field(False, description="Whether a release must give a value.")
    default: JsonValue = Field(None, description="The value where nobody gives one.")
    min: Number | None = Field(None, description="Smallest allowed number, inclusive.")
    max: Number | None = Field(None, description="Largest allowed number, inclusive.")
    one_of: tuple[Scalar, ...] | None = Field(None, description="The allowed values.")
    doc: str = Field("", max_length=4000, description="What the value means.")


class AtLeast(Noun):
    """A floor under a policy, so that an emptied one cannot release."""

    controls: Annotated[int, Strict(), Field(ge=1)] | None = Field(
        None, description="How many controls must have been evaluated."
    )
    families: tuple[str, ...] = Field(
        (), description="Families of which at least one control must have been evaluated."
    )


class GateRules(Noun):
    """What the decision itself demands."""

    at_least: AtLeast = Field(default_factory=AtLeast, description="The floor of the policy.")


class Policy(Noun):
    """A named, versioned set of controls; it knows nothing of files."""

    policy: Identifier = Field(description="Id of the policy.")
    version: RawText = Field(description="Version, as written.")
    title: str = Field("", max_length=400, description="What the policy is for, in one line.")
    description: str = Field("", max_length=8000, description="What the policy is for.")
    owner: str = Field("", max_length=400, description="Who answers for the policy.")
    valid: Valid = Field(default_factory=Valid, description="When the policy is in force.")
    inputs: dict[str, InputDeclaration] = Field(
        default_factory=dict, description="Values that the release may fill in."
    )
    controls: tuple[Control, ...] = Field(description="What must hold.")
    gate: GateRules = Field(
        default_factory=GateRules, description="What the decision itself demands."
    )

    def by_id(self) -> Mapping[str, Control]:
        return {control.id: control for control in self.controls}
