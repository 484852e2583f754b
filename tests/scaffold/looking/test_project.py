"""Name, version, Git and pipelines of a project."""

import pytest

from deploycheck.model.release import Release
from deploycheck.scaffold.looking.look import look


@pytest.mark.parametrize(
    ("files", "name", "version"),
    [
        ({"pyproject.toml": '[project]\nname = "credit"\nversion = "2.1"\n'}, "credit", "2.1"),
        ({"pyproject.toml": '[tool.poetry]\nname = "credit"\nversion = "2.1"\n'}, "credit", "2.1"),
        ({"setup.cfg": "[metadata]\nname = credit\nversion = 2.1\n"}, "credit", "2.1"),
        ({"setup.cfg": "[metadata]\nname = credit\nversion = attr: credit.v\n"}, "credit", "0.1.0"),
        ({"pyproject.toml": '[project]\nname = "credit"\ndynamic = ["version"]\n'}, "credit", "0.1.0"),
        ({"pyproject.toml": '[project]\nname = "-- Kredit Zürich! --"\n'}, "Kredit-Z-rich", "0.1.0"),
        ({"pyproject.toml": '[project]\nname = ["a"]\nversion = 3\n'}, "toy-project", "0.1.0"),
        ({"pyproject.toml": "project = 1\ntool = 2\n"}, "toy-project", "0.1.0"),
        ({"pyproject.toml": '[project]\nname = "\\u001b"\nversion = "\\u001b[31m"\n'}, "toy-project", "0.1.0"),
        ({"pyproject.toml": f'[project]\nname = "{"a" * 300}"\nversion = "{"1" * 300}"\n'}, "a" * 100, "0.1.0"),
        ({}, "toy-project", "0.1.0"),
    ],
)  # fmt: skip
def test_name_and_version(tmp_path, files, name, version):
    folder = tmp_path / "toy project"
    folder.mkdir()
    for path, text in files.items():
        (folder / path).write_text(text, encoding="utf-8")
    found = look(folder)
    assert (found.name, found.version) == (name, version)
    assert found.notes == ()
    assert Release.model_validate({"release": found.name, "version": found.version})


@pytest.mark.parametrize("name", ["...", "ä", "-_-"])
def test_a_folder_without_a_usable_name(tmp_path, name):
    (tmp_path / name).mkdir()
    assert look(tmp_path / name).name == "my-model"


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("pyproject.toml", b"[project\n"),
        ("pyproject.toml", b"\xff\xfe"),
        ("pyproject.toml", b"a=" + b"[" * 20_000),
        ("setup.cfg", b"[metadata\n"),
        ("setup.cfg", b"name = 1\n"),
    ],
)
def test_what_cannot_be_read_is_a_note(tmp_path, name, content):
    (tmp_path / name).write_bytes(content)
    found = look(tmp_path)
    assert found.version == "0.1.0"
    assert len(found.notes) == 1
    assert name in found.notes[0]


def test_files_that_lead_out_are_not_read(tmp_path):
    (tmp_path / "root").mkdir()
    (tmp_path / "secret.toml").write_text('[project]\nname = "secret"\n')
    (tmp_path / "root/pyproject.toml").symlink_to("../secret.toml")
    found = look(tmp_path / "root")
    assert found.name == "root"
    assert "outside" in found.notes[0]


def test_git_and_pipelines(tmp_path):
    assert (look(tmp_path).git, look(tmp_path).ci) == (False, ())
    (tmp_path / ".git").mkdir()
    (tmp_path / ".github/workflows").mkdir(parents=True)
    assert look(tmp_path).ci == ()
    (tmp_path / ".github/workflows/ci.yml").write_text("on: push\n")
    for name in (".gitlab-ci.yml", "Jenkinsfile", ".pre-commit-config.yaml"):
        (tmp_path / name).write_text("x")
    found = look(tmp_path)
    assert found.git
    assert found.ci == ("github", "gitlab", "jenkins", "pre-commit")
