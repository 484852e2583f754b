"""The page on concepts: its picture is drawn by its script, and its numbers are measured."""

import importlib.util
import json
import re
from datetime import UTC, datetime
from xml.etree import ElementTree as ET

import pytest

from deploycheck import plugins
from deploycheck.engine.materials import Materials, Text
from deploycheck.engine.measuring import Measuring
from deploycheck.engine.plan import make_plan
from deploycheck.engine.watch import Watch

PAGE = "docs/concepts.md"
NOUNS = (
    "policy", "control", "check", "measure", "release", "evidence", "collector", "estimate", "plan",
    "verdict", "decision", "reporter", "record", "pack", "plugin",
)  # fmt: skip


def drawn(site):
    place = site.ROOT / "docs/images/flow.py"
    spec = importlib.util.spec_from_file_location("flow", place)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_picture_is_the_one_that_the_script_draws(site):
    flow = drawn(site)
    assert (site.ROOT / "docs/images/flow.svg").read_text(encoding="utf-8") == flow.svg()


def test_the_picture_says_in_words_what_it_shows_and_loads_nothing(site):
    flow = drawn(site)
    tree = ET.fromstring(flow.svg())
    space = "{http://www.w3.org/2000/svg}"
    assert {part.tag for part in tree.iter()} <= {
        space + tag for tag in ("svg", "title", "desc", "style", "rect", "path", "text")
    }
    assert tree.get("role") == "img"
    assert tree.get("aria-labelledby").split() == ["title", "desc"]
    described = tree.find(f"{space}desc").text.lower()
    named = [part.text for part in tree.iter(f"{space}text") if part.get("class") == "name"]
    assert [name for name in named if name not in described] == []
    style = tree.find(f"{space}style").text
    assert "prefers-color-scheme: dark" in style
    assert not re.search(r"url\(|@import|@font-face", style)
    (shown,) = re.findall(r"!\[([^\]]*)\]\(images/flow\.svg\)", site.read(PAGE))
    assert len(shown) > 100


def test_no_word_of_the_picture_leaves_it_or_its_box(site):
    flow = drawn(site)
    for part in ET.fromstring(flow.svg()).iter("{http://www.w3.org/2000/svg}text"):
        size = 17 if part.get("class") == "name" else 14
        # A letter of these fonts is 0.6 of the size wide at most, on average.
        wide = 0.6 * size * len(part.text)
        middle = float(part.get("x"))
        left = {"start": middle, "middle": middle - wide / 2, "end": middle - wide}
        begins = left[part.get("text-anchor")]
        assert begins >= 0, part.text
        assert begins + wide <= flow.WIDTH, part.text


def test_every_noun_has_its_place(site):
    headings = " ".join(re.findall(r"^### (.*)$", site.read(PAGE), re.MULTILINE)).lower()
    assert [noun for noun in NOUNS if noun not in headings] == []


@pytest.fixture(scope="module")
def fair(site):
    """The verdict of FAIR-01 on the release that is blocked."""
    names = ("release-2.1.0.yaml", "policy.yaml")
    release, policy = (Text(name, name, (site.CREDIT / name).read_bytes()) for name in names)
    asof = datetime(2026, 11, 25, tzinfo=UTC)
    materials = Materials(site.CREDIT, release, (policy,), {}, asof, "docs", "docs")
    plan = make_plan(materials, plugins.registry())
    steps = [step for step in plan.steps if step.control.id == "FAIR-01"]
    (verdict,) = Measuring(plan, Watch(60.0)).verdicts(steps)
    return verdict


def test_the_measurement_shown_is_the_one_of_the_example(site, fair):
    (block,) = [b for b in site.blocks(PAGE) if b.language == "json"]
    shown = json.loads(block.text)
    (measured,) = [m for m in fair.measurements if m.name == shown["name"]]
    whole = measured.model_dump(mode="json")
    assert shown == {key: whole[key] for key in shown}


def test_the_counts_that_the_page_tells_are_those_of_the_check(site, fair):
    text = " ".join(site.read(PAGE).split())
    rates = {
        m.slice["sex"]: (round(m.value * m.n), m.n)
        for m in fair.measurements
        if m.name == "selection_rate"
    }
    (women, of_women), (men, of_men) = rates["Female"], rates["Male"]
    assert f"Of {of_women:,.0f} women, {women:,} get" in text
    assert f"of {of_men:,.0f} men, {men:,}." in text
    assert f"{women:,} of {of_women:,.0f}" in drawn(site).svg()
    (gap,) = [m for m in fair.measurements if m.outcome is not None]
    assert f"the data show at least {100 * gap.interval.low:.0f}:" in text
