"""CPU time and size of each report on many controls; the first argument is how many.

Two decisions: one as projects have them, with a mix of exact checks, groups and figures, and one
in which every control has two slices with bounds.
"""

import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from time import process_time
from typing import Any

from deploycheck.authoring.figures import Bar, Bars, Curve, Distribution, Point, as_json
from deploycheck.engine.canonical import canonical
from deploycheck.model.decision import Counts, Decision, PolicyUsed, ReleaseUsed, RunFacts
from deploycheck.model.measurement import Interval, Measurement
from deploycheck.model.policy import Enforcement, Kind, Severity
from deploycheck.model.verdict import Effect, EvidenceUsed, Outcome, Verdict
from deploycheck.plugins import builtins

MARK = "sha256:" + "0123456789abcdef" * 4
BINS = 40


def parts(number: int, names: tuple[str, ...], outcome: Outcome) -> Iterator[Measurement]:
    low = (0.7 if outcome is Outcome.FAIL else 0.86) + number * 1e-7
    for at, name in enumerate(names):
        yield Measurement(
            name="impact_ratio",
            value=low + 0.05 + at * 0.003,
            interval=Interval(
                low=low, high=low + 0.1, each=0.95, together=0.9, method="Koopman score"
            ),
            n=1204 + number,
            unit="ratio",
            slice={"sex": name},
            outcome=outcome.value,
        )


def figures(number: int) -> Iterator[dict[str, Any]]:
    """Importances, a calibration curve or latencies."""
    if number % 3 == 0:
        bars = tuple(Bar(f"feature {at}", 0.4 / (at + 1), 0.3 / (at + 1), 0.5 / (at + 1))
                     for at in range(15))  # fmt: skip
        yield as_json(Bars("Permutation importance", bars, "score"))
    elif number % 3 == 1:
        points = tuple(Point(at / 10, at / 10.5, at / 11, at / 9.5, 500 - at) for at in range(10))
        yield as_json(Curve("Calibration", "mean score", "share of ones", points, diagonal=True))
    else:
        edges = tuple(1.0 + at * 0.1 for at in range(BINS + 1))
        counts = tuple(max(0, 400 - (at - 12) ** 2) for at in range(BINS))
        marks = {"p50": 2.2, "p95": 3.9, "p99": 4.6, "budget": 4.9}
        yield as_json(Distribution("Latency of a request", "ms", edges, counts, marks))


def measured(number: int, outcome: Outcome) -> dict[str, Any]:
    """Of ten controls four count, three have two slices, two have six groups, one has a figure."""
    kind = number % 10
    if kind < 4:
        made = Measurement(name="missing_rate", value=0.0, n=9000, unit="probability",
                           outcome=outcome.value)  # fmt: skip
        return {"measurements": (made,), "kind": Kind.EXACT}
    if kind < 7:
        return {"measurements": tuple(parts(number, ("female", "male"), outcome))}
    if kind < 9:
        groups = tuple(f"group {letter}" for letter in "ABCDEF")
        return {"measurements": tuple(parts(number, groups, outcome))}
    return {
        "measurements": tuple(parts(number, ("all",), outcome)),
        "figures": tuple(figures(number // 10)),
    }


def verdict(number: int, *, mixed: bool) -> Verdict:
    """A control; one in fifty fails."""
    outcome = Outcome.FAIL if number % 50 == 0 else Outcome.PASS
    more: dict[str, Any] = {"kind": Kind.DEMONSTRATE}
    if mixed:
        more |= measured(number, outcome)
    else:
        more["measurements"] = tuple(parts(number, ("female", "male"), outcome))
    return Verdict(
        policy="synthetic",
        control=f"FAIR-{number:05d}",
        title="Approval-rate impact ratio, worst group",
        check="fairness.impact_ratio",
        outcome=outcome,
        effect=Effect.BLOCK if outcome is Outcome.FAIL else Effect.RELEASE,
        enforcement=Enforcement.OVERRIDABLE,
        severity=Severity.HIGH,
        confidence=0.95,
        maps={"eu-ai-act": ("10.2.f", "10.2.g")},
        rationale="Adverse impact on applicants is the top risk in RISK-7.",
        remediation="See the per-group table; re-threshold, or file a waiver.",
        why="A group that is approved less often than another may be treated unfairly.",
        fix="Look at the groups with the lowest rate.",
        location=f"policies/synthetic.yaml:{number}",
        parameters={"by": ["sex", "race"], "min_n": 30, "intersections": True},
        requirement={"impact_ratio": {"min": 0.8}},
        reason="impact ratio is at least 0.86 with 95 % confidence; required 0.80",
        evidence=(
            EvidenceUsed(argument="predictions", type="Predictions", subject="test", digest=MARK),
        ),
        **more,
    )


def decision(controls: int, *, mixed: bool = True) -> Decision:
    verdicts = tuple(verdict(number, mixed=mixed) for number in range(controls))
    fails = sum(v.outcome is Outcome.FAIL for v in verdicts)
    return Decision(
        decision=Effect.BLOCK,
        reasons=(f"{fails} of {controls} controls do not hold",),
        policies=(
            PolicyUsed(id="synthetic", version="1", path="policies/synthetic.yaml", digest=MARK),
        ),
        release=ReleaseUsed(name="synthetic", version="1", digest=MARK, digests={"test": MARK}),
        counts=Counts(planned=controls, passed=controls - fails, fail=fails),
        verdicts=verdicts,
        run=RunFacts(
            id="benchmark",
            as_of=datetime(2026, 12, 1, tzinfo=UTC),
            front_end="gate",
            deploycheck="0",
            digest=MARK,
        ),
    )


def measure(made: Decision, few: Decision, controls: int) -> None:
    folder = builtins()["reporters"]
    renders: dict[str, Callable[[Decision], str | bytes]] = {"canonical bytes": canonical}
    renders |= {name: folder.load(name).render for name in folder.names()}
    print(f"{'report':<16}{'s':>8}{'ms a control':>14}{'MB':>8}")
    total = 0.0
    for name, render in renders.items():
        render(few)  # templates are compiled once a process
        best = float("inf")
        for _ in range(3):
            began = process_time()
            text = render(made)
            best = min(best, process_time() - began)
        total += best
        size = len(text if isinstance(text, bytes) else text.encode()) / 1e6
        print(f"{name:<16}{best:>8.2f}{best / controls * 1000:>14.4f}{size:>8.2f}")
    print(f"{'together':<16}{total:>8.2f}{total / controls * 1000:>14.4f}")


def main() -> None:
    controls = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000
    for mixed, words in ((True, "a mix"), (False, "two slices each")):
        print(f"{controls} controls, {words}, best of 3")
        measure(decision(controls, mixed=mixed), decision(20, mixed=mixed), controls)


if __name__ == "__main__":
    main()
