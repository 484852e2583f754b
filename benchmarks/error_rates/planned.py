"""Rows as the product plans them, for the tables that must keep what a plan promises."""

from collections.abc import Callable
from functools import cache
from math import ceil

import numpy as np
from gate import Gate
from world import World, draw

from controls import ALIKE, Case, bounds
from deploycheck.stats.auc_difference import area_difference
from deploycheck.stats.power import (
    OneArea,
    OneProportion,
    PairedDifference,
    RateRange,
    RateRatioRange,
    TwoAreas,
    each_for_joint,
    fails,
)

WANTED = 0.9
_MOST = 10_000_000
# What the policy must say beside the good value, by case: what is not asked for is refused.
ASSUMED: dict[str, tuple[str, ...]] = {
    "recall": ("positives",),
    "f1": ("positives", "predicted"),
    "balanced accuracy": ("positives",),
    "roc_auc": ("positives",),
    "error rates": ("positives",),
    "parity": ("rate",),
    "impact ratio": ("rate",),
    "equalized odds": ("positives",),
    "non-inferior": ("discordant",),
    "non-inferior auc": ("sd",),
}


def rows_for(cases: tuple[Case, ...], control: Callable[[Case, str], str], joint: float) -> int:
    """Rows that ``deploycheck plan`` asks for so that all controls pass with power ``joint``.

    :param control: writes a case with further keys of the control.
    """
    each = each_for_joint(joint, len(cases))
    written = [control(c, _decide(c, each)) for c in cases]
    gate = Gate(written, sample=draw(ALIKE, 4_000, np.random.default_rng(5)))
    needed = 0
    for step in gate.plan.steps:
        planned = gate.plan.planning.of(step)
        for measure in planned.measures if planned is not None else ():
            if measure.rows is None:
                raise RuntimeError(f"{step.control.id} is not planned: {measure.unplanned}")
            needed = max(needed, measure.rows)
    return needed


def _decide(case: Case, power: float) -> str:
    """What the policy assumes: the nuisance parameters of the world."""
    told = ", ".join(f"{name}: {value:.6g}" for name, value in _assumed(case).items())
    assume = f", assume: {{{told}}}" if told else ""
    return f"    decide: {{power: {power:.6g}{assume}}}\n"


def _assumed(case: Case) -> dict[str, float]:
    known: dict[str, Callable[[], float]] = {
        "positives": lambda: ALIKE.prevalence,
        "predicted": lambda: ALIKE.selection(0),
        "rate": lambda: ALIKE.selection(0),
        "discordant": lambda: (1 - ALIKE.agree) * 2 * ALIKE.accuracy * (1 - ALIKE.accuracy),
        "sd": lambda: spread_of_areas(ALIKE),
    }
    return {name: known[name]() for name in ASSUMED.get(case.name, ())}


@cache
def spread_of_areas(world: World) -> float:
    """DeLong's standard error of the difference of two areas, times √n, in a large sample."""
    n = 200_000
    drawn = draw(world, n, np.random.default_rng(9))
    positive = drawn.predictions.target_codes == 1
    parts = [s[rows] for s in (drawn.predictions.scores, drawn.champion.scores)
             for rows in (positive, ~positive)]  # fmt: skip
    return float(area_difference(*parts).variance ** 0.5 * n**0.5)


@cache
def rows_to_detect(case: Case) -> int | None:
    """Rows with which a truth beyond the bound by ``case.bad`` fails in 90 % of runs.

    ``None`` where the power of a FAIL has no formula here.
    """
    truth, of = bounds(case, case.wrong), 1.0
    limit = truth + case.bad if case.side == "min" else truth - case.bad
    sides = {"limit": limit, "required": "at_least" if case.side == "min" else "at_most"}
    world, shares = case.wrong, case.wrong.shares
    design: object
    match case.name:
        case "accuracy":
            design = OneProportion(**sides)
        case "recall":
            design, of = OneProportion(**sides), world.prevalence
        case "roc_auc":
            design = OneArea(**sides, positives=world.prevalence)
        case "parity":
            middle = (world.selection(0) + world.selection(2)) / 2
            design = RateRange(**sides, rate=middle, shares=shares)
        case "impact ratio":
            rate = world.selection(0)
            design = RateRatioRange(**sides, rate=rate, shares=shares)
        case "non-inferior":
            discordant = (1 - world.agree) * 2 * world.accuracy * (1 - world.accuracy)
            design = PairedDifference(**sides, discordant=discordant)
        case "non-inferior auc":
            sd = spread_of_areas(world)
            design = TwoAreas(**sides, sd=sd, positives=world.prevalence)
        case _:
            return None
    return ceil(_first(lambda n: fails(design, n, truth) >= WANTED) / of)


def _first(enough: Callable[[int], bool]) -> int:
    """The least number of rows, to about one part in fifty, from which ``enough`` holds."""
    high = 20
    while not enough(high):
        high *= 2
        if high > _MOST:
            raise RuntimeError("no number of rows is enough")
    low = high // 2
    while high - low > max(1, high // 50):
        middle = (low + high) // 2
        low, high = (low, middle) if enough(middle) else (middle, high)
    return high
