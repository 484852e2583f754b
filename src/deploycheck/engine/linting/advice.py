"""What a policy may do and seldom means: each piece of advice with its name, and none an error."""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta

from deploycheck.engine.load import LoadedPolicy
from deploycheck.engine.problems import Problem
from deploycheck.model.base import format_instant
from deploycheck.model.policy import Control, Enforcement

ADVICE: Mapping[str, str] = {
    "lint:owner": "Nobody is named who answers for the policy.",
    "lint:expired": "The policy is not in force, so that a gate with it ends with an error.",
    "lint:expires": "The policy expires within 30 days.",
    "lint:advisory": "No control is ever enforced; such a policy alone releases nothing.",
    "lint:floor": "The policy has no floor, so that nobody notices controls that were taken out.",
    "lint:rationale": "A control does not say why it exists.",
}
_SOON = timedelta(days=30)


def advice(loaded: LoadedPolicy, as_of: datetime) -> Iterator[Problem]:
    """Every warning about a policy, each once at its place.

    :param as_of: the clock, aware.
    """
    policy, document = loaded.policy, loaded.document
    name = ("policy",)
    if not policy.owner.strip():
        yield Problem(
            "lint:owner",
            "nobody answers for this policy",
            document.place(name),
            "add owner: a person or a team",
        )
    yield from _in_force(loaded, as_of)
    controls = [found.control for found in loaded.controls if found.sound]
    whole = len(controls) == len(loaded.controls)
    if controls and whole and all(_advisory(control) for control in controls):
        yield Problem(
            "lint:advisory",
            "every control is advisory, so this policy alone releases nothing",
            document.place(("controls",), key=True),
            "enforce one, or phase it in",
        )
    floor = policy.gate.at_least
    if floor.controls is None and not floor.families:
        yield Problem(
            "lint:floor",
            "nobody would notice controls that are taken out of this policy",
            document.place(("gate",), key=True) if "gate" in document.root
            else document.place(name),
            f"add gate: {{at_least: {{controls: {max(len(loaded.controls), 1)}}}}}",
        )  # fmt: skip
    for found in loaded.controls:
        if found.sound and not found.control.rationale.strip():
            yield Problem(
                "lint:rationale",
                f"control {found.control.id} does not say why it exists",
                document.place((*found.path, "id")),
                _missing(found.control),
            )


def _missing(control: Control) -> str:
    return "add rationale" if control.remediation.strip() else "add rationale, and remediation"


def _advisory(control: Control) -> bool:
    level = control.enforcement
    if isinstance(level, Enforcement):
        return level is Enforcement.ADVISORY
    return all(phase is Enforcement.ADVISORY for phase in level)


def _in_force(loaded: LoadedPolicy, as_of: datetime) -> Iterator[Problem]:
    valid, document = loaded.policy.valid, loaded.document
    now = format_instant(as_of)
    if valid.from_ is not None and as_of < valid.from_:
        told = f"this policy is in force from {format_instant(valid.from_)}; it is {now}"
        yield Problem("lint:expired", told, document.place(("valid", "from")))
    if valid.until is None:
        return
    until, place = format_instant(valid.until), document.place(("valid", "until"))
    if as_of >= valid.until:
        yield Problem("lint:expired", f"this policy expired at {until}; it is {now}", place)
    elif valid.until - as_of <= _SOON:
        days = (valid.until - as_of).days
        left = f"{days} day{'' if days == 1 else 's'}" if days else "less than a day"
        yield Problem("lint:expires", f"this policy expires at {until}, in {left}", place)
