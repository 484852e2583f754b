"""Draws ``flow.svg``, the picture of the page on concepts.

``.venv/bin/python docs/images/flow.py`` writes it beside this file. It has its own background,
light or dark as the reader's system is, so that it can be read on any page; it needs no font,
script or link.
"""

from pathlib import Path
from xml.sax.saxutils import escape

PICTURE = Path(__file__).with_name("flow.svg")
WIDTH, HEIGHT = 760, 520
LABELLED = 'role="img" aria-labelledby="title desc"'
TITLE = "From a policy and a release to a decision"
DESCRIPTION = (
    "A policy, a release and plugins are made into a plan, where every mistake is told. "
    "Collectors make evidence of data, model and documents. Checks make estimates of evidence, and "
    "never say pass or fail. The engine holds measurements against the policy and gives verdicts, "
    "one for each control. The decision is the worst verdict: RELEASE, REVIEW or BLOCK. Reporters "
    "write reports of it, and the record keeps plan and decision. Nothing flows back."
)
STYLE = """
text { font-family: system-ui, -apple-system, "Segoe UI", Roboto, sans-serif; fill: #1c1d26; }
.card { fill: #ffffff; } .box { fill: #f3f4f8; stroke: #6b7080; }
.made { fill: #e4ecfb; stroke: #3a5ea8; } .end { fill: #fdf1dc; stroke: #94640d; }
.name { font-size: 17px; font-weight: 600; } .note, .by { font-size: 14px; fill: #4a4e5c; }
.by { font-style: italic; } .line { stroke: #4a4e5c; stroke-width: 1.5; fill: none; }
.head { fill: #4a4e5c; }
@media (prefers-color-scheme: dark) {
  text { fill: #e9eaf0; } .card { fill: #1b1d24; } .box { fill: #282b35; stroke: #8d92a3; }
  .made { fill: #1f2f4f; stroke: #86a8ee; } .end { fill: #40321a; stroke: #d9a64a; }
  .note, .by { fill: #b9bdcb; } .line { stroke: #b9bdcb; } .head { fill: #b9bdcb; }
}
"""


def box(x: int, y: int, wide: int, name: str, *notes: str, kind: str = "box") -> list[str]:
    """A box with a name and lines below it; its top left corner is at ``x, y``."""
    high = 34 + 20 * len(notes)
    middle = x + wide // 2
    drawn = [f'<rect class="{kind}" x="{x}" y="{y}" width="{wide}" height="{high}" rx="6"/>']
    drawn.append(text("name", middle, y + 23, name))
    drawn += [text("note", middle, y + 44 + 20 * at, note) for at, note in enumerate(notes)]
    return drawn


def text(kind: str, x: int, y: int, words: str, anchor: str = "middle") -> str:
    return f'<text class="{kind}" x="{x}" y="{y}" text-anchor="{anchor}">{escape(words)}</text>'


def arrow(x1: int, y1: int, x2: int, y2: int, label: str = "") -> list[str]:
    """An arrow, straight down or to the right, with words beside or above it."""
    drawn = [f'<path class="line" d="M{x1} {y1}L{x2} {y2}"/>']
    if x1 == x2:
        drawn.append(f'<path class="head" d="M{x2} {y2}l-5 -9h10z"/>')
        if label:
            drawn.append(text("by", x1 + 10, (y1 + y2) // 2 + 5, label, "start"))
    else:
        drawn.append(f'<path class="head" d="M{x2} {y2}l-9 -5v10z"/>')
        if label:
            drawn.append(text("by", (x1 + x2) // 2, y1 - 8, label))
    return drawn


def drawing() -> list[str]:
    """Every part, from top to bottom."""
    return [
        *box(20, 20, 220, "policy", "what must hold"),
        *box(270, 20, 220, "release", "what is to go out"),
        *box(520, 20, 220, "plugins", "checks, collectors, reporters"),
        *(part for x in (130, 380, 630) for part in arrow(x, 74, x, 112)),
        *box(20, 114, 720, "plan", "every mistake in the files is told here", kind="made"),
        *arrow(130, 168, 130, 216, "collectors read data, ask the model: all input happens here"),
        *box(20, 218, 190, "evidence", "tables, answers,", "documents", kind="made"),
        *arrow(210, 255, 293, 255, "checks"),
        *box(295, 218, 190, "estimates", "294 of 3,638;", "no pass, no fail", kind="made"),
        *arrow(485, 255, 548, 255, "engine"),
        *box(550, 218, 190, "verdicts", "bounds against", "the policy", kind="made"),
        *arrow(645, 292, 645, 340),
        text("by", 635, 321, "of all planned controls, the worst wins", "end"),
        *box(295, 342, 445, "decision", "RELEASE, REVIEW or BLOCK", kind="end"),
        *arrow(380, 396, 380, 444, "reporters"),
        *box(295, 446, 190, "reports", "HTML, JSON, JUnit …"),
        *arrow(645, 396, 645, 444),
        *box(550, 446, 190, "record", "plan and decision"),
    ]


def svg() -> str:
    """The whole picture."""
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" {LABELLED}>',
        f'<title id="title">{escape(TITLE)}</title>',
        f'<desc id="desc">{escape(DESCRIPTION)}</desc>',
        f"<style>{STYLE}</style>",
        f'<rect class="card" width="{WIDTH}" height="{HEIGHT}" rx="8"/>',
        *drawing(),
        "</svg>",
    ]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    PICTURE.write_text(svg(), encoding="utf-8")
    print(PICTURE)
