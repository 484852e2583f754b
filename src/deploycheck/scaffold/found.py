"""What was found in a project's folder, and what is proposed from it, each with its reason."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

__all__ = [
    "Column", "DataFile", "DataRole", "Document", "Found", "Kind", "ModelFile", "Proposal", "Role",
]  # fmt: skip

Kind = Literal["integer", "float", "text", "boolean", "date", "datetime", "other"]
Role = Literal["target", "prediction", "score", "protected", "id", "time"]
DataRole = Literal["train", "test", "production", "other"]


@dataclass(frozen=True)
class Column:
    """One column of a data file.

    :param values: distinct values with their counts, the most frequent first, where there are few
        (at most 20); empty otherwise. Values are as a release would write them.
    :param distinct: how many distinct values, missing not counted; exact for the rows looked at.
    :param missing: share of rows without a value.
    """

    name: str
    kind: Kind
    distinct: int
    missing: float
    values: tuple[tuple[str | int | float | bool, int], ...] = ()


@dataclass(frozen=True)
class DataFile:
    """One data file that could be read.

    :param path: relative to the project, with ``/``.
    :param rows: how many there are; ``None`` where only the first ones were looked at.
    :param role: what its name says it is.
    :param why: the reason, for a person.
    """

    path: str
    rows: int | None
    columns: tuple[Column, ...]
    role: DataRole
    why: str

    def column(self, name: str) -> Column | None:
        return next((c for c in self.columns if c.name == name), None)


@dataclass(frozen=True)
class ModelFile:
    """One file that holds a model.

    :param format: such as ``onnx``, ``pickle``, ``joblib``, ``skops``, ``safetensors`` or
        ``lightgbm``.
    :param runs: whether this version of deploycheck can ask it.
    :param why: what that means, for a person; for one that cannot be asked, what to do instead.
    :param inputs: names of the inputs that the file itself gives, where it does.
    """

    path: str
    format: str
    runs: bool
    why: str
    inputs: tuple[str, ...] = ()


@dataclass(frozen=True)
class Document:
    """A model card, a lock file, an approval and the like."""

    path: str
    kind: Literal["card", "lock", "approval", "data_sheet"]
    why: str


@dataclass(frozen=True)
class Proposal:
    """One role for one column, or none, with the reason.

    :param sure: whether it may be taken without asking where nobody can be asked. What is not sure
        is written as a comment, never as a fact.
    """

    role: Role
    column: str
    why: str
    sure: bool


@dataclass(frozen=True)
class Found:
    """Everything that was found in a project's folder.

    :param name: a name for the release, taken from the project.
    :param version: a version for it, taken from the project; ``"0.1.0"`` where there is none.
    :param data: data files, the likeliest first.
    :param proposals: roles of columns of the data set that would be the test set.
    :param task: what the target looks like; ``None`` where that cannot be told.
    :param positive: the value of the target that the model looks for, with the reason, if it is
        clear (1 of 0/1, True, "yes"); ``None`` otherwise.
    :param ci: which pipelines the project has: ``github``, ``gitlab``, ``jenkins``, ``pre-commit``.
    :param notes: what a person should know: files that could not be read, things left out.
    """

    name: str
    version: str
    data: tuple[DataFile, ...] = ()
    models: tuple[ModelFile, ...] = ()
    documents: tuple[Document, ...] = ()
    proposals: tuple[Proposal, ...] = ()
    task: Literal["binary_classification", "multiclass", "regression"] | None = None
    positive: tuple[str | int | float | bool, str] | None = None
    git: bool = False
    ci: tuple[str, ...] = ()
    inputs: Mapping[str, str] = field(default_factory=dict)
    notes: tuple[str, ...] = ()

    def of(self, role: Role) -> tuple[Proposal, ...]:
        """The proposals of one role, the likeliest first."""
        return tuple(p for p in self.proposals if p.role == role)
