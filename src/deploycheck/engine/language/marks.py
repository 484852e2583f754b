"""Where the values of a parsed file stand, kept small: a tree beside the tree of values."""

from typing import Any

# Offsets of the first character and of the one behind the last, in one number: a file has tens of
# thousands of them, and the garbage collector need not look at numbers.
Span = int
BITS = 24  # enough for every offset into 1 MiB


def unpack(span: Span) -> tuple[int, int]:
    """The two offsets."""
    return span >> BITS, span & ((1 << BITS) - 1)


class Branch:
    """Where a mapping or a list stands, and its children in turn.

    ``children`` holds marks, by key for a mapping; ``keys`` where its keys stand.
    """

    __slots__ = ("children", "keys", "span")

    def __init__(self, span: Span, children: Any) -> None:
        self.span = span
        self.children = children
        self.keys: dict[str, Span] = {}

    def child(self, step: str | int) -> "Mark | None":
        """The mark under a key or an index, ``None`` where there is none."""
        found: Mark | None = None
        if isinstance(self.children, dict):
            found = self.children.get(step)
        elif isinstance(step, int) and 0 <= step < len(self.children):
            found = self.children[step]
        return found


Mark = Span | Branch
