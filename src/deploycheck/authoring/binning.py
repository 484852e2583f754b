"""Bins of numbers whose edges come from a reference, so that little change hides inside one."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


def quantile_cuts(reference: NDArray[np.float64], bins: int) -> NDArray[np.float64]:
    """Edges of right-closed bins that each hold about the same part of the reference.

    Edges are values of the reference. A value that holds a whole bin or more gets a bin of its
    own: else a column of mostly ones would have one bin, in which nothing can change. So does
    every value where there are at most ``bins``.

    :param reference: sorted values, at least one.
    """
    import numpy as np

    distinct = np.unique(reference)
    if len(distinct) <= bins:
        return _with_own_bins(distinct, distinct)
    at = np.ceil(np.arange(1, bins) / bins * len(reference)).astype(np.int64) - 1
    edges, often = np.unique(reference[np.maximum(at, 0)], return_counts=True)
    # All that one bin would take: the value is repeated as an edge, or is the least or the most.
    heavy = edges[(often > 1) | (edges == reference[0]) | (edges == reference[-1])]
    return _with_own_bins(edges, heavy)


def _with_own_bins(edges: NDArray[np.float64], heavy: NDArray[np.float64]) -> NDArray[np.float64]:
    """The edges, and just below each heavy one another, so that the bin between holds it alone."""
    import numpy as np

    with np.errstate(over="ignore", under="ignore"):  # below the least number is −∞
        below = np.nextafter(heavy, -np.inf)
    return np.unique(np.concatenate([edges, below]))


def binned(values: NDArray[np.float64], cuts: NDArray[np.float64]) -> NDArray[np.int64]:
    """Rows in each bin (−∞, c₁], (c₁, c₂], …, (cₖ, ∞).

    :param values: sorted.
    """
    import numpy as np

    reached = np.searchsorted(values, cuts, side="right")
    return np.diff(np.concatenate([[0], reached, [len(values)]])).astype(np.int64)
