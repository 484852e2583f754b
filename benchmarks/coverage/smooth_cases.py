"""Smooth functions of means, and the rows that their bounds are tried on."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

Floats = NDArray[np.float64]
Generator = np.random.Generator


@dataclass(frozen=True)
class Case:
    """A statistic and the rows it is taken of.

    :param draw: terms, then counts, weights and clusters, as ``units`` takes them.
    :param truth: the function of the true means; ``None`` where it is taken of four million rows.
    """

    name: str
    draw: Callable[[Generator, int], tuple[Any, ...]]
    of: Callable[[Any], Any]
    truth: float | None = None


def first(means: Floats) -> Any:
    """The first mean."""
    return means[..., 0]


def root(means: Floats) -> Any:
    """Its root."""
    return np.sqrt(means[..., 0])


def ratio(means: Floats) -> Any:
    """First over second."""
    return means[..., 0] / means[..., 1]


def r2(means: Floats) -> Any:
    """R² of squared errors, values and their squares."""
    return 1 - means[..., 0] / (means[..., 2] - means[..., 1] ** 2)


def skill(means: Floats) -> Any:
    """Brier skill of squared errors and hits."""
    return 1 - means[..., 0] / (means[..., 1] * (1 - means[..., 1]))


def f1(means: Floats) -> Any:
    """F1 of true positives, false positives and false negatives."""
    return 2 * means[..., 0] / (2 * means[..., 0] + means[..., 1] + means[..., 2])


def mcc(means: Floats) -> Any:
    """Matthews' correlation of the same three."""
    tp, fp, fn = means[..., 0], means[..., 1], means[..., 2]
    tn = 1 - tp - fp - fn
    return (tp * tn - fp * fn) / np.sqrt((tp + fp) * (tp + fn) * (tn + fp) * (tn + fn))


def macro(means: Floats) -> Any:
    """The mean F1 of three classes."""
    return np.mean([f1(means[..., 3 * c : 3 * c + 3]) for c in range(3)], axis=0)


def _cells(shares: Sequence[float]) -> Callable[[Generator, int], tuple[Any, ...]]:
    full = np.array([*shares, 1 - sum(shares)])
    return lambda rng, n: (np.eye(full.size)[rng.choice(full.size, n, p=full)][:, : len(shares)],)


def _classes(rng: Generator, n: int) -> tuple[Any, ...]:
    target = rng.choice(3, n, p=(0.6, 0.3, 0.1))
    guess = np.where(rng.random(n) < 0.8, target, rng.integers(0, 3, n))
    return (
        np.column_stack([
            part for c in range(3)
            for part in ((target == c) & (guess == c), (target != c) & (guess == c),
                         (target == c) & (guess != c))
        ]).astype(float),
    )  # fmt: skip


def _regression(noise: float) -> Callable[[Generator, int], tuple[Any, ...]]:
    def draw(rng: Generator, n: int) -> tuple[Any, ...]:
        error = rng.normal(size=n) * noise
        value = rng.normal(size=n) + error
        return (np.column_stack([error**2, value, value**2]),)

    return draw


def _two_models(rng: Generator, n: int) -> tuple[Any, ...]:
    shared = rng.normal(size=n) / 2
    return (np.abs(np.column_stack([rng.laplace(size=n), rng.laplace(size=n) * 1.2])
                   + shared[:, None]),)  # fmt: skip


def _claims(severe: float) -> Callable[[Generator, int], tuple[Any, ...]]:
    def draw(rng: Generator, n: int) -> tuple[Any, ...]:
        expected = rng.gamma(2, 1, n) * 0.1
        size = np.exp(rng.normal(size=n) * severe - severe**2 / 2)
        return (np.column_stack([rng.poisson(expected) * size, expected]),)

    return draw


def _scored(loss: bool) -> Callable[[Generator, int], tuple[Any, ...]]:
    def draw(rng: Generator, n: int) -> tuple[Any, ...]:
        score = expit(rng.normal(size=n) * 1.5 - 1)
        hit = rng.random(n) < score
        if loss:
            return (-np.log(np.where(hit, score, 1 - score))[:, None],)
        return (np.column_stack([(score - hit) ** 2, hit]),)

    return draw


def _entities(rng: Generator, n: int) -> tuple[Any, ...]:
    code = np.arange(n).repeat(rng.poisson(3, n) + 1)
    error = rng.normal(size=n)[code] + rng.normal(size=code.size)
    return (error[:, None] ** 2, None, None, code)


def _weighted(rate: float) -> Callable[[Generator, int], tuple[Any, ...]]:
    return lambda rng, n: ((rng.random((n, 1)) < rate) * 1.0, None, np.exp(rng.normal(size=n)))


CASES = (
    Case("mean, exponential", lambda r, n: (r.exponential(size=(n, 1)),), first, 1.0),
    Case("mean, log-normal", lambda r, n: (np.exp(r.normal(size=(n, 1))),), first, math.exp(0.5)),
    Case("RMSE, normal errors", lambda r, n: (r.normal(size=(n, 1)) ** 2,), root, 1.0),
    Case("RMSE, Laplace errors", lambda r, n: (r.laplace(size=(n, 1)) ** 2,), root, 2**0.5),
    Case("RMSE, t5 errors", lambda r, n: (r.standard_t(5, (n, 1)) ** 2,), root, (5 / 3) ** 0.5),
    Case("RMSE, entities of 1 to 9 rows", _entities, root, 2**0.5),
    Case("R², 0.5", _regression(1.0), r2, 0.5),
    Case("R², 0.96", _regression(0.2), r2, 1 - 0.04 / 1.04),
    Case("ratio of two MAEs", _two_models, ratio),
    Case("F1, 0.77", _cells((0.25, 0.08, 0.07)), f1, 0.5 / 0.65),
    Case("MCC, 0.66", _cells((0.25, 0.08, 0.07)), mcc, float(mcc(np.array([0.25, 0.08, 0.07])))),
    Case("MCC, rare", _cells((0.08, 0.01, 0.02)), mcc, float(mcc(np.array([0.08, 0.01, 0.02])))),
    Case("macro F1, three classes", _classes, macro),
    Case("rate 0.2, log-normal sampling weights", _weighted(0.2), first, 0.2),
    Case("rate 0.5, log-normal sampling weights", _weighted(0.5), first, 0.5),
    Case("actual / expected counts", _claims(0.0), ratio, 1.0),
    Case("actual / expected, log-normal sizes", _claims(0.8), ratio, 1.0),
    Case("log loss", _scored(loss=True), first),
    Case("Brier skill", _scored(loss=False), skill),
)
