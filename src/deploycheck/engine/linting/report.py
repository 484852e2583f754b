"""What ``lint`` found, as text, as annotations of GitHub, and as JSON."""

import json
from collections.abc import Sequence
from typing import Any

from deploycheck.engine.actions import MOST, command
from deploycheck.engine.language.place import visible
from deploycheck.engine.linting.lint import Linted
from deploycheck.engine.problems import Problem, render

SCHEMA = "deploycheck/lint/1"
_PAGE = "docs/lint.md"
_RED, _YELLOW = "\x1b[1;31m", "\x1b[1;33m"


def counted(number: int, noun: str) -> str:
    """``1 policy``, ``2 policies``."""
    if number == 1:
        return f"1 {noun}"
    return f"{number:,} {noun[:-1] + 'ies' if noun.endswith('y') else noun + 's'}"


def as_text(files: Sequence[Linted], *, colour: bool = False) -> str:
    """Mistakes, then warnings, with a closing count; or that there are none."""
    mistakes = [problem for file in files for problem in file.mistakes]
    warnings = [problem for file in files for problem in file.warnings]
    parts = [render(mistakes, colour=colour)] if mistakes else []
    parts += [_warning(problem, colour=colour) for problem in _in_order(warnings)]
    if not mistakes or warnings:
        parts.append(_closing(files, len(set(mistakes)), len(set(warnings))))
    return "\n".join(parts)


def _in_order(problems: Sequence[Problem]) -> list[Problem]:
    return sorted(
        set(problems), key=lambda p: (p.place.label, p.place.line) if p.place else ("", 0)
    )


def _warning(problem: Problem, *, colour: bool) -> str:
    """As an error looks, by its first and its last line another thing."""
    lines = render([problem], colour=colour).splitlines()[:-2]
    head = f"{_RED}error[" if colour else "error["
    mark = f"{_YELLOW}warning[" if colour else "warning["
    first = mark + lines[0].removeprefix(head)
    last = lines[-1].partition("help: ")[0] + f"help: {_PAGE} says more"
    return "\n".join([first, *lines[1:-1], last]) + "\n"


def _closing(files: Sequence[Linted], mistakes: int, warnings: int) -> str:
    kinds = ("policy", "release")
    seen = [(kind, sum(file.kind == kind for file in files)) for kind in kinds]
    looked = " and ".join(counted(number, kind) for kind, number in seen if number) or "no file"
    told = counted(mistakes, "mistake") if mistakes else "no mistake"
    more = f", {counted(warnings, 'warning')}" if warnings else ""
    return f"{looked}: {told}{more}\n"


def as_github(files: Sequence[Linted]) -> str:
    """Workflow commands: an error for a mistake, a warning for a warning; as many as are shown."""
    lines: list[str] = []
    for kind in ("error", "warning"):
        found = [p for f in files for p in (f.mistakes if kind == "error" else f.warnings)]
        told = _in_order(found)
        most = MOST if len(told) <= MOST else MOST - 1
        lines += [_annotation(kind, problem) for problem in told[:most]]
        if len(told) > MOST:
            left = f"… and {len(told) - most} more; run `deploycheck lint`"
            lines.append(command(kind, left, title="deploycheck lint"))
    return "".join(line + "\n" for line in lines)


def _annotation(kind: str, problem: Problem) -> str:
    place, message = problem.place, visible(problem.message)
    if problem.hint:
        message += f"; {visible(problem.hint)}"
    where: dict[str, str] = {}
    if place is not None and not place.label.startswith(("../", "/", "pack:")):
        where["file"] = visible(place.label)
        if place.line:
            where |= {"line": str(place.line), "col": str(place.column)}
    elif place is not None:
        message += f"\nat {visible(place.label)}:{place.line}"
    return command(kind, message, **where, title=f"deploycheck {problem.code}")


def as_json(files: Sequence[Linted]) -> str:
    """One object: the files, and every mistake and warning with its place."""
    problems: list[dict[str, Any]] = []
    for level in ("error", "warning"):
        found = [p for f in files for p in (f.mistakes if level == "error" else f.warnings)]
        problems += [_plain(level, problem) for problem in _in_order(found)]
    made = {
        "schema": SCHEMA,
        "files": [{"file": file.label, "kind": file.kind} for file in files],
        "problems": problems,
    }
    return json.dumps(made, indent=1) + "\n"


def _plain(level: str, problem: Problem) -> dict[str, Any]:
    place = problem.place
    there = place is not None and place.line > 0
    return {
        "level": level,
        "code": problem.code,
        "message": problem.message,
        "hint": problem.hint,
        "file": place.label if place is not None else None,
        "line": place.line if there and place is not None else None,
        "column": place.column if there and place is not None else None,
        "length": place.length if there and place is not None else None,
    }
