"""Finds what ships beside the code: policy packs and report templates."""

from pathlib import Path
from typing import Literal

_PACKAGE = Path(__file__).parent
_CHECKOUT = _PACKAGE.parents[1]
_HOME = {"policies": "policies", "templates": "reports/templates"}


PREFIX = "pack:"


def pack(text: str) -> Path:
    """The policy that ``pack:starter`` names.

    :raises ValueError: there is no such pack; says which there are.
    """
    name = text.removeprefix(PREFIX)
    known = {path.stem: path for path in sorted(shipped("policies").glob("*.yaml"))}
    if name not in known:
        raise ValueError(f"no pack {name!r}; there are {', '.join(known) or 'none'}")
    return known[name]


def pack_name(path: Path) -> str | None:
    """``pack:starter`` for the policy that ships under that name; ``None`` for any other file."""
    same = path.parent == shipped("policies").resolve() and path.suffix == ".yaml"
    return f"{PREFIX}{path.stem}" if same else None


def shipped(kind: Literal["policies", "templates"]) -> Path:
    """The folder as installed, or as it lies in a checkout."""
    installed = _PACKAGE / "_shipped" / kind
    return installed if installed.is_dir() else _CHECKOUT / _HOME[kind]
