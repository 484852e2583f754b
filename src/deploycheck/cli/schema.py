"""``deploycheck schema``: JSON Schemas, made from the code that reads and writes the files."""

import json

import click

KINDS = ("policy", "release", "decision")


@click.command("schema")
@click.argument("kind", type=click.Choice(KINDS))
def command(kind: str) -> None:
    """Print the JSON Schema (Draft 2020-12) of a policy, a release or a decision."""
    from deploycheck import catalog, plugins

    click.echo(json.dumps(catalog.schema(kind, plugins.registry()), indent=1, sort_keys=False))
