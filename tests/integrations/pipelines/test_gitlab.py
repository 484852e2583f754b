"""The GitLab component: filled in as GitLab does it, held against its schema, and run."""

import json
import re

import pytest
import yaml

SHELLS = {"sh": ("sh", "-e"), "bash": ("bash", "-eo", "pipefail")}
REFERENCE = re.compile(r"\$\[\[ inputs\.(\w+) \]\]")


def interpolated(value, inputs):
    """A whole value keeps its type; inside a text it is a text."""
    if isinstance(value, dict):
        return {interpolated(k, inputs): interpolated(v, inputs) for k, v in value.items()}
    if isinstance(value, list):
        return [interpolated(v, inputs) for v in value]
    if not isinstance(value, str):
        return value
    if whole := REFERENCE.fullmatch(value):
        return inputs[whole[1]]
    return REFERENCE.sub(lambda found: json.dumps(inputs[found[1]]).strip('"'), value)


@pytest.fixture(scope="module")
def component(kit):
    return list(yaml.safe_load_all((kit.ROOT / "templates/deploycheck.yml").read_text()))


def pipeline(component, **given):
    """The pipeline that a project has with these inputs; what GitLab would refuse is refused."""
    header, body = component
    known = header["spec"]["inputs"]
    inputs = {}
    for name, entry in known.items():
        inputs[name] = given.pop(name) if name in given else entry["default"]
        assert isinstance(inputs[name], {"boolean": bool}.get(entry.get("type"), str)), name
        assert re.search(entry.get("regex", ""), str(inputs[name])), name
    assert not given
    return interpolated(body, inputs)


GIVEN = {"policy": "policy.yaml", "install": "vendor/deploycheck-0.1.0-py3-none-any.whl"}


@pytest.fixture
def run(component, kit, installed, tmp_path):
    """Run the job as a runner does, with an environment that is there in place of the install."""

    def run(folder, shell="bash", **given):
        ((_, job),) = pipeline(component, **{**GIVEN, **given}).items()
        variables = {name: entry["value"] for name, entry in job["variables"].items()}
        assert all(isinstance(value, str) for value in variables.values())
        home = tmp_path / "home"
        if not home.exists():
            installed(home)
        _, decide = job["script"]
        script = f"deploycheck_home='{home}'\n{decide}"
        return kit.shell(script, folder, kit.clean_environment(**variables), by=SHELLS[shell])

    return run


def test_a_pipeline_with_it_has_the_form_of_one(component, kit, tmp_path):
    made = pipeline(component, **GIVEN)
    file = tmp_path / ".gitlab-ci.yml"
    file.write_text(yaml.safe_dump(made), encoding="utf-8")
    kit.validate("vendor.gitlab-ci", file)


def test_the_component_itself_has_the_form_of_one(kit, component, tmp_path):
    """With its header, which the schema knows too."""
    file = tmp_path / ".gitlab-ci.yml"
    file.write_text(yaml.safe_dump(component[0]), encoding="utf-8")
    kit.validate("vendor.gitlab-ci", file)


def test_every_input_is_described_and_used(component, kit):
    header, body = component
    known = header["spec"]["inputs"]
    assert set(REFERENCE.findall(json.dumps(body))) == set(known)
    assert all(entry["description"] for entry in known.values())
    assert {name for name, entry in known.items() if "default" not in entry} == set(GIVEN)


def test_no_text_of_a_user_is_put_into_a_script(component):
    ((_, job),) = component[1].items()
    assert "$[[" not in json.dumps(job["script"])
    assert all(entry["expand"] is False for entry in job["variables"].values())


def test_reports_are_kept_whatever_the_decision_is(component):
    ((_, job),) = pipeline(component, **GIVEN, out="some/reports").items()
    assert job["artifacts"] == {
        "when": "always", "paths": ["some/reports/"],
        "reports": {"junit": "some/reports/junit.xml"},
    }  # fmt: skip
    assert job["allow_failure"] == {"exit_codes": 10}


@pytest.mark.parametrize("name", SHELLS)
def test_the_scripts_can_be_read(component, kit, name):
    ((_, job),) = component[1].items()
    for script in job["script"]:
        kit.parses(script, name)


def test_the_exit_code_is_the_gates(run, case):
    done = run(case.folder, "sh", fail_on_review=False)
    assert done.returncode == case.code, done.stdout + done.stderr
    if case.name != "invalid":
        assert (case.folder / "deploycheck-reports" / "junit.xml").is_file()


def test_review_fails_the_job_unless_it_is_told_not_to(run, make_case):
    done = run(make_case("review").folder)
    assert done.returncode == 1
    assert "REVIEW, and fail_on_review is set" in done.stderr


def test_policies_and_inputs_are_given_one_a_line(run, make_case):
    folder = make_case("release").folder
    text = (folder / "policy.yaml").read_text(encoding="utf-8").replace("policy: toy", "policy: b")
    declared = "inputs: {floor: {type: number, required: true}}\ngate:"
    text = text.replace("gate:", declared).replace("0.7", '"${inputs.floor}"')
    (folder / "b $HOME.yaml").write_text(text, encoding="utf-8")
    both = {"policy": "policy.yaml\n\nb $HOME.yaml\n", "as_of": "2026-06-01T00:00:00Z"}
    assert run(folder, inputs="floor=0.75", out="one", **both).returncode == 0
    assert run(folder, inputs="\nfloor=0.95\n", out="two", **both).returncode == 1


HOSTILE = "\"; touch ran; $(touch ran)`touch ran`' ${HOME}\nPOLICIES\ntouch ran\n--json=/dev/null"


@pytest.mark.parametrize("name", ["policy", "release", "inputs", "as_of"])
def test_what_looks_like_a_command_is_none(run, make_case, name):
    folder = make_case("release").folder
    done = run(folder, "sh", **{name: HOSTILE})
    assert done.returncode == 2, done.stdout + done.stderr
    assert not list(folder.rglob("ran"))


@pytest.mark.parametrize("out", ["../up", "-x", "a b", "$HOME", "", "a\nb"])
def test_a_folder_that_cannot_be_meant_is_refused(component, out):
    entry = component[0]["spec"]["inputs"]["out"]
    assert not re.search(entry["regex"].replace("$", r"\Z"), out)


def test_reports_that_were_there_before_are_not_taken_for_this_runs(run, make_case):
    folder = make_case("release").folder
    assert run(folder).returncode == 0
    done = run(folder)
    assert done.returncode == 2
    assert "already" in done.stderr


def test_code_of_the_candidate_does_not_answer_for_the_gate(run, make_case):
    folder = make_case("block").folder
    (folder / "deploycheck.py").write_text("raise SystemExit(0)\n", encoding="utf-8")
    assert run(folder).returncode == 1


@pytest.mark.slow
def test_an_option_of_pip_is_nothing_to_install(component, kit, tmp_path):
    ((_, job),) = pipeline(component, policy="p", install="--version").items()
    (tmp_path / "work").mkdir()
    environment = kit.clean_environment(DEPLOYCHECK_INSTALL="--version", HOME=str(tmp_path))
    done = kit.shell(
        job["script"][0].replace("python -I -m venv", "python3 -I -m venv"),
        tmp_path / "work", environment, by=SHELLS["sh"],
    )  # fmt: skip
    assert done.returncode != 0
    assert "Invalid requirement" in done.stderr
