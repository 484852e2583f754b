"""Checker ``champion.cv_compare``."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, Literal, Self

from pydantic import Field, model_validator

from deploycheck.authoring.checker import checker
from deploycheck.authoring.estimates import Count, Estimate, Mean, Undefined
from deploycheck.authoring.fold_scores import FoldScores, ScoreColumns, fold_scores
from deploycheck.authoring.groups import Label
from deploycheck.authoring.measure import Measure
from deploycheck.authoring.params import Column, From, Params
from deploycheck.evidence.samples import Samples

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

DIFFERENCE, BEATS = "difference", "beats_champion"
HALVINGS, HALVES = 5, 2
FEWEST_FOLDS, FEWEST_SETS, FEWEST_MODELS = 2, 5, 3
DIGITS = 13
LARGEST = 1e150  # whose square is still a number


class CvCompare(Params):
    candidate: Label = Field(description="Value of `model` that is the candidate.")
    champion: Label = Field(description="Value of `model` that is the champion.")
    method: Literal["corrected_t", "5x2cv", "ranks"] = Field(
        "corrected_t",
        description="`corrected_t`: folds or random splits of one data set; `5x2cv`: five halvings "
        "of one data set; `ranks`: data sets that are independent of one another.",
    )
    fold: Column = Field(
        "fold", description="Column that names the fold, or with `ranks` the data set."
    )
    model: Column = Field("model", description="Column that names the model.")
    score: Column = Field("score", description="Column with the score of that model on that fold.")
    halving: Column | None = Field(
        None, description="With `5x2cv`: column that names the halving that a fold is half of."
    )
    test_share: float | None = Field(
        None,
        gt=0,
        lt=1,
        description="With `corrected_t`: share of all rows that a fold tests, such as 0.1 for ten "
        "folds.",
    )
    better: Literal["higher", "lower"] = Field(
        "higher", description="Whether a higher or a lower score is better."
    )
    confidence: float = Field(
        0.95,
        gt=0.5,
        lt=1,
        description=f"How sure `{BEATS}` must be; bounds of `{DIFFERENCE}` have that of `decide`.",
    )

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if self.candidate == self.champion:
            raise ValueError("candidate: it is the champion; name two models")
        for name, method in (("test_share", "corrected_t"), ("halving", "5x2cv")):
            given = getattr(self, name) is not None
            if given != (self.method == method):
                word = "needs" if self.method == method else "has no use for"
                raise ValueError(f"{name}: method {self.method} {word} it")
        return self

    def unmeasured(self, measure: str, task: str | None) -> tuple[str, str] | None:
        if measure == DIFFERENCE and self.method == "ranks":
            reason = "the scores of different data sets have no common scale"
            return reason, f"require {BEATS}, or choose another `method`"
        return super().unmeasured(measure, task)


@checker(
    "champion.cv_compare",
    measures=[
        Measure(
            DIFFERENCE,
            unit="number",
            better="higher",
            doc="Mean over the folds of the candidate's score minus the champion's, or the other "
            "way round where lower is better.",
        ),
        Measure(
            BEATS,
            unit="count",
            better="higher",
            doc="1 where the test of `method` shows the candidate to be better than the champion, "
            "0 where it shows that it is worse; undefined where it shows neither.",
            high=1,
        ),
    ],
)
def cv_compare(params: CvCompare, folds: Annotated[Samples, From("folds")]) -> Iterator[Estimate]:
    """The candidate scores better than the champion over folds or data sets, beyond chance.

    Why: Scores of the folds of one data set are not independent, because their training rows
    overlap. The usual t test over folds calls equal models different in far more than 5 % of
    cases, and the more so, the more often the folds are drawn anew.

    Fix: More folds of the same data add little. An inconclusive comparison needs more data, or
    scores on more data sets. Where the two final models exist, compare these on a hold-out by
    `champion.superior`: folds compare recipes for training, not the model that is released.

    Definition: The data set has one row for each fold and model, with the score. With dᵢ = score of
    the candidate − score of the champion on fold i (or the reverse for `better: lower`) difference
    = mean dᵢ. beats_champion is 1, 0 or undefined by a test at `confidence` on each side.
    `corrected_t`: J folds or random splits of one data set; t is the mean over √((1/J + s ÷ (1 −
    s)) S²), s being `test_share` and S² the sample variance of dᵢ. `5x2cv`: five halvings, each
    half tested once; F = Σ d² ÷ (2 Σ s²), s² the variance in a halving, against F(10, 5), and the
    sign of difference. `ranks`: data sets that are independent of one another; all models of the
    data set are ranked on each, and the candidate beats the champion where the F of Friedman's
    ranks says that not all are alike, and its mean rank is better by Nemenyi's critical difference.

    Bounds: Student t with J − 1 degrees of freedom for difference, with that variance (s = 1/2 for
    `5x2cv`). With `ranks` there is no difference: the scores of different data sets have no common
    scale. beats_champion is a count, and inconclusive where the data do not tell the two apart.

    Undefined: Without rows (an empty table), with one fold, and where all differences are equal,
    nothing can be said, and the control is inconclusive; so it is with other than five halvings of
    two folds each, where the halves of all of them agree exactly, with scores whose squares are no
    numbers, with fewer than five data sets to rank on, or fewer than three models to rank. A fold
    that has not exactly one score of a model is an error; so are a missing fold, model or score,
    and a candidate or champion that has no row.

    Cost: O(n) in the number of scores, and a sort of each data set's.

    Source: Nadeau and Bengio 2003, "Inference for the generalization error"; Alpaydin 1999,
    "Combined 5×2 cv F test for comparing supervised classification learning algorithms"; Demšar
    2006, "Statistical comparisons of classifiers over multiple data sets".

    Example:
        check: champion.cv_compare
        with: {data: folds, candidate: new, champion: old, test_share: 0.1}
        require: {difference: {min: 0}}
    """
    pair = (params.candidate, params.champion)
    columns = ScoreColumns(params.fold, params.model, params.score, params.halving)
    table = fold_scores(folds, columns, pair, others=params.method == "ranks")
    if params.method == "ranks":
        yield from _ranked(params, table)
        return
    if len(table.folds) < FEWEST_FOLDS:
        for name in (DIFFERENCE, BEATS):
            yield Undefined(name, len(table.folds), f"{len(table.folds)} folds, fewer than two")
        return
    candidate, champion = (table.of(name) for name in pair)
    if params.better == "lower":
        candidate, champion = champion, candidate
    yield from _over_folds(params, _apart(candidate, champion), table)


def _apart(first: "NDArray[np.float64]", second: "NDArray[np.float64]") -> "NDArray[np.float64]":
    """The differences, without the last digits: 0.5 - 0.7 and 0.6 - 0.8 are the same difference."""
    import numpy as np

    scale = max(float(np.abs(first).max()), float(np.abs(second).max())) or 1.0
    with np.errstate(over="ignore"):
        made: NDArray[np.float64] = np.round(first / scale - second / scale, DIGITS) * scale
    return made


def _over_folds(
    params: CvCompare, differences: "NDArray[np.float64]", table: FoldScores
) -> Iterator[Estimate]:
    """What folds of one data set say of two models."""
    import numpy as np

    from deploycheck.stats.cv import corrected_mean, five_by_two

    folds = len(differences)
    if not np.abs(differences).max() < LARGEST:
        for name in (DIFFERENCE, BEATS):
            yield Undefined(name, folds, "the scores are too large to be averaged")
        return
    halved = _by_halving(differences, table) if params.method == "5x2cv" else None
    if isinstance(halved, str):
        for name in (DIFFERENCE, BEATS):
            yield Undefined(name, folds, halved)
        return
    found = corrected_mean(differences, params.test_share or 0.5)
    if found.sd == 0:
        alike = "all differences are equal, so nothing is known of how they vary"
        yield Undefined(DIFFERENCE, folds, alike, found.mean)
        yield Undefined(BEATS, folds, alike)
        return
    deviation = float(np.std(differences, ddof=1))
    told = f"standard deviation over the folds {deviation:.4g}, corrected {found.sd:.4g}"
    yield Mean(DIFFERENCE, found.mean, found.sd, folds, details=(told,))
    if halved is None:
        told = f"t = {found.statistic:.4g}, {folds - 1} degrees of freedom"
        yield _beats(params, found.mean, found.pvalue / 2, folds, told)
        return
    try:
        f = five_by_two(halved)
    except ValueError as error:
        yield Undefined(BEATS, folds, str(error))
        return
    # F has no side: where the models are alike, half of what it rejects lies on either.
    told = f"F = {f.statistic:.4g}, {f.df[0]} and {f.df[1]} degrees of freedom"
    yield _beats(params, found.mean, f.pvalue / 2, folds, told)


def _beats(params: CvCompare, lead: float, pvalue: float, of: int, told: str) -> Estimate:
    """Whether the side that a statistic is on is beyond chance, or that nobody can tell."""
    said = f"{told}, p = {pvalue:.3g} on one side"
    if pvalue > 1 - params.confidence:
        return Undefined(BEATS, of, f"the two are not told apart ({said})")
    return Count(BEATS, int(lead > 0), of=of, details=(said,))


def _by_halving(
    differences: "NDArray[np.float64]", table: FoldScores
) -> "NDArray[np.float64] | str":
    """The differences of shape (5, 2), or why they have another one."""
    import numpy as np

    codes = table.halvings
    if codes is None:
        return "no halving is named"
    _, sizes = np.unique(codes, return_counts=True)
    if len(sizes) != HALVINGS or (sizes != HALVES).any():
        return f"{len(codes)} folds of {len(sizes)} halvings, where five of two folds are needed"
    made: NDArray[np.float64] = differences[np.argsort(codes, kind="stable")].reshape(-1, HALVES)
    return made


def _ranked(params: CvCompare, table: FoldScores) -> Iterator[Estimate]:
    """What ranks over independent data sets say of all models."""
    from deploycheck.stats.cv import ranking

    sets, models = len(table.folds), len(table.models)
    reason = ""
    if sets < FEWEST_SETS:
        reason = f"{sets} data sets, fewer than {FEWEST_SETS}"
    elif models < FEWEST_MODELS:
        reason = f"{models} models, fewer than {FEWEST_MODELS}"
    if reason:
        yield Undefined(BEATS, sets, reason)
        return
    found = ranking(table.scores if params.better == "higher" else -table.scores)
    ranks = dict(zip(table.models, map(float, found.ranks), strict=True))
    level = 1 - params.confidence
    critical = found.critical_difference(level)
    lead = ranks[params.champion] - ranks[params.candidate]
    pair = f"{ranks[params.candidate]:.4g} and {ranks[params.champion]:.4g}"
    told = (
        f"mean ranks {pair} of {models} models, critical difference {critical:.4g}",
        f"Friedman's F = {found.f.statistic:.4g}, p = {found.f.pvalue:.3g}",
    )
    if found.f.pvalue > level or abs(lead) < critical:
        yield Undefined(BEATS, sets, f"the two are not told apart ({'; '.join(told)})")
    else:
        yield Count(BEATS, int(lead > 0), of=sets, details=told)
