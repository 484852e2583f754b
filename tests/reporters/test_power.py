"""The section of the report that says what a release could show."""

from pathlib import Path
from runpy import run_path

import pytest

from deploycheck.engine.planning.shown import MOST_ROWS, shown
from deploycheck.model.planned import Planned, PlannedMeasure
from deploycheck.model.policy import Enforcement
from deploycheck.reporters.html import html
from deploycheck.reporters.summary import summary

MADE = run_path(str(Path(__file__).with_name("conftest.py")))
PAGES = run_path(str(Path(__file__).with_name("test_html.py")))


def measure(**changes):
    given = {
        "name": "impact_ratio", "unit": "ratio", "required": "at_least", "good": 0.95,
        "rows": 2420, "per_group": 605, "groups": 4, "n": 7214, "smallest": 377, "power": 0.4,
        "passable": 0.97, "assumed": ("rate 0.6",),
    }  # fmt: skip
    return PlannedMeasure.of(**(given | changes))


def planned(power=0.4, **changes):
    return Planned.of(
        wanted=0.9, power=power, power_low=power, measures=(measure(power=power, **changes),)
    )


def page_of(*verdicts):
    return html(MADE["decision"](list(verdicts)))


def test_without_a_good_value_there_is_no_section():
    assert shown([("c1", MADE["verdict"]())]) is None
    assert "What this release could show" not in page_of(MADE["verdict"]())


def test_the_section_has_a_sentence_a_chart_and_every_number():
    verdicts = [
        MADE["verdict"](control=f"C-{at}", planned=planned(power))
        for at, power in enumerate((0.4, 0.95))
    ]
    page = page_of(*verdicts, MADE["verdict"](control="BARE"))
    section = page[page.index('<h2 id="power">') : page.index('<h2 id="clauses">')]
    for said in (
        "passes all 2 planned controls in 38 % of runs if they are independent, in at least 35 %",
        "the weakest is C-0", "2,420 (605 each)", "smallest group: 377 rows", "≥ 0.97", "assumed: rate",
        "How often a good model passes with these rows", '<a href="#c1">C-0</a>',
    ):  # fmt: skip
        assert said in section
    assert "BARE" not in section
    assert '<a href="#power">What this release could show</a>' in page


def test_the_least_power_is_drawn_first():
    pairs = [(f"c{at}", MADE["verdict"](control=f"C-{at}", planned=planned(0.9 - at / 100)))
             for at in range(40)]  # fmt: skip
    drawing = shown(pairs).drawing
    names = [w.text for w in drawing.marks.words if w.text.startswith("C-")]
    assert names[0] == "C-39"
    assert len(names) == 30
    assert "40 controls, the least first: C-39" in drawing.about


def test_what_nothing_can_pass_is_said_first():
    reason = "even the best 20 that count would show only at least 0.861"
    verdict = MADE["verdict"](planned=planned(0.0, impossible=reason, passable=None))
    page = page_of(verdict)
    assert "Cannot release with these rows: FAIR-01 cannot pass, whatever they show." in page
    assert f"cannot pass: {reason}" in page
    assert "power: cannot release with these rows" in summary(MADE["decision"]([verdict]))


def test_the_summary_is_silent_where_there_is_power_enough():
    assert "power:" not in summary(MADE["decision"]([MADE["verdict"](planned=planned(0.99))]))
    told = summary(MADE["decision"]([MADE["verdict"](planned=planned(0.4))]))
    assert "power: a good model passes FAIR-01 in 40 % of runs" in told
    advisory = MADE["verdict"](planned=planned(0.4), enforcement=Enforcement.ADVISORY)
    assert "power:" not in summary(MADE["decision"]([advisory]))


def test_thousands_of_controls_are_cut_and_counted():
    pairs = [(f"c{at}", MADE["verdict"](planned=planned())) for at in range(MOST_ROWS + 7)]
    found = shown(pairs)
    assert len(found.rows) == MOST_ROWS
    assert found.more == 7


@pytest.mark.parametrize("kind", sorted(MADE["HOSTILE"]))
def test_hostile_text_stays_text(kind):
    text = MADE["HOSTILE"][kind]
    verdict = MADE["verdict"](
        control=text,
        planned=planned(0.4, name=text, assumed=(text,), impossible=text, unplanned=text),
    )
    page = page_of(verdict)
    PAGES["Page"](page)  # every tag closes as it opened
    assert "<script" not in page
    assert "\x1b" not in page
    assert len(page) < 200_000
