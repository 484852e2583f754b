"""``deploycheck new``: begins what an author writes."""

import shlex
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from deploycheck.scaffold.plugin.make import Begun, NewCheck


@click.group("new")
def command() -> None:
    """Begin a plugin of your own."""


@command.command("checker")
@click.argument("name")
@click.option(
    "--folder",
    default=".",
    show_default=True,
    metavar="DIR",
    help="Where the package lies, or will lie.",
)
@click.option(
    "--evidence",
    default="table",
    show_default=True,
    type=click.Choice(["table", "predictions", "model", "document"]),
    help="What the check looks at.",
)
@click.option("--measure", metavar="NAME", help="Name of the number that is measured.")
@click.option(
    "--unit",
    metavar="UNIT",
    help="Its unit: probability, score, ratio, number, count or rows.  [default: what fits the "
    "evidence]",
)
@click.option(
    "--better",
    default="lower",
    show_default=True,
    type=click.Choice(["lower", "higher"]),
    help="Which way is better.",
)
def checker(
    name: str, folder: str, evidence: str, measure: str | None, unit: str | None, better: str
) -> None:
    """Write a package with a check of your own: code, tests, page and an example.

    NAME is the check's id, such as acme.capped_values. It is written to the folder acme-checks;
    where that is there already, the check is added to it. Nothing is overwritten. Exit codes:
    0 written, 2 a name that cannot be used or is taken, 11 the files cannot be written.
    """
    from deploycheck import __version__
    from deploycheck.catalog.checks import page
    from deploycheck.engine.exits import Exit
    from deploycheck.engine.language.place import visible
    from deploycheck.scaffold.plugin.make import NewCheck, begin
    from deploycheck.scaffold.plugin.names import WrongName
    from deploycheck.scaffold.plugin.write import ThereAlready

    home = Path(folder)
    asked = NewCheck(name, evidence, measure, unit, "higher" if better == "higher" else "lower")
    try:
        _prove(asked)
        if not home.is_dir():
            raise click.UsageError(f"--folder {visible(folder)}: no such folder")
        begun = begin(asked, home, version=__version__, page_of=page)
    except WrongName as error:
        raise click.UsageError(str(error)) from None
    except ThereAlready as error:
        said = f"{visible(str(error))}; nothing is overwritten, and nothing was written"
        raise click.UsageError(f"{said}: take another name or another --folder") from None
    except (OSError, ValueError) as error:
        said = f"nothing was written to {visible(folder)}: {visible(str(error))}"
        click.echo(f"deploycheck new: {said}; another --folder may do", err=True)
        sys.exit(Exit.UNCHECKED)
    for line in _lines(asked, begun):
        click.echo(line)


def _prove(asked: "NewCheck") -> None:
    """Prove that the names can be used.

    :raises WrongName: one cannot.
    """
    from deploycheck import plugins
    from deploycheck.scaffold.plugin.names import check_id, check_measure, check_unit

    registry = plugins.registry()
    taken = {}
    for id in registry.checker_ids():
        provider = registry.provider(id)
        taken[id] = "deploycheck itself" if provider is None else f"plugin {provider.name}"
    families = {id.partition(".")[0] for id, by in taken.items() if by == "deploycheck itself"}
    check_id(asked.id, families=families | {"deploycheck"}, taken=taken)
    if asked.measure is not None:
        check_measure(asked.measure)
    if asked.unit is not None:
        check_unit(asked.unit)


def _lines(asked: "NewCheck", begun: "Begun") -> Iterator[str]:
    from deploycheck.engine.language.place import visible

    yield f"{'added to' if begun.added else 'wrote'} {visible(str(begun.folder))}"
    yield from _tree(begun.files)
    if not begun.finds:
        yield ""
        yield f"src/{asked.package}/__init__.py has hooks of its own: return the check there, as"
        yield f"  from {asked.package}.{asked.name} import {asked.name}"
    yield ""
    yield 'What to change is marked with "Yours". It works as it is:'
    yield from (visible(f"  {line}") for line in _next(asked, begun))


def _next(asked: "NewCheck", begun: "Begun") -> tuple[str, str, str]:
    """The commands to run next, from where this one was run."""
    home, example = begun.folder, begun.folder / "examples" / asked.name
    package = f"{home}[dev]" if home != Path() else ".[dev]"
    return (
        f"deploycheck explain {asked.id}"
        if begun.added
        else shlex.join(("pip", "install", "-e", package)),
        shlex.join(("pytest", str(home / "tests" / f"test_{asked.name}.py"))),
        shlex.join(
            ("deploycheck", "gate", "--policy", str(example / "policy.yaml"),
             "--release", str(example / "release.yaml"))
        ),
    )  # fmt: skip


def _tree(files: tuple[str, ...]) -> Iterator[str]:
    """Files below their folders, each once."""
    shown: set[str] = set()
    for file in sorted(files, key=lambda name: ("/" not in name, name)):
        *folders, name = file.split("/")
        for depth in range(1, len(folders) + 1):
            folder = "/".join(folders[:depth])
            if folder not in shown:
                shown.add(folder)
                yield f"{'  ' * depth}{folders[depth - 1]}/"
        yield f"{'  ' * (len(folders) + 1)}{name}"
