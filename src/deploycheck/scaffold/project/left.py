"""What is left to a person: what nobody has said, why it matters, and the option that says it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from deploycheck.scaffold.project.choices import Choice, Choices, Given
from deploycheck.scaffold.project.yaml_text import scalar

__all__ = ["Left", "left_to_say", "options_of"]


@dataclass(frozen=True)
class Left:
    """One thing that a person has to say.

    :param what: in words, without a full stop.
    :param option: the words of the command that say it, such as ``("--target", "defaulted")``;
        what stands in capitals is to be replaced.
    :param needed: whether nothing is judged without it.
    """

    what: str
    option: tuple[str, ...]
    needed: bool


def left_to_say(chosen: Choices) -> tuple[Left, ...]:
    """Everything that is left to a person, what matters most first."""
    return (*_data(chosen), *_outcome(chosen), *_answers(chosen), *_people(chosen))


def options_of(given: Given) -> tuple[str, ...]:
    """The options that say what a person has said."""
    words: list[str] = []
    for name in ("test", "train", "production", "model", "target", "task", "prediction", "score",
                 "threshold", "positive", "favourable", "id", "name", "policy_name"):  # fmt: skip
        value = getattr(given, name)
        if value is not None:
            words += [f"--{name.replace('_', '-')}", _word(value)]
    for feature in given.features or ():
        words += ["--feature", feature]
    if given.protected is not None:
        words += [w for name in given.protected or ("none",) for w in ("--protected", name)]
    return tuple(words)


def _word(value: object) -> str:
    if value == "":
        return "none"
    return scalar(value) if isinstance(value, bool) else str(value)


def _data(chosen: Choices) -> Iterator[Left]:
    if chosen.test is None:
        yield Left(
            "no test data: add a file such as test.csv, with a row for each case, the outcome "
            "that turned out true, and the model's prediction",
            ("--test", "FILE"),
            needed=True,
        )
    for name in ("test", "train", "production"):
        choice = getattr(chosen, name)
        if choice is not None and not choice.settled:
            what = f"{name} data: is it {choice.value.path}? {choice.why}"
            yield Left(what, (f"--{name}", choice.value.path), needed=name == "test")


def _outcome(chosen: Choices) -> Iterator[Left]:
    if chosen.test is None:
        return
    target = chosen.target
    if target is None:
        what = "target: which column holds the outcome that turned out true?"
        yield Left(what, ("--target", "COLUMN"), needed=True)
        return
    yield from _open("target", target)
    if chosen.task is None:
        kinds = "binary_classification, multiclass or regression"
        what = f"task: {target.value} could be several things; TASK is {kinds}"
        yield Left(what, ("--task", "TASK"), needed=True)
    elif chosen.task.value == "binary_classification" and chosen.positive is None:
        what = f"positive: which value of {target.value} does the model look for?{_values(chosen)}"
        yield Left(what, ("--positive", "VALUE"), needed=False)


def _values(chosen: Choices) -> str:
    shown = " or ".join(str(value) for value in chosen.labels()[:5])
    return f" VALUE is {shown}" if shown else ""


def _open(role: str, choice: Choice[str]) -> Iterator[Left]:
    if not choice.settled:
        what = f"{role}: is it {choice.value}? {choice.why}"
        yield Left(what, (f"--{role}", choice.value), needed=True)


def _answers(chosen: Choices) -> Iterator[Left]:
    if chosen.test is None or chosen.judged is not None:
        return
    model, features = chosen.model, chosen.features
    if model is not None and not model.settled:
        what = f"model: is it {model.value.path}? {model.why}"
        yield Left(what, ("--model", model.value.path), needed=True)
    if features is not None and not features.settled:
        columns = features.value or ("COLUMN",)
        what = f"features: the columns that the model reads, in order; {features.why}"
        yield Left(what, tuple(w for c in columns for w in ("--feature", c)), needed=True)
    if chosen.prediction is not None:
        yield from _open("prediction", chosen.prediction)
    elif chosen.score is not None:
        yield from _open("score", chosen.score)
        what = f"threshold: from which {chosen.score.value} on is the prediction positive?"
        yield Left(what, ("--threshold", "NUMBER"), needed=True)
    elif model is None:
        yield Left(
            "no prediction and no model: add a column with the model's prediction to the test "
            "data (--prediction COLUMN), or an ONNX file (--model FILE)",
            ("--prediction", "COLUMN"),
            needed=True,
        )


def _people(chosen: Choices) -> Iterator[Left]:
    if chosen.test is None:
        return
    said: Sequence[str] = [choice.value for choice in chosen.protected if not choice.settled]
    if said:
        what = "protected: columns of people's groups, whose errors and chances are compared"
        yield Left(what, tuple(w for c in said for w in ("--protected", c)), needed=False)
    classes = chosen.task is not None and chosen.task.value != "regression"
    if classes and chosen.protected and chosen.favourable is None:
        what = f"favourable: which prediction is good for the person?{_values(chosen)}"
        yield Left(what, ("--favourable", "VALUE"), needed=False)
    if chosen.id is not None:
        yield from _open("id", chosen.id)
