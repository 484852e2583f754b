"""``deploycheck explain``: a check, a measure, an error code, or a verdict of the last run."""

import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NoReturn

import click


@click.command("explain")
@click.argument("what", required=False, metavar="[WHAT]")
@click.option("--decision", metavar="FILE",
              help="A stored decision. [default: the newest in .deploycheck]")  # fmt: skip
@click.option("--record", metavar="DIR",
              help="Folder of the records, where no --decision is given. "
              "[default: .deploycheck, or the only one a folder or two deeper]")  # fmt: skip
@click.option("--json", "as_json", is_flag=True, help="Print the explanation as JSON.")
def command(what: str | None, decision: str | None, record: str | None, *, as_json: bool) -> None:
    """Explain a check, a measure, an error code, or what became of a control.

    WHAT is a check such as fairness.impact_ratio, a measure such as false_positive_rate, a code
    such as DC013, or a control of the last run, such as FAIR-01 or policy/FAIR-01: why it came out
    as it did, and what can be done. Without WHAT, lists what there is; a run's verdicts that do not
    hold come first. The release's data are never opened.

    Exit codes: 0 done, 2 usage, 11 the stored decision cannot be read or was altered.
    """
    from deploycheck import plugins
    from deploycheck.catalog.checks import page
    from deploycheck.engine.advising.lookup import Library, UnknownError
    from deploycheck.engine.advising.stored import Stored, UnusableError, named, newest, only
    from deploycheck.engine.exits import Exit
    from deploycheck.engine.language.place import visible
    from deploycheck.engine.record import FOLDER

    registry = plugins.registry()
    for refused in registry.refused:
        click.echo(f"warning: {refused}", err=True)
    home, path = Path(record or FOLDER), None if decision is None else Path(decision)
    asked = decision is not None or record is not None

    def run() -> Stored | None:
        """The stored decision, read when it is needed."""
        found = newest(home) if path is None else named(path)
        if found is None and not asked and (near := only(Path.cwd())) is not None:
            found = newest(near)  # a gate records beside the release, which may lie deeper
        if found is None and asked:
            raise click.UsageError(
                f"no decision is recorded in {visible(str(home))}; name one with --decision"
            )
        return found

    library = Library(registry, page, run, home, Path.cwd(), asked=asked)
    try:
        told = library.contents() if what is None else library.explain(what)
    except UnusableError as error:
        _refuse(str(error), Exit.UNCHECKED)
    except UnknownError as error:
        _refuse(str(error), Exit.USAGE)
    for warning in told.warnings:
        click.echo(f"warning: {warning}", err=True)
    click.echo(_json(told.data) if as_json else told.text, nl=False)


def _json(data: Mapping[str, Any]) -> str:
    return json.dumps(data, indent=1, ensure_ascii=True, allow_nan=False) + "\n"


def _refuse(text: str, code: int) -> NoReturn:
    click.echo(f"deploycheck explain: {text}", err=True)
    sys.exit(code)
