"""A new check on a document: how many of its sections say too little."""

from deploycheck.scaffold.plugin.evidence import Evidence

__all__ = ["DOCUMENT"]

_CHECKER = '''\
«module»

from collections.abc import Iterator

from deploycheck import Card, Estimate, Measure, Params, «Estimate», checker
from pydantic import Field


«with_these»
class «Params»(Params):
    sections: tuple[str, ...] = Field(
        min_length=1, description="Headings that the document must have."
    )
    words: int = Field(20, ge=1, description="Words that a section has at least.")


@checker(
    "«id»",
    «measures»
    kind="exact",
)
def «check»(params: «Params», card: Card) -> Iterator[Estimate]:
    """«title»

    Why: A heading with three words below it tells the reader nothing.

    Fix: Write the sections that the details name.

    Definition: «definition». A section that is not there has no words. Headings are compared
    without case.

    Undefined: It is always a number: of an empty document, every section is too short.

    Source: Mitchell et al. 2019, "Model cards for model reporting".

    «example»
    """
    # Yours: what is counted.
    written = {heading.casefold(): text for heading, text in card.sections.items()}
    words = {name: len(written.get(name.casefold(), "").split()) for name in params.sections}
    short = [f"{name}: {found} words" for name, found in words.items() if found < params.words]
    details = tuple(short)
    yield «Estimate»("«measure»", «first»«counted», of=len(words), details=details)
'''

_TESTS = '''\
«tests_of»

from pathlib import Path

import pytest
from deploycheck import Card, «Estimate»
from deploycheck.testing import PolicyError, judge, judge_control, measure, page

from «package» import deploycheck_checkers
«import»

«places»
PARAMS = {"sections": ["Use", "Data"], "words": 3}
BOTH = ("Use: 0 words", "Data: 0 words")

«by_itself»


def card(**sections: str) -> Card:
    return Card("CARD.md", sections, facts={})


def test_short_sections_are_found() -> None:
    (found,) = measure(«check», PARAMS, card=card(Use="For ranking offers.", Data="None."))
    assert found == «Estimate»("«measure»", «1/2», of=2, details=("Data: 1 words",))


def test_headings_are_compared_without_case() -> None:
    written = card(USE="One two three", data="One two three four")
    (found,) = measure(«check», PARAMS, card=written)
    assert found == «Estimate»("«measure»", «0/2», of=2)


def test_an_empty_document() -> None:
    (found,) = measure(«check», PARAMS, card=card())
    assert found == «Estimate»("«measure»", «2/2», of=2, details=BOTH)


def test_sections_without_a_word() -> None:
    (found,) = measure(«check», PARAMS, card=card(Use="", Data="  \\n"))
    assert found == «Estimate»("«measure»", «2/2», of=2, details=BOTH)


def test_one_section_of_two() -> None:
    (found,) = measure(«check», PARAMS, card=card(Use="One two three"))
    assert found == «Estimate»("«measure»", «1/2», of=2, details=BOTH[1:])


# Through the engine: a policy asks, and a verdict comes out.

RELEASE = """
    release: test
    version: "1"
    documents: {card: CARD.md}
"""
«control»


«either»
    (tmp_path / "CARD.md").write_text("# Use\\n\\nOne two three.\\n\\n# Data\\n\\nNone.\\n")
    «judged»


def test_a_missing_document_is_an_error(tmp_path: Path) -> None:
    control = CONTROL % "«passes»"
    verdict = judge_control(control, tmp_path, release=RELEASE, checkers=[«check»])
    assert verdict.outcome == "ERROR"


def test_a_wrong_policy_is_refused(tmp_path: Path) -> None:
    wrong = (CONTROL % "«passes»").replace("words", "word")
    with pytest.raises(PolicyError, match="did you mean 'words'"):
        judge_control(wrong, tmp_path, release=RELEASE, checkers=[«check»])


«shared»'''

DOCUMENT = Evidence(
    checker=_CHECKER,
    tests=_TESTS,
    example={
        "release.yaml": """\
release: example
version: "1.0.0"
documents:
  card: MODEL_CARD.md
""",
        "policy.yaml": "«policy»",
        "MODEL_CARD.md": """\
# Intended use

The model ranks offers for customers who have agreed to it. It makes no decision by itself.

# Training data

Orders of the last two years, one row an order, without customers who have left since then.
""",
    },
    unit="count",
    asked="{sections: [Intended use, Training data], words: 10}",
    tested="{sections: [Use, Data], words: 3}",
    words={
        "lower": {
            "title": "Every section of the document says something.",
            "doc": "Required sections with too few words«per_section».",
            "definition": "«measure» = #{names in `sections` with fewer than `words` "
            "words}«per_sections»",
            "counted": "len(short)",
        },
        "higher": {
            "title": "Enough sections of the document say something.",
            "doc": "Required sections with enough words«per_section».",
            "definition": "«measure» = #{names in `sections` with at least `words` "
            "words}«per_sections»",
            "counted": "len(words) - len(short)",
        },
    },
    bounds={
        ("lower", True): ("{max: 0.5}", "{max: 0.5}", "{max: 0.1}"),
        ("higher", True): ("{min: 0.5}", "{min: 0.5}", "{min: 0.9}"),
        ("lower", False): ("{max: 0}", "{max: 1}", "{max: 0}"),
        ("higher", False): ("{min: 2}", "{min: 1}", "{min: 2}"),
    },
    names={
        ("lower", True): "short_share",
        ("higher", True): "full_share",
        ("lower", False): "short_sections",
        ("higher", False): "full_sections",
    },
)
