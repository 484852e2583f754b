"""DC101 to DC113: what the language has a word for and the engine does not do yet."""

from deploycheck.engine.language.code import Code

_REFUSED = "It is refused rather than ignored: a policy must not promise what nobody checks. "

CODES = (
    Code(
        "DC101",
        "Extending another policy is not done yet",
        "`extends` would bring in the controls of a parent policy or pack. " + _REFUSED,
        "Write the controls into this policy, or give both policies with `--policy`.",
        'extends: [{pack: eu-ai-act-high-risk, version: "1.4.2"}]',
        "# give both: --policy parent.yaml --policy this.yaml",
    ),
    Code(
        "DC102",
        "Overlays on a parent policy are not done yet",
        "`overlays` would tighten or relax controls of a parent. " + _REFUSED,
        "Edit the control itself.",
        "overlays: [{control: parent/DOC-03, tighten: {require: {missing: {max: 0}}}}]",
        "require: {missing: {max: 0}}",
    ),
    Code(
        "DC103",
        "Waivers are not done yet",
        "A waiver would accept a failed control for a time, with reason and approver. In a "
        "policy, in `gate` and in a file of its own it is refused for now. " + _REFUSED,
        "Leave waivers out. A control that must not block can be `advisory` until it holds.",
        "gate: {waivers: {max_days: 90}}",
        "enforcement: advisory",
    ),
    Code(
        "DC104",
        "Bounds against the last release are not done yet",
        "`regression` would compare with the last release in the ledger. " + _REFUSED,
        "Use `min` or `max`.",
        "require: {p95_ms: {max: 25, regression: 10%}}",
        "require: {p95_ms: {max: 25}}",
    ),
    Code(
        "DC105",
        "The last release as champion is not done yet",
        "`champion: {release: previous}` would look the champion up in the ledger. " + _REFUSED,
        "Name the champion's model file.",
        "release: credit\nversion: 1.0.0\nchampion: {release: previous}",
        "release: credit\nversion: 1.0.0\nchampion: {model: {path: champion.onnx}}",
    ),
    Code(
        "DC106",
        "Policy unit tests are not done yet",
        "`tests` would feed made-up measurements to the policy and compare outcomes. " + _REFUSED,
        "Leave them out.",
        "tests: [{name: too slow, given: {LAT-01.p95_ms: 30}, expect: {LAT-01: fail}}]",
        "# no tests",
    ),
    Code(
        "DC107",
        "Spending plans for several looks are not done yet",
        "`looks` would share the error rate among several decisions on growing data. " + _REFUSED,
        "Decide once, on data fixed beforehand; leave `looks` out.",
        "decide: {looks: {budget: 20, spend: bonferroni}}",
        "decide: {confidence: 0.95}",
    ),
    Code(
        "DC108",
        "Cutting a data set into windows is not done yet",
        "`windows` would cut a data set by time or by rows. " + _REFUSED,
        "Narrow the data set with `where`, or store each window as a data set.",
        "release: credit\nversion: 1.0.0\n"
        "data: {production: {path: log.parquet, windows: {rows: 5000}}}",
        "release: credit\nversion: 1.0.0\n"
        "data: {production: {path: log.parquet, where: [{column: month, equals: 11}]}}",
    ),
    Code(
        "DC109",
        "Asking a served or registered model is not done yet",
        "Models are run from a file (`path`) or a trusted Python function (`python`), in a process "
        "without network. No model is called over a network or fetched from a registry, so models "
        "by `endpoint` and `mlflow` are refused. " + _REFUSED,
        "Give the model's file, or store its predictions in the data set and name their column "
        "under `columns:`.",
        "release: credit\nversion: 1.0.0\nmodel: {endpoint: 'https://models.example/credit'}",
        "release: credit\nversion: 1.0.0\nmodel: {path: model.onnx}",
    ),
    Code(
        "DC110",
        "This data format, or this pattern of files, is not read yet",
        "A data set is one CSV, Parquet or Arrow file (IPC, Feather version 2), or all files that "
        "a pattern such as `logs/2026-11/*.parquet` matches. Other formats, compressed CSV and "
        "`**`, which matches folders of any depth, are not read. " + _REFUSED,
        "Convert the data to Parquet; name the folders of a pattern one by one.",
        'data: {test: {path: "logs/**/*.json"}}',
        'data: {test: {path: "logs/*/*.parquet"}}',
    ),
    Code(
        "DC111",
        "This check takes no sampling weights",
        "The release says with `columns: {weight: {column: …, kind: sampling}}` that the rows were "
        "not drawn alike. Rates of predictions have bounds for that; this check, which reads "
        "scores or asks the model about changed rows, has none yet. " + _REFUSED,
        "Judge it in a release of its own, on a data set that was drawn without weights, or leave "
        "the check out. Use `kind: frequency` only where the weight counts equal rows.",
        "release: credit\nversion: 1.0.0\n"
        "columns: {target: default, score: p_default, positive: 1,\n"
        "          weight: {column: rows, kind: sampling}}",
        "release: credit\nversion: 1.0.0\n"
        "columns: {target: default, score: p_default, positive: 1,\n"
        "          weight: {column: rows, kind: frequency}}",
    ),
    Code(
        "DC112",
        "This check takes no repeated entities",
        "The release says with `columns: {id: …}` which entity a row is about, and some entities "
        "have several rows. Rows of one person are not independent; bounds that take them to be "
        "are too narrow, and would let a model pass that has not shown enough. Rates of "
        "predictions have bounds for that; this check, which reads scores or asks the model about "
        "changed rows, has none yet and is an error.",
        "Evaluate it on one row of each entity. Leave `id` out only where the rows really are "
        "independent, and say so in the policy's rationale.",
        "columns: {score: s, id: customer}   # a customer has several rows",
        "columns: {score: s, id: application}   # every row is another application",
    ),
    Code(
        "DC113",
        "Models of this format are not run yet",
        "Models are run from ONNX files and from Python callables of the project. A pickle, joblib "
        "or PyTorch file runs code of its own when it is loaded, and the scanner that must look at "
        "it first is not done yet; safetensors, skops and the libraries' own formats need their "
        "library. " + _REFUSED,
        "Export the model to ONNX, store its answers in a column of the data, or give a Python "
        "function that loads it and say that you trust it; docs/models.md shows all three.",
        "release: credit\nversion: 1.0.0\nmodel: {path: model.pkl}",
        "release: credit\nversion: 1.0.0\nmodel: {path: model.onnx}",
    ),
)
