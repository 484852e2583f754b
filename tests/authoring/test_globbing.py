"""A pattern names files inside the release's folder, each once, and lists nothing else."""

import os

import pytest

from deploycheck.authoring import globbing
from deploycheck.authoring.errors import EvidenceError, NotYet
from deploycheck.authoring.files import Files
from deploycheck.authoring.globbing import digest_of, is_pattern, matched


@pytest.fixture
def root(tmp_path):
    """A release's folder, with a file beside it that is none of its business."""
    (tmp_path / "secret").mkdir()
    (tmp_path / "secret" / "s.csv").write_text("secret")
    root = tmp_path / "root"
    for name in ("a/1.csv", "a/2.csv", "a/2.txt", "b/1.csv", "b/x/1.csv", "top.csv", "a/.h.csv"):
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(name)
    return root


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("a/*.csv", ("a/1.csv", "a/2.csv")),
        ("a/[!1].csv", ("a/2.csv",)),
        ("a/?.*", ("a/1.csv", "a/2.csv", "a/2.txt")),
        ("*.csv", ("top.csv",)),
        ("*/1.csv", ("a/1.csv", "b/1.csv")),
        ("*/*/*.csv", ("b/x/1.csv",)),
        ("[ab]/1.*", ("a/1.csv", "b/1.csv")),
        ("a/.*.csv", ("a/.h.csv",)),
        ("./a/../a/1.*", ("./a/../a/1.csv",)),
    ],
)
def test_as_a_shell_matches(root, text, names):
    assert is_pattern(text)
    assert matched(Files(root), text) == names


@pytest.mark.parametrize(
    "text",
    [
        "../secret/*.csv",
        "*/../../secret/*.csv",
        "a/../../*/s.csv",
        "/*.csv",
        "/etc/*",
        "https://example.org/*.csv",
        "a/\0*.csv",
        "*//1.csv",
        "*/./1.csv",
        "a/3*.csv",
        "a/1.csv/*.csv",
        "c/*.csv",
    ],
)
def test_what_leaves_the_folder_or_matches_nothing_is_refused(root, text):
    with pytest.raises(EvidenceError) as caught:
        matched(Files(root), text)
    assert caught.value.code == "DC201"


@pytest.mark.parametrize("text", ["**/*.csv", "a/**", "a**.csv"])
def test_any_depth_is_not_read_yet(root, text):
    with pytest.raises(NotYet):
        matched(Files(root), text)


def test_links_out_of_the_folder_are_refused(root):
    (root / "a" / "3.csv").symlink_to(root.parent / "secret" / "s.csv")
    with pytest.raises(EvidenceError, match=r"a/3\.csv lies outside"):
        matched(Files(root), "a/*.csv")
    (root / "c").symlink_to(root.parent / "secret")
    for text in ("c/*.csv", "*/s.csv"):
        with pytest.raises(EvidenceError, match="outside"):
            matched(Files(root), text)


def test_a_link_inside_is_followed_but_no_file_counts_twice(root):
    (root / "a" / "link.csv").symlink_to(root / "top.csv")
    assert matched(Files(root), "a/l*.csv") == ("a/link.csv",)
    (root / "a" / "latest.csv").symlink_to(root / "a" / "2.csv")
    with pytest.raises(
        EvidenceError, match=r"a/2\.csv and a/latest\.csv are the same file"
    ) as caught:
        matched(Files(root), "a/*.csv")
    assert caught.value.code == "DC203"
    (root / "a" / "latest.csv").unlink()
    os.link(root / "a" / "2.csv", root / "a" / "twin.csv")
    with pytest.raises(EvidenceError, match="are the same file"):
        matched(Files(root), "a/*.csv")


def test_what_is_no_regular_file_is_refused(root):
    (root / "a" / "folder.csv").mkdir()
    with pytest.raises(EvidenceError, match=r"a/folder\.csv is not a regular file"):
        matched(Files(root), "a/*.csv")
    (root / "a" / "folder.csv").rmdir()
    os.mkfifo(root / "a" / "pipe.csv")
    with pytest.raises(EvidenceError, match=r"a/pipe\.csv is not a regular file"):
        matched(Files(root), "a/*.csv")
    (root / "a" / "pipe.csv").unlink()
    (root / "a" / "dangling.csv").symlink_to(root / "nowhere")
    with pytest.raises(EvidenceError, match=r"a/dangling\.csv does not exist"):
        matched(Files(root), "a/*.csv")


def test_names_that_cannot_be_shown_are_refused(root):
    (root / "a" / "\n.csv").write_text("x")
    with pytest.raises(EvidenceError, match="no printable name"):
        matched(Files(root), "a/*.csv")


def test_too_many_files_are_refused(root, monkeypatch):
    monkeypatch.setattr(globbing, "MOST_FILES", 3)
    assert len(matched(Files(root), "a/*.*")) == 3
    (root / "a" / "3.csv").write_text("x")
    with pytest.raises(EvidenceError, match="more than 3 names"):
        matched(Files(root), "a/*.*")


def test_a_hostile_pattern_is_cheap(root):
    (root / ("a" * 200 + ".csv")).write_text("x")
    with pytest.raises(EvidenceError, match="matches no file"):
        matched(Files(root), "*a" * 100 + "b.csv")


def test_the_digest_is_over_relative_names_and_contents(root):
    files = Files(root)
    assert digest_of(files, "b/x/*.csv") == files.tree("b/x").digest
    assert digest_of(files, "a/1.csv") == files.digest("a/1.csv")
    before = digest_of(Files(root), "a/*.csv")
    (root / "a" / "1.csv").write_text("other")
    assert digest_of(Files(root), "a/*.csv") != before


def test_a_digest_of_what_is_not_read_yet_is_an_error_like_any_other(root):
    with pytest.raises(EvidenceError, match="not read yet"):
        digest_of(Files(root), "**/*.csv")
