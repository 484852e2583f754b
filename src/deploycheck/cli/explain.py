"""``deploycheck explain``: what a check measures, or what an error code means."""

import sys

import click


@click.command("explain")
@click.argument("what", required=False, metavar="[CHECK or CODE]")
def command(what: str | None) -> None:
    """Explain a check, such as fairness.impact_ratio, or an error code, such as DC013.

    Without an argument, lists every check and every code.
    """
    from deploycheck import plugins
    from deploycheck.catalog.checks import page
    from deploycheck.engine.codes import CODES, explain
    from deploycheck.engine.exits import Exit
    from deploycheck.engine.problems import did_you_mean

    registry = plugins.registry()
    for refused in registry.refused:
        click.echo(f"warning: {refused}", err=True)
    if what is None:
        click.echo("Checks")
        for name in registry.checker_ids():
            checker = registry.checker(name)
            click.echo(f"  {name:36} {checker.title if checker else ''}")
        click.echo("\nCodes")
        for code in CODES.values():
            click.echo(f"  {code.code:36} {code.title}")
        return
    if what.upper() in CODES:
        click.echo(explain(what.upper()))
        return
    checker = registry.checker(what)
    if checker is None:
        known = [*registry.checker_ids(), *CODES]
        hint = did_you_mean(what, known) or "`deploycheck explain` lists all"
        click.echo(f"deploycheck explain: nothing is called {what!r}; {hint}", err=True)
        sys.exit(Exit.USAGE)
    click.echo(page(checker))
