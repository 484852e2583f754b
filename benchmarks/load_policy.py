"""What loading and validating a policy costs: CPU milliseconds for each control, best of a few.

Run with ``python benchmarks/load_policy.py``. The floor is libyaml's event stream alone: whatever
reads YAML with positions pays it. PyYAML's ``CSafeLoader`` is shown beside it; it gives values
without positions and refuses nothing.
"""

import time
from collections.abc import Callable

import yaml

from deploycheck.engine.document import event_reader, parse
from deploycheck.engine.load import load_policy
from deploycheck.engine.problems import Problem

CONTROL = """\
  - id: FAIR-{i:05}
    title: Approval-rate impact ratio of the worst group, number {i}
    check: fairness.impact_ratio
    with: {{data: test, by: [sex, age_band], intersections: true, min_n: 30}}
    require: {{impact_ratio: {{min: 0.8}}}}
    decide: {{confidence: 0.95, uncertain: review}}
    severity: high
    enforcement: overridable
    maps: {{eu-ai-act: [10.2.f, 10.2.g], nist-ai-rmf: [MEASURE 2.11]}}
    rationale: Adverse impact on applicants is the top risk in RISK-7.
    remediation: See the per-group table; re-threshold, or file a waiver.
"""
SHORT = """\
  - id: DQ-{i:05}
    title: Few values are missing
    check: data_quality.completeness
    require: {{missing_rate: {{max: 0.05}}}}
    severity: medium
    enforcement: mandatory
"""
FILES, EACH, REPEATS = 10, 1000, 5


def policy(number: int, control: str) -> bytes:
    """A policy of ``EACH`` controls."""
    head = f'policy: bench-{number}\nversion: "1.0"\nowner: risk\ncontrols:\n'
    return (head + "".join(control.format(i=i) for i in range(EACH))).encode()


def load(files: list[bytes]) -> None:
    """Parse and load all files; none has a mistake."""
    problems: list[Problem] = []
    for number, data in enumerate(files):
        document = parse(f"policies/{number}.yaml", data, problems)
        if document is not None:
            load_policy(document, problems, release_inputs={}, cli_inputs={})
    if problems:
        raise SystemExit(problems[0])


def events(text: str) -> int:
    """How many events there are, having read them all."""
    next_event, count = event_reader(text), 1
    while not isinstance(next_event(), yaml.StreamEndEvent):
        count += 1
    return count


def cost(work: Callable[[], object]) -> float:
    """CPU seconds of the fastest of ``REPEATS`` runs."""
    best = float("inf")
    for _ in range(REPEATS):
        begun = time.process_time()
        work()
        best = min(best, time.process_time() - begun)
    return best


def main() -> None:
    """Print one line for each size."""
    print(f"{'controls':>9} {'each':>7} {'ours':>9} {'floor':>9} {'CSafeLoader':>12}   ms/control")
    for control in (SHORT, CONTROL):
        for count in (1, FILES):
            files = [policy(number, control) for number in range(count)]
            texts = [data.decode() for data in files]
            ours = cost(lambda files=files: load(files))
            floor = cost(lambda texts=texts: [events(text) for text in texts])
            peer = cost(lambda files=files: [yaml.load(d, yaml.CSafeLoader) for d in files])
            total = count * EACH
            figures = [f"{1e3 * seconds / total:.3f}" for seconds in (ours, floor, peer)]
            size = f"{len(files[0]) // EACH} B"
            print(f"{total:>9,} {size:>7} {figures[0]:>9} {figures[1]:>9} {figures[2]:>12}")


if __name__ == "__main__":
    main()
