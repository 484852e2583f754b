"""What every estimate carries, whatever it is of."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

Number = Any  # int | float | a narwhals expression; resolved to a number by the engine


@dataclass(frozen=True, kw_only=True)
class Labels:
    """What every estimate carries beside its numbers.

    ``slice`` is the part of the data; ``details`` are places and counts for the reader, without
    data values unless they are names; ``context`` estimates are shown and not judged.
    """

    slice: Mapping[str, str] = field(default_factory=dict)
    details: tuple[str, ...] = ()
    context: bool = False
