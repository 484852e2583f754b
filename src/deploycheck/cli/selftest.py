"""``deploycheck selftest``: how often a policy alarms for nothing, and which faults it sees."""

import json
import sys
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from deploycheck.cli.options import check_files, pairs, subjects
from deploycheck.cli.terminal import coloured

if TYPE_CHECKING:
    from deploycheck.selftest.run import Tested

_RUNS, _TRIALS = 200, 20


@click.command("selftest")
@subjects
@click.option(
    "--runs",
    type=click.IntRange(1, 100_000),
    default=_RUNS,
    show_default=True,
    help="Samples without a fault.",
)
@click.option(
    "--trials",
    type=click.IntRange(1, 10_000),
    default=_TRIALS,
    show_default=True,
    help="Times that each fault is put in.",
)
@click.option(
    "--seed",
    type=click.IntRange(0, 2**63 - 1),
    default=0,
    show_default=True,
    help="Where the draws begin.",
)
@click.option(
    "--timeout",
    type=click.FloatRange(1, 604_800),
    default=60.0,
    show_default=True,
    metavar="SECONDS",
    help="How long a control may take in each trial.",
)
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
def command(
    policies: tuple[str, ...],
    release: str,
    inputs: tuple[str, ...],
    as_of: datetime,
    runs: int,
    trials: int,
    seed: int,
    timeout: float,
    as_json: bool,
) -> None:
    """Show how often the policies alarm for nothing on these data, and which faults they see.

    \b
    deploycheck selftest --policy policy.yaml --release release.yaml

    The release's data are sampled again and again, and judged: what holds in them must not FAIL.
    Then faults are put in, such as wrong labels or a pickle that runs code, and it is counted how
    often a control notices. Nothing of the release is changed or recorded. Exit codes: 0 done,
    2 usage, 4 a policy or the release has mistakes, 11 something could not be read or written.
    """  # noqa: D301 - \b is click's mark for text that keeps its lines
    from deploycheck.authoring.errors import EvidenceError, NotYet
    from deploycheck.engine.exits import Exit
    from deploycheck.engine.problems import PolicyError, render

    check_files(release, policies)
    colour = coloured(sys.stderr)
    try:
        found = _tested(policies, release, inputs, as_of, (runs, trials, seed), timeout)
    except PolicyError as error:
        click.echo(render(error.problems, colour=colour), err=True, nl=False, color=colour)
        sys.exit(Exit.INVALID)
    except (EvidenceError, NotYet, OSError) as error:
        click.echo(f"deploycheck selftest: {error}", err=True)
        sys.exit(Exit.UNCHECKED)
    from deploycheck.selftest.telling import as_json as data
    from deploycheck.selftest.telling import lines

    if as_json:
        click.echo(json.dumps(data(found), indent=1))
        return
    for line in lines(found):
        click.echo(line)


def _tested(
    policies: tuple[str, ...],
    release: str,
    inputs: tuple[str, ...],
    as_of: datetime,
    numbers: tuple[int, int, int],
    timeout: float,
) -> "Tested":
    from deploycheck import plugins
    from deploycheck.cli.progress import waiting
    from deploycheck.engine.document import parse
    from deploycheck.engine.materials import gather
    from deploycheck.engine.plan import make_plan
    from deploycheck.selftest.run import selftest
    from deploycheck.selftest.trial import Judge
    from deploycheck.selftest.world import world_of

    materials = gather(
        Path(release),
        [Path(p) for p in policies],
        root=Path.cwd(),
        inputs=pairs(inputs),
        as_of=as_of,
        front_end="selftest",
        run="selftest",
    )
    registry = plugins.registry()
    plan = make_plan(materials, registry)
    document = parse(materials.release.label, materials.release.data, [])
    if document is None:
        raise OSError(f"{release} cannot be read")
    world = world_of(plan, document.root)
    runs, trials, seed = numbers
    with waiting("the self-test") as tell:
        return selftest(
            plan, Judge(materials, registry, timeout), world,
            runs=runs, trials=trials, seed=seed, tell=tell,
        )  # fmt: skip
