"""``deploycheck new checker``: what it says, and that nothing is written where it refuses."""

import os
import subprocess
import sys

import pytest
from click.testing import CliRunner

from deploycheck.cli.new import command


@pytest.fixture
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


def new(*words):
    return CliRunner().invoke(command, ["checker", *words], prog_name="deploycheck new")


def test_it_says_what_was_written_and_what_to_run(here):
    example = "acme-checks/examples/capped_values"
    done = new("acme.capped_values")
    assert done.exit_code == 0, done.output
    assert done.output.splitlines() == [
        "wrote acme-checks",
        "  docs/",
        "    capped_values.md",
        "  examples/",
        "    capped_values/",
        "      data.csv",
        "      policy.yaml",
        "      release.yaml",
        "  src/",
        "    acme_checks/",
        "      __init__.py",
        "      capped_values.py",
        "      py.typed",
        "  tests/",
        "    test_capped_values.py",
        "  .gitignore",
        "  README.md",
        "  pyproject.toml",
        "",
        'What to change is marked with "Yours". It works as it is:',
        "  pip install -e 'acme-checks[dev]'",
        "  pytest acme-checks/tests/test_capped_values.py",
        f"  deploycheck gate --policy {example}/policy.yaml --release {example}/release.yaml",
    ]
    written = {p.relative_to(here / "acme-checks").as_posix()
               for p in (here / "acme-checks").rglob("*") if p.is_file()}  # fmt: skip
    assert len(written) == 11


def test_a_second_check_is_added_from_within(here, monkeypatch):
    new("acme.capped_values")
    monkeypatch.chdir(here / "acme-checks")
    example = "examples/says_enough"
    done = new("acme.says_enough", "--evidence", "document")
    assert done.exit_code == 0, done.output
    lines = done.output.splitlines()
    assert lines[0] == "added to ."
    assert lines[-3:] == [
        "  deploycheck explain acme.says_enough",
        "  pytest tests/test_says_enough.py",
        f"  deploycheck gate --policy {example}/policy.yaml --release {example}/release.yaml",
    ]


def test_hooks_of_ones_own_have_to_return_it(here):
    new("acme.capped_values")
    (here / "acme-checks/src/acme_checks/__init__.py").write_text('"""Mine."""\n')
    done = new("acme.second")
    assert "  from acme_checks.second import second" in done.output.splitlines()


def test_paths_can_be_pasted(here):
    folder = here / "a folder; rm -rf"
    folder.mkdir()
    done = new("acme.capped_values", "--folder", str(folder))
    assert f"  pytest '{folder}/acme-checks/tests/test_capped_values.py'" in done.output


def test_a_hostile_folder_is_made_visible(here):
    folder = here / "\x1b[31mred"
    folder.mkdir()
    done = new("acme.capped_values", "--folder", str(folder))
    assert done.exit_code == 0
    assert "\x1b" not in done.output


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["Acme.X"], "such as acme.x"),
        (["fairness.mine"], "the family 'fairness' is deploycheck's own"),
        (["acme.class"], "a word of Python's own"),
        (["acme.table"], "use for something else"),
        (["acme.x", "--measure", "Bad Name"], "such as bad_name"),
        (["acme.x", "--unit", "ms"], "no unit 'ms'"),
        (["acme.x", "--evidence", "weather"], "'weather' is not one of"),
        (["acme.x", "--better", "none"], "'none' is not one of"),
        (["acme.x", "--folder", "nowhere"], "--folder nowhere: no such folder"),
        (["acme.x", "--folder", "a\0b"], "no such folder"),
        (["acme.x", "--force"], "No such option"),
        ([], "Missing argument 'NAME'"),
    ],
)
def test_what_cannot_be_is_a_usage_error_and_nothing_is_written(here, words, said):
    done = new(*words)
    assert done.exit_code == 2, done.output
    assert said in done.output
    assert list(here.iterdir()) == []


def test_what_is_there_stays(here):
    new("acme.first")
    before = {p: p.read_bytes() for p in here.rglob("*") if p.is_file()}
    done = new("acme.first")
    assert done.exit_code == 2
    assert "is there already; nothing is overwritten, and nothing was written" in done.output
    assert {p: p.read_bytes() for p in here.rglob("*") if p.is_file()} == before
    (here / "other-checks").mkdir()
    done = new("other.first")
    assert done.exit_code == 2
    assert "other-checks is there already, and is no package of other" in done.output


def test_what_cannot_be_written_is_exit_11(here):
    new("acme.first")
    (here / "acme-checks" / "examples" / "second").write_text("in the way")
    done = new("acme.second")
    assert done.exit_code == 11
    assert "nothing was written" in done.output
    assert not (here / "acme-checks" / "docs" / "second.md").exists()


def test_an_id_that_an_installed_plugin_has_is_taken(toy_python, tmp_path):
    done = subprocess.run(
        [toy_python, "-m", "deploycheck", "new", "checker", "toy.good"],
        cwd=tmp_path, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 2
    assert "toy.good is there already, brought by plugin toy-plugin" in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_without_a_terminal_and_with_nobody_listening(tmp_path):
    """The files are written before a word is said."""
    read, write = os.pipe()
    os.close(read)
    done = subprocess.run(
        [sys.executable, "-m", "deploycheck", "new", "checker", "acme.first"],
        cwd=tmp_path, stdin=subprocess.DEVNULL, stdout=write, stderr=subprocess.PIPE, check=False,
    )  # fmt: skip
    os.close(write)
    assert b"Traceback" not in done.stderr
    assert (tmp_path / "acme-checks" / "pyproject.toml").is_file()


def test_help_says_what_it_does():
    for words in (["--help"], ["checker", "--help"]):
        done = CliRunner().invoke(command, words)
        assert done.exit_code == 0
        assert "of your own" in done.output
