"""Words that explanations of verdicts and documents of policies share."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

from deploycheck.engine.counting import row_count
from deploycheck.engine.wording import (
    bounded,
    bounds_text,
    limits,
    percent,
    plain,
    quantity,
    slice_text,
)
from deploycheck.model.measurement import Measurement
from deploycheck.model.policy import Kind
from deploycheck.model.verdict import Outcome, Verdict

_DAY = 86_400
_SUFFIXES = {"_ms": " time", "_seconds": "", "_days": ""}
_WITHOUT_ROWS = ("budgets", "documentation", "reproducibility", "security")
# Slices that are no groups: what every part is called, and how one of them is.
_PARTS = {
    "column": ("column", "in column "),
    "feature": ("feature", "for feature "),
    "missing": ("feature", "without "),
    "way": ("way of asking", "asked "),
}
_TERMS = {
    "wasserstein": "Wasserstein distance", "psi": "PSI", "pii": "PII", "cramers": "Cramér's",
    "v": "V", "ks": "KS", "js": "JS", "chi2": "χ²", "roc": "ROC", "auc": "AUC", "r2": "R²",
    "ids": "IDs",
}  # fmt: skip


def measure_name(name: str) -> str:
    """The name of a measure in a sentence: ``p95_ms`` is "p95 time", its unit said elsewhere."""
    if name == "bytes":
        return "size"
    for suffix, words in _SUFFIXES.items():
        if name.endswith(suffix) and name != suffix:
            return _worded(name.removesuffix(suffix)) + words
    return _worded(name)


def _worded(name: str) -> str:
    return " ".join(_TERMS.get(word, word) for word in plain(name).split(" "))


def subject(name: str, unit: str) -> str:
    """A measure as the subject of a sentence: counts are "number of missing sections"."""
    counted = unit in {"count", "rows"} and len(name) > 1
    return f"number of {measure_name(name)}" if counted else measure_name(name)


def amount(
    value: Any, unit: str = "", against: Sequence[float] = (), *, exact: bool = False
) -> str:
    """A number with its unit; many seconds are said in days too."""
    text = quantity(value, unit, against, exact=exact)
    return text + _in_days(value, unit)


def _in_days(value: Any, unit: str) -> str:
    if unit != "s" or isinstance(value, bool) or not isinstance(value, int | float):
        return ""
    return f" ({quantity(value / _DAY)} days)" if 2 * _DAY <= abs(value) < math.inf else ""


def asked_text(bounds: Mapping[str, Any], unit: str = "") -> str:
    """Bounds in words, without the effect that an alarm must find: "at most 0.05"."""
    given = {key: value for key, value in bounds.items() if key != "detect"}
    text = bounds_text(given, unit)
    return text + _in_days(next(iter(given.values())), unit) if len(given) == 1 else text


def demand(bounds: Mapping[str, Any], unit: str = "") -> str:
    """Bounds as a clause: "at most 0.05 is allowed", "at least 0.80 is required"."""
    verb = "allowed" if bounds.get("max") is not None and bounds.get("min") is None else "required"
    return f"{asked_text(bounds, unit)} is {verb}"


def _sure(confidence: float | None) -> str:
    return "" if confidence is None else f"{percent(confidence)} confidence"


def requirement_sentence(
    name: str,
    unit: str,
    bounds: Mapping[str, Any],
    kind: Kind | None,
    confidence: float | str | None,
    lead: str = "",
) -> str:
    """What is asked of one measure, as a sentence.

    :param confidence: the level, or words for it.

    :param lead: of what parts of the data it is asked, such as "In every group of race"; empty
        for all rows together.
    """
    begin = f"{lead}, the" if lead else "The"
    what, asked = f"{begin} {subject(name, unit)}", asked_text(bounds, unit)
    sure = confidence if isinstance(confidence, str) else _sure(confidence)
    if kind is Kind.DETECT and confidence is not None and bounds.get("detect") is not None:
        effect = quantity(bounds["detect"], unit, exact=True)
        return (
            f"{what} must be {asked}. An alarm is raised where it is not, and so clearly that it "
            f"is no accident of looking at many numbers ({sure} over "
            f"all of them); and an effect of {effect} must be found at least 80 % of the time."
        )
    exact = kind is Kind.EXACT or unit in {"count", "rows", "bytes", "text"}
    if exact or confidence is None:
        asked = asked_text(bounds, "" if unit == "rows" and len(name) > 1 else unit)
        return f"{what} must be {asked}. The value is compared as it is."
    return f"{what} must be {asked}, shown with {sure}."


def lead_of(measurements: Sequence[Measurement]) -> str:
    """Of what parts of the data a measure is asked, by how it was measured."""
    parts = [m.slice for m in measurements if m.slice]
    if not parts:
        return ""
    extremes = [part["by"] for part in parts if list(part) == ["by"]]
    if extremes:
        return f"Between the groups of {bounded(' and of '.join(dict.fromkeys(extremes)))}"
    keys = list(dict.fromkeys(" and ".join(part) for part in parts))
    if len(keys) == 1 and keys[0] in _PARTS:
        return f"For every {_PARTS[keys[0]][0]}"
    if len(keys) > 3:
        return "In every part of the data"
    return f"In every group of {bounded(', of '.join(keys))}"


def part_text(m: Measurement) -> str:
    """Which part of the data a measurement is of: "for race = Hispanic"; empty for all rows."""
    if m.pair is not None:
        first, second = (slice_text(part) for part in m.pair)
        return f"for {first} against {second}"
    if not m.slice or list(m.slice) == ["by"]:
        return ""
    key, value = next(iter(m.slice.items()))
    if len(m.slice) == 1 and key in _PARTS:
        return f"{_PARTS[key][1]}{bounded(value, 80)}"
    return f"for {slice_text(m.slice)}"


def named(m: Measurement) -> str:
    """A measurement by its name and part: "false positive rate for race = Hispanic"."""
    return f"{measure_name(m.name)} {part_text(m)}".rstrip()


def is_timed(verdict: Verdict) -> bool:
    """Whether what was counted are starts of the model's process."""
    return any(used.type.lower() == "timings" for used in verdict.evidence)


def rests_on(verdict: Verdict, m: Measurement) -> str:
    """How much is behind a number: "239 rows"; empty where it is no number of rows."""
    if m.n is None:
        return ""
    if is_timed(verdict):
        return f"{quantity(m.n)} start{'' if m.n == 1 else 's'} of the model's process"
    family = verdict.check.partition(".")[0]
    return "" if family in _WITHOUT_ROWS else row_count(m, "rows")


def ends(m: Measurement, outcome: Outcome) -> tuple[float, float]:
    """The bounds that decide about ``outcome``; an open side is infinite.

    The bounds for all parts at once decide about a FAIL, each part's own about everything else.
    """
    value = float(m.value) if isinstance(m.value, int | float) else math.nan
    interval = (m.simultaneous or m.interval) if outcome is Outcome.FAIL else m.interval
    if interval is None:
        return value, value
    low = -math.inf if interval.low is None else interval.low
    high = math.inf if interval.high is None else interval.high
    return low, high


def beyond(m: Measurement, bounds: Mapping[str, Any], outcome: Outcome) -> float:
    """How far the deciding bound lies on the wrong side; below zero is room to spare.

    What is undefined or a text is infinitely far.
    """
    if m.undefined is not None or not isinstance(m.value, int | float):
        return math.inf
    low, high = ends(m, outcome)
    if outcome is Outcome.FAIL:  # what fails is beyond the bound with its nearer end too
        low, high = high, low
    distances = []
    if number(bounds, "max") is not None:
        distances.append(high - bounds["max"])
    if number(bounds, "min") is not None:
        distances.append(bounds["min"] - low)
    return max(distances, default=0.0)


def number(bounds: Mapping[str, Any], key: str) -> float | None:
    """A bound as a number; ``None`` where there is none."""
    value = bounds.get(key)
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        return None
    return float(value)


def deciding(verdict: Verdict) -> list[Measurement]:
    """The measurements that made the outcome, the one that decided it first."""
    found = [m for m in verdict.measurements if m.outcome == verdict.outcome.value]
    return sorted(
        found,
        key=lambda m: beyond(m, verdict.requirement.get(m.name, {}), verdict.outcome),
        reverse=True,
    )


def shown(m: Measurement, verdict: Verdict, value: float | str | None) -> str:
    """A value or bound of a measurement, told apart from what is required of it."""
    if value is None or (isinstance(value, float) and math.isinf(value)):
        return "no limit"
    return amount(value, m.unit, limits(verdict.requirement.get(m.name, {})))
