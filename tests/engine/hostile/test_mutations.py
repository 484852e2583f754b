"""Two thousand mutated files: never an exception, never a mistaken file without a message."""

import random
import re

import pytest

from deploycheck.engine.codes import CODES
from deploycheck.engine.document import parse
from deploycheck.engine.language.place import FORBIDDEN
from deploycheck.engine.load import load_policy, load_release, peek_kind
from deploycheck.engine.problems import render

POLICY = """\
# A policy with something of everything.
policy: credit-scoring
version: 2.30
owner: "model-risk@bank.example"
valid: {from: 2026-12-01T00:00:00Z, until: 2027-12-01T00:00:00Z}
inputs:
  protected: {type: columns, default: [sex, age_band]}
  floor: {type: number, default: 0.80, min: 0.5, max: 1.0, doc: Not a legal limit.}
controls:
  - id: FAIR-01
    title: Approval-rate impact ratio, worst group
    check: fairness.impact_ratio
    with: &with {data: test, by: "${inputs.protected}", intersections: true, min_n: 30}
    require: {impact_ratio: {min: "${inputs.floor}"}}
    decide: {confidence: 0.95, uncertain: review}
    severity: high
    enforcement: {advisory: now, overridable: 2027-02-01T00:00:00Z}
    maps: {eu-ai-act: [10.2.f, 10.20]}
    rationale: >
      Adverse impact is the top risk
      in RISK-7.
  - id: 9.10
    title: 'The champion''s AUC'
    check: champion.non_inferior
    when: {release.champion: present, because: nothing to compare with}
    with: {data: test, metric: roc_auc, nothing: ~}
    require:
      difference: {min: -5e-3}
      format: {one_of: [onnx, 1, true]}
    severity: critical
    enforcement: mandatory
gate: {at_least: {controls: 2, families: [fairness]}}
""".replace("release.champion: present", "release.task: regression")
RELEASE = """\
release: credit-default
version: "3.2.0"
task: binary_classification
model: {path: model.onnx, trust: untrusted, features: [age, income], outputs: {score: probabilities, class: 1}}
data:
  train: {path: data/train.parquet}
  test:
    path: data/test.csv
    missing: ["NA", ""]
    where: [{column: age, min: 25, max: 99.5}, {column: sex, not_one_of: [x]}]
    derive: {age_band: {bin: age, edges: [25, 40, 60], closed: left}}
columns: {target: default, positive: 1, favourable: 0, score: p, threshold: {at_least: 0.5},
          protected: [sex, age_band], id: application_id, weight: {column: w, kind: frequency}}
champion: {model: {path: champion.onnx}}
documents: {card: MODEL_CARD.md}
inputs: {floor: 0.9}
created: 2026-11-30T09:12:00+01:00
"""
TOKENS = [
    "\n", " ", "\t", "\r", "  - ", ": ", "{", "}", "[", "]", ",", "&a ", "*a", "!x ", "<<: ", "'", '"', "|\n", "> ", "#",
    "---\n", "...\n", "? ", "%YAML 1.1\n", "null", "~", "true", "yes", "1", "-1", "1.5", "1e9", ".inf", "0x1", "017", "12:30",
    "${", "${inputs.x}", "\\", "\x00", "\u202e", "\ufeff", "\x1b[31m", "@", "`", "é", "漢", "😀", "[]", "{}", "because", "now",
    "mandatory", "2027-01-01", "with_", "from_", "extends: x\n", "waivers", "regression", "windows", "9" * 40,
]  # fmt: skip


def mutate(chance, text):
    for _ in range(chance.randint(1, 5)):
        start = chance.randrange(len(text) + 1)
        stop = min(len(text), start + chance.randint(0, 12))
        lines = text.split("\n")
        one, two = chance.randrange(len(lines)), chance.randrange(len(lines))
        kind = chance.choice(["cut", "put", "replace", "repeat", "swap", "shift", "end"])
        if kind == "cut":
            text = text[:start] + text[stop:]
        elif kind == "put":
            text = text[:start] + chance.choice(TOKENS) + text[start:]
        elif kind == "replace":
            text = text[:start] + chance.choice(TOKENS) + text[stop:]
        elif kind == "repeat":
            text = text[:stop] + text[start:]
        elif kind == "end":
            text = text[:start] if chance.random() < 0.1 else text
        else:
            if kind == "swap":
                lines[one], lines[two] = lines[two], lines[one]
            else:
                lines[one] = " " * chance.randint(0, 6) + lines[one].strip()
            text = "\n".join(lines)
    data = text.encode()
    if chance.random() < 0.05:
        at = chance.randrange(len(data) + 1)
        data = data[:at] + bytes([chance.randrange(256)]) + data[at:]
    return data


def load(base, data, problems):
    document = parse("f.yaml", data, problems)
    if document is None:
        return None
    if base is RELEASE:
        return load_release(document, problems)
    return load_policy(document, problems, release_inputs={"floor": 0.9}, cli_inputs={})


@pytest.mark.parametrize("base", [POLICY, RELEASE], ids=["policy", "release"])
def test_the_bases_are_sound(base):
    problems = []
    assert load(base, base.encode(), problems) is not None
    assert problems == [], render(problems)


@pytest.mark.parametrize("base", [POLICY, RELEASE], ids=["policy", "release"])
@pytest.mark.parametrize("seed", range(10))
def test_a_thousand_mutations_of_each_are_told_or_sound(base, seed):
    chance = random.Random(seed)
    for _ in range(100):
        data = mutate(chance, base)
        problems = []
        loaded = load(base, data, problems)
        peek_kind(data)
        told = render(problems)
        assert loaded is not None or problems, data
        if base is POLICY and loaded is not None:
            held = len(loaded.document.root.get("controls") or ()) - len(loaded.policy.controls)
            assert held == 0 or problems, "a control went missing without a word"
        for problem in problems:
            assert problem.code in CODES
            assert problem.place is not None
            assert problem.place.line >= 1
            assert problem.place.column <= len(problem.place.source) + 1
        assert not re.search("ctx|_type|pydantic|Traceback|Input should", told)
        assert not FORBIDDEN.search(told)
