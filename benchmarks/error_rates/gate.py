"""A policy judged on drawn evidence, in this process: the checkers and the judge, nothing else."""

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from world import Drawn

from deploycheck import plugins
from deploycheck.authoring.figures import Figure
from deploycheck.engine.judge import judge
from deploycheck.engine.materials import gather
from deploycheck.engine.plan import make_plan
from deploycheck.engine.resolve import Failed, Job, measure
from deploycheck.engine.watch import Watch
from deploycheck.model.verdict import Outcome

_CLOCK = datetime(2026, 1, 1, tzinfo=UTC)
_RELEASE = """\
release: simulated
version: "1"
task: {task}
data: {{test: {{path: data.csv}}, train: {{path: data.csv}}}}
columns: {{target: outcome, {columns}protected: [group]}}
model: {{python: "model:said", features: [n0], trust: trusted}}
champion: {{model: {{python: "champion:said", features: [n0], trust: trusted}}}}
"""
_LABELS = "positive: 1, favourable: 1, "
_ROWS = "outcome,group," + ",".join([*(f"n{i}" for i in range(10)), *(f"t{i}" for i in range(3))])


class Gate:
    """The planned controls of one policy."""

    def __init__(
        self,
        controls: Sequence[str],
        task: str = "binary_classification",
        sample: Drawn | None = None,
    ) -> None:
        """Plan the controls.

        :param sample: whose groups the plan counts; by default a few rows of each.
        """
        with TemporaryDirectory() as name:
            folder = Path(name)
            groups = [i % 3 for i in range(12)]
            if sample is not None:
                groups = sample.predictions.groups["group"].codes.tolist()
            rows = [f"{i % 2},{'abc'[group]}," + ",".join([f"0.{i}"] * 10 + ["pqrs"[i % 4]] * 3)
                    for i, group in enumerate(groups)]  # fmt: skip
            (folder / "data.csv").write_text("\n".join([_ROWS, *rows]) + "\n")
            columns = _LABELS if task != "regression" else ""
            (folder / "release.yaml").write_text(_RELEASE.format(task=task, columns=columns))
            for module in ("model", "champion"):
                (folder / f"{module}.py").write_text(f"# {module}\n")
            (folder / "policy.yaml").write_text(
                'policy: simulated\nversion: "1"\ncontrols:\n' + "".join(controls)
            )
            materials = gather(
                folder / "release.yaml", [folder / "policy.yaml"], root=folder, inputs={},
                as_of=_CLOCK, front_end="benchmark", run="r",
            )  # fmt: skip
            self.plan = make_plan(materials, plugins.registry())
        self._watch = Watch(604_800)

    def outcomes(self, drawn: Drawn) -> dict[str, Outcome]:
        """What each control comes to."""
        evidence = {
            ("Predictions", "test", "model"): drawn.predictions,
            ("Predictions", "test", "champion"): drawn.champion,
            ("Samples", "train", "model"): drawn.reference,
            ("Samples", "test", "model"): drawn.current,
        }
        if self.plan.release.task == "regression":
            evidence["Predictions", "test", "model"] = drawn.regression
        jobs = []
        for step in self.plan.steps:
            given = {}
            for binding in step.bound.bindings:
                need = binding.need
                role = need.role if need.collector.name == "Predictions" else "model"
                given[binding.argument] = evidence[need.collector.name, need.subject, role]
            jobs.append(Job(step.key, step.bound.checker, step.bound.params, given))
        found = measure(jobs, self._watch)
        told = {}
        for step in self.plan.steps:
            result = found[step.key]
            if isinstance(result, Failed):
                raise result.error
            # What is not required is told beside, and has no say.
            required = step.requirements
            estimates = [e for e in result if not isinstance(e, Figure) and e.name in required]
            alarms = self.plan.alarms.get(step.policy, 1)
            told[step.control.id] = judge(step, estimates, alarms=alarms).outcome
        return told
