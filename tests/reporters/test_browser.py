"""The page in a real browser: quiet, of one file, usable on a phone, and open to everybody.

A browser that is missing is an error that says how to get one, and never a skip.
"""

import importlib.util
import json
import re
from importlib.resources import files
from pathlib import Path
from runpy import run_path

import pytest

from deploycheck.authoring.figures import as_json
from deploycheck.model.verdict import Outcome
from deploycheck.reporters.html import html

HOME = Path(__file__).resolve()
WIDTHS = (1280, 390)


def _module(path: Path):
    spec = importlib.util.spec_from_file_location(path.stem, path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


TOOL = _module(HOME.parents[2] / "docs" / "images" / "browser.py")


def huge(make):
    """A control with 100 parts, some with figures of a thousand bars, and others."""
    parts = tuple(make["measurement"](slice={"g": f"part {at}"}) for at in range(100))
    made = [make["verdict"](Outcome.FAIL, control="WIDE-1", measurements=parts)]
    bars = (as_json(make["importances"](1000)),)
    made += [make["verdict"](control=f"BARS-{at}", figures=bars) for at in range(2)]
    made += [make["verdict"](control=f"C-{at}") for at in range(8)]
    return make["decision"](made)


def decisions():
    make = run_path(str(HOME.with_name("conftest.py")))
    yield "released", make["decision"]([make["verdict"](), make["verdict"](control="B")])
    yield "blocked", make["everything"]()
    yield "illustrated", make["illustrated"]()
    yield "huge", huge(make)
    power = run_path(str(HOME.with_name("test_power.py")))["planned"]
    yield "planned", make["decision"]([make["verdict"](planned=power(0.4))])
    for name in ("markup", "long"):
        yield f"hostile-{name}", make["hostile"](make["HOSTILE"][name])


PAGES = dict(decisions())
# In the dark, only colours differ.
IN_THE_DARK = ["color-contrast"]


@pytest.fixture(scope="module")
def browser():
    with TOOL.Browser() as made:
        yield made


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    place = tmp_path_factory.mktemp("pages")
    for name, made in PAGES.items():
        (place / f"{name}.html").write_text(html.render(made), encoding="utf-8")
    return place


@pytest.fixture(scope="module")
def axe():
    return files("axe_core_python").joinpath("axe.min.js").read_text(encoding="utf-8")


def unfold(browser):
    """Lay out what is folded or below the window, so that it is looked at too."""
    browser.ask(
        "document.querySelectorAll('details').forEach(d => d.open = true);"
        "document.querySelectorAll('article').forEach(a => a.style.contentVisibility = 'visible')"
    )


def noises(browser):
    """What the page said on the console or to the network since it was opened."""
    told = []
    for event, facts in browser.events:
        if event in {"Runtime.consoleAPICalled", "Log.entryAdded", "Runtime.exceptionThrown"}:
            told.append(json.dumps(facts)[:500])
        if event == "Network.requestWillBeSent" and facts.get("type") != "Document":
            told.append(facts["request"]["url"])
    return told


def violations(browser, axe, rules=None):
    only = f", runOnly: {json.dumps(rules)}" if rules else ""
    browser.ask(f"{axe}; undefined")
    return browser.ask(
        f"axe.run(document, {{resultTypes: ['violations']{only}}}).then(r => r.violations.map("
        "v => v.id + ': ' + v.nodes.slice(0, 3).map(n => n.html.slice(0, 200)).join(' | ')))"
    )


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_quiet_whole_and_accessible(browser, folder, axe, name, width, dark):
    browser.show(folder / f"{name}.html", width, dark=dark)
    unfold(browser)
    assert browser.ask("document.documentElement.scrollWidth") <= width
    assert browser.ask("matchMedia('(prefers-color-scheme: dark)').matches") is dark
    assert violations(browser, axe, IN_THE_DARK if dark else None) == []
    assert noises(browser) == []


def test_what_is_looked_for_would_be_found(browser, folder, axe):
    """Were a text ever to become an element, its script would not run and nothing be fetched."""
    browser.show(folder / "released.html", 390)
    browser.ask(
        "document.querySelector('main').insertAdjacentHTML('beforeend', '<h6>deep</h6>"
        '<p id="pale">pale</p><img src="https://example.invalid/x.png" onerror="window.ran = 1">'
        '<div tabindex="3">wide</div>\');'
        "const p = document.getElementById('pale').style; p.color = '#ccc';"
        "p.background = '#fff'; p.width = '500px'"
    )
    found = {told.partition(":")[0] for told in violations(browser, axe)}
    assert {"image-alt", "color-contrast", "heading-order", "tabindex"} <= found
    assert browser.ask("document.documentElement.scrollWidth") > 390
    said = noises(browser)
    assert any("violates the following Content Security Policy" in text for text in said)
    ends = {facts.get("blockedReason") for event, facts in browser.events
            if event in {"Network.loadingFailed", "Network.responseReceived"}}  # fmt: skip
    assert "csp" in ends
    assert not any(event == "Network.responseReceived" and facts["response"]["url"][:4] == "http"
                   for event, facts in browser.events)  # fmt: skip
    assert browser.ask("typeof window.ran") == "undefined"


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("name", ["illustrated", "huge", "hostile-markup"])
def test_charts_are_drawn_inside_their_boxes(browser, folder, name, width):
    browser.show(folder / f"{name}.html", width)
    unfold(browser)
    charts = browser.ask(
        "[...document.querySelectorAll('svg')].map(s => { const b = s.getBoundingClientRect();"
        "const inside = [...s.querySelectorAll('rect, path, circle, text')].every(m => {"
        " const c = m.getBoundingClientRect();"
        " return c.left > b.left - 3 && c.right < b.right + 3 && c.top > b.top - 3"
        " && c.bottom < b.bottom + 3; });"
        "return [b.width, b.height, inside]; })"
    )
    assert len(charts) > 3
    for wide, high, inside in charts:
        assert wide > 60
        assert high > 10
        assert inside


@pytest.mark.parametrize("width", WIDTHS)
def test_words_of_a_chart_do_not_lie_on_one_another(browser, folder, width):
    browser.show(folder / "illustrated.html", width)
    unfold(browser)
    clashes = browser.ask(
        "[...document.querySelectorAll('svg.chart')].flatMap(s => {"
        "const t = [...s.querySelectorAll('text')].map(e => [e.textContent,"
        " e.getBoundingClientRect()]);"
        "return t.flatMap(([a, x], i) => t.slice(i + 1).filter(([, y]) =>"
        " Math.min(x.right, y.right) - Math.max(x.left, y.left) > 1 &&"
        " Math.min(x.bottom, y.bottom) - Math.max(x.top, y.top) > 4"
        ").map(([b]) => a + ' | ' + b)); })"
    )
    assert clashes == []


def test_the_keyboard_reaches_everything(browser, folder):
    """The first stop skips to the controls; every stop can be seen and has a name."""
    browser.show(folder / "illustrated.html", 390)
    stops = []
    for _ in range(30):
        for kind in ("keyDown", "keyUp"):
            key = {"type": kind, "key": "Tab", "code": "Tab", "windowsVirtualKeyCode": 9}
            browser.call("Input.dispatchKeyEvent", key)
        stops.append(
            browser.ask(
                "(e => { const b = e.getBoundingClientRect(); return [e.tagName,"
                " e.getAttribute('aria-label') || e.textContent, b.left > -1 && b.width > 0,"
                " getComputedStyle(e).outlineStyle]; })(document.activeElement)"
            )
        )
    assert stops[0][:2] == ["A", "Skip to the controls"]
    kinds = {stop[0] for stop in stops}
    assert {"A", "SUMMARY", "DIV"} <= kinds
    for _, name, seen, outline in stops:
        assert name.strip()
        assert seen
        assert outline != "none"


def test_the_contents_stay_in_sight_on_a_wide_screen_and_are_not_printed(browser, folder):
    browser.show(folder / "illustrated.html", 1280, 700)
    browser.ask("scrollTo(0, 1500)")
    top = "document.querySelector('nav').getBoundingClientRect().top"
    assert browser.ask(top) == 0
    browser.show(folder / "illustrated.html", 390, 700)
    browser.ask("scrollTo(0, 1500)")
    assert browser.ask(top) < 0
    browser.show(folder / "illustrated.html", 794, media="print")
    seen = "document.querySelector('{}').getClientRects().length"
    assert browser.ask(seen.format("nav")) == 0
    assert browser.ask(seen.format("article > details:not([open]) dl dd")) > 0


def test_it_prints(browser, folder):
    browser.show(folder / "illustrated.html", 1280)
    paper = browser.paper()
    assert paper.startswith(b"%PDF-")
    assert 2 <= len(re.findall(rb"/Type\s*/Page\b", paper)) < 20


def test_a_missing_browser_is_told_with_what_to_do(monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("CHROMIUM", raising=False)
    with pytest.raises(TOOL.Missing, match="apt-get install chromium"):
        TOOL.program()
    monkeypatch.setenv("CHROMIUM", str(tmp_path / "nowhere"))
    with pytest.raises(TOOL.Missing, match="is no program"):
        TOOL.program()
