"""The site in a real browser: quiet, from this machine alone, usable on a phone and by everybody."""

import json
import time
from importlib.resources import files

import pytest

WIDTHS = (1280, 390)
PAGES = (
    "index.html",
    "quickstart.html",
    "checks/fairness/impact_ratio.html",
    "errors/DC013.html",
    "reference/policy.html",
    "reference/measures.html",
    "comparison.html",
    "policies/starter.yaml.html",
)
# Every kind of page once; the long ones are made of the same parts.
READ = ("index.html", "quickstart.html", "checks/fairness/impact_ratio.html", "errors/DC013.html",
        "reference/policy.html", "comparison.html")  # fmt: skip
# In the dark, only colours differ.
IN_THE_DARK = ["color-contrast"]
SERIOUS = ("serious", "critical")


class Address:
    """A page that is served, where the browser expects a file."""

    def __init__(self, url: str) -> None:
        self.url = url

    def resolve(self) -> "Address":
        return self

    def as_uri(self) -> str:
        return self.url


@pytest.fixture(scope="module")
def browser(tool):
    with tool.Browser() as made:
        yield made


@pytest.fixture(scope="module")
def axe():
    return files("axe_core_python").joinpath("axe.min.js").read_text(encoding="utf-8")


@pytest.fixture
def show(browser, served):
    def opened(name, width=1280, dark=False, height=900):
        browser.show(Address(served + name), width, height, dark=dark)
        return browser

    return opened


def noises(browser, served):
    """Console messages, errors, and requests that fail or go elsewhere."""
    told = []
    for event, facts in browser.events:
        if event in {"Runtime.consoleAPICalled", "Log.entryAdded", "Runtime.exceptionThrown"}:
            told.append(json.dumps(facts)[:500])
        if event == "Network.loadingFailed" and not facts.get("canceled"):
            told.append(f"failed: {facts}")
        if event == "Network.requestWillBeSent":
            url = facts["request"]["url"]
            if not url.startswith((served, "data:", "blob:")):
                told.append(f"elsewhere: {url}")
        if event == "Network.responseReceived" and facts["response"]["status"] >= 400:
            told.append(f"{facts['response']['status']}: {facts['response']['url']}")
    return told


def violations(browser, axe, rules=None):
    only = f", runOnly: {json.dumps(rules)}" if rules else ""
    browser.ask(f"{axe}; undefined")
    found = browser.ask(
        f"axe.run(document, {{resultTypes: ['violations']{only}}}).then(r => r.violations.map("
        "v => [v.impact, v.id + ': ' + v.nodes.slice(0, 3).map(n => n.html.slice(0, 200) +"
        " ' ' + n.any.map(a => a.message).join()).join(' | ')]))"
    )
    return [said for impact, said in found if impact in SERIOUS]


def until(browser, expression, seconds=10.0):
    """What an expression gives, as soon as it is true of the page."""
    end = time.monotonic() + seconds
    while not (found := browser.ask(expression)) and time.monotonic() < end:
        time.sleep(0.05)
    return found


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_quiet_and_fits_its_window(show, served, name, width, dark):
    browser = show(name, width, dark=dark)
    assert browser.ask("document.documentElement.scrollWidth") <= width
    paper = browser.ask("getComputedStyle(document.body).backgroundColor")
    assert paper == ("rgb(20, 23, 27)" if dark else "rgb(255, 255, 255)")
    assert noises(browser, served) == []


@pytest.mark.slow
@pytest.mark.parametrize(("width", "dark"), [(1280, False), (1280, True), (390, False)], ids=str)
@pytest.mark.parametrize("name", READ)
def test_a_page_is_accessible(show, axe, name, width, dark):
    browser = show(name, width, dark=dark)
    assert violations(browser, axe, IN_THE_DARK if dark else None) == []


def test_what_is_looked_for_would_be_found(show, served, axe):
    browser = show("quickstart.html", 390)
    browser.ask(
        "document.querySelector('article').insertAdjacentHTML('beforeend', '<p id=\"pale\">pale</p>"
        '<img src="nowhere.png"><img src="http://localhost:9/x.png">\');'
        "const p = document.getElementById('pale').style; p.color = '#ccc';"
        "p.background = '#fff'; p.width = '600px'; console.log('said')"
    )
    assert until(browser, "document.images.length && [...document.images].every(i => i.complete)")
    found = {told.partition(":")[0] for told in violations(browser, axe)}
    assert {"image-alt", "color-contrast"} <= found
    assert browser.ask("document.documentElement.scrollWidth") > 390
    told = " ".join(noises(browser, served))
    assert "404: " in told
    assert "elsewhere: http://localhost:9" in told
    assert "said" in told


def test_search_finds_a_check_and_its_measure_by_their_words(show, served):
    browser = show("index.html")
    browser.ask("document.querySelector('[data-md-component=search-query]').focus()")
    browser.call("Input.insertText", {"text": "impact ratio"})
    links = until(
        browser,
        "(found => found.length > 2 && found)([...document.querySelectorAll("
        "'.md-search-result__link')].map(a => a.getAttribute('href')))",
    )
    assert links[0].startswith(f"{served}checks/fairness/impact_ratio.html")
    assert any("reference/measures.html" in link and "#impact_ratio" in link for link in links)
    assert noises(browser, served) == []


def test_of_a_shells_lines_only_what_is_typed_is_copied(show):
    browser = show("overview.html")
    browser.ask(
        "document.addEventListener('copy', () => { window.copied = document.activeElement.value })"
    )
    button = "document.querySelector('.language-console [data-md-type=copy]')"
    box = until(
        browser,
        f"{button} && (b => [b.x + b.width / 2, b.y + b.height / 2])"
        f"({button}.getBoundingClientRect())",
    )
    for kind in ("mousePressed", "mouseReleased"):  # a browser copies for a person's click alone
        press = {"type": kind, "x": box[0], "y": box[1], "button": "left", "clickCount": 1}
        browser.call("Input.dispatchMouseEvent", press)
    copied = until(browser, "window.copied")
    assert copied.startswith("deploycheck gate --policy examples/credit/policy.yaml")
    assert "\n" not in copied
    assert "BLOCK" not in copied


def test_a_wide_table_scrolls_inside_itself_and_the_keyboard_reaches_it(show):
    browser = show("reference/policy.html", 390)
    boxes = browser.ask(
        "[...document.querySelectorAll('.md-typeset__scrollwrap')].map(b =>"
        " [b.scrollWidth > b.clientWidth, b.tabIndex === 0, b.clientWidth <= 390])"
    )
    assert any(wide for wide, _, _ in boxes)
    assert all(wide == reached and fits for wide, reached, fits in boxes)


def test_the_colours_follow_the_system_until_somebody_chooses(show):
    browser = show("index.html", dark=True)
    scheme = "document.body.getAttribute('data-md-color-scheme')"
    assert browser.ask(scheme) == "slate"
    browser.ask("document.querySelector('#__palette_1').click()")
    assert until(browser, f"{scheme} === 'default'")
    browser = show("quickstart.html", dark=True)
    assert browser.ask(scheme) == "default"
    browser.ask("localStorage.clear()")
