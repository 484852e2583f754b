import numpy as np
import pytest
import scipy.stats
from sklearn.datasets import make_moons
from sklearn.model_selection import RepeatedStratifiedKFold, cross_val_score
from sklearn.svm import SVC

from deploycheck.stats.cv import corrected_mean, five_by_two, ranking

# Demšar, JMLR 7 (2006) 1-30, Table 6: AUC of C4.5, and of C4.5 with tuned m, cf, and both. The
# table prints 0.975 twice for "voting" and ranks them 2 and 3; a digit more says which was larger.
C45 = np.array(
    [
        [0.763, 0.768, 0.771, 0.798],  # adult (sample)
        [0.599, 0.591, 0.590, 0.569],  # breast cancer
        [0.954, 0.971, 0.968, 0.967],  # breast cancer wisconsin
        [0.628, 0.661, 0.654, 0.657],  # cmc
        [0.882, 0.888, 0.886, 0.898],  # ionosphere
        [0.936, 0.931, 0.916, 0.931],  # iris
        [0.661, 0.668, 0.609, 0.685],  # liver disorders
        [0.583, 0.583, 0.563, 0.625],  # lung cancer
        [0.775, 0.838, 0.866, 0.875],  # lymphography
        [1.000, 1.000, 1.000, 1.000],  # mushroom
        [0.940, 0.962, 0.965, 0.962],  # primary tumor
        [0.619, 0.666, 0.614, 0.669],  # rheum
        [0.972, 0.981, 0.9751, 0.975],  # voting
        [0.957, 0.978, 0.946, 0.970],  # wine
    ]
)


def test_demsars_example_of_ranks():
    found = ranking(C45)
    assert found.ranks == pytest.approx([3.143, 2.000, 2.893, 1.964], abs=5e-4)
    assert found.chi2 == pytest.approx(9.28, abs=5e-3)
    assert found.f.statistic == pytest.approx(3.69, abs=5e-3)
    assert found.f.df == (3, 39)
    assert found.f.pvalue < 0.05  # the critical value of F(3, 39) for 0.05 is 2.85
    assert scipy.stats.f.ppf(0.95, 3, 39) == pytest.approx(2.85, abs=5e-3)


def test_demsars_critical_differences():
    """His text: 2.569 √(4·5 / 6·14) = 1.25 at 0.05, and 2.291 √(…) = 1.12 at 0.10."""
    found = ranking(C45)
    assert found.critical_difference(0.05) == pytest.approx(1.25, abs=5e-3)
    assert found.critical_difference(0.10) == pytest.approx(1.12, abs=5e-3)


@pytest.mark.parametrize(
    ("models", "five", "ten"),
    [(2, 1.960, 1.645), (3, 2.343, 2.052), (6, 2.850, 2.589), (10, 3.164, 2.920)],
)
def test_demsars_table_of_nemenyi_quantiles(models, five, ten):
    """Demšar 2006, Table 5 (a)."""
    found = ranking(np.random.default_rng(0).normal(size=(20, models)))
    scale = (models * (models + 1) / 120) ** 0.5
    assert found.critical_difference(0.05) / scale == pytest.approx(five, abs=1e-3)
    assert found.critical_difference(0.10) / scale == pytest.approx(ten, abs=1e-3)


def test_friedmans_statistic_is_scipys_where_nothing_is_tied():
    table = np.random.default_rng(1).normal(size=(12, 5))
    found = ranking(table)
    assert found.chi2 == pytest.approx(scipy.stats.friedmanchisquare(*table.T).statistic, abs=1e-9)


def test_the_same_order_everywhere_is_beyond_every_f():
    found = ranking(np.tile([3.0, 2.0, 1.0], (8, 1)))
    assert found.ranks.tolist() == [1, 2, 3]
    assert found.f.statistic == np.inf
    assert found.f.pvalue == 0


def test_models_that_tie_everywhere_do_not_differ():
    found = ranking(np.ones((6, 3)))
    assert found.chi2 == pytest.approx(0, abs=1e-9)
    assert found.f.pvalue == pytest.approx(1)


def test_the_corrected_t_of_scikit_learns_example():
    """Its page "Statistical comparison of models using grid search" prints t = 0.750, p = 0.227.

    The p-value there is of one side; without the correction it prints t = 2.611.
    """
    x, y = make_moons(noise=0.352, random_state=1, n_samples=100)
    folds = RepeatedStratifiedKFold(n_splits=10, n_repeats=10, random_state=0)
    rbf, linear = (
        cross_val_score(SVC(kernel=kernel, random_state=0), x, y, scoring="roc_auc", cv=folds)
        for kernel in ("rbf", "linear")
    )
    found = corrected_mean(rbf - linear, 0.1)
    assert found.statistic == pytest.approx(0.750, abs=5e-4)
    assert found.pvalue / 2 == pytest.approx(0.227, abs=5e-4)
    assert found.statistic * (1 + 100 / 9) ** 0.5 == pytest.approx(2.611, abs=5e-4)


def test_alpaydins_critical_value():
    """Alpaydın 1999: the hypothesis is rejected at 0.05 if the statistic exceeds 4.74."""
    assert scipy.stats.f.ppf(0.95, 10, 5) == pytest.approx(4.74, abs=5e-3)
    base = np.array([[0.02, 0.04], [0.01, 0.05], [0.03, 0.02], [0.00, 0.03], [0.05, 0.01]])
    found = five_by_two(base)
    # By hand: Σ d² = 0.0094; the halves differ by 2, 4, 1, 3, 4 points, and s² is half the square.
    assert found.statistic == pytest.approx(0.0094 / (2 * 0.0023), abs=1e-12)
    assert found.df == (10, 5)
    assert found.pvalue == pytest.approx(scipy.stats.f.sf(0.0094 / 0.0046, 10, 5), abs=1e-12)


def test_folds_of_the_same_data_do_not_make_equal_models_differ():
    """Two models of equal accuracy, trained on overlapping halves: 5 % of runs say otherwise.

    Student's t without the correction says so in more than twice as many.
    """
    random = np.random.default_rng(3)
    runs, splits, n = 400, 15, 60
    corrected = plain = halved = 0
    for _ in range(runs):
        # A model is the mean of its training rows; an error, its distance from the tested ones.
        data = random.normal(size=(2, n))

        def difference(train, test, data=data):
            errors = [(d[test] - d[train].mean()) ** 2 for d in data]
            return float((errors[0] - errors[1]).mean())

        differences = []
        for _ in range(splits):
            order = random.permutation(n)
            differences.append(difference(order[: n // 2], order[n // 2 :]))
        found = corrected_mean(differences, 0.5)
        corrected += found.pvalue <= 0.05
        plain += scipy.stats.ttest_1samp(differences, 0).pvalue <= 0.05
        halves = []
        for _ in range(5):
            order = random.permutation(n)
            one, other = order[: n // 2], order[n // 2 :]
            halves.append([difference(one, other), difference(other, one)])
        halved += five_by_two(halves).pvalue <= 0.05
    assert corrected <= 34  # 20 expected; 99.9 % of runs at 5 % have at most 34
    assert halved <= 34
    assert plain > 2 * 34


@pytest.mark.parametrize(
    ("function", "given"),
    [
        (corrected_mean, ([0.1], 0.5)),
        (corrected_mean, ([0.1, float("nan")], 0.5)),
        (corrected_mean, ([0.1, 0.2], 1)),
        (corrected_mean, ([0.1, 0.2], 0)),
        (corrected_mean, ([[0.1, 0.2]], 0.5)),
        (corrected_mean, (["a", "b"], 0.5)),
        (five_by_two, (np.ones((2, 5)),)),
        (five_by_two, (np.ones((5, 2)),)),
        (ranking, (np.ones((1, 3)),)),
        (ranking, (np.ones((3, 1)),)),
        (ranking, ([[1.0, np.inf], [1.0, 2.0]],)),
    ],
)
def test_what_is_no_such_table_is_an_error(function, given):
    with pytest.raises(ValueError, match=r"differences|test_share|data sets|halves|finite"):
        function(*given)


def test_differences_that_do_not_vary():
    assert corrected_mean([0.1, 0.1, 0.1], 0.5).sd == 0  # np.std has 1.7e-17
    assert corrected_mean([0.1, 0.1], 0.5).statistic == np.inf
    assert corrected_mean([0.0, 0.0], 0.5).statistic == 0
    assert corrected_mean([0.0, 0.0], 0.5).pvalue == 1
