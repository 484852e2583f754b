"""Which question comes next, given what was found and what was answered so far."""

from collections.abc import Iterator
from dataclasses import dataclass

from deploycheck.model.release import Task
from deploycheck.scaffold.found import Found
from deploycheck.scaffold.project.choices import Choice, Choices, Given, Value
from deploycheck.scaffold.project.choosing import choose
from deploycheck.scaffold.project.said import NONE

__all__ = ["Question", "next_question"]


@dataclass(frozen=True)
class Question:
    """One question to a person.

    :param role: as in :data:`deploycheck.scaffold.said.ROLES`.
    :param text: the question.
    :param why: why the default is proposed; empty where nothing is.
    :param default: what is meant by just pressing the return key; empty where a word is needed.
    :param options: what there is to choose from; empty where the answer is free.
    :param many: whether several may be answered, with commas between them.
    """

    role: str
    text: str
    why: str
    default: str
    options: tuple[str, ...]
    many: bool = False


def next_question(found: Found, given: Given) -> Question | None:
    """The first question that nobody has answered; ``None`` when all are."""
    chosen = choose(found, given)
    for part in (_files, _outcome, _answers, _people):
        for question in part(found, given, chosen):
            return question
    return None


def _files(found: Found, given: Given, chosen: Choices) -> Iterator[Question]:
    paths = tuple(data.path for data in found.data)
    for role, text in (
        ("test", "Which file holds the test data?"),
        ("train", "Which file holds the training data?"),
        ("production", "Which file holds the data of today?"),
    ):
        choice = getattr(chosen, role)
        lacking = choice is None and role == "test" and paths
        if getattr(given, role) is None and (lacking or (choice and not choice.settled)):
            why = choice.why if choice else ""
            yield Question(role, text, why, choice.value.path if choice else NONE, paths)
    if given.model is None and chosen.model is not None and not chosen.model.settled:
        models = tuple(model.path for model in found.models)
        default = chosen.model.value.path
        yield Question("model", "Which model is released?", chosen.model.why, default, models)
    features = chosen.features
    if given.features is None and features is not None and not features.settled:
        text = "Which columns does the model read, in the order of training?"
        default = ", ".join(features.value) or NONE
        yield Question("features", text, features.why, default, _columns(chosen), many=True)


def _outcome(found: Found, given: Given, chosen: Choices) -> Iterator[Question]:
    del found
    if chosen.test is None:
        return
    if given.target is None:
        yield _column("target", "Which column holds what turned out to be true?", chosen)
    if chosen.target is None:
        return
    if given.task is None and chosen.task is None:
        kinds: tuple[Task, ...] = ("binary_classification", "multiclass", "regression")
        yield Question("task", "What does the model do?", "", "", kinds)
    if given.positive is None and _is(chosen, "binary_classification"):
        text = f"Which value of {chosen.target.value} does the model look for?"
        yield _value("positive", text, chosen.positive, chosen)


def _answers(found: Found, given: Given, chosen: Choices) -> Iterator[Question]:
    del found
    if chosen.test is None or chosen.judged == "model":
        return
    if given.prediction is None:
        yield _column("prediction", "Which column holds the model's prediction?", chosen)
    if not _is(chosen, "binary_classification") or chosen.positive is None:
        return
    if given.score is None:
        yield _column("score", f"Which column holds the score of {chosen.positive.value}?", chosen)
    if given.threshold is None and chosen.score is not None and chosen.prediction is None:
        default = "0.5" if chosen.threshold is not None else ""
        why = chosen.threshold.why if chosen.threshold is not None else ""
        text = f"From which {chosen.score.value} on is the prediction {chosen.positive.value}?"
        yield Question("threshold", text, why, default, ())


def _people(found: Found, given: Given, chosen: Choices) -> Iterator[Question]:
    del found
    if chosen.test is None:
        return
    if given.protected is None:
        why = "; ".join(f"{choice.value}: {choice.why}" for choice in chosen.protected)
        default = ", ".join(choice.value for choice in chosen.protected) or NONE
        text = "Which columns hold people's groups, such as sex or age?"
        yield Question("protected", text, why, default, _columns(chosen), many=True)
    classes = chosen.task is not None and chosen.task.value != "regression"
    if given.favourable is None and chosen.groups and classes:
        yield _value("favourable", "Which prediction is good for the person?", None, chosen)
    if given.id is None:
        yield _column("id", "Which column says whom a row is about?", chosen)


def _column(role: str, text: str, chosen: Choices) -> Question:
    choice: Choice[str] | None = getattr(chosen, role)
    why, default = (choice.why, choice.value) if choice is not None else ("", NONE)
    return Question(role, text, why, default, _columns(chosen))


def _value(role: str, text: str, choice: Choice[Value] | None, chosen: Choices) -> Question:
    why, default = (choice.why, str(choice.value)) if choice is not None else ("", "")
    return Question(role, text, why, default, tuple(str(label) for label in chosen.labels()))


def _is(chosen: Choices, task: Task) -> bool:
    return chosen.task is not None and chosen.task.value == task


def _columns(chosen: Choices) -> tuple[str, ...]:
    return tuple(c.name for c in chosen.test.value.columns) if chosen.test is not None else ()
