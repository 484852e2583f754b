"""Checker ``champion.non_inferior``."""

from collections.abc import Iterator

from deploycheck.authoring.answered import same_rows
from deploycheck.authoring.champions import MARGIN, MEASURES, RelativeParams, measured
from deploycheck.authoring.checker import checker
from deploycheck.authoring.compared import compared
from deploycheck.authoring.estimates import Estimate
from deploycheck.authoring.measure import Measure
from deploycheck.evidence.predictions import Predictions


class NonInferior(RelativeParams):
    """Nothing beyond what every comparison with the champion takes."""


@checker(
    "champion.non_inferior",
    measures=[
        *MEASURES,
        Measure(
            MARGIN,
            unit="number",
            better="higher",
            doc="With `relative`: the metric of the candidate minus (1 - relative) times that of "
            "the champion, or of an error (1 + relative) times that of the champion minus that of "
            "the candidate; from 0 on the candidate is within that share of the champion.",
        ),
    ],
    roles=["target"],
    version="2",
)
def non_inferior(
    params: NonInferior, predictions: Predictions, champion: Predictions
) -> Iterator[Estimate]:
    """The candidate is not worse than the champion by more than a margin.

    Why: An update that is worse than the model in force is no update. "No significant difference"
    shows nothing: with few rows no difference is ever significant.

    Fix: Look at the rows that the champion has right and the candidate wrong. An inconclusive
    control needs more rows, or a margin that says what loss would really matter.

    Definition: difference = metric(candidate) − metric(champion); the margin δ stands in the
    policy, as `min: −δ`. Where `metric` is an error (log_loss, brier_score, mean_absolute_error,
    root_mean_squared_error) less is better, and error_reduction = metric(champion) −
    metric(candidate) takes its place, so that `min: −δ` means the same: at most δ worse. With
    `relative: 0.01` relative_margin = metric(candidate) − 0.99 × metric(champion), or 1.01 ×
    metric(champion) − metric(candidate) of an error, and `min: 0` says "within one percent of the
    champion", the champion's own uncertainty included. accuracy is over all rows, recall over
    those that are positive, specificity over those that are not; roc_auc is of the scores, and
    balanced_accuracy is the area under the curve of the labels, which equals (recall +
    specificity) ÷ 2; f1 is of the positive label, f1_macro the mean over the labels that occur.
    All equal scikit-learn's functions of the same name; of more than two labels all but the
    positive one are negative, where a metric needs one.

    Bounds: For accuracy, recall and specificity Tango's score for the difference of two proportions
    on the same rows, with two Clopper–Pearson bounds where the discordant rows are too few. For
    the areas DeLong's method for two curves on the same rows. All others are smooth functions of
    means over the rows, of both models at once, and so are these three with `relative`, under
    sampling weights or with repeated entities. Where fewer than 20 rows tell the two models
    apart, such a function says nothing of rows not seen; then the difference is bounded as a mean
    of numbers between two ends by Hoeffding's inequality with the variance seen (no error of a
    row is taken to be larger than the largest seen). A model compared with itself differs by 0,
    and the bounds have a width all the same: the next rows may tell the two apart.

    Undefined: Without rows (an empty table, one class where only the other counts) there is no
    metric. Areas need two rows of each class, f1 ten positive rows, f1_macro ten of each label;
    errors need 100 rows, and so do accuracy, recall and specificity where they are bounded as
    smooth functions; one row is too few. Matthews' correlation needs two labels from each. A
    constant prediction is compared as it is otherwise. A missing target or prediction is an error,
    and so are scores that are missing or no probabilities where they are asked for, rows that are
    not the same for both, and a release without a champion. A metric of another task is refused
    when the plan is made, and so is a measure that `metric` or `relative` does not give.

    Cost: One comparison of each row, O(n); for areas one sort, O(n log n); beside the answers of
    both models.

    Source: Tango 1998, "Equivalence test and confidence interval for the difference in
    proportions for the paired-sample design"; DeLong, DeLong and Clarke-Pearson 1988; Fagerland,
    Lydersen and Laake 2013.

    Example:
        check: champion.non_inferior
        with: {data: test, metric: accuracy}
        require: {difference: {min: -0.01}}
    """
    same_rows(predictions, champion)
    yield from measured(params.metric, predictions, champion, {})
    if params.relative is not None:
        factor = params.factor(params.relative)
        yield compared(MARGIN, params.metric, predictions, champion, factor=factor)
