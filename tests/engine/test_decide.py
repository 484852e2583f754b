"""Deciding: the worst verdict wins, what is not a pass is never a release."""

import random

import pytest

from deploycheck.engine.decide import decide
from deploycheck.engine.exits import Exit, exit_code
from deploycheck.engine.judge import Judged
from deploycheck.engine.verdicts import verdict
from deploycheck.model.decision import Decision, RunFacts
from deploycheck.model.verdict import Effect, Outcome

REQUIRE = {"things": {"max": 0}}
GOOD = {Outcome.PASS, Outcome.WAIVED, Outcome.NOT_APPLICABLE}


def verdicts(plan, outcomes):
    return [
        verdict(plan, s, Judged(o, "because")) for s, o in zip(plan.steps, outcomes, strict=True)
    ]


def test_no_set_of_verdicts_with_a_bad_enforced_one_is_a_release(step, plan):
    """10,000 generated runs against the rule written down a second time."""
    chance = random.Random(20261125)
    levels = ["advisory", "overridable", "mandatory"]
    for _ in range(10_000):
        n = chance.randint(1, 5)
        steps = [
            step(
                REQUIRE,
                kind="exact",
                id=f"C-{i}",
                enforcement=(level := chance.choice(levels)),
                uncertain="block" if level == "mandatory" else chance.choice(["block", "review"]),
            )
            for i in range(n)
        ]
        made = plan(steps)
        outcomes = [chance.choice(list(Outcome)) for _ in steps]
        given = verdicts(made, outcomes)
        lost = chance.random() < 0.2
        decided = decide(made, given[1:] if lost else given)
        seen = [Outcome.NOT_EVALUATED, *outcomes[1:]] if lost else outcomes
        enforced = [(o, s) for o, s in zip(seen, steps, strict=True) if s.enforcement != "advisory"]
        clean = all(o in GOOD for o, _ in enforced)
        nothing = {Outcome.ERROR, Outcome.NOT_EVALUATED, Outcome.NOT_APPLICABLE}
        looked = any(o not in nothing for o, _ in enforced)
        assert (decided.effect is Effect.RELEASE) == (clean and looked)
        if decided.effect is Effect.REVIEW:
            bad = [(o, s) for o, s in enforced if o not in GOOD]
            assert all(o is Outcome.INCONCLUSIVE for o, _ in bad)
            assert all(s.control.decide.uncertain == "review" for _, s in bad)
            assert all(s.enforcement != "mandatory" for _, s in bad)
        counts = decided.counts.model_dump()
        assert counts.pop("planned") == n == sum(counts.values())
        assert (decided.effect is Effect.RELEASE) == (not decided.reasons)


def test_no_controls_block(plan):
    decided = decide(plan([]), [])
    assert decided.effect is Effect.BLOCK
    assert "nothing was checked" in decided.reasons[0]


def test_controls_that_do_not_apply_are_not_evidence(step, plan):
    made = plan([step(REQUIRE, kind="exact")])
    assert decide(made, verdicts(made, [Outcome.NOT_APPLICABLE])).effect is Effect.BLOCK


def test_a_mandatory_control_is_never_left_to_review(step, plan):
    made = plan([step(REQUIRE, kind="exact", enforcement="mandatory", uncertain="review")])
    assert decide(made, verdicts(made, [Outcome.INCONCLUSIVE])).effect is Effect.BLOCK


def test_of_two_verdicts_the_worse_one_counts(step, plan):
    made = plan([step(REQUIRE, kind="exact")])
    for first, second in [(Outcome.FAIL, Outcome.PASS), (Outcome.PASS, Outcome.FAIL)]:
        both = verdicts(made, [first]) + verdicts(made, [second])
        assert decide(made, both).verdicts[0].outcome is Outcome.FAIL


def test_an_effect_that_came_from_elsewhere_is_not_believed(step, plan):
    made = plan([step(REQUIRE, kind="exact")])
    forged = [
        v.model_copy(update={"effect": Effect.RELEASE}) for v in verdicts(made, [Outcome.FAIL])
    ]
    assert decide(made, forged).effect is Effect.BLOCK


def test_a_verdict_on_another_control_blocks(step, plan):
    made = plan([step(REQUIRE, kind="exact")])
    other = plan([step(REQUIRE, kind="exact", id="C-2")])
    good = verdicts(made, [Outcome.PASS])
    assert decide(made, good).effect is Effect.RELEASE
    assert decide(made, good + verdicts(other, [Outcome.PASS])).effect is Effect.BLOCK
    mixed = [good[0].model_copy(update={"check": "toy.other"})]
    assert decide(made, mixed).effect is Effect.BLOCK


def test_what_stands_against_a_release_blocks_it(step, plan):
    made = plan([step(REQUIRE, kind="exact")])
    decided = decide(made, verdicts(made, [Outcome.PASS]), problems=["the report is lost"])
    assert decided.effect is Effect.BLOCK
    assert decided.reasons == ("the report is lost",)


@pytest.mark.parametrize(
    ("gate", "effect"),
    [
        ({"at_least": {"controls": 2}}, Effect.RELEASE),
        ({"at_least": {"controls": 3}}, Effect.BLOCK),
        ({"at_least": {"families": ["toy"]}}, Effect.RELEASE),
        ({"at_least": {"families": ["toy", "fairness"]}}, Effect.BLOCK),
    ],
)
def test_a_policy_that_was_emptied_falls_below_its_floor(step, plan, gate, effect):
    made = plan([step(REQUIRE, kind="exact", id=f"C-{i}") for i in range(3)], gate)
    outcomes = [Outcome.PASS, Outcome.PASS, Outcome.NOT_APPLICABLE]
    assert decide(made, verdicts(made, outcomes)).effect is effect


@pytest.mark.parametrize(
    ("outcomes", "uncertain", "code"),
    [
        ([Outcome.PASS], "block", Exit.RELEASE),
        ([Outcome.FAIL], "block", Exit.BLOCK),
        ([Outcome.INCONCLUSIVE], "block", Exit.BLOCK),
        ([Outcome.INCONCLUSIVE], "review", Exit.REVIEW),
        ([Outcome.ERROR], "block", Exit.UNCHECKED),
        ([Outcome.NOT_EVALUATED, Outcome.FAIL], "block", Exit.UNCHECKED),
        ([Outcome.FAIL, Outcome.INCONCLUSIVE], "review", Exit.BLOCK),
        ([Outcome.NOT_APPLICABLE], "block", Exit.UNCHECKED),
    ],
)
def test_exit_codes_tell_the_endings_apart(step, plan, outcomes, uncertain, code):
    steps = [
        step(REQUIRE, kind="exact", id=f"C-{i}", uncertain=uncertain) for i in range(len(outcomes))
    ]
    made = plan(steps)
    decided = decide(made, verdicts(made, outcomes))
    decision = Decision(
        decision=decided.effect,
        reasons=decided.reasons,
        policies=made.policies_used,
        release=made.release_used,
        counts=decided.counts,
        verdicts=decided.verdicts,
        run=RunFacts(id="r", as_of=made.as_of, front_end="test", deploycheck="0"),
    )
    assert exit_code(decision) is code
