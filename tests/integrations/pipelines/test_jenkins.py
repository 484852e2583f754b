"""The Jenkinsfile: its shell steps as an agent runs them. There is no Jenkins here to read it."""

import re
import shutil

import pytest

JENKINS = ("sh", "-xe")  # how the step `sh` calls a script


@pytest.fixture(scope="module")
def jenkinsfile(kit):
    return (kit.ROOT / "examples/ci/Jenkinsfile").read_text(encoding="utf-8")


def scripts(text):
    """The shell of every step `sh '''…'''`, with what Groovy makes of its backslashes."""
    found = re.findall(r"sh(?:\(returnStatus: true, script:)? '''(.*?)'''", text, re.DOTALL)
    return [script.replace("\\\\", "\\") for script in found]


def test_brackets_and_texts_are_closed(jenkinsfile):
    text = re.sub(r"'''.*?'''|'[^'\n]*'|\"[^\"\n]*\"|//[^\n]*", "", jenkinsfile, flags=re.DOTALL)
    assert not re.search(r"['\"]", text)
    stack = []
    for char in text:
        if char in "({[":
            stack.append(char)
        elif char in ")}]":
            assert stack.pop() + char in {"()", "{}", "[]"}
    assert stack == []


def test_the_shell_can_be_read_and_groovy_fills_nothing_in(jenkinsfile, kit):
    assert len(scripts(jenkinsfile)) == 2
    for script in scripts(jenkinsfile):
        kit.parses(script, "sh")
    assert 'sh "' not in jenkinsfile
    assert '"""' not in jenkinsfile


def test_reports_of_the_last_build_are_removed_and_of_this_one_kept(jenkinsfile):
    assert jenkinsfile.index("deleteDir()") < jenkinsfile.index("sh(returnStatus: true")
    always = jenkinsfile[jenkinsfile.index("always {") :]
    assert "archiveArtifacts artifacts: 'deploycheck-reports/**'" in always
    assert "junit testResults: 'deploycheck-reports/junit.xml'" in always


def test_review_waits_for_people_and_all_else_stops(jenkinsfile):
    codes = re.findall(r"if \((code [!=]= \d+)\) \{\s*(.*?)\s*\}", jenkinsfile, re.DOTALL)
    assert [code for code, _ in codes] == ["code == 10", "code != 0"]
    assert "unstable(" in codes[0][1]
    assert codes[1][1].startswith("error(")
    review = jenkinsfile[
        jenkinsfile.index("stage('Review')") : jenkinsfile.index("stage('Deploy')")
    ]
    assert "input message:" in review
    assert "environment name: 'GATE_DECISION', value: 'review'" in review


def test_the_step_that_decides_ends_with_the_gates_code(
    jenkinsfile, kit, installed, case, tmp_path
):
    home = installed(tmp_path / "agent temp" / "deploycheck")
    shutil.rmtree(case.folder / "deploycheck-reports", ignore_errors=True)
    environment = kit.clean_environment(GATE_ENVIRONMENT=str(home))
    done = kit.shell(scripts(jenkinsfile)[1], case.folder, environment, by=JENKINS)
    assert done.returncode == case.code, done.stderr
    if case.name != "invalid":
        assert (case.folder / "deploycheck-reports" / "junit.xml").is_file()


@pytest.mark.slow
def test_the_wheel_that_is_named_must_be_there(jenkinsfile, kit, make_case, tmp_path):
    environment = kit.clean_environment(GATE_ENVIRONMENT=str(tmp_path / "e"), HOME=str(tmp_path))
    done = kit.shell(scripts(jenkinsfile)[0], make_case("release").folder, environment, by=JENKINS)
    assert done.returncode != 0
    assert "vendor/deploycheck-0.1.0-py3-none-any.whl" in done.stderr
