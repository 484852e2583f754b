"""Every command on the pages exists; where a block says so, it is run and its output compared."""

import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import click
import pytest
import yaml

from deploycheck.cli.main import main

PROGRAMS = {"deploycheck", "pytest", "make", "pip", "python", "sed", "mkdir", "cat", "git"}
# Options of pytest and its plugins that are not ours, and those of the other programs' calls.
FOREIGN = {
    "-k", "-m", "-n", "-q", "-x", "-W", "-p", "-v", "--junitxml", "--collect-only", "--deselect",
    "--version", "--help", "--markers", "--fixtures",
}  # fmt: skip
RUN = re.compile(r"\d{8}T\d{6}(?:\.\d{6})?Z-[0-9a-f]{8}")


def commands(block):
    """The commands of a console block, each with the lines that are shown below it."""
    found: list[tuple[str, list[str]]] = []
    for line in block.text.splitlines():
        if line.startswith("$ "):
            found.append((line[2:].partition("  #")[0].strip(), []))
        else:
            assert found, f"{block} begins with output"
            found[-1][1].append(line)
    return found


def ours(command):
    """Options of a command of deploycheck, reporters included."""
    from deploycheck import plugins

    made = main.get_command(click.Context(main), command)
    assert made is not None, f"no command {command}"
    parts = [made, *getattr(made, "commands", {}).values()]
    known = {o for part in parts for param in part.params for o in param.opts if o[:1] == "-"}
    if command in {"gate", "report"}:
        known |= {f"--{name}" for name in plugins.registry().reporter_names()}
    return known | {"--help", "-h"}


@pytest.fixture(scope="module")
def pytest_options():
    """What the plugin adds to pytest's options, by name: metavar and help."""
    from deploycheck.pytest_plugin import options

    class Recorder:
        def __init__(self):
            self.options, self.settings = {}, {}

        def getgroup(self, *_):
            return self

        def addoption(self, name, **more):
            self.options[name] = (more.get("metavar"), more["help"])

        def addini(self, name, help, **_):
            self.settings[name] = help

    made = Recorder()
    options.pytest_addoption(made)
    return made


def test_commands_exist(site, block, pytest_options):
    if block.language != "console":
        return
    makefile = (site.ROOT / "Makefile").read_text(encoding="utf-8")
    for command, _ in commands(block):
        words = shlex.split(command)
        program, *rest = words
        program = Path(program).name
        assert program in PROGRAMS, command
        options = {
            word.partition("=")[0] for word in rest if word.startswith("-") and len(word) > 1
        }
        if program == "deploycheck" and rest[0] not in {"--version", "--help"}:
            assert options <= ours(rest[0]), command
        elif program == "pytest":
            assert options <= FOREIGN | set(pytest_options.options), command
        elif program == "make":
            assert f".PHONY: {rest[0]}\n" in makefile, command


def test_options_in_the_text_exist(site, page, pytest_options):
    known = FOREIGN | set(pytest_options.options)
    for command in main.list_commands(click.Context(main)):
        known |= ours(command)
    for code in re.findall(r"`([^`]+)`", site.prose(page)):
        for option in re.findall(r"(?<![\w-])--[a-z][a-z-]*", code):
            # A report of one's own, as the page on plugins makes it.
            assert option in known | {"--line", "--csv"}, f"{page}: {option}"


def test_the_options_of_the_gate_are_on_its_page(site):
    from deploycheck.cli.gate import command

    shown = {row[0]: row[1] for row in site.rows(site.section("docs/gate.md", "Options"))}
    for param in command.params:
        assert shown.pop(f"`{param.opts[0]} {param.metavar}`") == param.help
    assert shown == {}
    for name in ("json", "html", "junit", "markdown", "summary"):
        assert f"`--{name}`" in site.section("docs/gate.md", "Options")


def test_the_options_of_pytest_are_on_its_page(site, pytest_options):
    made = site.rows(site.section("docs/pytest.md", "Options"))
    expected = [
        [f"`{name} {metavar}`" if metavar else f"`{name}`", help]
        for name, (metavar, help) in pytest_options.options.items()
    ]
    expected += [[f"`{name}`", help] for name, help in pytest_options.settings.items()]
    assert made == expected


def plain(text, folder):
    """Without what differs from run to run: folders, names of runs, times, the width of a rule."""
    text = RUN.sub("RUN", text.replace(str(folder), "…"))
    text = re.sub(r"\bin \d+\.\d+s\b", "in 0.00s", text)
    text = re.sub(r"={3,}", "===", text)
    return re.sub(r" +\[100%\]", " [100%]", text).rstrip("\n") + "\n"


def pattern(lines):
    """A line ``…`` stands for any lines, an ``…`` inside a line for anything in it."""
    made = ""
    for line in lines:
        if line == "…":
            made += r"(?:.*\n)*?"
        else:
            made += ".*".join(re.escape(part) for part in line.split("…")) + r"\n"
    return re.compile(made)


class Terminal:
    """A folder in which the commands of a page are run, one after another."""

    def __init__(self, folder, site):
        self.folder = folder
        binaries = str(Path(sys.executable).parent)
        kept = {k: v for k, v in os.environ.items() if not k.startswith(("PYTEST", "DEPLOYCHECK"))}
        self.environment = {
            **kept,
            "PATH": os.pathsep.join([binaries, os.environ["PATH"]]),
            "COLUMNS": "80",
            "PYTHONDONTWRITEBYTECODE": "1",
        }
        for example in (site.EXAMPLE, site.CREDIT):
            shutil.copytree(
                example,
                folder / "examples" / example.name,
                ignore=shutil.ignore_patterns(".deploycheck"),
            )

    def run(self, command, **more):
        return subprocess.run(
            ["bash", "-c", command], cwd=self.folder, env=self.environment | more, text=True,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=60, check=False,
        )  # fmt: skip

    def block(self, block):
        code = int(block.proof[-1]) if "exit" in block.proof else 0
        given = commands(block)
        for at, (command, lines) in enumerate(given):
            ended = self.run(command)
            last = at == len(given) - 1
            assert ended.returncode == (code if last else 0), f"{block}: {ended.stdout}"
            if lines:
                shown = plain("\n".join(lines), self.folder).splitlines()
                said = plain(ended.stdout, self.folder)
                assert pattern(shown).fullmatch(said), f"{block}: {command}\n{ended.stdout}"

    def workflow(self, block):
        """The step of the gate, as the runner of GitHub runs it."""
        steps = yaml.safe_load(block.text)["jobs"]["gate"]["steps"]
        (gate,) = [step for step in steps if step.get("id") == "gate"]
        output, summary = self.folder / "output", self.folder / "summary"
        given = {
            "GITHUB_ACTIONS": "true",
            "GITHUB_OUTPUT": str(output),
            "GITHUB_STEP_SUMMARY": str(summary),
        }
        ended = self.run("set -e\n" + gate["run"], **given)
        assert ended.returncode == 0, ended.stdout
        assert output.read_text() == "state=release\n"
        assert "RELEASE" in summary.read_text()
        weak = gate["run"].replace("policy.yaml", "strict.yaml")
        assert self.run("set -e\n" + weak, **given).returncode == 1


# A page may go on with the project of the quickstart: it names the script and what that needs.
BUILT_ON = re.compile(r"<!-- goes on with the quickstart: ([^\n]*?) -->")


def test_what_is_shown_is_what_is_said(site, tmp_path, run_page):
    terminal = Terminal(tmp_path, site)
    built_on = BUILT_ON.search(site.read(run_page))
    for block in site.blocks(run_page):
        kind = block.proof[:1]
        if kind == ("file",):
            path = tmp_path / block.proof[1]
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(block.text, encoding="utf-8")
        elif kind == ("run",):
            if built_on is not None:
                quickstart(terminal, site, *built_on[1].split())
            terminal.block(block)
        elif kind == ("workflow",):
            terminal.workflow(block)


def test_the_gate_is_called_in_ways_that_the_candidate_cannot_answer(site, tmp_path):
    terminal = Terminal(tmp_path, site)
    (tmp_path / "deploycheck.py").write_text("print('forged')\nraise SystemExit(0)\n")
    (block,) = [b for b in site.blocks("docs/gate.md") if "python -I" in b.text]
    program, isolated = (command for command, _ in commands(block))
    for ended in (
        terminal.run(program),
        terminal.run(isolated),
        terminal.run(isolated, PYTHONPATH=str(tmp_path)),
    ):
        assert ended.returncode == 2
        assert ended.stdout.endswith("Error: --release release.yaml: no such file\n")
    # And why the page warns of the others.
    assert terminal.run(isolated.replace(" -I", "")).stdout == "forged\n"
    assert terminal.run(program, PYTHONPATH=str(tmp_path)).stdout == "forged\n"


def quickstart(terminal, site, script, *needs):
    """A project of the quickstart, once: its files, and what its script makes."""
    if (terminal.folder / script).exists():
        return
    for block in site.blocks("docs/quickstart.md"):
        if block.proof[:1] == ("file",) and block.proof[1] in {script, *needs}:
            path = terminal.folder / block.proof[1]
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(block.text, encoding="utf-8")
    made = terminal.run(f"python {script}")
    assert made.returncode == 0, made.stdout
