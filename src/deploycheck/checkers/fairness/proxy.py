"""Checker ``fairness.proxy``."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from pydantic import Field

from deploycheck.authoring.answered import FEWEST_OF_A_CLASS
from deploycheck.authoring.checker import checker
from deploycheck.authoring.columns import quoted
from deploycheck.authoring.decisions import features_of, numeric
from deploycheck.authoring.errors import needed
from deploycheck.authoring.estimates import Auc, Estimate, Smooth, Undefined
from deploycheck.authoring.features import LARGEST, coded_columns, texts_of
from deploycheck.authoring.groups import GroupParams
from deploycheck.authoring.measure import Measure
from deploycheck.authoring.parity import Part, Sorted, parts, sort_parts
from deploycheck.authoring.seed import Seed
from deploycheck.evidence.coded import Coded
from deploycheck.evidence.examples import Examples
from deploycheck.evidence.predictor import Predictor

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

AREA, SHARE = "proxy_auc", "eta_squared"
MOST_GROUPS = 50
ROUNDS, LEAVES = 60, 15  # of the boosted trees


class Proxy(GroupParams):
    folds: int = Field(
        5,
        ge=2,
        le=20,
        strict=True,
        description="Parts of the rows, each told by what was learnt from the others.",
    )


@checker(
    "fairness.proxy",
    measures=[
        Measure(
            AREA,
            unit="score",
            better="lower",
            doc="For each group, how well the features tell who is in it: the cross-validated area "
            "under the ROC curve; one half is not at all.",
        ),
        Measure(
            SHARE,
            unit="probability",
            better="lower",
            doc="For each numeric feature, the share of its variance that lies between the groups.",
        ),
    ],
)
def proxy(
    params: Proxy, examples: Examples, predictor: Predictor, seed: Seed
) -> Iterator[Estimate]:
    """The features do not tell which group a person is in.

    Why: A model that is not given the protected column can still read it off the others: a postcode
    tells the race, a first name the sex. Leaving the column out then changes nothing.

    Fix: See which feature has a large eta_squared, and what the model needs it for. Drop it, make
    it coarser, or keep it with the reason written down. A large area with small shares says that
    features tell the group together; `fairness.counterfactual_flip` and the checks of rates say
    whether the model makes use of it.

    Definition: For each group g of each column of `by`, scikit-learn's
    HistGradientBoostingClassifier learns from the model's features who is in g, on `folds` − 1 of
    `folds` random parts of the rows, and scores the rows of the other; proxy_auc is the area under
    the ROC curve of all these scores. eta_squared = Σ_g n_g (mean_g − mean)² ÷ Σ (x − mean)² of a
    numeric feature x over the rows that have it. A protected column that is itself a feature of the
    model is left out, and the details say so.

    Bounds: For the area the outermost of logit DeLong, Newcombe's method 5 and, in small classes,
    Hoeffding: of the area that is reached by learning from as many rows, parts and model being
    drawn once by a seed that follows from the evidence. eta_squared has those of a smooth function
    of means; near zero its upper bound is what tells.

    Undefined: A group with fewer than `min_n` rows in it, or outside it, is not assessed and makes
    the control inconclusive, unless `min_share` or `exclude` declares it out. Without a feature
    (all of them protected), without two groups (an empty data set, one row, a constant protected
    column), and beyond 50 groups, nothing can be said. A feature that is constant or text has no
    share of variance; text and missing values count in the area. A missing protected value is the
    group `(missing)`, or an error with `missing: error`. The target is not used, so any task will
    do. A release without a model is refused when the plan is made, and so are sampling weights and
    repeated entities. Without scikit-learn the control is an error that names the command to
    install it.

    Cost: `folds` fits for each group, O(features · n) each; the model itself is not asked.

    Source: Feldman, Friedler, Moeller, Scheidegger and Venkatasubramanian 2015, "Certifying and
    removing disparate impact" (KDD); Fisher 1925 for eta squared.

    Example:
        check: fairness.proxy
        with: {data: test, by: [sex]}
        require: {proxy_auc: {max: 0.65}, eta_squared: {max: 0.3}}
    """
    columns = features_of(examples, predictor)
    codes = {column: Coded.of(texts_of(examples.columns[column])) for column in params.by}
    for split in params.splits:
        left = {name: values for name, values in columns.items() if name not in split}
        own = [quoted(name) for name in split if name in columns]
        details = (f"the model reads {', '.join(own)} itself, which is left out",) if own else ()
        found = parts(codes, split, examples.rows)
        basis = {i: min(part.counted, examples.rows - part.counted) for i, part in enumerate(found)}
        groups = sort_parts(params, split, found, basis)
        yield from _areas(params, groups, left, examples.rows, details, int(seed))
        yield from _shares(groups, left)


def _areas(
    params: Proxy,
    groups: Sorted,
    columns: Mapping[str, Any],
    rows: int,
    details: tuple[str, ...],
    seed: int,
) -> Iterator[Estimate]:
    import numpy as np

    place = {"by": groups.assessed.by}
    yield from groups.unsaid([AREA], "rows in the group, or outside it")
    told = groups.compared
    why = "" if columns else "the model reads no other feature"
    if len(groups.parts) < 2:
        why = f"fewer than two groups: {len(groups.parts)}"
    elif len(told) > MOST_GROUPS:
        why = f"{len(told):,} groups are more than {MOST_GROUPS}"
    if why:
        yield Undefined(AREA, rows, why, slice=place, details=details)
        return
    matrix = _varying(coded_columns(columns))
    known: NDArray[np.float64] | None = None
    for part in told:
        member = np.zeros(rows, dtype=np.int64)
        member[part.rows] = 1
        if min(part.counted, rows - part.counted) < max(FEWEST_OF_A_CLASS, params.folds):
            few = f"fewer than {params.folds} rows in the group, or outside it"
            yield Undefined(AREA, part.counted, few, slice=part.slice)
            continue
        # Of two groups, who tells the one tells the other.
        scores = _told(matrix, member, params.folds, seed) if known is None else 1 - known
        known = scores if len(groups.parts) == 2 else None
        yield Auc(AREA, scores[member == 1], scores[member == 0], slice=part.slice, details=details)


def _varying(matrix: NDArray[np.float64]) -> NDArray[np.float64]:
    """The columns with two different values, of which missing is one."""
    import numpy as np

    first = matrix[:1]
    same = (matrix == first) | (np.isnan(matrix) & np.isnan(first))
    return matrix[:, ~same.all(axis=0)]


def _told(matrix: Any, member: NDArray[np.int64], folds: int, seed: int) -> NDArray[np.float64]:
    """The score of each row, by what was learnt from the other parts."""
    import numpy as np

    try:
        from sklearn.ensemble import HistGradientBoostingClassifier
        from threadpoolctl import threadpool_limits
    except ImportError:
        raise needed("scikit-learn", "sklearn", "telling the group from the features") from None
    draw = np.random.default_rng(seed)
    fold = np.empty(len(member), dtype=np.int64)
    for label in (0, 1):  # each part has its share of both
        rows = draw.permutation(np.flatnonzero(member == label))
        fold[rows] = np.arange(len(rows)) % folds
    scores = np.zeros(len(member))
    if not matrix.shape[1]:
        return scores
    # On a busy machine threads that wait for one another take twenty times as long as one.
    with threadpool_limits(limits=1):
        for part in range(folds):
            learn, hold = fold != part, fold == part
            model = HistGradientBoostingClassifier(
                max_iter=ROUNDS, max_leaf_nodes=LEAVES, early_stopping=False,
                random_state=seed % 2**32,
            )  # fmt: skip
            model.fit(matrix[learn], member[learn])
            scores[hold] = model.predict_proba(matrix[hold])[:, 1]
    return scores


def _shares(groups: Sorted, columns: Mapping[str, Any]) -> Iterator[Estimate]:
    import numpy as np

    place = {"by": groups.assessed.by}
    told: Sequence[Part] = groups.compared
    named = [name for name, values in columns.items() if numeric(values)]
    if len(told) < 2 or not named:
        why = "no numeric feature" if len(told) >= 2 else "fewer than two groups can be compared"
        yield Undefined(SHARE, sum(part.counted for part in told), why, slice=place)
        return
    yield from groups.unsaid([SHARE], "rows in the group, or outside it")
    rows = np.concatenate([part.rows for part in told])
    member = np.repeat(np.arange(len(told)), [len(part.rows) for part in told])
    for name in named:
        values = columns[name][rows]
        known = np.isfinite(values)
        where = {**place, "feature": name}
        x = np.clip(values[known], -LARGEST, LARGEST)
        inside = np.eye(len(told))[member[known]]
        inside = inside[:, inside.any(axis=0)]
        spread = float(np.std(x)) if len(x) else 0.0
        if not spread > 0 or inside.shape[1] < 2:
            why = "the feature has one value, or is there in one group alone"
            yield Undefined(SHARE, len(x), why, slice=where)
            continue
        z = (x - x.mean()) / spread
        terms = np.column_stack([inside, inside * z[:, None], z**2])
        yield Smooth(SHARE, terms, _share, slice=where)


def _share(means: NDArray[np.float64]) -> NDArray[np.float64]:
    """The share of variance between groups, from means of membership, x by group, and x²."""
    size = (means.shape[-1] - 1) // 2
    share, total = means[..., :size], means[..., size:-1]
    center = total.sum(axis=-1) ** 2
    made: NDArray[np.float64] = ((total**2 / share).sum(axis=-1) - center) / (
        means[..., -1] - center
    )
    return made
