"""Every link inside the repository leads somewhere."""

import re

import pytest

LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")
MORE = ("CONTRIBUTING.md", "CHANGELOG.md", "examples/recidivism/README.md",
        "examples/credit/README.md", "docs/checks/index.md", "docs/errors/index.md",
        "plugins/deploycheck-example/README.md")  # fmt: skip


def anchors(text):
    """What GitHub makes of headings."""
    found = set()
    for heading in re.findall(r"^#{1,6} (.*)$", text, re.MULTILINE):
        kept = re.sub(r"[^\w\- ]", "", heading.lower())
        found.add(kept.replace(" ", "-"))
    return found


def check(site, page):
    here = site.ROOT / page
    text = re.sub(
        r"^```.*?^```$", "", here.read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL
    )
    for target in LINK.findall(text):
        if re.match(r"[a-z]+:", target):
            continue
        path, _, anchor = target.partition("#")
        place = (here.parent / path).resolve() if path else here
        assert place.exists(), f"{page}: {target}"
        assert place.is_relative_to(site.ROOT)
        if anchor:
            assert anchor in anchors(place.read_text(encoding="utf-8")), f"{page}: {target}"


def test_links_lead_somewhere(site, page):
    check(site, page)


@pytest.mark.parametrize("document", MORE)
def test_links_of_other_documents_lead_somewhere(site, document):
    check(site, document)


def test_every_page_is_reached_from_the_readme_and_the_index(site):
    for start in ("README.md", "docs/index.md"):
        links = {target.partition("#")[0] for target in LINK.findall(site.read(start))}
        base = (site.ROOT / start).parent
        reached = {(base / link).resolve() for link in links if link and "://" not in link}
        for page in site.PAGES[1:]:
            assert (site.ROOT / page) in reached or page == "docs/index.md", f"{start}: {page}"
