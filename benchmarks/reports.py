"""CPU time and size of each report on many controls; the first argument is how many."""

import sys
from collections.abc import Callable
from datetime import UTC, datetime
from time import process_time

from deploycheck.engine.canonical import canonical
from deploycheck.model.decision import Counts, Decision, PolicyUsed, ReleaseUsed, RunFacts
from deploycheck.model.measurement import Interval, Measurement
from deploycheck.model.policy import Enforcement, Kind, Severity
from deploycheck.model.verdict import Effect, EvidenceUsed, Outcome, Verdict
from deploycheck.plugins import builtins

MARK = "sha256:" + "0123456789abcdef" * 4


def verdict(number: int) -> Verdict:
    """A control with two slices; one in fifty fails."""
    fails = number % 50 == 0
    outcome = Outcome.FAIL if fails else Outcome.PASS
    low = (0.7 if fails else 0.86) + number * 1e-7
    return Verdict(
        policy="synthetic",
        control=f"FAIR-{number:05d}",
        title="Approval-rate impact ratio, worst group",
        check="fairness.impact_ratio",
        outcome=outcome,
        effect=Effect.BLOCK if fails else Effect.RELEASE,
        enforcement=Enforcement.OVERRIDABLE,
        severity=Severity.HIGH,
        kind=Kind.DEMONSTRATE,
        confidence=0.95,
        maps={"eu-ai-act": ("10.2.f", "10.2.g")},
        rationale="Adverse impact on applicants is the top risk in RISK-7.",
        remediation="See the per-group table; re-threshold, or file a waiver.",
        why="A group that is approved less often than another may be treated unfairly.",
        fix="Look at the groups with the lowest rate.",
        location=f"policies/synthetic.yaml:{number}",
        parameters={"by": ["sex", "race"], "min_n": 30, "intersections": True},
        requirement={"impact_ratio": {"min": 0.8}},
        reason=f"impact ratio at least {low:.3f} with 95 % confidence; required 0.80",
        measurements=tuple(
            Measurement(
                name="impact_ratio",
                value=low + 0.05,
                interval=Interval(
                    low=low, high=low + 0.1, each=0.95, together=0.9, method="Koopman score"
                ),
                n=1204 + number,
                unit="ratio",
                slice={"sex": part},
                outcome=outcome.value,
            )
            for part in ("female", "male")
        ),
        evidence=(
            EvidenceUsed(argument="predictions", type="Predictions", subject="test", digest=MARK),
        ),
    )


def decision(controls: int) -> Decision:
    verdicts = tuple(map(verdict, range(controls)))
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


def main() -> None:
    controls = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
    made, few = decision(controls), decision(10)
    folder = builtins()["reporters"]
    renders: dict[str, Callable[[Decision], str | bytes]] = {"canonical bytes": canonical}
    renders |= {name: folder.load(name).render for name in folder.names()}
    print(f"{controls} controls, best of 3\n{'report':<16}{'ms a control':>14}{'MB':>8}")
    total = 0.0
    for name, render in renders.items():
        render(few)  # templates are compiled once a process
        best = float("inf")
        for _ in range(3):
            began = process_time()
            text = render(made)
            best = min(best, process_time() - began)
        each = best / controls * 1000
        total += each
        size = len(text if isinstance(text, bytes) else text.encode()) / 1e6
        print(f"{name:<16}{each:>14.4f}{size:>8.1f}")
    print(f"{'together':<16}{total:>14.4f}")


if __name__ == "__main__":
    main()
