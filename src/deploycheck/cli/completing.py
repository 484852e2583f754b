"""What shells are answered while a command line is being written; light, and never loud.

Each press of the tabulator starts a process, so nothing is imported here that a name can do
without: ids of checks are names of files.
"""

import contextlib
import json
import os
import re
import shlex
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import click
from click.shell_completion import (
    BashComplete,
    CompletionItem,
    FishComplete,
    ShellComplete,
    ZshComplete,
    add_completion_class,
    split_arg_string,
)

VARIABLE = "_DEPLOYCHECK_COMPLETE"
PROGRAM = "deploycheck"
_PACKAGE = Path(__file__).parents[1]
_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")
_MOST = 8 << 20  # bytes of a recorded decision that are worth reading for a few names
_UNSAFE = re.compile(r"[\x00-\x1f\x7f-\x9f]")
_QUOTED = re.compile(r"([^\w@%+=:,./~-])")
_YAML = (".yaml", ".yml")

# Only this way a word with ':' or '=' can be completed, and a folder without a blank behind it.
_BASH = """\
# Completion of deploycheck for bash; made by `deploycheck completion bash`.
%(complete_func)s() {
    local type value
    COMPREPLY=()
    while IFS=',' read -r type value; do
        case $type in
            file) compopt -o default ;;
            dir) compopt -o dirnames ;;
            open) compopt -o nospace; COMPREPLY+=("$value") ;;
            plain) COMPREPLY+=("$value") ;;
        esac
    done < <(COMP_WORDS="${COMP_LINE:0:COMP_POINT}" BREAKS="$COMP_WORDBREAKS" \\
        %(complete_var)s=bash_complete "$1" 2>/dev/null)
}

complete -o nosort -F %(complete_func)s %(prog_name)s
"""


class _Bash(BashComplete):
    source_template = _BASH

    def get_completion_args(self) -> tuple[list[str], str]:
        line = os.environ.get("COMP_WORDS", "")
        words = split_arg_string(line)
        if not line or (line[-1].isspace() and not _in_quotes(line)):
            return words[1:], ""
        return words[1:-1], words[-1] if len(words) > 1 else ""

    def get_completions(self, args: list[str], incomplete: str) -> list[CompletionItem[str]]:
        quoted = _in_quotes(os.environ.get("COMP_WORDS", ""))
        made = []
        for item in _expanded(_quiet(self, args, incomplete)):
            value, type_ = item.value, item.type
            if type_ == "plain":
                type_ = "open" if value.endswith(("/", ":")) else "plain"
                if not quoted:
                    value = _QUOTED.sub(r"\\\1", value[_kept(incomplete) :])
            made.append(CompletionItem(value, type=type_))
        return made


def _in_quotes(line: str) -> bool:
    """Whether the line ends inside a quoted word."""
    try:
        shlex.split(line)
    except ValueError as error:
        return "quotation" in str(error)
    return False


def _kept(incomplete: str) -> int:
    """How much of the word bash keeps: it replaces only what stands behind a ':' or '='."""
    breaks = os.environ.get("BREAKS", "")
    return max((incomplete.rfind(mark) + 1 for mark in ":=" if mark in breaks), default=0)


class _Zsh(ZshComplete):
    # Files come quoted, and a folder without a blank behind it.
    source_template = ZshComplete.source_template.replace(
        """elif [[ "$type" == "file" ]]; then""",
        """elif [[ "$type" == "path" ]]; then
            compadd -Q -U -V files -- "$key"
        elif [[ "$type" == "open" ]]; then
            compadd -Q -U -V files -S '' -- "$key"
        elif [[ "$type" == "file" ]]; then""",
    ).replace(
        # The file is read once more at the second call, and must answer then too.
        "$zsh_eval_context[-1] == loadautofunc",
        '"${funcstack[1]}" == "_%(prog_name)s"',
    )

    def get_completions(self, args: list[str], incomplete: str) -> list[CompletionItem[str]]:
        made = []
        for item in _quiet(self, args, incomplete):
            if item.type == "yaml":
                for path in _yaml_files(item.value):
                    type_ = "open" if path.endswith("/") else "path"
                    made.append(CompletionItem(_QUOTED.sub(r"\\\1", path), type=type_))
            else:
                # What it shows beside a word it splits at the first ':', whatever stands before.
                said = None if ":" in item.value else item.help
                made.append(CompletionItem(item.value, item.type, said))
        return made


class _Fish(FishComplete):
    # What is said of a word may hold a comma.
    source_template = FishComplete.source_template.replace(
        """(string split "," $completion)""", """(string split -m1 "," $completion)"""
    )

    def get_completions(self, args: list[str], incomplete: str) -> list[CompletionItem[str]]:
        return list(_expanded(_quiet(self, args, incomplete)))


CLASSES: Mapping[str, type[ShellComplete]] = {"bash": _Bash, "zsh": _Zsh, "fish": _Fish}


def register() -> None:
    """Let click answer the shells with these."""
    for name, made in CLASSES.items():
        add_completion_class(made, name)


def script(shell: str, program: click.Command) -> str:
    """What a shell is to read."""
    return CLASSES[shell](program, {}, PROGRAM, VARIABLE).source()


def _quiet(shell: ShellComplete, args: list[str], incomplete: str) -> list[CompletionItem[str]]:
    """What fits; nothing where the line makes no sense, for a shell would print the error."""
    try:
        items = _fitting(shell, args, incomplete)
    except Exception:  # noqa: BLE001 - whatever it is, the person is still typing
        return []
    return items


def _fitting(shell: ShellComplete, args: list[str], incomplete: str) -> list[CompletionItem[str]]:
    ctx = _context(shell.cli, args)
    command, last = str(ctx.info_name), args[-1] if args else ""
    reports = _reports() if command in {"gate", "report"} else ()
    if last.removeprefix("--") in reports and last.startswith("--"):
        return [CompletionItem(incomplete, type="file")]
    option = next((p for p in ctx.command.params if last in p.opts), None)
    named = option.name if isinstance(option, click.Option) and not option.is_flag else None
    own = _OWN.get((command, named)) or _OWN.get(("", named)) if named else _OWN.get((command, ""))
    if own is not None and not (named is None and incomplete.startswith("-")):
        return [_item(found) for found in own(incomplete) if found[0].startswith(incomplete)] + (
            [CompletionItem(incomplete, type="yaml")] if own in _WITH_FILES else []
        )
    items = ShellComplete.get_completions(shell, args, incomplete)
    if incomplete.startswith("-") and named is None:
        shown = (f"--{name}" for name in reports)
        items += [
            CompletionItem(word, help="Write this report.")
            for word in shown
            if word.startswith(incomplete)
        ]
    return items


def _item(found: tuple[str, str]) -> CompletionItem[str]:
    return CompletionItem(found[0], help=found[1] or None)


def _context(program: click.Command, args: Sequence[str]) -> click.Context:
    """The context of the command that is being written; the program's where there is none."""
    ctx = click.Context(program, info_name=PROGRAM, resilient_parsing=True)
    name = next((word for word in args if not word.startswith("-")), None)
    if name is None or not isinstance(program, click.Group):
        return ctx
    command = program.get_command(ctx, name)
    if command is None:
        raise click.UsageError(name)
    return click.Context(command, parent=ctx, info_name=name, resilient_parsing=True)


def _expanded(items: Sequence[CompletionItem[str]]) -> Iterator[CompletionItem[str]]:
    """With policies and folders by name, for shells that cannot look for one kind of file."""
    for item in items:
        if item.type == "yaml":
            yield from map(CompletionItem, _yaml_files(item.value))
        else:
            yield item


def _yaml_files(incomplete: str) -> list[str]:
    """Folders and YAML files whose path begins so; hidden ones only where they are asked for."""
    head, _, start = incomplete.rpartition("/")
    folder = f"{head}/" if "/" in incomplete else ""
    found = []
    with contextlib.suppress(OSError, ValueError), os.scandir(_home(folder or ".")) as entries:
        for entry in entries:
            hidden = entry.name.startswith(".") and not start.startswith(".")
            if hidden or not entry.name.startswith(start) or _UNSAFE.search(entry.name):
                continue
            if entry.is_dir():
                found.append(f"{folder}{entry.name}/")
            elif entry.name.endswith(_YAML):
                found.append(f"{folder}{entry.name}")
    return sorted(found)


def _home(folder: str) -> str:
    """The folder, with what ``~`` stands for in a shell."""
    return os.path.expanduser(folder)  # noqa: PTH111 - Path raises where there is no such home


def _names(package: str, pattern: str) -> list[str]:
    """Names of what ships in a package, from its files."""
    root = _PACKAGE / package
    paths = (path.relative_to(root).with_suffix("") for path in root.glob(pattern))
    return sorted(".".join(path.parts) for path in paths if not path.name.startswith("_"))


def _reports() -> list[str]:
    return _names("reporters", "*.py")


def _explainable(incomplete: str) -> Iterator[tuple[str, str]]:
    """Controls of the last run, checks and error codes."""
    yield from ((id, "control of the last run") for id in _controls())
    yield from ((id, "") for id in _names("checkers", "*/*.py"))
    if incomplete[:1] in {"", "D", "d"}:
        from deploycheck.engine.codes import CODES

        # A code may be written in small letters too.
        small = incomplete[:1] == "d"
        for code in CODES.values():
            yield code.code.lower() if small else code.code, code.title


def _controls() -> list[str]:
    """Controls of the newest decision that is recorded in this folder."""
    runs = sorted(Path(".deploycheck", "runs").glob("*/decision.json"), reverse=True)
    if not runs or runs[0].stat().st_size > _MOST:
        return []
    try:
        verdicts: Any = json.loads(runs[0].read_bytes())["verdicts"]
        ids = [verdict["control"] for verdict in verdicts]
    except (OSError, ValueError, TypeError, KeyError):
        return []
    return [id for id in ids if isinstance(id, str) and _ID.fullmatch(id)]


def _policies(_incomplete: str) -> Iterator[tuple[str, str]]:
    """Packs that ship with deploycheck; files come beside them."""
    from deploycheck.shipped import PREFIX, shipped

    for path in sorted(shipped("policies").glob("*.yaml")):
        yield f"{PREFIX}{path.stem}", "ships with deploycheck"


def _files(_incomplete: str) -> Iterator[tuple[str, str]]:
    """Nothing but files."""
    yield from ()


_Own = Callable[[str], Iterator[tuple[str, str]]]
# By command, or any, and name of the option's value; the command's arguments have the name "".
_OWN: Mapping[tuple[str, str], _Own] = {
    ("", "policies"): _policies,
    ("", "release"): _files,
    ("explain", ""): _explainable,
    ("docs", ""): _policies,
    ("lint", ""): _policies,
    ("schema", "files"): _files,
}
_WITH_FILES = (_policies, _files)
