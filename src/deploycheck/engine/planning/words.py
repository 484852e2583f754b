"""What was planned, in words: for the table of ``plan``, the reports, and a reason's end."""

from collections.abc import Sequence
from dataclasses import dataclass

from deploycheck.engine.wording import bounded, plain, quantity
from deploycheck.model.planned import Planned, PlannedMeasure

NO_GOOD = "no `good` is declared beside the bound"
HEAD = ("control", "measure", "good", "rows", "needed", "power", "passes at")


@dataclass(frozen=True)
class Line:
    """A planned measure, in words.

    :param notes: what was assumed, what cannot pass, what is not planned.
    """

    measure: str
    good: str
    rows: str
    needed: str
    power: str
    passable: str
    notes: tuple[str, ...]

    @property
    def cells(self) -> tuple[str, ...]:
        return (self.measure, self.good, self.rows, self.needed, self.power, self.passable)


def line(m: PlannedMeasure) -> Line:
    """One measure of a control."""
    notes = []
    if m.impossible:
        notes.append(f"cannot pass: {m.impossible}")
    beside = [] if m.smallest is None else [f"smallest group: {m.smallest:,} rows"]
    beside += [f"assumed: {', '.join(m.assumed)}"] if m.assumed else []
    if beside:
        notes.append("; ".join(beside))
    if m.unplanned and m.unplanned != NO_GOOD:
        notes.append(m.unplanned)
    return Line(
        measure=plain(m.name),
        good=_good(m),
        rows="" if m.n is None else f"{m.n:,}",
        needed=needed(m),
        power=_power(m),
        passable=_passable(m),
        notes=tuple(bounded(note, 400) for note in notes),
    )


def _power(m: PlannedMeasure) -> str:
    known = m.power if m.found is None else m.found
    return "" if known is None else share(known).replace("over", ">").replace("under", "<")


def _good(m: PlannedMeasure) -> str:
    if m.detect is not None:
        return f"find {quantity(m.detect, m.unit, exact=True)}"
    return "" if m.good is None else quantity(m.good, m.unit, exact=True)


def _passable(m: PlannedMeasure) -> str:
    if m.passable is not None:
        sign = {"at_least": "≥ ", "at_most": "≤ "}.get(m.required, "")
        return sign + quantity(m.passable, m.unit)
    return "none" if m.impossible or m.nothing_passes else ""


def needed(m: PlannedMeasure) -> str:
    """Rows that are needed, as ``1,200 (300 each)``."""
    if m.rows is None:
        return ""
    each = f" ({m.per_group:,} each)" if m.per_group is not None else ""
    return f"{m.rows:,}{each}"


def share(power: float) -> str:
    """A power as a percentage that never claims certainty."""
    if power >= 0.9995:
        return "over 99.9 %"
    if 0 < power < 0.0005:
        return "under 0.1 %"
    return f"{100 * power:.3g} %"


def enough(planned: Planned | None) -> str:
    """What an inconclusive control's reason says of the rows that would decide it.

    Planned from the declared good value, never from what was observed.
    """
    if planned is None:
        return ""
    told = []
    for m in planned.measures:
        if m.impossible:
            told.append(f"{plain(m.name)} cannot pass with these rows: {m.impossible}")
        elif m.rows is not None and m.good is not None:
            told.append(
                f"if {plain(m.name)} is the declared good {quantity(m.good, m.unit, exact=True)}, "
                f"about {m.rows:,} rows{_each(m)} show it in {share(planned.wanted)} of runs"
                f"{_here(m)}"
            )
    return "; ".join(told)


@dataclass(frozen=True)
class Advice:
    """What the plan says to somebody with an undecided control.

    :param enough: whether there are as many rows as were planned.
    """

    text: str
    enough: bool


def advice(planned: Planned | None, name: str) -> Advice | None:
    """How many rows the measure ``name`` needs, by the declared good value, where there is one."""
    found = [m for m in planned.measures if m.name == name] if planned is not None else []
    if planned is None or not found or found[0].rows is None or found[0].good is None:
        return None
    (m,) = found
    good = f"{quantity(m.good, m.unit, exact=True)} as the {plain(m.name)} of a good model"
    if m.n is not None and m.power is not None and m.power >= planned.wanted:
        return Advice(
            f"Look at the model rather than at the rows: the policy declares {good}, and such a "
            f"one passes with these {m.n:,} rows in {share(m.power)} of runs.",
            enough=True,
        )
    now = ""
    if m.n is not None and m.power is not None:
        now = f", and with the {m.n:,} of this run in {share(m.power)}"
    return Advice(
        f"Bring more rows. The policy declares {good}: such a one passes with about {m.rows:,} "
        f"rows{_each(m)} in {share(planned.wanted)} of runs{now}. That is planned from the policy, "
        "not read off what was measured.",
        enough=False,
    )


def _each(m: PlannedMeasure) -> str:
    return "" if m.per_group is None else f" ({m.per_group:,} each)"


def _here(m: PlannedMeasure) -> str:
    return "" if m.power is None or m.n is None else f"; these {m.n:,} do in {share(m.power)}"


def unplanned(planned: Sequence[tuple[str, Planned]]) -> Sequence[tuple[str, tuple[str, ...]]]:
    """Controls of which nothing is planned, together for each reason."""
    by_reason: dict[str, list[str]] = {}
    for name, found in planned:
        reasons = (m.unplanned for m in found.measures if silent(m) or m.unplanned == NO_GOOD)
        for reason in dict.fromkeys(reasons):
            by_reason.setdefault(reason, []).append(name)
    return [(reason, tuple(names)) for reason, names in by_reason.items()]


def silent(m: PlannedMeasure) -> bool:
    """Whether nothing at all is said of a measure but why."""
    known = (m.rows, m.power, m.passable)
    return bool(m.unplanned) and not m.impossible and all(value is None for value in known)
