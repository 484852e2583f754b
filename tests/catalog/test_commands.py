"""Every command stands on the page with every argument and option, and every exit code is told."""

import re

import click
import pytest

from deploycheck.catalog import commands
from deploycheck.cli.main import main
from deploycheck.engine.exits import Exit

PAGE = commands.page()
COMMANDS = commands.commands()


def section(name):
    return PAGE.partition(f"\n## deploycheck {name}\n")[2].partition("\n## ")[0]


def test_every_command_of_the_help_stands_there():
    listed = main.list_commands(click.Context(main))
    assert [name for name in COMMANDS if " " not in name] == listed


@pytest.mark.parametrize("name", COMMANDS)
def test_a_command_is_told_with_all_it_takes(name):
    command, text = COMMANDS[name], section(name)
    assert f"\ndeploycheck {name} [" in text or f"\ndeploycheck {name}\n" in text
    for param in command.params:
        if isinstance(param, click.Option):
            for option in param.opts:
                (row,) = re.findall(rf"^\| (?:`[^`]+`, )*`{option}`.*$", text, re.MULTILINE)
                assert len(row.split("|")[4].strip()) > 5, option
    assert "\b" not in text
    assert "Sentinel" not in text
    assert text.count("```") % 2 == 0


@pytest.mark.parametrize("name", [n for n, c in COMMANDS.items() if not isinstance(c, click.Group)])
def test_a_command_says_how_it_ends(name):
    (codes,) = re.findall(r"^Exit codes: (.*)\.$", section(name), re.MULTILINE)
    assert codes.startswith("0 ")
    told = {int(number) for number in re.findall(r"(?:^|, )(\d+) ", codes)}
    assert told <= set(Exit)
    assert {0, 2} <= told


def test_every_exit_code_is_told():
    table = section_of_codes()
    assert [int(row.split("|")[1]) for row in table] == [code.value for code in Exit]


def section_of_codes():
    text = PAGE.partition("\n## Exit codes\n")[2].partition("\n## ")[0]
    return [line for line in text.splitlines() if re.match(r"\| \d", line)]


def test_a_command_that_is_made_up_is_told_as_click_knows_it():
    @click.command(
        "toy", help="Do it.\n\n\b\ndeploycheck toy x\n  more\n\nExit codes: 0 done,\n2 usage."
    )
    @click.argument("where", metavar="FOLDER")
    @click.argument("shell", type=click.Choice(["bash", "zsh"]), required=False)
    @click.option("--many", multiple=True, help="Several. [default: as told]")
    @click.option("--number", type=click.IntRange(1, 9, max_open=True), default=3, help="How many.")
    @click.option("--yes/--no", help="Whether.")
    @click.option("--secret", hidden=True)
    def toy():
        """Not this."""

    blocks = list(commands._section("toy", toy))
    assert blocks[2] == "Do it."
    assert blocks[3] == "```text\ndeploycheck toy x\n  more\n```"
    assert blocks[4].splitlines()[2:] == [
        "| `FOLDER` | text | required |  |",
        "| `SHELL` | `bash` or `zsh` | none |  |",
        "| `--many` | `TEXT`, several times | as told | Several. |",
        "| `--number` | `INTEGER RANGE`, at least 1, below 9 | `3` | How many. |",
        "| `--yes`, `--no` | nothing | none | Whether. |",
    ]
    assert blocks[5] == "Exit codes: 0 done, 2 usage."
