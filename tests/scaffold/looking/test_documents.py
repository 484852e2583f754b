"""Model cards, lock files, approvals and data sheets."""

import json

import pytest

from deploycheck.scaffold.looking.look import look

CARD = "# Credit\n\n## Intended use\n\nx\n\n## Training data\n\nx\n\n## Limitations\n\nx\n"
POETRY = """
[[package]]
name = "numpy"
version = "2.4.0"

[metadata]
python-versions = "^3.11"
"""
UV = """
version = 1

[[package]]
name = "toy"
version = "1.0"
source = {virtual = "."}
dependencies = [{name = "numpy"}]

[[package]]
name = "numpy"
version = "2.4.0"
"""


def documents(folder, kind):
    return [d.path for d in look(folder).documents if d.kind == kind]


@pytest.mark.parametrize(
    "name", ["MODEL_CARD.md", "model-card.md", "modelcard.md", "ModelCard.md", "docs/Model Card.md"]
)
def test_a_model_card_by_its_name(tmp_path, name):
    (tmp_path / "docs").mkdir()
    (tmp_path / name).write_text("# Card\n")
    (tmp_path / "README.md").write_text(CARD)
    assert documents(tmp_path, "card") == [name]


def test_a_readme_that_is_a_model_card(tmp_path):
    (tmp_path / "README.md").write_text(CARD)
    (card,) = look(tmp_path).documents
    assert card.why == "it has headings of a model card: intended use, limitation, training data"


@pytest.mark.parametrize("content", [b"# A program\n", b"\xff\xfe", b""])
def test_a_readme_that_is_none(tmp_path, content):
    (tmp_path / "README.md").write_bytes(content)
    assert look(tmp_path).documents == ()


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("requirements.txt", "numpy==2.4.0\npolars==2.1.0\n"),
        ("requirements.lock", "numpy==2.4.0 --hash=sha256:00\n"),
        ("requirements-prod.txt", "numpy==2.4.0\n"),
        ("poetry.lock", POETRY),
        ("uv.lock", UV),
        ("pylock.toml", 'lock-version = "1.0"\n[[packages]]\nname = "a"\nversion = "1"\n'),
        ("Pipfile.lock", json.dumps({"default": {"numpy": {"version": "==2.4.0"}}})),
    ],
)
def test_lock_files_that_pin_everything(tmp_path, name, content):
    (tmp_path / name).write_text(content)
    (lock,) = look(tmp_path).documents
    assert (lock.path, lock.kind) == (name, "lock")
    assert "pins" in lock.why


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("requirements.txt", "numpy>=2\npolars==2.1.0\n", "does not pin 1 of 2 packages"),
        ("poetry.lock", "[[package]]\nname =\n", "cannot be read"),
        ("Pipfile.lock", "{}", "no Pipfile.lock"),
        ("pdm.lock", '[[package]]\nname = "a"\nversion = "1"\n', "pdm export"),
        ("conda-lock.yml", "x: 1\n", "is not read as a lock"),
        ("environment.yml", "x: 1\n", "is not read as a lock"),
    ],
)
def test_what_is_no_lock_is_a_note(tmp_path, name, content, told):
    (tmp_path / name).write_text(content)
    found = look(tmp_path)
    assert found.documents == ()
    assert any(name in n and told in n for n in found.notes)


def test_a_lock_comes_before_requirements_and_those_of_development_last(tmp_path):
    for name in ("requirements-dev.txt", "requirements.txt", "requirements.lock"):
        (tmp_path / name).write_text("numpy==2.4.0\n")
    (tmp_path / "uv.lock").write_text(UV)
    assert documents(tmp_path, "lock") == [
        "uv.lock", "requirements.lock", "requirements.txt", "requirements-dev.txt",
    ]  # fmt: skip


def test_the_approval_of_the_version_comes_first(tmp_path):
    for name in ("approval-1.9.yaml", "approval-1.10.yaml", "approval-1.8.yaml"):
        (tmp_path / name).write_text("approved_by: j.roe\n")
    (tmp_path / "approval.txt").write_text("x")
    newest = ["approval-1.10.yaml", "approval-1.9.yaml", "approval-1.8.yaml"]
    assert documents(tmp_path, "approval") == newest
    (tmp_path / "pyproject.toml").write_text('[project]\nname = "a"\nversion = "1.9"\n')
    assert documents(tmp_path, "approval")[0] == "approval-1.9.yaml"


def test_a_data_sheet(tmp_path):
    (tmp_path / "datasheet.md").write_text("# Data\n")
    assert documents(tmp_path, "data_sheet") == ["datasheet.md"]
