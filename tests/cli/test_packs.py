"""Policies that ship: named by `pack:`, the same wherever deploycheck is installed."""

import json
from pathlib import Path

import pytest
import yaml

from deploycheck import shipped

ROOT = Path(__file__).parents[2]
PACKS = sorted((ROOT / "policies").glob("*.yaml"))


@pytest.mark.parametrize("path", PACKS, ids=lambda p: p.stem)
def test_every_control_of_a_pack_has_a_reason_and_the_pack_has_its_file_s_name(path):
    pack = yaml.safe_load(path.read_text(encoding="utf-8"))
    assert pack["policy"] == path.stem
    assert pack["title"]
    for control in pack["controls"]:
        assert len(control["rationale"].split()) > 5, control["id"]
    for declared in pack["inputs"].values():
        assert declared["doc"]


def test_a_pack_is_found_by_its_name_and_no_other():
    assert shipped.pack("pack:starter") == ROOT / "policies" / "starter.yaml"
    assert shipped.pack_name(ROOT / "policies" / "starter.yaml") == "pack:starter"
    assert shipped.pack_name(ROOT / "policies" / "starter.yml") is None
    assert shipped.pack_name(ROOT / "examples/recidivism/policy.yaml") is None
    for name in ("pack:strater", "pack:../examples/recidivism/policy", "pack:", "pack:/etc/passwd"):
        with pytest.raises(ValueError, match=r"no pack .*there are .*starter"):
            shipped.pack(name)


def test_the_gate_names_the_packs_there_are(project):
    done = project.gate(policy="pack:strater")
    assert done.returncode == 2
    assert "no pack 'strater'; there are" in done.stderr
    assert "starter" in done.stderr


def test_a_required_input_of_a_pack_is_asked_for(project):
    done = project.gate(policy="pack:starter")
    assert done.returncode == 4
    assert "pack:starter:" in done.stderr
    assert "protected" in done.stderr


def test_gate_and_pytest_judge_by_a_pack_under_its_name(project):
    project.write("card.md", "".join(f"# {s}\n\nSaid in full.\n\n" for s in (
        "Intended use", "Training data", "Evaluation data", "Metrics")))  # fmt: skip
    digest = __import__("hashlib").sha256((project.root / "data.csv").read_bytes()).hexdigest()
    text = (project.root / "release.yaml").read_text()
    text = text.replace("{path: data.csv}", f'{{path: data.csv, digest: "sha256:{digest}"}}')
    project.write("release.yaml", text + "documents: {card: card.md}\ninputs: {protected: [g], target: label}\n")  # fmt: skip
    done = project.gate(policy="pack:starter")
    decision = project.decision()
    assert decision["policies"][0]["path"] == "pack:starter"
    assert all(v["location"].startswith("pack:starter:") for v in decision["verdicts"])
    assert "/" not in json.dumps([v["location"] for v in decision["verdicts"]])
    outcomes = project.outcomes()
    assert {outcomes[c] for c in ("INT-01", "ROB-01", "LAT-01", "CHAMP-01", "DRIFT-01")} == {
        "NOT_APPLICABLE"
    }
    # 400 rows are not the 500 that it asks for; everything else that applies holds.
    assert {c for c, o in outcomes.items() if o not in {"PASS", "NOT_APPLICABLE"}} == {"DATA-01"}
    assert done.returncode == 1
    tested = project.pytest("--deploycheck-policy", "pack:starter", "--deploycheck-out", "other")
    assert tested.returncode == 1
    other = project.decision("other/decision.json")
    for one, two in zip(decision["verdicts"], other["verdicts"], strict=True):
        assert one == two
    project.write("pytest.ini", "[pytest]\ndeploycheck_policies = pack:starter\n")
    assert project.pytest("--deploycheck-out", "third").returncode == 1
    third = project.decision("third/decision.json")
    assert [v["outcome"] for v in third["verdicts"]] == [v["outcome"] for v in other["verdicts"]]
    assert project.pytest("--deploycheck-policy", "pack:strater").returncode == 4
