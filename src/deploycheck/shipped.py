"""Finds what ships beside the code: policy packs and report templates."""

from pathlib import Path
from typing import Literal

_PACKAGE = Path(__file__).parent
_CHECKOUT = _PACKAGE.parents[1]
_HOME = {"policies": "policies", "templates": "reports/templates"}


def shipped(kind: Literal["policies", "templates"]) -> Path:
    """The folder as installed, or as it lies in a checkout."""
    installed = _PACKAGE / "_shipped" / kind
    return installed if installed.is_dir() else _CHECKOUT / _HOME[kind]
