"""A model card, split at its headings."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar


@dataclass(frozen=True)
class Card:
    """A Markdown document.

    :param path: file as the release names it.
    :param sections: text below each heading, by the heading's text without markup, in order; a
        heading's text holds that of the headings below it too, without their own lines. Equal
        headings share one entry. Comments are left out.
    :param facts: the front matter (YAML between ``---`` lines), empty without one.
    :param digest: digest of the file.
    """

    subject: ClassVar[str] = "document"

    path: str
    sections: Mapping[str, str]
    facts: Mapping[str, object]
    digest: str = ""
