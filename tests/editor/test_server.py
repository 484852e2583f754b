"""What a person sees while writing a policy or a release, by the real YAML language server."""

import time
from pathlib import Path

import pytest

from deploycheck import plugins
from deploycheck.scaffold.editor import add_modeline, modeline

ROOT = Path(__file__).parents[2]
POLICIES = sorted([*ROOT.glob("policies/*.yaml"), *ROOT.glob("examples/*/policy.yaml")])
RELEASES = sorted(ROOT.glob("examples/*/release*.yaml"))
POLICY = "# yaml-language-server: $schema=.deploycheck/schema/policy.json\n"
RELEASE = "# yaml-language-server: $schema=.deploycheck/schema/release.json\n"
HEAD = POLICY + 'policy: p\nversion: "1"\ncontrols:\n  - id: C-1\n    title: t\n'
CHECK = "    check: fairness.impact_ratio\n"
WITH = "    with: {by: [sex]}\n"
REQUIRE = "    require: {impact_ratio: {min: 0.8}}\n"
TAIL = "    severity: high\n    enforcement: mandatory\n"
SOUND = HEAD + CHECK + WITH + REQUIRE + TAIL


def told(item: dict) -> str:
    documentation = item["documentation"]
    return documentation if isinstance(documentation, str) else documentation["value"]


@pytest.mark.parametrize("path", POLICIES, ids=lambda p: f"{p.parent.name}/{p.name}")
def test_a_policy_that_plans_has_no_mark(editor, path):
    assert editor.open(POLICY + path.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize("path", RELEASES, ids=lambda p: f"{p.parent.name}/{p.name}")
def test_a_release_that_plans_has_no_mark(editor, path):
    assert editor.open(RELEASE + path.read_text(encoding="utf-8")) == []


def test_behind_check_every_check_is_offered_with_its_title(editor):
    offered = editor.complete(f"{HEAD}    check: ¦\n{TAIL}")
    registry = plugins.registry()
    assert offered.keys() == set(registry.checker_ids())
    assert told(offered["fairness.impact_ratio"]) == registry.checker("fairness.impact_ratio").title


def test_in_with_the_checks_own_parameters_are_offered(editor):
    offered = editor.complete(f"{HEAD}{CHECK}    with:\n      ¦\n{TAIL}")
    assert {"by", "min_n", "intersections", "data"} <= offered.keys()
    assert "key" not in offered
    assert "Default: 30" in told(offered["min_n"])


def test_in_require_the_checks_own_measures_are_offered(editor):
    offered = editor.complete(f"{HEAD}{CHECK}{WITH}    require:\n      ¦\n{TAIL}")
    assert offered.keys() == {"impact_ratio", "selection_rate", "selected"}
    assert "Unit: ratio; higher is better." in told(offered["impact_ratio"])


def test_in_a_bound_its_keys_are_offered_with_the_units_of_the_measure(editor):
    offered = editor.complete(
        f"{HEAD}    check: budgets.latency_quantile\n    require:\n      p95_ms:\n        ¦\n{TAIL}"
    )
    assert offered.keys() == {"min", "max", "equals", "one_of", "detect", "good"}
    assert "us, ms, s, min" in told(offered["max"])


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("    severity: ¦\n", {"low", "medium", "high", "critical"}),
        ("    enforcement: ¦\n", {"advisory", "overridable", "mandatory"}),
        ("    decide:\n      kind: ¦\n", {"demonstrate", "detect", "exact"}),
        ("    when:\n      release.champion: ¦\n", {"present", "absent"}),
        ("    enforcement:\n      ¦\n", {"advisory", "overridable", "mandatory"}),
    ],
)
def test_words_of_a_closed_list_are_offered(editor, text, words):
    assert words <= editor.complete(HEAD + CHECK + text).keys()


def test_families_are_offered_in_the_floor(editor):
    offered = editor.complete(f"{POLICY}policy: p\ngate:\n  at_least:\n    families:\n      - ¦\n")
    assert {"fairness", "performance", "data_quality"} <= offered.keys()


def test_a_release_is_offered_its_keys_and_usual_names(editor):
    offered = editor.complete(f"{RELEASE}release: r\n¦\n")
    assert {"version", "task", "model", "data", "columns"} <= offered.keys()
    assert {"train", "test"} <= editor.complete(f"{RELEASE}release: r\ndata:\n  ¦\n").keys()
    assert "regression" in editor.complete(f"{RELEASE}release: r\ntask: ¦\n")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (HEAD + "    check: fairness.imp¦act_ratio\n", "The least favoured group"),
        (HEAD + CHECK + "    with: {b¦y: [sex]}\n", "Protected columns"),
        (HEAD + CHECK + "    require: {impact_r¦atio: {min: 0.8}}\n", "selection rate"),
        (HEAD + CHECK + "    require: {impact_ratio: {mi¦n: 0.8}}\n", "Smallest allowed value"),
        (SOUND.replace("seve", "seve¦"), "How bad it is"),
        (RELEASE + "release: r\ncolumns: {favour¦able: 1}\n", "good for the person"),
    ],
    ids=["check", "parameter", "measure", "bound", "severity", "release"],
)
def test_what_is_under_the_pointer_is_explained(editor, text, said):
    assert said in editor.hover(text)


@pytest.mark.parametrize(
    ("right", "wrong", "line", "said"),
    [
        ("fairness.impact_ratio\n", "fairness.impact_ratoi\n", 6, "fairness.impact_ratio"),
        ("by:", "bi:", 7, "Property bi is not allowed"),
        ("{impact_ratio:", "{impact_ratios:", 8, "impact_ratios is not allowed"),
        ("min:", "mim:", 8, "mim is not allowed"),
        ("0.8", "80 ms", 8, ""),
        ("0.8", "-1", 8, "minimum"),
        ("high", "hihg", 9, "critical"),
        ("    enf", "    rationals: r\n    enf", 10, "rationals is not allowed"),
    ],
)
def test_a_mistake_is_marked_in_its_line(editor, right, wrong, line, said):
    found = editor.open(SOUND.replace(right, wrong, 1))
    assert any(p["range"]["start"]["line"] == line and said in p["message"] for p in found), found


@pytest.mark.parametrize(
    "text",
    [
        SOUND,
        SOUND.replace("[sex]", '"${inputs.groups}"').replace("0.8", '"${inputs.floor}"'),
        SOUND.replace("[sex]", '["${inputs.group}"]'),
        SOUND.replace("0.8", "80%"),
        SOUND + '    decide: {confidence: "${inputs.sure}", uncertain: block}\n',
        SOUND + "    when: {release.data.batch-7: present, because: there is not always one}\n",
        SOUND.replace("mandatory", "{advisory: now, mandatory: 2027-01-01T00:00:00Z}"),
        SOUND.replace('version: "1"', "version: 1.10"),
    ],
)
def test_what_the_language_allows_has_no_mark(editor, text):
    assert editor.open(text) == []


def test_a_schema_is_read_from_the_disk_alone_and_soon(editor):
    began = time.monotonic()
    assert editor.open(SOUND) == []
    assert time.monotonic() - began < 2
    assert "custom/schema/content" not in editor.asked
    assert editor.connections() == ""


def test_the_witness_would_have_seen_a_connection(start, tmp_path):
    session = start(tmp_path)
    try:
        session.open("# yaml-language-server: $schema=http://localhost:1/x.json\na: 1\n")
        assert "localhost" in session.connections()
    finally:
        session.close()


def test_the_line_is_found_where_folders_have_blanks(editor):
    schema = editor.folder / ".deploycheck" / "schema" / "policy.json"
    line = modeline(editor.folder / "document.yaml", schema)
    assert line == POLICY.rstrip()
    odd = editor.folder / "two words" / "ünï" / "policy.yaml"
    odd.parent.mkdir(parents=True)
    odd.write_text(SOUND.partition("\n")[2].replace("high", "hihg"), encoding="utf-8")
    assert add_modeline(odd, editor.folder)
    found = editor.open(odd.read_text(encoding="utf-8"), odd)
    assert [p["range"]["start"]["line"] for p in found] == [9]
