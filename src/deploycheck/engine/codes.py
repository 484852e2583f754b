"""Every error code, with what it means and what to do; pages and ``explain`` are made from it."""

import textwrap
from collections.abc import Mapping

from deploycheck.engine.language.code import Code
from deploycheck.engine.language.codes_files import CODES as _FILES
from deploycheck.engine.language.codes_later import CODES as _LATER
from deploycheck.engine.language.codes_plans import CODES as _PLANS
from deploycheck.engine.language.codes_verdicts import CODES as _VERDICTS
from deploycheck.engine.problems import did_you_mean

__all__ = ["CODES", "Code", "explain", "page", "pages"]

CODES: Mapping[str, Code] = {code.code: code for code in (*_FILES, *_PLANS, *_LATER, *_VERDICTS)}
_WIDTH = 88


def _known(code: str) -> Code:
    found = CODES.get(code.strip().upper())
    if found is None:
        hint = did_you_mean(code.upper(), CODES)
        raise LookupError(f"there is no error code {code!r}" + (f"; {hint}" if hint else ""))
    return found


def explain(code: str) -> str:
    """The page of a code as plain text for a terminal.

    :raises LookupError: there is no such code; the message offers the nearest.
    """
    entry = _known(code)
    parts = [
        f"{entry.code}: {entry.title}",
        textwrap.fill(entry.explanation.strip(), _WIDTH),
        textwrap.fill(f"What to do: {entry.fix}", _WIDTH),
        f"Wrong:\n\n{textwrap.indent(entry.example_bad, '    ')}",
        f"Right:\n\n{textwrap.indent(entry.example_good, '    ')}",
    ]
    return "\n\n".join(parts) + "\n"


def page(code: str) -> str:
    """The page of a code as Markdown.

    :raises LookupError: there is no such code.
    """
    entry = _known(code)
    parts = [
        f"# {entry.code}: {entry.title}",
        textwrap.fill(entry.explanation.strip(), _WIDTH),
        textwrap.fill(f"**What to do.** {entry.fix}", _WIDTH),
        f"Wrong:\n\n{_fenced(entry.example_bad)}",
        f"Right:\n\n{_fenced(entry.example_good)}",
    ]
    return "\n\n".join(parts) + "\n"


def pages() -> dict[str, str]:
    """All files of ``docs/errors`` by name: one page for each code, and the list of all."""
    return {"index.md": _index(), **{f"{code}.md": page(code) for code in CODES}}


def _index() -> str:
    rows = [f"| [{c.code}]({c.code}.md) | {c.title} |" for c in CODES.values()]
    head = [
        "# Error codes",
        "",
        "`deploycheck explain CODE` prints the same in a terminal.",
        "",
        "| code | what is wrong |",
        "|---|---|",
    ]
    return "\n".join([*head, *rows]) + "\n"


def _fenced(example: str) -> str:
    languages = {"$": "console", "@": "python", "d": "python" if "def " in example else "yaml"}
    return f"```{languages.get(example[:1], 'yaml')}\n{example}\n```"
