"""``deploycheck docs``: a policy as a readable document."""

import sys
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import NoReturn

import click

from deploycheck.cli.options import pairs
from deploycheck.cli.terminal import coloured
from deploycheck.model.base import parse_instant
from deploycheck.shipped import PREFIX, pack


def _policies(
    _ctx: click.Context, _param: click.Parameter, values: tuple[str, ...]
) -> tuple[str, ...]:
    """Files as given, and the files of packs."""
    try:
        return tuple(str(pack(v)) if v.startswith(PREFIX) else v for v in values)
    except ValueError as error:
        raise click.BadParameter(str(error)) from None


def _instant(_ctx: click.Context, _param: click.Parameter, value: str | None) -> datetime:
    try:
        return datetime.now(UTC).replace(microsecond=0) if value is None else parse_instant(value)
    except ValueError as error:
        raise click.BadParameter(f"{value!r}: {error}") from None


@click.command("docs")
@click.argument("policies", nargs=-1, required=True, metavar="POLICY...", callback=_policies)
@click.option("--html", metavar="FILE", help="Write one HTML page.")
@click.option("--markdown", metavar="FILE", help="Write Markdown.")
@click.option("--release", metavar="FILE", help="A release, whose inputs are filled in.")
@click.option("--input", "inputs", multiple=True, metavar="NAME=VALUE",
              help="A value for a policy's input; wins over the release's.")  # fmt: skip
@click.option("--as-of", metavar="TIME", callback=_instant,
              help="The clock, for phase-ins and expiry. [default: now]")  # fmt: skip
def command(
    policies: tuple[str, ...],
    html: str | None,
    markdown: str | None,
    release: str | None,
    inputs: tuple[str, ...],
    as_of: datetime,
) -> None:
    """Make a policy readable: what must hold, how it is measured, and what follows if it does not.

    POLICY is a file, or pack:NAME for one that ships with deploycheck. Without --html or --markdown
    the document is printed as Markdown. Without --release, inputs that a release must give stay
    open. Nothing is measured, and no data are opened.

    Exit codes: 0 done, 2 usage, 4 mistakes in a policy or the release, 11 a file cannot be written.
    """
    from importlib.metadata import version

    from deploycheck import plugins
    from deploycheck.catalog.policy_document import document
    from deploycheck.catalog.policy_reading import Given, read_policies
    from deploycheck.catalog.policy_render import html_page, markdown_page
    from deploycheck.engine.exits import Exit
    from deploycheck.engine.problems import PolicyError, render

    paths = list(dict.fromkeys(Path(p) for p in policies))
    released = None if release is None else Path(release)
    wanted: list[tuple[str, str, Callable[..., str]]] = [
        (kind, name, make)
        for kind, name, make in (("html", html, html_page), ("markdown", markdown, markdown_page))
        if name is not None
    ]
    _check(paths, released, [name for _, name, _ in wanted])
    given = Given(plugins.registry(), as_of, Path.cwd(), pairs(inputs), released)
    try:
        made = [document(p, as_of, at) for at, p in enumerate(read_policies(paths, given), 1)]
    except PolicyError as error:
        colour = coloured(sys.stderr)
        click.echo(render(error.problems, colour=colour), err=True, nl=False, color=colour)
        sys.exit(Exit.INVALID)
    tool = version("deploycheck")
    if not wanted:
        click.echo(markdown_page(made, tool), nl=False)
    for kind, name, make in wanted:
        _write(Path(name), make(made, tool))
        click.echo(f"{kind:9} {name}")


def _check(policies: Sequence[Path], release: Path | None, targets: Sequence[str]) -> None:
    """Refuse what is not there, and to overwrite what the document is made from."""
    sources = [*policies, *([] if release is None else [release])]
    for path in sources:
        try:
            there = path.exists()
        except (OSError, ValueError) as error:
            raise click.UsageError(f"{str(path)[:80]}…: {error}") from None
        if not there:
            raise click.UsageError(f"{path}: no such file")
    known = {path.resolve() for path in sources}
    for name in targets:
        if Path(name).resolve() in known:
            raise click.UsageError(f"{name} is what the document is made from; name another file")
    if len({Path(name).resolve() for name in targets}) < len(targets):
        raise click.UsageError("--html and --markdown name the same file")


def _write(path: Path, text: str) -> None:
    from deploycheck.engine.durable import write
    from deploycheck.engine.exits import Exit

    try:
        write(path, text.encode("utf-8", "backslashreplace"))
    except (OSError, ValueError) as error:
        _refuse(f"{path} cannot be written: {getattr(error, 'strerror', None) or error}",
                Exit.UNCHECKED)  # fmt: skip


def _refuse(text: str, code: int) -> NoReturn:
    from deploycheck.engine.language.place import visible

    click.echo(f"deploycheck docs: {visible(text)}", err=True)
    sys.exit(code)
