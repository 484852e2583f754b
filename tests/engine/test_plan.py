"""Planning: every mistake of every file at its place, before anything is measured."""

import json
from datetime import UTC, datetime

import pytest

from deploycheck import plugins
from deploycheck.authoring.checker import checker
from deploycheck.authoring.estimates import Count
from deploycheck.authoring.measure import Measure
from deploycheck.authoring.seed import Seed
from deploycheck.engine.materials import Materials, gather
from deploycheck.engine.plan import make_plan
from deploycheck.engine.problems import PolicyError, render
from deploycheck.engine.registry import Offer
from deploycheck.engine.step import control_digest, evidence_digest, seed_of
from deploycheck.evidence.table import Table
from deploycheck.model.decision import PluginUsed

CLOCK = datetime(2026, 6, 1, tzinfo=UTC)


def plan_of(project, *policies, registry=None, inputs=None, as_of=CLOCK):
    names = policies or ("policy.yaml",)
    materials = gather(
        project.root / "release.yaml",
        [project.root / name for name in names],
        root=project.root,
        inputs=inputs or {},
        as_of=as_of,
        front_end="test",
        run="r1",
    )
    return make_plan(materials, registry or plugins.registry())


def problems_of(project, *policies, **more):
    with pytest.raises(PolicyError) as raised:
        plan_of(project, *policies, **more)
    return [
        (p.code, p.place.label, p.place.line, p.place.column) if p.place else (p.code, None, 0, 0)
        for p in raised.value.problems
    ]


TEN = """\
policy: ten
version: "1"
controls:
  - id: A-1
    title: An unknown check
    check: data_quality.key_uniqe
    require: {duplicate_keys: {max: 0}}
    severity: high
    enforcement: mandatory
  - id: A-2
    title: An unknown parameter
    check: data_quality.key_unique
    with: {key: [id], keys: [id]}
    require: {duplicate_keys: {max: 0}}
    severity: high
    enforcement: mandatory
  - id: A-3
    title: An unknown measure
    check: data_quality.key_unique
    with: {key: [id]}
    require: {duplicated_keys: {max: 0}}
    severity: high
    enforcement: mandatory
  - id: A-4
    title: An unknown column
    check: data_quality.key_unique
    with: {key: [idd]}
    require: {duplicate_keys: {max: 0}}
    severity: high
    enforcement: mandatory
  - id: A-5
    title: An unknown data set
    check: data_quality.key_unique
    with: {key: [id], data: tset}
    require: {duplicate_keys: {max: 0}}
    severity: high
    enforcement: mandatory
  - id: A-6
    title: A severity that is none
    check: data_quality.key_unique
    with: {key: [id]}
    require: {duplicate_keys: {max: 0}}
    severity: hgih
    enforcement: mandatory
  - id: A-7
    title: A bound that can never fail
    check: fairness.demographic_parity
    with: {by: g}
    require: {demographic_parity_difference: {max: 1.5}}
    severity: high
    enforcement: mandatory
  - id: A-8
    title: A bound in the wrong unit
    check: data_quality.key_unique
    with: {key: [id]}
    require: {duplicate_keys: {max: 3 MB}}
    severity: high
    enforcement: mandatory
  - id: A-8
    title: An id that is taken
    check: data_quality.key_unique
    with: {key: [id]}
    require: {duplicate_keys: {max: 0}}
    severity: high
    enforcement: mandatory
  - id: A-10
    title: A parameter that is missing
    check: data_quality.key_unique
    require: {duplicate_keys: {max: 0}}
    severity: high
    enforcement: mandatory
"""
PLACES = [
    ("DC013", "policy.yaml", 6, 12),
    ("DC014", "policy.yaml", 13, 23),
    ("DC016", "policy.yaml", 21, 15),
    ("DC019", "policy.yaml", 27, 18),
    ("DC020", "policy.yaml", 34, 29),
    ("DC009", "policy.yaml", 43, 15),
    ("DC017", "policy.yaml", 49, 52),
    ("DC018", "policy.yaml", 56, 37),
    ("DC011", "policy.yaml", 59, 9),
    ("DC015", "policy.yaml", 68, 12),
]


def test_ten_different_mistakes_are_ten_messages_at_their_places(project):
    project.write("policy.yaml", TEN)
    assert sorted(problems_of(project)) == sorted(PLACES)
    done = project.gate()
    assert done.returncode == 4
    assert done.stderr.count("error[DC") == 10
    assert "10 mistakes in 1 file" in done.stderr
    for _, label, line, column in PLACES:
        assert f"--> {label}:{line}:{column}\n" in done.stderr
    for hint in ("'data_quality.key_unique'", "'duplicate_keys'", "'id'", "'test'", "high"):
        assert hint in done.stderr


@pytest.mark.parametrize(
    ("check", "params", "measure", "said", "fix"),
    [
        ("champion.superior", "{metric: log_loss}", "difference", "log_loss is an error", "error_"),
        ("champion.superior", "{}", "error_reduction", "accuracy is no error", "difference"),
        ("champion.superior", "{}", "relative_margin", "`relative` is not given", "0.01"),
        (
            "champion.non_inferior",
            "{metric: mean_absolute_error}",
            "error_reduction",
            "labels have no mean_absolute_error",
            "another `metric`",
        ),
        (
            "champion.power",
            "{metric: mean_absolute_error, bound: -1}",
            "power",
            "labels have no mean_absolute_error",
            "another `metric`",
        ),
        ("champion.guardrails", "{}", "selection_rate_shift", "`by` names none", "set `by`"),
        (
            "champion.guardrails",
            "{}",
            "mean_absolute_error_increase",
            "labels have no mean absolute error",
            "leave it out",
        ),
        (
            "champion.cv_compare",
            "{folds: test, method: ranks, candidate: a, champion: b, fold: id, model: id, score: id}",
            "difference",
            "no common scale",
            "beats_champion",
        ),
        ("performance.expected_cost", "{threshold: 0.5}", "expected_cost", "`costs`", "`costs`"),
        (
            "performance.expected_cost",
            '{costs: {"1": {"0": 2}}}',
            "net_benefit",
            "no `threshold`",
            "give `threshold`",
        ),
        ("performance.coverage", "{labels: id}", "mean_width", "hold sets", "other measure"),
        ("performance.coverage", "{lower: id, upper: id}", "coverage", "of numbers", "`labels`"),
        (
            "performance.beats_baseline",
            "{train: test}",
            "error_reduction",
            "of numbers",
            "difference",
        ),
    ],
)
def test_a_measure_that_the_parameters_never_yield_is_refused(
    project, check, params, measure, said, fix
):
    bound = (
        "{max: 0.5}" if measure.endswith(("increase", "shift", "cost", "width")) else "{min: 0.1}"
    )
    project.policy(project.control(check, extra=f"with: {params}\n    rationale: r",
                   require=f"{{{measure}: {bound}}}"))  # fmt: skip
    with pytest.raises(PolicyError) as raised:
        plan_of(project)
    (found,) = raised.value.problems
    assert said in found.message
    assert fix in found.hint
    text = (project.root / "policy.yaml").read_text()
    assert found.place.line == text[: text.index("require:")].count("\n") + 1


@pytest.mark.parametrize(("confidence", "codes"), [(0.9, ["DC023"]), (0.95, []), (0.99, [])])
def test_bounds_that_need_a_confidence_are_refused_below_it(project, confidence, codes):
    project.policy(project.control(
        "champion.guardrails", extra=f"decide: {{confidence: {confidence}}}\n    rationale: r",
        require="{calibration_error_increase: {max: 0.1}}",
    ))  # fmt: skip
    with pytest.raises(PolicyError) as raised:  # there is no champion
        plan_of(project)
    found = [p for p in raised.value.problems if p.code == "DC023"]
    assert [p.code for p in found] == codes
    assert all("hold from a confidence of 0.95 on" in p.message for p in found)


def test_mistakes_of_all_files_are_told_in_one_go(project):
    project.write("release.yaml", "release: toy\nversion: '1'\ndate: {}\n")
    project.policy(project.control("no.such"))
    project.write("b.yaml", "policy: b\nversion: '1'\ncontrols: [\n")
    labels = {label for _, label, _, _ in problems_of(project, "policy.yaml", "b.yaml")}
    assert {"release.yaml", "b.yaml"} <= labels


def test_a_column_that_the_release_names_wrongly_is_told_there_and_once(project):
    text = (project.root / "release.yaml").read_text()
    project.write("release.yaml", text.replace("prediction: ", "prediction: no_such_"))
    project.policy(project.control("performance.floor", extra="rationale: r",
                   require="{accuracy: {min: 0.5}}"))  # fmt: skip
    (told,) = problems_of(project)
    line = text.splitlines()[told[2] - 1]
    assert told[:2] == ("DC019", "release.yaml")
    assert line[told[3] - 1 :].startswith(text.partition("prediction: ")[2][:1])
    assert "prediction: " in line[: told[3] - 1]


def test_two_policies_of_one_name_are_refused(project):
    project.policy(project.control())
    project.policy(project.control(), name="b.yaml")
    assert [c for c, *_ in problems_of(project, "policy.yaml", "b.yaml")] == ["DC028"]


def test_a_file_that_is_missing_is_told(project):
    project.policy(project.control())
    with pytest.raises(PolicyError, match="nowhere"):
        plan_of(project, "nowhere.yaml")


@pytest.mark.parametrize(
    ("control", "code"),
    [
        (dict(check="fairness.impact_ratio", extra="with: {by: g}",
              require="{impact_ratio: {min: 0.8}}"), "DC021"),
        (dict(check="documentation.model_card", extra="rationale: r",
              require="{missing_sections: {max: 0}}"), "DC031"),
        (dict(check="budgets.artifact_size", extra="rationale: r", require="{bytes: {max: 1 kB}}"),
         "DC021"),
        (dict(extra="with: {key: [id]}\n    decide: {kind: demonstrate, sample: population}"), "DC023"),
        (dict(check="performance.floor", require="{accuracy: {min: 0.5}}",
              extra="decide: {kind: exact}"), "DC023"),
        (dict(check="budgets.artifact_size", require="{bytes: {max: 5}}",
              extra="decide: {kind: demonstrate}"), "DC023"),
    ],
)  # fmt: skip
def test_what_a_release_does_not_give_or_a_check_cannot_do_is_refused(project, control, code):
    release = (project.root / "release.yaml").read_text()
    project.write("release.yaml", release.replace(", favourable: 1", ""))
    project.policy(project.control(**control))
    assert code in [c for c, *_ in problems_of(project)]


@pytest.mark.parametrize(
    ("model", "code"),
    [("{endpoint: 'http://localhost'}", "DC109"), ("{mlflow: 'models:/credit'}", "DC109")],
)
def test_models_that_cannot_be_run_yet_are_refused_with_their_own_code(project, model, code):
    with (project.root / "release.yaml").open("a") as file:
        file.write(f"model: {model}\n")
    project.policy(project.control())
    assert code in [c for c, *_ in problems_of(project)]


def test_missing_artefacts_are_verdicts_and_not_mistakes(project):
    (project.root / "data.csv").unlink()
    project.policy(project.control(), project.control("performance.floor", id="C-2",
                   extra="rationale: r", require="{accuracy: {min: 0.5}}"))  # fmt: skip
    plan = plan_of(project)
    assert [s.broken.code for s in plan.steps] == ["DC201", "DC201"]
    done = project.gate()
    assert done.returncode == 11
    assert project.outcomes() == {"C-1": "ERROR", "C-2": "ERROR"}
    assert project.decision()["release"]["digests"] == {"test": None}
    assert {p.name for p in (project.root / "deploycheck-reports").iterdir()} >= {"report.html"}


def test_an_artefact_that_changed_is_an_error(project):
    text = (project.root / "release.yaml").read_text()
    digest = "sha256:" + "0" * 64
    project.write("release.yaml", text.replace("data.csv}", f'data.csv, digest: "{digest}"}}'))
    project.policy(project.control())
    assert project.gate().returncode == 11
    (verdict,) = project.decision()["verdicts"]
    assert (verdict["outcome"], verdict["code"]) == ("ERROR", "DC202")


BAD_DATA = {
    "empty file": b"",
    "header only": b"id,g,label,call\n",
    "one row": b"id,g,label,call\n1,a,1,1\n",
    "one class": b"id,g,label,call\n" + b"".join(b"%d,a,1,1\n" % i for i in range(50)),
    "absent column": b"id,label,call\n1,1,1\n",
    "all missing": b"id,g,label,call\n" + b",,,\n" * 50,
    "wrong encoding": "id,g,label,call\n1,ä,1,1\n".encode("latin-1"),
    "binary": bytes(range(256)) * 10,
    "ragged": b"id,g,label,call\n1,a,1\n1,a,1,1,1\n",
    "nul": b"id,g,label,call\n1,a\x00,1,1\n",
}


@pytest.mark.parametrize("name", BAD_DATA)
def test_bad_data_are_a_verdict_and_never_a_traceback(project, name):
    (project.root / "data.csv").write_bytes(BAD_DATA[name])
    project.policy(
        project.control("data_quality.completeness", id="D-1", extra="rationale: r",
                        require="{missing_rate: {max: 0.01}}"),
        project.control("data_quality.duplicates", id="D-2", extra="rationale: r",
                        require="{duplicate_rate: {max: 0.01}}"),
        project.control("performance.floor", id="P-1", extra="rationale: r",
                        require="{accuracy: {min: 0.5}}"),
        *([] if name == "absent column" else [
            project.control("fairness.equalized_odds", id="F-1", extra="with: {by: g}",
                            require="{equalized_odds_difference: {max: 0.2}}")]),
    )  # fmt: skip
    done = project.gate()
    assert "Traceback" not in done.stdout + done.stderr
    assert done.returncode in {1, 11}, done.stdout + done.stderr
    decision = project.decision()
    assert decision["decision"] == "BLOCK"
    bad = [v for v in decision["verdicts"] if v["outcome"] != "PASS"]
    assert bad
    assert all(len(v["reason"]) > 10 for v in bad)


def test_a_truncated_parquet_is_a_verdict(project):
    import polars as pl

    path = project.root / "data.parquet"
    pl.DataFrame(
        {"id": range(1000), "label": [0, 1] * 500, "call": [0, 1] * 500, "g": ["a", "b"] * 500}
    ).write_parquet(path)
    whole = path.read_bytes()
    text = (project.root / "release.yaml").read_text()
    project.write("release.yaml", text.replace("data.csv", "data.parquet"))
    project.policy(project.control())
    assert project.gate().returncode == 0
    for cut in (0, 3, 4, 100, len(whole) // 2, len(whole) - 1):
        path.write_bytes(whole[:cut])
        done = project.gate()
        assert done.returncode == 11, cut
        assert project.outcomes() == {"C-1": "ERROR"}
        assert "Traceback" not in done.stdout + done.stderr


def test_when_excuses_a_control_with_its_reason(project):
    project.policy(
        project.control("budgets.artifact_size", id="C-1", require="{bytes: {max: 1 kB}}",
                        extra="when: {release.model: present, because: scores only}"),
        project.control(id="C-2", extra="with: {key: [id]}\n    when: {release.model: absent, because: b}"),
        project.control(id="C-3", extra="with: {key: [id]}\n    when: {release.task: regression, because: numbers only}"),
        project.control(id="C-4", extra="with: {key: [id]}\n    when: {release.task: binary_classification, because: b}"),
    )  # fmt: skip
    steps = plan_of(project).steps
    assert [bool(s.excused) for s in steps] == [True, False, True, False]
    assert "scores only" in steps[0].excused


def test_what_a_release_does_not_give_is_absent(project):
    """Also where the field has a value all the same, such as an empty set of roles."""
    project.write("release.yaml", 'release: toy\nversion: "1"\ndata: {test: {path: data.csv}}\n')
    project.policy(
        *[
            project.control(
                id=f"C-{field}",
                extra=f"with: {{key: [id]}}\n    when: {{release.{field}: absent, because: b}}",
            )
            for field in ("columns", "champion", "model", "task", "documents", "owner")
        ]
    )
    assert [step.excused for step in plan_of(project).steps] == [None] * 6


def test_enforcement_phases_in_by_the_runs_clock(project):
    phases = "{advisory: now, mandatory: 2026-06-01T00:00:00Z}"
    project.policy(project.control(enforcement=phases))
    early = plan_of(project, as_of=datetime(2026, 5, 31, 23, 59, 59, tzinfo=UTC))
    assert early.steps[0].enforcement == "advisory"
    assert plan_of(project, as_of=CLOCK).steps[0].enforcement == "mandatory"


def test_inputs_reach_the_control_and_the_report(project):
    head = "inputs:\n  ceiling: {type: number, default: 5, min: 0, max: 10}\n"
    project.policy(
        project.control(require='{duplicate_keys: {max: "${inputs.ceiling}"}}'), head=head
    )
    plan = plan_of(project, inputs={"ceiling": "7"})
    assert plan.steps[0].requirements["duplicate_keys"].max == 7
    used = plan.policies_used[0].inputs["ceiling"]
    assert (used.value, used.origin) == (7, "command line")
    with pytest.raises(PolicyError, match="ceiling"):
        plan_of(project, inputs={"ceiling": "11"})
    with pytest.raises(PolicyError, match="ceilng"):
        plan_of(project, inputs={"ceilng": "7"})


def test_materials_survive_the_trip_to_a_worker(project):
    project.policy(project.control())
    plan = plan_of(project)
    kept = json.loads(json.dumps(plan.materials.as_json()))
    again = make_plan(Materials.from_json(kept), plugins.registry())
    assert again.record() == plan.record()


def test_a_worker_judges_by_the_controllers_bytes(project):
    project.policy(project.control())
    kept = plan_of(project).materials.as_json()
    project.policy(project.control(require="{duplicate_keys: {max: 9}}"))
    again = make_plan(Materials.from_json(kept), plugins.registry())
    assert again.steps[0].requirements["duplicate_keys"].max == 0


def test_what_a_measurement_depends_on_changes_its_key_and_seed(project):
    project.policy(project.control())
    first = plan_of(project)

    def keys(plan):
        (step,) = plan.steps
        return evidence_digest(step, plan), control_digest(step, plan), seed_of(step, plan)

    evidence, asked, seed = keys(first)
    assert keys(plan_of(project, as_of=datetime(2027, 1, 1, tzinfo=UTC))) == (evidence, asked, seed)
    project.policy(project.control(extra="with: {key: [id, g]}"))
    other = keys(plan_of(project))
    assert (other[0] == evidence, other[1] == asked, other[2] == seed) == (True, False, False)
    project.policy(project.control())
    (project.root / "data.csv").write_text("id,g,label,call\n1,a,0,0\n")
    changed = keys(plan_of(project))
    assert (changed[0] == evidence, changed[1] == asked, changed[2] == seed) == (False, True, False)


def test_a_checker_that_asks_for_a_seed_gets_its_own(project):
    from deploycheck.engine.measuring import Measuring
    from deploycheck.engine.watch import Watch

    seen = []

    @checker(
        "mine.seeded",
        measures=[Measure("things", unit="count", better="lower", doc="T.")],
        kind="exact",
    )
    def seeded(data: Table, seed: Seed):
        """Remembers its seed."""
        seen.append(seed)
        yield Count("things", 0)

    registry = plugins.registry()
    registry.add(Offer(PluginUsed(name="mine", version="1"), checkers=(seeded,)))
    project.policy(
        project.control("mine.seeded", require="{things: {max: 0}}", extra="rationale: r"),
    )
    for _ in range(2):
        plan = plan_of(project, registry=registry)
        (verdict,) = Measuring(plan, Watch(10)).verdicts(plan.steps)
        assert verdict.outcome == "PASS"
    assert seen[0] == seen[1]
    assert isinstance(seen[0], Seed)


def test_the_plan_records_everything_by_digest(project):
    project.policy(project.control())
    recorded = plan_of(project).record()
    assert recorded["schema"] == "deploycheck/plan/1"
    assert recorded["policies"][0]["digest"].startswith("sha256:")
    assert recorded["release"]["digests"]["test"].startswith("sha256:")
    (control,) = recorded["controls"]
    assert control["evidence"][0]["digest"] == recorded["release"]["digests"]["test"]
    assert control["parameters"]["key"] == ["id"]
    json.dumps(recorded, allow_nan=False)


def test_problems_read_well(project):
    project.policy(project.control("data_quality.key_uniqe"))
    with pytest.raises(PolicyError) as raised:
        plan_of(project)
    text = render(raised.value.problems)
    assert text.startswith("error[DC013]: unknown check 'data_quality.key_uniqe' in control C-1\n")
    assert "did you mean 'data_quality.key_unique'?" in text
    assert "= help: `deploycheck explain DC013`" in text


def test_a_champion_that_is_the_candidate_itself_is_refused(project, linear_onnx):
    """Under another name, too: what counts is what the file holds."""
    for name in ("model", "before", "older"):
        linear_onnx(project.root / f"{name}.onnx", {"age": 0.1 if name != "older" else 0.2})
    project.write("data.csv", "age,bad\n1,0\n2,1\n")
    release = """\
release: x
version: "1"
task: binary_classification
data: {test: {path: data.csv}}
columns: {target: bad, positive: 1}
model: {path: model.onnx, features: [age]}
champion:
  model: {path: NAME.onnx, features: [age]}
"""
    control = project.control(
        "champion.same_eval", extra="with: {data: test}", require="{mismatches: {max: 0}}"
    )
    project.policy(control)
    for name in ("model", "before"):
        project.write("release.yaml", release.replace("NAME", name))
        assert problems_of(project) == [("DC033", "release.yaml", 8, 17)]
    project.write("release.yaml", release.replace("NAME", "older"))
    assert len(plan_of(project).steps) == 1
