"""Checker ``interpretability.dominance``."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from deploycheck.authoring.checker import checker
from deploycheck.authoring.estimates import BoundedMean, Estimate, Undefined
from deploycheck.authoring.figures import Bar, Bars, Figure
from deploycheck.authoring.measure import Measure
from deploycheck.evidence.attributions import Attributions

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

SHARE = "largest_share"
DRAWN = 20


@checker(
    "interpretability.dominance",
    measures=[
        Measure(
            SHARE,
            unit="probability",
            better="lower",
            doc="Mean effect of a feature ÷ sum of the mean effects of all features; the largest "
            "first. A bound holds if it holds for each of them.",
        )
    ],
)
def dominance(attributions: Attributions) -> Iterator[Estimate | Figure]:
    """No single feature rules the answers.

    Why: A model that hangs on one feature is that feature in disguise: it fails with its source,
    can be gamed by whoever controls it, and often points to a leaked target.

    Fix: Ask whether the feature is known before the outcome; if not, it is a leak: drop it. If it
    is legitimate, a rule on it may do as well as the model. Otherwise regularise, or give the
    model what the feature stands for.

    Definition: e(i, f) is the absolute change of row i's score (without scores: 1 if its label
    flips) when feature f is permuted, averaged over `repeats` permutations. share(f) = mean
    e(·, f) ÷ Σ over features g of mean e(·, g), and the largest share is the measure. The
    permutations are those of scikit-learn's `permutation_importance` with the same seed.

    Bounds: A share is a mean of each row's own shares, weighted by how far the row moves. A row
    counts as the one asked about and as the donor of a value, so n is half of Kish's effective
    number of rows, and the variance is that of the linearised ratio; given the weights, Hoeffding's
    bounds with the empirical variance follow, which hold also where the share is 1 in all rows. To
    pass, every feature must clear the bound; to fail, bounds that hold for all features at once.

    Undefined: Where no answer moves at all (a constant model, constant features, an empty data
    set, one row), nothing can be shared; and the same where only one or two rows move. A model of
    one feature has the share 1. Missing values are permuted like others, and the target is not
    needed, so one class is no obstacle. NaN answers are an error.

    Cost: The model is asked about the rows once, and `repeats` times for each feature; the
    answers are shared with every control on the same attributions.

    Source: Breiman 2001, "Random forests" (Machine Learning 45); Fisher, Rudin and Dominici 2019,
    "All models are wrong, but many are useful" (JMLR 20); Hoeffding 1963 (JASA 58) for the bounds.

    Example:
        check: interpretability.dominance
        with: {data: test, examples: 2000, repeats: 5}
        require: {largest_share: {max: 0.6}}
    """
    import numpy as np

    rows, donated = attributions.rows, attributions.donated
    effects = attributions.effects
    used = effects if donated is None else (effects + donated) / 2
    mean = used.mean(axis=0) if rows else np.zeros(len(attributions.features))
    if not mean.sum() > 0:
        why = "no rows" if not rows else "no answer moves when the features are permuted"
        yield Undefined(SHARE, rows, why)
        return
    weight = used.sum(axis=1)
    weight = weight / weight.max()  # the scale of the scores is no matter, and must not overflow
    size = int(weight.sum() ** 2 / (weight**2).sum()) // 2
    shares = mean / mean.sum()
    order = sorted(range(len(shares)), key=lambda at: (-shares[at], attributions.features[at]))
    what = "score" if attributions.scored else "share of labels"
    told = (f"{attributions.repeats} permutations with the seed {attributions.seed}",)
    for at in order:
        place = {"feature": attributions.features[at]}
        share = min(float(shares[at]), 1.0)
        if size < 2:
            why = "too few rows move for a share to have bounds"
            yield Undefined(SHARE, rows, why, share, slice=place)
            continue
        own = np.divide(used[:, at], used.sum(axis=1), out=np.zeros(rows), where=weight > 0)
        spread = 2 * float((weight**2 * (own - share) ** 2).sum() / (weight**2).sum())
        most = share * (1 - share)  # no numbers between 0 and 1 with this mean vary more
        sd = (min(spread, most) * size / (size - 1)) ** 0.5
        moves = f"moves the {what} by {mean[at]:.3g} on average"
        yield BoundedMean(SHARE, share, sd, size, 0.0, 1.0, slice=place, details=(moves, *told))
    yield _bars("Share of the movement", "probability", attributions, shares, order)
    if attributions.importances is not None:
        worth = attributions.importances.mean(axis=1)
        order = sorted(order, key=lambda at: -worth[at])
        title = f"Permutation importance: loss of {attributions.metric}"
        yield _bars(title, "", attributions, worth, order)


def _bars(
    title: str, unit: str, attributions: Attributions, values: NDArray[np.float64], order: list[int]
) -> Bars:
    """The first features of ``order``, for the report."""
    made = [Bar(attributions.features[at], float(values[at])) for at in order[:DRAWN]]
    return Bars(title, tuple(made), unit)
