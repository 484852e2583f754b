"""A page of the site has the parts that a plain view of the repository shows, by another parser."""

from collections import Counter
from html.parser import HTMLParser
from pathlib import Path

import pytest
from markdown_it import MarkdownIt

ROOT = Path(__file__).parents[2]
COUNTED = {"h1", "h2", "h3", "h4", "ul", "ol", "li", "table", "tr", "td", "pre", "blockquote", "img",
           "strong", "em"}  # fmt: skip
PAGES = {
    "overview.html": "README.md",
    "CHANGELOG.html": "CHANGELOG.md",
    "CONTRIBUTING.html": "CONTRIBUTING.md",
    **{f"{path.stem}.html": f"docs/{path.name}" for path in (ROOT / "docs").glob("*.md")},
    **{f"reference/{path.stem}.html": f"docs/reference/{path.name}"
       for path in (ROOT / "docs/reference").glob("*.md")},
    **{f"{path.parent.relative_to(ROOT)}/index.html": f"{path.relative_to(ROOT)}"
       for path in (*ROOT.glob("examples/*/README.md"), *ROOT.glob("plugins/*/README.md"))},
}  # fmt: skip


class Parts(HTMLParser):
    """How often each part stands in a piece of HTML; paragraphs in lists differ and look alike."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.counts: Counter[str] = Counter()
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        if tag in COUNTED:
            self.counts[tag] += 1


@pytest.mark.parametrize("name", PAGES)
def test_a_page_has_the_parts_of_its_source(site, name):
    source = (ROOT / PAGES[name]).read_text(encoding="utf-8")
    html = site.pages[name].place.read_text(encoding="utf-8")
    article = html.partition("<article")[2].partition("</article>")[0]
    wanted = Parts(MarkdownIt("commonmark").enable("table").render(source)).counts
    found = Parts(article).counts
    assert found == wanted
