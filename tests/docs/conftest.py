"""The pages as blocks, tables and sections, and a small project that their examples are planned in."""

import pickle
import re
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from deploycheck import plugins
from deploycheck.engine.materials import Materials, Text
from deploycheck.engine.measuring import Measuring
from deploycheck.engine.plan import make_plan
from deploycheck.engine.registry import Registry
from deploycheck.engine.watch import Watch
from deploycheck.model.verdict import Verdict

ROOT = Path(__file__).parents[2]
EXAMPLE = ROOT / "examples" / "recidivism"
CREDIT = ROOT / "examples" / "credit"
PAGES = ("README.md", *sorted(f"docs/{path.name}" for path in (ROOT / "docs").glob("*.md")))

_FENCE = re.compile(
    r"(?:^<!-- proof: (?P<proof>[^\n]*?) -->\n)?^```(?P<language>[^\n]*)\n(?P<text>.*?)^```$",
    re.MULTILINE | re.DOTALL,
)
_HEADING = re.compile(r"^#{1,6} (.*)$", re.MULTILINE)


@dataclass(frozen=True)
class Block:
    """A fenced block of a page; ``proof`` are the words of the comment above it."""

    page: str
    line: int
    language: str
    proof: tuple[str, ...]
    text: str

    def __str__(self) -> str:
        return f"{self.page}:{self.line}"


@cache
def read(page: str) -> str:
    return (ROOT / page).read_text(encoding="utf-8")


@cache
def blocks(page: str) -> tuple[Block, ...]:
    text = read(page)
    return tuple(
        Block(
            page,
            text.count("\n", 0, found.start()) + 1,
            found["language"],
            tuple((found["proof"] or "").split()),
            found["text"],
        )
        for found in _FENCE.finditer(text)
    )


def prose(page: str) -> str:
    """The page without its fenced blocks."""
    return _FENCE.sub("", read(page))


def section(page: str, heading: str) -> str:
    """What stands below a heading, up to the next one."""
    text = prose(page)
    marks = list(_HEADING.finditer(text))
    for at, mark in enumerate(marks):
        if mark[1] == heading:
            return text[mark.end() : marks[at + 1].start() if at + 1 < len(marks) else None]
    raise AssertionError(f"{page} has no heading {heading!r}")


def rows(text: str) -> list[list[str]]:
    """The rows of the tables in ``text``, heads and rules left out."""
    lines = [line for line in text.splitlines() if line.startswith("|")]
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
    rules = {at for at, row in enumerate(cells) if set("".join(row)) <= set("-: ")}
    return [row for at, row in enumerate(cells) if at not in rules and at + 1 not in rules]


BASE_RELEASE = {
    "release": "release: credit-default",
    "version": 'version: "1.0.0"',
    "data": "data: {train: {path: data/train.csv}, test: {path: data/test.csv},\n"
    "  production: {path: data/production.csv}}",
    "columns": "columns: {target: defaulted, prediction: predicted, positive: 1, favourable: 0,\n"
    "  protected: [sex]}",
    "documents": "documents: {card: MODEL_CARD.md, signed: approvals.json}",
}
# The same with a model that is asked, and one in force.
MODEL_RELEASE = BASE_RELEASE | {
    "model": "model: {path: model.onnx}",
    "champion": "champion: {model: {path: champion.onnx}}",
    "columns": "columns: {target: defaulted, positive: 1, favourable: 0, protected: [sex],\n"
    "  threshold: {at_least: 0.5}}",
}
BASE_POLICY = {
    "policy": "policy: base",
    "version": 'version: "1"',
    "controls": "controls:\n"
    "  - {id: BASE, title: The data are there, check: data_quality.completeness,\n"
    "     with: {columns: [age]}, require: {missing_rate: {max: 0.5}}, severity: low,\n"
    "     enforcement: overridable}",
}
BASE_CONTROL = {
    "id": "id: BASE",
    "title": "title: It holds",
    "check": "check: performance.floor",
    "require": "require: {accuracy: {min: 0.5}}",
    "severity": "severity: high",
    "enforcement": "enforcement: overridable",
}


def completed(text: str, base: dict[str, str]) -> str:
    """A part of a file, with the parts of ``base`` whose keys it does not have."""
    given = {key.value for key, _ in yaml.compose(text).value}
    return "\n".join([text.rstrip(), *(part for key, part in base.items() if key not in given)])


def policy_of(control: str) -> str:
    """A policy whose one control is ``control``, completed."""
    lines = completed(control, BASE_CONTROL).splitlines()
    body = "\n    ".join(lines)
    return f'policy: docs\nversion: "1"\ncontrols:\n  - {body}\n'


class Desk:
    """Plans and judges what a page shows, without a process and without writing anything."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.example = (EXAMPLE / "release.yaml").read_text(encoding="utf-8")
        self.base = "\n".join(BASE_RELEASE.values())
        self.asked = "\n".join(MODEL_RELEASE.values())

    def plan(
        self,
        policy: str,
        *,
        release: str = "",
        example: bool = False,
        registry: Registry | None = None,
    ) -> Any:
        folder = EXAMPLE if example else self.folder
        text = self.example if example else release or self.base
        return make_plan(
            Materials(
                folder,
                Text("release.yaml", "release.yaml", text.encode()),
                (Text("policy.yaml", "policy.yaml", policy.encode()),),
                {},
                datetime(2026, 6, 1, 9, tzinfo=UTC),
                "docs",
                "docs",
            ),
            registry or plugins.registry(),
        )

    def verdicts(self, plan: Any) -> list[Verdict]:
        return list(Measuring(plan, Watch(60.0)).verdicts(plan.steps))


@pytest.fixture(scope="session")
def desk(tmp_path_factory: pytest.TempPathFactory, linear_onnx: Any) -> Desk:
    """A project with the columns that the pages speak of."""
    folder = tmp_path_factory.mktemp("documented")
    (folder / "data").mkdir()
    lines = ["id,age,income,region,sex,defaulted,predicted,p_default"]
    for at in range(400):
        truth = at % 10 < 3
        called = truth != (at % 17 == 0)
        lines.append(
            f"{at},{18 + at % 60},{1000 + 25 * at},{'north' if at % 3 else 'NA'},{'fm'[at % 2]},"
            f"{int(truth)},{int(called)},{0.9 if called else 0.1}"
        )
    for name in ("train", "test", "production"):
        (folder / "data" / f"{name}.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    (folder / "MODEL_CARD.md").write_text("# Intended use\n\nText.\n", encoding="utf-8")
    (folder / "approvals.json").write_text('["a. singh", "j. roe"]', encoding="utf-8")
    linear_onnx(folder / "model.onnx", {"age": 0.01, "income": 0.001})
    linear_onnx(folder / "champion.onnx", {"age": 0.01, "income": 0.002})
    (folder / "model.pkl").write_bytes(pickle.dumps({"weights": [1.0, 2.0]}))
    return Desk(folder)


@pytest.fixture
def page_modules(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Write the Python files of a page and make them importable; forgets them afterwards."""
    before = set(sys.modules)

    def write(page: str) -> Path:
        for block in blocks(page):
            if block.proof[:1] == ("file",) and block.language == "python":
                path = tmp_path / block.proof[1]
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(block.text, encoding="utf-8")
        monkeypatch.syspath_prepend(str(tmp_path))
        return tmp_path

    yield write
    for name in set(sys.modules) - before:
        if str(getattr(sys.modules[name], "__file__", None) or "").startswith(str(tmp_path)):
            del sys.modules[name]


def _cases(metafunc: pytest.Metafunc) -> Sequence[object] | None:
    every = [block for page in PAGES for block in blocks(page)]
    if "page" in metafunc.fixturenames:
        return PAGES
    if "run_page" in metafunc.fixturenames:
        return [p for p in PAGES if any(b.proof[:1] == ("run",) for b in blocks(p))]
    if "yaml_block" in metafunc.fixturenames:
        return [
            b
            for b in every
            if b.language == "yaml" and b.proof[:1] not in {("file",), ("workflow",)}
        ]
    if "block" in metafunc.fixturenames:
        return every
    return None


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """One case a page, a block, or a block of YAML."""
    cases = _cases(metafunc)
    if cases is not None:
        name = next(
            n for n in ("page", "run_page", "yaml_block", "block") if n in metafunc.fixturenames
        )
        metafunc.parametrize(name, cases, ids=str)


@pytest.fixture(scope="session")
def site():
    """The helpers of this folder, for its tests."""
    return sys.modules[__name__]
