"""Values and places of a YAML file, against PyYAML's own node marks."""

import hashlib
import os

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from deploycheck.engine.document import LARGEST_FILE, parse, read
from deploycheck.engine.language.scalars import Float, Int


def parsed(text):
    problems = []
    document = parse("f.yaml", text if isinstance(text, bytes) else text.encode(), problems)
    assert problems == []
    return document


def marks(node, path=()):
    """(path, key?, line, column) of every key and value, by PyYAML's composer."""
    yield path, False, node.start_mark.line + 1, node.start_mark.column + 1
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            inner = (*path, key.value)
            yield inner, True, key.start_mark.line + 1, key.start_mark.column + 1
            yield from marks(value, inner)
    elif isinstance(node, yaml.SequenceNode):
        for at, value in enumerate(node.value):
            yield from marks(value, (*path, at))


def agree(text):
    document = parsed(text)
    for path, key, line, column in marks(yaml.compose(text, yaml.SafeLoader)):
        place = document.place(path, key=key)
        assert (place.line, place.column) == (line, column), (path, key)
        assert place.source == text.split("\n")[line - 1].rstrip("\r")


words = st.text("abcdé漢😀 :#-'\"[]{},&*!|>%@", min_size=1, max_size=12)
trees = st.recursive(
    st.one_of(words, st.integers(-(10**6), 10**6), st.booleans()),
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(words, inner, max_size=4)),
    max_leaves=25,
)


@settings(max_examples=150, deadline=None)
@given(trees, st.sampled_from([None, True, False]), st.booleans())
def test_places_agree_with_the_composer(tree, flow, unicode):
    text = yaml.safe_dump(tree, default_flow_style=flow, allow_unicode=unicode, width=60)
    agree(text)


@settings(max_examples=150, deadline=None)
@given(trees)
def test_values_come_back(tree):
    quoted = yaml.safe_dump(tree, allow_unicode=True, default_style=None)
    assert parsed(quoted).root == tree


HAND_WRITTEN = """\
# comment
policy: credit   # another
text: |
  several
  lines
folded: >-
  one
  two
"quoted key": 'it''s'
list:
- a
-   - b
    - {c: d, "e": [f, g]}
flow: [
  x, w,
  {z: 1}
]
? explicit
: value
é漢: 😀
"""


def test_places_of_a_file_written_by_hand():
    agree(HAND_WRITTEN)


def test_line_ends_of_windows_do_not_shift_places():
    text = HAND_WRITTEN.replace("\n", "\r\n")
    document = parsed(text)
    plain = parsed(HAND_WRITTEN)
    for path, key, _, _ in marks(yaml.compose(HAND_WRITTEN, yaml.SafeLoader)):
        assert document.place(path, key=key) == plain.place(path, key=key)


def test_lengths_cover_what_is_meant_and_no_more():
    document = parsed("a: {b: [1, 22], c: 'x y'}\nd:\n  e: long text here\n")
    where = {
        ("a",): "{b: [1, 22], c: 'x y'}", ("a", "b"): "[1, 22]", ("a", "b", 1): "22",
        ("a", "c"): "'x y'", ("d",): "e: long text here", ("d", "e"): "long text here",
    }  # fmt: skip
    for path, text in where.items():
        place = document.place(path)
        assert place.source[place.column - 1 :][: place.length] == text
    key = document.place(("a", "c"), key=True)
    assert (key.column, key.length) == (17, 1)


def test_what_is_not_there_has_the_place_of_what_encloses_it():
    document = parsed("a:\n  b: {c: 1}\n")
    assert document.place(("a", "b", "x")) == document.place(("a", "b"))
    assert document.place(("a", "b", "c", "deeper")) == document.place(("a", "b", "c"))
    assert document.place(("x", "y", 3)) == document.place(())
    assert document.place(("a", "x"), key=True) == document.place(("a",))
    assert document.place(()).line == 1


def test_an_alias_stands_where_it_is_written_and_its_parts_where_they_are():
    document = parsed("a: &x {b: 1}\nc: *x\n")
    assert document.root == {"a": {"b": 1}, "c": {"b": 1}}
    assert (document.place(("c",)).line, document.place(("c",)).column) == (2, 4)
    assert document.place(("c", "b")) == document.place(("a", "b"))


@pytest.mark.parametrize(
    ("text", "value", "kind"),
    [
        ("true", True, bool), ("True", True, bool), ("FALSE", False, bool),
        ("~", None, type(None)), ("null", None, type(None)),
        ("0", 0, Int), ("-0", 0, Int), ("+12", 12, Int), ("9007199254740991", 2**53 - 1, Int),
        ("1e-3", 0.001, Float), ("1.", 1.0, Float), (".5", 0.5, Float), ("-1.5E+3", -1500.0, Float), ("0.0", 0.0, Float),
        ("9.10", 9.1, Float), ("0e0", 0.0, Float),
        ("2026-12-01", "2026-12-01", str), ("2026-12-01T00:00:00Z", "2026-12-01T00:00:00Z", str),
        ("1.2.3", "1.2.3", str), ("25 ms", "25 ms", str), ("10%", "10%", str), ("nan", "nan", str), ("inf", "inf", str),
        ('"yes"', "yes", str), ("'017'", "017", str), ('"12:30"', "12:30", str), ("sha256:00", "sha256:00", str),
        ("1a", "1a", str), ("-x", "-x", str), ("none", "none", str), ("<=", "<=", str), ("=", "=", str),
    ],
)  # fmt: skip
def test_unquoted_scalars_are_yaml_1_2(text, value, kind):
    root = parsed(f"a: {text}\n").root["a"]
    assert type(root) is kind
    assert root == value
    if kind in (Int, Float):
        assert root.raw == text


def test_a_byte_order_mark_is_no_part_of_the_text():
    document = parsed(b"\xef\xbb\xbfpolicy: a\n")
    assert document.root == {"policy": "a"}
    assert document.place(("policy",)).column == 9


def test_the_digest_is_of_the_bytes():
    data = b"\xef\xbb\xbfa: b\r\n"
    assert parsed(data).digest == "sha256:" + hashlib.sha256(data).hexdigest()


def test_bytes_that_are_not_utf_8_are_placed():
    problems = []
    assert parse("f", "a: x\nb: café\n".encode("latin-1"), problems) is None
    assert [(p.code, p.place.line, p.place.column) for p in problems] == [("DC006", 2, 7)]
    assert "0xE9" in problems[0].message
    problems = []
    assert parse("f", "policy: a".encode("utf-16"), problems) is None
    assert problems[0].hint == "the file is UTF-16; save it as UTF-8"


def test_all_mistakes_of_structure_are_told_in_one_go():
    text = "a: yes\nb: 017\nb: 1\nc: !x 1\nd: .nan\ne: {<<: {}}\n1: x\n"
    problems = []
    document = parse("f", text.encode(), problems)
    told = [(p.code, p.place.line) for p in problems]
    assert told == [
        ("DC005", 1), ("DC005", 2), ("DC003", 3), ("DC004", 4), ("DC010", 5), ("DC004", 6), ("DC005", 7),
    ]  # fmt: skip
    assert document is not None


def test_depth_is_counted_and_twenty_is_allowed():
    parsed("a: " + "[" * 19 + "]" * 19)
    problems = []
    assert parse("f", ("a: " + "[" * 20 + "]" * 20).encode(), problems) is None
    assert problems[0].code == "DC004"
    problems = []
    text = "x: &x [[[[[[[[[[[]]]]]]]]]]]\na: [[[[[[[[[[*x]]]]]]]]]]\n"
    assert parse("f", text.encode(), problems) is None
    assert "through the alias" in problems[0].message


def test_files_are_read_whole_or_not_at_all(tmp_path):
    path = tmp_path / "a.yaml"
    path.write_bytes(b"policy: a\n")
    problems = []
    assert read(path, "a.yaml", problems) == b"policy: a\n"
    path.write_bytes(b"#" * LARGEST_FILE)
    assert len(read(path, "a.yaml", problems)) == LARGEST_FILE
    assert problems == []
    path.write_bytes(b"#" * (LARGEST_FILE + 1))
    assert read(path, "a.yaml", problems) is None
    assert problems.pop().message == "the file is larger than 1 MiB"


def test_what_is_no_file_is_refused_without_waiting(tmp_path):
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    loop = tmp_path / "loop"
    loop.symlink_to(loop)
    for path in (tmp_path / "absent", tmp_path, pipe, loop, tmp_path / "nul\0", "/dev/null"):
        problems = []
        assert read(path, "x", problems) is None
        assert [p.code for p in problems] == ["DC001"]
        assert problems[0].place.label == "x"
        assert "\n" not in problems[0].message
