"""What every noun shares: immutable, closed, and free of NaN."""

import re
from collections.abc import Callable
from datetime import UTC, datetime
from functools import cache
from typing import Annotated, Any, Self, cast

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    PlainSerializer,
    Strict,
    StringConstraints,
    WithJsonSchema,
)

_INSTANT = re.compile(
    r"\d{4}-\d{2}-\d{2}[Tt ]\d{2}:\d{2}(:\d{2}(\.\d{1,6})?)?(?P<zone>[Zz]|[+-]\d{2}:\d{2})?"
)


class Noun(BaseModel):
    """Base of everything in ``model``: immutable, strict about unknown keys and about NaN."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", allow_inf_nan=False, populate_by_name=True
    )

    @classmethod
    def of(cls, **values: Any) -> Self:
        """One made of parts that are checked already: plain data, and other nouns.

        Thousands of verdicts and measurements are made; checking each part once more, and keeping
        beside each which of its fields were given, would double what they cost.

        :raises TypeError: a part without a default is missing, or is none of this noun.
        """
        known, required, blank, makers = _shape(cls)
        given = values.keys()
        if not required <= given <= known:
            raise TypeError(f"{cls.__name__} needs {sorted(required - given)}, got {sorted(given)}")
        # What pydantic's model_construct does, without looking at every field once more; a test
        # compares the two.
        made = cls.__new__(cls)
        fields = {**blank, **{n: make() for n, make in makers if n not in values}, **values}
        object.__setattr__(made, "__dict__", fields)
        object.__setattr__(made, "__pydantic_fields_set__", known)
        object.__setattr__(made, "__pydantic_extra__", None)
        object.__setattr__(made, "__pydantic_private__", None)
        return made


@cache
def _shape(
    kind: type[BaseModel],
) -> tuple[set[str], set[str], dict[str, Any], list[tuple[str, Callable[[], Any]]]]:
    """All fields, those without a default, all in order with the defaults, and makers of others."""
    fields = kind.model_fields
    required = {name for name, field in fields.items() if field.is_required()}
    makers = [
        (n, cast("Callable[[], Any]", f.default_factory))
        for n, f in fields.items()
        if f.default_factory is not None
    ]
    return set(fields), required, {n: f.default for n, f in fields.items()}, makers


def _raw(value: Any) -> Any:
    """Ids and versions are the scalar as written: ``9.10`` stays ``9.10``."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return value
    return getattr(value, "raw", None) or str(value)


def parse_instant(value: Any) -> datetime:
    """An RFC 3339 time stamp as an aware UTC datetime.

    Raises ValueError where there is no zone: an expiry in nobody's time zone is a bug waiting.
    """
    if isinstance(value, datetime):
        stamp = value
    else:
        match = _INSTANT.fullmatch(value) if isinstance(value, str) else None
        if match is None:
            raise ValueError("not a time stamp; write it like 2026-12-01T00:00:00Z")
        if match["zone"] is None:
            raise ValueError("the time stamp has no zone; end it with Z or +01:00")
        stamp = datetime.fromisoformat(value.replace("t", "T").replace("z", "Z"))
    if stamp.tzinfo is None:
        raise ValueError("the time stamp has no zone; end it with Z or +01:00")
    try:
        return stamp.astimezone(UTC)
    except OverflowError:
        raise ValueError("the time stamp is outside the years 1 to 9999") from None


def format_instant(stamp: datetime) -> str:
    """The one way a time is written: UTC, whole seconds where it has no fraction, ``Z``."""
    return stamp.astimezone(UTC).isoformat().replace("+00:00", "Z")


_ID = r"^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$"
RawText = Annotated[
    str,
    BeforeValidator(_raw),
    StringConstraints(min_length=1, max_length=200),
    # A number is taken as it is written, so an editor must not mark `version: 1.0` as wrong.
    WithJsonSchema(
        {"type": ["string", "number"], "minLength": 1, "maxLength": 200}, mode="validation"
    ),
]
Text = Annotated[str, StringConstraints(min_length=1, max_length=4000)]
Identifier = Annotated[
    str,
    BeforeValidator(_raw),
    StringConstraints(pattern=_ID),
    WithJsonSchema({"type": ["string", "number"], "pattern": _ID}, mode="validation"),
]
Digest = Annotated[str, StringConstraints(pattern=r"^sha256:[0-9a-f]{64}$")]
Instant = Annotated[datetime, BeforeValidator(parse_instant), PlainSerializer(format_instant)]
# Text that looks like a number, and true, are no numbers; text that looks like true is no truth.
Number = Annotated[float, Strict()]
Flag = Annotated[bool, Strict()]
Scalar = bool | int | float | str
