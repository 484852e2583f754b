"""``deploycheck lint``: mistakes in policies and releases, without any data."""

import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from deploycheck.cli.options import check_files, pairs
from deploycheck.cli.terminal import coloured
from deploycheck.shipped import PREFIX, pack

if TYPE_CHECKING:
    from deploycheck.engine.linting.lint import Linted
    from deploycheck.engine.registry import Registry

_FORMATS = ("text", "github", "json")


def _instant(_ctx: click.Context, _param: click.Parameter, value: str | None) -> datetime:
    from deploycheck.model.base import parse_instant

    try:
        return datetime.now(UTC).replace(microsecond=0) if value is None else parse_instant(value)
    except ValueError as error:
        raise click.BadParameter(f"{value!r}: {error}") from None


@click.command("lint")
@click.argument("files", nargs=-1, metavar="[FILE or FOLDER]...")
@click.option(
    "--release",
    metavar="FILE",
    help="Make the plan for this release too: its columns, data sets and roles.",
)
@click.option(
    "--input",
    "inputs",
    multiple=True,
    metavar="NAME=VALUE",
    help="With --release: a value for a policy's input.",
)
@click.option(
    "--as-of",
    metavar="TIME",
    callback=_instant,
    help="The clock, such as 2026-12-01T00:00:00Z. [default: now]",
)
@click.option("--strict", is_flag=True, help="Warnings are mistakes: exit code 4.")
@click.option(
    "--skip-others",
    is_flag=True,
    help="Leave named files alone that are neither a policy nor a release.",
)
@click.option(
    "--format",
    "form",
    type=click.Choice(_FORMATS),
    default="text",
    show_default=True,
    help="What is printed: text, annotations of GitHub, or JSON.",
)
def command(
    files: tuple[str, ...],
    release: str | None,
    inputs: tuple[str, ...],
    as_of: datetime,
    strict: bool,
    skip_others: bool,
    form: str,
) -> None:
    """Find mistakes in policies and releases, without any data.

    Without a FILE, every policy and release below this folder is looked at. What only a release
    can tell (columns, names of data sets, roles) is looked at with --release. Exit codes:
    0 no mistake, 2 usage, 4 mistakes.
    """  # fmt: skip
    from deploycheck import plugins
    from deploycheck.engine.linting.files import choose, look
    from deploycheck.engine.linting.lint import Linted
    from deploycheck.engine.problems import Problem

    if inputs and release is None:
        raise click.UsageError("--input goes with --release, which is planned with it")
    chosen = choose(_paths(files, skip_others), others=not skip_others)
    registry = plugins.registry()
    refused = tuple(Problem("DC029", text, None) for text in registry.refused)
    found = [Linted("", None, refused)] if refused else []
    found += look(chosen, registry, as_of)
    if release is not None:
        check_files(release, ())
        found = _planned(found, release, inputs, as_of, registry)
    if not skip_others and not any(file.kind or file.mistakes for file in found):
        shown = ", ".join(files) or "this folder"
        raise click.UsageError(f"there is no policy and no release in {shown}")
    _end(found, form, strict=strict)


def _paths(files: Sequence[str], skip_others: bool) -> list[Path]:
    """What is named, as paths; nothing named is this folder, except for a hook."""
    if not files:
        return [] if skip_others else [Path()]
    paths = []
    for name in files:
        try:
            path = pack(name) if name.startswith(PREFIX) else Path(name)
            path.lstat()
        except ValueError as error:
            raise click.UsageError(str(error)) from None
        except OSError as error:
            raise click.UsageError(f"{name[:200]}: {(error.strerror or 'no such file')}") from None
        paths.append(path)
    return paths


def _planned(
    found: "list[Linted]",
    release: str,
    inputs: Sequence[str],
    as_of: datetime,
    registry: "Registry",
) -> "list[Linted]":
    """The same, with the mistakes that the plan for a release tells in place of the policies'."""
    from deploycheck.engine.linting.files import label_of
    from deploycheck.engine.linting.lint import Linted
    from deploycheck.engine.materials import gather
    from deploycheck.engine.plan import make_plan
    from deploycheck.engine.problems import PolicyError, Problem

    label, policies = label_of(Path(release)), [file for file in found if file.kind == "policy"]
    mistakes: tuple[Problem, ...]
    try:
        materials = gather(
            Path(release),
            [pack(f.label) if f.label.startswith(PREFIX) else Path(f.label) for f in policies],
            root=Path.cwd(),
            inputs=pairs(inputs),
            as_of=as_of,
            front_end="lint",
            run="lint",
        )
        mistakes = make_plan(materials, registry).expired
    except PolicyError as error:
        mistakes = error.problems
    others = [file for file in found if file.kind != "policy" and file.label not in {label, ""}]
    asked = [Linted(file.label, "policy", (), file.warnings) for file in policies]
    return [*others, *asked, Linted(label, "release", mistakes)]


def _end(found: "Sequence[Linted]", form: str, *, strict: bool) -> None:
    """Print what was found, and end with the exit code it means."""
    from deploycheck.engine.exits import Exit
    from deploycheck.engine.linting import report as lint_report

    colour = form == "text" and coloured(sys.stdout)
    if form == "text":
        text = lint_report.as_text(found, colour=colour)
    else:
        text = lint_report.as_github(found) if form == "github" else lint_report.as_json(found)
    click.echo(text, nl=False, color=colour)
    wrong = any(file.mistakes or (strict and file.warnings) for file in found)
    sys.exit(Exit.INVALID if wrong else Exit.RELEASE)
