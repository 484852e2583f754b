"""What the page of questions says of deploycheck, shown; and that it names what there is."""

import ast
import json
import pickle
import random
import re
from pathlib import Path

import pytest

PAGE = "docs/faq.md"
SOURCE = re.compile(r"https://github\.com/[\w.-]+/[\w.-]+/(?:issues|pull)/\d+")


def questions(site):
    """The text below each question, by question."""
    text = site.read(PAGE)
    parts = re.split(r"^### (.*)$", text, flags=re.MULTILINE)[1:]
    return {
        asked: answer.partition("\n## ")[0]
        for asked, answer in zip(parts[::2], parts[1::2], strict=True)
    }


def test_there_are_twenty_questions_or_more_each_with_a_source_and_an_answer(site):
    asked = questions(site)
    assert len(asked) >= 20
    for question, answer in asked.items():
        elsewhere, here, told = answer.partition("**Here.**")
        assert here, question
        assert SOURCE.search(elsewhere), question
        assert "*Shown by*" in told or "<!-- proof: run" in told, question


def test_every_test_that_is_named_exists(site):
    named = re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", site.read(PAGE))
    assert len(named) >= 20
    for file, name in named:
        tree = ast.parse((site.ROOT / file).read_text(encoding="utf-8"))
        made = {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}
        assert name in made, f"{file}::{name}"


def test_no_test_of_this_page_is_forgotten(site):
    tree = ast.parse(Path(__file__).read_text(encoding="utf-8"))
    made = {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}
    about = {"test_there_are_twenty_questions_or_more_each_with_a_source_and_an_answer",
             "test_every_test_that_is_named_exists", "test_no_test_of_this_page_is_forgotten"}  # fmt: skip
    named = set(re.findall(r"test_faq\.py::(\w+)`", site.read(PAGE)))
    assert {name for name in made if name.startswith("test_")} - about == named


def refused(project, policy):
    """What the plan says of a policy that has mistakes; nothing is measured."""
    project.write("policy.yaml", policy)
    ended = project.run("deploycheck", "plan", "--policy", "policy.yaml")
    assert ended.returncode == 4, ended.stderr
    return ended.stderr


def test_a_policy_without_controls_is_a_mistake(project):
    assert "the policy has no control" in refused(
        project, 'policy: toy\nversion: "1"\ncontrols: []\n'
    )


def test_a_check_that_nobody_brings_is_a_mistake(project):
    project.policy(project.control("data_quality.key_uniqe"))
    said = refused(project, (project.root / "policy.yaml").read_text())
    assert "error[DC013]" in said
    assert "did you mean 'data_quality.key_unique'" in said


def test_every_mistake_is_told_with_its_place(project):
    project.policy(
        project.control(require="{duplicate_kees: {max: 0}}"),
        project.control(id="C-2", extra="with: {keys: [id]}"),
    )
    said = refused(project, (project.root / "policy.yaml").read_text())
    assert len(re.findall(r"^error\[DC\d{3}\]", said, re.MULTILINE)) >= 2
    places = re.findall(r"^ *--> policy\.yaml:(\d+):\d+$", said, re.MULTILINE)
    assert len(set(places)) >= 2


def test_words_that_are_read_in_two_ways_are_refused(project):
    said = refused(project, 'policy: toy\nversion: "1"\ntitle: no\ncontrols: []\n')
    assert "error[DC005]" in said
    assert '"no" for the text' in said


def test_a_date_without_a_zone_is_refused(project):
    head = 'policy: toy\nversion: "1"\nvalid: {until: %s}\ncontrols:\n'
    for date in ("2026-07-07", "2026-07-07T00:00:00"):
        assert "error[DC012]: valid.until" in refused(project, head % date + project.control())
    until = head % "2030-07-07T00:00:00Z" + project.control()
    project.write("policy.yaml", until)
    assert project.run("deploycheck", "plan", "--policy", "policy.yaml").returncode == 0
    late = project.gate("--as-of", "2030-07-07T00:00:01Z", "--json", "late.json")
    assert late.returncode == 4


def test_waivers_are_refused_until_they_are_done(project):
    waiver = 'policy: toy\nversion: "1"\nwaivers: [{control: toy/C-1}]\ncontrols:\n'
    assert "error[DC103]" in refused(project, waiver + project.control())


@pytest.fixture
def weak(project):
    """A release whose advisory control fails and whose enforced one holds."""
    project.policy(
        project.control(),
        project.control(
            "performance.floor",
            id="C-2",
            extra="rationale: Not yet.",
            require="{accuracy: {min: 0.1, max: 0.5}}",
            enforcement="advisory",
        ),
    )
    return project


def test_an_advisory_control_is_judged_and_decides_nothing(weak):
    assert weak.gate("--json", "decision.json").returncode == 0
    verdicts = {v["control"]: v for v in weak.decision("decision.json")["verdicts"]}
    assert verdicts["C-2"]["outcome"] == "FAIL"
    assert verdicts["C-2"]["effect"] == "RELEASE"
    assert verdicts["C-2"]["reason"]


def test_the_counts_of_every_decision_add_up(weak):
    ended = weak.gate("--json", "decision.json")
    counts = weak.decision("decision.json")["counts"]
    assert counts.pop("planned") == sum(counts.values()) == 2
    assert "2 planned = 1 passed + 1 failed" in ended.stdout


def test_reports_do_not_change_the_exit_code(weak):
    told = []
    for reporter in ("json", "html", "junit", "markdown"):
        ended = weak.gate(f"--{reporter}", f"out.{reporter}")
        assert ended.returncode == 0
        told.append(ended.stdout.splitlines()[0])
    assert len(set(told)) == 1


def test_the_endings_have_codes_of_their_own(project):
    project.policy(project.control())
    assert project.gate("--json", "a.json").returncode == 0
    project.policy(project.control(require="{duplicate_keys: {min: 1, max: 9}}"))
    assert project.gate("--json", "b.json").returncode == 1
    assert project.gate("--jsno", "c.json").returncode == 2
    project.policy(project.control(require="{duplicates: {max: 0}}"))
    assert project.gate("--json", "d.json").returncode == 4
    project.policy(
        project.control(
            "performance.floor",
            extra="decide: {uncertain: review}",
            require="{accuracy: {min: 0.999}}",
        )
    )
    assert project.gate("--json", "e.json").returncode == 10
    project.policy(project.control())
    (project.root / "data.csv").unlink()
    assert project.gate("--json", "f.json").returncode == 11


def test_every_control_comes_with_its_evidence(weak):
    weak.gate("--json", "decision.json", "--html", "report.html")
    decision = weak.decision("decision.json")
    html = (weak.root / "report.html").read_text(encoding="utf-8")
    for verdict in decision["verdicts"]:
        (measured, *_) = [m for m in verdict["measurements"] if m["outcome"] is not None]
        assert verdict["requirement"]
        assert verdict["reason"]
        assert measured["n"] > 0
        assert verdict["control"] in html
    assert decision["release"]["digests"]["test"] in html


def drifted(project, rows, shift):
    """The outcome of an alarm on two samples of normal numbers, one of them moved."""
    draw = random.Random(11)
    for name, moved in (("train", 0.0), ("test", shift)):
        lines = [f"{draw.gauss(moved, 1):.5f}" for _ in range(rows)]
        project.write(f"{name}.csv", "x\n" + "\n".join(lines) + "\n")
    project.write(
        "release.yaml",
        'release: toy\nversion: "1"\ndata: {train: {path: train.csv}, test: {path: test.csv}}\n',
    )
    project.policy(
        project.control(
            "drift.numeric",
            extra="with: {reference: train, current: test}",
            require="{wasserstein: {max: 0.2, detect: 0.4}}",
        )
    )
    project.gate("--json", "decision.json")
    return project.decision("decision.json")["verdicts"][0]["outcome"]


def test_more_rows_do_not_make_a_small_change_an_alarm(project):
    assert [drifted(project, rows, 0.1) for rows in (3_000, 60_000)] == ["PASS", "PASS"]
    assert drifted(project, 3_000, 0.6) == "FAIL"


def test_eight_rows_are_neither_an_alarm_nor_a_pass(project):
    assert drifted(project, 8, 0.0) == "INCONCLUSIVE"


def test_a_gap_in_few_rows_is_not_called_a_failure(project):
    """Approved 30 of 50 against 24 of 50: 12 points apart, and chance gives as much."""
    rows = [f"{i},{g},1,{int(i < k)}" for g, k in (("a", 30), ("b", 24)) for i in range(50)]
    numbered = [f"{at}{row[row.index(',') :]}" for at, row in enumerate(rows)]
    project.write("data.csv", "id,g,label,call\n" + "\n".join(numbered) + "\n")
    project.policy(
        project.control(
            "fairness.demographic_parity",
            extra="with: {by: g}",
            require="{demographic_parity_difference: {max: 0.1}}",
        )
    )
    project.gate("--json", "decision.json")
    (verdict,) = project.decision("decision.json")["verdicts"]
    assert verdict["outcome"] == "INCONCLUSIVE"
    assert "estimate 0.12" in verdict["reason"]


class Payload:
    """What writes a file as soon as it is loaded."""

    def __init__(self, file):
        self.file = file

    def __reduce__(self):
        return Path.touch, (Path(self.file),)


def test_a_pickle_is_refused_and_not_opened(project):
    ran = project.root / "ran"
    (project.root / "model.pkl").write_bytes(pickle.dumps(Payload(str(ran))))
    release = (project.root / "release.yaml").read_text()
    asked = release.replace("prediction: call, ", "").replace(
        "data:", "model: {path: model.pkl}\ndata:"
    )
    project.write("release.yaml", asked)
    project.policy(
        project.control(
            "performance.floor", extra="tags: []", require="{accuracy: {min: 0.5}}"
        ).replace("    tags: []\n", "")
    )
    ended = project.gate("--json", "decision.json")
    assert ended.returncode in {4, 11}
    assert "DC113" in ended.stderr + ended.stdout + json.dumps(
        project.decision("decision.json") if (project.root / "decision.json").exists() else {}
    )
    assert not ran.exists()
    pickle.loads((project.root / "model.pkl").read_bytes())
    assert ran.exists(), "the payload is live"
