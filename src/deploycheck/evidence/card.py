"""A model card, split at its headings."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar


@dataclass(frozen=True)
class Card:
    """A Markdown document.

    :param path: file as the release names it.
    :param sections: text below each heading, by the heading's text, in order; a heading's text
        holds that of the headings below it too.
    :param facts: the front matter (YAML between ``---`` lines), empty without one.
    """

    subject: ClassVar[str] = "document"

    path: str
    sections: Mapping[str, str]
    facts: Mapping[str, object]
