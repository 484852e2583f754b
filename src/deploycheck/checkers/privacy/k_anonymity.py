"""Checker ``privacy.k_anonymity``."""

from bisect import bisect_left
from collections.abc import Generator, Mapping
from itertools import accumulate, pairwise
from typing import Self

from pydantic import Field, model_validator

from deploycheck.authoring.checker import checker
from deploycheck.authoring.columns import chosen, quoted
from deploycheck.authoring.errors import EvidenceError
from deploycheck.authoring.estimates import Count, Estimate, Statistic, Undefined
from deploycheck.authoring.measure import Measure
from deploycheck.authoring.params import Column, Columns, Params
from deploycheck.authoring.requests import Counts, CountsAnswer
from deploycheck.evidence.table import Table

MOST = 1_000_000  # combinations of values
ORDERED = frozenset({"integer", "float", "date", "datetime"})
Classes = dict[tuple[str | None, ...], dict[str, int]]  # rows by sensitive value in each class


class KAnonymity(Params):
    quasi: Columns = Field(
        description="Quasi-identifiers: columns that others may know of a person, such as birth "
        "year, postcode and sex."
    )
    sensitive: Column | None = Field(
        None,
        description="Column that nobody should learn about a person; `l` and `t` are about it.",
    )

    @model_validator(mode="after")
    def _sensitive_is_not_known(self) -> Self:
        if self.sensitive in self.quasi:
            raise ValueError(f"sensitive: {self.sensitive!r} is one of `quasi`")
        return self


@checker(
    "privacy.k_anonymity",
    measures=[
        Measure(
            "k",
            unit="rows",
            better="higher",
            doc="Rows of the smallest equivalence class: of rows with equal quasi-identifiers.",
        ),
        Measure(
            "l",
            unit="count",
            better="higher",
            doc="Fewest different values of `sensitive` in an equivalence class.",
        ),
        Measure(
            "t",
            unit="number",
            better="lower",
            doc="Largest distance between the distribution of `sensitive` in an equivalence class "
            "and in all rows.",
            low=0.0,
            high=1.0,
        ),
    ],
    kind="exact",
)
def k_anonymity(
    params: KAnonymity, table: Table
) -> Generator[Estimate | Counts, CountsAnswer, None]:
    """Nobody stands out by what others may know of them.

    Why: Names are not needed to find a person: birth date, postcode and sex are nearly unique.
    Whoever knows them finds the row, and reads the rest of it.

    Fix: Make the quasi-identifiers coarser (year for date, region for postcode), or suppress the
    rows of the small classes. Where `l` or `t` is bad, coarsen until the classes mix more people.

    Definition: An equivalence class is all rows with the same values of `quasi`; a missing value
    is a value like any other there. k = min over classes of #{rows}. l = min over classes of
    #{different values of `sensitive`} (distinct l-diversity). t = max over classes of D(P, Q), P
    the distribution of `sensitive` in the class and Q that in all rows. For numbers, dates and
    moments with m different values in order, D is the ordered earth mover's distance, Σ |Σ of the
    first i differences| ÷ (m − 1), i from 1 to m − 1; for texts and truth values all are equally
    far apart, and D = ½ Σ |p − q|. Rows without a sensitive value are left out of l and t, as is a
    class that has only such rows: a missing value hides nothing, so it makes no class more
    diverse.

    Bounds: The rows are the release itself, so all three are exact. They say nothing about what
    several releases together, or knowledge beyond `quasi`, reveal.

    Undefined: Without rows nothing can be said, and the control is inconclusive; so are l and t
    without `sensitive`, or where all its values are missing. One row is a class of one: k = 1.
    Constant quasi-identifiers make one class of all rows; a constant `sensitive` gives l = 1 and
    t = 0. More than 1,000,000 combinations of values are an error, and so is a column of lists or
    other nested values. A column that the table has not is refused when the plan is made.

    Cost: One count by `quasi` and `sensitive`; O(n), and O(c log m) for t with c combinations.

    Source: Sweeney 2002, "k-anonymity" (International Journal of Uncertainty, Fuzziness and
    Knowledge-Based Systems); Machanavajjhala et al. 2007, "l-diversity" (ACM TKDD); Li, Li and
    Venkatasubramanian 2007, "t-closeness" (ICDE).

    Example:
        check: privacy.k_anonymity
        with: {data: test, quasi: [age, sex, postcode], sensitive: outcome}
        require: {k: {min: 5}, l: {min: 2}, t: {max: 0.2}}
    """
    columns = chosen(table, params.quasi if params.sensitive is None else _all(params))
    for column in columns:
        if table.columns[column] == "other":
            raise EvidenceError(
                f"column {quoted(column)} holds nested values, which make no classes",
                "name other columns",
                code="DC203",
            )
    answer = yield Counts(table, columns, limit=MOST)
    rows = answer.total
    if not rows:
        for name in ("k", "l", "t"):
            yield Undefined(name, 0, "no rows")
        return
    sizes: dict[tuple[str | None, ...], int] = {}
    for values, count in answer.rows.items():
        known = values[: len(params.quasi)]
        sizes[known] = sizes.get(known, 0) + count
    smallest = min(sizes.values())
    least = sum(size == smallest for size in sizes.values())
    told = (f"{least:,} of {len(sizes):,} classes have {smallest:,} rows",)
    yield Count("k", smallest, of=rows, details=told)
    if params.sensitive is None:
        for name in ("l", "t"):
            yield Undefined(name, rows, "the control names no `sensitive`")
        return
    yield from _sensitive(answer, len(sizes), table.columns[params.sensitive])


def _all(params: KAnonymity) -> tuple[str, ...]:
    return (*params.quasi, str(params.sensitive))


def _sensitive(answer: CountsAnswer, classes: int, kind: str) -> Generator[Estimate, None, None]:
    """How diverse the classes are, and how close to the whole."""
    found: Classes = {}
    whole: dict[str, int] = {}
    for (*known, value), count in answer.rows.items():
        if value is not None:
            found.setdefault(tuple(known), {})[value] = count
            whole[value] = whole.get(value, 0) + count
    rows = sum(whole.values())
    if not rows:
        for name in ("l", "t"):
            yield Undefined(name, answer.total, "no row has a sensitive value")
        return
    told = []
    if missing := answer.total - rows:
        told.append(f"{missing:,} of {answer.total:,} rows have no sensitive value")
    if void := classes - len(found):
        told.append(f"{void:,} of {classes:,} classes have none")
    fewest = min(map(len, found.values()))
    least = sum(len(values) == fewest for values in found.values())
    few = f"{least:,} of {classes:,} classes have {fewest:,} different values"
    yield Count("l", fewest, of=rows, details=(few, *told))
    distance: _Ordered | _Equal = _Ordered(whole, kind) if kind in ORDERED else _Equal(whole)
    farthest = max(distance(values) for values in found.values())
    yield Statistic("t", min(farthest, 1.0), of=rows, details=tuple(told))


class _Equal:
    """½ Σ |p − q|: all values are equally far apart."""

    def __init__(self, whole: Mapping[str, int]) -> None:
        rows = sum(whole.values())
        self.share = {value: count / rows for value, count in whole.items()}

    def __call__(self, values: Mapping[str, int]) -> float:
        rows = sum(values.values())
        # Half of all differences is the sum of those in one direction.
        return sum(max(0.0, n / rows - self.share[value]) for value, n in values.items())


class _Ordered:
    """Σ |cumulative p − cumulative q| ÷ (m − 1) over the m values in their order."""

    def __init__(self, whole: Mapping[str, int], kind: str) -> None:
        numbers = kind in {"integer", "float"}
        order = sorted(whole, key=float) if numbers else sorted(whole)
        self.place = {value: place for place, value in enumerate(order)}
        rows = sum(whole.values())
        self.reached = [n / rows for n in accumulate(whole[value] for value in order)]
        self.sums = [0.0, *accumulate(self.reached)]

    def __call__(self, values: Mapping[str, int]) -> float:
        last = len(self.reached) - 1
        if not last:
            return 0.0
        rows = sum(values.values())
        steps = sorted((self.place[value], count) for value, count in values.items())
        places = [0, *(place for place, _ in steps), last]
        levels = [0.0, *(n / rows for n in accumulate(count for _, count in steps))]
        segments = zip(levels, pairwise(places), strict=True)
        return sum(self._between(level, *ends) for level, ends in segments) / last

    def _between(self, level: float, start: int, end: int) -> float:
        """Σ |level − cumulative q| from ``start`` to before ``end``, in logarithmic time."""
        middle = min(max(bisect_left(self.reached, level), start), end)
        below = level * (middle - start) - (self.sums[middle] - self.sums[start])
        return below + (self.sums[end] - self.sums[middle]) - level * (end - middle)
