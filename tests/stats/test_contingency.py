"""Metrics of a table of counts are those of the rows, and resampling it is resampling them."""

import csv
import time
import warnings
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from deploycheck.stats import contingency_metrics as metrics
from deploycheck.stats.contingency import contingency
from deploycheck.stats.contingency_bounds import linearised, resampled, resampled_bounds

DATA = Path(__file__).parent / "data"
COMPAS = Path(__file__).parents[2] / "examples/recidivism/data/compas_two_years_min.csv"


def read(path):
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def expanded(path, by):
    """Rows from counts: two protected columns, target and prediction."""
    found = read(path)
    times = [int(row["rows"]) for row in found]
    columns = [np.repeat([row[name] for row in found], times) for name in (*by,)]
    labels = [
        np.repeat([int(row[name]) for row in found], times) for name in ("target", "prediction")
    ]
    return (*columns, *labels)


def compas():
    found = read(COMPAS)
    target = np.array([int(row["two_year_recid"]) for row in found])
    told = np.array([int(int(row["decile_score"]) >= 5) for row in found])
    return *(np.array([row[name] for row in found]) for name in ("sex", "race")), target, told


def drawn():
    random = np.random.default_rng(5)
    first, second = random.choice(list("abc"), 3_000), random.choice(list("xy"), 3_000)
    target = random.integers(0, 2, 3_000)
    return first, second, target, np.where(random.random(3_000) < 0.3, 1 - target, target)


SETS = {
    "compas": compas,
    "adult": lambda: expanded(DATA / "adult_test.csv", ("sex", "race")),
    "german": lambda: expanded(DATA / "german_credit.csv", ("sex", "age")),
    "random": drawn,
}
RATES = {
    "selection_rate": metrics.selection_rate,
    "true_positive_rate": metrics.true_positive_rate,
    "false_positive_rate": metrics.false_positive_rate,
    "true_negative_rate": metrics.true_negative_rate,
    "false_negative_rate": metrics.false_negative_rate,
}


def tabled(first, second, target, told):
    found = [np.unique(one, return_inverse=True) for one in (first, second)]
    names, codes = [name for name, _ in found], [code for _, code in found]
    made = contingency(target, told, 2, codes, [len(name) for name in names])
    return names, made


@pytest.mark.parametrize("name", SETS)
def test_equals_fairlearn_by_every_grouping(name):
    from fairlearn import metrics as fairlearn

    first, second, target, told = SETS[name]()
    names, made = tabled(first, second, target, told)
    for axes, feature in (((0,), first), ((1,), second)):
        frame = fairlearn.MetricFrame(
            metrics={rate: getattr(fairlearn, rate) for rate in RATES},
            y_true=target, y_pred=told, sensitive_features=feature,
        )  # fmt: skip
        table = made.by(*axes).counts
        for rate, of in RATES.items():
            found = dict(zip(names[axes[0]].tolist(), of(table).tolist(), strict=True))
            assert found == pytest.approx(frame.by_group[rate].to_dict(), abs=1e-12)
            assert of(made.by().counts) == pytest.approx(frame.overall[rate], abs=1e-12)
        for named in ("demographic_parity", "equalized_odds"):
            for how in ("difference", "ratio"):
                theirs = getattr(fairlearn, f"{named}_{how}")
                expected = theirs(target, told, sensitive_features=feature)
                mine = getattr(metrics, f"{named}_{how}")(table)
                assert mine == pytest.approx(expected, abs=1e-12)
    together = np.char.add(np.char.add(first.astype(str), "|"), second.astype(str))
    frame = fairlearn.MetricFrame(
        metrics=fairlearn.selection_rate, y_true=target, y_pred=told, sensitive_features=together
    )
    for label, expected in frame.by_group.items():
        one, two = label.split("|")
        place = names[0].tolist().index(one), names[1].tolist().index(two)
        assert metrics.selection_rate(made.counts)[place] == pytest.approx(expected, abs=1e-12)


def many_labels():
    """COMPAS again: one score in three words against the other, where three labels occur."""
    found = [row for row in read(COMPAS) if row["score_text"] != "N/A" != row["v_score_text"]]
    words = sorted({row["score_text"] for row in found})
    code = {word: place for place, word in enumerate(words)}
    return tuple(
        np.array([code[row[name]] for row in found]) for name in ("v_score_text", "score_text")
    ), 3


def two(name):
    return lambda: (SETS[name]()[2:], 2)


@pytest.mark.parametrize("rows", [*map(two, SETS), many_labels], ids=[*SETS, "three labels"])
def test_equals_scikit_learn(rows):
    from sklearn import metrics as sk

    (target, told), labels = rows()
    table = contingency(target, told, labels).counts
    assert table.tolist() == sk.confusion_matrix(target, told).tolist()
    expected = {
        metrics.accuracy: sk.accuracy_score,
        metrics.balanced_accuracy: sk.balanced_accuracy_score,
        metrics.matthews: sk.matthews_corrcoef,
        metrics.kappa: sk.cohen_kappa_score,
    }
    for mine, theirs in expected.items():
        assert mine(table) == pytest.approx(theirs(target, told), abs=1e-9)
    for what, theirs in (
        ("precision", sk.precision_score), ("recall", sk.recall_score), ("f1", sk.f1_score),
    ):  # fmt: skip
        for how in ("macro", "micro", "weighted"):
            mine = getattr(metrics, how)(what)(table)
            assert mine == pytest.approx(theirs(target, told, average=how), abs=1e-9)
    if labels == 2:
        for mine, theirs in (
            (metrics.precision, sk.precision_score), (metrics.f1, sk.f1_score),
            (metrics.jaccard, sk.jaccard_score), (metrics.true_positive_rate, sk.recall_score),
        ):  # fmt: skip
            assert mine(table) == pytest.approx(theirs(target, told), abs=1e-9)


CODES = st.integers(2, 4).flatmap(
    lambda labels: st.lists(
        st.tuples(st.integers(0, labels - 1), st.integers(0, labels - 1), st.integers(0, 5)),
        min_size=1, max_size=40,
    ).map(lambda rows: (labels, rows))
)  # fmt: skip


@given(CODES)
@settings(max_examples=80, deadline=None)
def test_counts_and_sampling_weights_equal_weighted_rows(given):
    from sklearn import metrics as sk

    labels, rows = given
    target, told, times = (np.array(part) for part in zip(*rows, strict=True))
    whole = contingency(target, told, labels, counts=times)
    repeated = contingency(np.repeat(target, times), np.repeat(told, times), labels)
    assert whole.counts.tolist() == repeated.counts.tolist()
    assert whole.rows == repeated.rows == times.sum()
    drawn = contingency(target, told, labels, sampling=times / 3)
    assert drawn.rows == (times > 0).sum()
    assert drawn.squares.sum() == pytest.approx((times**2).sum() / 9)
    if not times.sum():
        assert np.isnan(metrics.accuracy(whole.counts))
        return
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # scikit-learn warns of what has no value, and says 0
        for mine, theirs in (
            (metrics.accuracy, sk.accuracy_score),
            (metrics.balanced_accuracy, sk.balanced_accuracy_score),
            (metrics.macro("f1"), lambda *a, **k: sk.f1_score(*a, average="macro", **k)),
            (metrics.weighted("precision"),
             lambda *a, **k: sk.precision_score(*a, average="weighted", **k)),
            (metrics.matthews, sk.matthews_corrcoef),
        ):  # fmt: skip
            keep = times > 0
            expected = theirs(target[keep], told[keep], sample_weight=times[keep])
            for table in (whole, drawn):
                found = float(mine(table.counts))
                assert np.isnan(found) or found == pytest.approx(expected, abs=1e-9)


def test_what_has_no_value_is_nan():
    nothing = np.zeros((2, 2))
    only_negative = np.array([[5.0, 0], [0, 0]])
    for of in (metrics.accuracy, metrics.f1, metrics.selection_rate, metrics.kappa):
        assert np.isnan(of(nothing))
    assert np.isnan(metrics.true_positive_rate(only_negative))
    assert metrics.false_positive_rate(only_negative) == 0
    assert np.isnan(metrics.matthews(only_negative))
    groups = np.stack([only_negative, np.array([[1.0, 1], [1, 3]])])
    # One group alone has a true-positive rate, so that there is no gap to see.
    assert metrics.difference(metrics.true_positive_rate)(groups) == 0
    assert np.isnan(metrics.difference(metrics.accuracy)(np.zeros((2, 2, 2))))
    assert np.isnan(metrics.ratio(metrics.selection_rate)(np.stack([only_negative] * 2)))
    for make in (metrics.macro, metrics.weighted):
        with pytest.raises(ValueError, match="precision, recall or f1"):
            make("accuracy")(groups)
    with pytest.raises(ValueError, match="precision, recall or f1"):
        metrics.micro("accuracy")


def test_another_grouping_is_a_sum():
    first, second, target, told = drawn()
    codes = [np.unique(one, return_inverse=True)[1] for one in (first, second)]
    random = np.random.default_rng(1)
    weights, entities = random.random(3_000), random.integers(0, 400, 3_000)
    for more in ({}, {"sampling": weights}, {"clusters": entities}):
        made = contingency(target, told, 2, codes, [3, 2], **more)
        for axes in ((), (0,), (1,), (1, 0)):
            alone = contingency(
                target, told, 2, [codes[a] for a in axes], [(3, 2)[a] for a in axes], **more
            )
            summed = made.by(*axes)
            assert summed.counts == pytest.approx(alone.counts)
            assert linearised(summed.by(), metrics.f1).error == pytest.approx(
                linearised(alone.by(), metrics.f1).error
            )
    for axes in ((2,), (0, 0), (-1,)):
        with pytest.raises(ValueError, match="groupings are 0 to 1"):
            made.by(*axes)


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"target": [0, 2]}, "a code lies outside 0 to 1"),
        ({"prediction": [0, -1]}, "a code lies outside 0 to 1"),
        ({"target": [0]}, "as long as one another"),
        ({"target": [0.5, 1.0]}, "whole numbers"),
        ({"labels": 0}, "at least one label"),
        ({"sizes": [2]}, "a size of at least 1"),
        ({"groups": [[0, 1]], "sizes": [0]}, "a size of at least 1"),
        ({"groups": [[0, 1]], "sizes": [10**6]}, "1,000,000 groups are more than 10,000"),
        ({"groups": [[0, 1]], "sizes": [10_000], "labels": 100}, "more than 10,000,000"),
        ({"counts": [1, 1], "sampling": [1, 1]}, "not both"),
        ({"counts": [1, 0.5]}, "whole numbers"),
        ({"counts": [1, -1]}, "not be negative"),
        ({"counts": [1]}, "one count for each row"),
        ({"sampling": [1.0]}, "one weight for each row"),
        ({"sampling": [1, np.nan]}, "finite and not negative"),
        ({"sampling": [1, -0.5]}, "finite and not negative"),
        ({"clusters": [1]}, "one entity for each row"),
    ],
)
def test_what_is_no_table_is_refused(change, why):
    rows = {"target": [0, 1], "prediction": [1, 1], "labels": 2}
    with pytest.raises(ValueError, match=why):
        contingency(**(rows | change))


def test_resampled_cells_are_resampled_rows():
    """Mean and spread of the same metric over resamples of rows, to within their own noise."""
    first, _, target, told = drawn()
    code = np.unique(first, return_inverse=True)[1]
    table = contingency(target, told, 2, [code], [3])
    gap = metrics.difference(metrics.true_positive_rate)
    cells = resampled(table, [gap, metrics.equalized_odds_ratio], 4_000, np.random.default_rng(2))
    assert cells.shape == (2, 4_000)
    random, rows = np.random.default_rng(3), []
    for _ in range(1_500):
        at = random.integers(0, 3_000, 3_000)
        rows.append(float(gap(contingency(target[at], told[at], 2, [code[at]], [3]).counts)))
    error = np.std(rows) / 1_500**0.5
    assert np.mean(cells[0]) == pytest.approx(np.mean(rows), abs=4 * error)
    assert np.std(cells[0]) == pytest.approx(np.std(rows), rel=0.08)
    again = resampled(table, [gap], 4_000, np.random.default_rng(2))
    assert again[0].tolist() == cells[0].tolist()
    counted = contingency(target, told, 2, [code], [3], counts=np.full(3_000, 100))
    wide = resampled(counted, [gap], 4_000, np.random.default_rng(2))
    assert np.std(wide) == pytest.approx(np.std(rows) / 10, rel=0.3)


def test_only_counts_of_independent_rows_are_resampled():
    target, told = np.array([0, 1] * 50), np.array([0, 1, 1, 1] * 25)
    random = np.random.default_rng(1)
    for more in ({"sampling": np.ones(100)}, {"clusters": np.arange(100) // 2}):
        table = contingency(target, told, 2, **more)
        with pytest.raises(ValueError, match="take the linearised variance"):
            resampled(table, [metrics.accuracy], 100, random)
    empty = contingency(np.zeros(0, int), np.zeros(0, int), 2)
    with pytest.raises(ValueError, match="at least one row"):
        resampled(empty, [metrics.accuracy], 100, random)
    with pytest.raises(ValueError, match="at least one row and one resample"):
        resampled(contingency(target, told, 2), [metrics.accuracy], 0, random)


def test_a_rate_at_its_end_has_no_resampled_bounds():
    random = np.random.default_rng(1)
    target, told = np.array([1] * 50 + [0] * 50), np.array([1] * 50 + [0, 1] * 25)
    group = np.array([0, 1] * 50)
    table = contingency(target, told, 2, [group], [2])
    gap = metrics.difference(metrics.true_positive_rate)
    with pytest.raises(ValueError, match="rates at 0 or 1 do not vary"):
        resampled_bounds(table, gap, 0.05, 1_000, random)
    one_perfect = contingency(
        np.ones(100, int), np.where(group == 0, 1, np.arange(100) % 3 > 0).astype(int), 2,
        [group], [2],
    )  # fmt: skip
    rates = (metrics.true_positive_rate,)
    for ask in (
        lambda: resampled_bounds(one_perfect, gap, 0.05, 1_000, random, rates=rates),
        lambda: linearised(one_perfect, gap, rates=rates),
    ):
        with pytest.raises(ValueError, match="take Clopper"):
            ask()
    with pytest.raises(ValueError, match="does not vary with the rows"):
        linearised(table.by(), metrics.true_positive_rate)
    found = resampled_bounds(table.by(), metrics.accuracy, 0.05, 2_000, random)
    assert found.low < 0.75 < found.high
    with pytest.raises(ValueError, match="too few for a bound"):
        resampled_bounds(table.by(), metrics.accuracy, 0.05, 100, random)
    rare = contingency(np.array([1] + [0] * 99), np.array([0] * 100), 2)
    with pytest.raises(ValueError, match="no value in many"):
        resampled_bounds(rare, metrics.true_positive_rate, 0.05, 1_000, random)


def test_the_linearised_error_is_that_of_the_textbook():
    _, _, target, told = drawn()
    table = contingency(target, told, 2)
    found = linearised(table, metrics.accuracy)
    share = found.value
    assert found.error == pytest.approx((share * (1 - share) / 2_999) ** 0.5, rel=1e-6)
    weights = np.exp(np.random.default_rng(4).normal(size=3_000))
    weighted = linearised(contingency(target, told, 2, sampling=weights), metrics.accuracy)
    hit = target == told
    share = np.average(hit, weights=weights)
    moved = weights * (hit - share) / weights.sum()
    assert weighted.value == pytest.approx(share)
    assert weighted.error == pytest.approx(((moved**2).sum() * 3_000 / 2_999) ** 0.5, rel=1e-6)
    # Entities of one row are rows; equal weights are none; twenty copies of a row are one.
    alone = linearised(contingency(target, told, 2, clusters=np.arange(3_000)), metrics.f1)
    equal = linearised(contingency(target, told, 2, sampling=np.full(3_000, 0.1)), metrics.f1)
    plain = linearised(table, metrics.f1)
    copies = linearised(
        contingency(
            np.tile(target, 20), np.tile(told, 20), 2, clusters=np.tile(np.arange(3_000), 20)
        ),
        metrics.f1,
    )
    for other in (alone, equal, copies):
        assert other.error == pytest.approx(plain.error, rel=1e-6)
        assert other.value == pytest.approx(plain.value, abs=1e-12)


def test_the_linearised_error_covers_where_cells_would_not():
    """Log-normal weights: the published table of benchmarks/coverage/weights.py in small."""
    random, inside, naive = np.random.default_rng(6), 0, 0
    for _ in range(300):
        weights = np.exp(random.normal(size=400))
        target = np.ones(400, int)
        told = (random.random(400) < 0.6).astype(int)
        table = contingency(target, told, 2, sampling=weights)
        found = linearised(table, metrics.true_positive_rate).bounds(0.025)
        inside += found.low <= 0.6 <= found.high
        share = float(metrics.true_positive_rate(table.counts))
        naive += abs(share - 0.6) <= 1.96 * (share * (1 - share) / 400) ** 0.5
    assert inside >= 300 * 0.90
    assert naive <= 300 * 0.85


def test_what_has_no_linearised_error_is_refused():
    target, told = np.array([0, 1] * 50), np.array([0, 1, 1, 1] * 25)
    with pytest.raises(ValueError, match="19 independent units are fewer than 20"):
        linearised(contingency(target, told, 2, clusters=np.arange(100) % 19), metrics.accuracy)
    with pytest.raises(ValueError, match="1 independent units are fewer than 2"):
        linearised(contingency([1], [1], 2), metrics.accuracy)
    with pytest.raises(ValueError, match="where all weights are doubled"):
        linearised(contingency(target, told, 2), lambda table: table[..., 1, 1])
    with pytest.raises(ValueError, match="has no value"):
        linearised(contingency(np.zeros(9, int), np.zeros(9, int), 2), metrics.true_positive_rate)
    assert contingency(target, told, 2, clusters=np.arange(100) % 20).clustered.entities == 20


def test_time_does_not_grow_with_the_rows():
    """A resample of ten million rows costs what one of a thousand costs."""
    metric = [metrics.difference(metrics.selection_rate)]
    spent = []
    for times in (1, 10_000):
        counts = np.random.default_rng(1).integers(20, 30, 80) * times
        cells = np.arange(80)
        table = contingency(cells // 2 % 2, cells % 2, 2, [cells // 4], [20], counts=counts)
        best = float("inf")
        for _ in range(5):
            start = time.process_time()
            resampled(table, metric, 1_000, np.random.default_rng(1))
            best = min(best, time.process_time() - start)
        spent.append(best)
    assert spent[1] < 4 * spent[0]
