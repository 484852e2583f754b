"""``deploycheck plan``: what would run, on what, with what power, without measuring anything."""

import json
import sys
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from deploycheck.cli.options import check_files, pairs, subjects
from deploycheck.cli.progress import waiting
from deploycheck.cli.terminal import coloured

if TYPE_CHECKING:
    from deploycheck.engine.step import Plan, Step
    from deploycheck.model.planned import Planned


@click.command("plan")
@subjects
@click.option("--json", "as_json", is_flag=True, help="Print the plan and its power as JSON.")
def command(
    policies: tuple[str, ...],
    release: str,
    inputs: tuple[str, ...],
    as_of: datetime,
    as_json: bool,
) -> None:
    """Show what would run, on what, with what power, and every mistake in policies and release.

    \b
    deploycheck plan --policy policy.yaml --release release.yaml

    Rows and groups are counted; nothing is measured. Exit codes: 0 the plan is sound, 2 usage,
    4 it is not.
    """  # noqa: D301 - \b is click's mark for text that keeps its lines
    from deploycheck import plugins
    from deploycheck.engine.exits import Exit
    from deploycheck.engine.materials import gather
    from deploycheck.engine.plan import make_plan
    from deploycheck.engine.problems import PolicyError, render

    check_files(release, policies)
    colour = coloured(sys.stderr)
    try:
        materials = gather(
            Path(release),
            [Path(p) for p in policies],
            root=Path.cwd(),
            inputs=pairs(inputs),
            as_of=as_of,
            front_end="plan",
            run="plan",
        )
        with waiting("reading what the release names"):
            plan = make_plan(materials, plugins.registry())
            planned = _planned(plan)
    except PolicyError as error:
        click.echo(render(error.problems, colour=colour), err=True, nl=False, color=colour)
        sys.exit(Exit.INVALID)
    if as_json:
        click.echo(json.dumps({**plan.record(), "power": _power(plan, planned)}, indent=1))
    else:
        for line in _lines(plan, planned):
            click.echo(line)
    if plan.expired:
        click.echo(render(plan.expired, colour=colour), err=True, color=colour)
        sys.exit(Exit.INVALID)


def _named(plan: "Plan") -> "dict[str, Step]":
    """The controls by the names they are told by."""
    several = len(plan.policies_used) > 1
    return {step.key if several else step.control.id: step for step in plan.steps}


def _planned(plan: "Plan") -> "dict[str, Planned]":
    """What is planned for each control that would run."""
    found = {name: plan.planning.of(step) for name, step in _named(plan).items()}
    return {name: planned for name, planned in found.items() if planned is not None}


def _enforced(plan: "Plan") -> set[str]:
    """The controls that a release needs."""
    from deploycheck.model.policy import Enforcement

    steps = _named(plan).items()
    return {name for name, step in steps if step.enforcement is not Enforcement.ADVISORY}


def _power(plan: "Plan", planned: "dict[str, Planned]") -> dict[str, Any]:
    from deploycheck.engine.planning.joint import as_json, joint

    enforced = _enforced(plan)
    needed = {name: found for name, found in planned.items() if name in enforced}
    return {
        "controls": {name: found.model_dump(mode="json") for name, found in planned.items()},
        "joint": as_json(joint(needed)),
    }


def _lines(plan: "Plan", planned: "dict[str, Planned]") -> Sequence[str]:
    from deploycheck.engine.planning.text import lines
    from deploycheck.engine.replaced import replaced
    from deploycheck.engine.wording import bounded

    release = plan.release_used
    head = [f"release  {release.name} {release.version}"]
    for policy in plan.policies_used:
        head.append(f"policy   {policy.id} {policy.version}  ({policy.path})")
        head += replaced(policy)
    for name, digest in release.digests.items():
        head.append(f"artefact {name}  {digest or 'cannot be read'}")
    rows = [("control", "check", "kind", "enforcement", "on", "requires")]
    for step in plan.steps:
        subjects = ", ".join(
            f"{b.need.collector.name}({b.need.subject})" for b in step.bound.bindings
        )
        requires = "; ".join(
            f"{name} {' '.join(f'{k} {v}' for k, v in r.as_json().items())}"
            for name, r in step.requirements.items()
        )
        state = ""
        if step.excused is not None:
            state = f"  [not applicable: {step.excused}]"
        elif step.broken is not None:
            state = f"  [will be ERROR: {step.broken}]"
        rows.append(
            (
                step.control.id,
                step.control.check,
                step.kind.value,
                step.enforcement.value,
                subjects,
                requires + state,
            )
        )
    widths = [max(len(row[i]) for row in rows) for i in range(5)]
    table = [
        "  ".join([*(cell.ljust(w) for cell, w in zip(row, widths, strict=False)), row[5]])
        for row in rows
    ]
    said = lines(planned, _enforced(plan))
    power = [*said, ""] if said else []
    return [bounded(line, 400) for line in [*head, "", *table, "", *power, _closing(plan.steps)]]


def _closing(steps: Sequence[Any]) -> str:
    idle = sum(step.excused is not None for step in steps)
    count = len(steps) - idle
    more = f", {idle} would not apply" if idle else ""
    return f"{count} control{'' if count == 1 else 's'} would run{more}; nothing was measured"
