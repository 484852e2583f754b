"""The text of a release: every line with its reason, and what nobody has said yet as a comment."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from deploycheck.scaffold.found import DataFile
from deploycheck.scaffold.project.choices import Choice, Choices
from deploycheck.scaffold.project.clues import identifier
from deploycheck.scaffold.project.yaml_text import comment, entry, expressible, flow, scalar

__all__ = ["CONFIRM", "MODELINE", "release_text"]

MODELINE = "# yaml-language-server: $schema=.deploycheck/schema/{kind}.json"
CONFIRM = "# CONFIRM: "
_BESIDE = 34  # column at which a reason begins, where the line is shorter
_WIDEST = 100
_HEAD = """\
# What is being released. `deploycheck init` wrote this file from what it found; change what is
# wrong. Lines behind "CONFIRM" are proposals that wait for a person's word. Say it as an option and
# run init --force again, which adds the controls too; or take "# CONFIRM: " away.
"""
_DIGESTS = """\
# A digest says which bytes are meant: if a file changes, the gate says so instead of deciding about
# another one. After training again, or with new data: deploycheck init --renew
"""

Digest = Callable[[str], str | None]
Line = tuple[str, str, bool]  # the YAML, its reason, and whether it is settled


def release_text(chosen: Choices, digest: Digest) -> str:
    """``release.yaml``.

    :param digest: ``sha256:…`` of a file of the project; ``None`` where it cannot be read.
    """
    found = chosen.found
    version = found.version if expressible(found.version) else "0.1.0"
    parts = [
        MODELINE.format(kind="release"),
        _HEAD.rstrip(),
        f"release: {scalar(identifier(found.name, 'my-model'))}",
        f"version: {flow_text(version[:200])}",
        *_single("task", chosen.task),
    ]
    data = [*_data(chosen, digest)]
    model = [*_model(chosen, digest)]
    if any(settled for _, _, settled in (*data, *model)):
        parts.append(_DIGESTS.rstrip())
    parts += section("model", model)
    parts += section("data", data)
    parts += section("columns", [*_columns(chosen)])
    parts += section("documents", [(f"{d.kind}: {scalar(d.path)}", d.why, True) for d in
                                   chosen.documents])  # fmt: skip
    return "\n".join(parts) + "\n"


def flow_text(text: str) -> str:
    """Text in quotes, also where it reads as a number."""
    made = scalar(text)
    return made if made.startswith('"') else f'"{made}"'


def section(name: str, lines: Sequence[Line]) -> Iterator[str]:
    """A mapping; where no line of it is settled, all of it is a comment."""
    if not lines:
        return
    if not any(settled for _, _, settled in lines):
        yield f"{CONFIRM}{name}:"
        for text, why, _ in lines:
            yield from _beside(text, why, CONFIRM + "  ")
        return
    yield f"{name}:"
    for text, why, settled in lines:
        yield from _beside(text, why, "  " if settled else "  " + CONFIRM)


def _beside(text: str, why: str, before: str = "") -> Iterator[str]:
    """An entry with its reason: beside it, or above where it would not fit."""
    first, *more = text.split("\n")
    line = before + first
    reason = f"# {comment(why)}" if why else ""
    if reason and max(len(line), _BESIDE) + len(reason) + 2 > _WIDEST:
        yield (before if before.isspace() else before.removesuffix(CONFIRM)) + reason
        reason = ""
    yield f"{line:<{_BESIDE}}  {reason}" if reason else line
    yield from (before + part for part in more)


def _why(choice: Choice[Any]) -> str:
    """The reason as it stands beside the value; what a person said needs none."""
    if choice.state == "given":
        return ""
    return f"proposed: {choice.why}; confirm" if choice.state == "taken" else choice.why


def _line(key: str, choice: Choice[Any] | None) -> Iterator[Line]:
    if choice is not None:
        yield entry(key, choice.value, 2), _why(choice), choice.settled


def _single(key: str, choice: Choice[Any] | None) -> Iterator[str]:
    for text, why, settled in _line(key, choice):
        yield from _beside(text, why, "" if settled else CONFIRM)


def _data(chosen: Choices, digest: Digest) -> Iterator[Line]:
    for name in ("train", "test", "production"):
        choice: Choice[DataFile] | None = getattr(chosen, name)
        if choice is not None:
            path = choice.value.path
            yield f"{name}:", _why(choice), choice.settled
            yield f"  path: {scalar(path)}", "", choice.settled
            for text in _digest(digest, path):
                yield f"  {text}", "", choice.settled


def _digest(digest: Digest, path: str) -> Iterator[str]:
    found = digest(path)
    if found is not None:
        yield f"digest: {scalar(found)}"


def _model(chosen: Choices, digest: Digest) -> Iterator[Line]:
    if chosen.model is None:
        return
    model, settled = chosen.model.value, chosen.named_model is not None
    yield f"path: {scalar(model.path)}", _why(chosen.model), settled
    for text in _digest(digest, model.path):
        yield text, "", settled
    features = chosen.features
    if features is not None and features.value:
        yield entry("features", features.value, 2), _why(features), settled
    elif features is not None:
        yield "features: []", features.why, False


def _columns(chosen: Choices) -> Iterator[Line]:
    yield from _line("target", chosen.target)
    yield from _line("positive", chosen.positive)
    yield from _answers(chosen)
    yield from _line("threshold", _at_least(chosen))
    yield from _favourable(chosen)
    yield from _protected(chosen)
    yield from _line("id", chosen.id)
    if chosen.stored:
        yield "stored: true", "the stored answers are judged, though there is a model", True


def _answers(chosen: Choices) -> Iterator[Line]:
    """The stored prediction and score; where the model itself is asked, neither may stand here."""
    for key, choice in (("prediction", chosen.prediction), ("score", chosen.score)):
        if choice is None:
            continue
        if chosen.judged == "model":
            yield f"{key}: {flow(choice.value)}", "unused: the model is asked", False
        elif key == "prediction" and chosen.judged == "score":
            yield f"{key}: {flow(choice.value)}", "unused: the score is judged", False
        elif key == "score" and chosen.positive is None:
            yield f"{key}: {flow(choice.value)}", f"{choice.why}; name `positive` too", False
        else:
            yield from _line(key, choice)


def _at_least(chosen: Choices) -> Choice[dict[str, float]] | None:
    made = chosen.threshold
    return None if made is None else Choice({"at_least": made.value}, made.why, made.state)


def _favourable(chosen: Choices) -> Iterator[Line]:
    if chosen.favourable is not None:
        yield from _line("favourable", chosen.favourable)
    elif chosen.protected and chosen.task is not None and chosen.task.value != "regression":
        # A list is refused where one value belongs, so nobody confirms both by accident.
        values = flow(chosen.labels()[:5])
        yield f"favourable: {values}", "keep the one that is good for the person", False


def _protected(chosen: Choices) -> Iterator[Line]:
    if chosen.groups:
        yield f"protected: {flow(chosen.groups)}", "", True
    elif chosen.protected:
        why = "; ".join(f"{choice.value}: {choice.why}" for choice in chosen.protected)
        yield f"protected: {flow([choice.value for choice in chosen.protected])}", why, False
