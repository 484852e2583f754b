"""A decision made by hand."""

from datetime import UTC, datetime

import pytest

from deploycheck.model.decision import Counts, Decision, PolicyUsed, ReleaseUsed, RunFacts
from deploycheck.model.verdict import Verdict


@pytest.fixture
def decision():
    """Make a decision over controls with these titles and reasons."""

    def make(*controls: tuple[str, str]) -> Decision:
        verdicts = [
            Verdict(
                policy="credit",
                control=f"C-{number}",
                title=title,
                check="acme.approval_gap",
                outcome="FAIL",
                effect="BLOCK",
                enforcement="overridable",
                severity="high",
                kind="demonstrate",
                confidence=0.95,
                location="policies/credit.yaml:7",
                reason=reason,
            )
            for number, (title, reason) in enumerate(controls, 1)
        ]
        return Decision(
            decision="BLOCK",
            policies=[PolicyUsed(id="credit", version="1", path="credit.yaml", digest="sha256:0")],
            release=ReleaseUsed(name="scores", version="3.2.0", digest="sha256:1"),
            counts=Counts(planned=len(verdicts), fail=len(verdicts)),
            verdicts=verdicts,
            run=RunFacts(
                id="20261201T090000Z-0123abcd",
                as_of=datetime(2026, 12, 1, 9, tzinfo=UTC),
                front_end="gate",
                deploycheck="0.1.0",
                digest="sha256:2",
            ),
        )

    return make
