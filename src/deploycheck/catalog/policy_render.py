"""Documents of policies as Markdown and as one HTML page without scripts or anything to load."""

import base64
import hashlib
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING

from deploycheck.catalog.policy_document import PolicyPart
from deploycheck.catalog.policy_words import LONG
from deploycheck.engine.wording import code_span, markdown_text
from deploycheck.shipped import shipped

if TYPE_CHECKING:
    from jinja2 import Environment


def html_page(policies: Sequence[PolicyPart], tool: str) -> str:
    """All policies as one self-contained page.

    :param tool: version of deploycheck.
    """
    from markupsafe import Markup

    sheets = (shipped("templates") / name for name in ("report.css", "policy.css"))
    style = "".join(sheet.read_text(encoding="utf-8") for sheet in sheets)
    mark = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    template = _environment(_html_prose).get_template("policy.html.j2")
    # Not text from anywhere else: the style sheets ship beside the template.
    safe = Markup(style)  # noqa: S704
    return template.render(policies=policies, style=safe, style_digest=mark, tool=tool)


def markdown_page(policies: Sequence[PolicyPart], tool: str) -> str:
    """All policies as Markdown in which no text of a policy is markup.

    :param tool: version of deploycheck.
    """
    template = _environment(_markdown_prose).get_template("policy.md.j2")
    return template.render(policies=policies, tool=tool)


def _environment(prose: Callable[[str], str]) -> "Environment":
    from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

    made = Environment(
        loader=FileSystemLoader(shipped("templates")),
        # Markdown has its own escapes: the filters `text`, `prose` and `code`.
        autoescape=select_autoescape(enabled_extensions=("html.j2",), default=False),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    made.filters["text"] = lambda value: markdown_text(str(value), LONG)
    made.filters["code"] = lambda value: code_span(str(value), LONG)
    made.filters["prose"] = lambda value: prose(str(value))
    return made


def _markdown_prose(text: str) -> str:
    """Text in which backticks mark code, inert in all else."""
    return "".join(
        code_span(part, LONG) if is_code else markdown_text(part, LONG)
        for is_code, part in _parts(text)
    )


def _html_prose(text: str) -> str:
    """As :func:`_markdown_prose`, for a page."""
    from markupsafe import Markup, escape

    made = Markup()
    for is_code, part in _parts(text):
        made += Markup("<code>{}</code>").format(part) if is_code else escape(part)
    return made


def _parts(text: str) -> Iterator[tuple[bool, str]]:
    """The text in pieces, and whether each stood between two backticks."""
    pieces = text.split("`")
    if len(pieces) % 2 == 0:  # one without its partner marks nothing
        yield False, text
        return
    for at, piece in enumerate(pieces):
        if piece:
            yield at % 2 == 1, piece
