"""Rows as a metric counts them, and the functions of their means as estimates."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

from deploycheck.authoring.effective import worth
from deploycheck.authoring.estimates import (
    BoundedMean,
    Estimate,
    Proportion,
    Smooth,
    Undefined,
)
from deploycheck.authoring.groups import Rate

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from deploycheck.evidence.predictions import Predictions

Of = Callable[[Any], Any]  # of means of shape (…, k), the values of shape (…)

FEWEST_ROWS = 100  # of a mean of unbounded numbers; fewer say too little of a tail


@dataclass(frozen=True)
class Sample:
    """How many rows stand behind numbers, and how they were drawn.

    :param rows: number of rows.
    :param counts: frequency weights, ``weights`` sampling weights, ``clusters`` codes of repeated
        entities; each of shape (rows,), or ``None``.
    :param slice: the part of the data, for the estimates.
    """

    rows: int
    counts: NDArray[np.int64] | None = field(default=None, repr=False)
    weights: NDArray[np.float64] | None = field(default=None, repr=False)
    clusters: NDArray[np.int64] | None = field(default=None, repr=False)
    slice: Mapping[str, str] = field(default_factory=dict)

    @cached_property
    def n(self) -> int:
        """Rows that count, or the sum of their frequency weights."""
        if self.weights is not None:
            return int((self.weights > 0).sum())
        return self.rows if self.counts is None else int(self.counts.sum())

    @cached_property
    def independent(self) -> float:
        """What the rows are worth as independent ones.

        That is Kish's number of the weights of the rows, or, if it is less, that of the weights of
        the entities: a hundred of which one has nearly all rows are hardly more than one.
        """
        worth = float(self.n)
        if self.weights is not None:
            worth = min(worth, _kish(self.weights))
        if self.clusters is not None:
            worth = min(worth, _kish(self._by_entity(self._each)))
        return worth

    def deviation(self, terms: NDArray[np.float64]) -> float:
        """The standard deviation that :attr:`independent` rows of weighted mean 0 would have.

        :param terms: of shape (rows,); their mean then has the error that the rows as they were
            drawn give it.
        """
        import numpy as np

        n = int(self.independent)
        if self.is_plain:
            return float((np.average(terms**2, weights=self.counts) * n / (n - 1)) ** 0.5)
        each = self._each / self._each.max()
        sums = self._by_entity(each * terms)
        return float((n * (sums**2).sum()) ** 0.5 / each.sum())

    def spread(self, terms: NDArray[np.float64], low: float, high: float) -> tuple[int, float]:
        """How many independent rows there are, and their :meth:`deviation`, where terms have ends.

        Numbers of mean 0 between two ends cannot vary more than by √(-low · high). Where they seem
        to, because heavy rows hold the large ones, they are worth fewer rows.

        :param low: least of the terms that are possible, ``high`` the greatest.
        """
        n, sd = int(self.independent), self.deviation(terms)
        widest = (max(-low * high, 0.0) * n / (n - 1)) ** 0.5
        if not self.is_plain and sd > widest:
            n = max(2, int(n * (widest / sd) ** 2))
        return n, min(sd, widest)

    @property
    def _each(self) -> NDArray[np.float64]:
        """The weight of each row in a mean, 1 where rows have none."""
        import numpy as np

        return np.ones(self.rows) if self.share is None else self.share.astype(np.float64)

    def _by_entity(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """The sum of each entity, or the values of the rows where none repeats."""
        import numpy as np

        if self.clusters is None:
            return values
        _, codes = np.unique(self.clusters, return_inverse=True)
        return np.bincount(codes, values).astype(np.float64)

    @property
    def is_plain(self) -> bool:
        """Whether the rows are independent draws that all weigh the same, or counted as such."""
        return self.weights is None and self.clusters is None

    @property
    def share(self) -> NDArray[Any] | None:
        """The weight of each row in a mean, or ``None``."""
        return self.counts if self.weights is None else self.weights

    def of(self, part: NDArray[Any], slice: Mapping[str, str]) -> Sample:
        """The rows of one part.

        :param part: whether each row is in it, or the numbers of its rows.
        """
        return Sample(
            int(part.sum()) if part.dtype == bool else len(part),
            None if self.counts is None else self.counts[part],
            None if self.weights is None else self.weights[part],
            None if self.clusters is None else self.clusters[part],
            slice,
        )

    def means(self, terms: NDArray[np.float64]) -> NDArray[np.float64]:
        """Weighted means of terms of shape (rows, k); NaN without any weight, infinite beyond."""
        import numpy as np

        share = self.share
        if not self.rows or (share is not None and not share.sum() > 0):
            return np.full(terms.shape[1:], np.nan)
        with np.errstate(over="ignore", invalid="ignore"):  # the caller looks whether it is finite
            made: NDArray[np.float64] = np.average(terms, axis=0, weights=share)
        return made

    def undefined(self, name: str, reason: str, value: float | None = None) -> Undefined:
        """That nothing can be said of a metric."""
        return Undefined(name, self.n, reason, value, slice=self.slice)


def sample_of(predictions: Predictions) -> Sample:
    """All rows of the predictions, as they were drawn."""
    return Sample(predictions.rows, predictions.weights, predictions.sampling, predictions.entities)


def places(codes: NDArray[np.int64], groups: int) -> list[NDArray[np.int64]]:
    """The numbers of the rows of each group; together as many as there are rows.

    :param codes: group of each row, below ``groups``.
    """
    import numpy as np

    order = np.argsort(codes, kind="stable")
    ends = np.searchsorted(codes[order], np.arange(groups + 1))
    return [order[ends[i] : ends[i + 1]] for i in range(groups)]


def function(name: str, terms: NDArray[np.float64], of: Of, sample: Sample) -> Smooth | Undefined:
    """A smooth function of means, where its rows tell how it varies.

    :param terms: float64 of shape (rows, k).
    """
    import numpy as np

    with np.errstate(all="ignore"):
        value = float(of(sample.means(terms))) if sample.n else float("nan")
        if sample.n and not (np.isfinite(terms).all() and np.isfinite(value)):
            return sample.undefined(name, "the numbers are too large to be averaged")
    counted = terms if sample.share is None else terms[sample.share > 0]
    if len(counted) and (counted == counted[0]).all():
        return sample.undefined(
            name, "all rows are alike, so nothing is known of how they vary", value
        )
    return Smooth(
        name,
        terms,
        of,
        counts=sample.counts,
        weights=sample.weights,
        clusters=sample.clusters,
        slice=sample.slice,
    )


def averaged(
    name: str, terms: NDArray[np.float64], of: Of, sample: Sample, what: str = "rows"
) -> Smooth | Undefined:
    """A function of means of numbers without ends, where there are enough rows of them.

    :param what: what is counted, in the plural.
    """
    import numpy as np

    if not sample.n:
        return sample.undefined(name, "no rows")
    if sample.independent < FEWEST_ROWS:
        with np.errstate(all="ignore"):
            value = float(of(sample.means(terms)))
        return sample.undefined(name, few(sample, what), value if np.isfinite(value) else None)
    return function(name, terms, of, sample)


def first(means: Any) -> Any:
    """The first mean itself."""
    return means[..., 0]


def bounded(
    name: str, values: NDArray[np.float64], low: float, high: float, sample: Sample
) -> Estimate:
    """The mean of numbers between two ends; rows that are no plain sample are worth fewer.

    The ends count under weights, too: a cost that no row has shown may still be that of the next.

    :param values: float64 of shape (rows,), between ``low`` and ``high``.
    """
    if sample.n < 2:
        reason = "no rows" if not sample.n else "one row says nothing of how they vary"
        return sample.undefined(name, reason, float(values.mean()) if sample.n else None)
    mean = float(sample.means(values[:, None])[0])
    if not sample.is_plain and sample.independent < FEWEST_ROWS:
        return sample.undefined(name, few(sample), mean)
    mean = min(max(mean, low), high)  # the sum of weights may round it beyond
    n, sd = sample.spread(values - mean, low - mean, high - mean)
    return BoundedMean(name, mean, sd, n, low, high, slice=sample.slice)


def _kish(weights: NDArray[np.float64]) -> float:
    """How many equal weights have the same error: (Σw)² ÷ Σw²; 0 where all are 0."""
    if not len(weights) or not (most := weights.max()) > 0:
        return 0.0
    scaled = weights / most
    return float(scaled.sum() ** 2 / (scaled**2).sum())


def few(sample: Sample, what: str = "rows") -> str:
    """Why so few rows say nothing of a mean.

    :param what: what is counted, in the plural.
    """
    worth = sample.independent
    shown = f"{sample.n:,} {what[:-1] if sample.n == 1 else what}"
    if worth < sample.n:
        word = "one" if round(worth) == 1 else "ones"
        shown += f", worth {worth:,.0f} independent {word}"
    return f"{shown}, fewer than {FEWEST_ROWS}"


def share_of(name: str, hits: NDArray[np.bool_], sample: Sample) -> Estimate:
    """The share of rows that are hits.

    :param hits: of shape (rows,).
    """
    if not sample.n:
        return sample.undefined(name, "no rows")
    if sample.is_plain:
        count = int(hits.sum() if sample.counts is None else sample.counts[hits].sum())
        return Proportion(name, count, sample.n, slice=sample.slice)
    import numpy as np

    found = worth(
        1,
        np.zeros(sample.rows, dtype=np.int64),
        hits,
        sampling=sample.weights,
        counts=sample.counts,
        entities=sample.clusters,
    )
    rate, of = float(found.rate[0]), int(found.of[0])
    made = Rate(
        sample.slice,
        rate * of,
        of,
        of,
        effective=float(found.effective[0]),
        entities=None if sample.clusters is None else int(found.units[0]),
    )
    if reason := made.unassessed():
        return sample.undefined(name, f"not assessed: {reason}", rate)
    return made.proportion(name)
