"""Policies and releases from text: what is loaded, what is told, and where."""

import textwrap

import pytest

from deploycheck.engine.document import parse
from deploycheck.engine.inputs import stray_inputs
from deploycheck.engine.load import load_policy, load_release, peek_kind
from deploycheck.engine.problems import render
from deploycheck.model.decision import InputUsed
from deploycheck.model.policy import Enforcement, Severity

POLICY = """\
policy: credit-scoring
version: 2.30
owner: model-risk@bank.example
valid: {from: 2026-12-01T01:00:00+01:00, until: 2027-12-01T00:00:00Z}
inputs:
  protected: {type: columns, required: true}
  floor: {type: number, default: 0.80, min: 0.5, max: 1.0}
controls:
  - id: FAIR-01
    title: Approval-rate impact ratio, worst group
    check: fairness.impact_ratio
    with: {data: test, by: "${inputs.protected}", intersections: true, nothing: null}
    require: {impact_ratio: {min: "${inputs.floor}"}}
    decide: {uncertain: review}
    severity: high
    enforcement: {advisory: now, overridable: 2027-02-01T00:00:00Z}
    maps: {eu-ai-act: [10.2.f, 10.20, 7]}
  - id: 9.10
    title: p95 latency budget
    check: budgets.latency_quantile
    when: {release.task: regression, because: others are judged elsewhere}
    require: {p95_ms: {max: 25 ms}, format: {one_of: [onnx, 1]}}
    severity: medium
    enforcement: mandatory
gate: {at_least: {controls: 2, families: [fairness, budgets]}}
"""


def load(text, *, release=None, cli=None):
    problems = []
    document = parse("policies/p.yaml", textwrap.dedent(text).encode(), problems)
    loaded = None
    if document is not None:
        loaded = load_policy(document, problems, release_inputs=release or {}, cli_inputs=cli or {})
    return loaded, problems


def codes(problems):
    return [
        problem.code for problem in sorted(problems, key=lambda p: (p.place.line, p.place.column))
    ]


def test_a_sound_policy_is_loaded_as_written():
    loaded, problems = load(POLICY, release={"protected": ["sex", "age_band"]})
    assert problems == [], render(problems)
    policy = loaded.policy
    assert (policy.policy, policy.version) == ("credit-scoring", "2.30")
    assert policy.valid.from_.isoformat() == "2026-12-01T00:00:00+00:00"
    fair, latency = policy.controls
    assert [control.id for control in policy.controls] == ["FAIR-01", "9.10"]
    assert fair.with_ == {
        "data": "test",
        "by": ["sex", "age_band"],
        "intersections": True,
        "nothing": None,
    }
    assert fair.require["impact_ratio"].min == 0.8
    assert fair.severity is Severity.HIGH
    assert list(fair.enforcement) == [Enforcement.ADVISORY, Enforcement.OVERRIDABLE]
    assert fair.maps == {"eu-ai-act": ("10.2.f", "10.20", "7")}
    assert latency.require["p95_ms"].max == "25 ms"
    assert latency.require["format"].one_of == ("onnx", 1)
    assert policy.gate.at_least.controls == 2
    assert [(c.path, c.sound) for c in loaded.controls] == [
        (("controls", 0), True),
        (("controls", 1), True),
    ]
    assert loaded.document.place(loaded.controls[1].path).line == 18


TEN = """\
policy: credit scoring
version: 017
owner: model-risk
vaild: {until: 2027-12-01T00:00:00Z}
controls:
  - id: FAIR-01
    title: Approval-rate impact ratio
    check: fairness.impact_ratio
    require: {impact_ratio: {min: 0.9, max: 0.8}}
    severity: hgih
    enforcement: mandatory
    decide: {uncertain: review, confidence: 95}
  - id: FAIR-01
    check: fairness.odds
    require: {odds: {min: 0.8, regression: 10%}}
    severity: low
    enforcement: overridable
    when: {release.champoin: present, because: first release}
"""
TEN_TOLD = """\
error[DC009]: policy is 'credit scoring'; use letters, digits, '.', '_' and '-', at most 100, no sign first
  --> policies/p.yaml:1:9
   |
 1 | policy: credit scoring
   |         ^^^^^^^^^^^^^^
   = help: `deploycheck explain DC009`

error[DC005]: some YAML readers take 017 for an octal or a decimal number: it begins with 0, others do not
  --> policies/p.yaml:2:10
   |
 2 | version: 017
   |          ^^^ write "017" for the text, or the plain decimal number
   = help: `deploycheck explain DC005`

error[DC007]: unknown key 'vaild' in the policy
  --> policies/p.yaml:4:1
   |
 4 | vaild: {until: 2027-12-01T00:00:00Z}
   | ^^^^^ did you mean 'valid'?
   = help: `deploycheck explain DC007`

error[DC017]: control FAIR-01: no impact_ratio is at least 0.9 and at most 0.8
  --> policies/p.yaml:9:35
   |
 9 |     require: {impact_ratio: {min: 0.9, max: 0.8}}
   |                                   ^^^ this can never pass
   = help: `deploycheck explain DC017`

error[DC009]: control FAIR-01: severity is 'hgih'; one of low, medium, high, critical
   --> policies/p.yaml:10:15
    |
 10 |     severity: hgih
    |               ^^^^ did you mean 'high'?
    = help: `deploycheck explain DC009`

error[DC010]: control FAIR-01: decide.confidence is 95; must be below 1
   --> policies/p.yaml:12:45
    |
 12 |     decide: {uncertain: review, confidence: 95}
    |                                             ^^
    = help: `deploycheck explain DC010`

error[DC008]: control FAIR-01 has no 'title'
   --> policies/p.yaml:13:5
    |
 13 |   - id: FAIR-01
    |     ^^^^^^^^^^^ add 'title': what must hold, in one line
    = help: `deploycheck explain DC008`

error[DC011]: the id FAIR-01 stands twice
   --> policies/p.yaml:13:9
    |
 13 |   - id: FAIR-01
    |         ^^^^^^^ first in line 6
    = help: `deploycheck explain DC011`

error[DC104]: control FAIR-01: bounds against the last release are not done yet
   --> policies/p.yaml:15:32
    |
 15 |     require: {odds: {min: 0.8, regression: 10%}}
    |                                ^^^^^^^^^^ use min or max
    = help: `deploycheck explain DC104`

error[DC024]: control FAIR-01: 'when' cannot look at 'release.champoin'
   --> policies/p.yaml:18:12
    |
 18 |     when: {release.champoin: present, because: first release}
    |            ^^^^^^^^^^^^^^^^ did you mean 'release.champion'?
    = help: `deploycheck explain DC024`

10 mistakes in 1 file
"""


def test_ten_mistakes_are_ten_messages_with_their_places():
    _, problems = load(TEN)
    assert render(problems) == TEN_TOLD


def test_what_is_wrong_is_left_out_so_that_the_rest_can_be_checked_on():
    loaded, _ = load(TEN)
    assert loaded.policy.controls == ()
    first, second = loaded.controls
    assert not first.sound
    assert first.control.check == "fairness.impact_ratio"
    assert first.control.require == {}, "its bounds contradict; a plan must not tell that again"
    assert second.control.require["odds"].min == 0.8
    assert second.control.id == "FAIR-01"


def test_one_bad_control_does_not_hide_the_others():
    loaded, problems = load(
        POLICY.replace("severity: medium", "severity: mid"), release={"protected": "sex"}
    )
    assert codes(problems) == ["DC009"]
    assert [control.id for control in loaded.policy.controls] == ["FAIR-01"]
    assert [c.sound for c in loaded.controls] == [True, False]


@pytest.mark.parametrize(
    "change",
    [
        ("check: fairness.impact_ratio", "chekc: fairness.impact_ratio"),
        ("with: {data: test,", "with: [data, test,"),
    ],
)
def test_a_control_whose_check_or_parameters_are_lost_is_not_handed_on(change):
    old, new = change
    text = POLICY.replace(old, new).replace(
        "nothing: null}", "nothing]" if "[" in new else "nothing: null}"
    )
    loaded, problems = load(text, release={"protected": "sex"})
    assert problems
    assert [c.control.id for c in loaded.controls] == ["9.10"]


def test_a_refused_scalar_is_told_once_and_keeps_its_control_out():
    loaded, problems = load(
        POLICY.replace("intersections: true", "intersections: yes"), release={"protected": "sex"}
    )
    assert codes(problems) == ["DC005"]
    assert [c.control.id for c in loaded.controls] == ["9.10"]


def test_a_syntax_error_ends_its_file_only():
    loaded, problems = load("policy: a\ncontrols: [\n")
    assert loaded is None
    assert codes(problems) == ["DC002"]
    assert load(POLICY, release={"protected": "sex"})[1] == []


def test_origins_of_inputs_are_default_then_release_then_command_line():
    by_default, _ = load(POLICY, release={"protected": "sex"})
    by_release, _ = load(POLICY, release={"protected": "sex", "floor": 0.9})
    by_line, problems = load(
        POLICY,
        release={"protected": "sex", "floor": 0.9},
        cli={"floor": "0.95", "protected": "sex, region"},
    )
    assert problems == []
    assert by_default.inputs == {
        "floor": InputUsed(value=0.8, origin="default"),
        "protected": InputUsed(value=["sex"], origin="release"),
    }
    assert by_release.inputs["floor"] == InputUsed(value=0.9, origin="release", default=0.8)
    assert by_line.inputs["floor"] == InputUsed(value=0.95, origin="command line", default=0.8)
    assert by_line.policy.controls[0].with_["by"] == ["sex", "region"]
    assert by_line.policy.controls[0].require["impact_ratio"].min == 0.95


@pytest.mark.parametrize(
    ("release", "cli", "words"),
    [
        ({}, {}, "the input 'protected' is required and nobody gives it"),
        ({"protected": "sex", "floor": 0.4}, {}, "the input 'floor' is 0.4 by the release; must be at least 0.5"),
        ({"protected": "sex", "floor": 1.1}, {}, "must be at most 1"),
        ({"protected": "sex", "floor": True}, {}, "the input 'floor' is true by the release; must be a number"),
        ({"protected": "sex", "floor": "0.9"}, {}, "must be a number"),
        ({"protected": "sex", "floor": float("nan")}, {}, "must be a number"),
        ({"protected": "sex", "floor": float("inf")}, {}, "must be a number"),
        ({"protected": "sex", "floor": 10**400}, {}, "must be a number"),
        ({"protected": []}, {}, "must be a column or a list of columns"),
        ({"protected": ["sex", "sex"]}, {}, "must be a column or a list of columns"),
        ({"protected": ["sex", 1]}, {}, "must be a column or a list of columns"),
        ({"protected": None}, {}, "the input 'protected' is empty by the release"),
        ({"protected": "sex"}, {"floor": "yes"}, "the input 'floor' is 'yes' by --input; must be a number"),
        ({"protected": "sex"}, {"floor": "0x1"}, "must be a number"),
        ({"protected": "sex"}, {"floor": ""}, "must be a number"),
        ({"protected": "sex"}, {"floor": "nan"}, "must be a number"),
        ({"protected": "sex"}, {"floor": ".inf"}, "must be a number"),
        ({}, {"protected": ""}, "must be a column or a list of columns"),
        ({}, {"protected": "sex,,age"}, "must be a column or a list of columns"),
    ],
)  # fmt: skip
def test_inputs_that_do_not_fit_are_told_and_their_controls_held_back(release, cli, words):
    loaded, problems = load(POLICY, release=release, cli=cli)
    assert codes(problems) == ["DC022"], render(problems)
    assert words in problems[0].message
    assert [c.control.id for c in loaded.controls] == ["9.10"]


@pytest.mark.parametrize(
    ("declaration", "given", "value"),
    [
        ("{type: integer, required: true}", "12", 12),
        ("{type: integer, required: true}", "1.5", None),
        ("{type: integer, required: true}", "9007199254740993", None),
        ("{type: number, required: true}", "1e-3", 0.001),
        ("{type: boolean, required: true}", "true", True),
        ("{type: boolean, required: true}", "yes", None),
        ("{type: text, required: true}", "017", "017"),
        ("{type: column, required: true}", "age", "age"),
        ("{type: column, required: true}", "  ", None),
        ("{type: number, required: true, one_of: [1, 2]}", "1", 1),
        ("{type: number, required: true, one_of: [1, 2]}", "3", None),
        ("{type: boolean, required: true, one_of: [1]}", "true", None),
        ("{type: columns, required: true, one_of: [a, b]}", "a,b", ["a", "b"]),
        ("{type: columns, required: true, one_of: [a, b]}", "a,c", None),
    ],
)
def test_the_command_line_is_read_by_the_declared_type(declaration, given, value):
    loaded, problems = load(
        one_control('with: {x: "${inputs.x}"}', f"inputs: {{x: {declaration}}}"), cli={"x": given}
    )
    if value is None:
        assert codes(problems) == ["DC022"]
    else:
        assert problems == []
        assert loaded.policy.controls[0].with_ == {"x": value}
        assert type(loaded.policy.controls[0].with_["x"]) is type(value)


def one_control(fragment="", top=""):
    return f"""\
policy: p
version: "1"
{top}
controls:
  - id: A
    title: t
    check: a.b
    require: {{x: {{max: 1}}}}
    severity: low
    enforcement: advisory
    {fragment}
"""


@pytest.mark.parametrize(
    ("declaration", "words"),
    [
        ("{type: number, min: 2, max: 1, default: 1}", "min of the input 'x' is above its max"),
        ("{type: text, min: 2, default: a}", "text, which has no min or max"),
        ("{type: number, required: true, default: 1}", "required, so its default is never used"),
        ("{type: number, default: a}", "the default of the input 'x' is 'a'; must be a number"),
        ("{type: number, default: true}", "the default of the input 'x' is true; must be a number"),
        ("{type: number, default: 3, max: 2}", "must be at most 2"),
        ("{type: text, default: c, one_of: [a, b]}", "one of a, b"),
        ("{type: text, one_of: [], default: a}", "no value fits"),
        ("{type: number}", "has no default and nobody gives it"),
    ],
)
def test_declarations_that_make_no_sense(declaration, words):
    _, problems = load(one_control('with: {x: "${inputs.x}"}', f"inputs: {{x: {declaration}}}"))
    assert words in " ".join(p.message for p in problems)
    assert {p.code for p in problems} == {"DC022"}
    assert {p.place.line for p in problems} == {3}


def test_an_unknown_input_is_told_with_the_nearest():
    _, problems = load(
        POLICY.replace("${inputs.floor}", "${inputs.flor}"), release={"protected": "sex"}
    )
    told = {p.message: p.hint for p in problems}
    assert told["the policy declares no input 'flor'"] == "did you mean 'floor'?"
    assert "the input 'floor' is declared and used nowhere" in told


def test_inputs_that_no_policy_declares():
    problems = []
    release = parse(
        "release.yaml", b"release: a\nversion: 1\ninputs: {floor: 1, flor: 2}\n", problems
    )
    told = stray_inputs(["floor", "protected"], {"protectd": "sex", "floor": "1"}, release)
    assert [(p.code, p.place and p.place.line, p.hint) for p in told] == [
        ("DC022", None, "did you mean 'protected'?"),
        ("DC022", 3, "did you mean 'floor'?"),
    ]
    assert stray_inputs(["floor", "flor"], {}, release) == []
    assert stray_inputs([], {}, None) == []


def test_aliases_of_controls_are_filled_each_by_itself():
    text = (
        one_control('with: &w {x: "${inputs.x}"}', "inputs: {x: {type: text, default: v}}")
        + """\
  - {id: B, title: t, check: a.b, with: *w, require: {x: {max: 1}}, severity: low, enforcement: advisory}
"""
    )
    loaded, problems = load(text)
    assert problems == []
    assert [control.with_ for control in loaded.policy.controls] == [{"x": "v"}, {"x": "v"}]
    assert loaded.document.root["controls"][0]["with"] == {"x": "${inputs.x}"}


RELEASE = """\
release: credit-default
version: 3.20
task: binary_classification
model: {path: model.onnx, trust: untrusted, features: [age, income], outputs: {score: probabilities, class: 1}}
data:
  test: {path: data/test.csv, where: [{column: age, min: 25}], derive: {band: {bin: age, edges: [25, 40], closed: left}}}
columns: {target: default, positive: 1, favourable: false, score: p, threshold: {at_least: 5}, protected: [sex]}
documents: {card: MODEL_CARD.md}
inputs: {floor: 0.9}
"""


def test_a_sound_release_is_loaded_as_written():
    problems = []
    release = load_release(parse("release.yaml", RELEASE.encode(), problems), problems)
    assert problems == [], render(problems)
    assert release.version == "3.20"
    assert release.model.features == ("age", "income")
    assert release.columns.positive == 1
    assert release.columns.favourable is False
    assert release.columns.threshold.at_least == 5.0
    assert release.data["test"].derive["band"].edges == (25.0, 40.0)
    assert release.inputs == {"floor": 0.9}


def test_mistakes_of_a_release_are_told_in_one_go_and_nothing_is_loaded():
    problems = []
    text = RELEASE.replace("task: binary_classification", "task: binary").replace(
        "edges: [25, 40]", "edges: [40, 25]"
    )
    text = text.replace("protected: [sex]", "protected: sex")
    document = parse("release.yaml", text.encode(), problems)
    assert load_release(document, problems) is None
    assert codes(problems) == ["DC009", "DC009", "DC009"]


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (b"policy: a\n", "policy"), (b"# c\n\nversion: 1\npolicy: a\n", "policy"), (b"release: a\n", "release"),
        (b"\xef\xbb\xbfpolicy: a\n", "policy"), (b'"policy": a\n', "policy"), (b"policy : a", "policy"), (b"policy:", "policy"),
        (b"policy: a\r\nversion: 1\r\n", "policy"),
        (b"{policy: a}", "policy"), (b'\n# x\n--- {"release": 1}', "release"), (b"policy: [unclosed", "policy"),
        (b"", None), (b"  policy: a\n", None), (b"policy:a\n", None), (b"policies: a\n", None), (b"# policy: a\n", None),
        (b"- policy: a\n", None), (b"{a: policy}", None), (b"{", None), (b"\x00\xff\xfe", None), (b"x: {policy: a}", None),
        (b"version: 1\ntasks:\n  policy: a\n", None), (b"\x89PNG\r\n", None), (b"{" * 100_000, None),
    ],
)  # fmt: skip
def test_a_glance_tells_policies_and_releases(data, kind):
    assert peek_kind(data) == kind
