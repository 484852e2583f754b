"""A decision: what becomes of the release, with one verdict for every planned control."""

from typing import Literal

from pydantic import Field, JsonValue

from deploycheck.model.base import Instant, Noun
from deploycheck.model.verdict import Effect, Verdict

SCHEMA: Literal["deploycheck/decision/1"] = "deploycheck/decision/1"


class InputUsed(Noun):
    """One input of a policy and where its value came from."""

    value: JsonValue = Field(description="The value in force.")
    origin: Literal["default", "release", "command line"] = Field(description="Who gave the value.")
    default: JsonValue = Field(
        None, description="The policy's own value, where another one is in force; else null."
    )


class PolicyUsed(Noun):
    """Which policy was in force."""

    id: str = Field(description="Id of the policy.")
    version: str = Field(description="Version of the policy.")
    title: str = Field("", description="What the policy is for.")
    owner: str = Field("", description="Who answers for it.")
    path: str = Field(description="File, relative to the root of the run.")
    digest: str = Field(description="sha256 of the file.")
    inputs: dict[str, InputUsed] = Field(default_factory=dict, description="Inputs in force.")
    deviations: tuple[JsonValue, ...] = Field((), description="Deviations from parents.")


class ReleaseUsed(Noun):
    """What exactly was judged."""

    name: str = Field(description="Name of the release.")
    version: str = Field(description="Version of the release.")
    owner: str = Field("", description="Who answers for it.")
    path: str = Field("", description="Name of the release file.")
    digest: str = Field(description="sha256 of the release file.")
    digests: dict[str, str | None] = Field(
        default_factory=dict,
        description="sha256 of each artefact; null where it could not be read.",
    )


class Counts(Noun):
    """How many controls came to what; they add up to ``planned``."""

    planned: int = 0
    passed: int = Field(0, alias="pass")
    waived: int = 0
    not_applicable: int = 0
    fail: int = 0
    inconclusive: int = 0
    error: int = 0
    not_evaluated: int = 0


class PluginUsed(Noun):
    """A plugin that took part."""

    name: str
    version: str
    digest: str | None = None
    trusted: bool = True


class RunFacts(Noun):
    """What belongs to this run alone; everything else of a decision is canonical."""

    id: str = Field(description="Name of the run's record.")
    as_of: Instant = Field(description="The one clock of the run.")
    front_end: str = Field(description="gate or pytest.")
    seconds: dict[str, float] = Field(default_factory=dict, description="Time spent, by stage.")
    deploycheck: str = Field(description="Version of deploycheck.")
    plugins: tuple[PluginUsed, ...] = ()
    python: str = ""
    platform: str = ""
    git: dict[str, JsonValue] = Field(default_factory=dict)
    isolation: str = Field("", description="How the engine was kept apart from the candidate.")
    plan_digest: str = Field("", description="sha256 of the recorded plan.")
    digest: str = Field("", description="sha256 of the canonical decision (all but `run`).")
    notes: tuple[str, ...] = Field((), description="What a reader of the run should know.")


class Decision(Noun):
    """The whole answer. Every report is made from it."""

    schema_: Literal["deploycheck/decision/1"] = Field(SCHEMA, alias="schema")
    decision: Effect = Field(description="RELEASE, REVIEW or BLOCK.")
    reasons: tuple[str, ...] = Field((), description="Why it is not RELEASE, in sentences.")
    policies: tuple[PolicyUsed, ...] = Field(description="Policies in force.")
    release: ReleaseUsed = Field(description="What was judged.")
    counts: Counts = Field(description="How many controls came to what.")
    verdicts: tuple[Verdict, ...] = Field(description="One for every planned control.")
    run: RunFacts = Field(description="Facts of this run; not canonical.")
