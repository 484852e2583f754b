"""Reporter ``csv``: one line a control, for a spreadsheet."""

import re
from csv import QUOTE_ALL, writer
from io import StringIO
from typing import TYPE_CHECKING

from deploycheck import reporter

if TYPE_CHECKING:
    from deploycheck.model.decision import Decision

HEAD = ("policy", "control", "title", "check", "outcome", "effect", "enforcement", "severity",
        "reason", "location")  # fmt: skip

# Names and reasons come from files that anybody may have written. A spreadsheet runs a cell that
# begins with one of = + - @ (or its full-width twin), and where it splits lines at semicolons, what
# follows a semicolon is a cell too.
_FORMULA = re.compile(r"(^|;)(?=[\s\"']*[=+\-@＝＋－＠])")  # noqa: RUF001 - the full-width twins
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")


@reporter("controls.csv")
def csv(decision: "Decision") -> str:
    """Every control of a decision, with its outcome and the reason (RFC 4180, UTF-8)."""
    out = StringIO()
    lines = writer(out, quoting=QUOTE_ALL, lineterminator="\r\n")
    lines.writerow(HEAD)
    for verdict in decision.verdicts:
        facts = verdict.model_dump(mode="json", include=set(HEAD))
        lines.writerow(inert(str(facts[name])) for name in HEAD)
    return out.getvalue()


def inert(text: str) -> str:
    """``text`` on one line, with an apostrophe before whatever a spreadsheet would run."""
    return _FORMULA.sub(r"\1'", _CONTROL.sub(" ", text))
