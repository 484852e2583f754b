"""The command line → one page: every command with its arguments, options and exit codes."""

import inspect
import re
import textwrap
from collections.abc import Iterator
from importlib.metadata import entry_points
from typing import Any

import click

from deploycheck.catalog import words
from deploycheck.engine.exits import Exit

MEANINGS = {
    Exit.RELEASE: "of `gate`: every enforced control holds. Of others: done",
    Exit.BLOCK: "a control does not hold, or is inconclusive and the policy says `block`; too few "
    "controls were measured, or a report cannot be written",
    Exit.USAGE: "the command is worded wrongly",
    Exit.INVALID: "a policy or the release has mistakes, or a policy is not in force",
    Exit.REVIEW: "nothing blocks, and people must decide about an inconclusive control",
    Exit.UNCHECKED: "of `gate`: blocked because something could not be checked, or no enforced "
    "control was measured. Of others: a file cannot be read or written",
    Exit.CRASH: "a defect of deploycheck, or it was interrupted; nothing was decided",
}
# A sentence; a full stop inside it, as in release.yaml, does not end it.
_CODES = re.compile(r"\s*Exit\s+codes(?: of \w+)?:\s+(.*?)\.(?=\s|$)", re.DOTALL)
_BRACKETS = re.compile(r"[\[\]]|\.{3}")
_DEFAULT = re.compile(r"\s*\[default: (.*?)\]\s*$")
_PARAGRAPHS = re.compile(r"\n\s*\n")


def group() -> click.Group:
    """The command that is installed as ``deploycheck``.

    It is looked up as a shell would, because the catalog lies below the command line.

    :raises LookupError: deploycheck is not installed.
    """
    for entry in entry_points(group="console_scripts", name="deploycheck"):
        found = entry.load()
        if isinstance(found, click.Group):
            return found
    raise LookupError("the command deploycheck is not installed")


def commands() -> dict[str, click.Command]:
    """Every command by name, groups' own commands too, in the order of ``--help``."""
    main = group()
    return dict(_below(main, click.Context(main, info_name="deploycheck"), ""))


def _below(above: click.Group, ctx: click.Context, prefix: str) -> Iterator[tuple[str, Any]]:
    for name in above.list_commands(ctx):
        command = above.get_command(ctx, name)
        if command is None or command.hidden:
            continue
        full = f"{prefix}{name}"
        yield full, command
        if isinstance(command, click.Group):
            yield from _below(command, click.Context(command, ctx, name), f"{full} ")


def page() -> str:
    """The page of all commands, as Markdown."""
    return "\n\n".join(_blocks()) + "\n"


def _blocks() -> Iterator[str]:
    found = commands()
    yield "# Every command"
    yield (
        "`deploycheck COMMAND --help` prints the same in a terminal. This page is made from the "
        "commands themselves."
    )
    rows = [(f"[`{name}`](#{_anchor(name)})", _purpose(each)) for name, each in found.items()]
    yield words.table(("command", "what it does"), rows)
    yield "## Exit codes"
    codes = [(str(code.value), code.name, MEANINGS[code]) for code in Exit]
    yield words.table(("code", "name", "when"), codes)
    for name, command in found.items():
        yield from _section(name, command)


def _anchor(name: str) -> str:
    return f"deploycheck-{name}".replace(" ", "-")


def _purpose(command: click.Command) -> str:
    return " ".join(_PARAGRAPHS.split(_help(command), maxsplit=1)[0].split())


def _help(command: click.Command) -> str:
    return inspect.cleandoc(command.help or "").partition("\f")[0]


def _section(name: str, command: click.Command) -> Iterator[str]:
    ctx = click.Context(command, info_name=f"deploycheck {name}")
    yield f"## deploycheck {name}"
    yield f"```text\n{' '.join([ctx.command_path, *command.collect_usage_pieces(ctx)])}\n```"
    text, codes = _help(command), ""
    if ends := _CODES.search(text):
        text = text[: ends.start()] + text[ends.end() :]
        codes = " ".join(ends[1].split())
    for paragraph in _PARAGRAPHS.split(text.strip()):
        yield _paragraph(paragraph)
    params = [p for p in command.params if not getattr(p, "hidden", False)]
    if rows := [_row(param, ctx) for param in params]:
        yield words.table(("argument or option", "takes", "default", "meaning"), rows)
    if codes:
        yield f"Exit codes: {codes}."


def _paragraph(text: str) -> str:
    """A paragraph of help; one after click's mark keeps its lines, as what is typed."""
    mark, _, rest = text.partition("\n")
    if mark.strip() == "\b":
        return f"```text\n{textwrap.dedent(rest)}\n```"
    return " ".join(text.split()).replace("<", "&lt;")


def _row(param: click.Parameter, ctx: click.Context) -> tuple[str, ...]:
    if not isinstance(param, click.Option):
        name = _BRACKETS.sub("", param.make_metavar(ctx))
        if "|" in name:  # its values, which stand beside it
            name = str(param.name).upper()
        return (f"`{name}`", _takes(param, ctx), _default(param), "")
    said = " ".join((param.help or "").split())
    default = _default(param)
    if found := _DEFAULT.search(said):
        said, default = said[: found.start()], found[1]
    names = ", ".join(f"`{name}`" for name in (*param.opts, *param.secondary_opts))
    return (names, _takes(param, ctx), default, said)


def _takes(param: click.Parameter, ctx: click.Context) -> str:
    if isinstance(param, click.Option) and (param.is_flag or param.count):
        return "nothing"
    kind = param.type
    if isinstance(kind, click.Choice):
        what = " or ".join(f"`{choice}`" for choice in kind.choices)
    elif isinstance(param, click.Option):
        what = f"`{param.make_metavar(ctx)}`"
        if isinstance(kind, click.IntRange | click.FloatRange):
            what += _between(kind)
    else:
        what = "text"
    many = param.nargs == -1 or getattr(param, "multiple", False)
    return f"{what}, several times" if many else what


def _between(kind: click.IntRange | click.FloatRange) -> str:
    """The limits of a number; click tells them in ``--help`` alone."""
    said = ""
    if kind.min is not None:
        said += f", {'above' if kind.min_open else 'at least'} {kind.min:g}"
    if kind.max is not None:
        said += f", {'below' if kind.max_open else 'at most'} {kind.max:g}"
    return said


def _default(param: click.Parameter) -> str:
    if param.required:
        return "required"
    value = param.to_info_dict()["default"]
    if value is None or value is False or value == () or callable(value):
        return "none"
    return f"`{value}`"
