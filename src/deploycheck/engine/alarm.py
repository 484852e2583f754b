"""Alarm families: many small tests hunt for a problem, and share one error rate."""

import math
from collections.abc import Sequence

from deploycheck.authoring.estimates import (
    Count,
    Difference,
    Estimate,
    Mean,
    Proportion,
    Undefined,
)
from deploycheck.engine import shares
from deploycheck.engine.found import Missing, Unjudgeable
from deploycheck.engine.interval import averaged
from deploycheck.engine.models import MODELLED, model
from deploycheck.engine.requirement import Requirement

POWER = 0.8  # no alarm is a PASS only where the declared effect would be found this often


def family(
    estimates: Sequence[Estimate], required: Requirement, alpha: float, correction: str
) -> dict[int, tuple[bool, bool]]:
    """For each estimate, by ``id``: whether it is an alarm, and whether there was power.

    The null hypothesis of each is that the bound holds; ``correction`` is Holm over the family,
    or Benjamini–Hochberg or –Yekutieli. Power is that of the same test at the effect ``detect``,
    at alpha divided by the size of the family, which Holm never falls below.

    :raises Unjudgeable: an estimate for which no test is known.
    """
    from deploycheck.stats import multiplicity

    tested: list[tuple[int, float, bool]] = []
    members = [e for e in estimates if not isinstance(e, Undefined | Count)]
    for estimate in members:
        try:
            p, power = _p_and_power(estimate, required, alpha / len(members))
        except Missing:
            continue
        except ValueError as error:
            raise Unjudgeable("DC305", f"{estimate.name}: {error}") from None
        tested.append((id(estimate), p, power >= POWER))
    adjust = {
        "holm": multiplicity.holm,
        "bh": multiplicity.benjamini_hochberg,
        "by": multiplicity.benjamini_yekutieli,
    }[correction]
    if not tested:
        return {}
    adjusted = adjust([p for _, p, _ in tested])
    return {
        name: (bool(q <= alpha), powerful)
        for (name, _, powerful), q in zip(tested, adjusted, strict=True)
    }


def _side(required: Requirement) -> tuple[str, float, float]:
    if required.detect is None or (required.min is None) == (required.max is None):
        raise Unjudgeable("DC309", f"{required.measure.name}: an alarm needs one bound and detect")
    if required.max is not None:
        return "max", required.max, required.detect
    return "min", required.min or 0.0, required.detect


def _p_and_power(estimate: Estimate, required: Requirement, alpha: float) -> tuple[float, float]:
    side, bound, effect = _side(required)
    if isinstance(estimate, MODELLED):
        made = model(estimate)
        return made.pvalue(bound, side), made.power(bound, effect, alpha, side)
    return _p_value(estimate, required), _power(estimate, required, alpha)


def _p_value(estimate: Estimate, required: Requirement) -> float:
    from deploycheck.stats import effective, pvalues

    side, bound, _ = _side(required)
    if isinstance(estimate, Proportion) and estimate.scale == "identity":
        test = shares.by_shares(pvalues.proportion_pvalue, effective.proportion_pvalue)
        return float(test([shares.whole(estimate)], bound, side))
    if isinstance(estimate, Difference) and estimate.scale == "identity":
        test = shares.by_shares(pvalues.difference_pvalue, effective.difference_pvalue)
        return float(test(shares.two(estimate), bound, side))
    if isinstance(estimate, Mean):
        return float(pvalues.mean_pvalue(*averaged(estimate), bound, side))
    raise Unjudgeable(
        "DC309",
        f"{estimate.name} is a {type(estimate).__name__}, which cannot be decided as an alarm; "
        "use kind: demonstrate",
    )


def _power(estimate: Estimate, required: Requirement, alpha: float) -> float:
    from deploycheck.stats import power

    side, bound, effect = _side(required)
    if isinstance(estimate, Proportion):
        rows = math.floor(shares.whole(estimate).rows)
        return float(power.power_proportion(rows, bound, effect, alpha, side)) if rows else 0.0
    if isinstance(estimate, Difference):
        first, versus = shares.two(estimate)
        n1, n2, other = math.floor(first.rows), math.floor(versus.rows), versus.rate
        if not (n1 and n2):
            return 0.0
        shifted = min(1.0, max(0.0, other + effect))
        return float(power.power_difference(shifted, n1, other, n2, bound, alpha, side))
    if isinstance(estimate, Mean):
        _, sd, n = averaged(estimate)
        return float(power.power_mean(n, sd, bound, effect, alpha, side))
    return 0.0
