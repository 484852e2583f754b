"""An example of every key that a policy or a release may have; a test loads and plans each one.

A control stands alone; everything else is a part of its file as it stands there. What an example
leaves out is filled in by the test. A line of three dashes stands between two examples.
"""

from collections.abc import Mapping

_TEXTS: Mapping[str, str] = {
    "Policy": """\
policy: credit-scoring
version: "2.3.0"
title: Credit scoring of consumers
description: What the bank asks of every model that decides about credit lines.
owner: model-risk@bank.example
valid: {from: 2026-01-01T00:00:00Z, until: 2027-01-01T00:00:00Z}
inputs:
  protected: {type: columns, default: [sex]}
controls:
  - id: FAIR-01
    title: Approval-rate impact ratio, worst group
    check: fairness.impact_ratio
    with: {by: "${inputs.protected}"}
    require: {impact_ratio: {min: 0.8}}
    severity: high
    enforcement: overridable
gate: {at_least: {controls: 1, families: [fairness]}}
""",
    "Control": """\
id: PERF-01
title: Right in at least 80 % of the cases
check: performance.floor
with: {data: test}
require: {accuracy: {min: 0.8}}
decide: {confidence: 0.99}
when: {release.task: binary_classification, because: accuracy is not defined for numbers}
severity: high
enforcement: {advisory: now, overridable: 2026-10-01T00:00:00Z, mandatory: 2027-01-01T00:00:00Z}
maps: {nist-ai-rmf: [MEASURE 2.3]}
rationale: Below, people at the desk do better.
remediation: See which slices are worse; train on more rows of them.
""",
    "Bound": """\
- check: performance.floor
  require: {accuracy: {min: 80%, good: 85%}}
- check: fairness.impact_ratio
  with: {by: [sex]}
  require: {impact_ratio: {min: 0.8}, selection_rate: {min: 0.2, max: 0.9}}
- check: drift.numeric
  with: {reference: test, current: production, columns: [age]}
  require: {wasserstein: {max: 0.1, detect: 0.3}}
- check: data_quality.duplicates
  require: {duplicate_rows: {equals: 0}}
- check: data_quality.key_unique
  with: {key: [id]}
  require: {duplicate_keys: {one_of: [0, 1]}}
""",
    "Decide": """\
- check: performance.floor
  require: {accuracy: {min: 0.8}}
  decide: {confidence: 0.99, uncertain: review, kind: demonstrate}
- check: drift.numeric
  with: {reference: test, current: production, columns: [age]}
  require: {wasserstein: {max: 0.1, detect: 0.3}}
  decide: {kind: detect, correction: by}
- check: data_quality.completeness
  with: {columns: [income]}
  require: {missing_rate: {max: 2%}}
  decide: {sample: random}
- check: performance.floor
  require: {recall: {min: 0.7, good: 0.8}}
  decide: {power: 0.95, assume: {positives: 0.25}}
""",
    "Assume": """\
- check: fairness.demographic_parity
  with: {by: [sex]}
  require: {demographic_parity_difference: {max: 0.1, good: 0.02}}
  decide: {power: 0.9, assume: {rate: 0.3, design_effect: 1.2}}
- check: performance.floor
  require: {recall: {min: 0.7, good: 0.8}, precision: {min: 0.6, good: 0.7}}
  decide: {assume: {positives: 0.25, predicted: 0.3}}
- check: performance.beats_baseline
  require: {difference: {min: 0, good: 0.05}}
  decide: {assume: {discordant: 0.2}}
- check: performance.floor
  require: {log_loss: {max: 0.6, good: 0.5}}
  decide: {assume: {sd: 0.8}}
""",
    "Valid": """\
valid: {from: 2026-01-01T00:00:00Z, until: 2027-01-01T00:00:00+01:00}
""",
    "InputDeclaration": """\
inputs:
  protected: {type: columns, default: [sex], doc: Groups that are compared.}
  floor: {type: number, default: 0.8, min: 0.5, max: 1, doc: Internal risk appetite.}
  uncertain: {type: text, required: true, one_of: [block, review]}
controls:
  - id: FAIR-01
    title: Approval-rate impact ratio, worst group
    check: fairness.impact_ratio
    with: {by: "${inputs.protected}"}
    require: {impact_ratio: {min: "${inputs.floor}"}}
    decide: {uncertain: "${inputs.uncertain}"}
    severity: high
    enforcement: overridable
""",
    "GateRules": """\
gate: {at_least: {controls: 1}}
""",
    "AtLeast": """\
gate:
  at_least:
    controls: 2
    families: [fairness, performance]
""",
    "Release": """\
release: credit-default
version: "3.2.0"
owner: credit-ml@bank.example
description: Credit lines up to 10,000.
task: binary_classification
model: {path: model.onnx}
champion: {model: {path: champion.onnx}}
data:
  test: {path: data/test.csv}
columns: {target: defaulted, positive: 1, favourable: 0, threshold: {at_least: 0.5}}
documents: {card: MODEL_CARD.md}
inputs: {protected: [sex]}
created: 2026-11-01T09:00:00Z
""",
    "DataSet": """\
data:
  test:
    path: data/test.csv
    time: served_at
    missing: ["NA", "n/a"]
    where: [{column: age, min: 18}]
    derive: {age_band: {bin: age, edges: [25, 40, 60]}}
  train:
    path: data/train.csv
    digest: "sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
  production:
    path: "logs/*.csv"         # several files with the same columns
""",
    "Where": """\
data:
  test:
    path: data/test.csv
    where:
      - {column: age, min: 18, max: 99}
      - {column: region, not_one_of: [test-branch]}
      - {column: sex, one_of: [f, m]}
      - {column: defaulted, equals: 1}
      - {column: income, present: true}
""",
    "Derive": """\
data:
  test:
    path: data/test.csv
    derive:
      age_band: {bin: age, edges: [25, 60], closed: left, labels: [young, middle, old]}
""",
    "Columns": """\
columns:
  target: defaulted
  score: p_default
  threshold: {at_least: 0.5}
  positive: 1
  favourable: 0
  protected: [sex]
  id: id
  weight: {column: rows, kind: frequency}
---
model: {path: model.onnx}
columns: {target: defaulted, prediction: predicted, positive: 1, favourable: 0, stored: true}
""",
    "Threshold": """\
columns:
  target: defaulted
  score: p_default
  threshold: {at_least: 0.5}
  positive: 1
  favourable: 0
""",
    "Weight": """\
columns:
  target: defaulted
  prediction: predicted
  positive: 1
  favourable: 0
  weight: {column: rows, kind: frequency}
""",
    "ModelArtefact": """\
model:
  path: model.onnx
  trust: untrusted
  features: [age, income]
  outputs: {score: probabilities, class: 1}
  limits: {seconds: 60}
champion:
  model: {python: "scoring.model:predict", trust: trusted, features: [age, income]}
columns: {target: defaulted, positive: 1, favourable: 0, threshold: {at_least: 0.5}}
""",
    "Outputs": """\
model:
  path: model.onnx
  outputs: {score: probabilities, class: 1, label: label}
columns: {target: defaulted, positive: 1, favourable: 0, threshold: {at_least: 0.5}}
""",
    "ModelLimits": """\
model:
  path: model.onnx
  limits: {seconds: 60, memory_mb: 4096}
columns: {target: defaulted, positive: 1, favourable: 0, threshold: {at_least: 0.5}}
""",
    "Champion": """\
champion:
  model: {path: champion.onnx}
""",
}
EXAMPLES: Mapping[str, tuple[str, ...]] = {
    name: tuple(text.split("---\n")) for name, text in _TEXTS.items()
}
