"""A small project in which examples of the reference are planned, completed where they are parts."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import yaml

from deploycheck import plugins
from deploycheck.engine.materials import Materials, Text
from deploycheck.engine.plan import make_plan
from deploycheck.engine.problems import PolicyError

RELEASE = {
    "release": "release: credit-default",
    "version": 'version: "1.0.0"',
    "task": "task: binary_classification",
    "data": "data:\n"
    + "\n".join(f"  {name}: {{path: data/{name}.csv}}" for name in ("train", "test", "production")),
    "columns": "columns: {target: defaulted, prediction: predicted, positive: 1, favourable: 0}",
    "documents": "documents: {card: MODEL_CARD.md}",
}
POLICY = {
    "policy": "policy: base",
    "version": 'version: "1"',
    "controls": """\
controls:
  - id: BASE-1
    title: Right often enough
    check: performance.floor
    require: {accuracy: {min: 0.5}}
    severity: low
    enforcement: overridable
  - id: BASE-2
    title: Groups are favoured alike
    check: fairness.impact_ratio
    with: {by: [sex]}
    require: {impact_ratio: {min: 0.5}}
    severity: low
    enforcement: overridable""",
}
CONTROL = {
    "id": "id: BASE",
    "title": "title: It holds",
    "check": "check: performance.floor",
    "require": "require: {accuracy: {min: 0.5}}",
    "severity": "severity: high",
    "enforcement": "enforcement: overridable",
}


def completed(text: str, base: dict[str, str]) -> str:
    """A mapping, with the parts of ``base`` whose keys it does not have."""
    given = {key.value for key, _ in yaml.compose(text).value}
    return "\n".join([text.rstrip(), *(part for key, part in base.items() if key not in given)])


def policy_of(text: str) -> str:
    """The policy that an example stands for: of one control, of several, or of a part."""
    if text.startswith("- "):
        parts = [
            re.sub(r"^(- |  )", "", part, flags=re.MULTILINE)
            for part in re.split(r"^(?=- )", text, flags=re.MULTILINE)[1:]
        ]
    elif {"controls", "valid", "inputs", "gate", "policy"} & set(yaml.safe_load(text)):
        return completed(text, POLICY)
    else:
        parts = [text]
    made = []
    for at, part in enumerate(parts):
        whole = completed(part, CONTROL | {"id": f"id: BASE-{at}"})
        made.append("  - " + "\n    ".join(whole.splitlines()))
    return completed("controls:\n" + "\n".join(made), POLICY)


@dataclass(frozen=True)
class Desk:
    """Plans policies against releases in a folder that has what the examples name."""

    folder: Path

    def plan(
        self, policy: str = "", release: str = "", inputs: dict[str, str] | None = None
    ) -> Any:
        return make_plan(
            Materials(
                self.folder,
                Text("release.yaml", "release.yaml", self.release(release).encode()),
                (Text("policy.yaml", "policy.yaml", self.policy(policy).encode()),),
                inputs or {},
                datetime(2026, 6, 1, 9, tzinfo=UTC),
                "docs",
                "docs",
            ),
            plugins.registry(),
        )

    def policy(self, text: str) -> str:
        return policy_of(text or "gate: {}\n")

    def release(self, text: str) -> str:
        return completed(text or "release: credit-default\n", RELEASE)

    def codes(self, policy: str = "", release: str = "") -> set[str]:
        """Codes of everything that is wrong when it is planned."""
        try:
            made = self.plan(policy, release)
        except PolicyError as error:
            return {problem.code for problem in error.problems}
        broken = {str(found) for step in made.steps if (found := step.broken) is not None}
        expired = {problem.code for problem in made.expired}
        return expired | {code for text in broken for code in re.findall(r"DC\d+", text) or ["?"]}


@pytest.fixture(scope="session")
def desk(tmp_path_factory, linear_onnx) -> Desk:
    folder = tmp_path_factory.mktemp("referred")
    head = "id,age,income,region,sex,defaulted,predicted,p_default,rows,served_at"
    lines = [head]
    for at in range(60):
        truth = at % 10 < 3
        lines.append(
            f"{at},{18 + at},{1000 + 25 * at},{'north' if at % 3 else 'NA'},{'fm'[at % 2]},"
            f"{int(truth)},{int(truth)},{0.9 if truth else 0.1},{1 + at % 3},2026-05-01T00:00:00Z"
        )
    for name in ("data/train", "data/test", "data/production", "logs/one", "logs/two"):
        path = folder / f"{name}.csv"
        path.parent.mkdir(exist_ok=True)
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    (folder / "MODEL_CARD.md").write_text("# Intended use\n\nText.\n", encoding="utf-8")
    for name, weight in (("model", 0.01), ("champion", 0.02)):
        linear_onnx(folder / f"{name}.onnx", {"age": weight, "income": 0.001})
    (folder / "scoring").mkdir()
    (folder / "scoring/model.py").write_text(
        "def predict(rows):\n    return rows['age'] / 100\n", encoding="utf-8"
    )
    (folder / "model.pkl").write_bytes(b"\x80\x04N.")
    return Desk(folder)
