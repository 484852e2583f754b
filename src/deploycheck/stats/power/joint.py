"""The power of a whole policy: a release needs every control to pass at once."""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from math import prod

from deploycheck.stats.bounds import as_number


@dataclass(frozen=True)
class Joint:
    """The probability that all controls pass: if independent, and between which it must lie.

    ``low`` and ``high`` are Fréchet's bounds where nothing is known of how controls that share rows
    hang together.
    """

    independent: float
    low: float
    high: float


def joint_power(powers: Sequence[float], blocks: Sequence[Hashable] | None = None) -> Joint:
    """The probability that all controls with these powers pass.

    ``blocks`` has one key a control: controls with the same key share rows, those with different
    keys do not and are independent. Within a block the probability of all lies between
    1 − Σ (1 − power), at least 0, and the smallest power (Fréchet 1951); blocks multiply. By
    default all controls share rows. No controls pass with certainty. Raises ValueError for a power
    outside [0, 1] and for lists of different length.
    """
    chances = [_chance(power) for power in powers]
    keys = [None] * len(chances) if blocks is None else list(blocks)
    if len(keys) != len(chances):
        raise ValueError("there must be one block for each power")
    members: dict[Hashable, list[float]] = {}
    for key, chance in zip(keys, chances, strict=True):
        members.setdefault(key, []).append(chance)
    together = members.values()
    return Joint(
        independent=prod(chances),
        low=prod(max(0.0, 1 - sum(1 - chance for chance in block)) for block in together),
        high=prod(min(block) for block in together),
    )


def each_for_joint(joint: float, controls: int, *, dependent: bool = False) -> float:
    """The power that each of so many controls needs for a joint power.

    The root for independent controls; for dependent ones, whatever their dependence, 1 less the
    part of each in the failures allowed (Bonferroni): 0.9913 and 0.9917 for 0.9 and 12.
    """
    wanted = as_number(joint, "joint")
    if not 0 < wanted < 1:
        raise ValueError(f"joint must lie between 0 and 1, not {wanted}")
    if controls < 1:
        raise ValueError("there must be at least one control")
    return 1 - (1 - wanted) / controls if dependent else float(wanted ** (1 / controls))


def _chance(power: float) -> float:
    number = as_number(power, "a power")
    if not 0 <= number <= 1:
        raise ValueError(f"a power must lie between 0 and 1, not {number}")
    return number
