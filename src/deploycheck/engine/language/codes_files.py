"""DC001 to DC012: mistakes that the file shows by itself."""

from deploycheck.engine.language.code import Code

CODES = (
    Code(
        "DC001",
        "The file cannot be read",
        "The path does not exist, is no regular file (a folder, a pipe, a device), may not be "
        "read by this user, or holds more than 1 MiB. A gate that cannot read its policy decides "
        "nothing, so nothing is released.",
        "Check the path and its permissions. Split a policy that has outgrown 1 MiB: several "
        "policies give one decision.",
        "$ deploycheck gate --policy policies/credti.yaml --release release.yaml",
        "$ deploycheck gate --policy policies/credit.yaml --release release.yaml",
    ),
    Code(
        "DC002",
        "The file is not YAML",
        "The parser cannot make sense of the file from the place shown onwards, so the rest of "
        "the file was not looked at. The mistake often stands a little before the caret: a quote "
        "or a bracket that is never closed, a line indented by one space too many.",
        "Mend the line and run again; other mistakes of the same file appear then.",
        "title: AUC: not worse than the champion's",
        'title: "AUC: not worse than the champion\'s"',
    ),
    Code(
        "DC003",
        "A key stands twice",
        "YAML readers keep the first or the last of two equal keys without a word. In a policy "
        "that would let one bound silently replace another.",
        "Keep one of the two. The message names the line of the first.",
        "severity: high\nseverity: low",
        "severity: high",
    ),
    Code(
        "DC004",
        "The structure is refused",
        "Policies use plain mappings, lists and values. Refused are: YAML tags (`!!python/…`), "
        "merge keys (`<<`), several documents in one file, directives, keys that are no text, "
        "nesting deeper than 20, anchors set twice, and aliases that repeat more than 10,000 "
        "nodes. Each of them lets a file mean something else than a reviewer sees, or cost far "
        "more than its size.",
        "Write the values out where they apply.",
        "with: {<<: {min_n: 30}, data: test}",
        "with: {min_n: 30, data: test}",
    ),
    Code(
        "DC005",
        "A value that YAML readers understand differently",
        "YAML 1.1 and 1.2 disagree on unquoted `yes`, `no`, `on`, `off`, `y`, `n`, on numbers "
        "with a leading zero (octal), with underscores, in hexadecimal, and on `12:30`, which is "
        "750 to some. A policy must mean the same to every reader. The same goes for keys that "
        "are no text.",
        "Quote it if it is text; write `true`, `false` or a plain decimal number if it is not.",
        "with: {intersections: yes}",
        "with: {intersections: true}",
    ),
    Code(
        "DC006",
        "A forbidden character, or not UTF-8",
        "Control characters, NUL, invisible characters and those that turn the writing direction "
        "make a line read differently from what it says. They are refused wherever they stand, "
        "comments and escapes included. Files are UTF-8.",
        "Delete the character; the message names it and its place. Save the file as UTF-8.",
        'owner: "risk\\u202e"',
        'owner: "risk"',
    ),
    Code(
        "DC007",
        "An unknown key",
        "The schema is closed: a key that is not known is a mistake, never ignored. A misspelt "
        "key that were ignored would take its bound or its condition with it.",
        "Correct the spelling; the message offers the likeliest key.",
        "severty: high",
        "severity: high",
    ),
    Code(
        "DC008",
        "A key is missing",
        "A required key is not there. The place shown is the beginning of the mapping that lacks "
        "it, and the hint says what the key is for.",
        "Add the key.",
        "release: credit-default",
        "release: credit-default\nversion: 3.2.0",
    ),
    Code(
        "DC009",
        "A value of the wrong kind",
        "The value is not of the type the key takes, or not among the values it may have. Text "
        "in quotes is not a number, `true` is not 1, and a key without a value is not a default.",
        "Write what the message asks for; quotes make text, brackets make a list.",
        "severity: hgih",
        "severity: high",
    ),
    Code(
        "DC010",
        "A number that is not finite or out of range",
        "Numbers are finite, hold what is written (whole numbers up to 2^53 - 1), and lie in the "
        "range of their key. A confidence of 1 or a bound of infinity asks for nothing that data "
        "can show.",
        "Write a number inside the range; quote it if it is an id and no number.",
        "decide: {confidence: 1.5}",
        "decide: {confidence: 0.95}",
    ),
    Code(
        "DC011",
        "Two controls share an id",
        "Reports, waivers and the ledger name a control by its id; two of one name could not be "
        "told apart. Ids are taken as written: `9.10` and `9.1` differ.",
        "Give each control of a policy its own id.",
        "controls: [{id: A, title: t, check: a.b, require: {x: {max: 1}}, severity: low, "
        "enforcement: advisory},\n"
        "           {id: A, title: u, check: a.b, require: {x: {max: 2}}, severity: low, "
        "enforcement: advisory}]",
        "controls: [{id: A, title: t, check: a.b, require: {x: {max: 1}}, severity: low, "
        "enforcement: advisory},\n"
        "           {id: B, title: u, check: a.b, require: {x: {max: 2}}, severity: low, "
        "enforcement: advisory}]",
    ),
    Code(
        "DC012",
        "A time stamp that cannot be used",
        "A time is a date, a time of day and a zone, as in RFC 3339. Without a zone, a policy "
        "would expire at another instant on another machine. `from` must lie before `until`.",
        "Write it like `2026-12-01T00:00:00Z` or with an offset such as `+01:00`.",
        "valid: {until: 2027-12-01}",
        "valid: {until: 2027-12-01T00:00:00Z}",
    ),
)
