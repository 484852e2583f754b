"""How often the bounds of each method are wrong: what was enumerated or simulated, for the reader.

The figures are those of ``benchmarks/coverage``; the page "How a verdict is reached" has the
tables.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from deploycheck.engine.wording import bounded
from deploycheck.model.decision import Decision

_NEVER = "never more often than stated"
_ENUMERATED = "at 95 %: 5 % on average, 8 % in the worst table that was enumerated"
_SIMULATED = "at 95 %: 5 % on average, 8 % in the worst case that was simulated"
_MOST = 40


@dataclass(frozen=True)
class Method:
    """One method, how often its bounds are wrong, and where it is from."""

    name: str
    attained: str
    source: str


# By how the name of a method begins; the first that fits counts.
_KNOWN: tuple[tuple[str, str, str], ...] = (
    ("Clopper\N{EN DASH}Pearson, effective", _SIMULATED, "Korn and Graubard 1998"),
    ("Clopper\N{EN DASH}Pearson", _NEVER, "Clopper and Pearson 1934"),
    ("Miettinen\N{EN DASH}Nurminen", _ENUMERATED, "Miettinen and Nurminen 1985"),
    ("Koopman", _ENUMERATED, "Koopman 1984"),
    ("Tango", _ENUMERATED, "Tango 1998"),
    ("logit DeLong", _SIMULATED, "DeLong et al. 1988; Qin and Hotilovac 2008"),
    ("Newcombe method 5", _SIMULATED, "Newcombe 2006"),
    ("DeLong", _SIMULATED, "DeLong et al. 1988; Obuchowski 1997"),
    ("Hoeffding", _NEVER, "Hoeffding 1963; Maurer and Pontil 2009"),
    ("Student t", "as stated for values that are about normal, or many", "Student 1908"),
    ("ABC", _SIMULATED, "DiCiccio and Efron 1992"),
    ("BCa", _SIMULATED, "Efron 1987"),
    ("studentised", _SIMULATED, "Hall 1988"),
    ("linearised", _SIMULATED, "Binder 1983"),
    ("MOVER", _SIMULATED, "Zou and Donner 2008"),
    ("profile likelihood", _SIMULATED, "Cox 1958"),
    ("triangle inequality", "at most 8 % in simulations; far fewer false alarms", "see the check"),
    ("noncentral chi-squared", _SIMULATED, "Steiger and Fouladi 1997"),
    ("order statistics", _NEVER, "David and Nagaraja 2003"),
)
_UNKNOWN = "not known: the method is another one's"
_BESIDE = ("all pairs", "rule of three", "max-t")  # beside the name of a method, and none
_SIDES = re.compile(r"^(?:low|high): ")


def methods(decision: Decision) -> list[Method]:
    """Every method that made a bound of this decision, in the order of the alphabet."""
    named = {
        part
        for verdict in decision.verdicts
        for m in verdict.measurements
        for interval in (m.interval, m.simultaneous)
        if interval is not None
        for part in _parts(interval.method)
    }
    return [_method(name) for name in sorted(named)[:_MOST]]


def _parts(text: str) -> Iterator[str]:
    """The methods of a text such as ``low: A; high: B; all pairs``; another's text is one."""
    parts = [_SIDES.sub("", part).strip() for part in text.split("; ")]
    names = [part for part in parts if part and not part.startswith(_BESIDE)]
    yield from names if all(_known(name) for name in names) else [text]


def _known(name: str) -> tuple[str, str, str] | None:
    return next((k for k in _KNOWN if name.lower().startswith(k[0].lower())), None)


def _method(name: str) -> Method:
    _, attained, source = _known(name) or ("", _UNKNOWN, "")
    return Method(bounded(name), attained, source)
