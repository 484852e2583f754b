"""Whether the best numbers that can be would pass: where not, nothing can with these rows."""

import math
from collections.abc import Callable, Sequence

from deploycheck.authoring.sampling import Sampling
from deploycheck.engine.planning.parts import Part


def hopeless(sampling: Sampling, found: Sequence[Part]) -> str:
    """Why nothing can pass with the rows that are given; empty where something can, or may."""
    best = _BEST.get(sampling.model)
    if best is None or not found or not all(part.sizes for part in found):
        return ""
    for part in found:
        counts = [math.floor(size * part.share + 1e-9) for size in part.sizes]
        if min(counts, default=0) < 1:
            return "no rows count in a group"
        shown = best(part, counts)
        limit = part.given.limit
        clears = shown >= limit if part.given.required == "at_least" else shown <= limit
        if not clears:
            side = "at least" if part.given.required == "at_least" else "at most"
            rows = f"{sum(counts):,} that count"
            value = part.value(shown)
            return f"even the best {rows} would show only {side} {value:.3g}"
    return ""


def _proportion(part: Part, counts: list[int]) -> float:
    """The bound of a rate of 1, or of 0."""
    from deploycheck.stats.proportion import proportion_bounds

    (n,) = counts
    up = part.given.required == "at_least"
    found = proportion_bounds(n if up else 0, n, part.given.alpha)
    return float(found.low if up else found.high)


def _range(part: Part, counts: list[int]) -> float:
    """The upper bound of the difference of rates that are all 0."""
    from deploycheck.stats.groups import range_bounds

    if part.given.required == "at_least":
        return math.inf  # rates of 0 and 1 show any difference
    found = range_bounds([0] * len(counts), counts, [""] * len(counts), part.given.alpha)
    return float(found.high)


def _ratio_range(part: Part, counts: list[int]) -> float:
    """The lower bound of the ratio of rates that are all 1."""
    from deploycheck.stats.groups import ratio_range_bounds

    if part.given.required == "at_most":
        return -math.inf  # a rate of 0 shows any ratio
    found = ratio_range_bounds(counts, counts, [""] * len(counts), part.given.alpha)
    return float(found.low)


def _paired(part: Part, counts: list[int]) -> float:
    """The bound where both always agree, or where the better one alone is right."""
    from deploycheck.stats.paired import paired_bounds

    (n,) = counts
    alpha = part.given.alpha
    if part.given.required == "at_least":
        return max(
            float(paired_bounds(*cells, alpha).low) for cells in ((n, 0, 0, 0), (0, n, 0, 0))
        )
    return min(float(paired_bounds(*cells, alpha).high) for cells in ((n, 0, 0, 0), (0, 0, n, 0)))


_BEST: dict[str, Callable[[Part, list[int]], float]] = {
    "proportion": _proportion,
    "jaccard": _proportion,
    "f1": _proportion,
    "range": _range,
    "ratio_range": _ratio_range,
    "paired": _paired,
}
