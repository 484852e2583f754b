"""Policies and releases that must be refused: each with its code, and with its place.

``»`` marks the place that the message must point at; it is taken out before the file is loaded.
"""

import re

import pytest
import yaml

from deploycheck.engine.codes import CODES
from deploycheck.engine.document import parse
from deploycheck.engine.load import load_policy, load_release
from deploycheck.engine.problems import render

MARK = "»"
CONTROL = {
    "id": "id: PSI-01",
    "title": "title: Scores do not drift",
    "check": "check: drift.psi",
    "with": "with: {data: test}",
    "require": "require: {psi: {max: 0.2}}",
    "severity": "severity: high",
    "enforcement": "enforcement: overridable",
}
POLICY = {"policy": "policy: credit", "version": 'version: "1.0"'}
RELEASE = {"release": "release: credit", "version": "version: 1.0.0"}


def keys(fragment):
    """The fragment's lines grouped by the key they belong to."""
    groups, name = {}, ""
    for line in fragment.split("\n"):
        found = re.match(rf"{MARK}?['\"]?([\w.-]+)['\"]?{MARK}?\s*:", line)
        name = found[1] if found else name
        groups[name] = [*groups.get(name, []), line]
    return {key: "\n".join(lines) for key, lines in groups.items()}


def control(fragment, top=""):
    """A policy with one control in which ``fragment`` replaces keys; ``-key`` drops one."""
    parts = {**CONTROL, **keys(fragment)}
    for name in re.findall(r"^-(\w+)$", fragment, re.MULTILINE):
        del parts[name]
    lines = [line for line in "\n".join(parts.values()).split("\n") if line[:1] != "-"]
    listed = ["  - " + lines[0], *("    " + line for line in lines[1:])]
    head = "\n".join({**POLICY, **keys(top)}.values())
    return f"{head}\ncontrols:\n" + "\n".join(listed) + "\n"


def top(fragment):
    """A policy in which ``fragment`` replaces keys at the top."""
    body = "\n".join(f"    {line}" for line in CONTROL.values()).replace("    id", "  - id", 1)
    parts = {**POLICY, "controls": f"controls:\n{body}", **keys(fragment)}
    return "\n".join(parts.values()) + "\n"


def release(fragment):
    """A release in which ``fragment`` replaces keys."""
    return "\n".join({**RELEASE, **keys(fragment)}.values()) + "\n"


# What YAML readers disagree on, or cannot hold.
SCALARS = [
    *(("DC005", word) for word in ["on", "On", "ON", "off", "Off", "OFF", "yes", "Yes", "YES", "no", "No", "NO", "y", "Y", "n", "N"]),
    *(("DC005", text) for text in ["017", "0o17", "0x1F", "0b101", "-017", "00", "08", "1_000", "1_0.5", "0.1_0", "_1"] if text != "_1"),
    *(("DC005", text) for text in ("12:30", "1:30:45", "190:20:30.15", "+12:30", "00:30")),
    *(("DC010", text) for text in (".inf", "-.inf", "+.INF", ".nan", ".NaN", "1e999", "-1e400")),
    *(("DC010", text) for text in ("9007199254740992", "-9007199254740992", "9" * 5000, "1e-400")),
    ("DC004", "!!str x"), ("DC004", "!!python/object:os.system x"), ("DC004", "! x"),
    ("DC004", "!!binary aGk="), ("DC004", "!env HOME"),
    ("DC002", "*nobody"), ("DC002", "@x"), ("DC002", "%x"), ("DC002", "`x`"),
]  # fmt: skip

# Characters that act, hide, or turn the line.
CHARACTERS = [
    0x00, 0x01, 0x07, 0x08, 0x0B, 0x0C, 0x1B, 0x7F, 0x80, 0x85, 0x9F, 0x61C, 0x200B, 0x200E, 0x200F, 0x2028, 0x2029,
    0x202A, 0x202B, 0x202C, 0x202D, 0x202E, 0x2060, 0x2066, 0x2067, 0x2068, 0x2069, 0xFEFF, 0xFFFE, 0xE0041,
]  # fmt: skip

WHOLE = [
    ("DC030", "»"),
    ("DC030", "»just text\n"),
    ("DC030", "»- policy: x\n"),
    ("DC030", "»3\n"),
    ("DC030", "»polcy: x\nversion: 1\n"),
    ("DC030", "»release: x\nversion: 1\n"),
    ("DC030", "»{}\n"),
    ("DC103", "»waivers: [{id: W-1, control: a/B}]\n"),
    ("DC004", "policy: a\n»---\npolicy: b\n"),
    ("DC004", "policy: a\n...\n»---\npolicy: b\n"),
    ("DC004", "»%YAML 1.1\n---\n" + top("")),
    ("DC004", "»%TAG ! tag:x,2026:\n---\n" + top("")),
    ("DC004", "? »[a, b]\n: c\n"),
    ("DC004", "? »{a: b}\n: c\n"),
    ("DC004", "policy: &p x\n»*p : y\n"),
    ("DC004", "policy: " + "[" * 19 + "»[" + "]" * 20 + "\n"),
    ("DC004", "policy:\n" + "".join("  " * n + ("»" if n == 20 else "") + "- \n" for n in range(1, 21))),
    ("DC004", "policy: &a [»*a]\n"),
    ("DC004", "policy: &a {b: [»*a]}\n"),
    ("DC004", top("owner: &x a\ntitle: »&x b")),
    ("DC002", "policy: 'a»\n".replace("'a»", "»'a")),
    ("DC002", 'policy: »"a\n'),
    ("DC002", "policy: »[a, b\n"),
    ("DC002", "policy: a: »b\n".replace("a: »b", "a»: b")),
    ("DC002", "policy: a\n »version: 1\n".replace(" »version:", " version»:")),
    ("DC002", "policy: a\n»\tversion: 1\n"),
    ("DC002", "»\tpolicy: a\n"),
    ("DC002", "controls:\n  - id: a\n »- id: b\n"),
    ("DC002", "policy: a\n»}\n"),
    ("DC002", 'policy: "\\»q"\n'.replace("\\»q", "»\\q")),
    ("DC002", "policy: |»x\n  text\n"),
    ("DC002", "policy: {a: b»: c}\n"),
    ("DC002", "policy: »- a\n"),
    ("DC002", "policy: a\n»version 1\n".replace("»version 1", "version 1»")),
]  # fmt: skip

TOP = [
    ("DC007", "»titel: x"), ("DC007", "»Policy: x"), ("DC007", "»control: []"), ("DC007", "»release: x"),
    ("DC007", "valid: {»form: 2026-01-01T00:00:00Z}"), ("DC007", "gate: {»atleast: {controls: 1}}"),
    ("DC007", "gate: {at_least: {»control: 1}}"), ("DC007", "valid: {»from_: 2026-01-01T00:00:00Z}"),
    ("DC008", "-version"), ("DC008", "-controls"), ("DC008", "-policy"),
    ("DC003", "owner: a\n»owner: b"), ("DC003", "valid: {until: 2027-01-01T00:00:00Z, »until: 2028-01-01T00:00:00Z}"),
    ("DC004", "valid: {»<<: {}}"),
    ("DC005", "»1: x"), ("DC005", "»true: x"), ("DC005", "»~: x"), ("DC005", "»on: x"), ("DC005", "»1.5: x"),
    ("DC009", "policy: »a b"), ("DC009", "policy: »../etc"), ("DC009", "policy: »[a]"), ("DC009", 'policy: »""'),
    ("DC009", "policy: »" + "a" * 101), ("DC009", "policy: »-a"), ("DC009", "policy: »true"), ("DC009", "policy: »{a: b}"),
    ("DC009", "version: »[1]"), ("DC009", "version: »true"), ("DC009", 'version: »""'), ("DC009", "version: »"),
    ("DC009", "owner: »5"), ("DC009", "owner: »[a]"), ("DC009", "owner: »" + "x" * 401), ("DC009", "owner: »"),
    ("DC009", "title: »true"), ("DC009", "description: »{a: b}"),
    ("DC009", "controls: »{a: b}"), ("DC009", "controls: »text"), ("DC009", "controls: »5"), ("DC009", "controls: [»text]"),
    ("DC009", "controls: »"), ("DC009", "controls: [»~]"), ("DC009", "controls: [»[]]"),
    ("DC026", "controls: »[]"),
    ("DC009", "gate: »5"), ("DC009", "gate: {at_least: {families: »fairness}}"), ("DC009", 'gate: {at_least: {controls: »"1"}}'),
    ("DC009", "gate: {at_least: {controls: »1.5}}"), ("DC009", "gate: {at_least: {controls: »true}}"),
    ("DC010", "gate: {at_least: {controls: »0}}"), ("DC010", "gate: {at_least: {controls: »-3}}"),
    ("DC012", "valid: {from: »2026-01-01}"), ("DC012", "valid: {from: »2026-01-01T00:00:00}"), ("DC012", "valid: {until: »2027-02-30T00:00:00Z}"),
    ("DC012", "valid: {until: »tomorrow}"), ("DC012", "valid: {until: »20270101}"), ("DC012", "valid: {until: »2027-01-01T25:00:00Z}"),
    ("DC012", "valid: {until: »0001-01-01T00:00:00+14:00}"), ("DC012", "valid: {until: »[]}"),
    ("DC012", "valid: {from: 2027-01-01T00:00:00Z, until: »2026-01-01T00:00:00Z}"),
    ("DC012", "valid: {from: 2027-01-01T00:00:00Z, until: »2027-01-01T01:00:00+01:00}"),
    ("DC009", "valid: {until: »}"), ("DC009", "valid: {from: »~}"),
    ("DC101", "»extends: [{pack: eu, version: 1.0.0}]"), ("DC101", "»extends: parent.yaml"), ("DC101", "»extends: []"),
    ("DC102", "»overlays: []"), ("DC103", "»waivers: []"), ("DC103", "gate: {»waivers: {max_days: 90}}"),
    ("DC106", "»tests: []"), ("DC107", "»looks: {budget: 20}"), ("DC107", "gate: {»looks: {budget: 20}}"),
    ("DC022", "inputs: {»x: {type: number, default: 1}}"), ("DC022", "title: »${HOME}"), ("DC022", 'title: »"a ${inputs.x}"'),
    ("DC022", 'owner: »"\\x24{HOME}"'), ("DC022", "inputs: {»a b: {type: number, default: 1}}"),
    ("DC007", "inputs: {x: {type: number, default: 1, »mni: 2}}"), ("DC009", "inputs: {x: {type: »float, default: 1}}"),
    ("DC008", "inputs: {x: »{default: 1}}"), ("DC009", "inputs: »[x]"), ("DC009", "inputs: {x: »5}"),
    ("DC009", 'inputs: {x: {type: number, required: »"yes"}}'), ("DC009", 'inputs: {x: {type: number, min: »"1", default: 2}}'),
    ("DC004", "title: »!!str x"), ("DC004", "valid: »!!map {}"),
]  # fmt: skip

IN_CONTROL = [
    ("DC007", "»tittle: x"), ("DC007", "»params: {a: 1}"), ("DC007", "»with_: {}"), ("DC007", "»waive: true"), ("DC007", "decide: {»confidance: 0.9}"),
    ("DC007", "require: {psi: {»mx: 0.2}}"), ("DC007", "require: {psi: {max: 0.2, »regresion: 10%}}"),
    ("DC007", "»Severity: high"), ("DC007", "»enforce: warn"),
    *(("DC008", f"-{name}") for name in ("id", "title", "check", "require", "severity", "enforcement")),
    ("DC003", "severity: high\n»severity: low"), ("DC003", "require: {psi: {max: 0.2, »max: 0.9}}"), ("DC003", "with: {data: test, »data: train}"),
    ("DC003", 'require: {psi: {max: 0.2}, »"psi": {max: 1}}'),
    ("DC009", "id: »a/b"), ("DC009", "id: »[a]"), ("DC009", "id: »true"), ("DC009", 'id: »""'), ("DC009", "id: »é"), ("DC009", "id: »a b"),
    ("DC009", "title: »5"), ("DC009", 'title: »""'), ("DC009", 'title: »"  "'), ("DC009", "title: »[a]"), ("DC009", "title: »"), ("DC009", "title: »" + "x" * 4001),
    ("DC009", "check: »5"), ("DC009", "check: »[a.b]"), ("DC009", "check: »"), ("DC009", 'check: »""'),
    ("DC009", "with: »[a]"), ("DC009", "with: »text"), ("DC009", "with: »"),
    ("DC009", "require: »[a]"), ("DC009", "require: »text"), ("DC009", "require: {psi: »0.2}"), ("DC009", "require: {psi: »[0.2]}"), ("DC009", "require: {psi: »}"),
    ("DC009", "require: {psi: {max: »true}}"), ("DC009", "require: {psi: {min: »false}}"), ("DC009", "require: {psi: {max: »[0.2]}}"), ("DC009", "require: {psi: {max: »{}}}"),
    ("DC009", "require: {psi: {max: »}}"), ("DC009", "require: {psi: {max: 1, min: »~}}"), ("DC009", "require: {psi: {equals: »[1]}}"), ("DC009", "require: {psi: {one_of: »5}}"),
    ("DC009", "require: {psi: {one_of: [1, »~]}}"), ("DC009", "require: {psi: {one_of: [1, »[2]]}}"), ("DC009", "require: {psi: {detect: »true}}"),
    ("DC026", "require: »{}"), ("DC026", "require: {psi: »{}}"),
    ("DC017", "require: {psi: {min: »3, max: 2}}"), ("DC017", "require: {psi: {min: »0.2000001, max: 0.2}}"), ("DC017", "require: {psi: {one_of: »[]}}"),
    ("DC017", "require: {psi: {equals: 1, »max: 2}}"), ("DC017", "require: {psi: {equals: 1, »min: 0}}"), ("DC017", "require: {psi: {one_of: [1], »max: 2}}"),
    ("DC017", "require: {psi: {equals: 1, »one_of: [2]}}"), ("DC017", "require: {psi: {equals: 1, »detect: 2}}"),
    ("DC104", "require: {psi: {max: 1, »regression: 10%}}"), ("DC104", "require: {psi: {max: 1, »regression: }}".replace("regression: ", "regression: 5")),
    ("DC009", "severity: »hgih"), ("DC009", "severity: »High"), ("DC009", "severity: »5"), ("DC009", "severity: »"), ("DC009", "severity: »[high]"), ("DC009", "severity: »{high: now}"), ("DC009", "severity: »true"),
    ("DC009", "enforcement: »hard"), ("DC009", "enforcement: »true"), ("DC009", "enforcement: »[mandatory]"), ("DC009", "enforcement: »"), ("DC009", "enforcement: »3"),
    ("DC025", "enforcement: »{}"), ("DC025", "enforcement: {»mandatry: now}"), ("DC025", "enforcement: {advisory: now, mandatory: »now}"),
    ("DC025", "enforcement: {advisory: 2027-02-01T00:00:00Z, mandatory: »2027-01-01T00:00:00Z}"), ("DC025", "enforcement: {advisory: 2027-02-01T00:00:00Z, mandatory: »now}"),
    ("DC025", "enforcement: {advisory: 2027-01-01T00:00:00Z, mandatory: »2027-01-01T01:00:00+01:00}"),
    ("DC025", "enforcement: {mandatory: now, »advisory: 2027-01-01T00:00:00Z}"),
    ("DC012", "enforcement: {mandatory: »2027-01-01}"), ("DC012", "enforcement: {mandatory: »2027-01-01T00:00:00}"), ("DC012", "enforcement: {mandatory: »later}"),
    ("DC009", "enforcement: {mandatory: »}"),
    ("DC010", "decide: {confidence: »0.5}"), ("DC010", "decide: {confidence: »1}"), ("DC010", "decide: {confidence: »1.0}"), ("DC010", "decide: {confidence: »0}"), ("DC010", "decide: {confidence: »-1}"), ("DC010", "decide: {confidence: »95}"),
    ("DC010", "decide: {confidence: ».nan}"), ("DC010", "require: {psi: {max: ».inf}}"), ("DC010", "require: {psi: {max: »1e999}}"),
    ("DC009", 'decide: {confidence: »"0.95"}'), ("DC009", "decide: {confidence: »true}"), ("DC009", "decide: {confidence: »95%}"), ("DC009", "decide: {confidence: »}"),
    ("DC009", "decide: »[a]"), ("DC009", "decide: »review"), ("DC009", "decide: {uncertain: »pass}"), ("DC009", "decide: {uncertain: »release}"), ("DC009", "decide: {kind: »guess}"), ("DC009", "decide: {correction: »none}"),
    ("DC009", "decide: {sample: »census}"), ("DC107", "decide: {»looks: {budget: 20, spend: bonferroni}}"), ("DC107", "»looks: {budget: 2}"),
    ("DC023", "enforcement: mandatory\ndecide: {uncertain: »review}"), ("DC023", "enforcement: {advisory: now, mandatory: 2030-01-01T00:00:00Z}\ndecide: {uncertain: »review}"),
    ("DC023", "decide: {sample: »population}"),
    ("DC024", "when: {»release.champoin: present, because: x}"), ("DC024", "when: {»champion: present, because: x}"), ("DC024", "when: {»release.: present, because: x}"), ("DC024", "when: {release.data.test: »maybe, because: x}"), ("DC024", "when: {»release.columns.scoer: present, because: x}"), ("DC024", "when: {»release.data.test.path: present, because: x}"), ("DC024", "enforcement: mandatory\nwhen: {»release.data.test: present, because: x}"),
    ("DC024", "when: {»env.HOME: present, because: x}"), ("DC024", "when: »{release.champion: present}"), ("DC024", "when: {release.champion: present, because: »5}"), ("DC024", 'when: {release.champion: present, because: »" "}'),
    ("DC024", "when: »{because: x}"), ("DC024", "when: {release.champion: »maybe, because: x}"), ("DC024", "when: {release.task: »binary, because: x}"), ("DC024", "when: {release.model: »true, because: x}"),
    ("DC024", "enforcement: mandatory\nwhen: {»release.champion: present, because: x}"), ("DC024", "enforcement: {advisory: now, mandatory: 2030-01-01T00:00:00Z}\nwhen: {»release.model: present, because: x}"),
    ("DC009", "when: »present"), ("DC009", "when: »"), ("DC009", "when: {release.champion: »[present], because: x}"), ("DC009", "when: {release.champion: », because: x}"),
    ("DC009", "maps: »[a]"), ("DC009", "maps: {eu: »a}"), ("DC009", "maps: {eu: [»[a]]}"), ("DC009", "maps: {eu: [»~]}"), ("DC009", 'maps: {eu: [»""]}'), ("DC009", "maps: {eu: [»true]}"),
    ("DC009", "rationale: »5"), ("DC009", "rationale: »"), ("DC009", "remediation: »[a]"), ("DC009", "rationale: »" + "x" * 4001),
    ("DC022", 'with: {by: »"${inputs.protected}"}'), ("DC022", "severity: »${inputs.severity}"), ("DC022", "enforcement: »${inputs.level}"), ("DC022", 'require: {psi: {max: »"${inputs.x} ms"}}'),
    ("DC022", 'with: {path: »"${HOME}/x"}'), ("DC022", 'with: {path: »"$${inputs.x}"}'), ("DC022", 'with: {»"${inputs.x}": 1}'), ("DC022", 'rationale: »"costs ${5}"'), ("DC022", 'with: {q: [[»"${inputs.x.y}"]]}'),
    ("DC022", "check: »${inputs.check}"), ("DC022", "id: »x${inputs.n}"),
]  # fmt: skip

RELEASES = [
    ("DC030", "-release\n-version"), ("DC008", "-version"), ("DC007", "»relaese: x"), ("DC007", "»dataset: {}"), ("DC103", "»waivers: []"),
    ("DC009", "release: »a b"), ("DC009", "version: »[1]"), ("DC009", "version: »"), ("DC009", "owner: »5"),
    ("DC009", "task: »binary"), ("DC009", "task: »[regression]"), ("DC009", "task: »"),
    ("DC009", "model: »model.onnx"), ("DC009", "model: »None"), ("DC009", "model: »[a]"), ("DC009", "model: »5"), ("DC009", "model: »"), ("DC008", "model: »{}"), ("DC008", "model: »{trust: trusted}"),
    ("DC007", "model: {»pth: a.onnx}"), ("DC009", "model: {path: »5}"), ("DC009", 'model: {path: »""}'), ("DC009", "model: {path: a, trust: »yes-please}"), ("DC009", "model: {path: a, features: »age}"),
    ("DC009", "model: {path: a, features: [age, »age]}"), ("DC009", "model: {path: a, digest: »sha256:12}"), ("DC009", "model: {path: a, digest: »md5:0}"), ("DC009", "model: {path: a, outputs: »[score]}"),
    ("DC109", "model: {»endpoint: 'http://x'}"), ("DC109", "model: {»mlflow: 'models:/x'}"), ("DC109", "champion: {model: {»mlflow: 'models:/x'}}"), ("DC109", "champion: {model: {»endpoint: 'http://x'}}"),
    ("DC009", "data: »[a]"), ("DC009", "data: »test.csv"), ("DC009", "data: {test: »test.csv}"), ("DC009", "data: {test: »}"), ("DC008", "data: {test: »{}}"), ("DC007", "data: {test: {path: a.csv, »tme: x}}"),
    ("DC009", "data: {test: {path: »[a.csv]}}"), ("DC009", 'data: {test: {path: »" "}}'), ("DC009", "data: {test: {path: a.csv, digest: »x}}"), ("DC009", "data: {test: {path: a.csv, missing: »NA}}"), ("DC009", "data: {test: {path: a.csv, missing: [»-999]}}"),
    ("DC108", "data: {test: {path: a.csv, »windows: {by: t, every: 1 month}}}"), ("DC108", "data: {test: {path: a.csv, »windows: {rows: 5000}}}"),
    ("DC009", "data: {test: {path: a.csv, where: »{column: a}}}"), ("DC008", "data: {test: {path: a.csv, where: [»{column: a}]}}"), ("DC008", "data: {test: {path: a.csv, where: [»{min: 1}]}}"), ("DC009", 'data: {test: {path: a.csv, where: »"age > 25"}}'),
    ("DC009", "data: {test: {path: a.csv, where: [{column: a, min: »3, max: 2}]}}"), ("DC009", "data: {test: {path: a.csv, where: [{column: a, equals: 1, »min: 0}]}}"), ("DC009", "data: {test: {path: a.csv, where: [{column: a, one_of: »[]}]}}"),
    ("DC009", 'data: {test: {path: a.csv, where: [{column: a, present: »"true"}]}}'), ("DC009", "data: {test: {path: a.csv, where: [{column: a, present: false, »min: 1}]}}"), ("DC007", "data: {test: {path: a.csv, where: [{column: a, »sql: '1=1'}]}}"),
    ("DC009", "data: {test: {path: a.csv, derive: {b: {bin: a, edges: »[]}}}}"), ("DC009", "data: {test: {path: a.csv, derive: {b: {bin: a, edges: [2, »1]}}}}"), ("DC009", "data: {test: {path: a.csv, derive: {b: {bin: a, edges: [1, »1]}}}}"), ("DC009", 'data: {test: {path: a.csv, derive: {b: {bin: a, edges: [»"1"]}}}}'),
    ("DC009", "data: {test: {path: a.csv, derive: {b: {bin: a, edges: [1], labels: »[x]}}}}"), ("DC009", "data: {test: {path: a.csv, derive: {b: {bin: a, edges: [1], labels: [x, »x]}}}}"), ("DC009", "data: {test: {path: a.csv, derive: {b: {bin: a, edges: [1], closed: »both}}}}"),
    ("DC010", "data: {test: {path: a.csv, derive: {b: {bin: a, edges: [».inf]}}}}"),
    ("DC007", "columns: {»label: y1}"), ("DC009", "columns: »[a]"), ("DC009", "columns: {target: »5}"), ("DC009", 'columns: {target: »""}'), ("DC009", "columns: {target: »}"), ("DC009", "columns: {protected: »sex}"), ("DC009", "columns: {protected: [sex, »sex]}"),
    ("DC009", 'columns: {protected: [»""]}'), ("DC009", "columns: {positive: »[1]}"), ("DC009", "columns: {favourable: »}"), ("DC009", "columns: {threshold: »0.5}"), ("DC009", 'columns: {threshold: {at_least: »"0.5"}}'), ("DC008", "columns: {threshold: »{}}"),
    ("DC009", "columns: {stored: »1}"), ("DC008", "columns: {weight: »{column: w}}"), ("DC009", "columns: {weight: {column: w, kind: »survey}}"),
    ("DC105", "champion: {»release: previous}"), ("DC008", "champion: »{}"), ("DC009", "champion: »previous"), ("DC007", "champion: {»modle: {path: a}}"),
    ("DC009", "documents: »[card]"), ("DC009", "documents: {card: »5}"), ("DC009", 'documents: {card: »""}'), ("DC009", "documents: {card: »{path: a}}"),
    ("DC009", "inputs: »[a]"), ("DC009", "inputs: {a: »}"), ("DC012", "created: »2026-01-01"), ("DC012", "created: »2026-01-01T00:00:00"), ("DC009", "created: »"),
    ("DC022", 'data: {test: {path: »"${DATA}/a.csv"}}'), ("DC003", "data: {test: {path: a}, »test: {path: b}}"), ("DC005", "columns: {target: »y}"), ("DC005", "columns: {positive: »yes}"),
]  # fmt: skip


def scalar_cases():
    for code, text in SCALARS:
        yield code, top(f"owner: {MARK}{text}")
        if code != "DC002":
            yield code, control(f"with: {{by: [a, {MARK}{text}]}}")


def character_cases():
    for number in CHARACTERS:
        yield "DC006", top(f"owner: a{MARK}{chr(number)}b")
        yield "DC006", top(f"owner: b # a comment {MARK}{chr(number)}")
        yield "DC006", control(f'with: {{by: {MARK}"x\\U{number:08X}y"}}')


def cases():
    yield from (("policy", *case) for case in WHOLE)
    yield from (("policy", *case) for case in scalar_cases())
    yield from (("policy", *case) for case in character_cases())
    yield from (("policy", code, _dropped(top(text), text)) for code, text in TOP)
    yield from (("policy", code, _missing(control(text), text)) for code, text in IN_CONTROL)
    yield from (("release", code, _dropped(release(text), text)) for code, text in RELEASES)


def _dropped(text, fragment):
    """``-key`` at the top: the key goes, and the place is the beginning of what is left."""
    for name in re.findall(r"^-(\w+)$", fragment, re.MULTILINE):
        lines = text.splitlines()
        start = next(at for at, line in enumerate(lines) if line.startswith(f"{name}:"))
        stop = next(
            (at for at in range(start + 1, len(lines)) if lines[at][0] not in " -"), len(lines)
        )
        text = "\n".join(line for line in lines[:start] + lines[stop:] if line[:1] != "-") + "\n"
    return text if MARK in text else MARK + text


def _missing(text, fragment):
    return text if MARK in text else text.replace("  - ", f"  - {MARK}", 1)


def load(kind, text):
    """The problems of a file."""
    problems = []
    document = parse("f.yaml", text.encode("utf-8", "surrogatepass"), problems)
    if document is not None and kind == "policy":
        load_policy(document, problems, release_inputs={}, cli_inputs={})
    elif document is not None:
        load_release(document, problems)
    return problems


def place_of_mark(text):
    before = text[: text.index(MARK)]
    return before.count("\n") + 1, len(before) - (before.rfind("\n") + 1) + 1


# Where a value is empty, the message points at its key.
EMPTY = re.compile(rf"([\w.-]+): {MARK}(?=~?(?:[}},]|$))", re.MULTILINE)
ALL = [(kind, code, EMPTY.sub(rf"{MARK}\1: ", text)) for kind, code, text in cases()]


@pytest.mark.parametrize(
    ("kind", "code", "text"), ALL, ids=[f"{n}-{c[1]}" for n, c in enumerate(ALL)]
)
def test_refused_with_one_clear_message_at_its_place(kind, code, text):
    assert text.count(MARK) == 1
    problems = load(kind, text.replace(MARK, ""))
    told = [(p.code, p.place.line, p.place.column) for p in problems]
    assert told == [(code, *place_of_mark(text))], render(problems)
    assert problems[0].message
    assert code in CODES


def test_the_table_is_large_enough_and_without_repeats():
    assert len({text for _, _, text in ALL}) == len(ALL) > 300


def test_the_bases_of_the_table_are_sound():
    assert load("policy", top("")) == []
    assert load("policy", control("")) == []
    assert load("release", release("")) == []


def test_the_pure_python_parser_refuses_the_same(monkeypatch):
    expected = [load(kind, text.replace(MARK, "")) for kind, _, text in ALL]
    monkeypatch.setattr(yaml, "__with_libyaml__", False)
    for (kind, code, text), by_libyaml in zip(ALL, expected, strict=True):
        found = load(kind, text.replace(MARK, ""))
        if code == "DC002":  # the two parsers give up at slightly different characters
            assert [p.code for p in found] == ["DC002"], text
            assert abs(found[0].place.line - by_libyaml[0].place.line) <= 1
        else:
            assert found == by_libyaml, text
