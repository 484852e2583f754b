"""What init writes: what was found, what a person said of it, and what nobody has said yet."""

from dataclasses import dataclass
from typing import Generic, Literal, TypeVar

from deploycheck.model.release import Task
from deploycheck.scaffold.found import Column, DataFile, Document, Found, ModelFile

__all__ = ["Choice", "Choices", "Given", "State", "Value"]

Value = str | int | float | bool
State = Literal["given", "sure", "taken", "open"]
T = TypeVar("T")


@dataclass(frozen=True)
class Choice(Generic[T]):
    """One thing that was chosen, and why.

    :param state: ``given`` by a person, ``sure`` by what was found, ``taken`` as proposed because
        a person said to take proposals, or ``open``: proposed, and no more than a comment.
    """

    value: T
    why: str
    state: State

    @property
    def settled(self) -> bool:
        return self.state != "open"


@dataclass(frozen=True)
class Given:
    """What a person said, by options or by answers; ``None`` where nothing was said.

    Empty text and an empty tuple say that there is none. Files are paths relative to the project.
    """

    test: str | None = None
    train: str | None = None
    production: str | None = None
    model: str | None = None
    features: tuple[str, ...] | None = None
    target: str | None = None
    task: Task | None = None
    prediction: str | None = None
    score: str | None = None
    threshold: float | None = None
    positive: Value | None = None
    favourable: Value | None = None
    protected: tuple[str, ...] | None = None
    id: str | None = None
    name: str | None = None
    policy_name: str | None = None


@dataclass(frozen=True)
class Choices:
    """Everything that a release and its policy are written from.

    :param judged: what is judged: the answers of the ``model``, a stored ``prediction``, or a
        stored ``score`` with a threshold; ``None`` where there is none of them.
    :param stored: whether stored columns are judged although there is a model.
    :param scored: whether the model that is asked answers scores.
    :param notes: what a person should know.
    """

    found: Found
    policy: str
    test: Choice[DataFile] | None = None
    train: Choice[DataFile] | None = None
    production: Choice[DataFile] | None = None
    model: Choice[ModelFile] | None = None
    features: Choice[tuple[str, ...]] | None = None
    task: Choice[Task] | None = None
    target: Choice[str] | None = None
    prediction: Choice[str] | None = None
    score: Choice[str] | None = None
    threshold: Choice[float] | None = None
    positive: Choice[Value] | None = None
    favourable: Choice[Value] | None = None
    protected: tuple[Choice[str], ...] = ()
    id: Choice[str] | None = None
    documents: tuple[Document, ...] = ()
    judged: Literal["model", "prediction", "score"] | None = None
    stored: bool = False
    scored: bool = True
    notes: tuple[str, ...] = ()

    @property
    def groups(self) -> tuple[str, ...]:
        """The protected columns that a person named."""
        return tuple(choice.value for choice in self.protected if choice.settled)

    @property
    def named_model(self) -> ModelFile | None:
        """The model that the release names."""
        if self.model is None or not self.model.settled:
            return None
        fed = self.features is None or self.features.settled or not self.model.value.runs
        return self.model.value if fed else None

    @property
    def asked(self) -> ModelFile | None:
        """The model that can be asked, its columns being known."""
        model = self.named_model
        return model if model is not None and model.runs else None

    def column(self, name: str) -> Column | None:
        """A column of the test data."""
        return self.test.value.column(name) if self.test is not None else None

    def labels(self) -> tuple[Value, ...]:
        """The values of the target, where they are few."""
        column = self.column(self.target.value) if self.target is not None else None
        return tuple(value for value, _ in column.values) if column is not None else ()
