"""Small files that try to cost much: each is answered within two seconds of CPU, and inertly."""

import time

import pytest

from deploycheck.engine.document import LARGEST_FILE, parse
from deploycheck.engine.load import load_policy, load_release, peek_kind
from deploycheck.engine.problems import render

MIB = LARGEST_FILE
HEAD = 'policy: bomb\nversion: "1"\ncontrols:\n'
GOOD = "  - {id: a, title: t, check: a.b, require: {x: {max: 1}}, severity: low, enforcement: advisory}\n"


def laughs(levels, width):
    lines = ["l0: &l0 [lol]"]
    lines += [f"l{n}: &l{n} [{', '.join([f'*l{n - 1}'] * width)}]" for n in range(1, levels)]
    return "\n".join(lines) + "\n"


BOMBS = {
    "brackets": "[" * MIB,
    "braces": "{a: " * (MIB // 4),
    "open brackets and an end": "[" * (MIB // 2) + "]" * (MIB // 2),
    "nested dashes": "- " * (MIB // 2),
    "question marks": "? " * (MIB // 2),
    "nested blocks": "".join(" " * n + "a:\n" for n in range(1400)),
    "billion laughs": laughs(10, 10),
    "wide laughs": laughs(3, 2000),
    "one long alias text": "a: &a " + "x" * 500_000 + "\nb: [" + ", ".join(["*a"] * 9_000) + "]\n",
    "many anchors": HEAD + "".join(f"  - &a{n} x\n" for n in range(60_000)),
    "unknown keys": "policy: a\n" + "".join(f"k{n}: 1\n" for n in range(100_000)),
    "keys of no kind": "".join(f"polic{n}: 1\n" for n in range(90_000)),
    "repeated keys": "policy: a\n" * 100_000,
    "long unknown key": "policy: a\n? " + "k" * 1_000_000 + "\n: 1\n",
    "empty controls": HEAD + "  - {}\n" * 140_000,
    "controls that are numbers": HEAD + "  - 1\n" * 170_000,
    "one id": HEAD + GOOD * 10_000,
    "endless digits": "policy: " + "9" * 1_000_000,
    "endless fraction": "policy: 0." + "9" * 1_000_000,
    "digits and underscores": "policy: " + "1_" * 500_000,
    "digits and colons": "policy: " + "1:" * 500_000 + "x",
    "dots": "policy: " + "." * 1_000_000,
    "templates": "policy: a\nowner: " + "${" * 500_000,
    "tags": "policy: [" + "!a x, " * 170_000 + "]",
    "truth values": "policy: [" + "yes, " * 200_000 + "]",
    "nulls": "policy: a\ncontrols: [" + "~, " * 300_000 + "]",
    "control characters": "policy: " + "\x07" * 1_000_000,
    "bidi characters": "policy: " + "\u202e" * 340_000,
    "one long line of mistakes": "{" + ", ".join(f"k{n}: yes" for n in range(70_000)) + "}",
    "quotes": "policy: " + "'" * 1_000_001,
    "long quoted text": 'policy: "' + "\\u0041" * 170_000 + '"',
    "merge keys": "policy: a\n" + "".join(f"k{n}: {{<<: {{}}}}\n" for n in range(50_000)),
    "documents": "---\n" * 250_000,
    "comments": "# x\n" * 260_000,
    "line ends": "\r\n" * 500_000,
    "measures": HEAD + "  - id: a\n    require: {" + ", ".join(f"m{n}: 1" for n in range(60_000)) + "}\n",
    "derived columns": "release: a\nversion: 1\ndata: {t: {path: p, derive: {" + ", ".join(f"d{n}: {{bin: a, edges: [2, 1]}}" for n in range(25_000)) + "}}}\n",
    "features": "release: a\nversion: 1\nmodel: {path: m, features: [" + ", ".join(f"f{n}" for n in range(20_000)) + "]}\n",
    "too large": "a" * (MIB + 1),
}  # fmt: skip


@pytest.mark.parametrize("name", BOMBS)
def test_bombs_are_answered_within_two_seconds(name):
    data = BOMBS[name].encode()
    problems = []
    begun = time.process_time()
    peek_kind(data)
    document = parse("bomb.yaml", data, problems)
    if document is not None and name in {"derived columns", "features"}:
        load_release(document, problems)
    elif document is not None:
        load_policy(document, problems, release_inputs={}, cli_inputs={})
    told = render(problems)
    assert time.process_time() - begun < 2
    assert problems or name == "features"
    assert len(problems) <= 102, "a person stops reading before that"
    assert len(told) < 100_000
    assert "\x07" not in told
    assert "\u202e" not in told


def test_aliases_within_reason_are_allowed():
    text = "policy: &p a\nversion: *p\nowner: *p\n"
    problems = []
    document = parse("f.yaml", text.encode(), problems)
    assert problems == []
    assert document.root == {"policy": "a", "version": "a", "owner": "a"}
