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
