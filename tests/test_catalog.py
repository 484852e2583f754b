"""Every checker lies where its id says, has a page that is true, an example that plans, a test."""

import ast
import importlib
import inspect
import random
from datetime import UTC, datetime
from pathlib import Path

import jsonschema
import pytest
import yaml

from deploycheck import plugins
from deploycheck.authoring.checker import Checker
from deploycheck.authoring.measure import RANGES
from deploycheck.catalog import checks as catalog
from deploycheck.engine.materials import Materials, Text
from deploycheck.engine.plan import make_plan

ROOT = Path(__file__).parents[1]
SOURCE = ROOT / "src/deploycheck/checkers"
PAGES = ROOT / "docs/checks"
TESTS = ROOT / "tests/checkers"
IDS = sorted(
    ".".join(path.relative_to(SOURCE).with_suffix("").parts)
    for path in SOURCE.glob("*/*.py")
    if not path.name.startswith("_")
)


@pytest.fixture(params=IDS)
def id(request):
    return request.param


@pytest.fixture
def module(id):
    return importlib.import_module(f"deploycheck.checkers.{id}")


@pytest.fixture
def checker(module):
    (only,) = (value for value in vars(module).values() if isinstance(value, Checker))
    return only


def test_there_are_checkers():
    assert len(IDS) >= 12
    assert [c.id for c in catalog.checkers()] == IDS


def test_the_id_is_the_place(id, checker):
    assert checker.id == id
    assert checker.measure.__name__ == id.rpartition(".")[2]


def test_parameters_and_measures_are_described(checker):
    fields = checker.signature.params.model_fields
    assert all((field.description or "").endswith(".") for field in fields.values())
    for measure in checker.measures:
        assert measure.doc.endswith("."), measure.name
        assert measure.unit in RANGES


def test_the_docstring_has_every_section(checker):
    assert checker.title.endswith(".")
    for name in catalog.SECTIONS:
        assert len(checker.section(name)) > 10, name
    assert "empty" in checker.section("Undefined") or "without" in checker.section("Undefined")


def test_measuring_opens_nothing(module):
    """No file, clock, network or process: those belong to collectors."""
    forbidden = {"os", "pathlib", "subprocess", "socket", "urllib", "http", "shutil", "tempfile",
                 "time", "random", "io", "requests", "httpx"}  # fmt: skip
    tree = ast.parse(inspect.getsource(module))
    for node in ast.walk(tree):
        names = [a.name for a in node.names] if isinstance(node, ast.Import) else []
        names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
        assert not {name.partition(".")[0] for name in names} & forbidden
        if isinstance(node, ast.Name):
            assert node.id not in {"open", "eval", "exec", "compile", "__import__"}


def test_importing_a_checker_imports_no_science(id):
    """Every run pays for what is imported; numbers are the collectors' and the engine's."""
    tree = ast.parse((SOURCE / (id.replace(".", "/") + ".py")).read_text(encoding="utf-8"))
    heavy = {"numpy", "scipy", "polars", "narwhals", "sklearn", "fairlearn"}
    for node in tree.body:  # what stands at the top, and not under TYPE_CHECKING
        names = [a.name for a in node.names] if isinstance(node, ast.Import) else []
        names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
        assert not {name.partition(".")[0] for name in names} & heavy


def test_the_page_is_current(checker):
    path = PAGES / catalog.page_path(checker)
    assert path.read_text(encoding="utf-8") == catalog.page(checker), "run: make docs-pages"


def test_no_page_is_left_over_and_the_index_is_current():
    found = {p.relative_to(PAGES).as_posix() for p in PAGES.rglob("*.md")}
    assert found == {id.replace(".", "/") + ".md" for id in IDS} | {"index.md"}
    assert (PAGES / "index.md").read_text(encoding="utf-8") == catalog.index()


def test_writing_pages_removes_those_of_checkers_that_are_gone(tmp_path):
    old = tmp_path / "fairness" / "gone.md"
    old.parent.mkdir()
    old.write_text("old", encoding="utf-8")
    written = catalog.write_pages(tmp_path)
    assert not old.exists()
    assert sorted(written) == sorted(tmp_path.rglob("*.md"))


def test_it_has_tests_of_its_own(id):
    """How well they try bad input is for people to read; that there are some is for this test."""
    family, _, name = id.partition(".")
    tree = ast.parse((TESTS / family / f"test_{name}.py").read_text(encoding="utf-8"))
    imported = {
        alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module == f"deploycheck.checkers.{id}"
        for alias in node.names
    }
    assert name in imported
    tests = [n for n in tree.body if isinstance(n, ast.FunctionDef) and n.name.startswith("test_")]
    assert len(tests) >= 5


def test_the_schema_accepts_what_the_example_says_and_nothing_unknown(checker):
    made = catalog.schema(checker)
    jsonschema.Draft202012Validator.check_schema(made)
    (example,) = yaml.safe_load(catalog.control(checker))
    mine = {k: v for k, v in example.get("with", {}).items() if k in made.get("properties", {})}
    if isinstance(mine.get("by"), str):
        mine["by"] = [mine["by"]]
    jsonschema.validate(mine, made)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({**mine, "no such parameter": 1}, made)


@pytest.fixture(scope="module")
def project(tmp_path_factory, linear_onnx):
    """A release with everything that the examples name."""
    root = tmp_path_factory.mktemp("examples")
    head = "application_id,age,income,sex,race,postcode,region,outcome,p,score,expected,month,email"
    draw = random.Random(1)
    for name in ("train", "test", "reference", "production", "golden"):
        rows = [head]
        for i in range(300):
            sex, race = draw.choice(["female", "male"]), draw.choice("abc")
            rows.append(
                f"{i},{20 + i % 60},{1000 + i},{sex},{race},D{10000 + i},north,{i % 2},{i % 2},"
                f"{0.25 + i % 2 / 2},{0.25 + i % 2 / 2},2026-1{i % 2}-01,none"
            )
        (root / f"{name}.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    scores = "".join(f"{i},{m},0.{8 + i % 2}\n" for i in range(10) for m in ("new", "old"))
    (root / "folds.csv").write_text("fold,model,score\n" + scores, encoding="utf-8")
    linear_onnx(root / "model.onnx", {"age": 0.01, "income": 0.001})
    linear_onnx(root / "champion.onnx", {"age": 0.02, "income": 0.001})
    (root / "CARD.md").write_text("# Intended use\n\nScoring.\n", encoding="utf-8")
    (root / "approval.yaml").write_text("owner: a\napprover: b\n", encoding="utf-8")
    (root / "requirements.lock").write_text("numpy==2.0.0\n", encoding="utf-8")
    (root / "training.yaml").write_text("seed: 1\n", encoding="utf-8")
    (root / "release.yaml").write_text(
        "release: credit\nversion: '1'\ntask: binary_classification\n"
        "model: {path: model.onnx}\nchampion: {model: {path: champion.onnx}}\n"
        "data: {train: {path: train.csv}, test: {path: test.csv}, golden: {path: golden.csv},\n"
        "  reference: {path: reference.csv}, production: {path: production.csv},\n"
        "  folds: {path: folds.csv}}\n"
        "documents: {card: CARD.md, approval: approval.yaml, lock: requirements.lock,\n"
        "  training: training.yaml}\n"
        "columns: {target: outcome, score: score, threshold: {at_least: 0.5}, positive: 1,\n"
        "  favourable: 1, stored: true, protected: [sex, race], id: application_id}\n",
        encoding="utf-8",
    )
    return root


def test_the_example_plans(checker, project):
    controls = catalog.control(checker).replace("\n", "\n  ").rstrip()
    policy = f"policy: example\nversion: '1'\ncontrols:\n  {controls}\n"
    release = (project / "release.yaml").read_bytes()
    plan = make_plan(
        Materials(
            folder=project,
            release=Text("release.yaml", "release.yaml", release),
            policies=(Text("policy.yaml", "policy.yaml", policy.encode()),),
            inputs={},
            as_of=datetime(2026, 12, 1, tzinfo=UTC),
            front_end="test",
            run="r1",
        ),
        plugins.registry(),
    )
    (step,) = plan.steps
    assert step.bound.checker.id == checker.id
    assert step.broken is None
    assert step.excused is None
    assert step.requirements
