"""The page: safe to open, complete, and readable by people and by machines that help them."""

import base64
import hashlib
import re
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path
from runpy import run_path
from time import process_time
from xml.etree import ElementTree as ET

import pytest

from deploycheck.model.measurement import Interval
from deploycheck.model.policy import Enforcement
from deploycheck.model.verdict import Effect, Outcome
from deploycheck.reporters.html import html
from deploycheck.shipped import shipped

ROOT = Path(__file__).resolve().parents[2]
VOID = {"meta", "br", "img", "link", "input", "hr"}


class Page(HTMLParser):
    """Every tag with its attributes, the visible text, and whether tags close as they opened."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[tuple[str, dict]] = []
        self.open: list[str] = []
        self.text: list[str] = []
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        assert len(dict(attrs)) == len(attrs)
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        if "style" not in self.open:
            self.text.append(data)

    @property
    def words(self) -> str:
        return " ".join(" ".join(self.text).split())

    def all(self, tag):
        return [attrs for name, attrs in self.tags if name == tag]


@pytest.fixture(scope="module")
def page():
    made = run_path(str(Path(__file__).with_name("conftest.py")))["everything"]()
    return html.render(made)


def test_nothing_runs_and_nothing_is_fetched(page):
    parsed = Page(page)
    names = {tag for tag, _ in parsed.tags}
    assert not names & {
        "script",
        "link",
        "img",
        "iframe",
        "object",
        "embed",
        "form",
        "base",
        "a:href",
    }
    attributes = {key for _, attrs in parsed.tags for key in attrs}
    assert not any(key.startswith("on") for key in attributes)
    assert not attributes & {"src", "srcset", "style", "action", "formaction", "xlink:href", "ping"}
    assert all(attrs["href"].startswith("#") for attrs in parsed.all("a"))
    assert not re.search(r"url\(|@import|expression\(|https?:", page)


def test_its_policy_allows_its_own_style_alone(page):
    (policy,) = [m["content"] for m in Page(page).all("meta") if m.get("http-equiv")]
    style = re.search(r"<style>(.*?)</style>", page, re.DOTALL)[1]
    mark = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    assert policy == (
        f"default-src 'none'; style-src 'sha256-{mark}'; base-uri 'none'; form-action 'none'"
    )
    assert page.index("Content-Security-Policy") < page.index("<style>")


def test_links_lead_somewhere_and_ids_are_unique(page):
    parsed = Page(page)
    ids = [attrs["id"] for _, attrs in parsed.tags if "id" in attrs]
    assert len(set(ids)) == len(ids)
    wanted = {a["href"][1:] for a in parsed.all("a")}
    for _, attrs in parsed.tags:
        wanted |= set(attrs.get("aria-labelledby", "").split())
    assert wanted <= set(ids)


def test_landmarks_and_headings(page):
    parsed = Page(page)
    names = [tag for tag, _ in parsed.tags]
    assert names.count("h1") == names.count("main") == names.count("header") == 1
    assert parsed.all("html")[0]["lang"] == "en"
    levels = [int(n[1]) for n in names if re.fullmatch("h[1-6]", n)]
    assert all(after - before <= 1 for before, after in pairwise(levels))
    # A header in the head of a table is a column's without being told; every other one says.
    bodies = page.replace("<thead>", "\0").split("\0")
    assert not any("<th>" in body.partition("</thead>")[2] for body in bodies[1:])
    assert "<th>" not in bodies[0]
    scrolling = [attrs for _, attrs in parsed.tags if attrs.get("class") == "scroll"]
    assert scrolling
    assert all(a["tabindex"] == "0" and a["role"] == "group" and a["aria-label"] for a in scrolling)


def test_the_decision_comes_first_and_numbers_add_up(page):
    words = Page(page).words
    assert words.index("BLOCK") < words.index("Not to be released") < words.index("21 planned =")
    assert words.index("21 planned =") < words.index("What stands against the release")
    order = ["What stands against", "Advisory findings", "Waived", "Not applicable", "Passed"]
    titles = re.findall(r"<h2[^>]*>(.*?)</h2>", page)
    assert [t for t in titles if t.startswith(tuple(order))] == [
        "What stands against the release", "Advisory findings", "Waived", "Not applicable", "Passed",
    ]  # fmt: skip


def test_an_outcome_is_a_word_and_a_sign_beside_its_colour(page):
    told = dict(re.findall(r'class="badge o-(\w+)">([A-Z ]+)<', page))
    assert {kind: kind.replace("_", " ") for kind in told} == told
    assert set(told) >= set(Outcome)
    style = (shipped("templates") / "report.css").read_text()
    for kind in (*Outcome, *Effect):
        assert re.search(rf'\.o-{kind.value}::before[^{{}}]*{{ content: "[^"]+"; content: ', style)


def test_everything_an_auditor_asks_for_is_there(page):
    words = Page(page).words
    sha = "sha256:" + "0123456789abcdef" * 4
    for fact in (
        "Evidence for a release decision", "credit-default 3.2.0", "2026-12-01T09:00:00Z",
        "impact ratio at least 0.80 (demonstrate, 95 % confidence)",
        "sex = female, race = Black", "0.912", "1,204",
        "bounds: Koopman score, each at 95 %, both at once 90 %",
        "Predictions of test (predictions), sha256:0123456789ab…", f"Predictions test {sha}", "by: sex, min_n: 30, intersections: true",
        "eu-ai-act: 10.2.f, 10.2.g", "policies/credit.yaml:14", "W-2026-014", "MRM-131",
        "j.roe@bank.example", "DC301", "credit-scoring 2.3.0", "impact_floor 0.8 command line",
        "protected sex release", "because: MRM-118", "reference could not be read",
        "deploycheck-acme 1.2 trusted", "conftest.py local UNTRUSTED", "own process, python -I",
        "CPython 3.11.7", "dirty: true", "one dirty file", "--policy policies/credit-scoring.yaml",
        "--as-of 2026-12-01T09:00:00Z", "--input impact_floor=0.8", "Limitations",
        "6 of 21 controls could not be checked; that is never a pass.",
        "A group that is approved less often", "Look at the groups with the lowest rate.",
        "re-threshold, or file a waiver", "MEASURE 2.11",
    ):  # fmt: skip
        assert fact in words, fact


def test_the_words_are_evidence_for(page):
    sources = page + "".join(p.read_text() for p in shipped("templates").glob("report*"))
    assert not re.search(r"complian|certif|guarantee", sources, re.IGNORECASE)
    assert "{{" not in page


def test_a_measurement_is_drawn_against_its_bound(decide, build, measured):
    outside = measured(
        value=0.7, interval=Interval(low=0.6, high=0.7996, each=0.95, together=0.9, method="m")
    )
    page = html.render(decide([build(measurements=(outside,))]))
    drawing = re.search(r'<svg class="mini".*?</svg>', page)[0]
    bound = float(re.search(r'class="bound" d="M([\d.]+) ', drawing)[1])
    left, right = map(float, re.search(r'<path d="M([\d.]+) 8H([\d.]+)"', drawing).groups())
    point = float(re.search(r'cx="([\d.]+)"', drawing)[1])
    begin, width = map(float, re.search(r'x="([\d.]+)" width="([\d.]+)"', drawing).groups())
    assert 0 < left < point < right <= bound == begin
    assert begin + width == 120
    assert "0.7996" in page


def test_charts_have_a_name_a_description_and_their_numbers(illustrated):
    page = html.render(illustrated)
    charts = [
        ET.fromstring(svg) for svg in re.findall(r'<svg class="chart".*?</svg>', page, re.DOTALL)
    ]
    assert len(charts) == 9
    for chart in charts:
        title, about = chart[0], chart[1]
        assert (title.tag, about.tag) == ("title", "desc")
        assert chart.get("role") == "img"
        assert chart.get("aria-labelledby") == f"{title.get('id')} {about.get('id')}"
        assert len(title.text) > 2
        assert re.search(r"\d", about.text)
        assert not {"style", "onload", "href"} & {
            key for part in chart.iter() for key in part.attrib
        }
    assert page.count("<summary>Numbers of this chart</summary>") == 6
    words = Page(page).words
    for fact in (
        "5 parts, from race = white 0.24 to race = Black 0.45; required at most 0.35",
        "12 bars: feature 0 0.28", "furthest apart at mean score", "p99 4.4 ms", "budget 5 ms",
        "not drawn: 1 without a number", "Measured beside, and not judged (5)",
        "debt_to_income_ratio_of_the_last_twelve_months",
    ):  # fmt: skip
        assert fact in words, fact


def test_an_outcome_in_a_chart_is_a_shape_and_a_word(illustrated):
    page = html.render(illustrated)
    chart = re.search(r'<svg class="chart".*?</svg>', page, re.DOTALL)[0]
    assert chart.count('class="fail"') == 1
    assert chart.count('class="open"') == 2
    assert re.search(r">0\.45 FAIL<", chart)
    assert re.search(r">0\.33 INCONCLUSIVE<", chart)


def test_figures_that_are_none_are_counted_and_the_rest_is_drawn(decide, build):
    figures = ({"kind": "bars"}, None, {"kind": "bars", "title": "t", "bars": [
        {"label": "a", "value": 1.5}]})  # fmt: skip
    page = html.render(decide([build(figures=figures)]))
    assert "2 of its figures cannot be drawn: see decision.json." in page
    assert page.count("<figure>") == 1


def test_the_contents_name_what_stands_against_the_release(everything, decide, build):
    page = html.render(everything)
    contents = page[page.index("<nav") : page.index("</nav>")]
    named = re.findall(
        r'<li><a href="#(c\d+)">([\w-]+)</a> <span class="soft">([A-Z ]+)<', contents
    )
    assert [anchor for anchor, _, _ in named] == [f"c{i}" for i in range(1, 9)]
    many = html.render(decide(build(Outcome.FAIL, control=f"C-{i}") for i in range(100)))
    contents = many[many.index("<nav") : many.index("</nav>")]
    assert contents.count('class="soft"') == 40


def test_a_clause_of_very_many_controls_names_the_gravest(decide, build):
    made = [build(control=f"C-{i}") for i in range(300)]
    page = html.render(decide([*made, build(Outcome.FAIL, control="LAST")]))
    row = re.search(r"<td>10\.2\.f</td><td>(.*?)</td>", page)[1]
    assert row.startswith('<a href="#c1">LAST</a> FAIL, ')
    assert row.endswith(", and 201 PASS more")


def test_what_is_undefined_is_said_and_not_drawn(decide, build, measured):
    nothing = measured(value=0.5, interval=None, undefined="fewer than 30 rows", n=12)
    page = html.render(decide([build(Outcome.INCONCLUSIVE, measurements=(nothing,))]))
    assert "<svg" not in page
    words = Page(page).words
    assert "not assessed" in words
    assert "fewer than 30 rows" in words
    assert "would have been 0.50" in words


def test_bounds_over_all_parts_and_the_pair_are_told(decide, build, measured):
    both = measured(
        pair=({"sex": "male"}, {"sex": "female"}),
        simultaneous=Interval(low=0.7, high=None, each=0.99, together=0.98, method="m"),
    )
    words = Page(html.render(decide([build(measurements=(both,))]))).words
    assert "sex = male against sex = female" in words
    assert "all parts at once: 0.70 to unbounded, each at 99 %, both at once 98 %" in words


def test_a_release_says_so_in_one_sentence(decide, build):
    page = html.render(decide([build(), build(Outcome.NOT_APPLICABLE, control="B")]))
    assert "Nothing stands against this release: 2 planned = 1 passed + 1 not applicable." in page
    advised = build(
        Outcome.FAIL, control="C", enforcement=Enforcement.ADVISORY, effect=Effect.RELEASE
    )
    page = html.render(decide([build(), advised]))
    assert "2 planned = 1 passed + 1 failed; what does not hold is advisory." in page
    review = decide([build(Outcome.INCONCLUSIVE, effect=Effect.REVIEW)])
    assert "A person must decide: " in html.render(review)
    Page(html.render(decide([])))


def test_no_folder_of_the_machine_stands_in_it(decide, build):
    made = decide([build(location="/home/a.person/work/credit.yaml:3")])
    used = made.policies[0].model_copy(update={"path": "/home/a.person/work/credit.yaml"})
    page = html.render(made.model_copy(update={"policies": (used,)}))
    assert "a.person" not in page
    assert "…/credit.yaml:3" in page


def test_hostile_text_makes_no_element_and_no_attribute(hostile_decision, calm_decision):
    parsed, calm = Page(html.render(hostile_decision)), Page(html.render(calm_decision))
    assert [tag for tag, _ in parsed.tags] == [tag for tag, _ in calm.tags]
    assert [sorted(a) for _, a in parsed.tags] == [sorted(a) for _, a in calm.tags]
    text = parsed.words + "".join(v or "" for _, a in parsed.tags for v in a.values())
    assert not set(text) & set("\x00\x1b\x07\x85\x9b\u202e\u2066\u200b\u2028\ufffe")
    assert "49" not in parsed.words.replace("0149", "")  # no template in a name was run
    assert all(len(a.get("aria-label") or "") <= 450 for _, a in parsed.tags)


def test_a_thousand_controls_stay_small_and_quick():
    """As projects have them, with slices, groups and figures; and each with two slices."""
    benchmark = run_path(str(ROOT / "benchmarks" / "reports.py"))
    for mixed, most in ((True, 2_000_000), (False, 2_000_000)):
        made = benchmark["decision"](1000, mixed=mixed)
        began = process_time()
        page = html.render(made)
        assert process_time() - began < 2
        assert len(page.encode()) < most


def test_a_page_of_the_widest_controls_stays_small(decide, build, measured):
    """Whatever was measured: what stands against the release finds room, the rest is counted."""
    parts = tuple(measured(slice={"g": f"part {i}"}) for i in range(400))
    bars = {"kind": "bars", "title": "t", "bars": [{"label": "x" * 200, "value": 1}] * 1000}
    wide = [build(control=f"C-{i}", measurements=parts, figures=(bars,) * 12) for i in range(200)]
    failing = build(Outcome.FAIL, control="F", measurements=parts, figures=(bars,))
    page = html.render(decide([*wide, failing]))
    assert len(page) < 3_000_000
    (first, *_, last) = re.findall(r"<article.*?</article>", page, re.DOTALL)
    assert first.count("<figure>") == 2
    assert first.count('<th scope="row">part') + first.count('<th scope="row">g = part') == 400
    assert "12 of its figures are left out, to keep this page small: see decision.json." in last
    assert "… and 396 more measurements in decision.json" in last


def test_thousands_of_parts_are_cut_with_the_failing_ones_kept(decide, build, measured):
    parts = [measured(slice={"g": f"part {i}"}) for i in range(700)]
    parts.append(measured(slice={"g": "the worst"}, outcome="FAIL"))
    page = html.render(decide([build(Outcome.FAIL, measurements=tuple(parts))]))
    assert "the worst" in page
    assert "… and 201 more measurements in decision.json" in page


def test_marks_differ_from_what_they_lie_on_in_light_dark_and_print():
    """WCAG 1.4.11 asks 3 to 1 of what a chart needs; text on what is allowed, 4.5 to 1."""
    style = (shipped("templates") / "report.css").read_text()
    for block in re.findall(r":root \{(.*?)\}", style, re.DOTALL):
        colours = dict(re.findall(r"--([\w-]+): (#\w+)", block))
        for below in ("paper", "good-wash"):
            for mark, least in (("ink", 4.5), ("soft", 4.5), ("good", 3), ("bad", 3), ("doubt", 3)):
                assert _contrast(colours[mark], colours[below]) >= least, (mark, below, colours)
        for mark in ("bar", "mark"):
            assert _contrast(colours[mark], colours["paper"]) >= 3
        assert _contrast(colours["ink"], colours["bar"]) >= 3  # bounds on a bar


def _contrast(one: str, other: str) -> float:
    low, high = sorted((_luminance(one), _luminance(other)))
    return (high + 0.05) / (low + 0.05)


def _luminance(colour: str) -> float:
    colour = colour.lstrip("#")
    if len(colour) == 3:
        colour = "".join(c * 2 for c in colour)
    parts = [int(colour[i : i + 2], 16) / 255 for i in (0, 2, 4)]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def test_text_has_the_contrast_of_wcag_aa_in_light_dark_and_print():
    style = (shipped("templates") / "report.css").read_text()
    schemes = [
        dict(re.findall(r"--([\w-]+): (#\w+)", block))
        for block in re.findall(r":root \{(.*?)\}", style, re.DOTALL)
    ]
    assert len(schemes) == 3
    for colours in schemes:
        for ink in ("ink", "soft", "good", "bad", "doubt", "calm", "mark"):
            assert _contrast(colours[ink], colours["paper"]) >= 4.5, (ink, colours)
