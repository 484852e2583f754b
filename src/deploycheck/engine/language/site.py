"""The part of a file that is being checked: tells its mistakes with path, place and name."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from deploycheck.engine.document import Document
from deploycheck.engine.language.findings import Findings

Path = tuple[str | int, ...]


def dotted(path: Sequence[str | int]) -> str:
    """A path as messages show it: ``require.p95_ms.max``, ``where[0].min``."""
    text = ""
    for step in path:
        name = str(step)[:60]
        text += f"[{name}]" if isinstance(step, int) else f".{name}" if text else name
    return text


@dataclass(frozen=True)
class Site:
    """A subtree of a document.

    :param base: its path.
    :param noun: what it is called, such as ``control FAIR-01``.
    :param told: offsets of scalars whose mistake is told already.
    """

    document: Document
    findings: Findings
    noun: str
    base: Path = ()
    told: set[int] = field(default_factory=set)

    @property
    def prefix(self) -> str:
        """What a message about a value inside begins with."""
        return f"{self.noun}: " if self.base else ""

    def of(self, path: Sequence[str | int]) -> str:
        """What the mapping under ``path`` is called."""
        return f"{dotted(path)} of {self.noun}" if path else self.noun

    def tell(
        self, code: str, message: str, path: Path = (), hint: str = "", *, key: bool = False
    ) -> None:
        """Add a mistake at ``path`` of this part."""
        place = self.document.place((*self.base, *path), key=key)
        self.findings.tell(code, message, place, hint)

    def is_told(self, path: Path, *, key: bool = False) -> bool:
        """Whether what stands there is refused already, so that no more need be said."""
        if not self.told:
            return False
        return self.document.span((*self.base, *path), key=key)[0] in self.told

    def value(self, root: Any, path: Path) -> Any:
        """The value under ``path`` of ``root``, ``None`` where there is none."""
        for step in path:
            try:
                root = root[step]
            except (KeyError, IndexError, TypeError):
                return None
        return root
