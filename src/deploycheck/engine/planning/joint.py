"""What the controls of a policy can show together: a release needs all of them to pass."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from deploycheck.model.planned import Planned

WANTED = 0.9  # of the release of a good model, for which each control's share is said


@dataclass(frozen=True)
class Joint:
    """How often a good model passes all controls that are planned.

    :param controls: how many are planned with a power.
    :param independent: if controls are independent of one another.
    :param low: however they depend on one another (Fréchet's lower bound).
    :param high: however they depend on one another: the weakest control's.
    :param each: the power that each needs so that all pass in 90 % of runs, if independent.
    :param weakest: the control with the least power.
    :param impossible: controls that cannot pass with these rows, each with the reason.
    :param open: controls whose power is not known, for lack of a good value or of a model.
    """

    controls: int
    independent: float | None
    low: float | None
    high: float | None
    each: float | None
    weakest: str
    impossible: tuple[tuple[str, str], ...]
    open: tuple[str, ...]


def joint(planned: Mapping[str, Planned]) -> Joint:
    """The joint power of controls, by name; those that need no rows do not count."""
    powers = {
        name: (found.power, found.power_low or 0.0)
        for name, found in planned.items()
        if found.power is not None
    }
    impossible = tuple(
        (name, found.impossible) for name, found in planned.items() if found.impossible
    )
    left = tuple(
        name for name, found in planned.items() if found.power is None and not found.certain
    )
    if not powers:
        return Joint(0, None, None, None, None, "", impossible, left)
    count = len(powers)
    return Joint(
        controls=count,
        independent=_rounded(math.prod(power for power, _ in powers.values())),
        low=_rounded(max(0.0, 1 - sum(1 - low for _, low in powers.values()))),
        high=_rounded(min(power for power, _ in powers.values())),
        each=_rounded(WANTED ** (1 / count)),
        weakest=min(powers, key=lambda name: powers[name][0]),
        impossible=impossible,
        open=left,
    )


def _rounded(value: float) -> float:
    return float(f"{value:.4g}")


def as_json(found: Joint) -> dict[str, object]:
    """The joint power as plain data."""
    return {
        "controls": found.controls,
        "independent": found.independent,
        "low": found.low,
        "high": found.high,
        "wanted": WANTED,
        "each": found.each,
        "weakest": found.weakest or None,
        "impossible": [{"control": name, "why": why} for name, why in found.impossible],
        "not_planned": list(found.open),
    }


def sentences(found: Joint, most: int = 6, *, aim: bool = True) -> Sequence[str]:
    """What the policy can show with these rows, in sentences; nothing where nothing is planned.

    :param most: controls that are named.
    :param aim: whether to say what each control needs.
    """
    from deploycheck.engine.planning.words import share

    told: list[str] = []
    if found.impossible:
        names = ", ".join(name for name, _ in found.impossible[:most])
        more = len(found.impossible) - most
        names += f" and {more} more" if more > 0 else ""
        told.append(f"cannot release with these rows: {names} cannot pass, whatever they show")
    if found.independent is None or found.low is None:
        return told
    if found.controls == 1:
        text = f"a good model passes {found.weakest} in {share(found.independent)} of runs"
    else:
        text = (
            f"a good model passes all {found.controls} planned controls in "
            f"{share(found.independent)} of runs if they are independent, in at least "
            f"{share(found.low)} however they depend on one another; the weakest is {found.weakest}"
        )
    told.append(text)
    if aim and found.controls > 1 and found.each is not None:
        told.append(
            f"for {share(WANTED)} together, each needs {share(found.each)}: `decide: {{power: "
            f"{found.each:.3g}}}` plans the rows for that"
        )
    return told
