"""``deploycheck``: finds the command that is asked for, and imports that one alone."""

import importlib
import os
import sys
import traceback
from typing import Any

import click
from click.shell_completion import CompletionItem

_COMMANDS = {
    "init": "Propose a release, a policy and a pipeline for a project.",
    "gate": "Decide whether a release may go out.",
    "plan": "Show what would run, on what, and every mistake.",
    "lint": "Find mistakes in policies and releases, without any data.",
    "explain": "Explain a check, an error code or a verdict of the last run.",
    "docs": "Make a policy readable, as HTML or Markdown.",
    "selftest": "Show how often policies alarm for nothing, and which faults they see.",
    "report": "Render a stored decision again.",
    "new": "Begin a plugin of your own.",
    "schema": "JSON Schemas for editors and readers.",
    "completion": "Completion for bash, zsh and fish.",
}


_CRASH = 70  # Exit.CRASH, without an import that may be what is broken


class Lazy(click.Group):
    """Commands by name, each in a module of its own."""

    def list_commands(self, _ctx: click.Context) -> list[str]:
        return list(_COMMANDS)

    def get_command(self, _ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in _COMMANDS:
            return None
        module = importlib.import_module(f"deploycheck.cli.{cmd_name}")
        command: click.Command = module.command
        return command

    def main(self, *arguments: Any, **more: Any) -> Any:
        """Run the command, or answer a shell that asks what fits."""
        if "_DEPLOYCHECK_COMPLETE" in os.environ:
            from deploycheck.cli.completing import register

            register()
        try:
            return super().main(*arguments, **more)
        except Exception:  # noqa: BLE001 - what nobody expected must not end as exit 1, a BLOCK
            traceback.print_exc()
            click.echo(
                "deploycheck: this is a defect, or a library that it needs is too old or broken "
                "(`python -m pip check`); nothing was decided",
                err=True,
            )
            sys.exit(_CRASH)

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        """The commands by name, without importing one."""
        return [
            CompletionItem(name, help=said)
            for name, said in _COMMANDS.items()
            if name.startswith(incomplete)
        ] + click.Command.shell_complete(self, ctx, incomplete)

    def format_commands(self, _ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl(list(_COMMANDS.items()))

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        from deploycheck.engine.problems import did_you_mean

        name = args[0]
        if name not in _COMMANDS and not name.startswith("-"):
            ctx.fail(f"no command {name!r}; {did_you_mean(name, _COMMANDS)}")
        return super().resolve_command(ctx, args)


@click.command(cls=Lazy, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="deploycheck", message="deploycheck %(version)s")
def main() -> None:
    """Release gates for machine-learning models: policies in, a decision out.

    \b
    deploycheck init                        begin here, in a project's folder
    deploycheck gate --policy policy.yaml   decide
    deploycheck explain                     what there is to check

    Exit codes of gate: 0 RELEASE, 1 BLOCK, 2 usage, 4 invalid or expired policy, 10 REVIEW,
    11 BLOCK because something could not be checked, 70 crash.
    """  # noqa: D301 - \b is click's mark for text that keeps its lines
