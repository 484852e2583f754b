"""Commands for GitHub's runner: read back as the runner reads them, whatever the names."""

import os
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deploycheck.engine import actions
from deploycheck.engine.actions import LARGEST, MOST, annotations, command, no_command, tell
from deploycheck.model.decision import Counts, Decision, PolicyUsed, ReleaseUsed, RunFacts
from deploycheck.model.policy import Enforcement, Severity
from deploycheck.model.verdict import Effect, Outcome, Verdict
from deploycheck.plugins import registry

PARTS = ["::", ":", ",", "%", "%0A", "%25", "\r", "\n", "#", "[", "error", "a", " ", "="]
TEXT = st.lists(st.sampled_from(PARTS), max_size=12).map("".join)


def read(line):
    """A line as the runner's ``ActionCommand.TryParseV2`` reads it."""
    assert "\n" not in line
    assert "\r" not in line
    assert line.startswith("::")
    head, _, message = line[2:].partition("::")
    kind, _, properties = head.partition(" ")
    told = {}
    for pair in filter(None, properties.split(",")):
        name, _, value = pair.partition("=")
        for code, character in (
            ("%0D", "\r"),
            ("%0A", "\n"),
            ("%3A", ":"),
            ("%2C", ","),
            ("%25", "%"),
        ):
            value = value.replace(code, character)
        told[name] = value
    for code, character in (("%0D", "\r"), ("%0A", "\n"), ("%25", "%")):
        message = message.replace(code, character)
    return kind, told, message


def verdict(outcome=Outcome.FAIL, **more) -> Verdict:
    effect = Effect.RELEASE if outcome is Outcome.PASS else Effect.BLOCK
    given = {
        "policy": "p", "control": "C-1", "title": "It holds", "check": "c.c", "outcome": outcome,
        "effect": effect, "enforcement": Enforcement.MANDATORY, "severity": Severity.LOW,
        "kind": None, "confidence": None, "location": "policy.yaml:7", "reason": "95 % is too low",
        "remediation": "Mend it.",
    }  # fmt: skip
    return Verdict(**given | more)


def decision(*verdicts) -> Decision:
    return Decision(
        decision=max((v.effect for v in verdicts), key=list(Effect).index),
        reasons=("1 of 1 controls does not hold: C-1",),
        policies=(PolicyUsed(id="p", version="1", path="policy.yaml", digest="sha256:0"),),
        release=ReleaseUsed(name="toy", version="1.0", digest="sha256:0"),
        counts=Counts(planned=len(verdicts), fail=len(verdicts)),
        verdicts=verdicts,
        run=RunFacts(id="r", as_of="2026-12-01T00:00:00Z", front_end="gate", deploycheck="0"),
    )


@given(TEXT, TEXT, TEXT)
def test_a_command_is_read_as_it_was_meant(message, title, file):
    kind, told, said = read(command("error", message, file=file, title=title))
    assert kind == "error"
    assert said == message
    assert told == {k: v for k, v in {"file": file, "title": title}.items() if v}


def test_a_failing_control_annotates_its_place():
    notice, error = map(read, annotations(decision(verdict()), "models/credit"))
    assert notice[0] == "notice"
    assert notice[1] == {"title": "deploycheck BLOCK: toy 1.0"}
    assert notice[2] == "Not to be released: 1 of 1 controls does not hold: C-1."
    assert error == (
        "error",
        {"file": "models/credit/policy.yaml", "line": "7", "title": "FAIL C-1: It holds"},
        "95 % is too low\nMend it.",
    )


@pytest.mark.parametrize(
    ("location", "base", "file"),
    [
        ("policy.yaml:7", "", "policy.yaml"),
        ("../policies/p.yaml:7", "models/credit", "models/policies/p.yaml"),
        ("../policies/p.yaml:7", "", None),
        ("../../../etc/passwd:7", "models/credit", None),
        ("/etc/passwd:7", "", None),
        ("policy.yaml:7", None, None),
        ("policy.yaml", "", None),
        ("policy.yaml:0", "", None),
        ("policy.yaml:x", "", None),
        ("a\n::error::b.yaml:7", "", None),
        ("a,line=1::b.yaml:7", "", "a,line=1::b.yaml"),
        ("x" * 1001 + ":7", "", None),
    ],
)
def test_only_files_of_the_repository_are_named(location, base, file):
    _, line = annotations(decision(verdict(location=location)), base)
    kind, told, message = read(line)
    assert kind == "error"
    assert told.get("file") == file
    assert ("\nat " in message) == (file is None)


def test_errors_and_warnings_are_told_apart_and_no_more_than_github_shows():
    blocking = [verdict(control=f"B-{at}") for at in range(25)]
    other = [
        verdict(Outcome.INCONCLUSIVE, control=f"R-{at}", effect=Effect.REVIEW) for at in range(MOST)
    ]
    passed = [verdict(Outcome.PASS, control=f"P-{at}") for at in range(3)]
    told = [read(line) for line in annotations(decision(*passed, *other, *blocking))]
    kinds = [kind for kind, _, _ in told]
    assert kinds == ["notice"] + ["error"] * MOST + ["warning"] * MOST
    assert told[MOST][2] == "… and 16 more in the report"
    assert not any("P-" in facts.get("title", "") for _, facts, _ in told)


@given(TEXT)
def test_no_name_becomes_a_command(text):
    """As GitHub's runner looks for them: at the beginning of a line, or after two hashes."""
    shown = no_command(text)
    assert not shown.lstrip().startswith("::")
    assert not re.search(r"##\w*\[", shown)


@pytest.mark.parametrize(
    ("line", "shown"),
    [
        ("FAIL  A-1  too low", "FAIL  A-1  too low"),
        ("   ::set-output name=x::y", "   : :set-output name=x::y"),
        ("a ##[add-mask]b", "a # #[add-mask]b"),
        ("a ##vso[task.setvariable variable=x]y", "a # #vso[task.setvariable variable=x]y"),
        ("::::x", ": :::x"),
        ("a::b ## c", "a::b ## c"),
    ],
)
def test_lines_that_are_no_commands_stay_as_they_are(line, shown):
    assert no_command(line) == shown


@pytest.fixture
def runner(tmp_path):
    return {
        "GITHUB_ACTIONS": "true",
        "GITHUB_WORKSPACE": str(tmp_path),
        "GITHUB_STEP_SUMMARY": str(tmp_path / "summary"),
    }


def test_elsewhere_nothing_is_done(tmp_path, runner):
    for flag in ("false", "", "1"):
        environ = runner | {"GITHUB_ACTIONS": flag}
        assert tell(registry(), decision(verdict()), tmp_path, environ) == ([], [])
    assert not (tmp_path / "summary").exists()


def test_a_runner_is_told_and_gets_the_summary(tmp_path, runner):
    (tmp_path / "summary").write_text("before")
    lines, warnings = tell(registry(), decision(verdict()), tmp_path / "a" / "b", runner)
    assert warnings == []
    assert read(lines[1])[1]["file"] == "a/b/policy.yaml"
    text = (tmp_path / "summary").read_text()
    assert text.startswith("before\n## ⛔ BLOCK: toy 1.0\n")


def test_a_release_elsewhere_names_no_file(tmp_path, runner):
    for environ in (runner, {**runner, "GITHUB_WORKSPACE": ""}):
        lines, _ = tell(registry(), decision(verdict()), Path("/elsewhere"), environ)
        assert "file" not in read(lines[1])[1]


def test_a_summary_that_cannot_be_written_is_a_warning_alone(tmp_path, runner):
    made = decision(verdict())
    (tmp_path / "full").write_bytes(b"x" * LARGEST)
    os.mkfifo(tmp_path / "pipe")
    for path in ("full", "pipe", ".", "no/such", "bad\0name"):
        environ = runner | {"GITHUB_STEP_SUMMARY": str(tmp_path / path)}
        lines, (warning,) = tell(registry(), made, tmp_path, environ)
        assert len(lines) == 2
        assert warning.startswith("GitHub was not told everything: ")
    assert (tmp_path / "full").stat().st_size == LARGEST
    without = {k: v for k, v in runner.items() if k != "GITHUB_STEP_SUMMARY"}
    assert tell(registry(), made, tmp_path, without)[1] == []


def test_a_defect_is_a_warning_too(tmp_path, runner, monkeypatch):
    def broken(*_):
        raise RuntimeError("a defect\n::error::x")

    monkeypatch.setattr(actions, "annotations", broken)
    lines, (warning,) = tell(registry(), decision(verdict()), tmp_path, runner)
    assert lines == []
    assert "\n" not in warning
