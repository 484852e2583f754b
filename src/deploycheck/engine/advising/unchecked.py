"""What can be done about controls that were not measured: in error, not run, not applicable."""

import re
from collections.abc import Iterator

from deploycheck.engine.codes import CODES
from deploycheck.engine.wording import SENTENCE, bounded, code_span
from deploycheck.model.verdict import Verdict

_CONDITION = re.compile(r"\(release\.([\w.\-]{1,200}) is not ([^()]{1,100})\)$")
_FIELDS = {
    "model": "Name the model in the release: `model: {path: …}`",
    "champion": "Name the model to compare with in the release: `champion: {model: {path: …}}`",
}


def error(verdict: Verdict) -> Iterator[str]:
    """How to make what could not be checked checkable."""
    yield from _by_code(verdict)
    yield "Then run the gate again. Nothing that was not checked passes, so it blocks until then."


def _by_code(verdict: Verdict) -> Iterator[str]:
    reason = bounded(verdict.reason, SENTENCE)
    command = re.search(r"pip install '?[\w\[\]\-.,=<> ]+'?", reason)
    if command is not None:
        yield f"Install what is missing: {code_span(command[0])}"
    code = CODES.get(verdict.code or "")
    if code is not None:
        fix = code.fix if command is None else ""
        if fix:
            yield fix
        yield f"`deploycheck explain {code.code}` has an example."
    elif verdict.fix:
        yield f"What the check says: {bounded(verdict.fix, SENTENCE)}"


def not_evaluated(verdict: Verdict) -> Iterator[str]:
    """How to evaluate what did not run."""
    yield from _by_code(verdict)
    yield "What was planned and not evaluated blocks: nobody knows what it would have said."


def not_applicable(verdict: Verdict) -> Iterator[str]:
    """What to bring so that the control applies."""
    found = _CONDITION.search(verdict.reason)
    if found is None:
        yield "Change the release so that the condition in `when` holds, and the control runs."
        return
    field, wanted = found[1], found[2]
    if wanted == "present":
        yield f"{_bring(field)}, and the control runs."
    elif wanted == "absent":
        yield (
            f"Nothing is to be brought: the control is for releases without `{bounded(field)}`, "
            "and this one has it."
        )
    else:
        yield (
            f"Nothing is to be brought: the control is for releases whose `{bounded(field)}` is "
            f"{bounded(wanted)}."
        )


def _bring(field: str) -> str:
    whole, _, part = field.partition(".")
    if field in _FIELDS:
        return _FIELDS[field]
    kinds = {
        "data": f"Add the data set to the release: `data: {{{part}: {{path: …}}}}`",
        "documents": f"Add the document to the release: `documents: {{{part}: PATH}}`",
        "columns": f"Say in the release which column it is: `columns: {{{part}: NAME}}`",
    }
    return bounded(kinds.get(whole if part else "", f"Give `{field}` in the release"))
