"""What is said of a verdict: facts, recomputed here, and never a false promise."""

import math
import os
from pathlib import Path
from runpy import run_path

import pytest

from deploycheck.engine.advising.advice import explained
from deploycheck.engine.advising.stored import UnusableError, named, newest
from deploycheck.engine.advising.text import WIDTH, verdict_text
from deploycheck.engine.canonical import digest
from deploycheck.model.measurement import Interval, Measurement
from deploycheck.model.policy import Enforcement, Kind, Severity
from deploycheck.model.verdict import Effect, EvidenceUsed, Outcome, Verdict
from deploycheck.stats.proportion import proportion_bounds

MAKE = run_path(str(Path(__file__).resolve().parents[1] / "reporters" / "conftest.py"))


def rate(hits: int, of: int, group: str, outcome: str, alpha: float = 0.05) -> Measurement:
    """A share with its real bounds."""
    found = proportion_bounds(hits, of, alpha)
    return Measurement(
        name="false_positive_rate",
        value=hits / of,
        interval=Interval(
            low=float(found.low), high=float(found.high), each=0.95, together=0.9, method="exact"
        ),
        n=of,
        unit="probability",
        slice={"race": group},
        outcome=outcome,
    )


def verdict(outcome: Outcome, *measurements: Measurement, **changes) -> Verdict:
    given = {
        "policy": "p",
        "control": "FAIR-01",
        "title": "No group bears too many errors",
        "check": "fairness.error_rates",
        "outcome": outcome,
        "effect": Effect.RELEASE if outcome is Outcome.PASS else Effect.BLOCK,
        "enforcement": Enforcement.OVERRIDABLE,
        "severity": Severity.HIGH,
        "kind": Kind.DEMONSTRATE,
        "confidence": 0.95,
        "location": "policy.yaml:3",
        "parameters": {"by": ["race"], "min_n": 30},
        "requirement": {"false_positive_rate": {"max": 0.35}},
        "reason": "because",
        "measurements": measurements,
        "evidence": (
            EvidenceUsed(argument="predictions", type="Predictions", subject="test", digest=None),
        ),
    }
    return Verdict(**given | changes)


def steps(made: Verdict) -> str:
    return "\n".join(explained(made).steps)


UNDECIDED = rate(80, 239, "Asian", "INCONCLUSIVE")


def test_an_undecided_group_names_rows_that_would_be_enough():
    made = explained(verdict(Outcome.INCONCLUSIVE, UNDECIDED, rate(10, 900, "Black", "PASS")))
    (told,) = made.numbers
    assert told["side"] == "right"
    rows = told["rows_about"]
    share = 80 / 239
    assert proportion_bounds(round(rows * share), rows, 0.05).high <= 0.35
    few = rows // 4
    assert proportion_bounds(round(few * share), few, 0.05).high > 0.35
    assert f"About {rows:,} rows for race = Asian" in made.steps[0]
    assert "(there are 239)" in made.steps[0]
    assert made.measured[0].startswith("2 numbers were judged: 1 PASS, 1 INCONCLUSIVE.")


def test_an_estimate_on_the_wrong_side_promises_nothing():
    made = explained(verdict(Outcome.INCONCLUSIVE, rate(90, 239, "Asian", "INCONCLUSIVE")))
    assert made.numbers[0]["side"] == "wrong"
    assert "more rows will make the control FAIL" in made.steps[0]
    assert "would be enough" not in "\n".join(made.steps)
    rows = made.numbers[0]["rows_about"]
    more, fewer = rows * 11 // 10, rows * 8 // 10
    assert proportion_bounds(round(more * 90 / 239), more, 0.05).low > 0.35
    assert proportion_bounds(round(fewer * 90 / 239), fewer, 0.05).low < 0.35


def test_an_estimate_at_the_requirement_is_decided_by_no_number_of_rows():
    made = explained(verdict(Outcome.INCONCLUSIVE, rate(35, 100, "Asian", "INCONCLUSIVE")))
    assert made.numbers[0] | {"side": "equal", "rows_about": None} == made.numbers[0]
    assert "no number of rows decides it" in made.steps[0]


def test_without_a_bound_on_the_deciding_side_no_number_is_made_up():
    open_ = Interval(low=0.1, high=None, each=0.95, together=0.9, method="order statistics")
    made = explained(
        verdict(Outcome.INCONCLUSIVE, UNDECIDED.model_copy(update={"interval": open_}))
    )
    assert made.numbers[0]["rows_about"] is None
    assert "nobody can say how many" in made.steps[0]


def test_beyond_the_bound_alone_but_not_over_all_is_said_so():
    wide = Interval(low=0.34, high=0.6, each=0.99, together=0.98, method="exact")
    alone = rate(60, 140, "Asian", "INCONCLUSIVE").model_copy(update={"simultaneous": wide})
    assert alone.interval.low > 0.35
    made = explained(verdict(Outcome.INCONCLUSIVE, alone))
    assert "Looked at alone" in made.why[0]
    assert "lies between" not in made.why[0]


@pytest.mark.parametrize("enforcement", list(Enforcement))
@pytest.mark.parametrize("effect", [Effect.BLOCK, Effect.REVIEW])
def test_a_review_is_offered_where_a_policy_may_take_it(enforcement, effect):
    text = steps(verdict(Outcome.INCONCLUSIVE, UNDECIDED, enforcement=enforcement, effect=effect))
    offered = "`decide: {uncertain: review}` makes" in text
    assert offered == (enforcement is Enforcement.OVERRIDABLE and effect is Effect.BLOCK)
    refused = "takes no `decide: {uncertain: review}`" in text
    assert refused == (enforcement is Enforcement.MANDATORY)


def test_less_confidence_is_never_named_without_its_price():
    text = steps(verdict(Outcome.INCONCLUSIVE, UNDECIDED))
    assert "confidence" in text
    assert "one case of 5, and now it is one of 20, so more bad releases pass" in text
    text = steps(verdict(Outcome.INCONCLUSIVE, UNDECIDED, confidence=0.75))
    assert "already now a bound may be wrong in one case of 4" in text


def test_groups_are_only_made_fewer_where_there_are_more_than_two():
    assert "min_share" not in steps(verdict(Outcome.INCONCLUSIVE, UNDECIDED))
    more = [rate(5, 900, name, "PASS") for name in ("Black", "White")]
    assert "min_share" in steps(verdict(Outcome.INCONCLUSIVE, UNDECIDED, *more))


def test_what_is_undefined_has_its_own_words():
    none = Measurement(
        name="false_positive_rate", value=None, n=12, unit="probability", slice={"race": "Other"},
        undefined="not assessed: 12 rows, fewer than 30", outcome="INCONCLUSIVE",
    )  # fmt: skip
    made = explained(verdict(Outcome.INCONCLUSIVE, none))
    assert "no number (not assessed: 12 rows, fewer than 30)" in made.measured[-1]
    text = "\n".join(made.steps)
    assert "There is no number for the false positive rate for race = Other" in text
    assert "Fewer than 30 rows (`min_n`) are never assessed" in text
    assert "would be enough" not in text
    assert "confidence" not in text


def test_a_check_that_cannot_answer_has_its_reason_as_the_first_step():
    text = steps(verdict(Outcome.INCONCLUSIVE, reason="all labels are equal"))
    assert text.startswith("The check cannot answer from these data: all labels are equal.")


def test_a_fail_tells_which_and_by_how_much_and_what_does_not_help():
    worst, bad = rate(700, 1000, "Asian", "FAIL"), rate(500, 1000, "Black", "FAIL")
    made = explained(
        verdict(Outcome.FAIL, bad, worst, rate(1, 900, "White", "PASS"), remediation="Mend it.",
                fix="Look at the features.")
    )  # fmt: skip
    gap = worst.interval.low - 0.35
    said = " ".join(made.why)
    assert f"for race = Asian: by at least {gap:.3g}; " in said
    assert said.index("Asian") < said.index("Black")
    assert made.steps[0] == "What the policy says: Mend it."
    assert made.steps[1] == "What the check says: Look at the features."
    assert any(text.startswith("Measuring on more rows") for text in made.beware)
    assert any("DC103" in text for text in made.beware)


def test_an_exact_fail_shows_what_was_found():
    found = Measurement(
        name="missing_sections", value=1, unit="count", details=("Ethics: no text",), outcome="FAIL"
    )
    made = explained(
        verdict(Outcome.FAIL, found, check="documentation.model_card", kind=Kind.EXACT,
                requirement={"missing_sections": {"max": 0}}, evidence=())
    )  # fmt: skip
    assert made.why[0] == "It is 1, and at most 0 is allowed."
    assert made.steps[0] == "Look at what was found: Ethics: no text."
    assert "same inputs give the same value" in made.beware[0]


def test_a_mandatory_control_takes_no_waiver():
    made = explained(
        verdict(Outcome.FAIL, rate(7, 10, "A", "FAIL"), enforcement=Enforcement.MANDATORY)
    )
    assert "A waiver: a mandatory control takes none." in made.beware
    assert "nobody can override it" in made.effect


def test_an_advisory_control_stands_against_nothing():
    made = explained(
        verdict(Outcome.FAIL, rate(7, 10, "A", "FAIL"), enforcement=Enforcement.ADVISORY,
                effect=Effect.RELEASE)
    )  # fmt: skip
    assert made.effect.startswith("None: the control is advisory.")
    assert made.steps[-1].startswith("Nothing has to be done for this release")
    assert not any("waiver" in text.lower() for text in made.beware)


def test_a_pass_says_how_close_it_was_and_what_it_left_out():
    left = Measurement(
        name="false_positive_rate", value=0.1, n=8, unit="probability", slice={"race": "Other"},
        undefined="excluded by the policy's min_share 2 %: 18 rows", context=True,
    )  # fmt: skip
    close, far = rate(280, 900, "Asian", "PASS"), rate(9, 900, "Black", "PASS")
    made = explained(verdict(Outcome.PASS, far, close, left))
    room = 0.35 - close.interval.high
    assert made.why[0].startswith(f"Even the less favourable bound, {close.interval.high:.3g},")
    assert f"{room:.3g} to spare" in made.why[0]
    assert "race = Asian" in made.measured[-1]
    assert made.unjudged == ("race = Other: excluded by the policy's min_share 2 %: 18 rows",)
    assert made.steps == ()
    assert made.effect == "Nothing stands against the release here."


def test_silence_of_an_alarm_is_no_proof():
    made = explained(
        verdict(Outcome.PASS, rate(360, 1000, "A", "PASS"), kind=Kind.DETECT,
                requirement={"false_positive_rate": {"max": 0.35, "detect": 0.45}})
    )  # fmt: skip
    assert "The estimate itself, 0.36, is not at most 0.35, but that may be chance." in made.why[0]
    assert "effects smaller than 0.45 may be there" in made.beware[0]


def test_an_alarm_without_power_asks_for_rows_or_a_larger_effect():
    made = explained(
        verdict(Outcome.INCONCLUSIVE, rate(10, 40, "A", "INCONCLUSIVE"), kind=Kind.DETECT,
                requirement={"false_positive_rate": {"max": 0.35, "detect": 0.45}})
    )  # fmt: skip
    assert made.numbers[0]["rows_about"] is None
    assert "with the 40 rows behind" in made.steps[0]
    assert "name a larger effect" in made.steps[1]


def test_a_missing_library_is_installed_by_the_command_of_the_message():
    reason = "ONNX needs onnxruntime, which is not installed; pip install 'deploycheck[onnx]'"
    made = explained(verdict(Outcome.ERROR, code="DC206", reason=reason))
    assert made.steps[0] == "Install what is missing: `pip install 'deploycheck[onnx]'`"
    assert "exit code 11" in made.effect
    assert made.steps[-1].startswith("Then run the gate again.")


def test_an_error_tells_its_code_and_the_fix():
    made = explained(verdict(Outcome.ERROR, code="DC201", reason="no file data/test.csv"))
    assert made.why[0] == "No file data/test.csv."
    assert made.why[1].startswith("DC201: An artefact is missing")
    assert made.steps[0] == "Put the file where the release says, or correct the path."
    assert "`deploycheck explain DC201`" in made.steps[1]


def test_what_did_not_run_says_how_to_run_it():
    made = explained(verdict(Outcome.NOT_EVALUATED, code="DC403", reason="it was deselected"))
    assert made.steps[0].startswith("Run all planned controls")
    assert "nobody knows what it would have said" in made.steps[-1]


@pytest.mark.parametrize(
    ("condition", "said"),
    [
        ("release.champion is not present", "champion: {model: {path: …}}"),
        ("release.data.train is not present", "`data: {train: {path: …}}`"),
        ("release.documents.card is not present", "`documents: {card: PATH}`"),
        ("release.columns.id is not present", "`columns: {id: NAME}`"),
        ("release.owner is not present", "Give `owner` in the release"),
        ("release.model is not absent", "for releases without `model`"),
        ("release.task is not regression", "whose `task` is regression"),
    ],
)
def test_what_does_not_apply_says_what_to_bring(condition, said):
    made = explained(verdict(Outcome.NOT_APPLICABLE, reason=f"nothing to compare ({condition})"))
    assert said in made.steps[0]
    assert "neither for nor against" in made.effect


def test_several_rows_of_a_timed_check_are_starts():
    timed = EvidenceUsed(argument="timings", type="Timings", subject="test", digest=None)
    slow = Measurement(
        name="p95_ms", value=18.0, n=10, unit="ms", outcome="INCONCLUSIVE",
        interval=Interval(low=15.0, high=24.0, each=0.95, together=0.9, method="order"),
    )  # fmt: skip
    made = explained(
        verdict(Outcome.INCONCLUSIVE, slow, check="budgets.latency_quantile", evidence=(timed,),
                requirement={"p95_ms": {"max": 20}}, parameters={})
    )  # fmt: skip
    starts = math.ceil(10 * ((24 - 18) / (20 - 18)) ** 2)
    assert made.numbers[0]["rows_about"] == starts == 90
    assert f"`with: {{starts: {starts}}}`" in made.steps[0]
    assert "p95 time must be at most 20 ms" in made.required[0]


def test_both_ends_of_a_requirement_count():
    slope = Measurement(
        name="calibration_slope", value=1.0, n=100, unit="number", outcome="INCONCLUSIVE",
        interval=Interval(low=0.6, high=1.3, each=0.95, together=0.9, method="t"),
    )  # fmt: skip
    made = explained(
        verdict(Outcome.INCONCLUSIVE, slope, requirement={"calibration_slope": {"min": 0.8, "max": 1.2}},
                parameters={})
    )  # fmt: skip
    assert made.numbers[0]["rows_about"] == 400  # the lower end: (0.4 / 0.2)² × 100


@pytest.mark.parametrize("name", sorted(MAKE["HOSTILE"]))
def test_hostile_text_moves_no_cursor_and_stays_bounded(name):
    for each in MAKE["hostile"](MAKE["HOSTILE"][name]).verdicts:
        text = verdict_text(explained(each), "about")
        text.encode("utf-8")
        assert not any(0x7F <= ord(c) <= 0x9F or (ord(c) < 32 and c != "\n") for c in text)
        assert not set(text) & set("\u202e\u202c\u2066\u2069\u200b\u2028\ufeff\ufffe")
        assert len(text) < 100_000


def test_every_outcome_at_every_enforcement_is_explained_within_the_width():
    for each in MAKE["everything"]().verdicts:
        told = explained(each)
        text = verdict_text(told, "Policy p; release r 1 (run x)")
        assert max(map(len, text.splitlines())) <= WIDTH
        assert told.effect
        assert told.as_json()["outcome"] == each.outcome.value


def test_a_stored_decision_is_held_against_its_digest(tmp_path):
    made = MAKE["everything"]()
    sealed = made.model_copy(update={"run": made.run.model_copy(update={"digest": digest(made)})})
    path = tmp_path / "runs" / "20260101T000000.0Z-0" / "decision.json"
    path.parent.mkdir(parents=True)
    assert newest(tmp_path) is None
    path.write_text(sealed.model_dump_json(by_alias=True), encoding="utf-8")
    assert newest(tmp_path).decision == sealed
    later = tmp_path / "runs" / "20260102T000000.0Z-0"
    later.mkdir()
    (later / "plan.json").write_text("{}", encoding="utf-8")
    assert newest(tmp_path).newer == later.name
    path.write_text(made.model_dump_json(by_alias=True), encoding="utf-8")
    with pytest.raises(UnusableError, match="was altered"):
        newest(tmp_path)


def test_a_pipe_or_a_folder_is_no_decision_and_is_not_waited_for(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    for name in ("pipe", "", "absent\x1b[31m"):
        with pytest.raises(UnusableError, match="cannot be read") as error:
            named(tmp_path / name)
        assert "\x1b" not in str(error.value)
