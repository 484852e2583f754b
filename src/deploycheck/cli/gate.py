"""``deploycheck gate``: decides, in a process of its own that the candidate cannot reach into."""

import math
import sys
from datetime import datetime
from pathlib import Path

import click

from deploycheck.cli.options import check_files, own_options, pairs, reporter_options, subjects
from deploycheck.model.base import format_instant

LONGEST = 604800.0  # a week; no clock keeps an infinite time limit


@click.command("gate", context_settings={"ignore_unknown_options": True, "allow_extra_args": True})
@subjects
@click.option(
    "--out",
    metavar="DIR",
    help="Folder of the reports. [default: deploycheck-reports, unless single files are named]",
)
@click.option(
    "--record",
    metavar="DIR",
    help="Folder of the run's record. [default: .deploycheck beside the release]",
)
@click.option(
    "--cache",
    metavar="DIR",
    help="Reuse measurements kept in this folder, which lies outside the release's.",
)
@click.option(
    "--timeout",
    default=300.0,
    show_default=True,
    metavar="SECONDS",
    type=click.FloatRange(min=0, min_open=True, max=LONGEST),
    help="How long a control, or controls that share a scan, may take.",
)
@click.pass_context
def command(
    ctx: click.Context,
    policies: tuple[str, ...],
    release: str,
    inputs: tuple[str, ...],
    as_of: datetime,
    out: str | None,
    record: str | None,
    cache: str | None,
    timeout: float,
) -> None:
    """Decide whether a release may go out.

    \b
    deploycheck gate --policy policies/credit.yaml --release release.yaml \\
        --json decision.json --html report.html --junit junit.xml

    Every reporter has an option of its name: --json, --html, --junit, --markdown, --summary, and
    those of plugins. Exit codes: 0 RELEASE, 1 BLOCK, 2 usage, 4 invalid or expired policy,
    10 REVIEW, 11 BLOCK because something could not be checked, 70 crash.
    """  # noqa: D301 - \b is click's mark for text that keeps its lines
    from deploycheck.cli.supervise import supervise
    from deploycheck.engine.exits import Exit

    if not math.isfinite(timeout):
        raise click.UsageError(f"--timeout {timeout}: give a number of seconds")
    check_files(release, policies)
    task = {
        "policies": list(dict.fromkeys(str(Path(p).resolve()) for p in policies)),
        "release": release,
        "inputs": pairs(inputs),
        "as_of": format_instant(as_of),
        "reports": reporter_options(ctx.args, own_options(ctx)),
        "out": out,
        "record": record,
        "cache": cache,
        "timeout": timeout,
    }
    try:
        code = supervise(task)
    except KeyboardInterrupt:
        click.echo("deploycheck gate: interrupted; nothing was decided", err=True)
        code = Exit.CRASH
    except OSError as error:
        click.echo(f"deploycheck gate: the engine cannot be run: {error}", err=True)
        code = Exit.CRASH
    sys.exit(code)
