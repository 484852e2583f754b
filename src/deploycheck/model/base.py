"""What every noun shares: immutable, closed, and free of NaN."""

import re
from datetime import UTC, datetime
from typing import Annotated, Any

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
