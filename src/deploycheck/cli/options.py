"""Options that several commands share."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from difflib import get_close_matches
from pathlib import Path
from typing import Any

import click

from deploycheck.shipped import PREFIX, pack

_Decorator = Callable[[Callable[..., Any]], Callable[..., Any]]


def subjects(function: Callable[..., Any]) -> Callable[..., Any]:
    """``--policy``, ``--release``, ``--input`` and ``--as-of``."""
    options: Sequence[_Decorator] = (
        click.option("--policy", "policies", multiple=True, metavar="FILE", required=True,
                     callback=_policies,
                     help="A policy, or pack:NAME for one that ships with deploycheck; may be "
                     "given several times, for one decision."),
        click.option("--release", default="release.yaml", show_default=True, metavar="FILE",
                     help="What is to be released."),
        click.option("--input", "inputs", multiple=True, metavar="NAME=VALUE",
                     help="A value for a policy's input; wins over the release's."),
        click.option("--as-of", metavar="TIME", callback=_instant,
                     help="The run's clock, such as 2026-12-01T00:00:00Z. [default: now]"),
    )  # fmt: skip
    for option in reversed(options):
        function = option(function)
    return function


def _policies(
    _ctx: click.Context, _param: click.Parameter, values: tuple[str, ...]
) -> tuple[str, ...]:
    """Files as given, and the files of packs."""
    try:
        return tuple(str(pack(v)) if v.startswith(PREFIX) else v for v in values)
    except ValueError as error:
        raise click.BadParameter(str(error)) from None


def _instant(_ctx: click.Context, _param: click.Parameter, value: str | None) -> datetime:
    from deploycheck.model.base import parse_instant

    if value is None:
        return datetime.now(UTC).replace(microsecond=0)
    try:
        return parse_instant(value)
    except ValueError as error:
        raise click.BadParameter(f"{value!r}: {error}") from None


def pairs(values: Sequence[str]) -> dict[str, str]:
    """``NAME=VALUE`` options as a mapping; a name twice or a missing ``=`` is a usage error."""
    given: dict[str, str] = {}
    for text in values:
        name, equals, value = text.partition("=")
        if not equals or not name:
            raise click.UsageError(f"--input {text!r}: write NAME=VALUE")
        if name in given:
            raise click.UsageError(f"--input {name!r} is given twice")
        given[name] = value
    return given


def own_options(ctx: click.Context) -> list[str]:
    """Names of a command's own options, without their dashes."""
    return [option.lstrip("-") for param in ctx.command.params for option in param.opts]


def reporter_options(arguments: Sequence[str], known: Sequence[str]) -> dict[str, str]:
    """``--html FILE`` and ``--html=FILE`` for whatever reporters there are, plugins' included.

    :param known: the command's own options, for one that is misspelt.
    """
    from deploycheck.plugins import builtins

    wanted: dict[str, str] = {}
    rest = list(arguments)
    while rest:
        word = rest.pop(0)
        name, equals, value = word.removeprefix("--").partition("=")
        if not word.startswith("--") or not name:
            raise click.UsageError(f"unexpected argument {word!r}")
        if name == "waivers":
            raise click.UsageError("--waivers is not done yet; see `deploycheck explain DC103`")
        if near := get_close_matches(name, known, n=1, cutoff=0.75):
            raise click.UsageError(f"no option --{name}; did you mean --{near[0]}?")
        if not equals:
            if not rest or rest[0].startswith("--"):
                shown = ", ".join(f"--{n}" for n in builtins()["reporters"].names())
                raise click.UsageError(
                    f"no option --{name}, or it lacks its file; reports: {shown}"
                )
            value = rest.pop(0)
        if name in wanted:
            raise click.UsageError(f"--{name} is given twice")
        wanted[name] = value
    return wanted


def check_files(release: str, policies: Sequence[str]) -> None:
    """A release or policy that is not there is a usage error, told before anything is read."""
    for option, name in (("--release", release), *(("--policy", p) for p in policies)):
        try:
            there = Path(name).exists()
        except (OSError, ValueError) as error:
            raise click.UsageError(f"{option} {name[:80]}…: {error}") from None
        if not there:
            raise click.UsageError(f"{option} {name}: no such file")
