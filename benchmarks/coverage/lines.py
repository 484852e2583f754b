"""How often bounds of the calibration slope and intercept miss, by likelihood and by its error."""

import numpy as np
from naive import wald_area
from numpy.typing import NDArray
from scipy.special import expit, logit, ndtri

from deploycheck.stats.calibration_line import calibration_line

Floats = NDArray[np.float64]
SEED = 20240229
ALPHA = 0.05
SCORES = {"half positive": (2.0, 2.0), "one in ten positive": (1.0, 9.0)}


def _samples(runs: int, n: int, shape: tuple[float, float], slope: float) -> Floats:
    """Misses, as an array of shape (runs, slope or intercept, method, side)."""
    rng = np.random.default_rng(SEED)
    missed = np.zeros((runs, 2, 3, 2))
    z = -float(ndtri(ALPHA))
    for run in range(runs):
        line = None
        while line is None:
            scores = rng.beta(*shape, n)
            target = (rng.random(n) < expit(slope * logit(scores))) * 1.0
            try:
                line = calibration_line(scores, target)
            except ValueError:
                continue  # no maximum: nothing is said
        for at, (which, truth) in enumerate((("slope", slope), ("intercept", 0.0))):
            error = getattr(line.found, f"{which}_se")
            made = line.bounds(which, ALPHA)
            wald = wald_area(getattr(line.found, which), error**2, ALPHA)
            root = line.root(which, truth)
            missed[run, at] = (
                (made.low > truth, made.high < truth),
                (root > z, root < -z),
                (wald.low > truth, wald.high < truth),
            )
    return missed


def line_table(runs: int) -> None:
    """Slope and intercept of scores that are calibrated, and of scores twice too timid."""
    print(f"\n### Calibration slope and intercept, alpha {ALPHA:g}, {runs:,} runs\n")
    print("Misses of the lower and upper bound.\n")
    methods = "deploycheck | likelihood | standard error"
    print(f"| scores | n | slope | slope: {methods} | intercept: {methods} |\n|" + "---|" * 9)
    for name, shape in SCORES.items():
        for n in (50, 200, 1000):
            for slope in (1.0, 2.0):
                found = _samples(runs, n, shape, slope).mean(axis=0).reshape(6, 2)
                told = " | ".join(f"{low:.1%}, {high:.1%}" for low, high in found)
                print(f"| {name} | {n} | {slope:g} | {told} |")
