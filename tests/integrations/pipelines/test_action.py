"""The GitHub Action: its form, its shell as a runner would run it, and what it lets nobody inject."""

import re

import pytest

STEPS = {"Install deploycheck": 0, "Decide": 1}
DEFAULTS = ("release", "inputs", "as-of", "out", "fail-on-review", "install", "extras")


@pytest.fixture(scope="module")
def action(kit):
    return kit.load((kit.ROOT / "action.yml").read_text(encoding="utf-8"))


def step(action, name):
    (found,) = [s for s in action["runs"]["steps"] if s.get("name") == name]
    return found


def filled(action, found, given, known):
    """The variables of a step, as the runner fills them in."""
    inputs = {name: given.get(name, entry.get("default", ""))
              for name, entry in action["inputs"].items()}  # fmt: skip
    made = {}
    for name, text in found["env"].items():
        (expression,) = re.fullmatch(r"\$\{\{ (\S+) \}\}", text).groups()
        context, _, key = expression.partition(".")
        made[name] = inputs[key] if context == "inputs" else known[expression]
    return made


@pytest.fixture
def decide(action, kit, installed, tmp_path):
    """Run the step that decides; the process, its outputs, and the page of the run."""

    def run(folder, **given):
        given = {name.replace("_", "-"): value for name, value in given.items()}
        temp = tmp_path / "runner temp"
        if not temp.exists():
            temp.mkdir()
            installed(temp / "deploycheck")
        output, summary = tmp_path / "output", tmp_path / "summary"
        for file in (output, summary):
            file.write_text("", encoding="utf-8")
        found = step(action, "Decide")
        environment = kit.clean_environment(
            RUNNER_TEMP=str(temp), GITHUB_OUTPUT=str(output), GITHUB_STEP_SUMMARY=str(summary),
            GITHUB_ACTIONS="true", GITHUB_WORKSPACE=str(folder),
            **filled(action, found, {"policy": "policy.yaml", **given}, {}),
        )  # fmt: skip
        done = kit.shell(found["run"], folder, environment)
        outputs = dict(
            line.split("=", 1) for line in output.read_text(encoding="utf-8").splitlines()
        )
        return done, outputs, summary.read_text(encoding="utf-8")

    return run


def test_it_has_the_form_of_an_action(kit):
    kit.validate("vendor.github-actions", kit.ROOT / "action.yml")


def test_no_text_of_a_user_is_put_into_a_script(action):
    scripts = [s["run"] for s in action["runs"]["steps"] if "run" in s]
    assert len(scripts) == 2
    assert not [script for script in scripts if "${{" in script]


def test_every_input_is_used_and_every_used_one_is_declared(action, kit):
    text = (kit.ROOT / "action.yml").read_text(encoding="utf-8")
    assert set(re.findall(r"inputs\.([\w-]+)", text)) == set(action["inputs"])
    assert all("description" in entry for entry in action["inputs"].values())
    named = {
        re.search(r"outputs\.([\w-]+)", entry["value"])[1] for entry in action["outputs"].values()
    }
    written = set(re.findall(r'echo "([\w-]+)=', step(action, "Decide")["run"]))
    assert named == written == set(action["outputs"])


def test_every_script_can_be_read(action, kit):
    for found in action["runs"]["steps"]:
        if "run" in found:
            assert found["shell"] == "bash"
            kit.parses(found["run"])


def test_reports_are_uploaded_also_where_the_step_failed(action):
    (upload,) = [s for s in action["runs"]["steps"] if "upload-artifact" in s.get("uses", "")]
    assert upload["if"].startswith("always() && steps.gate.outputs.reports != ''")


def test_the_decision_is_the_gates(decide, case):
    done, outputs, summary = decide(case.folder)
    assert done.returncode == case.code, done.stdout + done.stderr
    assert outputs["decision"] == case.name
    assert outputs["exit-code"] == str(case.code)
    if case.name == "invalid":
        assert set(outputs) == {"decision", "exit-code"}
        assert "error[DC007]" in done.stderr
        return
    assert case.name.upper() in summary
    for name in ("json", "html", "junit", "markdown"):
        assert (case.folder / outputs[name]).is_file()
    assert (case.folder / outputs["reports"]).is_dir()
    assert "::notice title=deploycheck" in done.stdout


@pytest.mark.parametrize(("given", "code"), [("false", 0), ("False", 10)])
def test_review_fails_the_step_unless_it_is_told_not_to(decide, make_case, given, code):
    done, outputs, _ = decide(make_case("review").folder, fail_on_review=given)
    assert done.returncode == code
    assert (outputs["decision"], outputs["exit-code"]) == ("review", "10")


def test_fail_on_review_saves_no_blocked_release(decide, make_case):
    done, outputs, _ = decide(make_case("block").folder, fail_on_review="false")
    assert (done.returncode, outputs["decision"]) == (1, "block")


def test_policies_and_inputs_are_given_one_a_line(decide, make_case):
    folder = make_case("release").folder
    text = (folder / "policy.yaml").read_text(encoding="utf-8")
    other = text.replace("policy: toy", "policy: other").replace("0.7", '"${inputs.floor}"')
    declared = "inputs: {floor: {type: number, required: true}}\ncontrols:"
    (folder / "a policy.yaml").write_text(other.replace("controls:", declared, 1).replace(
        "{at_least: {inputs: {floor: {type: number, required: true}}\ncontrols: 1}}",
        "{at_least: {controls: 1}}").replace("\ncontrols:\n", f"\n{declared}\n", 1))  # fmt: skip
    given = {"policy": "policy.yaml\n\n  a policy.yaml \n", "as_of": "2026-06-01T00:00:00Z"}
    done, outputs, _ = decide(folder, inputs="\nfloor=0.75\n", **given)
    assert outputs.get("decision") == "release", done.stderr
    done, outputs, _ = decide(folder, inputs="floor=0.95", out="other", **given)
    assert outputs["decision"] == "block"


def test_a_policy_that_is_missing_is_no_release(decide, make_case):
    folder = make_case("release").folder
    done, outputs, _ = decide(folder, policy="")
    assert (done.returncode, outputs["decision"]) == (2, "usage")
    done, outputs, _ = decide(folder, policy="nowhere.yaml")
    assert (done.returncode, outputs["decision"]) == (2, "usage")


HOSTILE = '"; touch ran; echo "$(touch ran)`touch ran`\' ; --json=/dev/null'


@pytest.mark.parametrize("name", ["policy", "release", "inputs", "as_of", "out", "fail_on_review"])
def test_what_looks_like_a_command_is_none(decide, make_case, name):
    folder = make_case("review").folder
    done, outputs, _ = decide(folder, **{name: HOSTILE})
    assert not list(folder.rglob("ran"))
    assert done.returncode != 0
    assert outputs["decision"] != "release"


@pytest.mark.parametrize("out", ["reports\ndecision=release", "reports\rx", ""])
def test_a_folder_cannot_write_outputs_of_the_step(decide, make_case, out):
    done, outputs, _ = decide(make_case("block").folder, out=out)
    assert (done.returncode, outputs) == (2, {})


def test_reports_that_were_there_before_are_not_taken_for_this_runs(decide, make_case):
    folder = make_case("invalid").folder
    (folder / "deploycheck-reports").mkdir()
    (folder / "deploycheck-reports" / "decision.json").write_text("{}", encoding="utf-8")
    done, outputs, _ = decide(folder)
    assert (done.returncode, outputs) == (2, {})
    assert "::error" in done.stdout


def test_code_of_the_candidate_does_not_answer_for_the_gate(decide, make_case):
    folder = make_case("block").folder
    for name in ("deploycheck.py", "sitecustomize.py", "json.py"):
        (folder / name).write_text("raise SystemExit(0)\n", encoding="utf-8")
    done, outputs, _ = decide(folder)
    assert (done.returncode, outputs["decision"]) == (1, "block")


# Installing.


@pytest.fixture
def install(action, kit, tmp_path):
    def run(folder, checkout, **given):
        temp = tmp_path / "runner temp"
        temp.mkdir(exist_ok=True)
        found = step(action, "Install deploycheck")
        known = {"github.action_path": str(checkout)}
        environment = kit.clean_environment(
            RUNNER_TEMP=str(temp), HOME=str(tmp_path), **filled(action, found, given, known)
        )
        return kit.shell(found["run"], folder, environment, timeout=280)

    return run


@pytest.mark.parametrize(
    "given",
    [
        {"install": "deploycheck==0.1.0", "extras": "onnx"},
        {"extras": "onnx] --index-url http://x["},
        {"extras": "onnx;"},
    ],
)
def test_extras_that_cannot_be_meant_are_refused(install, tmp_path, kit, given):
    done = install(tmp_path, kit.ROOT, **given)
    assert done.returncode == 2
    assert "::error title=deploycheck::extras" in done.stdout


@pytest.mark.slow
def test_an_option_of_pip_is_no_requirement(install, tmp_path, kit):
    (tmp_path / "work").mkdir()
    for name in ("pip.py", "venv.py"):
        (tmp_path / "work" / name).write_text("open('ran', 'w')\n", encoding="utf-8")
    done = install(tmp_path / "work", kit.ROOT, install="--version")
    assert done.returncode != 0
    assert "Invalid requirement" in done.stderr
    assert not (tmp_path / "work" / "ran").exists()


@pytest.mark.slow
def test_the_checkout_of_the_action_is_installed(
    install, tmp_path, kit, checkout, make_case, action
):
    case = make_case("release")
    done = install(case.folder, checkout, extras="")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "deploycheck 0.1.0" in done.stdout
    found = step(action, "Decide")
    environment = kit.clean_environment(
        RUNNER_TEMP=str(tmp_path / "runner temp"), GITHUB_OUTPUT=str(tmp_path / "output"),
        **filled(action, found, {"policy": "policy.yaml\npack:nothing"}, {}),
    )  # fmt: skip
    done = kit.shell(found["run"], case.folder, environment)
    assert "no pack 'nothing'; there are" in done.stderr
    environment["POLICY"] = "policy.yaml"
    done = kit.shell(found["run"], case.folder, environment)
    assert done.returncode == 0, done.stderr
