"""The pre-commit hooks: their manifest, and a real run in a repository that uses them."""

import subprocess
import sys
from pathlib import Path

import pytest

PRE_COMMIT = Path(sys.executable).with_name("pre-commit")


@pytest.fixture(scope="module")
def hooks(kit):
    return {h["id"]: h for h in kit.load((kit.ROOT / ".pre-commit-hooks.yaml").read_text())}


def test_the_manifest_is_one(kit):
    manifest = str(kit.ROOT / ".pre-commit-hooks.yaml")
    done = subprocess.run([PRE_COMMIT, "validate-manifest", manifest], check=False)
    assert done.returncode == 0


def test_the_hooks_are_called_as_they_are_written(hooks, make_case):
    folder = make_case("release").folder
    (folder / "other.yaml").write_text("kind: Deployment\n", encoding="utf-8")

    def call(id, *more):
        words = hooks[id]["entry"].split()
        assert words[0] == "deploycheck"
        return subprocess.run([sys.executable, "-m", *words, *more], cwd=folder,
                              capture_output=True, text=True, check=False)  # fmt: skip

    files = ("policy.yaml", "release.yaml", "other.yaml")
    done = call("deploycheck-lint", *files)
    assert done.stdout == "1 policy and 1 release: no mistake\n", done.stderr
    assert call("deploycheck-plan", "--policy", "policy.yaml").returncode == 0
    text = (folder / "policy.yaml").read_text(encoding="utf-8")
    (folder / "policy.yaml").write_text(text.replace("accuracy", "acuracy"), encoding="utf-8")
    done = call("deploycheck-lint", *files)
    assert done.returncode == 4
    assert "did you mean 'accuracy'?" in done.stdout


def git(folder, *words):
    who = ["-c", "user.name=t", "-c", "user.email=t@example.org", "-c", "commit.gpgsign=false"]
    done = subprocess.run(["git", *who, *words], cwd=folder, capture_output=True, text=True,
                          check=False)  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_a_repository_with_the_hook(kit, checkout, make_case, tmp_path):
    git(checkout, "init", "--quiet")
    git(checkout, "add", "--all")
    git(checkout, "commit", "--quiet", "--message", "all")
    commit = git(checkout, "rev-parse", "HEAD")
    folder = make_case("release").folder
    (folder / ".pre-commit-config.yaml").write_text(
        kit.page_files("docs/recipes.md")[".pre-commit-config.yaml"]
        .replace("/srv/git/deploycheck", str(checkout)).replace("v0.1.0", commit),
        encoding="utf-8",
    )  # fmt: skip
    (folder / "other.yaml").write_text("release: stable\nkind: [a]\n", encoding="utf-8")
    git(folder, "init", "--quiet")
    git(folder, "add", "--all")

    def run():
        environment = kit.clean_environment(
            HOME=str(tmp_path), PRE_COMMIT_HOME=str(tmp_path / "hooks")
        )
        return subprocess.run([PRE_COMMIT, "run", "--all-files", "--verbose"], cwd=folder,
                              env=environment, capture_output=True, text=True, check=False,
                              timeout=500)  # fmt: skip

    done = run()
    assert done.returncode == 0, done.stdout + done.stderr
    assert "1 policy and 1 release: no mistake" in done.stdout
    text = (folder / "policy.yaml").read_text(encoding="utf-8")
    (folder / "policy.yaml").write_text(text.replace("accuracy:", "acuracy:"), encoding="utf-8")
    git(folder, "add", "--all")
    done = run()
    assert done.returncode == 1
    assert "error[DC016]" in done.stdout
    assert "policy.yaml:9:15" in done.stdout
    assert "did you mean 'accuracy'?" in done.stdout
