"""Two data sets, compared as the engine compares them."""

from dataclasses import dataclass, field

import pytest

from deploycheck.authoring.figures import Bars
from deploycheck.engine.resolve import Failed
from deploycheck.evidence.samples import Samples


@dataclass
class Found:
    """Estimates by measure and column, and the figures beside them."""

    estimates: dict = field(default_factory=dict)
    figures: list = field(default_factory=list)

    def __getitem__(self, key):
        return self.estimates[key]

    def kinds(self, column):
        """The kind of estimate of each measure of a column."""
        return {n: type(e).__name__ for (n, c), e in self.estimates.items() if c == column}

    def columns(self, *, context=False):
        """The columns that are judged, or those that are only shown."""
        return {c for (_, c), e in self.estimates.items() if e.context is context}


@pytest.fixture
def drift(run):
    """``drift(checker, reference, current, **params)``, of plain columns or of samples."""

    def drift(checker, reference, current, **params):
        sides = [
            side if isinstance(side, Samples) else Samples.of(side, name)
            for side, name in ((reference, "train"), (current, "production"))
        ]
        found = run(checker, params, reference=sides[0], current=sides[1])
        if isinstance(found, Failed):
            return found
        made = Found()
        for item in found:
            if isinstance(item, Bars):
                made.figures.append(item)
                continue
            key = (item.name, item.slice.get("column"))
            assert key not in made.estimates
            made.estimates[key] = item
        return made

    return drift
