"""What every check of groups does alike: missing protected values, weights, repeated people."""

import numpy as np
import pytest

from deploycheck.authoring.groups import GroupParams
from deploycheck.catalog import checks as catalog
from deploycheck.evidence.examples import Examples
from deploycheck.evidence.predictions import Predictions
from deploycheck.evidence.predictor import Predictor
from deploycheck.evidence.scores import Scores

CHECKERS = {
    c.id: c
    for c in catalog.checkers()
    if c.family == "fairness" and issubclass(c.signature.params, GroupParams)
}
MORE = {
    "fairness.metric_frame": {"metric": "f1_score"},
    "fairness.conditional_parity": {"strata": ["where"]},
    "fairness.intersectional": {"by": ["g", "where"]},
}
# These count in effective rows; all others say that they cannot.
SUPPORTED = {
    "fairness.demographic_parity",
    "fairness.equal_opportunity",
    "fairness.equalized_odds",
    "fairness.error_rates",
    "fairness.impact_ratio",
    "fairness.predictive_parity",
}
ROWS = 240


def evidence(checker, **more):
    """Rows with a missing group, in whatever form the checker takes them."""
    draw = np.random.default_rng(1)
    g = draw.choice(["a", "b", "c"], ROWS).tolist()
    groups = {"g": [None if v == "c" else v for v in g], "where": ["x", "y"] * (ROWS // 2)}
    y, p = draw.integers(0, 2, (2, ROWS)).tolist()
    score = draw.random(ROWS).tolist()
    if checker.id == "fairness.error_parity":
        regression = {"task": "regression", "groups": groups}
        return {
            "predictions": Predictions.of(score, draw.random(ROWS).tolist(), **regression, **more)
        }
    given = {
        "predictions": lambda: Predictions.of(
            p, y, groups=groups, positive=1, favourable=1, scores=score, **more
        ),
        "scores": lambda: Scores.of(score, y, groups=groups),
        "examples": lambda: Examples.from_values({"x": score, **groups}, None, features=("x",)),
        "predictor": lambda: Predictor.of(lambda c: c["x"], ("x",)),
    }
    made = {name: given[name]() for name in checker.signature.needs}
    return {**made, **({"seed": 1} if checker.signature.seed else {})}


def params(checker):
    return {"by": "g", **MORE.get(checker.id, {})}


def test_there_are_checks_of_groups():
    assert len(CHECKERS) >= 13
    assert CHECKERS.keys() > SUPPORTED


@pytest.mark.parametrize("checker", CHECKERS.values(), ids=CHECKERS)
def test_a_missing_protected_value_is_a_group_of_its_own(run, checker):
    found = run(checker, params(checker), **evidence(checker))
    assert isinstance(found, tuple), found
    groups = [dict(e.slice) for e in found]
    for e in found:
        groups += [dict(m.slice) for m in getattr(e, "members", getattr(e, "groups", ()))]
    assert any(group.get("g") == "(missing)" for group in groups)


@pytest.mark.parametrize("checker", CHECKERS.values(), ids=CHECKERS)
def test_a_missing_protected_value_is_an_error_where_the_policy_says_so(run, code, checker):
    found = run(checker, {**params(checker), "missing": "error"}, **evidence(checker))
    assert code(found) == "DC203"
    assert "rows have no g, and `missing: error`" in str(found.error)


@pytest.mark.parametrize("more", [{"sampling": [1.0, 2.0] * (ROWS // 2)}, {"entities": [i // 2 for i in range(ROWS)]}],
                         ids=["sampling weights", "repeated entities"])  # fmt: skip
@pytest.mark.parametrize(
    "checker",
    [c for c in CHECKERS.values() if "predictions" in c.signature.needs],
    ids=lambda c: c.id,
)
def test_weights_and_repeated_people_are_counted_or_refused(run, code, checker, more):
    found = run(checker, params(checker), **evidence(checker, **more))
    if checker.id in SUPPORTED:
        groups = [g for e in found for g in getattr(e, "groups", ())] or [
            e for e in found if hasattr(e, "effective")
        ]
        assert groups
        assert all(0 < g.effective <= g.of for g in groups)
        return
    assert code(found) == "DC203"
    assert any(word in str(found.error) for word in ("sampling weights", "same entity"))


@pytest.mark.parametrize("id", [i for i in CHECKERS if i != "fairness.intersectional"])
def test_intersections_are_a_comparison_of_their_own(run, id):
    checker = CHECKERS[id]
    given = {**params(checker), "by": ["g", "where"], "intersections": True, "min_n": 1}
    if id == "fairness.conditional_parity":
        given |= {"by": ["g", "site"], "strata": ["where"]}
        made = evidence(checker)["predictions"]
        groups = {"g": made.groups["g"], "where": made.groups["where"], "site": made.groups["g"]}
        found = run(checker, given, predictions=Predictions(**{**vars(made), "groups": groups}))
    else:
        found = run(checker, given, **evidence(checker))
    assert isinstance(found, tuple), found
    assert any(len(e.slice) >= 2 or ", " in e.slice.get("by", "") for e in found)


def test_every_page_says_what_is_not_supported():
    for id, checker in CHECKERS.items():
        word = checker.section("Undefined")
        assert "missing" in word, id
        if id not in SUPPORTED:
            assert "refused" in word, id
            assert "repeated entities" in word, id
