"""What init says of what it found and what it proposes, each with the reason."""

from collections.abc import Iterator
from typing import Any

from deploycheck.engine.language.place import visible
from deploycheck.scaffold.project.choices import Choice, Choices

__all__ = ["found_lines", "proposed_lines"]

_LONGEST = 240
_STATES = {"given": "", "sure": "", "taken": "proposed; confirm it", "open": "needs your word"}


def found_lines(chosen: Choices) -> Iterator[str]:
    """What there is: data, models, documents, and what a person should know of them."""
    for data in chosen.found.data:
        rows = "" if data.rows is None else f"{data.rows:,} rows; "
        yield _line("data", data.path, rows + data.why)
    for model in chosen.found.models:
        yield _line("model", model.path, model.why)
    for document in chosen.found.documents:
        yield _line(document.kind.replace("_", " "), document.path, document.why)
    told = {f"{model.path}: {model.why}" for model in chosen.found.models}
    for note in (*chosen.found.notes, *chosen.notes):
        if note not in told:
            yield _line("note", note, "")


def proposed_lines(chosen: Choices) -> Iterator[str]:
    """What is written of it, by role."""
    for role in ("test", "train", "production"):
        choice = getattr(chosen, role)
        yield from _role(f"{role} data", choice, choice.value.path if choice else "")
    if chosen.model is not None:
        yield from _role("model", chosen.model, chosen.model.value.path)
    if chosen.features is not None:
        shown = ", ".join(chosen.features.value) or "?"
        yield from _role("features", chosen.features, shown)
    for role in ("target", "task", "positive"):
        choice = getattr(chosen, role)
        yield from _role(role, choice, str(choice.value) if choice is not None else "")
    yield from _answers(chosen)
    for protected in chosen.protected:
        yield from _role("protected", protected, protected.value)
    if chosen.favourable is not None:
        yield from _role("favourable", chosen.favourable, str(chosen.favourable.value))
    if chosen.id is not None:
        yield from _role("id", chosen.id, chosen.id.value)


def _answers(chosen: Choices) -> Iterator[str]:
    for role in ("prediction", "score", "threshold"):
        choice: Choice[Any] | None = getattr(chosen, role)
        if choice is None:
            continue
        if chosen.judged == "model" and role != "threshold":
            yield _line(role, str(choice.value), "not used: the model itself is asked")
        else:
            yield from _role(role, choice, str(choice.value))


def _role(role: str, choice: Choice[Any] | None, shown: str) -> Iterator[str]:
    if choice is not None:
        state = _STATES[choice.state]
        yield _line(role, shown, choice.why + (f" ({state})" if state else ""))


def _line(what: str, value: str, why: str) -> str:
    text = " ".join(visible(f"{value} — {why}" if why else value).split())
    text = text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"
    return f"  {what + ':':<16} {text}"
