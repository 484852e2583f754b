"""Colour: wanted, refused, or as the terminal can; and the words without it."""

import io
import os
import re
import sys

import pytest

from deploycheck.cli.terminal import coloured, is_terminal, moving, painted

SUMMARY = """deploycheck: toy 1.0 — BLOCK
FAIL           C-1  FAIL is no good
               policy.yaml:4  (deploycheck explain C-1)
INCONCLUSIVE   C-2  PASS may come
NOT EVALUATED  2: C-3, C-4
ERROR          C-5  x
3 controls: 1 pass, 2 fail
BLOCK: a control failed
"""


class Screen(io.StringIO):
    def isatty(self):
        return True


@pytest.mark.parametrize(
    ("env", "screen", "pipe"),
    [
        ({"TERM": "xterm"}, True, False),
        ({}, True, False),
        ({"TERM": "dumb"}, False, False),
        ({"TERM": "xterm", "NO_COLOR": "1"}, False, False),
        ({"TERM": "xterm", "NO_COLOR": ""}, True, False),
        ({"FORCE_COLOR": "1", "TERM": "dumb"}, True, True),
        ({"CLICOLOR_FORCE": "1"}, True, True),
        ({"CLICOLOR_FORCE": "0"}, True, False),
        ({"FORCE_COLOR": "1", "NO_COLOR": "1"}, False, False),
    ],
)
def test_who_decides_about_colour(env, screen, pipe):
    assert coloured(Screen(), env) is screen
    assert coloured(io.StringIO(), env) is pipe


@pytest.mark.parametrize(
    ("env", "moves"),
    [
        ({"TERM": "xterm"}, True),
        ({"TERM": "xterm", "NO_COLOR": "1"}, True),
        ({}, False),
        ({"TERM": "dumb"}, False),
        ({"TERM": "xterm", "CI": "true"}, False),
        ({"TERM": "xterm", "DEPLOYCHECK_PROGRESS": "0"}, False),
        ({"TERM": "xterm", "FORCE_COLOR": "1"}, True),
    ],
)
def test_who_decides_about_progress(env, moves):
    assert moving(Screen(), env) is moves
    assert moving(io.StringIO(), env | {"FORCE_COLOR": "1"}) is False


def test_a_stream_that_is_closed_or_missing_is_no_terminal():
    closed = Screen()
    closed.close()
    reading, writing = os.pipe()
    gone = os.fdopen(writing, "w")
    os.close(reading)
    assert [is_terminal(s) for s in (None, gone)] == [False, False]
    assert coloured(None, {}) is False
    gone.close()


def test_outcomes_are_coloured_where_they_stand_and_nowhere_else():
    text = painted(SUMMARY, colour=True)
    assert "\x1b[31mFAIL\x1b[0m           C-1  FAIL is no good" in text
    assert "\x1b[33mINCONCLUSIVE\x1b[0m   C-2  PASS may come" in text
    assert "\x1b[35mNOT EVALUATED\x1b[0m  2" in text
    assert "\x1b[35mERROR\x1b[0m" in text
    assert text.startswith("deploycheck: toy 1.0 — \x1b[1;31mBLOCK\x1b[0m\n")
    assert "\x1b[1;31mBLOCK\x1b[0m: a control" in text
    assert text.count("\x1b[0m") == 6
    assert painted(SUMMARY, colour=False) is SUMMARY


def test_the_gate_prints_the_same_words_with_and_without_colour(project, terminal):
    project.policy(project.control(require="{duplicate_keys: {max: 0}}"), project.control(
        id="C-2", extra="with: {key: [g]}"))  # fmt: skip
    arguments = [sys.executable, "-m", "deploycheck", "gate", "--policy", "policy.yaml"]
    env = {k: v for k, v in os.environ.items() if k not in {"NO_COLOR", "FORCE_COLOR", "CI"}}
    plain = project.gate(env=env)
    assert plain.returncode == 1
    assert "\x1b" not in plain.stdout + plain.stderr
    shown = terminal(arguments, project.root, env | {"TERM": "xterm"})
    assert shown.ended() == 1
    assert b"\x1b[31mFAIL\x1b[0m" in shown.raw
    dull = terminal(arguments, project.root, env | {"TERM": "xterm", "NO_COLOR": "1"})
    assert dull.ended() == 1
    # A slow machine shows a line of progress, which is taken away and has no colour either.
    assert b"\x1b[3" not in dull.raw

    def words(text):
        lines = [re.sub(r"/runs/.*", "", line) for line in text.splitlines()]
        return [line for line in lines if line and not re.match(r"deploycheck (\d\d:|━)", line)]

    assert words(shown.text) == words(dull.text) == words(plain.stdout)
    forced = project.gate(env=env | {"FORCE_COLOR": "1"})
    assert "\x1b[31mFAIL\x1b[0m" in forced.stdout


def test_every_help_fits_a_terminal_and_shows_how_it_is_used():
    from click.testing import CliRunner

    from deploycheck.cli.main import main

    for name in ["", *main.list_commands(None)]:
        arguments = [name, "--help"] if name else ["--help"]
        shown = CliRunner().invoke(main, arguments, terminal_width=80, prog_name="deploycheck")
        assert shown.exit_code == 0
        assert max(map(len, shown.output.splitlines())) <= 80, name
        if name in {"", "gate", "plan", "schema", "completion"}:
            assert f"deploycheck {name}" in shown.output.partition("\n")[2], name


def test_without_a_command_it_says_where_to_begin(project):
    done = project.run("deploycheck")
    assert "deploycheck init" in done.stdout + done.stderr
    assert "begin here" in done.stdout + done.stderr
