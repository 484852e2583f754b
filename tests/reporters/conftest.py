"""Decisions for the reporters: one that has everything, one that is hostile, one that is long."""

from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from typing import Any

import pytest

from deploycheck.authoring.figures import Bar, Bars, Curve, Distribution, Point, as_json
from deploycheck.model.decision import (
    Counts,
    Decision,
    InputUsed,
    PluginUsed,
    PolicyUsed,
    ReleaseUsed,
    RunFacts,
)
from deploycheck.model.measurement import Interval, Measurement
from deploycheck.model.policy import Enforcement, Kind, Severity
from deploycheck.model.verdict import Effect, EvidenceUsed, Outcome, Verdict

SHA = "sha256:" + "0123456789abcdef" * 4
WAIVER = {
    "id": "W-2026-014",
    "reason": "41 applicants in the band",
    "ticket": "MRM-131",
    "approved": {"by": "j.roe@bank.example", "role": "model-risk", "at": "2026-11-21T14:00:00Z"},
    "expires": "2027-01-31T00:00:00Z",
}
HOSTILE = {
    "markup": "<script>alert(1)</script><img src=x onerror=alert(1)>\"' onmouseover='x",
    "xml": "]]> <!-- <![CDATA[ &lol; <?php ?>",
    "controls": "nul\x00 esc\x1b[31mred\x1b]0;title\x07 bell\x07 c1\x9b2J\x85 del\x7f\r\rhidden\nnew line\ttab",
    "bidi": "abc\u202eexe.tpg\u202c \u2066x\u2069 \u200bzero\ufeff \u2028line \U000e0041tag",
    "surrogate": "lone\ud800here\udfff",
    "formula": "=cmd|' /C calc'!A0 =HYPERLINK(\"https://evil.example\") @SUM(1) +1 -1",
    "long": "A" * 1_000_000,
    "emoji": "👩🏽‍💻🏳️‍🌈 naïve Ω≈ç ﷽ \ufffe\uffff",
    "markdown": "|cell|\n# head\n`code` ![i](https://evil.example/x) [l](javascript:alert(1)) @everyone #12 GH-7 www.evil.example https://evil.example *b* ~~s~~ <details>",
    "jinja": "{{ 7*7 }} {% raw %} {# #} ${x} %s {0}",
}
COUNT_OF = {
    Outcome.PASS: "passed",
    Outcome.WAIVED: "waived",
    Outcome.NOT_APPLICABLE: "not_applicable",
    Outcome.FAIL: "fail",
    Outcome.INCONCLUSIVE: "inconclusive",
    Outcome.ERROR: "error",
    Outcome.NOT_EVALUATED: "not_evaluated",
}


def measurement(**changes: Any) -> Measurement:
    given: dict[str, Any] = {
        "name": "impact_ratio",
        "value": 0.912345678901,
        "interval": Interval(low=0.86, high=0.96, each=0.95, together=0.9, method="Koopman score"),
        "n": 1204,
        "unit": "ratio",
        "slice": {"sex": "female"},
        "outcome": "PASS",
    }
    return Measurement(**given | changes)


def verdict(outcome: Outcome = Outcome.PASS, **changes: Any) -> Verdict:
    """A verdict with every field filled; ``changes`` are fields."""
    enforcement = changes.get("enforcement", Enforcement.OVERRIDABLE)
    stands = outcome in {Outcome.FAIL, Outcome.ERROR, Outcome.NOT_EVALUATED, Outcome.INCONCLUSIVE}
    blocks = stands and enforcement is not Enforcement.ADVISORY
    measured = outcome in {Outcome.PASS, Outcome.FAIL, Outcome.WAIVED, Outcome.INCONCLUSIVE}
    given: dict[str, Any] = {
        "policy": "credit-scoring",
        "control": "FAIR-01",
        "title": "Approval-rate impact ratio, worst group",
        "check": "fairness.impact_ratio",
        "outcome": outcome,
        "effect": Effect.BLOCK if blocks else Effect.RELEASE,
        "enforcement": enforcement,
        "severity": Severity.HIGH,
        "kind": Kind.DEMONSTRATE,
        "confidence": 0.95,
        "maps": {"eu-ai-act": ("10.2.f", "10.2.g"), "nist-ai-rmf": ("MEASURE 2.11",)},
        "rationale": "Adverse impact on applicants is the top risk in RISK-7.",
        "remediation": "See the per-group table; re-threshold, or file a waiver.",
        "why": "A group that is approved less often than another may be treated unfairly.",
        "fix": "Look at the groups with the lowest rate.",
        "location": "policies/credit.yaml:14",
        "parameters": {"by": ["sex"], "min_n": 30, "intersections": True},
        "requirement": {"impact_ratio": {"min": 0.8}},
        "reason": "impact ratio at least 0.86 with 95 % confidence (estimate 0.91); required 0.80",
        "measurements": (
            measurement(outcome=outcome.value if measured else None),
            measurement(
                name="selection_rate",
                unit="probability",
                value=0.25,
                interval=None,
                context=True,
                outcome=None,
                slice={"sex": "female", "race": "Black"},
            ),
        )
        if measured
        else (),
        "evidence": (
            EvidenceUsed(argument="predictions", type="Predictions", subject="test", digest=SHA),
        ),
        "code": "DC301" if outcome is Outcome.ERROR else None,
        "waiver": WAIVER if outcome is Outcome.WAIVED else None,
    }
    return Verdict(**given | changes)


def decision(verdicts: Iterable[Verdict], **changes: Any) -> Decision:
    """A decision over ``verdicts`` whose counts add up."""
    whole = tuple(verdicts)
    counts = {name: sum(v.outcome is o for v in whole) for o, name in COUNT_OF.items()}
    order = list(Effect)
    worst = max((v.effect for v in whole), key=order.index, default=Effect.BLOCK)
    policies = changes.pop("policies", None) or tuple(
        PolicyUsed(
            id=name,
            version="2.3.0",
            title="What a credit model must show",
            owner="model-risk@bank.example",
            path=f"policies/{name}.yaml",
            digest=SHA,
            inputs={
                "protected": InputUsed(value=["sex"], origin="release"),
                "impact_floor": InputUsed(value=0.8, origin="command line"),
            },
            deviations=({"control": "eu-ai-act/DRIFT-02", "relax": "psi", "because": "MRM-118"},),
        )
        for name in dict.fromkeys(v.policy for v in whole)
    )
    given: dict[str, Any] = {
        "decision": worst,
        "reasons": () if worst is Effect.RELEASE else ("2 of 21 controls do not hold: A, B",),
        "policies": policies,
        "release": ReleaseUsed(
            name="credit-default",
            version="3.2.0",
            owner="credit-ml@bank.example",
            digest=SHA,
            digests={"model": SHA, "test": SHA, "reference": None},
        ),
        "counts": Counts(planned=len(whole), **counts),
        "verdicts": whole,
        "run": RunFacts(
            id="20261201T090000Z-0a1b2c3d",
            as_of=datetime(2026, 12, 1, 9, tzinfo=UTC),
            front_end="gate",
            seconds={"plan": 0.012, "measure": 1.5},
            deploycheck="0.1.0",
            plugins=(
                PluginUsed(name="deploycheck-acme", version="1.2", digest=SHA),
                PluginUsed(name="conftest.py", version="local", trusted=False),
            ),
            python="CPython 3.11.7",
            platform="Linux x86_64",
            git={"commit": "0" * 40, "dirty": True},
            isolation="own process, python -I",
            plan_digest=SHA,
            digest=SHA,
            notes=("one dirty file",),
        ),
    }
    return Decision(**given | changes)


def everything() -> Decision:
    """Every outcome at every enforcement, over two policies."""
    made = []
    for outcome in Outcome:
        for number, enforcement in enumerate(Enforcement):
            made.append(
                verdict(
                    outcome,
                    control=f"{outcome.value.replace('_', '-')}-{number}",
                    policy="credit-scoring" if number < 2 else "security",
                    enforcement=enforcement,
                    severity=list(Severity)[len(made) % 4],
                    location=f"policies/credit.yaml:{10 + len(made)}",
                )
            )
    return decision(made)


def importances(count: int = 12) -> Bars:
    """Bars that fall off, the last ones below 0."""
    values = [0.31 / (at + 1) - 0.03 for at in range(count)]
    bars = (Bar(f"feature {at}", v, v - 0.02, v + 0.02) for at, v in enumerate(values))
    return Bars("Permutation importance", tuple(bars), "score")


def drift() -> Bars:
    names = ("income", "age", "region", "debt_to_income_ratio_of_the_last_twelve_months")
    bars = (Bar(name, 0.31 / (at + 1)) for at, name in enumerate(names))
    return Bars("drift by column", tuple(bars), "number")


def calibration() -> Curve:
    points = (
        Point(
            x=0.05 + at / 10,
            y=(0.05 + at / 10) ** 1.3,
            low=max(0.0, (0.05 + at / 10) ** 1.3 - 0.06),
            high=min(1.0, (0.05 + at / 10) ** 1.3 + 0.06),
            n=900 - 80 * at,
        )
        for at in range(10)
    )
    return Curve("Calibration", "mean score", "share of ones", tuple(points), diagonal=True)


def effect() -> Curve:
    points = tuple(Point(20_000.0 + 5_000 * at, 0.7 - 0.02 * at) for at in range(20))
    return Curve("Effect of income", "income", "mean score", points)


def latencies(*, long_tail: bool = False) -> Distribution:
    marks = {"p50": 2.1, "p95": 3.6, "p99": 4.4, "budget": 5.0}
    edges = tuple(1.0 + at * 0.1 for at in range(41))
    if long_tail:
        edges = tuple(1.0 * 60 ** (at / 40) for at in range(41))
        marks = {"p50": 5.1, "p95": 18.0, "p99": 44.0}
    counts = tuple(max(0, 400 - (at - 12) ** 2) for at in range(40))
    return Distribution("Latency of a request of 1 row", "ms", edges, counts, marks)


def illustrated() -> Decision:
    """Every kind of chart: groups that hold, fail and cannot tell, and every kind of figure."""
    rates = {"white": 0.24, "Black": 0.45, "Asian": 0.33, "Native American": 0.29, "other": 0.36}
    outcomes = {"Black": "FAIL", "Asian": "INCONCLUSIVE", "other": "INCONCLUSIVE"}
    groups = tuple(
        measurement(
            name="false_positive_rate",
            unit="probability",
            value=rate,
            slice={"race": name},
            outcome=outcomes.get(name, "PASS"),
            n=200 + 300 * at,
            interval=Interval(
                low=rate - 0.04, high=rate + 0.05, each=0.95, together=0.9, method="Clopper–Pearson"
            ),
            simultaneous=Interval(
                low=rate - 0.06,
                high=rate + 0.07,
                each=0.99,
                together=0.98,
                method="Clopper–Pearson",
            ),
        )
        for at, (name, rate) in enumerate(rates.items())
    )
    nothing = measurement(
        name="false_positive_rate", value=None, interval=None, undefined="no rows", outcome=None
    )
    beside = tuple(
        measurement(
            name="selection_rate", unit="probability", value=rate, slice={"race": name},
            outcome=None, context=True,
            interval=Interval(low=rate - 0.03, high=rate + 0.03, each=0.95, together=0.9, method="m"),
        )
        for name, rate in rates.items()
    )  # fmt: skip
    asked = {"false_positive_rate": {"max": 0.35}}
    made = [
        verdict(
            Outcome.FAIL, control="FAIR-01", requirement=asked,
            measurements=(*groups, nothing, *beside),
        ),
        verdict(control="EXPL-01", figures=(as_json(importances()), as_json(drift()))),
        verdict(control="CAL-01", figures=(as_json(calibration()), as_json(effect()))),
        verdict(
            Outcome.INCONCLUSIVE, control="LAT-01",
            figures=(as_json(latencies()), as_json(latencies(long_tail=True))),
        ),
    ]  # fmt: skip
    return decision(made)


def figures_named(text: str) -> tuple[dict[str, Any], ...]:
    """Figures of every kind with ``text`` in every place for words, and some that are none."""
    return (
        as_json(Bars(text, (Bar(text, 1.0, 0.5, 2.0), Bar("b", 0.5)), text)),
        as_json(Curve("curve", text, "y", (Point(0.0, 0.1, 0.0, 0.2, 7), Point(1.0, 0.9)))),
        as_json(Distribution("latency", "ms", (0.0, 1.0, 2.0), (3, 4), {text: 1.5})),
        {"kind": text},
        {"kind": "bars", "title": "t", "bars": text},
    )


def hostile(text: str) -> Decision:
    """``text`` wherever a person, a model, a data set or a plugin can write."""
    bad = {
        "policy": text,
        "title": text,
        "check": text,
        "reason": text,
        "rationale": text,
        "remediation": text,
        "why": text,
        "fix": text,
        "location": text,
        "code": text,
        "maps": {text: (text,)},
        "parameters": {text: {text: [text]}},
        "requirement": {text: {"equals": text, "one_of": [text]}, "rate": {"min": 0.5}},
        "evidence": (EvidenceUsed(argument=text, type=text, subject=text, digest=text),),
        "measurements": (
            measurement(
                name=text,
                value=text,
                unit=text,
                slice={text: text},
                pair=({text: text}, {text: text}),
                details=(text,),
                interval=Interval(low=None, high=1.0, each=0.95, together=0.9, method=text),
            ),
            measurement(name=text, value=None, undefined=text, outcome="INCONCLUSIVE"),
            *(measurement(name="rate", slice={"g": text + end}) for end in "abc"),
            *(measurement(name="rate of all", slice={text: end}, outcome=None) for end in "abc"),
        ),
        "figures": figures_named(text),
    }
    few = {"title": text, "reason": text, "maps": {text: (text,)}}
    made = [
        verdict(
            outcome,
            control=f"{outcome.value.replace('_', '-')}{text}",
            waiver={text: text, "id": text, "expires": text} if outcome is Outcome.WAIVED else None,
            **(bad if outcome is Outcome.FAIL else few),
        )
        for outcome in Outcome
    ]
    policy = PolicyUsed(
        id=text,
        version=text,
        title=text,
        owner=text,
        path=text,
        digest=text,
        inputs={text: InputUsed(value=text, origin="default")},
        deviations=({text: text}, text),
    )
    calm = decision(made, policies=(policy,), reasons=(text, text))
    run = calm.run.model_copy(
        update={
            "id": text,
            "front_end": text,
            "deploycheck": text,
            "plugins": (PluginUsed(name=text, version=text, digest=text, trusted=False),),
            "python": text,
            "platform": text,
            "git": {text: text},
            "isolation": text,
            "notes": (text,),
        }
    )
    release = ReleaseUsed(
        name=text, version=text, owner=text, digest=text, digests={text: text, f"{text} ": None}
    )
    return calm.model_copy(update={"run": run, "release": release})


@pytest.fixture(params=sorted(HOSTILE))
def hostile_text(request: pytest.FixtureRequest) -> str:
    return HOSTILE[request.param]


@pytest.fixture(name="everything")
def everything_fixture() -> Decision:
    return everything()


@pytest.fixture
def build() -> Callable[..., Verdict]:
    return verdict


@pytest.fixture
def decide() -> Callable[..., Decision]:
    return decision


@pytest.fixture
def measured() -> Callable[..., Measurement]:
    return measurement


@pytest.fixture(name="illustrated")
def illustrated_fixture() -> Decision:
    return illustrated()


@pytest.fixture
def hostile_decision(hostile_text: str) -> Decision:
    return hostile(hostile_text)


@pytest.fixture(scope="session")
def calm_decision() -> Decision:
    """What the hostile decision would be if everybody meant well."""
    return hostile("calm")
