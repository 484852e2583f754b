"""A card is split as CommonMark reads it; what a reader does not see does not count."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deploycheck.authoring.errors import EvidenceError
from deploycheck.authoring.params import NoParams
from deploycheck.collectors.card import MarkdownCard, sections

NONE = NoParams()


def split(text):
    return sections(text.split("\n"))


def card(bench, data, name="card"):
    source = bench.source(name, documents={"card": bench.write("CARD.md", data)})
    made = MarkdownCard.collect(source, NONE)
    description = MarkdownCard.describe(source, NONE)
    assert description.digest == made.digest
    assert description.facts == {"sections": len(made.sections)}
    return made


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", {}),
        ("no heading\n", {}),
        ("# A\ntext\n## B ##\nmore\n# C\n", {"A": "text\nmore", "B": "more", "C": ""}),
        ("### deep\nx\n# top\ny", {"deep": "x", "top": "y"}),
        ("Title\n=====\nx\n\nSub\n---\ny", {"Title": "x\n\ny", "Sub": "y"}),
        ("two\nlines\n===\nx", {"two lines": "x"}),
        ("# A\n#B\n####### C\n\\# D\nx", {"A": "#B\n####### C\n\\# D\nx"}),
        ("   # A\n    # code\n", {"A": "# code"}),
        ("#\tA\nx", {"A": "x"}),
        ("# A\none\n# B\ntwo\n# A\nthree", {"A": "one\n\nthree", "B": "two"}),
        ("# A\none\n## A\ntwo\n# B\nx", {"A": "one\n\ntwo", "B": "x"}),
        ("#\nx\n# A\n#\ny", {"A": ""}),
        ("## **Intended _use_** of [it](http://x) `now` {#id}\nx", {"Intended use of it now": "x"}),
        ("# snake_case_name\nx", {"snake_case_name": "x"}),
        ('# <a name="x"></a>A\nx', {"A": "x"}),
    ],
)
def test_text_below_each_heading(text, expected):
    assert split(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("# A\n```\n# B\n```\n# C\nx", {"A": "```\n# B\n```", "C": "x"}),
        ("# A\n~~~~\n# B\n~~~\n```\n# C\n~~~~\n# D\nx", {"A": "~~~~\n# B\n~~~\n```\n# C\n~~~~", "D": "x"}),
        ("# A\n```python title\n# B\n", {"A": "```python title\n# B"}),
        ("# A\n``` a`b\n# B\nx", {"A": "``` a`b", "B": "x"}),
        ("# A\n```\n<!--\n```\n# B\nx", {"A": "```\n<!--\n```", "B": "x"}),
        ("# A\nx\n\n---\n\ny", {"A": "x\n\n---\n\ny"}),
        ("# A\n- item\n---\ny", {"A": "- item\n---\ny"}),
        ("# A\n- item\nlazy\n---\ny", {"A": "- item\nlazy\n---\ny"}),
        ("# A\n> quote\n---\ny", {"A": "> quote\n---\ny"}),
        ("# A\n| a | b |\n|---|---|\n| 1 | 2 |", {"A": "| a | b |\n|---|---|\n| 1 | 2 |"}),
        ("---\n---\n# A\nx", {"A": "x"}),
    ],
)  # fmt: skip
def test_what_looks_like_a_heading_and_is_none(text, expected):
    assert split(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("# A\n<!-- to do -->\n# B\nx <!-- y --> z", {"A": "", "B": "x  z"}),
        ("# A\n<!--\n# B\nhidden\n-->\n# C\nx", {"A": "", "C": "x"}),
        ("# A\n<!-- open\n# B\nx", {"A": ""}),
        ("# A\n<!-- ```\n-->\n# B\nx", {"A": "", "B": "x"}),
        ("# A <!-- c -->\nx", {"A": "x"}),
        ("# A\nx <!-- y\nz --> w\n# B\n", {"A": "x\nw", "B": ""}),
        ("# A\nwrite `<!--` first\n\n# B\nx", {"A": "write `<!--` first", "B": "x"}),
        ("# A\n<!-- 1 --><!-- 2 -->\n", {"A": ""}),
    ],
)
def test_comments_are_not_there(text, expected):
    assert split(text) == expected


@given(st.text(alphabet="#=-`~<!> \nab", max_size=80))
def test_any_text_is_split(text):
    for heading, body in split(text).items():
        assert heading.strip() == heading != ""
        assert body.strip() == body


def test_a_card_with_front_matter(bench):
    made = card(
        bench,
        "---\nlicense: mit\nlanguage: no\ntags: [a, b]\n1: one\n...\n# Use\nit\r\n\r\n# Limits\rnone\n",
    )
    assert made.facts == {"license": "mit", "language": False, "tags": ["a", "b"], "1": "one"}
    assert made.sections == {"Use": "it", "Limits": "none"}
    assert made.path == "CARD.md"


@pytest.mark.parametrize("data", ["---\n---\n# A\nx", "\ufeff---\na: 1\n---\n# A\nx", "# A\nx"])
def test_front_matter_may_be_empty_and_follow_a_mark(bench, data):
    assert card(bench, data).sections == {"A": "x"}


@pytest.mark.parametrize(
    ("data", "why"),
    [
        ("---\na: [1\n---\n# A\n", "front matter of CARD.md cannot be read: line"),
        ("---\na: 1\n# A\n", "no line --- ends it"),
        ("---\n- 1\n---\n", "no mapping"),
        ("---\na: 1\na: 2\n---\n", "a key stands twice"),
        ("---\n{a: 1, b: {c: 1, c: 2}}\n---\n", "a key stands twice"),
        ("---\na: &x [1]\nb: *x\n---\n", "an alias"),
        ("---\na: " + "[" * 30_000 + "\n---\n", "nested deeper than 20"),
        ("---\na: !!python/object/apply:os.system [id]\n---\n", "line 2: could not determine"),
        ("---\na: 2026-99-99\n---\n", "cannot be read"),
        ("---\n? [1]\n: 2\n---\n", "cannot be read"),
        ("---\na: 1\n--- \nb\n---\n" + "x" * 5, ""),
        ("---\n" + "a: " + "x" * 70_000 + "\n---\n", "longer than 65,536"),
        (b"# A\n\xff\n", "not UTF-8: line 2"),
        ("# A\n\0", "NUL byte"),
        ("# A\n".encode("utf-16"), "UTF-8"),
        (b"x" * ((4 << 20) + 1), "larger than 4,194,304 bytes"),
    ],
)
def test_a_card_that_cannot_be_read_for_certain_is_an_error(bench, data, why):
    if not why:
        assert card(bench, data).facts == {"a": 1}
        return
    with pytest.raises(EvidenceError, match=why):
        card(bench, data)


def test_a_document_that_is_not_there(bench):
    for path in ("absent.md", "../x.md", "."):
        with pytest.raises(EvidenceError):
            MarkdownCard.describe(bench.source("card", documents={"card": path}), NONE)
    with pytest.raises(EvidenceError, match="no document 'card'"):
        MarkdownCard.describe(bench.source("card"), NONE)


@pytest.mark.timeout(10)
@pytest.mark.parametrize(
    "text",
    [
        "# a\n" * 10_000,
        "a\n-\n" * 10_000,
        "x <!-- \n" * 200_000,
        "#" * 1_000_000,
        "# " + "# " * 500_000,
        "[" * 1_000_000,
        "# " + "[" * 100_000,
        "# " + "_" * 100_000 + "a",
        "# " + "<a" * 100_000,
        "- " * 500_000 + "\n---",
        "# " + "{#" * 100_000,
        "# a" + " " * 1_000_000 + "b",
        "# " + " #" * 90 + "\n",
        ("# " + "[" * 190 + "\n") * 9_000,
        ("# " + "<a" * 95 + "\n") * 9_000,
        "<!-- -->" * 400_000,
        "x<!--" * 400_000,
        "a\n" * 1_000_000,
        "- - " * 500_000 + "x",
        "-" + " " * 1_000_000 + "x",
        "`" * 1_000_000,
        "```\n" * 300_000,
    ],
)
def test_no_text_takes_long(text):
    split(text)


def test_more_headings_than_a_reader_can_read_are_refused():
    with pytest.raises(EvidenceError, match="more than 10,000 headings"):
        split("# a\n" * 10_001)


def test_a_very_long_line_is_no_heading():
    assert split("# A\n# " + "b" * 200 + "\n" + "c " * 200 + "\n===\n") == {
        "A": "# " + "b" * 200 + "\n" + ("c " * 200).strip() + "\n==="
    }
