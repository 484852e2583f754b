"""Every report tells the same facts: which control came to what."""

import json as stdlib
import re
from xml.etree import ElementTree as ET

from deploycheck.model.policy import Enforcement
from deploycheck.model.verdict import Outcome
from deploycheck.plugins import builtins
from deploycheck.reporters.github import github
from deploycheck.reporters.html import html
from deploycheck.reporters.json import json
from deploycheck.reporters.junit import junit
from deploycheck.reporters.markdown import markdown
from deploycheck.reporters.summary import summary

LABELS = {o.value.replace("_", " "): o.value for o in Outcome}
LABEL = "|".join(sorted(LABELS, key=len, reverse=True))


def facts(decision) -> set[tuple[str, str]]:
    return {(v.control, v.outcome.value) for v in decision.verdicts}


def test_json(everything):
    read = stdlib.loads(json.render(everything))
    assert {(v["control"], v["outcome"]) for v in read["verdicts"]} == facts(everything)


def test_junit(everything):
    found = set()
    for case in ET.fromstring(junit.render(everything)).iter("testcase"):
        states = [e.get("type") for e in case if e.tag != "system-out"]
        out = case.findtext("system-out") or ""
        warned = re.match(r"WARNING: (\w+) \(advisory\)", out)
        outcome = states[0] if states else warned[1] if warned else "PASS"
        found.add((case.get("name").split(" ")[0], outcome))
    assert found == facts(everything)


def test_html(everything):
    page = html.render(everything)
    told = re.findall(rf'<h3><span class="badge o-(\w+)">({LABEL})</span>([\w-]+) ·', page)
    assert {(control, LABELS[label]) for _, label, control in told} == facts(everything)
    assert all(LABELS[label] == colour for colour, label, _ in told)
    by_clause = re.findall(rf'<a href="#c\d+">([\w-]+)</a> ({LABEL})', page)
    assert {(control, LABELS[label]) for control, label in by_clause} == facts(everything)


def test_markdown(everything):
    text = markdown.render(everything)
    told = re.findall(rf"^\| ({LABEL})[^|]*\| [\w-]+ `([\w-]+)` ", text, re.MULTILINE)
    found = {(control, LABELS[label]) for label, control in told}
    folded = text[text.index("passed</summary>") :]
    found |= {(c, "PASS") for c in re.findall(r"`(PASS[\w-]+)`", folded)}
    assert found == facts(everything)


def test_summary(everything):
    text = summary.render(everything)
    told = re.findall(rf"^({LABEL}) +[\w-]+/([\w-]+)  ", text, re.MULTILINE)
    found = {(control, LABELS[label]) for label, control in told}
    assert found == {fact for fact in facts(everything) if fact[1] != "PASS"}
    assert "= 3 passed +" in text


def test_github(decide, build):
    """What blocks is an error; what else does not hold, a warning; the rest is in the counts."""
    made = decide(build(outcome, control=f"{outcome.value.replace('_', '-')}-1", enforcement=how)
                  for outcome in Outcome for how in (Enforcement.MANDATORY, Enforcement.ADVISORY))  # fmt: skip
    told = re.findall(
        rf"^::(\w+) .*title=({LABEL}) ([\w-]+)%3A ", github.render(made), re.MULTILINE
    )
    expected = {
        (
            "warning" if v.enforcement is Enforcement.ADVISORY else "error",
            v.control,
            v.outcome.value,
        )
        for v in made.verdicts
        if v.outcome.value in {"FAIL", "ERROR", "NOT_EVALUATED", "INCONCLUSIVE"}
    }
    assert {(kind, control, LABELS[label]) for kind, label, control in told} == expected
    assert len(told) == 8
    assert "2 of 21 controls do not hold" in github.render(made).splitlines()[0]


def test_every_report_says_the_decision_and_the_release(everything):
    for name in builtins()["reporters"].names():
        text = builtins()["reporters"].load(name).render(everything)
        assert "BLOCK" in text
        assert "credit-default" in text
        assert "3.2.0" in text


def test_the_same_decision_gives_the_same_bytes(everything):
    for name in builtins()["reporters"].names():
        render = builtins()["reporters"].load(name).render
        assert render(everything) == render(everything.model_copy(deep=True))


def test_names_and_files_are_those_of_the_documents():
    found = {n: builtins()["reporters"].load(n) for n in builtins()["reporters"].names()}
    assert {name: r.filename for name, r in found.items()} == {
        "github": "annotations.txt", "html": "report.html", "json": "decision.json", "junit": "junit.xml",
        "markdown": "summary.md", "summary": "summary.txt",
    }  # fmt: skip
    assert all(name == r.name for name, r in found.items())
