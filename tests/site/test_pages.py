"""The site as files: nothing warned of, every link leads somewhere, nothing comes from elsewhere."""

import json
import re
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_it_is_built_without_a_warning(site):
    assert site.warnings == ()
    assert len(site.pages) > 130


def test_every_link_and_anchor_leads_somewhere(site):
    wrong = []
    for name, page in site.pages.items():
        if name == "404.html":
            continue
        for link in page.links:
            found = page.target(link)
            if found is None:
                continue
            place, anchor = found
            there = site.folder in place.parents and place.is_file()
            key = place.relative_to(site.folder).as_posix() if there else ""
            if not there or (anchor and key in site.pages and anchor not in site.pages[key].ids):
                wrong.append(f"{name}: {link}")
    assert wrong == []


def test_the_page_for_what_is_not_there_leads_to_the_home_page(site):
    """It is shown at any address, so its links begin at the root of the server."""
    links = {link for link in site.pages["404.html"].links if not link.startswith("#")}
    for link in links:
        assert link.startswith("/"), link
        assert (site.folder / link.lstrip("/")).exists(), link


def test_no_page_loads_anything_from_elsewhere(site):
    for name, page in site.pages.items():
        for load in page.loads:
            found = page.target(load)
            if load.startswith("/") and name == "404.html":
                found = (site.folder / load.lstrip("/")).resolve(), ""
            assert found is not None, f"{name} loads {load}"
            assert found[0].is_file(), f"{name} loads {load}"


def test_styles_and_scripts_of_our_own_load_nothing(site):
    for path in (site.folder / "assets").glob("site.*"):
        text = path.read_text(encoding="utf-8")
        assert not re.search(r"@import|https?:|//[a-z]|url\(", text.replace("// ", "")), path.name


def test_styles_of_the_theme_load_nothing_from_elsewhere(site):
    for path in site.folder.rglob("*.css"):
        for found in re.findall(r"url\(([^)]*)\)", path.read_text(encoding="utf-8")):
            address = found.strip("'\"")
            assert address.startswith("data:") or (path.parent / address).is_file(), address


def test_comments_for_the_tests_are_not_shown(site):
    """Neither as comments nor as text; the page for contributors names them, in code."""
    for name, page in site.pages.items():
        assert not [c for c in page.comments if "proof" in c or "goes on" in c], name
        if name != "CONTRIBUTING.html":
            assert "proof:" not in page.place.read_text(encoding="utf-8"), name


def test_every_page_of_the_documentation_is_reached_from_the_home_page(site):
    """By following links of the navigation alone."""
    seen, waiting = set(), ["index.html"]
    while waiting:
        name = waiting.pop()
        if name in seen:
            continue
        seen.add(name)
        page = site.pages[name]
        for link in page.nav:
            found = page.target(link)
            if found is not None and found[0].suffix == ".html":
                waiting.append(found[0].relative_to(site.folder).as_posix())
    documents = [p.relative_to(ROOT / "docs") for p in (ROOT / "docs").rglob("*.md")]
    wanted = {p.with_suffix(".html").as_posix() for p in documents}
    wanted |= {"overview.html", "CHANGELOG.html", "CONTRIBUTING.html"}
    wanted |= {f"examples/{p.parent.name}/index.html" for p in ROOT.glob("examples/*/README.md")}
    wanted |= {f"plugins/{p.parent.name}/index.html" for p in ROOT.glob("plugins/*/README.md")}
    assert wanted - seen == set()


def test_every_page_has_a_title_of_its_own(site):
    titles = {}
    for name, page in site.pages.items():
        if name != "404.html":
            titles.setdefault("".join(page.titles[:1]), []).append(name)
    assert {title: names for title, names in titles.items() if len(names) > 1} == {}


def test_the_files_that_make_it_are_not_part_of_it(site):
    parts = {p.relative_to(site.folder).parts[0] for p in site.folder.rglob("*") if p.is_file()}
    assert "site" not in parts
    assert not [
        p for p in site.folder.rglob("*.py") if not {"examples", "benchmarks"} & set(p.parts)
    ]
    assert not (site.folder / "sitemap.xml").exists()


def test_files_that_pages_lead_to_are_there_as_they_are_and_as_pages(site):
    name = "policies/starter.yaml"
    assert (site.folder / name).read_bytes() == (ROOT / name).read_bytes()
    page = site.pages[f"{name}.html"]
    assert "starter.yaml" in page.links
    assert "".join(page.titles).startswith(name)


def test_the_words_of_every_page_can_be_searched(site):
    index = json.loads((site.folder / "search" / "search_index.json").read_text(encoding="utf-8"))
    found = {entry["location"].partition("#")[0] for entry in index["docs"]}
    files = {name for name in site.pages if name.endswith((".yaml.html", ".py.html", ".json.html"))}
    assert set(site.pages) - {"404.html"} - files == found
    assert not [e["location"] for e in index["docs"] if "proof:" in e["text"]][1:]
