"""Documents of policies in a browser and as Markdown: quiet, whole, accessible, inert."""

import re
from datetime import UTC, datetime
from importlib.resources import files
from pathlib import Path
from runpy import run_path

import pytest

from deploycheck import plugins
from deploycheck.catalog.policy_document import document
from deploycheck.catalog.policy_reading import Given, read_policies
from deploycheck.catalog.policy_render import html_page, markdown_page
from deploycheck.shipped import pack

ROOT = Path(__file__).resolve().parents[2]
HELP = run_path(str(ROOT / "tests" / "reporters" / "test_browser.py"))
NOW = datetime(2026, 11, 25, tzinfo=UTC)
HOSTILE = (
    "<script>alert(1)</script><img src=x onerror=alert(1)> {{ 7*7 }} {% raw %} | cell | # head "
    "[l](javascript:alert(1)) ![i](https://evil.example/x) @everyone *b* <details> `x` "
    + "A"
    * 3000
)
CONTROLS = "".join(
    f"""
  - id: C-{at}
    title: TEXT
    check: fairness.error_rates
    with: {{by: [TEXT], exclude: [TEXT]}}
    require: {{false_positive_rate: {{max: 0.3}}}}
    severity: high
    enforcement: overridable
    maps: {{TEXT: [TEXT]}}
    rationale: TEXT
    remediation: TEXT
    when: {{release.owner: TEXT, because: TEXT}}
"""
    for at in range(2)
)


def parts(*paths: Path):
    read = read_policies(paths, Given(plugins.registry(), NOW, ROOT, {}))
    return [document(policy, NOW, at) for at, policy in enumerate(read, 1)]


@pytest.fixture(scope="module")
def pages(tmp_path_factory):
    place = tmp_path_factory.mktemp("policies")
    short = HOSTILE[:199]
    quoted = '"' + short.replace("\\", "\\\\").replace('"', '\\"') + '"'
    long = '"' + HOSTILE.replace('"', '\\"') + '"'
    text = f'policy: hostile\nversion: "1"\ntitle: {quoted}\ndescription: {long}\nowner: {quoted}\n'
    text += "controls:" + CONTROLS.replace("TEXT", quoted)
    hostile = place / "hostile.yaml"
    hostile.write_text(text, encoding="utf-8")
    credit = ROOT / "examples" / "credit" / "policy.yaml"
    found = {
        "credit": parts(credit),
        "two": parts(pack("pack:starter"), ROOT / "examples" / "recidivism" / "policy.yaml"),
        "hostile": parts(hostile),
    }
    for name, made in found.items():
        (place / f"{name}.html").write_text(html_page(made, "0.1.0"), encoding="utf-8")
        (place / f"{name}.md").write_text(markdown_page(made, "0.1.0"), encoding="utf-8")
    return place


@pytest.fixture(scope="module")
def browser():
    with HELP["TOOL"].Browser() as made:
        yield made


@pytest.fixture(scope="module")
def axe():
    return files("axe_core_python").joinpath("axe.min.js").read_text(encoding="utf-8")


@pytest.mark.parametrize(("width", "dark"), [(1280, False), (390, False), (390, True)])
@pytest.mark.parametrize("name", ["credit", "two", "hostile"])
def test_a_page_is_quiet_whole_and_accessible(browser, pages, axe, name, width, dark):
    browser.show(pages / f"{name}.html", width, dark=dark)
    HELP["unfold"](browser)
    assert browser.ask("document.documentElement.scrollWidth") <= width
    assert HELP["violations"](browser, axe, HELP["IN_THE_DARK"] if dark else None) == []
    assert HELP["noises"](browser) == []


def test_it_prints_what_is_folded_too(browser, pages):
    browser.show(pages / "credit.html", 794, media="print")
    seen = "document.querySelector('article details:not([open]) dl dd').getClientRects().length"
    assert browser.ask(seen) > 0
    assert browser.paper().startswith(b"%PDF-")


def test_every_link_of_a_page_leads_somewhere(browser, pages):
    for name in ("credit", "two"):
        browser.show(pages / f"{name}.html", 1280)
        assert (
            browser.ask(
                "[...document.querySelectorAll('a[href^=\"#\"]')].filter("
                "a => !document.getElementById(a.getAttribute('href').slice(1))).length"
            )
            == 0
        )
        assert browser.ask(
            "new Set([...document.querySelectorAll('[id]')].map(e => e.id)).size"
            " == document.querySelectorAll('[id]').length"
        )


def test_a_page_has_no_script_and_nothing_to_load(pages):
    for page in pages.glob("*.html"):
        text = page.read_text(encoding="utf-8")
        assert not re.search(r"<(script|img|link|iframe|object|embed|form)\b", text)
        assert not re.search(r"\b(src|action)=\"", text.replace("src=x", ""))
        assert "default-src 'none'" in text


def test_hostile_text_is_no_markup_in_markdown(pages):
    text = (pages / "hostile.md").read_text(encoding="utf-8")
    bare = re.sub(r"`[^`\n]*`", "", text)  # what stands in code is code
    for wrong in ("<script", "<img", "<details", "@everyone", "https://evil", "{% raw"):
        assert wrong not in bare.replace("{% raw %}", ""), wrong
    assert "49" not in text
    links = re.findall(r"(?<!\\)\[[^\]\n]*(?<!\\)\]\(([^)]*)\)", bare)
    assert all(re.fullmatch(r"#p1c\d+", target) for target in links)
    table = text[text.index("## Controls at a glance") : text.index("## Controls in words")]
    rows = [line for line in table.splitlines() if line.startswith("| [C-")]
    assert len(rows) == 2
    assert all(len(re.findall(r"(?<!\\)\|", row)) == 5 for row in rows)
    assert len(re.findall(r"^# ", text, re.MULTILINE)) == 1


def test_links_of_markdown_lead_somewhere(pages):
    text = (pages / "two.md").read_text(encoding="utf-8")
    anchors = set(re.findall(r'<a id="(\w+)">', text))
    assert set(re.findall(r"\]\(#(\w+)\)", text)) == anchors
    assert len(anchors) == text.count("\n<a id=")


def test_the_same_policy_gives_the_same_bytes():
    paths = [pack("pack:starter"), ROOT / "examples" / "credit" / "policy.yaml"]
    one, other = parts(*paths), parts(*paths)
    assert html_page(one, "1") == html_page(other, "1")
    assert markdown_page(one, "1") == markdown_page(other, "1")
