"""A commit is the one that is checked out; what differs from it is found, and nothing else runs."""

import hashlib
import os
import subprocess
import time
from dataclasses import replace
from pathlib import Path

import pytest

from deploycheck.authoring import git as git_module
from deploycheck.authoring.collector import Source
from deploycheck.authoring.files import Files
from deploycheck.authoring.git import without_credentials
from deploycheck.authoring.params import NoParams
from deploycheck.collectors.lineage import GitLineage
from deploycheck.model.release import Release

NONE = NoParams()
ENVIRONMENT = {
    "PATH": os.environ["PATH"],
    "GIT_CONFIG_GLOBAL": "/dev/null",
    "GIT_CONFIG_SYSTEM": "/dev/null",
    **{f"GIT_{who}_{what}": value for who in ("AUTHOR", "COMMITTER")
       for what, value in (("NAME", "A"), ("EMAIL", "a@example.org"))},
}  # fmt: skip


class Project:
    """A git repository with a release in it."""

    def __init__(self, top, folder="."):
        self.top, self.root = top, top / folder
        self.root.mkdir(parents=True, exist_ok=True)

    def git(self, *arguments):
        made = subprocess.run(
            ["git", *arguments], cwd=self.top, env=ENVIRONMENT, check=True, capture_output=True, text=True
        )  # fmt: skip
        return made.stdout.strip()

    def write(self, name, data="x"):
        place = self.root / name
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(data if isinstance(data, bytes) else data.encode())

    def commit(self, *options):
        self.git("add", "-A")
        self.git("commit", "-q", "-m", "x", *options)
        return self.git("rev-parse", "HEAD")

    def lineage(self, **release):
        told = {"release": "r", "version": "1", **release}
        source = Source(Release.model_validate(told), "release", Files(self.root))
        made = GitLineage.collect(source, NONE)
        described = GitLineage.describe(replace(source, files=Files(self.root)), NONE)
        assert described.digest == made.digest
        assert described.facts == {"commit": made.commit, "changes": made.changed}
        return made


@pytest.fixture
def project(tmp_path):
    made = Project(tmp_path / "repo")
    made.git("init", "-q", "-b", "main")
    made.write("train.py", "print()\n")
    made.write("release.yaml", "release: r\n")
    made.commit()
    return made


def test_a_clean_tree(project):
    project.git("tag", "v1")
    project.git("tag", "-a", "v2", "-m", "x")
    project.git("remote", "add", "origin", "https://user:secret@example.org/x.git?token=1")
    made = project.lineage()
    assert made.commit == project.git("rev-parse", "HEAD")
    assert (made.problem, made.unknown, made.changes, made.changed) == ("", "", (), 0)
    assert (made.branch, made.tags, made.remote) == (
        "main",
        ("v1", "v2"),
        "https://example.org/x.git",
    )


def test_no_branch_and_no_remote(project):
    project.git("checkout", "-q", "--detach")
    made = project.lineage()
    assert (made.branch, made.tags, made.remote) == ("", (), "")


def test_changed_new_lost_and_staged_files(project):
    for name in ("keep.py", "gone.py", "mode.sh", "sub/é ñ.py"):
        project.write(name)
    project.commit()
    assert project.lineage().changed == 0
    project.write("train.py", "other\n")
    project.write("new file.py")
    project.write("staged.py")
    project.git("add", "staged.py")
    (project.root / "gone.py").unlink()
    (project.root / "mode.sh").chmod(0o755)
    project.write("sub/é ñ.py", "other")
    assert project.lineage().changes == (
        "gone.py", "mode.sh", "new file.py", "staged.py", "sub/é ñ.py", "train.py",
    )  # fmt: skip


def test_what_is_staged_and_taken_back_is_clean(project):
    project.write("train.py", "other\n")
    project.git("add", "-A")
    project.write("train.py", "print()\n")
    assert project.lineage().changes == ()


@pytest.mark.parametrize("flag", ["--assume-unchanged", "--skip-worktree"])
def test_no_flag_hides_a_change(project, flag):
    project.git("update-index", flag, "train.py")
    project.write("train.py", "other\n")
    assert project.git("status", "--porcelain") == ""
    assert project.lineage().changes == ("train.py",)


def test_no_time_stamp_hides_a_change(project):
    """Same size, same times; git itself looks no further than the stamps in its index."""
    place = project.root / "train.py"
    facts = place.stat()
    place.write_text("prinT()\n")
    os.utime(place, ns=(facts.st_atime_ns, facts.st_mtime_ns))
    assert project.lineage().changes == ("train.py",)


def test_ignored_files_and_named_artefacts_may_lie_about(project):
    project.write(".gitignore", "*.log\n")
    project.commit()
    (project.top / ".git/info/exclude").write_text("*.tmp\n")
    for name in (
        "a.log",
        "a.tmp",
        "data/train.csv",
        "data/test.csv",
        "m/w.bin",
        ".deploycheck/x",
        "deploycheck-reports/r.json",
    ):
        project.write(name, "abc")
    digest = "sha256:" + hashlib.sha256(b"abc").hexdigest()
    release = {
        "data": {
            "train": {"path": "data/train.csv", "digest": digest},
            "test": {"path": "data/test.csv"},
        },
        "model": {"path": "m", "digest": digest},
    }
    assert project.lineage(**release).changes == ("data/test.csv",)
    assert project.lineage().changes == ("data/test.csv", "data/train.csv", "m/w.bin")


def test_a_release_in_a_folder_of_a_larger_repository(tmp_path):
    made = Project(tmp_path / "repo", "models/credit")
    made.git("init", "-q")
    made.write("release.yaml")
    (made.top / "lib.py").write_text("x")
    commit = made.commit()
    assert made.lineage().commit == commit
    (made.top / "lib.py").write_text("y")
    assert made.lineage().changes == ("lib.py",)


def test_a_folder_that_the_commit_does_not_know_is_not_in_it(project):
    project.write(".gitignore", "out/\n")
    project.commit()
    hidden = Project(project.top, "out/release")
    hidden.write("release.yaml")
    made = hidden.lineage()
    assert (made.commit, made.problem) == ("", "the commit has no file of the release's folder")


def test_without_repository_or_commit(tmp_path):
    plain = Project(tmp_path / "plain")
    assert plain.lineage().problem == "the release's folder lies in no git repository"
    plain.git("init", "-q")
    assert plain.lineage().problem == "the git repository has no commit"
    broken = Project(tmp_path / "broken")
    broken.write(".git", "gitdir: /nonexistent\n")
    assert broken.lineage().commit == ""


def test_a_working_tree_elsewhere_is_not_this_one(project, tmp_path):
    other = tmp_path / "clean"
    other.mkdir()
    project.git("config", "core.worktree", str(other))
    made = project.lineage()
    assert made.commit == ""
    assert made.problem


def test_a_linked_working_tree(project, tmp_path):
    project.git("worktree", "add", "-q", "-b", "side", str(tmp_path / "linked"))
    linked = Project(tmp_path / "linked")
    made = linked.lineage()
    assert (made.commit, made.branch, made.changed) == (project.git("rev-parse", "HEAD"), "side", 0)
    linked.write("train.py", "other")
    assert linked.lineage().changes == ("train.py",)


def test_a_shallow_clone(project, tmp_path):
    first = project.git("rev-parse", "HEAD")
    project.write("train.py", "two")
    second = project.commit()
    subprocess.run(
        ["git", "clone", "-q", "--depth=1", f"file://{project.top}", str(tmp_path / "c")],
        check=True,
        env=ENVIRONMENT,
    )
    clone = Project(tmp_path / "c")
    clone.write("T.yaml", f"commit: {first}\n")
    clone.commit()
    made = clone.lineage(documents={"training": "T.yaml"})
    assert (made.changed, made.training_commit) == (0, "unknown")
    clone.write("T.yaml", f"commit: {second}\n")
    clone.commit()
    assert clone.lineage(documents={"training": "T.yaml"}).training_commit == "ancestor"


def test_files_that_lfs_keeps_elsewhere_are_compared_by_content(project):
    content = b"weights" * 1000
    digest = hashlib.sha256(content).hexdigest()
    pointer = (
        f"version https://git-lfs.github.com/spec/v1\noid sha256:{digest}\nsize {len(content)}\n"
    )
    project.write(".gitattributes", "*.bin filter=lfs diff=lfs merge=lfs -text\n")
    project.write("m.bin", pointer)
    project.commit()
    assert project.lineage().changed == 0
    project.write("m.bin", content)
    assert project.lineage().changed == 0
    project.write("m.bin", b"Weights" * 1000)
    assert project.lineage().changes == ("m.bin",)


def test_line_ends_are_compared_as_the_repository_says(project):
    project.git("config", "core.autocrlf", "input")
    project.write("a.txt", "one\ntwo\n")
    project.commit()
    project.write("a.txt", "one\r\ntwo\r\n")
    assert project.lineage().changed == 0
    project.git("config", "core.autocrlf", "false")
    assert project.lineage().changes == ("a.txt",)


def test_a_submodule_is_told(project, tmp_path):
    other = Project(tmp_path / "other")
    other.git("init", "-q")
    other.write("x.py")
    commit = other.commit()
    project.git("update-index", "--add", "--cacheinfo", f"160000,{commit},vendor")
    project.git("commit", "-q", "-m", "x")
    (project.root / "vendor").mkdir()
    assert project.lineage().changed == 0
    project.write("vendor/x.py")
    assert project.lineage().changes == ("vendor (a submodule, which is not looked at)",)


def test_a_repository_of_sha256(tmp_path):
    made = Project(tmp_path / "repo")
    made.git("init", "-q", "--object-format=sha256")
    made.write("a.py")
    commit = made.commit()
    assert len(commit) == 64
    assert (made.lineage().commit, made.lineage().changed) == (commit, 0)


@pytest.mark.parametrize(
    ("which", "expected"),
    [("first", "ancestor"), ("short", "ancestor"), ("head", "ancestor"), ("side", "unrelated"),
     ("absent", "unknown"), ("HEAD", "unknown"), ("--help", "unknown"), ("abc", "unknown")],
)  # fmt: skip
def test_the_commit_of_the_training(project, which, expected):
    first = project.git("rev-parse", "HEAD")
    project.git("checkout", "-q", "-b", "side")
    project.write("b.py")
    side = project.commit()
    project.git("checkout", "-q", "main")
    project.write("c.py")
    head = project.commit()
    named = {"first": first, "short": first[:10], "side": side, "head": head, "absent": "0" * 40}
    project.write("T.yaml", f"seed: 1\ncommit: '{named.get(which, which)}'\n")
    project.commit()
    made = project.lineage(documents={"training": "T.yaml"})
    assert made.training_commit == expected
    assert made.training["seed"] == "1"


def test_a_record_that_cannot_be_read_is_told(project):
    assert "names no document 'training'" in project.lineage().training_problem
    assert "does not exist" in project.lineage(documents={"training": "T.yaml"}).training_problem
    project.write("T.yaml", "a: [1")
    assert "cannot be read" in project.lineage(documents={"training": "T.yaml"}).training_problem


def test_the_digest_changes_with_everything(project):
    digests = [project.lineage().digest]
    project.write("new.py")
    digests.append(project.lineage().digest)
    project.write("T.yaml", "seed: 1")
    project.commit()
    digests.append(project.lineage(documents={"training": "T.yaml"}).digest)
    project.write("T.yaml", "seed: 2")
    project.commit("--amend")
    digests.append(project.lineage(documents={"training": "T.yaml"}).digest)
    assert len(set(digests)) == 4


def test_nothing_that_the_repository_names_runs(project):
    """Settings, hooks and attributes of a hostile repository name programs; git runs none."""
    mark = project.top.parent / "ran"
    script = project.top.parent / "evil.sh"
    script.write_text(f"#!/bin/sh\necho $0 >> {mark}\ncat\n")
    script.chmod(0o755)
    for key in (
        "core.fsmonitor", "core.pager", "core.editor", "core.sshCommand", "core.gitProxy",
        "core.askPass", "core.alternateRefsCommand", "diff.external", "filter.x.clean",
        "filter.x.smudge", "filter.x.process", "diff.x.textconv", "diff.x.command", "gpg.program",
        "merge.x.driver", "credential.helper", "alias.status", "alias.rev-parse",
    ):  # fmt: skip
        project.git("config", key, f"!{script}" if key.startswith("alias") else str(script))
    for setting in (
        "extensions.partialClone=origin",
        "remote.origin.promisor=true",
        "status.submoduleSummary=true",
        "core.untrackedCache=true",
    ):
        project.git("config", *setting.split("="))
    project.git("config", "remote.origin.url", f"ext::{script}")
    hooks = project.top / ".git/hooks"
    hooks.mkdir(exist_ok=True)
    for name in (
        "post-index-change",
        "post-checkout",
        "fsmonitor-watchman",
        "reference-transaction",
        "pre-auto-gc",
    ):
        (hooks / name).write_text(script.read_text())
        (hooks / name).chmod(0o755)
    (project.root / ".gitattributes").write_text("* filter=x diff=x merge=x\n")
    project.write("train.py", "other\n")
    mark.unlink(missing_ok=True)
    made = project.lineage()
    assert not mark.exists()
    assert made.changes == (".gitattributes", "train.py")
    assert project.git("hash-object", "train.py")
    assert mark.exists(), "the trap works where settings are read"


def test_missing_objects_are_fetched_from_nowhere(project):
    script = project.top.parent / "evil.sh"
    script.write_text(f"#!/bin/sh\ntouch {project.top.parent / 'ran'}\n")
    script.chmod(0o755)
    project.git("config", "core.repositoryformatversion", "1")
    project.git("config", "extensions.partialClone", "origin")
    project.git("config", "remote.origin.url", f"ext::{script}")
    project.git("config", "protocol.ext.allow", "always")
    (project.top / ".git/HEAD").write_text("0" * 39 + "1\n")
    made = project.lineage()
    assert made.commit == ""
    assert not (project.top.parent / "ran").exists()


def test_a_folder_that_looks_like_a_repository_is_none(tmp_path):
    bare = Project(tmp_path / "bare")
    bare.git("init", "-q", "--bare")
    assert bare.lineage().problem == "the release's folder lies in no git repository"


def test_a_git_in_the_candidates_own_folder_is_not_run(project, monkeypatch):
    project.write("bin/git", f"#!/bin/sh\ntouch {project.top}/ran\n")
    (project.root / "bin/git").chmod(0o755)
    monkeypatch.setenv("PATH", f"{project.root}/bin:{os.environ['PATH']}")
    assert "lies in the release's folder" in project.lineage().unknown
    assert not (project.top / "ran").exists()


def test_without_git_nothing_is_known(project, monkeypatch):
    monkeypatch.setenv("PATH", "/nonexistent")
    made = project.lineage()
    assert (made.commit, made.unknown) == ("", "git is not installed; install git")


def test_a_git_that_hangs_is_ended(project, monkeypatch, tmp_path):
    slow = tmp_path / "slow/git"
    slow.parent.mkdir()
    slow.write_text("#!/bin/sh\nexec sleep 60\n")
    slow.chmod(0o755)
    monkeypatch.setenv("PATH", f"{slow.parent}:{os.environ['PATH']}")
    monkeypatch.setattr(git_module, "SECONDS", 0.3)
    began = time.monotonic()
    assert "git took longer" in project.lineage().unknown
    assert time.monotonic() - began < 10


def test_nothing_is_written_into_the_repository(project):
    def seen():
        return {p: p.stat().st_mtime_ns for p in Path(project.top).rglob("*")}

    project.write("train.py", "other")
    before = seen()
    project.lineage()
    assert seen() == before


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("https://u:p@example.org/x.git", "https://example.org/x.git"),
        ("https://token@example.org:8443/x?a=b#c", "https://example.org:8443/x"),
        ("git@example.org:x/y.git", "example.org:x/y.git"),
        ("ssh://u:p@h/x", "ssh://h/x"),
        ("/srv/x.git", "/srv/x.git"),
        ("https://[bad", ""),
        ("", ""),
    ],
)
def test_an_address_is_told_without_credentials(address, expected):
    assert without_credentials(address) == expected
