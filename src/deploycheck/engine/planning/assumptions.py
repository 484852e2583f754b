"""What is assumed about the data where rows and power are planned, and what is told of it."""

from deploycheck.authoring.sampling import Chosen, Counted, Sampling
from deploycheck.model.policy import Assume


class Unplannable(Exception):
    """Why rows and power cannot be said."""


class Assumptions:
    """What is assumed beside the good value, noted as it is used."""

    def __init__(self, assume: Assume, *, weighted: bool = False) -> None:
        self._assume, self._weighted = assume, weighted
        self.notes: dict[str, str] = {}

    def get(self, name: str, worst: float | None = None, what: str = "") -> float:
        """The declared value; where there is none the worst one.

        :raises Unplannable: there is no worst one.
        """
        declared = getattr(self._assume, name)
        if declared is not None:
            self.notes[name] = f"{name} {declared:g}"
            return float(declared)
        if worst is None:
            raise Unplannable(f"declare {what or 'it'}: `decide: {{assume: {{{name}: …}}}}`")
        self.notes[name] = f"{name} {worst:g}, the worst, as none is declared"
        return worst

    def given(self, name: str) -> float | None:
        """The declared value, or ``None``."""
        declared = getattr(self._assume, name)
        return None if declared is None else self.get(name)

    @property
    def effect(self) -> float:
        """Rows that are worth one independent row."""
        declared = self.given("design_effect")
        if declared is None and self._weighted:
            self.notes["design_effect"] = "design_effect 1, although rows have sampling weights"
        return declared or 1.0

    def share(self, counted: Counted) -> float:
        """Which share of the rows is counted."""
        if counted in {"positives", "negatives"}:
            share = self.get("positives", what="the share of rows that are positive")
            return share if counted == "positives" else 1 - share
        if counted in {"predicted", "not_predicted"}:
            share = self.get("predicted", what="the share of rows that are predicted positive")
            return share if counted == "predicted" else 1 - share
        return 1.0


# Of each sampling model, the assumptions that it takes beside those on what is counted.
TAKEN: dict[str, tuple[str, ...]] = {
    "proportion": (),
    "jaccard": ("positives", "predicted"),
    "f1": ("positives", "predicted"),
    "balanced": ("positives",),
    "difference": ("rate",),
    "range": ("rate",),
    "ratio_range": ("rate",),
    "paired": ("discordant",),
    "auc": ("positives",),
    "auc_difference": ("sd", "positives"),
    "mean": ("sd",),
    "smooth": ("sd",),
}
_OF = {
    "positives": "positives", "negatives": "positives",
    "predicted": "predicted", "not_predicted": "predicted",
}  # fmt: skip


def taken(sampling: Sampling) -> frozenset[str]:
    """Names of the assumptions that a sampling model takes."""
    counted = [_OF[of] for of in sampling.counted if of in _OF]
    return frozenset((*TAKEN[sampling.model], *counted, "design_effect"))


def takes(plan: Sampling | Chosen | None) -> frozenset[str]:
    """Names of the assumptions that a measure takes, under some parameter of its checker."""
    if plan is None:
        return frozenset()
    models = list(plan.models.values()) if isinstance(plan, Chosen) else [plan]
    return frozenset(name for model in models for name in taken(model))
