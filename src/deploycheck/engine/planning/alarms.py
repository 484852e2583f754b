"""Alarms: rows with which the effect that the policy names would be found."""

from deploycheck.engine.alarm import POWER
from deploycheck.engine.planning.assumptions import Assumptions
from deploycheck.engine.planning.measures import data_sets, sampling_of
from deploycheck.engine.planning.sizes import Sizes, Uncounted
from deploycheck.engine.requirement import Requirement
from deploycheck.engine.step import Step
from deploycheck.model.planned import PlannedMeasure

_BY_DATA = "an alarm: the data tell whether an effect of `detect` would be found"


def alarm(step: Step, sizes: Sizes, required: Requirement, alarms: int) -> PlannedMeasure:
    """What is known of an alarm beforehand: of a rate, how many rows find the effect.

    An alarm without power is inconclusive whatever the data show, so it cannot pass.

    :param alarms: families of alarms of the policy, which share one alpha.
    """
    name, unit = required.measure.name, required.measure.unit
    sampling, effect = sampling_of(step, required), required.detect
    columns: tuple[str, ...] = getattr(step.bound.params, "columns", None) or ()
    limit = required.min if required.max is None else required.max
    known = sampling is not None and sampling.model == "proportion" and bool(columns)
    if not known or sampling is None or effect is None or limit is None:
        return PlannedMeasure.of(name=name, unit=unit, detect=effect, unplanned=_BY_DATA)
    from deploycheck.stats.power import power_proportion, rows_needed_proportion

    assumed = Assumptions(step.control.decide.assume, weighted=sizes.weighted)
    alpha = (1 - step.control.decide.confidence) / max(1, alarms) / len(columns)
    rows = rows_needed_proportion(limit, effect, alpha, POWER)
    try:
        n = min(sizes.rows(data_set) for data_set in data_sets(step, sampling))
    except (Uncounted, ValueError) as error:
        return PlannedMeasure.of(
            name=name, unit=unit, detect=effect, rows=rows, unplanned=f"rows not counted: {error}"
        )
    side = "max" if required.max is not None else "min"
    found = power_proportion(n, limit, effect, alpha, side) if n else 0.0
    return PlannedMeasure.of(
        name=name,
        unit=unit,
        required="at_most" if required.max is not None else "at_least",
        detect=effect,
        rows=rows,
        n=n,
        found=float(f"{found:.4g}"),
        assumed=tuple(assumed.notes.values()),
        impossible=""
        if found >= POWER
        else f"an effect of {effect:g} would be found in {100 * found:.3g} % of runs, and no alarm "
        f"passes below {100 * POWER:g} %",
    )
