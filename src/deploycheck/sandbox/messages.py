"""What parent and child say to each other: a length and a line of JSON, then plain numbers."""

import json
from typing import Any

MOST_BYTES = 4 << 20
MOST_LABELS = 1_000
LONGEST_LABEL = 1_000
_LENGTH = 4


def packed(message: dict[str, Any]) -> bytes:
    """The bytes of a message."""
    text = json.dumps(message, separators=(",", ":"), allow_nan=False).encode()
    return len(text).to_bytes(_LENGTH, "little") + text


def length(head: bytes) -> int:
    """Bytes of the message that begins with ``head``.

    :raises ValueError: more than a message may have.
    """
    size = int.from_bytes(head, "little")
    if len(head) != _LENGTH or size > MOST_BYTES:
        raise ValueError("a message is too long")
    return size


def unpacked(text: bytes) -> dict[str, Any]:
    """The message.

    :raises ValueError: it is none.
    """
    try:
        made = json.loads(text, parse_constant=_refuse)
    except RecursionError:
        raise ValueError("a message is nested too deeply") from None
    if not isinstance(made, dict):
        raise ValueError("a message is no mapping")  # noqa: TRY004 - bytes of the wrong content
    return made


def one_line(text: str, most: int = 300) -> str:
    """Text of somebody else, for a message: one line, without control characters, cut."""
    plain = "".join(c if c.isprintable() else " " for c in text[: most * 4])
    line = " ".join(plain.split())
    return line if len(line) <= most else line[: most - 1] + "…"


def _refuse(name: str) -> float:
    raise ValueError(f"{name} is no number")
