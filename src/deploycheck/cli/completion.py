"""``deploycheck completion``: teaches a shell to complete commands, options, checks and files."""

import os
import sys
from pathlib import Path
from typing import NoReturn

import click

SHELLS = ("bash", "zsh", "fish")
_HINTS = {
    "bash": "Loaded by the package bash-completion; without it, add to ~/.bashrc:\n  source {path}",
    "zsh": "Add to ~/.zshrc, before compinit is called, or with it:\n"
    "  fpath+=({folder}); autoload -Uz compinit && compinit",
    "fish": "fish loads it by itself.",
}


@click.command("completion")
@click.argument("shell", type=click.Choice(SHELLS))
@click.option("--install", is_flag=True, help="Write it to where the shell looks for it.")
def command(shell: str, *, install: bool) -> None:
    """Print the completion script of a shell, or install it for this user.

    \b
    source <(deploycheck completion bash)
    deploycheck completion zsh --install
    deploycheck completion fish --install

    It completes commands, options, checks, error codes, controls of the last run, policies and
    packs. Exit codes: 0 done, 2 usage, 11 it cannot be written.
    """  # noqa: D301 - \b is click's mark for text that keeps its lines
    from deploycheck.cli.completing import script
    from deploycheck.cli.main import main

    text = script(shell, main)
    if not install:
        click.echo(text, nl=False)
        return
    path = place(shell)
    try:
        _write(path, text)
    except OSError as error:
        _refuse(f"{path}: {error.strerror or error}")
    from deploycheck.engine.language.place import visible

    click.echo(f"completion {visible(str(path))}")
    click.echo("Open a new shell to use it. " + _hint(shell, path))


def place(shell: str) -> Path:
    """Where a shell looks for completions of this user."""
    home = Path.home()
    if shell == "bash":
        data = Path(os.environ.get("XDG_DATA_HOME") or home / ".local" / "share")
        own = os.environ.get("BASH_COMPLETION_USER_DIR")
        return (Path(own) if own else data / "bash-completion") / "completions" / "deploycheck"
    if shell == "zsh":
        return Path(os.environ.get("ZDOTDIR") or home) / ".zfunc" / "_deploycheck"
    config = Path(os.environ.get("XDG_CONFIG_HOME") or home / ".config")
    return config / "fish" / "completions" / "deploycheck.fish"


def _write(path: Path, text: str) -> None:
    from deploycheck.engine.durable import write

    if path.exists() and "_DEPLOYCHECK_COMPLETE" not in path.read_text(errors="replace"):
        _refuse(f"{path} is there and is no completion of deploycheck; move it away")
    write(path, text.encode())


def _hint(shell: str, path: Path) -> str:
    from shlex import quote

    from deploycheck.engine.language.place import visible

    hint = _HINTS[shell]
    return hint.format(path=visible(quote(str(path))), folder=visible(quote(str(path.parent))))


def _refuse(text: str) -> NoReturn:
    from deploycheck.engine.exits import Exit
    from deploycheck.engine.language.place import visible

    click.echo(f"deploycheck completion: {visible(text)}", err=True)
    sys.exit(Exit.UNCHECKED)
