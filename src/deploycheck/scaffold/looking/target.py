"""Which column holds what turned out to be true, and what is looked for in it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from deploycheck.evidence.coded import label_text
from deploycheck.model.release import Task
from deploycheck.scaffold.found import Column, Proposal
from deploycheck.scaffold.looking.answers import PREDICTED, predicted_of
from deploycheck.scaffold.looking.columns import Look
from deploycheck.scaffold.looking.people import ground_of
from deploycheck.scaffold.looking.walk import shown, words

__all__ = ["likeness", "positive_of", "targets", "task_of"]

Value = str | int | float | bool

_FEW = 20
_MOST_MISSING = 0.5
_CLASSES = 10  # numbers of up to so many values are taken for classes
# Nothing but an outcome is called so.
_OUTCOMES = {
    "target", "label", "outcome", "y", "y true", "ground truth", "true label", "class label",
    "target variable", "actual", "response variable",
}  # fmt: skip
# What happened to a person or thing, as a word that data sets use for the outcome.
_EVENTS = {
    "defaulted", "churned", "survived", "readmitted", "recidivated", "reoffended", "converted",
    "attrited", "exited",
}  # fmt: skip
_LIKELY = {
    "default", "churn", "attrition", "approved", "accepted", "granted", "hired", "admitted",
    "fraud", "fraudulent", "spam", "diagnosis", "recid", "recidivism", "subscribed", "clicked",
    "purchased", "delinquent", "delinquency", "admission", "readmission", "repaid", "bad", "died",
    "death", "mortality", "stroke", "diabetic", "malignant",
}  # fmt: skip
# Outcomes where they have few values; where they have many, they say what a person or thing has.
_LIKELY_IF_FEW = {"income", "class", "status", "risk", "result", "decision", "species", "quality",
                  "category", "grade", "rating", "credit", "sentiment"}  # fmt: skip
_LIKELY_IF_MANY = {"price", "cost", "charges", "sales", "demand", "value", "amount", "mpg",
                   "revenue", "rent", "duration"}  # fmt: skip
# What makes of an outcome's name something else.
_NOT = {
    "pred", "predicted", "prediction", "proba", "prob", "probability", "score", "hat", "previous",
    "previously", "prior", "prev", "past", "last", "history", "num", "number", "n", "count",
    "days", "date", "time", "id", "encoded", "rate", "limit", "in", "before", "p", "type",
}  # fmt: skip
# Two words for a thing that happened and for its opposite; the first is what is looked for.
_OPPOSITES = (
    ("yes", "no"), ("y", "n"), ("true", "false"), ("t", "f"), ("positive", "negative"),
    ("pos", "neg"), ("default", "paid"), ("defaulted", "repaid"), ("churned", "stayed"),
    ("churned", "retained"), ("churned", "active"), ("churn", "no churn"), ("spam", "ham"),
    ("fraud", "legitimate"), ("fraud", "legit"), ("fraud", "genuine"), ("fraud", "normal"),
    ("malignant", "benign"), ("m", "b"), ("approved", "denied"), ("approved", "rejected"),
    ("approved", "declined"), ("accepted", "rejected"), ("survived", "died"), ("left", "stayed"),
    ("default", "no default"), ("charged off", "fully paid"),
)  # fmt: skip
_NO = ("no", "not", "non", "un")


@dataclass(frozen=True)
class _Candidate:
    column: Column
    rank: int
    why: str


def targets(look: Look) -> Iterator[Proposal]:
    """Columns that may hold the outcome, the likeliest first.

    Sure is only one that nothing but an outcome is called, such as ``target``; and, where no other
    column could be the outcome, the one that another column is named a prediction of, or that has
    two values and is called by what happened, such as ``churned``.
    """
    found = sorted(_candidates(look), key=lambda each: -each.rank)
    unmistakable = [each for each in found if each.rank >= _UNMISTAKABLE]
    by_name = [each for each in found if each.rank >= _NAMED]
    for each in found[:5]:
        sure = unmistakable == [each] or (each.rank >= _EVENT and by_name == [each])
        others = [shown(other.column.name) for other in by_name if other is not each]
        more = f"; {' and '.join(others[:2])} could be as well" if others and not sure else ""
        yield Proposal("target", each.column.name, each.why + more, sure)


def named(look: Look) -> tuple[str, ...]:
    """The columns whose names say that they may be the outcome."""
    return tuple(each.column.name for each in _candidates(look) if each.rank >= _NAMED)


def likeness(look: Look) -> int:
    """How likely it is that one of the columns is the outcome; 0 where none may be."""
    return max((each.rank for each in _candidates(look)), default=0)


_UNMISTAKABLE, _PREDICTED_TOO, _EVENT, _NAMED = 100, 90, 80, 40
_LIKE_PREDICTION, _WEAK = 30, 10
_SOUNDS = "its name sounds like an outcome"
_MAY = "its name may mean an outcome"


def _candidates(look: Look) -> Iterator[_Candidate]:
    predicted = {predicted_of(column) for column in look.columns} - {()}
    found = list(_by_name(look, predicted))
    found = found or list(_by_values(look))
    yield from found
    last = look.columns[-1]
    said = set(words(last.name))
    plain = not said & {*_NOT, *PREDICTED} and not ground_of(last.name)
    if not found and plain and _usable(last, look) and last.distinct <= _FEW:
        yield _Candidate(last, _WEAK, f"it is the last column, and it has {_values(last)}")


def _by_name(look: Look, predicted: set[tuple[str, ...]]) -> Iterator[_Candidate]:
    for column in look.columns:
        if not _usable(column, look) or ground_of(column.name):
            continue
        if words(column.name) in predicted:
            rank, why = _PREDICTED_TOO, "another column is named as its prediction"
        else:
            rank, why = _named(column)
        if rank:
            yield _Candidate(column, rank, f"{why}, and it has {_values(column)}")


def _by_values(look: Look) -> Iterator[_Candidate]:
    """Columns with exactly the values of a prediction."""
    guesses = [c for c in look.columns if set(words(c.name)) & PREDICTED and len(c.values) > 1]
    for guess in guesses[:1]:
        for column in look.columns:
            told = set(words(column.name)) & {*_NOT, *PREDICTED} or ground_of(column.name)
            if not told and _usable(column, look) and _labels(column) == _labels(guess):
                why = f"it has the values of {shown(guess.name)}: {_values(column)}"
                yield _Candidate(column, _LIKE_PREDICTION, why)


def _labels(column: Column) -> set[str]:
    return {label_text(value) for value, _ in column.values}


def _usable(column: Column, look: Look) -> bool:
    """Whether the values can be outcomes."""
    if column.kind in {"date", "datetime", "other"} or column.distinct < 2:
        return False
    return column.missing <= _MOST_MISSING and not (column.kind == "text" and look.unique(column))


def _named(column: Column) -> tuple[int, str]:
    """How much the name says that this is the outcome; 0 for nothing."""
    said = words(column.name)
    if " ".join(said) in _OUTCOMES:
        return _UNMISTAKABLE, "its name says that it is the outcome"
    if set(said) & _NOT:
        return 0, ""
    few = column.distinct <= _FEW
    many = not few and column.kind != "text"
    told = (
        (column.distinct == 2, set(said) & _EVENTS, _EVENT, "its name says what happened"),
        (few, set(said) & {"target", "label", "outcome", *_EVENTS}, 70, _SOUNDS),
        (few, set(said) & _LIKELY, 60, _SOUNDS),
        (few, set(said[-1:]) & _LIKELY_IF_FEW, 45 + 2 * (column.distinct == 2), _MAY),
        (many, set(said[-1:]) & _LIKELY_IF_MANY, 20, _MAY),
    )
    for fits, named, rank, why in told:
        if fits and named:
            return rank + (len(said) == 1 and rank != _EVENT), why
    return 0, ""


def _values(column: Column) -> str:
    """The values for a person: which, where they are few."""
    if not column.values or len(column.values) > 3:
        return f"{column.distinct:,} values"
    told = [shown(_text(value)) for value, _ in column.values]
    return f"the values {', '.join(told[:-1])} and {told[-1]}"


def _text(value: Value) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def task_of(column: Column) -> Task | None:
    """What a model of this column does; ``None`` where it could be several things."""
    if column.distinct == 2:
        return "binary_classification"
    if column.kind == "text":
        return "multiclass" if 2 < column.distinct <= _FEW else None
    if column.kind not in {"integer", "float"}:
        return None
    if column.distinct > _FEW:
        return "regression"
    whole = all(isinstance(value, int) for value, _ in column.values)
    return "multiclass" if whole and 2 < column.distinct <= _CLASSES else None


def positive_of(column: Column) -> tuple[Value, str] | None:
    """The value that is looked for, with the reason; ``None`` where that is not clear."""
    values: Sequence[Value] = [value for value, _ in column.values]
    if len(values) != 2:
        return None
    for value, other in (values, values[::-1]):
        if value is True:
            return value, "the other value is false"
        if type(value) is int and value == 1 and other in {0, -1}:
            return value, f"the other value is {other}"
        if isinstance(value, str) and isinstance(other, str) and _opposite(value, other, column):
            return value, f"the other value is {shown(other)}"
    return None


def _opposite(value: str, other: str, column: Column) -> bool:
    """Whether ``value`` says that something is so, and ``other`` that it is not."""
    first, second = value.strip(), other.strip()
    if first.startswith(">") and second.startswith("<"):
        return True
    told = " ".join(words(first)), " ".join(words(second))
    if not all(told):
        return (first, second) in {("+", "-"), ("1", "0")}
    if told in _OPPOSITES or told == ("1", "0"):
        return True
    negated = words(second)[:1] and words(second)[0] in _NO
    if negated and told[1].removeprefix(words(second)[0]).strip() == told[0]:
        return True
    # The column `churn` with the values churned and something else.
    stem = " ".join(words(column.name))
    return len(stem) >= _STEM and told[0].startswith(stem) and not told[1].startswith(stem)


_STEM = 4
