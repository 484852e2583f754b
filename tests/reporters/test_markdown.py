"""The comment on a pull request: short, failing first, inert."""

import re

from deploycheck.model.verdict import Outcome
from deploycheck.reporters.markdown import MOST, markdown


def rows(text: str) -> list[list[str]]:
    """Cells of the table's rows, split where a bar is not escaped."""
    lines = [line for line in text.splitlines() if line.startswith("| ")][1:]
    return [[c.strip() for c in re.split(r"(?<!\\)\|", line)[1:-1]] for line in lines]


def test_what_blocks_comes_first_and_passes_are_folded_away(everything):
    text = markdown.render(everything)
    assert text.startswith("## ⛔ BLOCK: credit-default 3.2.0\n\nNot to be released: ")
    outcomes = [row[0] for row in rows(text)]
    assert outcomes[:8] == [
        "FAIL", "FAIL", "ERROR", "ERROR", "NOT EVALUATED", "NOT EVALUATED", "INCONCLUSIVE",
        "INCONCLUSIVE",
    ]  # fmt: skip
    assert "WAIVED W-2026-014 until 2027-01-31T00:00:00Z (advisory)" in outcomes
    assert all("policies/credit.yaml:" in row[3] for row in rows(text))
    assert "<details><summary>3 passed</summary>" in text
    assert "21 planned = 3 passed + 3 waived + 3 not applicable + 3 failed" in text
    assert "because: MRM-118" in text
    assert everything.run.digest in text


def test_what_to_do_stands_beside_why(decide, build):
    made = [build(Outcome.FAIL), build(Outcome.ERROR, control="B", remediation="")]
    why = [
        row[2] for row in rows(markdown.render(decide([*made, build(Outcome.WAIVED, control="C")])))
    ]
    assert why[0].endswith(
        "<br>**What to do:** See the per-group table; re-threshold, or file a waiver."
    )
    assert why[1].endswith("<br>**What to do:** Look at the groups with the lowest rate.")
    assert "What to do" not in why[2]


def test_a_release_is_short(decide, build):
    text = markdown.render(decide([build()]))
    assert text.startswith("## ✅ RELEASE: ")
    assert rows(text) == []


def test_it_fits_a_comment(decide, build):
    made = decide(
        build(Outcome.FAIL, control=f"C-{i}", title="*" * 300, reason="_" * 900)
        for i in range(3000)
    )
    text = markdown.render(made)
    assert len(text) < 65_000
    shown = len(rows(text))
    assert 10 < shown <= MOST
    assert f"… and {3000 - shown} more in the report" in text


def test_hostile_text_stays_in_its_cell(hostile_decision, calm_decision):
    text, calm = markdown.render(hostile_decision), markdown.render(calm_decision)
    assert [line[:2] for line in text.splitlines()] == [line[:2] for line in calm.splitlines()]
    assert {len(row) for row in rows(text)} == {4}
    ours = text.replace("<details><summary>1 passed</summary>", "").replace("</details>", "")
    ours = ours.replace("<br>**What to do:** ", "")
    outside = re.sub(r"`[^`\n]*`", "", re.sub(r"\\[\\`*_\[\]~|#!]", "", ours))
    assert "<" not in outside
    assert "`" not in outside
    assert not re.search(r"@(?!&#8203;)|://|\]\(|!\[|\bwww\.|GH-\d", outside)
    assert not set(text) & set("\x00\x1b\x07\r\x85\x9b\u202e\u2066\u200b\u2028\ufffe")
    assert len(text) < 65_000
