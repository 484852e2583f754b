"""The lines of the terminal, the same for both front ends."""

from deploycheck.model.decision import InputUsed
from deploycheck.model.verdict import Outcome
from deploycheck.reporters.markdown import markdown
from deploycheck.reporters.summary import MOST, summary


def test_header_controls_deviations_counts_reasons(decide, build):
    made = decide(
        [
            build(),
            build(Outcome.FAIL, control="FAIR-02", reason="too low"),
            build(Outcome.ERROR, control="LAT-01", reason="no file", location="p.yaml:3"),
            build(Outcome.WAIVED, control="FAIR-03", reason="too low", enforcement="advisory"),
        ],
        reasons=("1 of 4 controls does not hold: FAIR-02",),
    )
    assert summary.render(made).splitlines() == [
        "deploycheck: credit-default 3.2.0 — BLOCK",
        "FAIL    FAIR-02  too low",
        "        policies/credit.yaml:14  (deploycheck explain FAIR-02)",
        "ERROR   LAT-01  no file",
        "        p.yaml:3  (deploycheck explain DC301)",
        "WAIVED  FAIR-03  (advisory) W-2026-014 until 2027-01-31T00:00:00Z: too low",
        "        policies/credit.yaml:14  (deploycheck explain FAIR-03)",
        "UNTRUSTED code of the project took part: conftest.py",
        "deviation of credit-scoring: control: eu-ai-act/DRIFT-02, relax: psi, because: MRM-118",
        "4 planned = 1 passed + 1 waived + 1 failed + 1 in error",
        "BLOCK: 1 of 4 controls does not hold: FAIR-02",
    ]


def test_controls_of_several_policies_are_told_apart(everything):
    text = summary.render(everything)
    assert "FAIL            security/FAIL-2  " in text
    assert "FAIL            credit-scoring/FAIL-1  " in text
    assert "(deploycheck explain credit-scoring/FAIL-1)" in text


def test_many_are_cut_and_the_rest_is_counted(decide, build):
    text = summary.render(decide(build(Outcome.FAIL, control=f"C-{i}") for i in range(1000)))
    assert text.count("\nFAIL ") == MOST == 40
    assert "\n… and 960 more in the report\n" in text
    assert "\n1,000 planned = 0 passed + 1,000 failed\n" in text


def test_a_cause_that_stops_several_controls_is_told_once(decide, build):
    stopped = [build(Outcome.ERROR, control=f"C-{i}", reason="no file") for i in range(3)]
    other = build(Outcome.ERROR, control="C-9", reason="another file")
    text = summary.render(decide([*stopped, other]))
    assert text.count("no file") == 1
    assert "\nERROR  C-1  as C-0\nERROR  C-2  as C-0\n" in text
    assert "another file" in text


def test_a_cut_never_hides_what_blocks(decide, build):
    made = [build(Outcome.NOT_APPLICABLE, control=f"N-{i}") for i in range(100)]
    text = summary.render(decide([*made, build(Outcome.FAIL, control="LAST")]))
    assert "LAST" in text.splitlines()[1]


def test_a_release_is_two_lines(decide, build):
    calm = decide([build()])
    policy = calm.policies[0].model_copy(update={"deviations": ()})
    run = calm.run.model_copy(update={"plugins": ()})
    text = summary.render(calm.model_copy(update={"policies": (policy,), "run": run}))
    assert text == "deploycheck: credit-default 3.2.0 — RELEASE\n1 planned = 1 passed\n"


def test_controls_that_nobody_evaluated_are_told_together(decide, build):
    made = [
        build(Outcome.NOT_EVALUATED, control=f"N-{i}", reason="it was deselected in this run")
        for i in range(30)
    ]
    text = summary.render(decide([*made, build(Outcome.FAIL, control="LAST")]))
    assert text.count("NOT EVALUATED") == 1
    assert "30: N-0, N-1, " in text
    assert "N-11 and 18 more" in text
    assert "it was deselected in this run  (deploycheck explain DC403)" in text
    assert "LAST" in text


def test_hostile_text_moves_no_cursor_and_adds_no_line(hostile_decision, calm_decision):
    text = summary.render(hostile_decision)
    text.encode("utf-8")
    assert text.count("\n") == summary.render(calm_decision).count("\n")
    assert not any(0x7F <= ord(c) <= 0x9F or (ord(c) < 32 and c != "\n") for c in text)
    assert not set(text) & set("\u202e\u202c\u2066\u2069\u200b\u2028\ufeff\ufffe")
    assert max(map(len, text.splitlines())) < 5000


def test_an_input_with_another_value_than_the_policys_own_is_told(decide, build):
    made = decide([build()])
    softened = InputUsed(value=0.5, origin="release", default=0.8)
    kept = InputUsed(value=0.1, origin="default")
    policy = made.policies[0].model_copy(update={"inputs": {"floor": softened, "gap": kept}})
    made = made.model_copy(update={"policies": (policy,)})
    said = "input floor of credit-scoring: 0.5 by the release, instead of 0.8"
    assert said in summary.render(made).splitlines()
    assert f"- {said}" in markdown.render(made).replace("\\", "").splitlines()
    assert "gap of" not in summary.render(made)
    many = policy.model_copy(update={"inputs": {f"i{n}": softened for n in range(30)}})
    text = summary.render(made.model_copy(update={"policies": (many,)}))
    assert "… and 10 more inputs of credit-scoring that have another value" in text
