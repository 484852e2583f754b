"""The files on the page of recipes: what they say fits the action, the component and the gate."""

import re
import shlex

import click
import pytest
import yaml

from deploycheck.cli.main import main

PAGE = "docs/recipes.md"
WORKFLOWS = ("release", "policies", "gate", "models")


@pytest.fixture(scope="module")
def files(kit):
    return kit.page_files(PAGE)


@pytest.fixture(scope="module")
def action(kit):
    return kit.load((kit.ROOT / "action.yml").read_text(encoding="utf-8"))


def calls(script):
    """The calls of deploycheck in a script, as words; shell variables stay as they are."""
    joined = script.replace("\\\n", " ")
    return [
        words[words.index("deploycheck") + 1 :]
        for line in joined.splitlines()
        for words in [shlex.split(line, comments=True)]
        if "deploycheck" in words and "-m" in words
    ]


def known_options(name):
    command = main.get_command(click.Context(main), name)
    return {opt for param in command.params for opt in param.opts}


@pytest.mark.parametrize("name", WORKFLOWS)
def test_workflows_have_the_form_of_one(files, kit, tmp_path, name):
    path = tmp_path / f"{name}.yml"
    path.write_text(files[f".github/workflows/{name}.yml"], encoding="utf-8")
    kit.validate("vendor.github-workflows", path)


def test_the_action_is_called_with_what_it_has(files, kit, action):
    used = 0
    for name in WORKFLOWS:
        workflow = kit.load(files[f".github/workflows/{name}.yml"])
        for job in workflow["jobs"].values():
            for step in job["steps"]:
                if step.get("uses", "").startswith("your-organization/deploycheck@"):
                    assert set(step["with"]) <= set(action["inputs"])
                    assert "policy" in step["with"]
                    used += 1
            for text in job.get("outputs", {}).values():
                assert re.search(r"outputs\.([\w-]+)", text)[1] in action["outputs"]
    assert used == 2


def test_commands_in_workflows_exist(files, kit):
    found = []
    for name in WORKFLOWS:
        for job in kit.load(files[f".github/workflows/{name}.yml"])["jobs"].values():
            for step in job["steps"]:
                found += calls(step.get("run", ""))
                if "run" in step:
                    kit.parses(step["run"])
                    assert "${{" not in step["run"]
    assert [words[0] for words in found] == ["lint", "gate"]
    for words in found:
        assert {w for w in words if w.startswith("--")} <= known_options(words[0])


def test_the_inputs_of_the_action_are_on_the_page(kit, action):
    text = (kit.ROOT / PAGE).read_text(encoding="utf-8")
    for name in (*action["inputs"], *action["outputs"]):
        assert f"`{name}`" in text


def test_the_component_is_called_with_what_it_has(files, kit):
    pipeline = kit.load(files[".gitlab-ci.yml"])
    (included,) = pipeline["include"]
    (header, _) = yaml.safe_load_all((kit.ROOT / "templates/deploycheck.yml").read_text())
    known = header["spec"]["inputs"]
    assert set(included["inputs"]) <= set(known)
    assert {n for n, entry in known.items() if "default" not in entry} <= set(included["inputs"])
    assert included["component"].rpartition("@")[0].endswith("/deploycheck")
    assert known["stage"]["default"] in pipeline["stages"]
    assert pipeline["deploy"]["when"] == "manual"


def test_the_pipeline_of_gitlab_has_the_form_of_one(files, kit, tmp_path):
    path = tmp_path / ".gitlab-ci.yml"
    path.write_text(files[".gitlab-ci.yml"], encoding="utf-8")
    kit.validate("vendor.gitlab-ci", path)


def test_the_jenkinsfile_is_the_example(files, kit):
    assert files["Jenkinsfile"] == (kit.ROOT / "examples/ci/Jenkinsfile").read_text(
        encoding="utf-8"
    )


def test_the_hooks_on_the_page_are_in_the_manifest(files, kit):
    hooks = kit.load((kit.ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))
    (repo,) = kit.load(files[".pre-commit-config.yaml"])["repos"]
    assert {h["id"] for h in repo["hooks"]} <= {h["id"] for h in hooks}
    assert set(repo["hooks"][0]["args"]) <= known_options("lint")


def test_the_container_calls_the_gate(files, kit, tmp_path):
    path = tmp_path / "compose.yaml"
    path.write_text(files["compose.yaml"], encoding="utf-8")
    kit.validate("vendor.compose-spec", path)
    service = kit.load(files["compose.yaml"])["services"]["gate"]
    assert service["network_mode"] == "none"
    command, *words = service["command"]
    assert command == "gate"
    assert {word.partition("=")[0] for word in words} <= known_options("gate")
    entry = re.search(r"^ENTRYPOINT (.*)$", files["Dockerfile"], re.MULTILINE)[1]
    assert yaml.safe_load(entry)[1:] == ["-I", "-m", "deploycheck"]
    (script,) = re.findall(r"^RUN (.*?[^\\])$", files["Dockerfile"], re.MULTILINE | re.DOTALL)
    kit.parses(script, "sh")


def test_a_gate_in_a_candidate_that_cannot_be_written_leaves_its_record_elsewhere(
    kit, make_case, installed, tmp_path
):
    """The command of the container, with other folders: nothing is written beside the release."""
    home = installed(tmp_path / "home")
    case = make_case("release")
    before = {path.name for path in case.folder.iterdir()}
    out = tmp_path / "reports"
    script = (
        f"'{home}/bin/python' -I -m deploycheck gate --policy=policy.yaml --release=release.yaml "
        f"'--out={out}' '--record={out}/record'"
    )
    done = kit.shell(script, case.folder, kit.clean_environment())
    assert done.returncode == 0, done.stderr
    assert {path.name for path in case.folder.iterdir()} == before
    assert (out / "decision.json").is_file()
    assert list((out / "record").rglob("decision.json"))


def test_advice_is_on_its_page_in_the_same_words(kit):
    from deploycheck.engine.linting.advice import ADVICE

    text = (kit.ROOT / "docs/lint.md").read_text(encoding="utf-8")
    shown = dict(re.findall(r"^\| `(lint:\w+)` \| ([^|]*?) \|", text, re.MULTILINE))
    assert shown == ADVICE
    options = set(re.findall(r"(?<![\w-])--[a-z][a-z-]*", text))
    assert options <= known_options("lint")
    assert known_options("lint") - {"files", "--input", "--as-of"} <= options


def test_folders_that_are_skipped_are_on_the_page(kit):
    from deploycheck.engine.linting.files import SKIPPED

    text = (kit.ROOT / "docs/lint.md").read_text(encoding="utf-8")
    assert all(f"`{name}`" in text for name in SKIPPED)
