"""The floor of a policy, ``gate.at_least``, held against the controls that it has."""

from collections.abc import Iterator

from deploycheck.engine.load import LoadedPolicy
from deploycheck.engine.problems import Problem, did_you_mean
from deploycheck.model.policy import Control, Enforcement


def unreachable(policy: LoadedPolicy) -> Iterator[Problem]:
    """What the policy demands of itself and can never have: every release would be blocked.

    Told of a policy whose controls are all sound; of another it would only follow.
    """
    written = policy.document.root.get("controls")
    whole = isinstance(written, list) and len(written) == len(policy.policy.controls)
    if not whole or not all(loaded.sound for loaded in policy.controls):
        return
    enforced = [control for control in policy.policy.controls if _ever_enforced(control)]
    floor, path = policy.policy.gate.at_least, ("gate", "at_least")
    if floor.controls is not None and floor.controls > len(enforced):
        yield Problem(
            "DC017",
            f"at least {floor.controls:,} enforced controls can never be measured; "
            f"the policy has {len(enforced):,}",
            policy.document.place((*path, "controls")),
        )
    families = {control.family for control in enforced}
    for at, family in enumerate(floor.families):
        if family not in families:
            yield Problem(
                "DC017",
                f"no enforced control of {family!r} can ever be measured; the policy has none",
                policy.document.place((*path, "families", at)),
                did_you_mean(family, families),
            )


def _ever_enforced(control: Control) -> bool:
    """Whether the control stands against a release now or at some later time."""
    level = control.enforcement
    if isinstance(level, Enforcement):
        return level is not Enforcement.ADVISORY
    return any(phase is not Enforcement.ADVISORY for phase in level)
