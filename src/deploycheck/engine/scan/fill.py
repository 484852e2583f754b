"""Finds the open numbers of an estimate and puts the results in their places."""

import math
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from deploycheck.authoring.estimates import (
    KINDS,
    Auc,
    AucDifference,
    BoundedMean,
    ChiSquared,
    Count,
    Difference,
    Distance,
    Estimate,
    Group,
    Mean,
    Member,
    Paired,
    Proportion,
    Quantile,
    Range,
    Ratio,
    RatioRange,
    Resampled,
    Smooth,
    Spread,
    Statistic,
    Undefined,
)

# The numbers of each kind. In a range and a ratio over groups they stand in the groups.
_NUMBERS: dict[type[Any], tuple[str, ...]] = {
    Proportion: ("hits", "of"),
    Difference: ("hits", "of", "versus_hits", "versus_of"),
    Ratio: ("hits", "of", "versus_hits", "versus_of"),
    Range: (),
    RatioRange: (),
    Mean: ("mean", "sd", "n"),
    Quantile: (),
    BoundedMean: ("mean", "sd", "n"),
    Paired: ("both", "first", "second", "neither"),
    Auc: (),
    AucDifference: (),
    Distance: ("value", "center", "scale", "n"),
    ChiSquared: ("statistic", "n", "rows", "inflation"),
    Smooth: (),
    Resampled: (),
    Spread: (),
    Count: ("value", "of"),
    Statistic: ("value", "of"),
    Undefined: ("n", "value"),
    Group: ("hits", "of"),
}
_DENOMINATORS = {"of", "versus_of", "n"}
_KINDS = frozenset(KINDS.values())


def is_estimate(item: Any) -> bool:
    """Whether ``item`` is an estimate; a subclass is none, since nothing knows how to judge it."""
    return type(item) in _KINDS


def unsound(estimate: Any) -> str:
    """What is wrong with an estimate's labels or groups; empty if nothing is."""
    details = estimate.details
    for fault, sound in (
        ("name is no text", isinstance(estimate.name, str) and estimate.name != ""),
        ("slice is no mapping of text to text", _is_slice(estimate.slice)),
        ("details are no tuple of texts", _is_tuple_of(details, lambda d: isinstance(d, str))),
        ("context is neither true nor false", isinstance(estimate.context, bool)),
    ):
        if not sound:
            return fault
    kind = type(estimate)
    if kind in (Range, RatioRange) and not (
        _is_tuple_of(estimate.groups, _is_group) and estimate.groups
    ):
        return "groups are no tuple of groups, each with a slice of text"
    if kind is Spread:
        return _unsound_spread(estimate)
    if kind is Quantile and not isinstance(estimate.values, tuple):
        return "values are no tuple of numbers"
    if kind is Undefined and not isinstance(estimate.reason, str):
        return "reason is no text"
    return _unsound_parts(estimate)


def _unsound_parts(estimate: Any) -> str:
    """What is wrong with the parts of an estimate that are no open numbers."""
    if isinstance(estimate, Auc | AucDifference):
        return _unsound_scores(estimate)
    function = {Smooth: "of", Resampled: "statistic"}.get(type(estimate))
    if function is not None and not callable(getattr(estimate, function)):
        return f"{function} is no function"
    if isinstance(estimate, BoundedMean) and not (
        _is_finite(estimate.low) and _is_finite(estimate.high) and estimate.low < estimate.high
    ):
        return "low and high are no numbers with low below high"
    if isinstance(estimate, ChiSquared):
        if not _is_finite(estimate.df) or estimate.df < 1 or estimate.df != int(estimate.df):
            return "df is no whole number of at least 1"
        if not _is_finite(estimate.power) or estimate.power not in (1, 2):
            return "power is neither 1 nor 2"
    return ""


def _unsound_spread(estimate: Spread) -> str:
    if not (_is_tuple_of(estimate.members, _is_member) and estimate.members):
        return "members are no tuple of members, each with a slice of text and an estimate"
    if estimate.how not in ("difference", "ratio"):
        return "how is neither difference nor ratio"
    for member in estimate.members:
        if fault := unsound(member.estimate):
            return f"members have an estimate whose {fault}"
    return ""


def _unsound_scores(estimate: Auc | AucDifference) -> str:
    names = ["positives", "negatives"]
    if isinstance(estimate, AucDifference):
        names += ["versus_positives", "versus_negatives"]
    for name in names:
        if not _is_vector(getattr(estimate, name)):
            return f"{name} are no tuple or one-dimensional array of finite numbers"
    for name in names[2:]:
        beside = name.removeprefix("versus_")
        if len(getattr(estimate, name)) != len(getattr(estimate, beside)):
            return f"{name} are not as many as {beside}"
    return ""


def _is_finite(value: Any) -> bool:
    """Whether ``value`` is a finite number; a boolean is none."""
    if getattr(value, "ndim", None) == 0 and hasattr(value, "item"):
        value = value.item()
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    return math.isfinite(value) if isinstance(value, float) else abs(value) < 2**53


def _is_vector(values: Any) -> bool:
    """Whether ``values`` are finite numbers in a tuple or a one-dimensional array."""
    if isinstance(values, tuple):
        return all(map(_is_finite, values))
    numpy = sys.modules.get("numpy")  # without it nobody can have made an array
    if numpy is None or not isinstance(values, numpy.ndarray) or values.ndim != 1:
        return False
    return values.dtype.kind in "iuf" and bool(numpy.isfinite(values).all())


def _is_tuple_of(value: Any, fits: Callable[[Any], bool]) -> bool:
    return isinstance(value, tuple) and all(map(fits, value))


def _is_group(value: Any) -> bool:
    return type(value) is Group and _is_slice(value.slice) and isinstance(value.family, str)


def _is_member(value: Any) -> bool:
    return (
        type(value) is Member
        and _is_slice(value.slice)
        and isinstance(value.family, str)
        and is_estimate(value.estimate)
        and type(value.estimate) is not Spread
    )


def _is_slice(value: Any) -> bool:
    return isinstance(value, Mapping) and all(
        isinstance(key, str) and isinstance(item, str) for key, item in value.items()
    )


def open_numbers(estimate: Estimate) -> Iterator[Any]:
    """The expressions of ``estimate``, in the order :func:`fill` takes their numbers."""
    if "narwhals" not in sys.modules:  # then nobody can have made an expression
        return
    import narwhals as nw

    for part in _parts(estimate):
        for name in _NUMBERS[type(part)]:
            if isinstance(value := getattr(part, name), nw.Expr):
                yield value


def fill(estimate: Estimate, numbers: Iterator[Any]) -> Estimate:
    """``estimate`` with its expressions replaced by the next of ``numbers``.

    A denominator that was an expression and turns out to be zero leaves nothing to say: the
    author could not know, so the estimate becomes ``Undefined``.
    """
    if not any(True for _ in open_numbers(estimate)):
        return estimate
    if isinstance(estimate, Range | RatioRange):
        groups = tuple(_filled(group, numbers) for group in estimate.groups)
        empty = [group for group, is_empty in groups if is_empty]
        if empty:
            where = ", ".join(f"{k}: {v}" for k, v in empty[0].slice.items())
            return _undefined(estimate, f"no rows in the group {where}")
        return replace(estimate, groups=tuple(group for group, _ in groups))
    if isinstance(estimate, Spread):
        members = (replace(m, estimate=fill(m.estimate, numbers)) for m in estimate.members)
        return replace(estimate, members=tuple(members))
    filled, is_empty = _filled(estimate, numbers)
    if is_empty and not isinstance(filled, Undefined):
        return _undefined(estimate, "no rows")
    return filled  # type: ignore[no-any-return]  # replace() keeps the kind


def _filled(part: Any, numbers: Iterator[Any]) -> tuple[Any, bool]:
    import narwhals as nw

    changes: dict[str, Any] = {}
    for name in _NUMBERS[type(part)]:
        if isinstance(getattr(part, name), nw.Expr):
            changes[name] = next(numbers)
    is_empty = any(
        name in _DENOMINATORS and type(value) in (int, float) and value == 0
        for name, value in changes.items()
    )
    return replace(part, **changes), is_empty


def _undefined(estimate: Estimate, reason: str) -> Undefined:
    return Undefined(
        estimate.name,
        0,
        reason,
        slice=estimate.slice,
        details=estimate.details,
        context=estimate.context,
    )


def _parts(estimate: Estimate) -> tuple[Any, ...]:
    if isinstance(estimate, Spread):
        return tuple(part for member in estimate.members for part in _parts(member.estimate))
    return estimate.groups if isinstance(estimate, Range | RatioRange) else (estimate,)
