"""The divergence of two coins, by which Chernoff and Hoeffding bound a mean of bounded numbers."""

from math import inf, log

_ROUNDS = 100


def exponent(p: float, q: float) -> float:
    """The divergence p ln(p/q) + (1 − p) ln((1 − p)/(1 − q)) of a coin p from a coin q.

    Infinite where q excludes what p allows.
    """
    p, q = min(max(p, 0.0), 1.0), min(max(q, 0.0), 1.0)
    hit = 0.0 if p == 0 else (inf if q == 0 else p * log(p / q))
    miss = 0.0 if p == 1 else (inf if q == 1 else (1 - p) * log((1 - p) / (1 - q)))
    return max(hit + miss, 0.0)


def furthest_below(p: float, allowed: float) -> float:
    """The smallest q whose exponent against ``p`` does not exceed ``allowed``, rounded outwards."""
    out, kept = 0.0, p
    if exponent(p, 0.0) <= allowed:
        return 0.0
    for _ in range(_ROUNDS):
        middle = (out + kept) / 2
        out, kept = (out, middle) if exponent(p, middle) <= allowed else (middle, kept)
    return out


def furthest_above(p: float, allowed: float) -> float:
    """The largest q whose exponent against ``p`` does not exceed ``allowed``, rounded outwards."""
    return 1 - furthest_below(1 - p, allowed)
