"""What checkers on groups of people share: which groups are compared, and what is said of others.

A group that cannot be assessed is never silently left out: it becomes an ``Undefined`` that makes
the control INCONCLUSIVE, unless the policy declared the exclusion beforehand.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field

from deploycheck.authoring.errors import EvidenceError
from deploycheck.authoring.estimates import Group, Proportion, Undefined
from deploycheck.authoring.params import Columns, Params
from deploycheck.evidence.coded import MISSING, label_text

FEWEST_ENTITIES = 20  # below, how much rows of one entity are alike is not known well enough


def _label(value: object) -> object:
    """A value of a column as groups are named: ``1`` and ``true`` as the data's text."""
    return label_text(value) if isinstance(value, bool | int | float) else value


Label = Annotated[str, BeforeValidator(_label)]


class GroupParams(Params):
    """Parameters of every checker that compares groups."""

    by: Columns = Field(description="Protected columns; each is looked at by itself.")
    intersections: bool = Field(
        False,
        strict=True,
        description="Whether every combination of the values of `by` is a group too.",
    )
    min_n: int = Field(
        30,
        ge=1,
        strict=True,
        description="Rows that a group's rate must rest on; a group with fewer is not assessed, "
        "and the control is inconclusive.",
    )
    min_share: float = Field(
        0.0,
        ge=0,
        lt=1,
        strict=True,
        description="Groups with a smaller share of all rows are left out of the comparison, by "
        "declaration; they are still shown.",
    )
    exclude: tuple[Label, ...] = Field(
        (),
        description="Values whose groups are left out of the comparison, by declaration; they "
        "are still shown.",
    )
    missing: Literal["group", "error"] = Field(
        "group",
        description="What a missing protected value is: a group of its own, named `(missing)`, or "
        "an error.",
    )

    @property
    def splits(self) -> tuple[tuple[str, ...], ...]:
        """The columns of each comparison: each of ``by``, then all of them together."""
        single = tuple((column,) for column in self.by)
        return (*single, self.by) if self.intersections and len(self.by) > 1 else single


@dataclass(frozen=True)
class Rate:
    """``hits`` of ``of`` rows of one group; the group has ``size`` rows in all.

    :param hits: rows; under sampling weights the weighted rate times ``of``, a fraction.
    :param effective: how many independent rows the rate is worth, where that is not ``of``: under
        sampling weights or repeated entities.
    :param apart: the same where the group is compared with another; smaller where both share
        entities.
    :param entities: how many different entities the ``of`` rows are about, where some repeat.
    :param mass: sum of the sampling weights of the group, of which its share of all rows is made.
    :param selected: rows that are hits, where ``hits`` does not say it.
    """

    slice: Mapping[str, str]
    hits: float
    of: int
    size: int
    effective: float | None = None
    apart: float | None = None
    entities: int | None = None
    mass: float | None = None
    selected: int | None = None

    @property
    def value(self) -> float | None:
        return self.hits / self.of if self.of else None

    @property
    def compared(self) -> float | None:
        """How many independent rows the rate is worth against another group's."""
        return self.effective if self.apart is None else self.apart

    def group(self, family: str = "") -> Group:
        return Group(self.slice, self.hits, self.of, family, self.compared)

    def proportion(
        self,
        name: str,
        *,
        scale: Literal["identity", "f1"] = "identity",
        context: bool = False,
        details: tuple[str, ...] = (),
    ) -> Proportion:
        """The rate by itself, with bounds of its own."""
        return Proportion(
            name,
            self.hits,
            self.of,
            scale,
            self.effective,
            slice=self.slice,
            context=context,
            details=details,
        )

    def unassessed(self, min_n: int = 0) -> str:
        """Why too little is known for bounds; empty where there is enough."""
        if self.of == 0:
            return "no rows to count"
        if self.of < min_n:
            return f"{self.of:,} rows, fewer than {min_n:,}"
        if self.entities is not None and self.entities < FEWEST_ENTITIES:
            about = f"{self.of:,} rows about {self.entities:,} different entities"
            return f"{about}, fewer than {FEWEST_ENTITIES}"
        if self.effective is not None and self.effective < min_n:
            worth = f"{self.of:,} rows worth {self.effective:,.1f} independent ones"
            return f"{worth}, fewer than {min_n:,}"
        return ""


@dataclass(frozen=True)
class Assessed:
    """The rates of one split, sorted by what may be said of them.

    :param compared: rest on enough rows.
    :param small: too few rows, or none.
    :param excluded: left out as the policy declared, each with the reason.
    """

    by: str
    compared: tuple[Rate, ...] = ()
    small: tuple[tuple[Rate, str], ...] = ()
    excluded: tuple[tuple[Rate, str], ...] = field(default=())

    def notes(self, name: str, rate: str = "") -> Iterator[Undefined]:
        """What is said of the groups that are not compared.

        :param name: the measure they are missing from.
        :param rate: the rate that the measure compares; empty where it is ``name`` itself, which
            then has the rate as its value.
        """
        label = f"{rate}: " if rate else ""
        for part, reason in self.small:
            value = None if rate else part.value
            yield Undefined(name, part.of, label + reason, value, slice=part.slice)
        for part, reason in self.excluded:
            value = None if rate else part.value
            yield Undefined(name, part.of, label + reason, value, slice=part.slice, context=True)

    def rates(self, name: str) -> Iterator[Proportion]:
        """The rate of every group under the name of its own measure, beside what compares them.

        What is excluded or too small is context.
        """
        for part in self.compared:
            yield part.proportion(name)
        for part, reason in (*self.small, *self.excluded):
            yield part.proportion(name, context=True, details=(reason,))

    def incomparable(self, name: str, rate: str = "") -> Undefined:
        """Says that there are not two groups to compare."""
        count = len(self.compared)
        of = f" by {rate}" if rate else ""
        return Undefined(
            name,
            sum(part.of for part in self.compared),
            f"fewer than two groups can be compared{of}: {count} of {self.groups}",
            slice={"by": self.by},
        )

    @property
    def groups(self) -> int:
        return len(self.compared) + len(self.small) + len(self.excluded)


def assess(params: GroupParams, split: tuple[str, ...], rates: Sequence[Rate]) -> Assessed:
    """Sorts the rates of one split by what may be said of them.

    A declared exclusion comes first: a group that is excluded is not also too small.

    :raises EvidenceError: a protected value is missing, and the policy makes that an error.
    """
    if params.missing == "error":
        _none_missing(rates)
    shares = [rate.size if rate.mass is None else rate.mass for rate in rates]
    total = sum(shares)
    compared: list[Rate] = []
    small: list[tuple[Rate, str]] = []
    excluded: list[tuple[Rate, str]] = []
    for rate, part in zip(rates, shares, strict=True):
        share = part / total if total else 0.0
        shown = f"{rate.size:,} rows, {100 * share:.2f} % of all"
        if any(value in params.exclude for value in rate.slice.values()):
            excluded.append((rate, f"excluded by name in the policy: {shown}"))
        elif share < params.min_share:
            bound = f"min_share {100 * params.min_share:g} %"
            excluded.append((rate, f"excluded by the policy's {bound}: {shown}"))
        elif reason := rate.unassessed(params.min_n):
            small.append((rate, f"not assessed: {reason}"))
        else:
            compared.append(rate)
    return Assessed(", ".join(split), tuple(compared), tuple(small), tuple(excluded))


def _none_missing(rates: Sequence[Rate]) -> None:
    """Every row has a value in every protected column.

    :raises EvidenceError: some have none, and the policy says that this is an error.
    """
    rows: dict[str, int] = {}
    for rate in rates:
        for column, value in rate.slice.items():
            if value == MISSING:
                rows[column] = rows.get(column, 0) + rate.size
    if rows:
        column, count = next(iter(rows.items()))
        raise EvidenceError(
            f"{count:,} rows have no {column}, and `missing: error` allows none",
            f"narrow the data set with `where: [{{column: {column}, present: true}}]`, or take "
            "`missing: group`",
            "DC203",
        )
