"""Train and test sets in which nothing is wrong, in memory and as files that other tools read."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy.special import expit, logit
from world import GROUPS, Drawn, draw

from controls import ALIKE

MORE = 7  # columns beside those of the world, to make twenty
SEED = 2_024


def null(rows: int, run: int) -> tuple[Drawn, Drawn]:
    """A train and a test set in which nothing is wrong."""
    random = np.random.default_rng([SEED, rows, run])
    test, train = draw(ALIKE, rows, random), draw(ALIKE, rows, random)
    reference, current = (
        replace(
            samples,
            numbers={
                **{name: np.round(found, 6) for name, found in samples.numbers.items()},
                **{f"n{10 + i}": np.round(random.standard_normal(rows), 6) for i in range(MORE)},
            },
        )
        for samples in (test.reference, test.current)
    )
    return _calibrated(replace(train, current=reference)), _calibrated(
        replace(test, reference=reference, current=current)
    )


def _calibrated(drawn: Drawn) -> Drawn:
    """The scores as the chance of being positive: the world's own are in the same order."""

    def chance(scores: NDArray[np.float64]) -> NDArray[np.float64]:
        apart = ALIKE.apart
        return np.round(expit(apart * (logit(scores) - apart / 2) + logit(ALIKE.prevalence)), 6)

    both = (drawn.predictions, drawn.champion)
    candidate, champion = (replace(said, scores=chance(said.scores)) for said in both)
    return replace(drawn, predictions=candidate, champion=champion)


def frame(drawn: Drawn) -> pl.DataFrame:
    """The current columns of a sample, and what is predicted of its rows, as a table."""
    said, champion = drawn.predictions, drawn.champion
    texts = {
        name: np.array(coded.values)[coded.codes] for name, coded in drawn.current.texts.items()
    }
    return pl.DataFrame(
        {
            **drawn.current.numbers,
            **texts,
            "group": np.array(GROUPS)[said.groups["group"].codes],
            "target": said.target_codes,
            "prediction": said.prediction_codes,
            "score": said.scores,
            "champion_prediction": champion.prediction_codes,
            "champion_score": champion.scores,
        }
    )


def turns(runs: int, rows: int) -> int:
    """A third of the runs where there are many rows."""
    return runs if rows < 5_000 else max(1, runs // 3)


def written(home: Path, runs: int, sizes: Sequence[int]) -> None:
    """All data sets, as ``ROWS/RUN/train.csv`` and ``test.csv``."""
    for rows in sizes:
        for run in range(turns(runs, rows)):
            folder = home / str(rows) / f"{run:04}"
            folder.mkdir(parents=True, exist_ok=True)
            for name, drawn in zip(("train", "test"), null(rows, run), strict=True):
                frame(drawn).write_csv(folder / f"{name}.csv")
