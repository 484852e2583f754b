"""Every key of a policy and a release is described, shown in an example, and the example plans."""

import pytest
import yaml

from deploycheck.catalog import decisions, keys, words
from deploycheck.catalog.key_examples import EXAMPLES
from deploycheck.engine import requirement

PARTS = [(reference, part) for reference in keys.REFERENCES for part in reference.parts]
# Refused for now, as the page says.
REFUSED = {("ModelArtefact", "endpoint"), ("ModelArtefact", "mlflow")}

# A policy that asks for the input which the release gives.
ASKING = """\
inputs: {protected: {type: columns, required: true}}
controls:
  - id: A
    title: A
    check: fairness.impact_ratio
    with: {by: "${inputs.protected}"}
    require: {impact_ratio: {min: 0.5}}
    severity: low
    enforcement: overridable
"""


def part_id(value):
    return getattr(value, "model", None) if isinstance(value, keys.Part) else None


def keys_in(value):
    """Every key at any depth."""
    if isinstance(value, dict):
        return set(value) | {key for each in value.values() for key in keys_in(each)}
    if isinstance(value, list):
        return {key for each in value for key in keys_in(each)}
    return set()


@pytest.mark.parametrize("reference", [*keys.REFERENCES, decisions.REFERENCE], ids=lambda r: r.name)
def test_a_page_has_a_part_for_every_model_with_keys(reference):
    models = {name for name, made in reference.definitions().items() if "properties" in made}
    assert {part.model for part in reference.parts} == models


@pytest.mark.parametrize(("reference", "part"), PARTS, ids=part_id)
def test_every_key_is_typed_and_described(reference, part):
    page = keys.page(reference)
    heading = part.heading if " " in part.heading else f"`{part.heading}`"
    section = page.partition(f"\n## {heading}\n")[2].partition("\n## ")[0]
    rows = {}
    for line in section.splitlines():
        if line.startswith("| `"):
            cells = [cell.strip() for cell in line.replace("\\|", "¦").strip("|").split("|")]
            rows[cells[0].strip("`")] = cells
    model = reference.definitions()[part.model]
    assert list(rows) == list(model["properties"])
    for name, (_, kind, default, meaning) in rows.items():
        assert kind not in {"", "anything"}, name
        assert (default == "required") == (name in model.get("required", ())), name
        assert meaning.endswith("."), name


@pytest.mark.parametrize(("reference", "part"), PARTS, ids=part_id)
def test_every_key_stands_in_the_example(reference, part):
    shown = {key for text in EXAMPLES[part.model] for key in keys_in(yaml.safe_load(text))}
    wanted = set(reference.definitions()[part.model]["properties"])
    missing = wanted - shown - {name for model, name in REFUSED if model == part.model}
    assert missing <= ({"digest"} if part.model == "ModelArtefact" else set())


@pytest.mark.parametrize(("reference", "part"), PARTS, ids=part_id)
def test_the_examples_plan(desk, reference, part):
    for text in EXAMPLES[part.model]:
        if reference is keys.RELEASE:
            plan = desk.plan(ASKING if "inputs:" in text else "", text)
        else:
            inputs = {"uncertain": "block"} if part.heading == "inputs" else {}
            plan = desk.plan(text, inputs=inputs)
        assert plan.steps
        assert plan.expired == ()
        assert [step.broken for step in plan.steps] == [None] * len(plan.steps)


def test_what_the_page_says_is_refused_is_refused(desk):
    """The two keys without an example."""
    assert desk.codes(release='model: {endpoint: "https://models.example/credit"}') == {"DC109"}
    assert desk.codes(release='model: {mlflow: "models:/credit/1"}') == {"DC109"}


def test_every_unit_of_the_engine_stands_on_the_page():
    section = keys.page(keys.POLICY).partition("## Units of bounds")[2].partition("\n## ")[0]
    for unit, scales in requirement._SCALES.items():
        (row,) = [line for line in section.splitlines() if line.startswith(f"| {unit} |")]
        assert row == f"| {unit} | {', '.join(f'`{word}`' for word in scales)} |"
    for unit in ("count", "rows", "number", "correlation"):
        assert f"| {unit} | nothing |" in section


def test_every_code_of_what_comes_later_stands_on_both_pages():
    for reference in keys.REFERENCES:
        page = keys.page(reference)
        assert all(f"[DC1{n:02}](../errors/DC1{n:02}.md)" in page for n in range(1, 14))


@pytest.mark.parametrize(
    ("schema", "said"),
    [
        ({"type": "array", "items": {"type": "string"}}, "list of text"),
        ({"type": "array", "items": {"type": "string"}, "x-columns": True}, "list of columns"),
        ({"anyOf": [{"type": "integer"}, {"type": "number"}, {"type": "null"}]}, "number"),
        ({"type": "integer", "minimum": 1, "exclusiveMaximum": 9}, "whole number, at least 1, below 9"),
        ({"type": "integer", "maximum": 2**60}, "whole number"),
        ({"const": "now"}, "`now`"),
        ({"$ref": "#/$defs/Rule"}, "Rule"),
        ({"type": "string", "format": "date-time"}, "time with its zone"),
        ({"type": "string", "maxLength": 4000}, "text, at most 4,000 characters"),
        ({"type": ["string", "number"]}, "text or number"),
        ({}, "anything"),
    ],
)  # fmt: skip
def test_a_schema_is_told_in_words(schema, said):
    assert words.kind(schema) == said
