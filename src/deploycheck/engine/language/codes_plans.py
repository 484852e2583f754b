"""DC013 to DC033: mistakes that show when policy, release and checks are held together."""

from deploycheck.engine.language.code import Code

CODES = (
    Code(
        "DC013",
        "An unknown check",
        "No check of that id is built in or installed as a plugin. A control whose check does "
        "not exist would never be evaluated.",
        "Correct the id; the message offers the likeliest. Install the plugin that brings it.",
        "check: fairness.impact_ratoi",
        "check: fairness.impact_ratio",
    ),
    Code(
        "DC014",
        "An unknown parameter",
        "`with` holds the check's parameters, its evidence's parameters and its data sets, and "
        "nothing else. The check's page lists them.",
        "Correct the name, or leave it out.",
        "with: {data: test, by: [sex], min_count: 30}",
        "with: {data: test, by: [sex], min_n: 30}",
    ),
    Code(
        "DC015",
        "A parameter with a value it cannot have",
        "The value is of the wrong type or outside its range, or a required parameter is missing.",
        "See the check's page for what the parameter takes.",
        "with: {data: test, min_n: -1}",
        "with: {data: test, min_n: 30}",
    ),
    Code(
        "DC016",
        "An unknown measure",
        "`require` names a number that the check does not measure. The bound would hold for "
        "nothing.",
        "Name one of the check's measures; its page lists them with unit and direction.",
        "require: {imapct_ratio: {min: 0.8}}",
        "require: {impact_ratio: {min: 0.8}}",
    ),
    Code(
        "DC017",
        "A bound that can never fail, or never pass",
        "A bound outside the measure's range, or two bounds that exclude each other, decide "
        "before anything is measured. The one gives green for nothing, the other blocks for "
        "ever. A bound on the better side alone, such as `accuracy: {max: 0.9}`, lets the worst "
        "model pass. A `good` value at its bound or beyond it would hardly ever pass.",
        "Choose a bound inside the measure's range, on the side that is worse; keep one of two "
        "that contradict. To stop what is too good to be true as well, give both sides. Give the "
        "value that a good model has as `good`.",
        "require: {psi: {min: 0.3, max: 0.2}}",
        "require: {psi: {max: 0.2}}",
    ),
    Code(
        "DC018",
        "A bound in the wrong unit, or no number",
        "A bound is a number in the measure's unit, or a number with a unit that converts to it: "
        "`25 ms`, `200 MB`, `10%`.",
        "Write the number in the measure's unit, or a unit of the same kind.",
        "require: {p95_ms: {max: 25 MB}}",
        "require: {p95_ms: {max: 25 ms}}",
    ),
    Code(
        "DC019",
        "An unknown column",
        "The data set that the control reads has no such column. Names are compared exactly.",
        "Correct the name in the policy, the input or the release.",
        "with: {data: test, by: [gender]}",
        "with: {data: test, by: [sex]}",
    ),
    Code(
        "DC020",
        "An unknown data set",
        "The release declares no data set of that name, so there is nothing to measure on.",
        "Name one of the release's data sets, or add it under `data:` of the release.",
        "with: {data: tset}",
        "with: {data: test}",
    ),
    Code(
        "DC021",
        "The release gives no column a needed role",
        "The check needs to know which column is the target, the prediction, the score, or which "
        "value is favourable. Nothing is guessed.",
        "Add the role under `columns:` of the release.",
        "columns: {target: default, prediction: predicted}",
        "columns: {target: default, prediction: predicted, positive: 1, favourable: 0}",
    ),
    Code(
        "DC022",
        "An input that cannot be filled in",
        "Inputs are declared, typed and ranged; they stand as a whole value under `with`, "
        "`require` or `decide`, and their value comes from the default, the release or "
        "`--input`. Wrong are: an input nobody declares, a required one nobody gives, a value "
        "of the wrong type or outside the range, one that is used nowhere, and any other `${`. "
        "There are no templates and no environment variables.",
        "Declare the input, give it a value, and write `${inputs.name}` as the whole value.",
        'require: {psi: {max: "${inputs.limit} and more"}}\n'
        "inputs: {limit: {type: number, default: 0.2}}",
        'require: {psi: {max: "${inputs.limit}"}}\ninputs: {limit: {type: number, default: 0.2}}',
    ),
    Code(
        "DC023",
        "A way of deciding that is not allowed",
        "A mandatory control has no way round it, so an uncertain result cannot go to review. "
        "`sample: population` makes rates exact and is for data quality only: every other check "
        "speaks about rows to come. `kind` must suit the check. `good` and `assume` belong to "
        "measures that are shown with confidence, and an assumption to one that takes it. A few "
        "bounds hold from a `confidence` on, and are not judged below it.",
        "Write `uncertain: block` or make the control overridable; leave `sample` and `kind` to "
        "the check; drop a `good` value or an assumption that nothing is planned with.",
        "decide: {uncertain: review}\nenforcement: mandatory",
        "decide: {uncertain: review}\nenforcement: overridable",
    ),
    Code(
        "DC024",
        "A condition that is not allowed",
        "`when` says where a control applies: `release.<field>` is `present`, `absent` or a "
        "value, and `because` says why. On a mandatory control it may look at `release.task` "
        "only: leaving something out of the release must not switch the control off.",
        "Use the grammar above and give the reason.",
        "when: {release.champion: present}",
        "when: {release.champion: present, because: nothing to compare a first release with}",
    ),
    Code(
        "DC025",
        "An enforcement that makes no sense",
        "An enforcement is one level, or a phase-in: levels with the time each begins, in order "
        "of time, each stricter than the one before, `now` at most once and first.",
        "Write one level, or `{advisory: now, mandatory: 2027-02-01T00:00:00Z}`.",
        "enforcement: {mandatory: 2027-02-01T00:00:00Z, advisory: now}",
        "enforcement: {advisory: now, mandatory: 2027-02-01T00:00:00Z}",
    ),
    Code(
        "DC026",
        "Nothing to check",
        "No policy, a policy without controls, or a control that requires nothing, would be "
        "green for nothing.",
        "Give the policy a control, and the control a bound.",
        "require: {psi: {}}",
        "require: {psi: {max: 0.2}}",
    ),
    Code(
        "DC027",
        "The policy is not in force",
        "The clock of the run lies before `valid.from` or not before `valid.until`. An expired "
        "policy blocks: nobody has confirmed that its bounds still hold.",
        "Have the owner review the policy and move `until`; do not move the clock.",
        "valid: {from: 2025-01-01T00:00:00Z, until: 2026-01-01T00:00:00Z}",
        "valid: {from: 2026-01-01T00:00:00Z, until: 2027-01-01T00:00:00Z}",
    ),
    Code(
        "DC028",
        "Two policies share an id",
        "Reports and waivers name a control as `policy/CONTROL`; two policies of one id in a run "
        "could not be told apart.",
        "Give each policy its own id, or give only one of the two.",
        "$ deploycheck gate --policy credit.yaml --policy copy-of-credit.yaml",
        "$ deploycheck gate --policy credit.yaml",
    ),
    Code(
        "DC029",
        "A plugin is refused",
        "The plugin could not be imported, defines a check wrongly, or registers an id that is "
        "taken. Plugins may not shadow what is there.",
        "See the message; mend, update or uninstall the plugin.",
        '@checker("fairness.impact_ratio", measures=[...])',
        '@checker("acme.impact_ratio", measures=[...])',
    ),
    Code(
        "DC030",
        "Not a policy, or not a release",
        "A policy is a mapping with the key `policy`, a release one with the key `release`.",
        "Give the right file, or begin it with its name.",
        "- just\n- a list",
        "policy: credit-scoring",
    ),
    Code(
        "DC031",
        "An unknown document",
        "The check reads a document that the release does not name, so there is nothing to read.",
        "Add the document under `documents:` of the release, or correct the name.",
        "documents: {crad: MODEL_CARD.md}",
        "documents: {card: MODEL_CARD.md}",
    ),
    Code(
        "DC032",
        "The check is not for this task",
        "The check is defined for other tasks than the release's: an approval rate needs a "
        "classification, a mean error a regression.",
        "Choose a check for the task, or excuse the control by `when: {release.task: …}`.",
        "check: fairness.error_rates      # the release says task: regression",
        "check: fairness.error_parity     # of a regression's errors",
    ),
    Code(
        "DC033",
        "The champion is the candidate",
        "Both models are the same file, so that every comparison with the champion would be one "
        "of the candidate with itself, which is never worse.",
        "Name the file of the model that is in force.",
        "model: {path: model.onnx}\nchampion: {model: {path: model.onnx}}",
        "model: {path: model.onnx}\nchampion: {model: {path: model-1.4.onnx}}",
    ),
)
