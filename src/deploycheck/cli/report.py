"""``deploycheck report``: renders a stored decision again; nothing is measured or decided."""

import sys
from pathlib import Path
from typing import NoReturn

import click

from deploycheck.cli.options import own_options, reporter_options
from deploycheck.cli.terminal import coloured, painted


@click.command(
    "report", context_settings={"ignore_unknown_options": True, "allow_extra_args": True}
)
@click.option("--decision", metavar="FILE",
              help="A stored decision. [default: the newest in .deploycheck]")  # fmt: skip
@click.option("--record", default=".deploycheck", show_default=True, metavar="DIR",
              help="Folder of the records, where no --decision is given.")  # fmt: skip
@click.option("--out", metavar="DIR", help="Folder of the reports.")
@click.pass_context
def command(ctx: click.Context, decision: str | None, record: str, out: str | None) -> None:
    """Render a stored decision again, such as `deploycheck report --html report.html`.

    Without a report option it prints the summary. A decision whose digest does not fit its content
    was altered, and is refused. Exit codes: 0 done, 2 usage, 11 it cannot be read, was altered or
    cannot be written.
    """
    from deploycheck import plugins
    from deploycheck.engine.canonical import digest
    from deploycheck.engine.durable import write
    from deploycheck.engine.exits import Exit
    from deploycheck.engine.record import latest
    from deploycheck.engine.wanted import UnknownReport, wanted
    from deploycheck.model.decision import Decision

    named = reporter_options(ctx.args, own_options(ctx))
    path = Path(decision) if decision else latest(Path(record))
    if path is None:
        raise click.UsageError(f"no decision is recorded in {record}; name one with --decision")
    try:
        stored = Decision.model_validate_json(path.read_bytes())
    except OSError as error:
        _refuse(f"{path} cannot be read: {error.strerror or error}", Exit.UNCHECKED)
    except ValueError as error:
        _refuse(f"{path} is no decision: {str(error)[:500]}", Exit.UNCHECKED)
    if digest(stored) != stored.run.digest:
        _refuse(f"{path} was altered: its content does not have its digest", Exit.UNCHECKED)
    registry = plugins.registry()
    if not named and out is None:
        summary = registry.reporter("summary")
        colour = coloured(sys.stdout)
        text = painted(summary.render(stored), colour=colour) if summary else ""
        click.echo(text, color=colour)
        return
    try:
        for reporter, target in wanted(registry, named, out, Path.cwd()):
            write(target, reporter.render(stored).encode())
            click.echo(f"{reporter.name:9} {target}")
    except UnknownReport as error:
        raise click.UsageError(str(error)) from None
    except OSError as error:
        _refuse(f"a report cannot be written: {error}", Exit.UNCHECKED)


def _refuse(text: str, code: int) -> NoReturn:
    click.echo(f"deploycheck report: {text}", err=True)
    sys.exit(code)
