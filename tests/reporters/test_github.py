"""The annotations as a file: one command a line, whatever the names."""

import re

from deploycheck.reporters.github import github

COMMAND = re.compile(r"::(notice|error|warning)(?: [a-z]+=[^:,]*(?:,[a-z]+=[^:,]*)*)?::[^\r\n]*")


def test_hostile_text_adds_no_command(hostile_decision, calm_decision):
    text, calm = github.render(hostile_decision), github.render(calm_decision)
    text.encode("utf-8")
    lines, quiet = text.split("\n"), calm.split("\n")
    assert [line[:8] for line in lines] == [line[:8] for line in quiet]
    assert all(COMMAND.fullmatch(line) for line in lines[:-1])
    assert not set(text) & set("\x00\x1b\x07\r\x85\x9b\u202e\u2066\u200b\u2028\ufffe")
    assert max(map(len, lines)) < 8_000


def test_a_release_is_one_notice(decide, build):
    text = github.render(decide([build()]))
    assert text == (
        "::notice title=deploycheck RELEASE%3A credit-default 3.2.0::"
        "Nothing stands against this release: 1 planned = 1 passed.\n"
    )
