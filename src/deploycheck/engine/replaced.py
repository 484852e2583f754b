"""Inputs of a policy that have another value than the policy's own, for every reader to see.

An input is how a policy lets the release choose. Whoever reads a decision wants to know what was
chosen, and most of all where it softened a control.
"""

from collections.abc import Iterator

from deploycheck.engine.wording import SENTENCE, bounded, said
from deploycheck.model.decision import InputUsed, PolicyUsed

_MOST = 20
_BY = {"release": "the release", "command line": "--input"}


def replaced(policy: PolicyUsed) -> Iterator[str]:
    """A line for each input whose default somebody replaced."""
    given = [(name, used) for name, used in policy.inputs.items() if used.default is not None]
    for name, used in given[:_MOST]:
        value = bounded(said(used.value), SENTENCE)
        yield (
            f"input {bounded(name)} of {bounded(policy.id)}: {value} by "
            f"{_BY.get(used.origin, used.origin)}, instead of {own(used)}"
        )
    if len(given) > _MOST:
        left = len(given) - _MOST
        yield f"… and {left} more inputs of {bounded(policy.id)} that have another value"


def own(used: InputUsed) -> str:
    """What the policy itself says, where another value is in force; empty where it is not."""
    return "" if used.default is None else bounded(said(used.default), SENTENCE)
