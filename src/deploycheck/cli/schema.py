"""``deploycheck schema``: JSON Schemas, made from the code that reads and writes the files."""

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

import click

KINDS = ("policy", "release", "decision")


def _kinds(_ctx: click.Context, _param: click.Parameter, given: str) -> list[str]:
    return [kind for kind in KINDS if kind.startswith(given)]


@click.command("schema")
@click.argument("what", nargs=-1, metavar="[policy|release|decision]", shell_complete=_kinds)
@click.option(
    "--install",
    "folder",
    is_flag=False,
    flag_value=".",
    metavar="[FOLDER]",
    help="Write all three to .deploycheck/schema in this folder. [default: this one]",
)
@click.option(
    "--modeline",
    "files",
    multiple=True,
    metavar="FILE...",
    type=click.Path(path_type=Path),
    help="Make the first line of these policies and releases name their schema.",
)
@click.option(
    "--vscode",
    is_flag=True,
    help="With --install: name the schemas in .vscode/settings.json too.",
)
def command(
    what: tuple[str, ...], folder: str | None, files: tuple[Path, ...], *, vscode: bool
) -> None:
    """Print or install the JSON Schemas that editors read (Draft 2020-12).

    \b
    deploycheck schema policy
    deploycheck schema --install
    deploycheck schema --install --modeline policy.yaml release.yaml

    Installed schemas hold the checks of every plugin that is installed here; install them again
    after an update. Exit codes: 0 done, 2 usage, 11 a file cannot be read or written, or is no
    policy and no release.
    """  # noqa: D301 - \b is click's mark for text that keeps its lines
    if folder is None and not files:
        if vscode:
            raise click.UsageError("--vscode goes with --install")
        if len(what) != 1 or what[0] not in KINDS:
            _refuse_kind(what)
        from deploycheck.scaffold.editor import written

        click.echo(written(what[0]), nl=False)
        return
    if what and not files:
        raise click.UsageError(
            f"unexpected argument {what[0]!r}; --install writes all three schemas"
        )
    home = Path(folder or ".")
    if not home.is_dir():
        raise click.UsageError(f"--install {folder}: no such folder")
    named = [*files, *map(Path, what)]
    if folder is not None:
        _install(home, quiet=bool(named))
    _modelines(named, home)
    if vscode:
        _settings(home)


def _refuse_kind(what: Sequence[str]) -> NoReturn:
    from deploycheck.engine.problems import did_you_mean

    shown = ", ".join(KINDS)
    if not what:
        raise click.UsageError(f"say which schema: {shown}; or --install them all")
    if len(what) > 1:
        raise click.UsageError(f"one schema at a time: {shown}; or --install them all")
    raise click.UsageError(f"no schema {what[0]!r}; {did_you_mean(what[0], KINDS)}")


def _install(folder: Path, *, quiet: bool) -> None:
    from deploycheck.scaffold.editor import install_schemas, modeline

    try:
        paths = install_schemas(folder)
    except OSError as error:
        _refuse([f"a schema cannot be written: {_said(error)}"])
    for path in paths:
        click.echo(f"schema    {_shown(path)}")
    if not quiet:
        click.echo("First line of a policy and of a release in this folder, for editors:")
        for path in paths[:2]:
            click.echo(f"  {_shown(modeline(folder / 'file.yaml', path))}")
        click.echo("`deploycheck schema --modeline FILE...` writes it into files.")


def _modelines(files: Sequence[Path], folder: Path) -> None:
    from deploycheck.scaffold.editor import NotOurs, add_modeline, installed

    if files and not all(installed(folder, kind).is_file() for kind in KINDS[:2]):
        raise click.UsageError(f"no schemas in {folder / '.deploycheck'}; add --install")
    wrong = []
    for file in files:
        try:
            changed = add_modeline(file, folder)
        except NotOurs as error:
            wrong.append(str(error))
        except (OSError, ValueError, RuntimeError) as error:  # a loop of links is no OSError
            wrong.append(f"{file}: {_said(error)}")
        else:
            click.echo(f"{'modeline' if changed else 'unchanged':9} {_shown(file)}")
    if wrong:
        _refuse(wrong)


def _settings(folder: Path) -> None:
    from deploycheck.scaffold.editor import vscode_settings

    try:
        path, text, held = vscode_settings(folder)
    except OSError as error:
        _refuse([f"the settings of VS Code: {_said(error)}"])
    if not held:
        _refuse([f"{path} is there already and was not changed; add to it:\n{text.rstrip()}"])
    click.echo(f"settings  {_shown(path)}")


def _said(error: Exception) -> str:
    if isinstance(error, OSError) and error.filename is not None:
        return f"{error.filename}: {error.strerror}"
    return str(error)


def _shown(what: object) -> str:
    from deploycheck.engine.language.place import visible

    return visible(str(what))


def _refuse(wrong: Sequence[str]) -> NoReturn:
    from deploycheck.engine.exits import Exit

    for text in wrong:
        click.echo(f"deploycheck schema: {_visible_lines(text)}", err=True)
    sys.exit(Exit.UNCHECKED)


def _visible_lines(text: str) -> str:
    return "\n".join(_shown(line) for line in text.split("\n"))
