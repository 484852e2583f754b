"""The contract: strict, stable, complete, and described by its own schema."""

import json as stdlib
import re

import pytest
from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError

from deploycheck.engine.canonical import digest
from deploycheck.model.decision import Decision
from deploycheck.reporters.json import decision_schema, json


def strict(text: str):
    """Parsed without leave for NaN and for a key that comes twice."""

    def once(pairs):
        assert len({key for key, _ in pairs}) == len(pairs)
        return dict(pairs)

    def refuse(constant):
        raise AssertionError(constant)

    return stdlib.loads(text, object_pairs_hook=once, parse_constant=refuse)


def test_the_names_are_those_of_the_contract(everything):
    read = strict(json.render(everything))
    assert list(read) == [
        "schema", "decision", "reasons", "policies", "release", "counts", "verdicts", "run",
    ]  # fmt: skip
    assert read["schema"] == "deploycheck/decision/1"
    assert read["counts"]["pass"] == 3
    assert read["run"]["as_of"] == "2026-12-01T09:00:00Z"
    assert read["verdicts"][0]["measurements"][0]["interval"]["each"] == 0.95


def test_it_reads_back_as_the_same_decision(everything):
    text = json.render(everything)
    again = Decision.model_validate_json(text)
    assert again == everything
    assert digest(again) == digest(everything)
    assert json.render(again) == text


def test_hostile_text_is_kept_and_inert(hostile_decision):
    text = json.render(hostile_decision)
    text.encode("utf-8")
    strict(text)
    assert not re.search("[<\x00-\x09\x0b-\x1f\x7f-\x9f\u202e\u2066\u200b\u2028\ufeff]", text)
    assert digest(Decision.model_validate_json(text)) == digest(hostile_decision)


def test_real_decisions_fit_the_schema(everything, calm_decision):
    schema = decision_schema()
    Draft202012Validator.check_schema(schema)
    check = Draft202012Validator(schema)
    for each in (everything, calm_decision):
        check.validate(strict(json.render(each)))


@pytest.mark.parametrize(
    "spoil",
    [
        lambda d: d.update(decision="MAYBE"),
        lambda d: d.pop("verdicts"),
        lambda d: d.update(extra=1),
        lambda d: d["counts"].pop("pass"),
        lambda d: d["verdicts"][0].update(outcome="pass"),
        lambda d: d["verdicts"][0]["measurements"][0].pop("value"),
    ],
    ids=["decision", "no verdicts", "unknown key", "no count", "outcome", "no value"],
)
def test_the_schema_refuses_what_is_no_decision(everything, spoil):
    read = strict(json.render(everything))
    spoil(read)
    with pytest.raises(ValidationError):
        Draft202012Validator(decision_schema()).validate(read)
