"""Typed parameters: one pydantic model per checker or collector."""

from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field


class Params(BaseModel):
    """Subclass me. Unknown keys are errors; every field carries a description."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", allow_inf_nan=False, validate_default=True
    )

    def unmeasured(self, measure: str, task: str | None) -> tuple[str, str] | None:
        """Why these values never measure it, and what to do instead; ``None`` where they may.

        A control that requires such a measure is refused when the plan is made. Override me where
        a parameter decides what is measured; the answer may not depend on data.

        :param measure: one of the checker's; ``task``: that of the release, ``None`` where there
            is no release yet.
        """
        del measure, task
        return None


class NoParams(Params):
    """For those that take none."""


@dataclass(frozen=True)
class ColumnNames:
    """Marks a parameter whose value names columns of the data sets that are bound.

    The plan refuses a name that no bound data set has, and tells the collector which
    columns will be read.

    :param argument: the evidence argument whose data set must have them; ``None`` is all.
    """

    argument: str | None = None


@dataclass(frozen=True)
class From:
    """Which data set an argument is made from unless the policy says.

    Written ``Annotated[Table, From("train")]``.
    """

    data: str


def _listed(value: Any) -> Any:
    """One name may stand alone: ``by: sex`` is ``by: [sex]``."""
    return [value] if isinstance(value, str) else value


def _no_twins(value: tuple[str, ...]) -> tuple[str, ...]:
    if twice := sorted({name for name in value if value.count(name) > 1}):
        raise ValueError(f"named twice: {', '.join(twice)}")
    return value


Column = Annotated[str, ColumnNames()]
Columns = Annotated[
    tuple[str, ...],
    BeforeValidator(_listed, json_schema_input_type=str | tuple[str, ...]),
    Field(min_length=1),
    AfterValidator(_no_twins),
    ColumnNames(),
]


def column_fields(model: type[Params]) -> dict[str, ColumnNames]:
    """The fields of ``model`` that name columns, with their marker."""
    found: dict[str, ColumnNames] = {}
    for name, field in model.model_fields.items():
        for mark in _marks(field):
            found[name] = mark
    return found


def _marks(field: Any) -> list[ColumnNames]:
    marks = [m for m in field.metadata if isinstance(m, ColumnNames)]
    # ``Columns | None`` keeps its metadata inside the union.
    for part in getattr(field.annotation, "__args__", ()):
        marks += [m for m in getattr(part, "__metadata__", ()) if isinstance(m, ColumnNames)]
    return marks
