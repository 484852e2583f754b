import numpy as np
import pytest

from deploycheck.authoring.estimates import AucDifference, Paired, Undefined
from deploycheck.checkers.champion.subgroup_regression import subgroup_regression
from deploycheck.evidence.predictions import Predictions
from deploycheck.testing import judge_control

REGIONS = np.repeat(["east", "north", "south"], [400, 400, 20])


@pytest.fixture
def both(pair):
    def both(random, loss=0.0, **more):
        """The candidate is right on ``loss`` fewer of the rows of the north."""
        n = len(REGIONS)
        y = random.integers(0, 2, n)
        champion = random.random(n) < 0.9
        lost = (random.random(n) < loss) & (REGIONS == "north")
        return pair(y, champion & ~lost, champion, groups={"region": REGIONS.tolist()}, **more)

    return both


def by_region(found):
    return {one.slice.get("region", one.slice.get("by")): one for one in found}


def test_each_group_is_compared_by_itself(run, both, value):
    made = both(np.random.default_rng(1), loss=0.2)
    found = by_region(run(subgroup_regression, {"by": "region"}, **made))
    for region in ("east", "north"):
        rows = region == REGIONS
        right = [(made[who].target_codes == made[who].prediction_codes)[rows] for who in made]
        expected = right[0].mean() - right[1].mean()
        assert isinstance(found[region], Paired)
        assert value(found[region]) == pytest.approx(expected, abs=1e-12)
    assert value(found["east"]) == 0
    assert value(found["north"]) < -0.1


def test_a_small_group_is_not_assessed(run, both):
    found = by_region(run(subgroup_regression, {"by": "region"}, **both(np.random.default_rng(2))))
    assert found["south"].reason == "not assessed: 20 rows, fewer than 30"
    assert not found["south"].context
    for declared in ({"exclude": ["south"]}, {"min_share": 0.05}):
        params = {"by": "region"} | declared
        found = by_region(run(subgroup_regression, params, **both(np.random.default_rng(2))))
        assert found["south"].context


def test_recall_rests_on_positive_rows(run, pair):
    y = np.array([1] * 20 + [0] * 80 + [1] * 80 + [0] * 20)
    groups = {"sex": ["f"] * 100 + ["m"] * 100}
    made = pair(y, y == y, y == y, groups=groups)
    for metric, small, large in (("recall", "f", "m"), ("specificity", "m", "f")):
        found = {
            one.slice["sex"]: one
            for one in run(subgroup_regression, {"by": "sex", "metric": metric}, **made)
        }
        assert found[small].reason == "not assessed: 20 rows, fewer than 30"
        assert found[large] == Paired("difference", 80, 0, 0, 0, slice={"sex": large})


def test_intersections_are_groups(run, pair):
    n = 400
    y = np.arange(n) % 2
    groups = {"a": ["x", "y"] * 200, "b": ["1"] * 200 + ["2"] * 200}
    made = pair(y, y == y, y == y, groups=groups)
    params = {"by": ["a", "b"], "intersections": True}
    found = run(subgroup_regression, params, **made)
    assert {tuple(one.slice.items()) for one in found} == {
        *((("a", v),) for v in "xy"), *((("b", v),) for v in "12"),
        *((("a", v), ("b", w)) for v in "xy" for w in "12"),
    }  # fmt: skip


def test_areas_and_errors_of_groups(run, scored, regression, models, value):
    random = np.random.default_rng(4)
    y, *scores = models(random, 600)
    groups = {"sex": ["f", "m"] * 300}
    found = run(
        subgroup_regression, {"by": "sex", "metric": "roc_auc"}, **scored(y, *scores, groups=groups)
    )
    assert all(isinstance(one, AucDifference) for one in found)
    assert [one.slice for one in found] == [{"sex": "f"}, {"sex": "m"}]
    numbers = random.normal(size=600)
    told = [numbers + s * random.normal(size=600) for s in (1, 2)]
    made = regression(numbers, *told, groups=groups)
    found = run(subgroup_regression, {"by": "sex", "metric": "mean_absolute_error"}, **made)
    reductions = [one for one in found if one.name == "error_reduction"]
    for at, one in enumerate(reductions):
        errors = [np.abs(t - numbers)[at::2].mean() for t in told]
        assert value(one) == pytest.approx(errors[1] - errors[0], abs=1e-9)
    assert len(reductions) == 2


def test_entities_are_what_a_group_has_enough_of(run, both):
    made = both(np.random.default_rng(5), entities=[i // 40 for i in range(820)])
    found = by_region(run(subgroup_regression, {"by": "region"}, **made))
    assert "10 different entities" in found["east"].reason
    assert isinstance(found["east"], Undefined)


def test_sampling_weights_are_worth_fewer_rows(run, both, value):
    weights = np.random.default_rng(6).lognormal(0, 1, len(REGIONS))
    made = both(np.random.default_rng(6), loss=0.3, sampling=weights)
    found = by_region(run(subgroup_regression, {"by": "region"}, **made))
    rows = REGIONS == "north"
    right = [(p.target_codes == p.prediction_codes)[rows] for p in made.values()]
    expected = [np.average(r, weights=weights[rows]) for r in right]
    assert value(found["north"]) == pytest.approx(expected[0] - expected[1], abs=1e-9)


def test_nothing_one_row_and_missing_values(run):
    nothing = Predictions.of([], [], positive=1, groups={"region": []})
    (found,) = run(subgroup_regression, {"by": "region"}, predictions=nothing, champion=nothing)
    assert found.reason == "there is no group that is not excluded"
    assert found.slice == {"by": "region"}
    one = Predictions.of([1], [1], positive=1, groups={"region": [None]})
    (found,) = run(subgroup_regression, {"by": "region"}, predictions=one, champion=one)
    assert found.slice == {"region": "(missing)"}
    assert isinstance(found, Undefined)


def test_what_is_not_the_same_or_not_there_is_an_error(run, code):
    one = Predictions.of([1, 0], [1, 0], positive=1, groups={"region": ["a", "b"]})
    other = Predictions.of([1, 0], [1, 1], positive=1, groups={"region": ["a", "b"]})
    assert code(run(subgroup_regression, {"by": "region"}, predictions=one, champion=other)) == (
        "DC203"
    )
    for column in ("sex", "prediction"):
        found = run(subgroup_regression, {"by": column}, predictions=one, champion=one)
        assert code(found) == "DC203"


@pytest.fixture
def release(tmp_path, linear_onnx):
    """A candidate that is worse for the rows of the north, both models asked."""

    def release(n=1_200, worse=True):
        random = np.random.default_rng(7)
        north = np.arange(n) % 2
        x = random.normal(size=n)
        y = (x + 0.3 * random.normal(size=n) > 0).astype(int)
        lines = ["signal,noise,region,outcome"] + [
            f"{a:.6f},{b:.6f},{'north' if g else 'east'},{t}"
            for a, b, g, t in zip(x, north * random.normal(size=n), north, y, strict=True)
        ]
        (tmp_path / "test.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
        linear_onnx(tmp_path / "model.onnx", {"signal": 2.0, "noise": 3.0 if worse else 0.0})
        linear_onnx(tmp_path / "champion.onnx", {"signal": 1.0, "noise": 0.0})
        (tmp_path / "release.yaml").write_text(
            "release: r\nversion: '1'\ntask: binary_classification\n"
            "model: {path: model.onnx}\nchampion: {model: {path: champion.onnx}}\n"
            "data: {test: {path: test.csv}}\n"
            "columns: {target: outcome, positive: 1, threshold: {at_least: 0.5}}\n",
            encoding="utf-8",
        )
        return tmp_path

    return release


DEMONSTRATE = """
    check: champion.subgroup_regression
    with: {by: region}
    require: {difference: {min: -0.02}}
"""
DETECT = """
    check: champion.subgroup_regression
    with: {by: region}
    require: {difference: {min: -0.02, detect: -0.1}}
    decide: {kind: detect}
"""


@pytest.mark.parametrize("control", [DEMONSTRATE, DETECT])
def test_harm_to_one_group_fails_the_release_either_way(release, control):
    verdict = judge_control(control, release())
    assert verdict.outcome == "FAIL", verdict.reason
    assert "region = north" in verdict.reason
    assert "region = east" not in verdict.reason


@pytest.mark.parametrize("control", [DEMONSTRATE, DETECT])
def test_a_candidate_that_answers_the_same_passes_either_way(release, control):
    assert judge_control(control, release(worse=False)).outcome == "PASS"


@pytest.mark.parametrize("control", [DEMONSTRATE, DETECT])
def test_too_few_rows_are_inconclusive_either_way(release, control):
    assert judge_control(control, release(n=80, worse=False)).outcome == "INCONCLUSIVE"
