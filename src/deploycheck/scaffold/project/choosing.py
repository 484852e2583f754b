"""From what was found and what a person said to what is written; each step says why."""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from deploycheck.model.release import Task
from deploycheck.scaffold.found import Column, DataFile, Document, Found, ModelFile, Role
from deploycheck.scaffold.looking.target import positive_of, task_of
from deploycheck.scaffold.project.choices import Choice, Choices, Given, State, Value
from deploycheck.scaffold.project.clues import (
    follows,
    identifier,
    listed,
    model_of,
    unusable_path,
    writable,
)
from deploycheck.scaffold.project.outputs import answers_scores
from deploycheck.scaffold.project.yaml_text import expressible

__all__ = ["choose"]

_SAID = "you said so"
_NUMBERS = {"integer", "float"}


def choose(found: Found, given: Given, *, yes: bool = False, folder: Path | None = None) -> Choices:
    """What to write.

    :param given: wins over all that was found.
    :param folder: of the project, to look what its model answers; without, it is taken to answer
        scores.
    :param yes: take what is proposed; never which columns are protected and what is favourable,
        which need a person's word.
    """
    found = replace(found, name=given.name or found.name)
    made = _Choosing(found, given, yes=yes, folder=folder)
    chosen = Choices(found, identifier(given.policy_name or found.name, "release-policy"))
    for step in (made.files, made.model, made.outcome, made.answers, made.people):
        chosen = step(chosen)
    return replace(chosen, notes=(*made.notes, *chosen.notes))


@dataclass(frozen=True)
class _Choosing:
    found: Found
    given: Given
    yes: bool
    folder: Path | None

    @property
    def notes(self) -> tuple[str, ...]:
        """What was left out because no release can name it."""
        files = [
            f"{data.path}: {why}, so no release can name it"
            for data in self.found.data
            if (why := unusable_path(data.path))
        ]
        columns = [
            f"column {p.column!r} could be the {p.role}, and no release can name it: rename it"
            for p in self.found.proposals
            if not expressible(p.column)
        ]
        return (*files, *columns)

    def state(self, *, sure: bool) -> State:
        return "sure" if sure else "taken" if self.yes else "open"

    # Files

    def files(self, chosen: Choices) -> Choices:
        """The data sets and documents."""
        usable = [data for data in self.found.data if not unusable_path(data.path)]
        named = {self.given.test, self.given.train, self.given.production}
        tests = [data for data in usable if data.role == "test"]
        others = [d for d in usable if d.role == "other" and d.path not in named]
        one_test = len(tests) == 1 or (not tests and len(others) == 1)
        return replace(
            chosen,
            test=self._data(self.given.test, [*tests, *others], sure=one_test),
            train=self._data(self.given.train, [d for d in usable if d.role == "train"]),
            production=self._data(
                self.given.production, [d for d in usable if d.role == "production"]
            ),
            documents=self._documents(),
        )

    def _data(
        self, said: str | None, proposed: list[DataFile], *, sure: bool | None = None
    ) -> Choice[DataFile] | None:
        if said is not None:
            return Choice(self._named(said), _SAID, "given") if said else None
        if not proposed:
            return None
        alone = len(proposed) == 1 if sure is None else sure
        more = "" if alone else f"; {listed(d.path for d in proposed[1:])} could be meant as well"
        return Choice(proposed[0], proposed[0].why + more, self.state(sure=alone))

    def _named(self, path: str) -> DataFile:
        known = next((data for data in self.found.data if data.path == path), None)
        return known or DataFile(path, None, (), "other", _SAID)

    def _documents(self) -> tuple[Document, ...]:
        """One of each kind: the first that a release can name."""
        kept: dict[str, Document] = {}
        for document in self.found.documents:
            if expressible(document.path):
                kept.setdefault(document.kind, document)
        return tuple(kept.values())

    # The model

    def model(self, chosen: Choices) -> Choices:
        """The model, and the columns that it reads."""
        said = self.given.model
        runnable = [m for m in self.found.models if m.runs and expressible(m.path)]
        model: Choice[ModelFile] | None = None
        notes: tuple[str, ...] = ()
        if said:
            known = next((m for m in self.found.models if m.path == said), None)
            model = Choice(known or model_of(said), _SAID, "given")
        elif said is None and runnable:
            alone = len(runnable) == 1
            more = f"; {listed(m.path for m in runnable[1:])} could be meant as well"
            why = runnable[0].why + ("" if alone else more)
            model = Choice(runnable[0], why, self.state(sure=alone))
        elif said is None and self.found.models:
            notes = tuple(f"{m.path}: {m.why}" for m in self.found.models)
        features = self._features(model.value, chosen) if model is not None else None
        return replace(chosen, model=model, features=features, notes=notes)

    def _features(self, model: ModelFile, chosen: Choices) -> Choice[tuple[str, ...]] | None:
        if self.given.features:
            return Choice(self.given.features, _SAID, "given")
        if not model.runs:
            return None
        columns = {c.name: c for c in chosen.test.value.columns} if chosen.test else {}
        if model.inputs and set(model.inputs) <= set(columns):
            if all(expressible(name) for name in model.inputs):
                return Choice(model.inputs, "the file names an input for each", "sure")
            return None  # the model knows its inputs itself, and no release can spell them
        used = {p.column for p in self.found.proposals if p.role != "protected"}
        likely = tuple(
            c.name
            for c in columns.values()
            if c.name not in used and c.kind in _NUMBERS and expressible(c.name)
        )
        why = "the model reads one table and names no columns; the order is that of training"
        return Choice(likely, why, "open")

    # What is true, and what is answered

    def outcome(self, chosen: Choices) -> Choices:
        """The target, the task, and the value that is looked for."""
        target = self._role("target", self.given.target, chosen, set())
        if target is None:
            return chosen
        column = chosen.column(target.value)
        first = next((p.column for p in self.found.of("target")), None)
        proposed = target.value == first
        task = self._task(target, column, self.found.task if proposed else None)
        chosen = replace(chosen, target=target, task=task)
        if task is None or task.value != "binary_classification":
            return chosen
        return replace(chosen, positive=self._positive(target, column, proposed=proposed))

    def _task(
        self, target: Choice[str], column: Column | None, found: Task | None
    ) -> Choice[Task] | None:
        if self.given.task is not None:
            return Choice(self.given.task, _SAID, "given")
        task = found or (task_of(column) if column is not None else None)
        if task is None:
            return None
        what = f"{column.distinct:,} values" if column is not None else "its values"
        return Choice(task, f"{target.value} has {what}", follows(target))

    def _positive(
        self, target: Choice[str], column: Column | None, *, proposed: bool
    ) -> Choice[Value] | None:
        if self.given.positive is not None:
            return Choice(self.given.positive, _SAID, "given")
        if proposed and self.found.positive is not None:
            value, why = self.found.positive
            return Choice(value, why, follows(target)) if writable(value) else None
        value_of = positive_of(column) if column is not None else None
        if value_of is None or not writable(value_of[0]):
            return None
        return Choice(value_of[0], value_of[1], follows(target))

    def answers(self, chosen: Choices) -> Choices:
        """What is judged: the model, a stored prediction, or a stored score."""
        used = {chosen.target.value} if chosen.target is not None else set()
        numeric = chosen.task is not None and chosen.task.value == "regression"
        prediction = self._role("prediction", self.given.prediction, chosen, used, numeric=numeric)
        used |= {prediction.value} if prediction is not None else set()
        score = None
        if not numeric:
            score = self._role("score", self.given.score, chosen, used, numeric=True)
        chosen = replace(chosen, prediction=prediction, score=score)
        chosen = replace(chosen, scored=self._scored(chosen))
        judged = self._judged(chosen)
        return replace(
            chosen,
            judged=judged,
            stored=judged in {"prediction", "score"} and chosen.named_model is not None,
            threshold=self._threshold(chosen, judged),
        )

    def _scored(self, chosen: Choices) -> bool:
        model, task = chosen.asked, chosen.task
        if model is None or self.folder is None:
            return True
        features = chosen.features.value if chosen.features is not None else ()
        told = task.value if task is not None else None
        return answers_scores(self.folder, model.path, features, told)

    def _judged(self, chosen: Choices) -> Literal["model", "prediction", "score"] | None:
        said = self.given.prediction or self.given.score
        if chosen.asked is not None and not said:
            return "model"
        scored = (
            chosen.score is not None
            and chosen.score.settled
            and self.given.threshold is not None
            and chosen.positive is not None
            and chosen.positive.settled
        )
        if scored and not self.given.prediction:
            return "score"
        if chosen.prediction is not None and chosen.prediction.settled:
            return "prediction"
        return "score" if scored else None

    def _threshold(self, chosen: Choices, judged: str | None) -> Choice[float] | None:
        two = chosen.positive is not None and chosen.positive.settled
        if judged == "prediction" or not two:
            return None
        if self.given.threshold is not None:
            return Choice(self.given.threshold, _SAID, "given")
        if judged == "model" and not chosen.scored:
            return None
        if judged == "model":
            return Choice(0.5, "half of a probability; set it where you decide otherwise", "sure")
        if chosen.score is not None:
            return Choice(0.5, "half of a probability; is the score one?", "open")
        return None

    # People, and rows

    def people(self, chosen: Choices) -> Choices:
        """Which columns are protected, what is favourable, and which column names a row."""
        protected = self._protected(chosen)
        favourable: Choice[Value] | None = None
        classes = chosen.task is not None and chosen.task.value != "regression"
        if self.given.favourable is not None and self.given.favourable != "" and classes:
            favourable = Choice(self.given.favourable, _SAID, "given")
        roles = (chosen.target, chosen.prediction, chosen.score)
        used = {role.value for role in roles if role is not None}
        return replace(
            chosen,
            protected=protected,
            favourable=favourable,
            id=self._role("id", self.given.id, chosen, used),
        )

    def _protected(self, chosen: Choices) -> tuple[Choice[str], ...]:
        if self.given.protected is not None:
            return tuple(Choice(name, _SAID, "given") for name in self.given.protected)
        return tuple(
            Choice(p.column, p.why, "open")
            for p in self.found.of("protected")
            if (column := chosen.column(p.column)) is not None
            and column.values  # many values are no groups before they are binned
            and expressible(p.column)
        )

    def _role(
        self,
        role: Role,
        said: str | None,
        chosen: Choices,
        used: set[str],
        *,
        numeric: bool = False,
    ) -> Choice[str] | None:
        if said is not None:
            return Choice(said, _SAID, "given") if said else None
        for proposal in self.found.of(role):
            column = chosen.column(proposal.column)
            fits = column is not None and (not numeric or column.kind in _NUMBERS)
            if fits and proposal.column not in used and expressible(proposal.column):
                return Choice(proposal.column, proposal.why, self.state(sure=proposal.sure))
        return None
