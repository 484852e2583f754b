"""Every code has a page; pages are current; their examples do what they say."""

import re
from pathlib import Path

import pytest

from deploycheck.engine.codes import CODES, explain, page, pages
from deploycheck.engine.document import parse
from deploycheck.engine.load import load_policy, load_release
from deploycheck.engine.problems import render

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs" / "errors"
CONTROL = {
    "id": "id: A", "title": "title: t", "check": "check: a.b", "require": "require: {x: {max: 1}}",
    "severity": "severity: low", "enforcement": "enforcement: overridable",
    "with": "", "decide": "", "when": "",
}  # fmt: skip
# Codes whose examples are whole in themselves or fragments of a policy or a release.
SHOWN_BY_THE_FILE = (
    [f"DC{n:03}" for n in (*range(2, 13), *range(22, 27), 30)]
    + ["DC017"]
    + [f"DC{n}" for n in range(101, 110)]
)


def whole(fragment):
    """The file that a fragment stands for, and what it is."""
    if re.match(r"release:|data:|columns:", fragment):
        return "release", fragment
    if fragment.startswith(("policy:", "- ")):
        return "policy", fragment
    groups, name = {}, ""
    for line in fragment.split("\n"):
        found = re.match(r"(\w+):", line)
        name = found[1] if found else name
        groups.setdefault(name, []).append(line)
    given = {key: "\n".join(lines) for key, lines in groups.items()}
    control = {**CONTROL, **{k: v for k, v in given.items() if k in CONTROL or k == "severty"}}
    if "severty" in given:
        control["severity"] = ""
    lines = [line for part in control.values() if part for line in part.split("\n")]
    body = "controls:\n  - " + "\n    ".join(lines)
    top = [text for key, text in given.items() if key not in {*CONTROL, "severty", "controls"}]
    return "policy", "\n".join(
        ["policy: p", 'version: "1"', *top, given.get("controls", body)]
    ) + "\n"


def codes_of(fragment):
    kind, text = whole(fragment)
    problems = []
    document = parse("f.yaml", text.encode(), problems)
    if document is not None and kind == "policy":
        load_policy(document, problems, release_inputs={}, cli_inputs={})
    elif document is not None:
        load_release(document, problems)
    return [p.code for p in problems], render(problems)


@pytest.mark.parametrize("code", SHOWN_BY_THE_FILE)
def test_the_wrong_example_has_this_mistake_and_the_right_one_none(code):
    wrong, told = codes_of(CODES[code].example_bad)
    assert wrong == [code], told
    if code != "DC030":  # its right example is the first line of a policy
        right, told = codes_of(CODES[code].example_good)
        assert right == [], told


def test_codes_are_in_order_and_complete():
    assert list(CODES) == sorted(CODES)
    assert all(code.code == key for key, code in CODES.items())
    numbers = [*range(1, 34), *range(101, 114), *range(201, 207), *range(301, 310), 401, 402, 403]
    assert list(CODES) == [f"DC{number:03}" for number in numbers]


@pytest.mark.parametrize("code", CODES)
def test_every_code_says_what_why_and_what_to_do(code):
    entry = CODES[code]
    assert 5 < len(entry.title) < 80
    assert not entry.title.endswith(".")
    assert len(entry.explanation) > 60
    assert entry.explanation.strip().endswith((".", "data."))
    assert len(entry.fix) > 10
    assert entry.fix.endswith(".")
    assert entry.example_bad != entry.example_good
    text = explain(code)
    assert text.startswith(f"{code}: {entry.title}\n")
    assert "What to do:" in text
    assert entry.example_good.splitlines()[0] in text
    assert page(code).startswith(f"# {code}: {entry.title}\n")


def test_no_two_codes_say_the_same():
    assert len({entry.title for entry in CODES.values()}) == len(CODES)
    assert len({entry.explanation for entry in CODES.values()}) == len(CODES)


def test_the_pages_in_the_documentation_are_current():
    written = {path.name: path.read_text(encoding="utf-8") for path in DOCS.glob("*.md")}
    assert written == pages()


def test_every_code_used_in_the_engine_has_a_page():
    used = set()
    for path in (ROOT / "src" / "deploycheck").rglob("*.py"):
        used |= set(re.findall(r"\bDC\d{3}\b", path.read_text(encoding="utf-8")))
    assert used <= set(CODES)


def test_case_does_not_matter_and_unknown_codes_offer_the_nearest():
    assert explain("dc013") == explain(" DC013 ")
    with pytest.raises(LookupError, match=r"no error code 'DC0131'; did you mean 'DC0[13]1'"):
        explain("DC0131")
    with pytest.raises(LookupError, match="no error code 'nonsense'"):
        page("nonsense")
