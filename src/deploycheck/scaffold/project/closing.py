"""The last lines of init: what is left to a person, and the exact next command."""

import shlex
from collections.abc import Iterator, Sequence
from pathlib import Path

from deploycheck.engine.language.place import visible
from deploycheck.scaffold.project.choices import Choices, Given
from deploycheck.scaffold.project.left import Left, left_to_say, options_of

__all__ = ["closing_lines", "gate_command"]

_LONGEST = 240


def closing_lines(
    chosen: Choices, given: Given, folder: Path, *, more: Sequence[str], sound: bool
) -> Iterator[str]:
    """What is left to say and what to run next.

    :param more: other options that the command was given, such as ``--yes``.
    :param sound: whether release and policy can be planned.
    """
    left = left_to_say(chosen)
    needed = [item for item in left if item.needed]
    if left:
        yield "Left to confirm"
        for item in left:
            yield f"  {_cut(item.what)}"
            if item.option:
                yield f"      {_cut(shlex.join(item.option))}"
        yield ""
        yield "To say so, and write the files again:"
        yield f"  {_again(left, given, folder, more)}"
    if needed:
        yield "Until then there is nothing to judge the model by; plan and gate refuse to begin."
    elif sound:
        yield "To decide:" if not left else "To decide with what is confirmed so far:"
        yield f"  {gate_command(folder)}"


def gate_command(folder: Path) -> str:
    """The gate of the project, as it is called from here."""
    words = ["deploycheck", "gate", "--policy", str(folder / "policy.yaml")]
    if folder != Path():
        words += ["--release", str(folder / "release.yaml")]
    return visible(shlex.join(words))


def _again(left: Sequence[Left], given: Given, folder: Path, more: Sequence[str]) -> str:
    words = ["deploycheck", "init"]
    if folder != Path():
        words.append(str(folder))
    words += [*options_of(given), *more, "--force"]
    for item in left:
        words += item.option
    return visible(shlex.join(words))


def _cut(text: str) -> str:
    line = " ".join(visible(text).split())
    return line if len(line) <= _LONGEST else line[: _LONGEST - 1] + "…"
