"""What the self-test found, as lines for people and as data for machines."""

from collections.abc import Iterator, Mapping
from dataclasses import asdict
from typing import Any

from deploycheck.engine.wording import bounded
from deploycheck.selftest.run import ALPHA, Share, Tested

SCHEMA = "deploycheck/selftest/1"
_MOST = 6  # controls that are named beside a fault


def lines(found: Tested) -> Iterator[str]:
    """The result for a terminal."""
    yield f"False alarms: {found.runs:,} samples of these very data, in which nothing is wrong"
    yield ""
    rows: list[tuple[str, ...]] = [("control", "check", "false FAIL", "PASS")]
    for alarm in found.alarms:
        if alarm.fails is None or alarm.passes is None:
            why = f"ERROR: {alarm.error}" if alarm.error else "does not hold in these data"
            rows.append((alarm.control, alarm.check, bounded(why, 80), ""))
        else:
            rows.append((alarm.control, alarm.check, _at_most(alarm.fails), _about(alarm.passes)))
    rows.append(("any of them", "", _at_most(found.any_fail), ""))
    yield from _table(rows)
    if found.left_out:
        yield ""
        names = ", ".join(found.left_out)
        yield f"Left out, as no sample decides about them: {bounded(names, 400)}"
    yield ""
    yield "Faults put in on purpose"
    yield ""
    rows = [("fault", "what is done", "caught", "by")]
    for fault in found.faults:
        if fault.share is None:
            rows.append((fault.fault, fault.title, "not tried", fault.why_not))
        else:
            rows.append((fault.fault, fault.title, _at_least(fault.share), _by(fault.by)))
    yield from _table(rows)
    yield ""
    yield (
        f"Each bound holds with {100 * (1 - ALPHA):g} % confidence. The data at hand stand for the "
        "population here; what they do not show, this does not show either."
    )


def as_json(found: Tested) -> dict[str, Any]:
    """The result for machines, under stable keys."""
    return {"schema": SCHEMA, "confidence": 1 - ALPHA, **asdict(found)}


def _percent(value: float) -> str:
    return f"{100 * value:.1f} %"


def _at_most(found: Share) -> str:
    return f"{found.hits} of {found.of}, at most {_percent(found.high)}" if found.of else "-"


def _at_least(found: Share) -> str:
    """A single trial, which is every trial, has no bound."""
    if found.of == 1:
        return "yes" if found.hits else "NO"
    return f"{found.hits} of {found.of}, at least {_percent(found.low)}"


def _about(found: Share) -> str:
    return "-" if found.value is None else _percent(found.value)


def _by(names: Mapping[str, int]) -> str:
    shown = ", ".join(list(names)[:_MOST])
    left = len(names) - _MOST
    return bounded(f"{shown} and {left} more" if left > 0 else shown or "nothing", 200)


def _table(rows: list[tuple[str, ...]]) -> Iterator[str]:
    rows = [tuple(bounded(cell, 200) for cell in row) for row in rows]
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    for row in rows:
        cells = (cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        yield "  ".join(cells).rstrip()
