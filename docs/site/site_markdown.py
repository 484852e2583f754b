"""What the site reads differently from a plain view of the repository."""

import re
from typing import Any
from urllib.parse import quote, urlsplit, urlunsplit
from xml.etree.ElementTree import Element

import site_places
from markdown import Markdown
from markdown.extensions import Extension
from markdown.preprocessors import Preprocessor
from markdown.treeprocessors import Treeprocessor
from markdown.util import AtomicString

_COMMENT = re.compile(r"[ ]{0,3}<!--.*-->[ ]*")
# Fenced blocks are taken out of the text before (25), so that a comment they show stays.
_BEFORE_HTML = 24
# MkDocs turns links between its files into addresses (0).
_BEFORE_ADDRESSES = 1
# A heading has a space after its marks; `#181` at the beginning of a line is text.
_HEADING = re.compile(r"(?:^|\n)(?P<level>#{1,6})[ ]+(?P<header>(?:\\.|[^\\])*?)#*(?:\n|$)")
_BAR = r"\|"  # how a cell of a table writes a bar, in code too


class Repository(Extension):
    """Links lead where they lead in the repository, and comments for the tests are not shown."""

    def __init__(self) -> None:
        super().__init__()
        self.page = ""  # of the repository; set before each page is made

    def extendMarkdown(self, md: Markdown) -> None:  # noqa: N802 - Python-Markdown's name
        """Register the parts."""
        md.parser.blockprocessors["hashheader"].RE = _HEADING
        md.preprocessors.register(_Comments(md), "repository_comments", _BEFORE_HTML)
        md.treeprocessors.register(_Links(md, self), "repository_links", _BEFORE_ADDRESSES)
        md.treeprocessors.register(_Bars(md), "repository_bars", _BEFORE_ADDRESSES)


class _Comments(Preprocessor):
    def run(self, lines: list[str]) -> list[str]:
        return [line for line in lines if not _COMMENT.fullmatch(line)]


class _Bars(Treeprocessor):
    """A bar in the code of a cell stands there as it is read."""

    def run(self, root: Element) -> None:
        for cell in root.iter("td"):
            for code in cell.iter("code"):
                code.text = AtomicString((code.text or "").replace(_BAR, "|"))


class _Links(Treeprocessor):
    def __init__(self, md: Any, places: Repository) -> None:
        super().__init__(md)
        self.places = places

    def run(self, root: Element) -> None:
        for element in root.iter():
            name = {"a": "href", "img": "src"}.get(element.tag)
            if name is not None:
                element.set(name, self._moved(element.get(name, "")))

    def _moved(self, link: str) -> str:
        found = site_places.target(self.places.page, link)
        # A page that shows a file leads to the file itself.
        if found is None or (found == self.places.page and site_places.shown(found)):
            return link
        here = site_places.source(self.places.page)
        up = "../" * here.count("/")
        parts = urlsplit(link)
        path = up + quote(site_places.source(found))
        return urlunsplit(("", "", path, parts.query, parts.fragment))
