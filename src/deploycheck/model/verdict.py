"""A verdict: what became of one control."""

from enum import StrEnum

from pydantic import Field, JsonValue

from deploycheck.model.base import Noun
from deploycheck.model.measurement import Measurement
from deploycheck.model.planned import Planned
from deploycheck.model.policy import Enforcement, Kind, Severity


class Outcome(StrEnum):
    """The seven things that can become of a control."""

    PASS = "PASS"
    WAIVED = "WAIVED"
    NOT_APPLICABLE = "NOT_APPLICABLE"
    FAIL = "FAIL"
    INCONCLUSIVE = "INCONCLUSIVE"
    ERROR = "ERROR"
    NOT_EVALUATED = "NOT_EVALUATED"


class Effect(StrEnum):
    """What a verdict does to the release; the worst one is the decision."""

    RELEASE = "RELEASE"
    REVIEW = "REVIEW"
    BLOCK = "BLOCK"


class EvidenceUsed(Noun):
    """Which evidence a control was judged on."""

    argument: str = Field(description="Name under which the check took it.")
    type: str = Field(description="Type of evidence.")
    subject: str = Field(description="Data set, model or document it was made from.")
    digest: str | None = Field(description="Digest of what it was made from.")


class Verdict(Noun):
    """Everything a reader needs about one control, with or without measurements."""

    policy: str = Field(description="Id of the policy.")
    control: str = Field(description="Id of the control.")
    title: str = Field(description="What must hold.")
    check: str = Field(description="Id of the check that measured.")
    outcome: Outcome = Field(description="What became of the control.")
    effect: Effect = Field(description="What that does to the release.")
    enforcement: Enforcement = Field(description="Enforcement in force at the run's clock.")
    severity: Severity = Field(description="How bad it is when this does not hold.")
    kind: Kind | None = Field(description="How the verdict was reached.")
    confidence: float | None = Field(description="Level of each one-sided bound.")
    maps: dict[str, tuple[str, ...]] = Field(default_factory=dict, description="Clauses.")
    rationale: str = Field("", description="Why the control exists.")
    remediation: str = Field("", description="What to do when it does not hold.")
    why: str = Field("", description="Why the check matters, from its own page.")
    fix: str = Field("", description="How what it finds is mended, from its own page.")
    location: str = Field(description="Where the control is written: file:line.")
    parameters: dict[str, JsonValue] = Field(default_factory=dict, description="Parameters used.")
    requirement: dict[str, dict[str, JsonValue]] = Field(
        default_factory=dict, description="Bounds, in the unit of the measure."
    )
    reason: str = Field(description="One sentence for a person.")
    code: str | None = Field(None, description="Code of what went wrong, for `explain`.")
    measurements: tuple[Measurement, ...] = Field((), description="What was measured.")
    planned: Planned | None = Field(
        None,
        description="Rows and power as planned beforehand; null where the policy declares no good "
        "value.",
    )
    evidence: tuple[EvidenceUsed, ...] = Field((), description="What it was measured on.")
    figures: tuple[JsonValue, ...] = Field((), description="Figure data.")
    waiver: JsonValue = Field(None, description="The waiver in force, if any.")
