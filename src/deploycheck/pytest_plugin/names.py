"""Names that pytest's options are made of, without importing what they name."""

import os
from pathlib import Path

_REPORTERS = Path(__file__).parents[1] / "reporters"


def builtin_reporters() -> list[str]:
    """Names of the reporters that ship with deploycheck."""
    names = (entry.name for entry in os.scandir(_REPORTERS))
    return sorted(n.removesuffix(".py") for n in names if n.endswith(".py") and n[0] != "_")
