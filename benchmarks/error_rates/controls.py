"""The controls whose error rates are measured, each with the formula of its own truth."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from world import World

GAP = 0.1  # of the true-positive rate of the last group, where groups differ


@dataclass(frozen=True)
class Case:
    """A control, its truth, and the world in which its bound can be that truth.

    :param require: the measure and the side of its bound.
    :param truth: of a world.
    :param lax: a bound that every sample of the world clears.
    :param world: where the truth lies inside the measure's range.
    :param bad: how far beyond the bound a bad model lies, for detection.
    """

    name: str
    check: str
    with_: str
    measure: str
    side: str
    truth: Callable[[World], float]
    lax: float
    world: World
    bad: float
    task: str = "binary_classification"

    @property
    def wrong(self) -> World:
        """A world in which the truth can lie beyond the bound by ``bad``."""
        return FAR if self.world is LOWER else self.world

    def control(self, bound: float, more: str = "", keys: str = "") -> str:
        """The control as a policy writes it.

        :param more: beside the bound, such as ``, good: 0.9``; ``keys``: further lines.
        """
        name = self.name.replace(" ", "-")
        return (
            f"  - id: {name}\n    title: {self.name}\n    check: {self.check}\n"
            f"    with: {self.with_}\n    require: {{{self.measure}: {{{self.side}: {bound!r}"
            f"{more}}}}}\n{keys}    severity: high\n    enforcement: mandatory\n"
        )


ALIKE = World()
APART = replace(ALIKE, last_tpr=ALIKE.tpr - GAP, last_fpr=ALIKE.fpr + GAP)
FAR = replace(ALIKE, last_tpr=0.3)
LOWER = replace(ALIKE, last_tpr=ALIKE.tpr - GAP)

CASES = (
    Case("accuracy", "performance.floor", "{data: test}", "accuracy", "min",
         lambda w: w.accuracy, 0.1, ALIKE, 0.05),
    Case("recall", "performance.floor", "{data: test}", "recall", "min",
         lambda w: w.recall, 0.1, ALIKE, 0.08),
    Case("f1", "performance.floor", "{data: test}", "f1", "min",
         lambda w: w.f1, 0.1, ALIKE, 0.08),
    Case("balanced accuracy", "performance.floor", "{data: test}", "balanced_accuracy", "min",
         lambda w: w.balanced_accuracy, 0.1, ALIKE, 0.05),
    Case("roc_auc", "performance.floor", "{data: test}", "roc_auc", "min",
         lambda w: w.roc_auc, 0.1, ALIKE, 0.05),
    Case("slices", "performance.slice_floor", "{data: test, by: group}", "accuracy", "min",
         lambda w: min(w.accuracy, 0.3 * w.last_tpr + 0.7 * (1 - w.last_fpr)), 0.1, ALIKE, 0.08),
    Case("error rates", "fairness.error_rates", "{data: test, by: group}", "false_positive_rate",
         "max", lambda w: max(w.fpr, w.last_fpr), 0.9, ALIKE, 0.08),
    Case("parity", "fairness.demographic_parity", "{data: test, by: group}",
         "demographic_parity_difference", "max", lambda w: w.parity, 0.9, LOWER, 0.1),
    Case("impact ratio", "fairness.demographic_parity", "{data: test, by: group}",
         "demographic_parity_ratio", "min", lambda w: w.impact_ratio, 0.05, LOWER, 0.2),
    Case("equalized odds", "fairness.equalized_odds", "{data: test, by: group, min_n: 10}",
         "equalized_odds_difference", "max", lambda w: w.odds, 0.9, APART, 0.15),
    Case("non-inferior", "champion.non_inferior", "{data: test}", "difference", "min",
         lambda w: w.accuracy_gain, -0.9, ALIKE, 0.05),
    Case("non-inferior auc", "champion.non_inferior", "{data: test, metric: roc_auc}",
         "difference", "min", lambda _: 0.0, -0.9, ALIKE, 0.05),
)  # fmt: skip

NUMBERS = (
    Case("rmse", "performance.floor", "{data: test}", "root_mean_squared_error", "max",
         lambda w: w.error, 50.0, ALIKE, 0.2, "regression"),
    Case("mae", "performance.floor", "{data: test}", "mean_absolute_error", "max",
         lambda w: w.error * (2 / 3.141592653589793) ** 0.5, 50.0, ALIKE, 0.2, "regression"),
    Case("r2", "performance.floor", "{data: test}", "r2", "min",
         lambda w: 1 - w.error**2 / 9, -5.0, ALIKE, 0.05, "regression"),
)  # fmt: skip

DRIFT = (
    "  - id: numeric\n    title: numeric\n    check: drift.numeric\n"
    "    with: {reference: train, current: test}\n"
    "    require: {wasserstein: {max: 0.1, detect: 0.3}}\n"
    "    severity: high\n    enforcement: mandatory\n"
    "  - id: categorical\n    title: categorical\n    check: drift.categorical\n"
    "    with: {reference: train, current: test}\n"
    "    require: {cramers_v: {max: 0.1, detect: 0.25}}\n"
    "    severity: high\n    enforcement: mandatory\n"
)


def bounds(case: Case, world: World) -> float:
    """The truth of a case as a bound that YAML writes without loss."""
    return float(case.truth(world))
