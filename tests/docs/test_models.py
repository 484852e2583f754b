"""What the pages say of models: the numbers of the credit example, and the messages."""

import re
from datetime import UTC, datetime

import pytest

from deploycheck import plugins
from deploycheck.authoring.errors import needed
from deploycheck.engine.materials import Materials, Text
from deploycheck.engine.measuring import Measuring
from deploycheck.engine.plan import make_plan
from deploycheck.engine.watch import Watch

ASKED = {"PERF-01", "PERF-05", "CHAMP-02", "FAIR-01", "FAIR-02", "INT-01", "DRIFT-01", "DRIFT-03",
         "REPRO-03", "DOC-02"}  # fmt: skip


def measured(site, release):
    """Measurements of the credit example that decide, by control; nothing is timed."""
    texts = [
        Text(name, name, (site.CREDIT / name).read_bytes()) for name in (release, "policy.yaml")
    ]
    asof = datetime(2026, 11, 25, tzinfo=UTC)
    materials = Materials(site.CREDIT, texts[0], (texts[1],), {}, asof, "docs", "docs")
    plan = make_plan(materials, plugins.registry())
    steps = [step for step in plan.steps if step.control.id in ASKED]
    verdicts = Measuring(plan, Watch(60.0)).verdicts(steps)
    return {v.control: [m for m in v.measurements if m.outcome is not None] for v in verdicts}


@pytest.fixture(scope="module")
def old(site):
    return measured(site, "release.yaml")


@pytest.fixture(scope="module")
def new(site):
    return measured(site, "release-2.1.0.yaml")


def text_of(site, page):
    return " ".join(site.read(page).split())


def test_the_blocked_credit_model_is_the_more_accurate_one(site, old, new):
    (before,), (after,) = old["PERF-01"], new["PERF-01"]
    assert after.interval.low > before.value
    told = f"right in {100 * after.value:.1f} % of the cases, the old one in"
    assert f"{told} {100 * before.value:.1f} %" in text_of(site, "README.md")
    readme = text_of(site, "examples/credit/README.md")
    assert f"right in {100 * after.value:.1f} % of the cases" in readme
    assert f"right in {100 * before.value:.1f} % of the cases" in readme
    assert f"at least {100 * before.interval.low:.1f} % with confidence" in readme
    (gain,) = old["CHAMP-02"]
    assert f"by {100 * gain.value:.1f} points of AUC" in readme


def test_what_blocks_the_credit_model_is_measured(site, new):
    readme = text_of(site, "examples/credit/README.md")
    effects = {m.slice["feature"]: f"{100 * m.value:.0f}" for m in new["INT-01"]
               if m.name == "effect"}  # fmt: skip
    assert (
        f"Marital status moves it by {effects['marital_status']} points on average, relationship "
        f"by {effects['relationship']}, sex by {effects['sex']} and race by {effects['race']};"
    ) in readme
    (parity,), (gap,) = new["FAIR-01"], new["PERF-05"]
    assert f"differ by {100 * parity.value:.0f}, at least {100 * parity.interval.low:.0f}" in readme
    assert f"{100 * gap.value:.1f} points, at least {100 * gap.interval.low:.1f} with" in readme
    (psi,), (golden,) = new["DRIFT-03"], new["REPRO-03"]
    assert f"PSI of age at most 0.25. | {psi.value:.1f}." in readme
    assert golden.value == 1
    assert "One of 200 differs" in readme
    (age,) = [m for m in new["DRIFT-01"] if m.slice == {"column": "age"} and m.outcome == "FAIL"]
    assert age.value > 1
    assert "by more than a standard deviation" in readme
    (rate,) = [m for m in new["FAIR-02"] if m.slice == {"race": "Asian-Pac-Islander"}]
    low, high = 100 * rate.interval.low, 100 * rate.interval.high
    told = f"it is {100 * rate.value:.1f} %, and the {rate.n:.0f} of them who earn less allow anything from"
    assert f"{told} {low:.1f} to {high:.1f} %" in readme


def test_the_sizes_that_the_readme_tells(site):
    import polars as pl

    text = text_of(site, "README.md")
    rows = len(pl.read_parquet(site.CREDIT / "data/test.parquet"))
    assert f"asks two models about {rows:,} people" in text
    policy = (site.CREDIT / "policy.yaml").read_text(encoding="utf-8")
    controls = len(re.findall(r"^  - id:", policy, re.MULTILINE))
    assert f"The example above has {controls} controls" in text
    assert f"with {controls} controls of all families" in text_of(site, "examples/credit/README.md")


def test_what_to_start_with_exists(site):
    import yaml

    from deploycheck.shipped import shipped

    known = set(plugins.registry().checker_ids())
    starter = yaml.safe_load((shipped("policies") / "starter.yaml").read_text(encoding="utf-8"))
    families = {c["id"]: c["check"].partition(".")[0] for c in starter["controls"]}
    shown, told = set(), set()
    for row in site.rows(site.section("docs/policies.md", "What to start with")):
        here = row[0].split(", ")
        shown |= set(here)
        for name in re.findall(r"`(\w+)`", row[1] + row[2]):
            assert any(f"{family}.{name}" in known for family in here), name
        for first, last in re.findall(r"([A-Z]+-\d\d)(?: to ([A-Z]+-\d\d))?", row[3]):
            ids = list(families)
            part = ids[ids.index(first) : ids.index(last or first) + 1]
            assert {families[id] for id in part} <= set(here), row[3]
            told |= set(part)
    assert shown == {id.partition(".")[0] for id in known} - {"acme"}
    assert told == set(families)
    assert f"classification: {len(families)} controls" in text_of(site, "docs/policies.md")


def test_parameters_of_evidence_have_the_defaults_that_are_told(site):
    from deploycheck.collectors.attributions import Permuting
    from deploycheck.collectors.examples import HowMany
    from deploycheck.collectors.timings import HowTimed
    from deploycheck.model.release import ModelLimits

    known = {
        name: field.default
        for params in (HowMany, Permuting, HowTimed)
        for name, field in params.model_fields.items()
    }
    cells = [
        row[2] for row in site.rows(site.section("docs/models.md", "Who asks it, and how often"))
    ]
    told = dict(re.findall(r"`(\w+)` \(([\d,]+)\)", " ".join(cells)))
    assert {name: int(told[name].replace(",", "")) for name in told} == {
        name: default for name, default in known.items() if default is not None
    }
    text = text_of(site, "docs/models.md")
    limits = ModelLimits()
    assert f"was stopped after {limits.seconds:g} s`" in text
    assert f"(limit {limits.memory_mb:,} MiB)`" in text


def test_the_kinds_of_drift_checks_are_told(site):
    registry = plugins.registry()
    kinds = {id: registry.checker(id).kind for id in registry.checker_ids() if "drift." in id}
    others = [id for id, kind in kinds.items() if kind != "detect"]
    assert others == ["drift.psi"]
    assert "except `drift.psi`" in text_of(site, "docs/verdicts.md")


FUNCTIONS = """\
import numpy as np

def nan(columns):
    return np.where(columns["age"] > 40, np.nan, 0.5)

def late(columns):
    while True:
        pass

def large(columns):
    return np.ones(10**9)

def raises(columns):
    raise ValueError("no such branch")
"""


def matrix_model(path, outputs="score"):
    """A model in ONNX that reads a matrix of three columns."""
    from onnx import TensorProto, helper, save

    weights = helper.make_tensor("w", TensorProto.FLOAT, [3, 1], [0.1, 0.2, 0.3])
    nodes = [
        helper.make_node("MatMul", ["X", "w"], ["sum"]),
        helper.make_node("Sigmoid", ["sum"], ["score"]),
    ]
    out = helper.make_tensor_value_info("score", TensorProto.FLOAT, [None, 1])
    if outputs == "maps":
        label = {"classlabels_int64s": [0], "domain": "ai.onnx.ml"}
        nodes.append(helper.make_node("ZipMap", ["score"], ["probabilities"], **label))
        each = helper.make_map_type_proto(
            TensorProto.INT64, helper.make_tensor_type_proto(TensorProto.FLOAT, [])
        )
        out = helper.make_value_info("probabilities", helper.make_sequence_type_proto(each))
    given = helper.make_tensor_value_info("X", TensorProto.FLOAT, [None, 3])
    opsets = [helper.make_opsetid("", 17), helper.make_opsetid("ai.onnx.ml", 3)]
    graph = helper.make_graph(nodes, "m", [given], [out], [weights])
    save(helper.make_model(graph, opset_imports=opsets, ir_version=8), path)


def text_model(path):
    """A model in ONNX that reads one column of text."""
    from onnx import TensorProto, helper, save

    given = helper.make_tensor_value_info("occupation", TensorProto.STRING, [None, 1])
    out = helper.make_tensor_value_info("score", TensorProto.FLOAT, [None, 1])
    node = helper.make_node(
        "LabelEncoder", ["occupation"], ["score"], domain="ai.onnx.ml",
        keys_strings=["clerk"], values_floats=[0.9], default_float=0.1,
    )  # fmt: skip
    opsets = [helper.make_opsetid("", 17), helper.make_opsetid("ai.onnx.ml", 3)]
    graph = helper.make_graph([node], "t", [given], [out])
    save(helper.make_model(graph, opset_imports=opsets, ir_version=8), path)


@pytest.fixture(scope="module")
def told(site, tmp_path_factory):
    """What is told of models that cannot be asked, or do not answer."""
    from deploycheck.engine.problems import PolicyError

    folder = tmp_path_factory.mktemp("models")
    rows = [f"{at},{10 * at},{'clerk' if at % 4 else ''},{at % 2}" for at in range(20, 60)]
    (folder / "test.csv").write_text("\n".join(["age,income,occupation,defaulted", *rows, ""]))
    (folder / "functions.py").write_text(FUNCTIONS)
    matrix_model(folder / "matrix.onnx")
    matrix_model(folder / "maps.onnx", "maps")
    text_model(folder / "text.onnx")
    python = "python: 'functions:{}', features: [age], trust: trusted, limits: {{seconds: 1}}"
    models = [
        "path: matrix.onnx",
        "path: matrix.onnx, features: [age, income]",
        "path: matrix.onnx, features: [age, income, debt]",
        "path: maps.onnx, features: [age, income, defaulted]",
        "path: text.onnx",
        *(python.format(name) for name in ("nan", "late", "large", "raises")),
    ]
    found = []
    for model in models:
        release = (
            'release: r\nversion: "1"\ntask: binary_classification\ndata: {test: {path: test.csv}}\n'
            f"model: {{{model}}}\ncolumns: {{target: defaulted, positive: 1, favourable: 0,\n"
            "  threshold: {at_least: 0.5}}\n"
        )
        texts = (
            Text("release.yaml", "release.yaml", release.encode()),
            (
                Text(
                    "policy.yaml",
                    "policy.yaml",
                    site.policy_of("check: performance.floor").encode(),
                ),
            ),
        )
        now = datetime(2026, 6, 1, tzinfo=UTC)
        try:
            plan = make_plan(Materials(folder, *texts, {}, now, "d", "d"), plugins.registry())
        except PolicyError as error:
            found += [problem.message for problem in error.problems]
        else:
            (verdict,) = Measuring(plan, Watch(60.0)).verdicts(plan.steps)
            assert verdict.outcome.value == "ERROR"
            found.append(verdict.reason)
    return found


def test_messages_on_the_page_are_those_that_are_told(site, told):
    section = site.section("docs/models.md", "When something goes wrong")
    shown = [re.match(r"`(.*)`$", row[0])[1] for row in site.rows(section)]
    assert shown.pop() == str(needed("onnxruntime", "onnx", "…")).partition(";")[0]
    assert len(shown) == len(told)
    for message, said in zip(shown, told, strict=True):
        pattern = re.sub(r"\\?\d[\d,]*", r"[\\d,]+", re.escape(message))
        pattern = re.sub(r"'\w+'", r"'\\w+'", pattern).replace("…", ".*")
        assert re.match(pattern, said.replace("`", "")), (message, said)
