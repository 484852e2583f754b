import pytest
from pydantic import ValidationError

from deploycheck.authoring.estimates import Count
from deploycheck.checkers.documentation.model_card import MITCHELL, ModelCard, model_card
from deploycheck.evidence.card import Card


def card(**sections):
    return Card("CARD.md", {k.replace("_", " "): v for k, v in sections.items()}, {})


def missing(run, sections, wanted):
    found = run(model_card, {"sections": wanted}, card=Card("CARD.md", sections, {}))
    assert isinstance(found, tuple), found
    (count,) = found
    assert count.of == len(wanted)
    assert count.value == len(count.details)
    return count.value


def test_names_what_is_missing(run):
    found = run(
        model_card,
        {"sections": ["Intended use", "Metrics", "Factors"]},
        card=card(Intended_use="Scoring loans.", Factors="TODO"),
    )
    assert found == (
        Count(
            "missing_sections",
            2,
            of=3,
            details=("Metrics: no such heading", "Factors: no text"),
        ),
    )


def test_the_default_sections_are_those_of_the_paper(run):
    assert len(MITCHELL) == 9
    full = Card("CARD.md", dict.fromkeys(MITCHELL, "Some text."), {})
    assert run(model_card, card=full)[0].value == 0


@pytest.mark.parametrize(
    "heading",
    [
        "intended use",
        "INTENDED USE:",
        "1. Intended Use",
        "1.2 Intended use",
        "2) Intended use",
        "IV. Intended use",
        "Section 3: Intended use",
        "**Intended use**",
        "Intended-Use",
        "  Intended   use  ",
        "Intended use #",
        "Ｉntended use",
    ],
)
def test_headings_are_compared_by_their_words(run, heading):
    assert missing(run, {heading: "Text."}, ["Intended use"]) == 0


@pytest.mark.parametrize(
    "heading", ["Intended uses", "Use", "Unintended use", "Intended", "Not intended use", ""]
)
def test_other_words_are_other_headings(run, heading):
    assert missing(run, {heading: "Text."}, ["Intended use"]) == 1


def test_and_is_and(run):
    assert missing(run, {"Caveats & Recommendations": "x y"}, ["Caveats and recommendations"]) == 0


@pytest.mark.parametrize(
    "heading", ["I love data", "Civil use", "2026 results", "1st use", "Mixed use"]
)
def test_a_word_is_not_taken_for_numbering(run, heading):
    assert missing(run, {heading: "Text."}, [heading]) == 0
    assert missing(run, {heading: "Text."}, [heading.split()[1]]) == (
        0 if heading == "2026 results" else 1
    )


@pytest.mark.parametrize(
    "text",
    [
        "",
        "   \n\t\n",
        "TODO",
        "todo: describe the use",
        "TBD.",
        "N/A",
        "n.a.",
        "...",
        "…",
        "-",
        "---",
        "* TODO\n* TBD",
        "**TODO**",
        "> TODO",
        "[TODO]",
        "<!-- write about the use here -->",
        "<!-- never closed",
        "## A heading below\n\nTBD",
        "### One\n### Two",
        "None",
        "[More Information Needed]",
        "FIXME later",
        "\u200b",
        "🚧",
    ],
)
def test_placeholders_are_no_text(run, text):
    assert missing(run, {"Metrics": text}, ["Metrics"]) == 1


@pytest.mark.parametrize(
    "text",
    [
        "AUC 0.86",
        "0.86",
        "TBD\nbut the AUC is 0.86",
        "None of the features is protected.",
        "Not applicable, because the model decides alone.",
        "## Below\n\nText.",
        "誰もが使える",
        "Todorov's metric",
    ],
)
def test_a_sentence_is_text(run, text):
    assert missing(run, {"Metrics": text}, ["Metrics"]) == 0


def test_of_two_headings_alike_one_with_text_is_enough(run):
    assert missing(run, {"1. Metrics": "TODO", "2. Metrics": "AUC 0.86"}, ["Metrics"]) == 0


def test_an_empty_card_misses_everything(run):
    assert missing(run, {}, list(MITCHELL)) == 9
    assert missing(run, {"Title": "One line."}, list(MITCHELL)) == 9


@pytest.mark.parametrize(
    "sections", [[], [""], ["!!!"], ["Metrics", "metrics:"], ["1. Metrics", "Metrics"], "Metrics"]
)
def test_sections_are_distinct_headings(sections):
    with pytest.raises(ValidationError):
        ModelCard(sections=sections)


def test_a_long_hostile_card_is_read_in_linear_time(run):
    text = "<!-- " * 50_000 + "1." * 50_000
    assert missing(run, {"1." * 50_000: "x", "Metrics": text}, ["Metrics"]) == 1
