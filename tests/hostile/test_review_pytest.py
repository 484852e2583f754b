"""``pytest --deploycheck``: exit 0 is for a release alone, whatever else pytest is asked to show."""

import os

import pytest

DUPLICATES = "id,g,label,call\n1,a,0,0\n1,a,0,0\n"


@pytest.mark.parametrize("option", ["--fixtures", "--fixtures-per-test", "--markers", "-VV", "-h"])
@pytest.mark.parametrize("place", ["environment", "ini"])
def test_an_option_that_only_shows_things_is_no_exit_0(project, option, place):
    project.write("data.csv", DUPLICATES)
    project.policy(project.control())
    environment = dict(os.environ)
    if place == "ini":
        project.write("pytest.ini", f"[pytest]\naddopts = {option}\n")
    else:
        environment["PYTEST_ADDOPTS"] = option
    done = project.pytest("policy.yaml", env=environment)
    assert done.returncode != 0
    assert "RELEASE" not in project.recorded()


# --- which policies are judged --------------------------------------------------------------------


def strict(project, name="policies/strict.yaml"):
    """A policy that the data does not satisfy."""
    require = "{duplicate_keys: {max: 0}}"
    return project.policy(
        project.control(id="S-1", require=require, extra="with: {key: [g]}"), name=name, id="strict"
    )


@pytest.mark.parametrize("place", ["ini", "option", "both"])
def test_a_policy_among_the_tests_does_not_displace_those_that_were_named(project, place):
    """Policies of the ini are added to the other arguments; an option is never ignored."""
    strict(project)
    project.policy(project.control(), name="tests/lax.yaml", id="lax")
    project.write("tests/test_x.py", "def test_x(): pass\n")
    if place != "option":
        project.write("pytest.ini", "[pytest]\ndeploycheck_policies = policies/strict.yaml\n")
    named = [] if place == "ini" else ["--deploycheck-policy", "policies/strict.yaml"]
    done = project.pytest("tests", *named)
    assert done.returncode != 0, done.stdout
    assert "RELEASE" not in project.recorded()


@pytest.mark.parametrize("name", ["policies/more/strict.yaml", "policies/strict.YAML"])
def test_no_policy_of_a_folder_is_left_out_in_silence(project, name):
    project.policy(project.control(), name="policies/lax.yaml", id="lax")
    strict(project, name)
    done = project.pytest("policies")
    assert done.returncode != 0, done.stdout
    assert "RELEASE" not in project.recorded()


def test_a_linked_folder_of_policies_is_a_mistake(project):
    project.policy(project.control(), name="policies/lax.yaml", id="lax")
    strict(project, "elsewhere/strict.yaml")
    (project.root / "policies/more").symlink_to(project.root / "elsewhere")
    done = project.pytest("policies")
    assert (done.returncode, "is a link to a folder" in done.stderr) == (4, True)


@pytest.mark.parametrize("seconds", ["nan", "inf", "0", "-1", "1e300"])
def test_a_time_limit_that_no_clock_can_keep_is_a_usage_error(project, seconds):
    project.policy(project.control())
    done = project.pytest("policy.yaml", f"--deploycheck-timeout={seconds}")
    assert (done.returncode, "timeout" in done.stderr) == (4, True)


@pytest.mark.parametrize("how", ["misspelt", "UTF-16"])
def test_a_file_among_the_policies_that_cannot_be_told_is_a_mistake(project, how):
    project.policy(project.control(), name="policies/lax.yaml", id="lax")
    path = strict(project)
    text = path.read_text()
    if how == "misspelt":
        path.write_text(text.replace("policy:", "polcy:", 1))
    else:
        path.write_text(text, encoding="utf-16")
    done = project.pytest("policies")
    assert done.returncode != 0, done.stdout
    assert "RELEASE" not in project.recorded()
