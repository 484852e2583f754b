"""The wheel in an environment of its own, on every supported Python that is here."""

import json
import re
import shutil
from pathlib import Path

import jsonschema
import pytest

ROOT = Path(__file__).parents[2]

# Most of the time goes into fetching what deploycheck needs, which may not be cached.
pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]

GATE = ("gate", "--policy", "policy.yaml", "--release", "release.yaml")
GAP = """\
policy: acme
version: "1"
controls:
  - id: ACME-01
    title: Being called low risk hardly depends on sex
    check: acme.approval_gap
    with: {by: [sex]}
    require: {approval_gap: {max: 0.5}}
    severity: high
    enforcement: overridable
"""


@pytest.fixture(scope="module")
def seen() -> dict[str, str]:
    """What an earlier interpreter decided."""
    return {}


@pytest.fixture(scope="module")
def with_plugin(environment, built):
    """The environment, with the example plugin's wheel beside deploycheck's."""
    environment.install("--no-deps", built.plugin)
    environment.work.joinpath("acme.yaml").write_text(GAP, encoding="utf-8")
    return environment


def read(folder: Path) -> dict:
    return json.loads(folder.joinpath("decision.json").read_text(encoding="utf-8"))


def outcomes(decision: dict) -> dict[str, str]:
    return {verdict["control"]: verdict["outcome"] for verdict in decision["verdicts"]}


def test_everything_that_is_needed_is_installed_and_fits(environment):
    checked = environment.run("python", "-m", "pip", "check")
    assert checked.returncode == 0, checked.stdout
    imported = environment.run(
        "python", "-W", "error", "-c", "import deploycheck as d; print(d.__file__)"
    )
    assert imported.returncode == 0, imported.stderr
    assert Path(imported.stdout.strip()).is_relative_to(environment.home)


def test_the_gate_blocks_the_example_wherever_it_lies(environment, seen):
    ended = environment.run("deploycheck", *GATE, "--out", "reports")
    assert ended.returncode == 1, ended.stdout + ended.stderr
    reports = environment.work / "reports"
    decision = read(reports)
    assert decision["decision"] == "BLOCK"
    counts = decision["counts"]
    assert counts["error"] == counts["not_evaluated"] == 0
    assert counts["fail"] > 0
    assert counts["planned"] == len(decision["verdicts"])
    page = reports.joinpath("report.html").read_text(encoding="utf-8")
    assert page.lower().startswith("<!doctype html")
    assert "FAIR-01" in page
    digest = decision["run"]["digest"]
    assert seen.setdefault("digest", digest) == digest, "another Python decided otherwise"


def test_the_decision_is_as_its_schema_says(environment):
    environment.run("deploycheck", *GATE, "--json", "one.json")
    printed = environment.run("deploycheck", "schema", "decision")
    assert printed.returncode == 0, printed.stderr
    decision = json.loads(environment.work.joinpath("one.json").read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator(json.loads(printed.stdout)).validate(decision)


def test_pytest_tells_the_same(environment):
    gated = environment.run("deploycheck", *GATE, "--out", "by-gate")
    tested = environment.run(
        "pytest", "--deploycheck", "policy.yaml", "--deploycheck-out", "by-pytest"
    )
    assert (gated.returncode, tested.returncode) == (1, 1), tested.stdout + tested.stderr
    by_gate, by_pytest = read(environment.work / "by-gate"), read(environment.work / "by-pytest")
    assert outcomes(by_gate) == outcomes(by_pytest)
    assert by_gate["run"]["digest"] == by_pytest["run"]["digest"]


def test_a_plugin_is_planned_explained_and_judged(with_plugin):
    subjects = ("--policy", "acme.yaml", "--release", "release.yaml")
    planned = with_plugin.run("deploycheck", "plan", *subjects)
    assert planned.returncode == 0, planned.stderr
    assert "acme.approval_gap" in planned.stdout
    explained = with_plugin.run("deploycheck", "explain", "acme.approval_gap")
    assert "Approval rates of the groups stay close" in explained.stdout
    log = with_plugin.work / "decisions.jsonl"
    ended = with_plugin.run(
        "deploycheck", "gate", *subjects, "--json", "acme.json", "--csv", "acme.csv",
        DEPLOYCHECK_EXAMPLE_LOG=str(log),
    )  # fmt: skip
    assert ended.returncode == 0, ended.stdout + ended.stderr
    decision = json.loads(with_plugin.work.joinpath("acme.json").read_text(encoding="utf-8"))
    assert outcomes(decision) == {"ACME-01": "PASS"}
    (used,) = decision["run"]["plugins"]
    assert (used["name"], used["version"], used["trusted"]) == (
        "deploycheck-example",
        "0.1.0",
        True,
    )
    assert '"ACME-01"' in with_plugin.work.joinpath("acme.csv").read_text(encoding="utf-8")
    (line,) = log.read_text(encoding="utf-8").splitlines()
    assert json.loads(line)["decision"] == "RELEASE"
    assert json.loads(line)["digest"] == decision["run"]["digest"]


def test_a_plugin_that_is_gone_is_a_mistake_of_the_policy(with_plugin, built):
    removed = with_plugin.run("python", "-m", "pip", "uninstall", "--yes", "deploycheck-example")
    assert removed.returncode == 0, removed.stderr
    ended = with_plugin.run(
        "deploycheck", "gate", "--policy", "acme.yaml", "--release", "release.yaml"
    )
    with_plugin.install("--no-deps", built.plugin)
    assert ended.returncode == 4
    assert "unknown check 'acme.approval_gap'" in ended.stderr


def test_a_model_needs_its_extra_and_says_so(environment):
    """Without onnxruntime nothing passes; with the extras that the messages name, all does."""
    shutil.copytree(ROOT / "examples" / "credit", environment.work / "credit", dirs_exist_ok=True)
    asked = ("gate", "--policy", "credit/policy.yaml", "--release", "credit/release.yaml",
             "--as-of", "2026-11-25T00:00:00Z", "--out", "credit-reports")  # fmt: skip
    without = environment.run("deploycheck", *asked)
    assert without.returncode == 11, without.stdout + without.stderr
    decision = read(environment.work / "credit-reports")
    reasons = {v["reason"] for v in decision["verdicts"] if v["code"] == "DC206"}
    commands = {re.search(r"pip (install 'deploycheck\[\w+\]')", reason)[1] for reason in reasons}
    assert "install 'deploycheck[onnx]'" in commands
    assert outcomes(decision)["DATA-01"] == "PASS"
    environment.install("deploycheck[onnx,sklearn]")  # beside the wheel, which pip goes on using
    ended = environment.run("deploycheck", *asked)
    assert ended.returncode == 0, ended.stdout + ended.stderr


def test_a_pack_ships_under_its_name(environment):
    inputs = ("--input", "protected=race,sex", "--input", "target=two_year_recid")
    ended = environment.run(
        "deploycheck", "gate", "--policy", "pack:starter", *inputs, "--out", "packed"
    )
    assert ended.returncode == 1, ended.stdout + ended.stderr
    decision = read(environment.work / "packed")
    assert decision["policies"][0]["path"] == "pack:starter"
    assert outcomes(decision)["FAIR-02"] == "FAIL"
