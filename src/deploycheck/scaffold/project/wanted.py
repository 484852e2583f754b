"""Which controls a first policy gets: those that the project has something to answer with."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from deploycheck.scaffold.project.choices import Choices
from deploycheck.scaffold.project.yaml_text import expressible

__all__ = ["Wanted", "wanted"]

_MOST_COLUMNS = 200
_NUMBERS = {"integer", "float"}


@dataclass(frozen=True)
class Wanted:
    """One control.

    :param of: id of the control of the starter pack that it is made from; empty for one of its own.
    :param change: what to think of when changing the number, for the reader.
    :param with_: parameters, beside the pack's.
    :param differs: keys that differ from the pack's.
    """

    id: str
    of: str
    change: str = ""
    with_: Mapping[str, Any] | None = None
    differs: Mapping[str, Any] = field(default_factory=dict)


def wanted(chosen: Choices) -> tuple[Wanted, ...]:
    """The controls in the order in which they are written; never none."""
    made = _Wanting(chosen)
    return (
        *made.data(),
        *made.performance(),
        *made.fairness(),
        *made.asked(),
        *made.drift(),
        *made.budgets(),
        *made.security(),
        *made.papers(),
    )


def _as_in_pack(id: str, change: str = "", with_: Mapping[str, Any] | None = None) -> Wanted:
    return Wanted(id, id, change, with_)


class _Wanting:
    """What a project can answer, family by family."""

    def __init__(self, chosen: Choices) -> None:
        self.chosen = chosen
        task = chosen.task.value if chosen.task is not None and chosen.task.settled else None
        self.target = chosen.target.value if chosen.target and chosen.target.settled else None
        self.tested = chosen.test is not None and chosen.test.settled
        self.classes = task in {"binary_classification", "multiclass"}
        self.binary = task == "binary_classification"
        self.numbers = task == "regression"
        told = self.tested and self.target is not None and task is not None
        self.judged = told and chosen.judged is not None
        self.positive = self.binary and chosen.positive is not None and chosen.positive.settled
        self.groups = list(chosen.groups)

    def data(self) -> Iterator[Wanted]:
        if not self.tested:
            return
        yield _as_in_pack("DATA-01", "how many rows do your answers need?")
        if self.groups:
            yield _as_in_pack("DATA-02", "5 % of the groups unknown", {"columns": self.groups})
        if self.judged and self.classes:
            title = "Both outcomes occur" if self.binary else "No class is hardly there"
            change = "how rare may the rarest outcome be?"
            yield Wanted("DATA-03", "DATA-03", change, {"column": self.target}, {"title": title})
        if self._train_has(shared=True):
            named = self._id_in_train()
            yield _as_in_pack("DATA-04", "coarse data share more rows by chance", named)
        if self.chosen.id is not None and self.chosen.id.settled:
            yield Wanted("DATA-05", "", "", {"key": [self.chosen.id.value]}, _KEY)

    def performance(self) -> Iterator[Wanted]:
        """What the model must show; one control too where it cannot yet, so that no plan passes."""
        if self.numbers:
            yield from self._of_numbers()
            return
        yield _as_in_pack("PERF-01", "how many answers in 100 must be right for this decision?")
        if not self.judged:
            return
        if self._train_has(self.target):
            yield _as_in_pack("PERF-02", "by how much must it be better?")
        if self._train_has(*self._answering()):
            yield _as_in_pack("PERF-03", "0.05: five points")
        if self._probabilities():
            yield _as_in_pack("PERF-04", "how far may a probability be off?")

    def _of_numbers(self) -> Iterator[Wanted]:
        trained = self._train_has(self.target)
        subjects = {"predictions": "test", "train": "train" if trained else "test"}
        of = "training rows" if trained else "rows themselves, for want of training data"
        title = f"The model is nearer than always answering the average of the {of}"
        change = "how much nearer, in the unit of the target?"
        yield Wanted("PERF-01", "", change, subjects, {**_NEARER, "title": title})

    def _probabilities(self) -> bool:
        chosen = self.chosen
        if not self.positive:
            return False
        if chosen.judged == "model":
            return chosen.scored
        cut = chosen.threshold
        stored = chosen.score is not None and chosen.score.settled
        return stored and (cut is None or 0 < cut.value < 1)

    def fairness(self) -> Iterator[Wanted]:
        if not (self.groups and self.judged and self.classes):
            return
        yield _as_in_pack("FAIR-01", "as often as a coin, at least", {"by": self.groups})
        if self.positive:
            change = "which difference does the owner accept?"
            yield _as_in_pack("FAIR-02", change, {"by": self.groups})
        if self.chosen.favourable is not None and self.binary:
            change = "four fifths; advisory: make it overridable where your rules ask for it"
            yield Wanted(
                "FAIR-03", "", change, {"by": self.groups, "min_share": 0.02}, _FOUR_FIFTHS
            )

    def asked(self) -> Iterator[Wanted]:
        """What is asked of the model itself."""
        if self.chosen.asked is None or not self.tested:
            return
        if self.groups and (self.numbers or self.classes):
            differs = {"require": {"effect": {"max": 0.01}}} if self.numbers else {}
            change = "0.01: next to nothing"
            yield Wanted("INT-01", "INT-01", change, {"features": self.groups}, differs)
        if not self.judged:
            return
        yield _as_in_pack("INT-02", "advisory: it is reported and blocks nothing")
        differs = {"require": {"r2_loss": {"max": 0.05}}} if self.numbers else {}
        yield Wanted("ROB-01", "ROB-01", "how exact are your inputs?", None, differs)

    def drift(self) -> Iterator[Wanted]:
        columns = self._drifting()
        if columns:
            change = "in standard deviations; 0.5 must be found if it is there"
            yield _as_in_pack("DRIFT-01", change, {"columns": columns})

    def _drifting(self) -> list[str]:
        """Numeric columns of both data sets that say something of the people."""
        chosen, current = self.chosen, self.chosen.production
        if chosen.test is None or not self.tested or current is None or not current.settled:
            return []
        roles = (chosen.target, chosen.prediction, chosen.score, chosen.id)
        left_out = {role.value for role in roles if role is not None}
        left_out |= {p.column for p in chosen.found.proposals if p.role in {"id", "time", "target"}}
        read = set(chosen.features.value) if chosen.asked and chosen.features else None
        found = []
        for column in chosen.test.value.columns:
            other = current.value.column(column.name)
            numeric = column.kind in _NUMBERS and other is not None and other.kind in _NUMBERS
            kept = column.name not in left_out and (read is None or column.name in read)
            if numeric and kept and expressible(column.name):
                found.append(column.name)
        return found[:_MOST_COLUMNS]

    def budgets(self) -> Iterator[Wanted]:
        if self.chosen.asked is not None and self.tested:
            yield _as_in_pack("LAT-01", "how long may somebody wait?")
        if self.chosen.named_model is not None:
            yield _as_in_pack("SIZE-01", "how large a file can you ship?")

    def security(self) -> Iterator[Wanted]:
        if self.chosen.named_model is not None:
            yield _as_in_pack("SEC-01")
        yield _as_in_pack("SEC-02")
        if self.tested:
            yield _as_in_pack("PRIV-01")

    def papers(self) -> Iterator[Wanted]:
        if self.tested or self.chosen.named_model is not None:
            yield _as_in_pack("REPRO-01")
        if self.chosen.asked is not None and self.tested:
            yield _as_in_pack("REPRO-02")
        if any(document.kind == "card" for document in self.chosen.documents):
            yield _as_in_pack("DOC-01", "the four questions that everybody asks first")

    # What the training data have

    def _train_has(self, *columns: str | None, shared: bool = False) -> bool:
        train, test = self.chosen.train, self.chosen.test
        if train is None or not train.settled or test is None or None in columns:
            return False
        if train.value.path == test.value.path:
            return False
        known = {column.name: column.kind for column in train.value.columns}
        if shared:
            tested = {column.name: column.kind for column in test.value.columns}
            common = set(known) & set(tested)
            alike = all((known[c] in _NUMBERS) == (tested[c] in _NUMBERS) for c in common)
            return len(common) > 1 and alike
        return all(name in known for name in columns)

    def _answering(self) -> list[str | None]:
        """Columns without which the training rows have no answer."""
        chosen = self.chosen
        needed: list[str | None] = [self.target]
        if chosen.id is not None and chosen.id.settled:
            needed.append(chosen.id.value)
        if chosen.judged == "model":
            return [*needed, *(chosen.features.value if chosen.features else ())]
        answer = chosen.prediction if chosen.judged == "prediction" else chosen.score
        return [*needed, answer.value if answer is not None else None]

    def _id_in_train(self) -> dict[str, Any] | None:
        id, train = self.chosen.id, self.chosen.train
        if id is None or not id.settled or train is None or not train.value.column(id.value):
            return None
        return {"id": [id.value]}


_KEY = {
    "title": "Every case stands in the test data once",
    "check": "data_quality.key_unique",
    "require": {"duplicate_keys": {"max": 0}},
    "severity": "high",
    "enforcement": "mandatory",
    "rationale": "Repeated cases count twice and make every interval too narrow.",
}
_NEARER = {
    "check": "performance.beats_baseline",
    "require": {"error_reduction": {"min": 0}},
    "severity": "high",
    "enforcement": "overridable",
    "rationale": "A model that is not nearer has learnt nothing. Set the reduction that your use "
    "needs, or a largest mean error by performance.floor and mean_absolute_error.",
}
_FOUR_FIFTHS = {
    "title": "Groups get the favourable prediction at similar rates",
    "check": "fairness.impact_ratio",
    "require": {"impact_ratio": {"min": 0.8}},
    "severity": "medium",
    "enforcement": "advisory",
    "rationale": "The four-fifths rule of thumb. Whether groups must be favoured alike depends on "
    "what is decided, so it advises until somebody says so.",
}
