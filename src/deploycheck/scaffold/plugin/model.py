"""A new check that asks the model: how many answers change when a feature is shifted."""

from deploycheck.scaffold.plugin.common import PER_HUNDRED
from deploycheck.scaffold.plugin.evidence import Evidence

__all__ = ["MODEL"]

_CHECKER = '''\
«module»

from collections.abc import Iterator

from deploycheck import (
    Column,
    Estimate,
    EvidenceError,
    Examples,
    Measure,
    Params,
    Predictor,
    «Estimate»,
    Undefined,
    checker,
)
from pydantic import Field


«with_these»
class «Params»(Params):
    feature: Column = Field(description="A numeric feature that the model reads.")
    shift: float = Field(description="What is added to the feature.")
    tolerance: float = Field(0.01, ge=0, description="A score that moves no further is the same.")


@checker(
    "«id»",
    «measures»«kind»
)
def «check»(
    params: «Params», examples: Examples, predictor: Predictor
) -> Iterator[Estimate]:
    """«title»

    Why: A score that hangs on a small error of measurement is right by luck.

    Fix: Round or bin the feature in training too, or train with noise added.

    Definition: «definition». A score changes where it moves by more than `tolerance`, all other
    features staying as they are. Rows without a value of the feature do not count.

    Undefined: Without a row that has a value nothing can be said, and the control is inconclusive.
    A feature that the model does not read, or that is text, is an error, and so is a model that
    answers labels alone.

    Cost: The model is asked about the rows twice.

    Source: A rule of the house.

    «example»
    """
    import numpy as np

    name = params.feature
    if name not in examples.features:
        raise EvidenceError(f"the model reads no feature {name}", "mend `feature`")
    values = examples.columns[name]
    if values.dtype == object:
        raise EvidenceError(f"{name} is text, which cannot be shifted", "mend `feature`")
    place = {"feature": name}
    known = ~np.isnan(values)
    if not known.any():
        yield Undefined("«measure»", examples.rows, f"no row has {name}", slice=place)
        return
    # Yours: what is asked, and what is counted.
    shifted = {**examples.columns, name: values + params.shift}
    before = predictor.answers(examples.columns).scores
    after = predictor.answers(shifted).scores
    if before is None or after is None:
        raise EvidenceError("the model answers no score", "say `model.outputs.score`")
    changed = int((known & (np.abs(after - before) > params.tolerance)).sum())
    rows = int(known.sum())
    yield «Estimate»("«measure»", «first»«counted», of=rows, slice=place)
'''

_TESTS = '''\
«tests_of»

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from deploycheck import EvidenceError, Examples, Predictor, «Estimate», Undefined
from deploycheck.testing import PolicyError, judge, judge_control, measure, page

from «package» import deploycheck_checkers
«import»

«places»
PARAMS = {"feature": "income", "shift": 10}
PLACE = {"feature": "income"}

«by_itself»


def over_100(columns: Mapping[str, Any]) -> Any:
    """The score of a model that looks at 100 alone."""
    return (columns["income"] > 100).astype(float)


MODEL = Predictor.of(over_100, ("income",))


def test_changed_answers_are_counted() -> None:
    rows = Examples.from_values({"income": [50.0, 95.0, 99.0, 200.0]})
    (found,) = measure(«check», PARAMS, examples=rows, predictor=MODEL)
    assert found == «Estimate»("«measure»", «2/4», of=4, slice=PLACE)


def test_a_missing_value_does_not_count() -> None:
    rows = Examples.from_values({"income": [None, 95.0]})
    (found,) = measure(«check», PARAMS, examples=rows, predictor=MODEL)
    assert found == «Estimate»("«measure»", «1/1», of=1, slice=PLACE)


def test_one_row() -> None:
    rows = Examples.from_values({"income": [50.0]})
    (found,) = measure(«check», PARAMS, examples=rows, predictor=MODEL)
    assert found == «Estimate»("«measure»", «0/1», of=1, slice=PLACE)


@pytest.mark.parametrize("values", [[], [None], [None, None]])
def test_without_a_value_there_is_no_number(values: list[None]) -> None:
    rows = Examples.from_values({"income": values})
    (found,) = measure(«check», PARAMS, examples=rows, predictor=MODEL)
    assert isinstance(found, Undefined)


@pytest.mark.parametrize(
    ("columns", "said"),
    [({"age": [1.0]}, "no feature income"), ({"income": ["high"]}, "is text")],
)
def test_what_cannot_be_shifted_is_an_error(columns: dict[str, list[object]], said: str) -> None:
    with pytest.raises(EvidenceError, match=said):
        measure(«check», PARAMS, examples=Examples.from_values(columns), predictor=MODEL)


def test_labels_alone_are_an_error() -> None:
    rows = Examples.from_values({"income": [50.0]})
    labels = Predictor.of(lambda columns: ["yes"] * len(columns["income"]), ("income",))
    with pytest.raises(EvidenceError, match="no score"):
        measure(«check», PARAMS, examples=rows, predictor=labels)


# Through the engine: a policy asks, and a verdict comes out. The model runs in its own process.

RELEASE = """
    release: test
    version: "1"
    task: binary_classification
    data: {test: {path: data.csv}}
    model: {python: "over:score", features: [income], trust: trusted}
"""
SCORE = """
def score(columns):
    return (columns["income"] > 100).astype(float)
"""
«control»


«either»
    (tmp_path / "data.csv").write_text("income\\n" + "50\\n" * 90 + "95\\n" * 10)
    (tmp_path / "over.py").write_text(SCORE)
    «judged»


def test_a_wrong_policy_is_refused(tmp_path: Path) -> None:
    (tmp_path / "data.csv").write_text("incomes\\n50\\n")
    (tmp_path / "over.py").write_text(SCORE)
    with pytest.raises(PolicyError, match="did you mean 'incomes'"):
        judge_control(CONTROL % "«passes»", tmp_path, release=RELEASE, checkers=[«check»])


«shared»'''


def _data() -> str:
    lines = [
        f"{number},{18 + number % 60},{1000 + number * 397 % 9000}" for number in range(1, 201)
    ]
    return "\n".join(["id,age,income", *lines]) + "\n"


MODEL = Evidence(
    checker=_CHECKER,
    tests=_TESTS,
    example={
        "release.yaml": """\
release: example
version: "1.0.0"
task: binary_classification
data:
  test: {path: data.csv}
model:
  python: "model:score"        # or `path: model.onnx`
  features: [age, income]
  trust: trusted
""",
        "policy.yaml": "«policy»",
        "model.py": '''\
"""A model as a function of columns."""

from typing import Any

import numpy as np


def score(columns: dict[str, Any]) -> Any:
    """Higher for who is older and earns less."""
    return 1 / (1 + np.exp(0.001 * (columns["income"] - 5000) - 0.05 * (columns["age"] - 40)))
''',
        "data.csv": _data(),
    },
    unit="probability",
    asked="{feature: income, shift: 10}",
    tested="{feature: income, shift: 10}",
    words={
        "lower": {
            "title": "Few answers change when a feature is shifted a little.",
            "doc": "Rows whose score changes«per_row».",
            "definition": "«measure» = #{rows whose score changes}«per_rows»",
            "counted": "changed",
        },
        "higher": {
            "title": "Most answers stay when a feature is shifted a little.",
            "doc": "Rows whose score stays«per_row».",
            "definition": "«measure» = #{rows whose score stays}«per_rows»",
            "counted": "rows - changed",
        },
    },
    bounds=PER_HUNDRED,
    names={
        ("lower", True): "changed_rate",
        ("higher", True): "unchanged_rate",
        ("lower", False): "changed_answers",
        ("higher", False): "unchanged_answers",
    },
)
