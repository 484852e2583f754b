"""Whether a control applies to a release, by its ``when``."""

from collections.abc import Mapping
from typing import Any

from deploycheck.model.policy import Control
from deploycheck.model.release import Release


def excused(control: Control, release: Release) -> str | None:
    """Why the control does not apply, by its `when`; ``None`` where it applies."""
    if not control.when:
        return None
    for key, wanted in control.when.items():
        if key == "because":
            continue
        value, present = _looked_at(key.removeprefix("release."), release)
        holds = (
            present
            if wanted == "present"
            else (not present)
            if wanted == "absent"
            else (str(value) == str(wanted))
        )
        if not holds:
            return f"{control.when.get('because', '')} ({key} is not {wanted})"
    return None


def _looked_at(name: str, release: Release) -> tuple[Any, bool]:
    """What a condition looks at, and whether the release gives it."""
    field, _, part = name.partition(".")
    value = getattr(release, field, None)
    if not part:
        return value, value is not None and value != _nothing(Release, field)
    if isinstance(value, Mapping):
        return None, part in value
    found = getattr(value, part, None)
    return found, found is not None and found != _nothing(type(value), part)


def _nothing(noun: Any, name: str) -> Any:
    """What a field is where the release does not give it."""
    field = noun.model_fields.get(name)
    if field is None or field.is_required():
        return None
    return field.get_default(call_default_factory=True)
