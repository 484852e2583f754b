"""All files or none, and nothing overwritten that nobody said to overwrite."""

import errno
import os
from pathlib import Path

import pytest

from deploycheck.scaffold.project import write
from deploycheck.scaffold.project.write import OutsideError, TakenError, ignored, taken, write_all

FILES = {"a.yaml": b"a\n", "deep/er/b.yaml": b"b\n"}


def everything(folder):
    return sorted(p.relative_to(folder).as_posix() for p in folder.rglob("*") if not p.is_dir())


def test_all_are_written(tmp_path):
    write_all(tmp_path, FILES, force=False)
    assert {path: (tmp_path / path).read_bytes() for path in FILES} == FILES
    assert everything(tmp_path) == sorted(FILES)


def test_what_is_there_is_named_and_kept(tmp_path):
    (tmp_path / "a.yaml").write_text("mine")
    with pytest.raises(TakenError) as told:
        write_all(tmp_path, FILES, force=False)
    assert told.value.paths == ("a.yaml",)
    assert everything(tmp_path) == ["a.yaml"]
    assert (tmp_path / "a.yaml").read_text() == "mine"


def test_a_broken_link_is_there_too(tmp_path):
    (tmp_path / "a.yaml").symlink_to("nowhere")
    assert taken(tmp_path, FILES) == ("a.yaml",)
    with pytest.raises(TakenError):
        write_all(tmp_path, FILES, force=False)
    assert not (tmp_path / "nowhere").exists()


def test_force_overwrites_the_link_and_not_what_it_names(tmp_path):
    outside = tmp_path / "outside"
    outside.write_text("theirs")
    project = tmp_path / "project"
    project.mkdir()
    (project / "a.yaml").symlink_to(outside)
    write_all(project, FILES, force=True)
    assert outside.read_text() == "theirs"
    assert not (project / "a.yaml").is_symlink()
    assert everything(project) == sorted(FILES)


def test_no_file_goes_through_a_link_out_of_the_folder(tmp_path):
    (tmp_path / "elsewhere").mkdir()
    project = tmp_path / "project"
    project.mkdir()
    (project / "deep").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(OutsideError):
        write_all(project, FILES, force=True)
    assert everything(tmp_path) == []


@pytest.mark.parametrize("force", [False, True])
@pytest.mark.parametrize("at", ["a.yaml", "deep/er/b.yaml", ".gitignore"])
def test_when_one_cannot_be_put_there_all_are_taken_back(tmp_path, monkeypatch, force, at):
    if force:
        (tmp_path / "a.yaml").write_text("mine")
    (tmp_path / ".gitignore").write_text("old\n")
    before = {path: (tmp_path / path).read_bytes() for path in everything(tmp_path)}
    real = Path.replace

    def full(self, target):
        if Path(target) == tmp_path / at and self.suffix == ".part":
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(target))
        return real(self, target)

    monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(OSError, match="No space left"):
        write_all(tmp_path, FILES, force=force, edited={".gitignore": b"old\nnew\n"})
    assert {path: (tmp_path / path).read_bytes() for path in everything(tmp_path)} == before
    assert not (tmp_path / "deep").exists()


def test_ctrl_c_in_the_middle_leaves_nothing(tmp_path, monkeypatch):
    real = write.Staged

    class Interrupted(real):
        def __init__(self, path, data):
            if path.name == "b.yaml":
                raise KeyboardInterrupt
            super().__init__(path, data)

    monkeypatch.setattr(write, "Staged", Interrupted)
    with pytest.raises(KeyboardInterrupt):
        write_all(tmp_path, FILES, force=False)
    assert list(tmp_path.iterdir()) == []


def test_what_came_meanwhile_is_not_overwritten(tmp_path, monkeypatch):
    real = write.Staged

    class Slow(real):
        def __init__(self, path, data):
            super().__init__(path, data)
            if path.name == "b.yaml":
                path.write_text("theirs")

    monkeypatch.setattr(write, "Staged", Slow)
    with pytest.raises(TakenError):
        write_all(tmp_path, FILES, force=False)
    assert everything(tmp_path) == ["deep/er/b.yaml"]
    assert (tmp_path / "deep/er/b.yaml").read_text() == "theirs"


def test_overwriting_leaves_no_second_name(tmp_path):
    write_all(tmp_path, FILES, force=False)
    write_all(tmp_path, dict.fromkeys(FILES, b"new\n"), force=True)
    assert everything(tmp_path) == sorted(FILES)
    assert (tmp_path / "a.yaml").read_bytes() == b"new\n"


def test_without_hard_links_the_old_content_is_copied(tmp_path, monkeypatch):
    def refused(*_, **__):
        raise OSError(errno.EPERM, os.strerror(errno.EPERM))

    monkeypatch.setattr(os, "link", refused)
    (tmp_path / "a.yaml").write_text("mine")
    write_all(tmp_path, FILES, force=True)
    assert everything(tmp_path) == sorted(FILES)


@pytest.mark.parametrize(
    ("now", "then"),
    [
        (None, b"# what deploycheck gate writes\n.deploycheck/\ndeploycheck-reports/\n"),
        (b"*.pyc", b"*.pyc\n# what deploycheck gate writes\n.deploycheck/\ndeploycheck-reports/\n"),
        (b"/.deploycheck\n", b"/.deploycheck\n# what deploycheck gate writes\ndeploycheck-reports/\n"),
        (b"\xff\n", b"\xff\n# what deploycheck gate writes\n.deploycheck/\ndeploycheck-reports/\n"),
        (b".deploycheck/\r\ndeploycheck-reports\r\n", None),
    ],
)  # fmt: skip
def test_gitignore_gets_what_it_lacks(now, then):
    assert ignored(now) == then
