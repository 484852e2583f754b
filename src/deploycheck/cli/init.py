"""``deploycheck init``: looks at a project, proposes a release and a policy, and writes them."""

from __future__ import annotations

import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from deploycheck.cli.terminal import coloured

if TYPE_CHECKING:
    from deploycheck.scaffold.found import Found
    from deploycheck.scaffold.project.choices import Choices, Given
    from deploycheck.scaffold.project.pipeline import Ci

_COLUMN = "COLUMN"
_ROLES: tuple[tuple[str, str, str, bool], ...] = (
    ("test", "FILE", "Data that the model is judged on.", False),
    ("train", "FILE", "Data that it was trained on.", False),
    ("production", "FILE", "Data of today, to see what has changed.", False),
    ("model", "FILE", "The model, in ONNX.", False),
    ("feature", _COLUMN, "What the model reads, in the order of training; several times.", True),
    ("target", _COLUMN, "What turned out to be true.", False),
    ("task", "TASK", "binary_classification, multiclass or regression.", False),
    ("prediction", _COLUMN, "The model's stored prediction.", False),
    ("score", _COLUMN, "The stored score of the positive value.", False),
    ("threshold", "NUMBER", "From which score on the prediction is positive.", False),
    ("positive", "VALUE", "Value of the target that the model looks for.", False),
    ("favourable", "VALUE", "The prediction that is good for the person.", False),
    ("protected", _COLUMN, "People's groups, such as sex; several times.", True),
    ("id", _COLUMN, "Whom a row is about.", False),
)


def _roles(function: Callable[..., Any]) -> Callable[..., Any]:
    """An option for each thing that a person may say of the project."""
    for name, metavar, text, many in reversed(_ROLES):
        function = click.option(f"--{name}", name, metavar=metavar, help=text, multiple=many)(
            function
        )
    return function


@click.command("init")
@click.argument("folder", default=".", metavar="[FOLDER]", type=click.Path(path_type=Path))
@_roles
@click.option("--name", metavar="NAME", help="Name of the release. [default: the project's]")
@click.option("--policy-name", metavar="NAME", help="Name of the policy. [default: the release's]")
@click.option("--ci", multiple=True, type=click.Choice(["github", "gitlab", "jenkins"]),
              help="Write a pipeline too; may be given several times.")  # fmt: skip
@click.option("--yes", is_flag=True, help="Take what is proposed without asking; who is protected "
              "and what is favourable still needs a word.")  # fmt: skip
@click.option("--force", is_flag=True, help="Overwrite the files that are there.")
@click.option("--dry-run", is_flag=True, help="Print the files and write nothing.")
@click.option("--renew", is_flag=True, help="Bring the digests of the release that is there up to "
              "date; nothing else.")  # fmt: skip
def command(folder: Path, ci: tuple[Ci, ...], **options: Any) -> None:
    """Propose a release, a policy and a pipeline for the project in FOLDER.

    Looks at data files, models and documents, says what it found and why it proposes what, and
    writes release.yaml and policy.yaml. On a terminal it asks; elsewhere it writes what is sure,
    and the rest as comments to confirm. "none" answers that there is none.

    Exit codes: 0 done, 2 usage or a file is there already, 4 what was written cannot be planned
    yet, 11 something cannot be read or written.
    """
    from deploycheck.engine.exits import Exit

    if not folder.is_dir():
        raise click.UsageError(f"{_seen(folder)}: no such folder")
    try:
        code = _renew(folder) if options["renew"] else _Init(folder, ci, options).run()
    except OSError as error:
        where = f"{_seen(error.filename)}: " if error.filename else ""
        click.echo(f"deploycheck init: {where}{error.strerror or error}; nothing was written",
                   err=True)  # fmt: skip
        code = Exit.UNCHECKED
    sys.exit(code)


class _Init:
    """One call of the command."""

    def __init__(self, folder: Path, ci: tuple[Ci, ...], options: dict[str, Any]) -> None:
        self.folder = folder
        self.ci = ci
        self.options = options
        self.asks = (
            sys.stdin.isatty() and sys.stdout.isatty()
            and not options["yes"] and not options["dry_run"]
        )  # fmt: skip

    def run(self) -> int:
        from deploycheck.scaffold.looking.look import look
        from deploycheck.scaffold.project.choosing import choose

        self._refuse_taken()
        found = look(self.folder)
        given = self._given(found)
        if given.test:  # the roles are those of its columns
            found = look(self.folder, test=given.test)
            given = self._given(found)
        chosen = choose(found, given, yes=self.options["yes"], folder=self.folder)
        if self.options["dry_run"]:
            return self._print(chosen)
        self._tell(chosen)
        if self.asks:
            found, given = self._ask(found, given)
            chosen = choose(found, given, folder=self.folder)
        return self._write(chosen, given)

    def _refuse_taken(self) -> None:
        from deploycheck.scaffold.project.drafting import paths
        from deploycheck.scaffold.project.write import taken

        if self.options["force"] or self.options["dry_run"]:
            return
        there = taken(self.folder, paths(self.ci, self.folder))
        if there:
            raise click.UsageError(_taken(self.folder, there))

    def _given(self, found: Found) -> Given:
        """What the options say.

        :raises click.UsageError: something that does not fit what was found.
        """
        from deploycheck.scaffold.project.choices import Given
        from deploycheck.scaffold.project.said import ROLES, SaidError, said

        given = Given(name=self.options["name"], policy_name=self.options["policy_name"])
        for role in ROLES:
            option = "feature" if role == "features" else role
            words = self.options[option]
            if not words:
                continue
            try:
                several = (words,) if isinstance(words, str) else words
                given = said(found, given, role, several, self.folder)
            except SaidError as error:
                raise click.UsageError(f"--{option}: {error}") from None
        return given

    def _tell(self, chosen: Choices) -> None:
        from deploycheck.scaffold.project.telling import found_lines, proposed_lines

        for title, lines in (("Found", found_lines(chosen)), ("Proposed", proposed_lines(chosen))):
            shown = list(lines)
            if shown:
                click.echo("\n".join([f"{title}", *shown, ""]))

    def _ask(self, found: Found, given: Given) -> tuple[Found, Given]:
        """Every question, until all are answered."""
        from deploycheck.scaffold.looking.look import look
        from deploycheck.scaffold.project.asking import next_question
        from deploycheck.scaffold.project.said import SaidError, said

        # polars takes Ctrl-C over in such a way that a question would wait for its answer first.
        if hasattr(signal, "siginterrupt"):
            signal.siginterrupt(signal.SIGINT, True)
        click.echo("The return key takes what stands in brackets; Ctrl-C writes nothing.\n")
        while (question := next_question(found, given)) is not None:
            if question.options:
                click.echo(f"  to choose from: {_cut(', '.join(map(_seen, question.options)))}")
            if question.why:
                click.echo(f"  {_cut(_seen(question.why))}")
            text = click.prompt(question.text, default=_seen(question.default) or None)
            meant = question.default if text == _seen(question.default) else text
            words = [w.strip() for w in meant.split(",")] if question.many else [meant.strip()]
            try:
                given = said(found, given, question.role, tuple(filter(None, words)), self.folder)
            except SaidError as error:
                click.echo(f"  {error}")
            else:
                if question.role == "test" and given.test != found.data[0].path:
                    found = look(self.folder, test=given.test)
            click.echo()
        return found, given

    def _print(self, chosen: Choices) -> int:
        from deploycheck.engine.exits import Exit
        from deploycheck.scaffold.project.drafting import draft

        made = draft(chosen, self.folder, self.ci)
        for path, data in made.files.items():
            click.echo(f"# ----- {path}")
            click.echo(data.decode())
        for line in made.then:
            click.echo(f"# {line}")
        return Exit.RELEASE

    def _write(self, chosen: Choices, given: Given) -> int:
        from datetime import UTC, datetime

        from deploycheck import plugins
        from deploycheck.engine.exits import Exit
        from deploycheck.engine.problems import render
        from deploycheck.scaffold.project.closing import closing_lines
        from deploycheck.scaffold.project.drafting import draft, prove
        from deploycheck.scaffold.project.left import left_to_say
        from deploycheck.scaffold.project.write import OutsideError, TakenError, write_all

        made = draft(chosen, self.folder, self.ci)
        ignore = made.ignore if chosen.found.git else None
        edited = {".gitignore": ignore} if ignore and self._may_ignore() else {}
        problems = prove(made, self.folder, datetime.now(UTC), plugins.registry())
        try:
            write_all(self.folder, made.files, force=self.options["force"], edited=edited)
        except TakenError as error:
            raise click.UsageError(_taken(self.folder, error.paths)) from None
        except OutsideError as error:
            raise click.UsageError(f"{_seen(error)}; nothing was written") from None
        for path in (*made.files, *edited):
            click.echo(f"wrote  {_seen(self.folder / path)}")
        self._schemas()
        self._hints(made.then, unsaid=bool(ignore and not edited))
        click.echo()
        if problems and not any(item.needed for item in left_to_say(chosen)):
            colour = coloured(sys.stderr)
            click.echo(render(problems, colour=colour), err=True, color=colour)
        for line in closing_lines(
            chosen, given, self.folder, more=self._more(), sound=not problems
        ):
            click.echo(line)
        return Exit.INVALID if problems else Exit.RELEASE

    def _may_ignore(self) -> bool:
        """Whether ``.gitignore`` may get what a gate writes: with a person's word alone."""
        if self.asks:
            return click.confirm("Add what a gate writes to .gitignore?", default=True)
        return bool(self.options["yes"])

    def _schemas(self) -> None:
        """Install the schemas that the files' first lines name to editors."""
        from deploycheck.scaffold.editor import install_schemas

        try:
            install_schemas(self.folder)
        except OSError as error:
            click.echo(f"warning: no schemas for editors: {_seen(error)}; later: "
                       "deploycheck schema --install", err=True)  # fmt: skip
        else:
            click.echo(f"wrote  {_seen(self.folder / '.deploycheck' / 'schema')}  (for editors)")

    def _hints(self, then: tuple[str, ...], *, unsaid: bool) -> None:
        for line in then:
            click.echo(f"then   {line}")
        if unsaid:
            click.echo("then   add .deploycheck/ and deploycheck-reports/ to .gitignore")

    def _more(self) -> list[str]:
        return [word for name in self.ci for word in ("--ci", name)] + (
            ["--yes"] if self.options["yes"] else []
        )


def _renew(folder: Path) -> int:
    """Bring the digests of the release up to date."""
    from deploycheck.engine.durable import write
    from deploycheck.engine.exits import Exit
    from deploycheck.engine.problems import PolicyError, render
    from deploycheck.scaffold.project.drafting import RELEASE
    from deploycheck.scaffold.project.renew import renewed

    path = folder / RELEASE
    try:
        data, changes = renewed(path, folder)
    except PolicyError as error:
        colour = coloured(sys.stderr)
        click.echo(render(error.problems, colour=colour), err=True, nl=False, color=colour)
        return Exit.INVALID
    for change in changes:
        click.echo(f"{change.where}  {_seen(change.path)}  {change.before} -> {change.after}")
    if changes:
        write(path, data)
    count = len(changes)
    click.echo(f"{count} digest{'' if count == 1 else 's'} renewed in {_seen(path)}")
    return Exit.RELEASE


def _taken(folder: Path, paths: tuple[str, ...]) -> str:
    named = ", ".join(_seen(folder / path) for path in paths)
    verb = "is" if len(paths) == 1 else "are"
    return f"{named} {verb} there already; --force overwrites"


def _seen(text: object) -> str:
    """Text of files and their names, made safe to show."""
    from deploycheck.engine.language.place import visible

    return visible(str(text))


def _cut(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= 400 else line[:399] + "…"
