"""``deploycheck schema``: JSON Schemas, made from the code that reads and writes the files."""

import json
from typing import Any

import click

KINDS = ("policy", "release", "decision")


@click.command("schema")
@click.argument("kind", type=click.Choice(KINDS))
def command(kind: str) -> None:
    """Print the JSON Schema (Draft 2020-12) of a policy, a release or a decision.

    \b
    deploycheck schema policy > .deploycheck/schema/policy.json

    and, as the first line of a policy, for editors that read it:

    \b
    # yaml-language-server: $schema=.deploycheck/schema/policy.json
    """  # noqa: D301 - \b is click's mark for text that keeps its lines
    click.echo(json.dumps(_schema(kind), indent=1))


def _schema(kind: str) -> dict[str, Any]:
    if kind == "decision":
        from deploycheck.reporters.json import decision_schema

        return decision_schema()
    from deploycheck import plugins
    from deploycheck.engine.schemas import policy_schema, release_schema

    return release_schema() if kind == "release" else policy_schema(plugins.registry())
