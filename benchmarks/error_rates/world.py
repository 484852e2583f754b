"""Data whose truth is known: every rate of the world below is a formula, none is estimated.

Rows belong to one of three groups. A share ``prevalence`` of them is positive; a positive row is
predicted positive with the group's true-positive rate, a negative one with the false-positive rate,
independently of everything else. Scores are normal with deviation 1 around 0 for negatives and
around ``apart`` for positives. The champion gives the candidate's answer with probability
``agree``, else one of its own, drawn alike: so both have the same rates. Columns of the reference
and the current data are normal, or of four categories; ``shift`` moves the current ones.
"""

from dataclasses import dataclass
from math import sqrt

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, ndtr

from deploycheck.evidence.coded import Coded
from deploycheck.evidence.predictions import Predictions
from deploycheck.evidence.samples import Samples

GROUPS = ("a", "b", "c")
NUMERIC, CATEGORIES = 10, 3


@dataclass(frozen=True)
class World:
    """What is true. ``tpr`` of the last group may differ from that of the others."""

    prevalence: float = 0.3
    tpr: float = 0.8
    fpr: float = 0.1
    last_tpr: float = 0.8
    last_fpr: float = 0.1
    shares: tuple[float, float, float] = (0.4, 0.35, 0.25)
    apart: float = 1.8
    agree: float = 0.9
    champion_tpr: float = 0.8
    champion_fpr: float = 0.1
    shift: float = 0.0
    error: float = 1.0

    def selection(self, group: int) -> float:
        """P(predicted positive) in a group."""
        tpr, fpr = self.rates(group)
        return self.prevalence * tpr + (1 - self.prevalence) * fpr

    def rates(self, group: int) -> tuple[float, float]:
        last = group == len(GROUPS) - 1
        return (self.last_tpr, self.last_fpr) if last else (self.tpr, self.fpr)

    def _mean(self, values: list[float]) -> float:
        return float(np.dot(self.shares, values))

    @property
    def recall(self) -> float:
        return self._mean([self.rates(g)[0] for g in range(3)])

    @property
    def specificity(self) -> float:
        return 1 - self._mean([self.rates(g)[1] for g in range(3)])

    @property
    def accuracy(self) -> float:
        return self.prevalence * self.recall + (1 - self.prevalence) * self.specificity

    @property
    def balanced_accuracy(self) -> float:
        return (self.recall + self.specificity) / 2

    @property
    def f1(self) -> float:
        hit = self.prevalence * self.recall
        return 2 * hit / (hit + self.prevalence + (1 - self.prevalence) * (1 - self.specificity))

    @property
    def roc_auc(self) -> float:
        return float(ndtr(self.apart / sqrt(2)))

    @property
    def parity(self) -> float:
        rates = [self.selection(g) for g in range(3)]
        return max(rates) - min(rates)

    @property
    def impact_ratio(self) -> float:
        rates = [self.selection(g) for g in range(3)]
        return min(rates) / max(rates)

    @property
    def odds(self) -> float:
        return max(abs(self.tpr - self.last_tpr), abs(self.fpr - self.last_fpr))

    @property
    def accuracy_gain(self) -> float:
        """Accuracy of the candidate minus that of the champion."""
        own = self.prevalence * self.champion_tpr + (1 - self.prevalence) * (1 - self.champion_fpr)
        return (1 - self.agree) * (self.accuracy - own)


@dataclass(frozen=True)
class Drawn:
    """One sample: evidence by the name that bindings ask for."""

    predictions: Predictions
    champion: Predictions
    reference: Samples
    current: Samples
    regression: Predictions


def draw(world: World, n: int, random: np.random.Generator) -> Drawn:
    """``n`` rows of the world, and ``n`` of the reference."""
    group = random.choice(3, n, p=world.shares)
    positive = random.random(n) < world.prevalence
    chances = np.array([world.rates(g) for g in range(3)])
    chance = np.where(positive, chances[group, 0], chances[group, 1])
    told = random.random(n) < chance
    own_chance = np.where(positive, world.champion_tpr, world.champion_fpr)
    own = np.where(random.random(n) < world.agree, told, random.random(n) < own_chance)
    noise = random.standard_normal(n)
    score = noise + world.apart * positive
    mixed = world.agree * noise + sqrt(1 - world.agree**2) * random.standard_normal(n)
    groups = {"group": Coded(GROUPS, group.astype(np.int64))}
    target = positive.astype(np.int64)
    truth = random.standard_normal(n) * 3
    return Drawn(
        predictions=_labels(target, told, score, groups),
        champion=_labels(target, own, mixed + world.apart * positive, groups),
        reference=_columns("train", random, n, 0.0),
        current=_columns("test", random, n, world.shift),
        regression=_numbers(truth, truth + world.error * random.standard_normal(n), groups),
    )


def _labels(
    target: NDArray[np.int64], told: NDArray[np.bool_], score: NDArray[np.float64], groups: object
) -> Predictions:
    return Predictions(
        name="test", digest="d", rows=len(target), task="binary_classification",
        labels=("0", "1"), positive="1", favourable="1",
        prediction_codes=told.astype(np.int64), target_codes=target, groups=groups,
        scores=expit(score), data="d",
    )  # fmt: skip


def _numbers(truth: NDArray[np.float64], said: NDArray[np.float64], groups: object) -> Predictions:
    return Predictions(
        name="test", digest="d", rows=len(truth), task="regression", labels=(), positive=None,
        favourable=None, prediction_codes=np.full(len(truth), -1, dtype=np.int64),
        target_codes=None, groups=groups, scores=said, numbers=truth, data="d",
    )  # fmt: skip


def _columns(name: str, random: np.random.Generator, n: int, shift: float) -> Samples:
    numbers = {f"n{i}": random.standard_normal(n) + shift for i in range(NUMERIC)}
    texts = {
        f"t{i}": Coded(("p", "q", "r", "s"), random.choice(4, n, p=[0.4, 0.3, 0.2, 0.1]))
        for i in range(CATEGORIES)
    }
    return Samples(name, name, n, numbers, texts)
