"""DC201 to DC403: why a control is ERROR or NOT_EVALUATED, or a run left no record."""

from deploycheck.engine.language.code import Code

CODES = (
    Code(
        "DC201",
        "An artefact is missing or cannot be read",
        "The release names a file that is not there, is no regular file, lies outside the "
        "release's folder, or may not be read. The controls that need it are ERROR and block.",
        "Put the file where the release says, or correct the path.",
        "data: {test: {path: ../other/test.csv}}",
        "data: {test: {path: data/test.csv}}",
    ),
    Code(
        "DC202",
        "An artefact has changed",
        "The bytes of the file do not have the digest that the release declares, or they changed "
        "while the run went on. What was approved is not what lies here.",
        "Find out which of the two is right; then restore the file or update the digest.",
        'data: {test: {path: test.csv, digest: "sha256:0000…"}}      # edited since',
        'data: {test: {path: test.csv, digest: "sha256:8c1d…"}}',
    ),
    Code(
        "DC203",
        "Content that cannot be used",
        "The file can be read but not used: a wrong encoding, a truncated or malformed file, "
        "rows without a target, labels outside the declared ones, a column whose name reads as a "
        "pattern (`*`, `^…$`).",
        "See the message for row and column; write the file again.",
        "age,income\n31,4200\n45",
        "age,income\n31,4200\n45,3900",
    ),
    Code(
        "DC204",
        "The model does not answer as it must",
        "The model was asked in a process of its own and raised, died, was late or too large, or "
        "answered something that is no answer: another number of rows, NaN, a label for a score. "
        "Nothing else of the run is harmed; the controls that need its answers are ERROR.",
        "The message has the model's own words where there are any. Raise `limits` of the model in "
        "the release if it needs more time or memory, and say in `features` and `outputs` how it "
        "is to be asked and read.",
        "model: {path: model.onnx, features: [age]}        # it reads age and income",
        "model: {path: model.onnx, features: [age, income]}",
    ),
    Code(
        "DC205",
        "The model file is not sound",
        "Before a model is loaded its structure is looked at: what it is, which operators it "
        "uses, which other files it names. A file outside its own folder, an operator of nobody's "
        "standard, a tensor larger than its bytes, or a format that the content does not have is "
        "refused, and nothing of it is loaded.",
        "Export the model again with standard operators, its weights inside the file or beside it.",
        'model: {path: model.onnx}    # its weights lie in "../../etc/passwd"',
        "model: {path: model.onnx}    # its weights lie in model.onnx.data, beside it",
    ),
    Code(
        "DC206",
        "A library is not installed",
        "The check or the model needs a library that deploycheck does not bring along for "
        "everybody. What cannot be measured never passes, so the control is ERROR.",
        "Install the extra that the message names.",
        "pip install deploycheck",
        "pip install 'deploycheck[onnx]'",
    ),
    Code(
        "DC301",
        "The check raised an exception",
        "A fault in the check, or data it did not expect. The control is ERROR, the others still "
        "run.",
        "Report it to the author of the check, with the message.",
        "def gap(predictions): yield Count('rows', predictions.rows[0])     # IndexError if empty",
        "def gap(predictions): yield Count('rows', len(predictions.rows))",
    ),
    Code(
        "DC302",
        "The check tried to skip or to exit",
        "A check measures; it may not leave, skip itself or end the process. Skipped would be "
        "unknown, and unknown is never a pass.",
        "Yield `Undefined` with the reason where there is no number; use `when` in the policy "
        "where a control does not apply.",
        "def gap(predictions): pytest.skip('too few rows')",
        "def gap(predictions): yield Undefined('gap', reason='too few rows')",
    ),
    Code(
        "DC303",
        "The check ran out of time",
        "Every control has a time limit, so that one cannot hold up the release for ever.",
        "Give it less data, or mend the check.",
        "def gap(table):\n    while True: pass",
        "def gap(table): yield Count('rows', table.rows())",
    ),
    Code(
        "DC304",
        "The check returned something that is no estimate",
        "A check yields estimates of the measures it declares. Nothing at all, bare numbers, or "
        "an estimate of another name cannot be judged.",
        "Yield estimates, under the declared names.",
        "def gap(predictions): return 0.1",
        "def gap(predictions): yield Difference('gap', …)",
    ),
    Code(
        "DC305",
        "A measurement that is not a finite number",
        "NaN and infinity compare with a bound in no useful way, so they are an error and never "
        "a pass.",
        "Yield `Undefined` with the reason where there is no number, such as 0/0.",
        "def share(table): yield Statistic('share', hits / rows)        # 0 / 0",
        "def share(table): yield Proportion('share', hits=hits, of=rows)",
    ),
    Code(
        "DC306",
        "A required measure is missing",
        "The policy requires something of a measure that the check did not yield this time.",
        "Report it to the author of the check: a measure without a number is `Undefined`, never "
        "left out.",
        "def gap(predictions):\n    if predictions.groups: yield Range('gap', …)",
        "def gap(predictions):\n    yield Range('gap', …) if predictions.groups else "
        "Undefined('gap', reason='no groups')",
    ),
    Code(
        "DC307",
        "The measurement and the bound cannot be compared",
        "Both sides of a comparison are finite numbers of one unit; a boolean is no number, text "
        "is none either.",
        "Use `equals` or `one_of` for text and truth values.",
        "require: {format: {min: 1}}              # the check measures text",
        "require: {format: {equals: onnx}}",
    ),
    Code(
        "DC308",
        "The process died while measuring",
        "The process that measured this control ended without an answer: killed, out of memory, "
        "crashed.",
        "Give it more memory or less data.",
        "$ deploycheck gate …            # killed by the system, out of memory",
        "$ deploycheck gate …            # on a machine with more memory",
    ),
    Code(
        "DC309",
        "The estimate cannot be decided this way",
        "The control asks for a kind of decision that this estimate has no numbers for, such as "
        "an alarm (`detect`) on a plain count.",
        "Leave `decide.kind` to the check.",
        "decide: {kind: detect}",
        "decide: {confidence: 0.95}",
    ),
    Code(
        "DC401",
        "The run could not be recorded",
        "The ledger could not be written: a full disk, a folder without permission, a lock held "
        "by another run. A verdict that is not recorded is not announced as a release.",
        "Make room, mend the permissions, run again.",
        "$ deploycheck gate …                     # on a full disk",
        "$ deploycheck gate …                     # with room on the disk",
    ),
    Code(
        "DC402",
        "A report could not be written",
        "A report that was asked for could not be made or written whole, so it was not written at "
        "all, and the decision is BLOCK: evidence that nobody can read is no evidence.",
        "Make room, mend the permissions, run again.",
        "$ deploycheck gate … --html /reports/report.html        # read-only folder",
        "$ deploycheck gate … --html deploycheck-reports/report.html",
    ),
    Code(
        "DC403",
        "Planned and not evaluated",
        "The control was planned and has no verdict: deselected, stopped early, or lost with a "
        "worker. What was not checked blocks.",
        "Run all planned controls: without `-k`, `-m`, `--deselect`, `-x` or node ids.",
        "$ pytest --deploycheck -k fairness",
        "$ pytest --deploycheck",
    ),
)
