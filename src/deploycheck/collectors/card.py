"""``Card``: a Markdown document, split at its headings, with its front matter."""

import re
from collections.abc import Iterator

from deploycheck.authoring.collector import Description, Source, collector
from deploycheck.authoring.documents import front_matter, read_document
from deploycheck.authoring.errors import EvidenceError
from deploycheck.authoring.params import NoParams
from deploycheck.evidence.card import Card

MOST_HEADINGS = 10_000
LONGEST_HEADING = 200  # what is longer is no heading; it also bounds what a pattern can cost

_FENCE = re.compile(r" {0,3}(`{3,}|~{3,})(.*)")
_ATX = re.compile(r" {0,3}(#{1,6})(?:[ \t]+(.*?))?(?:[ \t]+#+)?[ \t]*")
_SETEXT = re.compile(r" {0,3}(=+|-+)[ \t]*")
_RULE = re.compile(r" {0,3}([-*_])(?:[ \t]*\1){2,}[ \t]*")
_BLOCK = re.compile(rf" {{0,3}}(?:(?:[-+*]|\d{{1,9}}[.)])(?:[ \t]|$)|[>|])|{_RULE.pattern}$")
_LINK = re.compile(r"!?\[([^\]]*)\](?:\([^)]*\)|\[[^\]]*\])")
_TAG = re.compile(r"</?[A-Za-z][^>]*>")
_ANCHOR = re.compile(r"\s*\{#[^}]*\}\s*$")


@collector
class MarkdownCard:
    """A document in Markdown, as CommonMark reads its headings, fences and comments."""

    evidence = Card

    def describe(self, source: Source, params: NoParams) -> Description:
        """Digest of the file and the number of sections."""
        made = self.collect(source, params)
        return Description(made.digest, None, {"sections": len(made.sections)})

    def collect(self, source: Source, params: NoParams) -> Card:
        """Reads the file that the release names under ``documents``.

        :raises EvidenceError: missing, larger than 4 MiB, not UTF-8, or broken front matter.
        """
        del params
        document = read_document(source, source.subject)
        facts, body = front_matter(document.lines, document.path)
        return Card(document.path, sections(body), facts, document.digest)


def sections(lines: list[str]) -> dict[str, str]:
    """Text below each heading, that of deeper headings too, by the heading's text.

    :raises EvidenceError: more than 10,000 headings.
    """
    found: dict[str, list[str]] = {}
    open_: list[tuple[int, list[str]]] = []
    headings = 0
    for level, text in _headings(lines):
        if not level:
            for _, body in open_:
                body.append(text)
            continue
        headings += 1
        if headings > MOST_HEADINGS:
            raise EvidenceError(f"the document has more than {MOST_HEADINGS:,} headings")
        while open_ and open_[-1][0] >= level:
            open_.pop()
        if text:
            body = found.setdefault(text, [])
            if body:
                body.append("")
            # A heading below one of the same name adds to the one entry, once.
            open_ += [(level, body if all(body is not b for _, b in open_) else [])]
    return {heading: "\n".join(body).strip() for heading, body in found.items()}


def _headings(lines: list[str]) -> Iterator[tuple[int, str]]:
    """Each line as (0, text), and each heading as (level, its text)."""
    paragraph: list[str] = []  # lines that an underline would make a heading
    lazy = False  # inside a list, quote or table no line begins a paragraph, up to a blank line
    for code, line in _visible(lines):
        short = not code and len(line) <= LONGEST_HEADING
        under = _SETEXT.fullmatch(line) if short and paragraph else None
        if under and not _fits(paragraph):
            under = None
        atx = _ATX.fullmatch(line) if short else None
        block = code or atx or not line.strip() or bool(_BLOCK.match(line))
        if under:
            yield (1 if under[1][0] == "=" else 2), _plain(" ".join(paragraph))
            paragraph = []
        elif not block and (paragraph or not (lazy or line.startswith((" " * 4, "\t")))):
            paragraph.append(line.strip())
        else:
            yield from ((0, text) for text in paragraph)
            paragraph = []
            yield (len(atx[1]), _plain(atx[2] or "")) if atx else (0, line)
            lazy = bool(line.strip()) and not (code or atx or _RULE.fullmatch(line))
    yield from ((0, text) for text in paragraph)


def _fits(paragraph: list[str]) -> bool:
    """Whether an underline would make a heading of these lines."""
    return sum(map(len, paragraph)) + len(paragraph) <= LONGEST_HEADING


def _visible(lines: list[str]) -> Iterator[tuple[bool, str]]:
    """Lines without comments; the flag says that the line is code."""
    fence = ""
    comment = False
    closes = _closes(lines)
    for index, line in enumerate(lines):
        text = line
        if fence:
            closing = _FENCE.fullmatch(text)
            if closing and closing[1].startswith(fence) and not closing[2].strip():
                fence = ""
            yield True, text
            continue
        if comment:
            _, end, text = text.partition("-->")
            if not end:
                continue
            comment = False
        text, comment = _without_comments(text, closes[index])
        opening = _FENCE.fullmatch(text)
        if opening and not (opening[1][0] == "`" and "`" in opening[2]):
            fence = opening[1]
            yield True, text
            continue
        yield False, text


def _without_comments(text: str, closes: bool) -> tuple[str, bool]:
    """The line without comments, and whether one goes on in the next line.

    :param closes: whether a comment that opens inside the line ends in its paragraph.
    """
    kept: list[str] = []
    at = 0
    while (start := text.find("<!--", at)) >= 0:
        kept.append(text[at:start])
        end = text.find("-->", start)
        if end >= 0:
            at = end + len("-->")
            continue
        # At the start of a line a comment goes on to its end wherever that is, or to the end of
        # the document; inside a line only as far as the paragraph goes.
        if closes or not any(part.strip() for part in kept):
            return "".join(kept), True
        at = start
        break
    return "".join((*kept, text[at:])), False


def _closes(lines: list[str]) -> list[bool]:
    """For each line, whether a comment ends in a later line of its paragraph."""
    found: list[bool] = []
    later = False
    for line in reversed(lines):
        later = later and bool(line.strip())
        found.append(later)
        later = bool(line.strip()) and (later or "-->" in line)
    return found[::-1]


def _plain(text: str) -> str:
    """A heading's text without links, tags, emphasis and code marks."""
    text = _ANCHOR.sub("", _TAG.sub("", _LINK.sub(r"\1", text)))
    text = re.sub(r"[*`]|(?<!\w)_+|_+(?!\w)", "", text)
    return " ".join(text.split())
