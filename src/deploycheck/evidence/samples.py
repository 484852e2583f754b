"""Columns of a data set as values in memory, for what no expression on a table can say."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from numbers import Real
from types import MappingProxyType
from typing import TYPE_CHECKING, ClassVar

from deploycheck.evidence.coded import Coded

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


@dataclass(frozen=True)
class Samples:
    """Values of columns: numbers as they are, everything else as codes of its texts.

    They are the columns that the controls of the run name, and all where one of them names none.

    :param name: name of the data set in the release.
    :param digest: digest of what it was made from.
    :param rows: number of rows.
    :param numbers: float64 of shape (rows,) by column of integers and floats; NaN is missing.
    :param texts: codes by column of text, booleans, dates and times; a missing value is
        ``(missing)``.
    :param left_out: why a column that was asked for is not here, by column: nested values, or so
        many different texts that they are names and no categories.
    :param times: those of ``texts`` whose values are dates or moments.
    """

    subject: ClassVar[str] = "data"

    name: str
    digest: str
    rows: int
    numbers: Mapping[str, NDArray[np.float64]] = field(repr=False, compare=False)
    texts: Mapping[str, Coded] = field(repr=False, compare=False)
    left_out: Mapping[str, str] = field(default_factory=dict, repr=False, compare=False)
    times: frozenset[str] = field(default=frozenset(), repr=False, compare=False)

    def __post_init__(self) -> None:
        numbers = {}
        for name, values in self.numbers.items():
            view = values.view()
            view.flags.writeable = False
            numbers[name] = view
        object.__setattr__(self, "numbers", MappingProxyType(numbers))
        object.__setattr__(self, "texts", MappingProxyType(dict(self.texts)))
        object.__setattr__(self, "left_out", MappingProxyType(dict(self.left_out)))

    @classmethod
    def of(cls, columns: Mapping[str, object], name: str = "test") -> Samples:
        """Samples made of plain values, as a test of a checker needs them.

        A column of numbers (``None`` or NaN is missing) is numeric, every other one is text.
        """
        import numpy as np

        numbers, texts, rows = {}, {}, 0
        for column, given in columns.items():
            values = list(given)  # type: ignore[call-overload]  # any sequence will do
            rows = len(values)
            real = [v for v in values if v is not None]
            if all(isinstance(v, Real) and not isinstance(v, bool) for v in real):
                numbers[column] = np.array(
                    [np.nan if v is None else v for v in values], dtype=np.float64
                )
            else:
                texts[column] = Coded.of(values)
        return cls(name, "", rows, numbers, texts)
