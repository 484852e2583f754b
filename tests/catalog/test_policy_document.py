"""A policy in words: every sentence is a fact of the policy."""

import textwrap
from datetime import UTC, datetime
from pathlib import Path

import pytest

from deploycheck import plugins
from deploycheck.catalog.policy_document import PolicyPart, document
from deploycheck.catalog.policy_reading import Given, read_policies
from deploycheck.engine.problems import PolicyError
from deploycheck.shipped import pack

ROOT = Path(__file__).resolve().parents[2]
NOW = datetime(2026, 11, 25, tzinfo=UTC)
POLICY = """
policy: phased
version: "1.10"
title: Phases and open inputs
description: |
  First.

  Second.
owner: risk@bank.example
valid: {from: 2026-01-01T00:00:00Z, until: 2027-01-01T00:00:00Z}
inputs:
  groups: {type: columns, required: true, doc: Columns of groups.}
  ceiling: {type: number, default: 0.35, min: 0.05, max: 0.5}
  floor: {type: number, required: true, min: 0.1, max: 0.9}
controls:
  - id: FAIR-01
    title: Not too many wrongly called
    check: fairness.error_rates
    with: {by: "${inputs.groups}", min_share: 0.02, exclude: [unknown]}
    require: {false_positive_rate: {max: "${inputs.ceiling}"}}
    decide: {confidence: 0.9}
    severity: high
    enforcement: {advisory: now, mandatory: 2026-12-01T00:00:00Z}
    maps: {eu-ai-act: [10.2.f, "9.10"]}
  - id: FAIR-02
    title: Rates do not differ
    check: fairness.demographic_parity
    with: {by: [race, sex]}
    require: {demographic_parity_difference: {max: 10%}}
    decide: {uncertain: review}
    severity: high
    enforcement: overridable
    maps: {eu-ai-act: ["9.10"]}
    when: {release.task: binary_classification, release.documents.card: present, because: only those have rates.}
  - id: PERF-01
    title: Right enough
    check: performance.floor
    require: {accuracy: {min: "${inputs.floor}"}, roc_auc: {min: 0.7}}
    severity: high
    enforcement: mandatory
    rationale: It must.
    remediation: Train again.
gate: {at_least: {controls: 2, families: [fairness]}}
"""


def made(path: Path, *, as_of: datetime = NOW, inputs=None, release=None) -> PolicyPart:
    given = Given(plugins.registry(), as_of, path.parent, inputs or {}, release)
    (read,) = read_policies([path], given)
    return document(read, as_of)


@pytest.fixture
def policy(tmp_path) -> Path:
    path = tmp_path / "policy.yaml"
    path.write_text(POLICY, encoding="utf-8")
    return path


def control(part: PolicyPart, name: str):
    return next(c for c in part.controls if c.link.id == name)


def test_open_inputs_stay_open_and_others_say_where_they_come_from(policy):
    part = made(policy)
    found = {i.name: (i.value, i.origin, [link.id for link in i.used_by]) for i in part.inputs}
    assert found == {
        "groups": ("open", "the release must give it", ["FAIR-01"]),
        "ceiling": ("0.35", "the policy's default", ["FAIR-01"]),
        "floor": ("open", "the release must give it", ["PERF-01"]),
    }
    assert control(part, "FAIR-01").must == [
        (
            "In every group of groups (open input) with at least 2 % of the rows (except unknown), the "
            "false positive rate must be at most 0.35 (input ceiling), shown with 90 % confidence."
        )
    ]
    assert (
        control(part, "PERF-01")
        .must[0]
        .startswith("The accuracy must be at least floor (open input), ")
    )
    assert ("open", "An input that nobody has given a value yet.") in part.glossary


def test_inputs_of_the_release_and_of_the_command_line_are_filled_in(policy, tmp_path):
    release = tmp_path / "release.yaml"
    release.write_text("release: r\nversion: '1'\ninputs: {groups: [sex, race], floor: 0.3}\n")
    part = made(policy, release=release, inputs={"floor": "0.6"})
    found = {i.name: (i.value, i.origin) for i in part.inputs}
    assert found["groups"] == ("sex, race", "the release")
    assert found["floor"] == ("0.6", "the command line")
    assert "of sex, race (input groups) with" in control(part, "FAIR-01").must[0]
    assert "at least 0.6 (input floor)" in control(part, "PERF-01").must[0]


@pytest.mark.parametrize(
    ("inputs", "told"),
    [({"floor": "0.95"}, "must be at most 0.9"), ({"flor": "0.5"}, "did you mean 'floor'")],
)
def test_wrong_inputs_are_mistakes(policy, inputs, told):
    with pytest.raises(PolicyError, match=told):
        made(policy, inputs=inputs)


def test_what_follows_depends_on_the_enforcement_of_the_day(policy):
    today = dict(control(made(policy), "FAIR-01").consequences)
    assert today == {
        "If it does not hold": "It is shown in every report, and changes nothing in the decision.",
        "From 2026-12-01T00:00:00Z": "The release is blocked, and nobody can override it.",
    }
    part = made(policy, as_of=datetime(2026, 12, 1, tzinfo=UTC))
    later = dict(control(part, "FAIR-01").consequences)
    assert list(later) == ["If it does not hold"]
    assert "nobody can override it" in later["If it does not hold"]
    assert "if the data cannot tell" in later["If it does not hold"]
    rows = {r.link.id: r.enforcement for f in part.families for r in f.rows}
    assert rows == {"FAIR-01": "mandatory today", "FAIR-02": "overridable", "PERF-01": "mandatory"}


def test_a_review_and_a_condition_are_told(policy):
    part = control(made(policy), "FAIR-02")
    found = dict(part.consequences)
    assert found["If the data cannot tell"] == "People decide: the decision is REVIEW."
    assert found["When it applies"] == (
        "Only if `task` of the release is binary_classification and the release gives the document "
        "card; otherwise it counts neither for nor against: only those have rates."
    )
    assert part.must == [
        (
            "Between the groups of race, sex, the demographic parity difference must be at most 10%, "
            "shown with 95 % confidence."
        )
    ]


def test_clauses_keep_how_they_are_written_and_name_their_controls(policy):
    found = {(c.framework, c.name): [link.id for link in c.links] for c in made(policy).clauses}
    assert found == {
        ("eu-ai-act", "10.2.f"): ["FAIR-01"],
        ("eu-ai-act", "9.10"): ["FAIR-01", "FAIR-02"],
    }


@pytest.mark.parametrize(
    ("year", "state"), [(2025, "not yet in force"), (2026, "in force"), (2027, "expired")]
)
def test_a_policy_says_whether_it_is_in_force(policy, year, state):
    part = made(policy, as_of=datetime(year, 1, 1, tzinfo=UTC))
    assert part.state == state
    facts = dict(part.facts)
    assert facts["Version"] == "1.10"
    assert facts["In force"] == ("from 2026-01-01T00:00:00Z until 2027-01-01T00:00:00Z (exclusive)")
    assert part.description == ["First.", "Second."]


def test_the_gate_rules_are_sentences(policy):
    said = " ".join(made(policy).gate)
    assert "At least 2 enforced controls must have been measured" in said
    assert "must have been measured: fairness." in said


def test_the_recidivism_policy_reads_as_the_brief_of_a_compliance_team():
    part = made(ROOT / "examples" / "recidivism" / "policy.yaml")
    assert control(part, "FAIR-01").must == [
        (
            "In every group of race with at least 2 % of the rows, the false positive rate must be at "
            "most 0.35 (input rate_ceiling), shown with 95 % confidence."
        )
    ]
    assert control(part, "FAIR-02").must[0].startswith("Between the groups of race ")


def test_the_credit_policy_keeps_its_units_and_its_alarms():
    part = made(ROOT / "examples" / "credit" / "policy.yaml")
    assert part.count == 39
    must = {c.link.id: c.must for c in part.controls}
    assert must["DATA-05"] == ["The age must be at most 92 days. The value is compared as it is."]
    assert must["MEM-01"][0].startswith("The peak bytes must be at most 512 MB.")
    assert must["INT-03"][0].startswith(
        "The model class must be one of linear, tree, tree_ensemble."
    )
    assert "an effect of 0.3 must be found at least 80 % of the time" in must["DRIFT-01"][0]
    assert len(must["INT-01"]) == 2
    assert sum(len(f.rows) for f in part.families) == 39
    looked = {c.link.id: c.looked_at for c in part.controls}
    assert looked["DRIFT-01"] == "the data set test; the data set production"
    assert looked["SIZE-01"] == "the model"
    assert looked["DOC-01"] == "the document card"


def test_the_starter_is_read_without_a_release():
    part = made(pack("pack:starter"))
    assert dict(part.facts)["File"] == "pack:starter"
    assert {i.name for i in part.inputs if i.value == "open"} == {"target", "protected"}
    assert control(part, "DATA-01").must[0].startswith("The number of rows must be at least 500.")


def test_an_input_may_stand_for_a_whole_block(tmp_path):
    path = tmp_path / "policy.yaml"
    path.write_text(
        textwrap.dedent("""
        policy: p
        version: "1"
        inputs: {sure: {type: number, required: true, min: 0.8, max: 0.99}}
        controls:
          - id: A
            title: t
            check: performance.floor
            require: {accuracy: {min: 0.7}}
            decide: {confidence: "${inputs.sure}"}
            severity: low
            enforcement: overridable
        """)
    )
    assert control(made(path), "A").must == [
        "The accuracy must be at least 0.70, shown with a confidence of sure (open input)."
    ]
    assert control(made(path, inputs={"sure": "0.9"}), "A").must == [
        "The accuracy must be at least 0.70, shown with 90 % confidence (input sure)."
    ]


def test_all_mistakes_of_all_files_are_told(policy, tmp_path):
    other = tmp_path / "other.yaml"
    other.write_text(POLICY.replace("fairness.error_rates", "fairness.eror_rates"))
    third = tmp_path / "third.yaml"
    third.write_text("nonsense: 1\n")
    given = Given(plugins.registry(), NOW, tmp_path, {}, tmp_path / "absent.yaml")
    with pytest.raises(PolicyError) as error:
        read_policies([policy, other, third], given)
    text = str(error.value)
    assert "did you mean 'fairness.error_rates'" in text
    assert "third.yaml" in text
    assert "absent.yaml" in text


def test_two_policies_of_one_name_are_refused(policy, tmp_path):
    other = tmp_path / "other.yaml"
    other.write_text(POLICY)
    with pytest.raises(PolicyError, match="is also in policy"):
        read_policies([policy, other], Given(plugins.registry(), NOW, tmp_path, {}))
