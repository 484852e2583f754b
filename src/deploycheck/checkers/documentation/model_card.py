"""Checker ``documentation.model_card``."""

import re
import unicodedata
from collections.abc import Iterator
from typing import Self

from pydantic import Field, model_validator

from deploycheck.authoring.checker import checker
from deploycheck.authoring.estimates import Count, Estimate
from deploycheck.authoring.measure import Measure
from deploycheck.authoring.params import Params
from deploycheck.evidence.card import Card

MITCHELL = (
    "Model details",
    "Intended use",
    "Factors",
    "Metrics",
    "Evaluation data",
    "Training data",
    "Quantitative analyses",
    "Ethical considerations",
    "Caveats and recommendations",
)
_COMMENT = re.compile(r"<!--.*?(?:-->|\Z)", re.DOTALL)
_NUMBERING = re.compile(r"^(?:section\s+)?(?:\d+(?:\.\d+)*|[ivx]+(?=[.)]))[.):]?\s+")
_STARTS = frozenset({"todo", "tbd", "tba", "fixme"})
_WHOLE = frozenset({
    "na", "n a", "not applicable", "none", "xxx", "placeholder", "coming soon", "to be done",
    "to be added", "to be determined", "to be written", "more information needed", "lorem ipsum",
})  # fmt: skip


class ModelCard(Params):
    sections: tuple[str, ...] = Field(
        MITCHELL,
        min_length=1,
        max_length=200,
        description="Headings that the card must have, with text below them.",
    )

    @model_validator(mode="after")
    def _sections_are_distinct_words(self) -> Self:
        names = [_words(_heading(name)) for name in self.sections]
        for name, words in zip(self.sections, names, strict=True):
            if not words:
                raise ValueError(f"{name[:80]!r} is no heading")
            if names.count(words) > 1:
                raise ValueError(f"{name[:80]!r} is named twice")
        return self


@checker(
    "documentation.model_card",
    measures=[
        Measure(
            "missing_sections",
            unit="count",
            better="lower",
            doc="Required sections that the card has not, or that have no text.",
        )
    ],
    kind="exact",
)
def model_card(params: ModelCard, card: Card) -> Iterator[Estimate]:
    """The model card has every required section, with text in it.

    Why: Who uses a model must learn what it is for, what it was trained and tested on, and where
    it fails, from the card alone; a heading without text tells nothing.

    Fix: Write the sections that the details name. A section that does not apply says why it does
    not, in a sentence.

    Definition: missing_sections = #{names in `sections` without a heading of that name that has
    text}. Headings are compared without case, punctuation and numbering, `&` being "and".
    Placeholders (an empty section, TODO, TBD, N/A, dots, HTML comments) are no text; sections
    below a heading belong to it.

    Bounds: The count is exact.

    Undefined: It is always a number: of an empty card, or one without headings, every section is
    missing; of a card with a single line, all but at most one.

    Cost: Linear in the length of the card.

    Source: Mitchell et al. 2019, "Model cards for model reporting" (FAT*).

    Example:
        check: documentation.model_card
        with: {card: card, sections: [Intended use, Training data, Caveats and recommendations]}
        require: {missing_sections: {max: 0}}
    """
    written: dict[str, bool] = {}
    for heading, text in card.sections.items():
        words = _words(_heading(heading))
        written[words] = written.get(words, False) or _says_something(text)
    missing = []
    for name in params.sections:
        found = written.get(_words(_heading(name)))
        if not found:
            missing.append(f"{name}: {'no such heading' if found is None else 'no text'}")
    yield Count("missing_sections", len(missing), of=len(params.sections), details=tuple(missing))


def _heading(text: str) -> str:
    """A heading in lower case without its numbering."""
    plain = unicodedata.normalize("NFKC", text).casefold().strip().strip("#*_ ")
    return _NUMBERING.sub("", plain)


def _words(text: str) -> str:
    """Letters and digits alone, one blank between words; ``&`` is a word."""
    return " ".join(re.findall(r"[^\W_]+", text.replace("&", " and ")))


def _says_something(text: str) -> bool:
    for line in _COMMENT.sub(" ", text).splitlines():
        if line.lstrip().startswith("#"):  # a heading below this one is no text
            continue
        words = _words(unicodedata.normalize("NFKC", line).casefold())
        if words and words not in _WHOLE and words.split()[0] not in _STARTS:
            return True
    return False
