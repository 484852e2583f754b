"""One trial: a world is written, judged by the policies, and taken away again."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from deploycheck.engine.materials import Materials, Text
from deploycheck.engine.measuring import Measuring
from deploycheck.engine.plan import make_plan
from deploycheck.engine.problems import PolicyError
from deploycheck.engine.registry import Registry
from deploycheck.engine.step import Step
from deploycheck.engine.watch import Watch
from deploycheck.model.verdict import Outcome, Verdict
from deploycheck.selftest.world import RELEASE, World


@dataclass(frozen=True)
class Judge:
    """Judges worlds by the policies of a run.

    :param materials: those of the run that the user named.
    :param wanted: keys of the controls that are judged; the others are not measured.
    """

    materials: Materials
    registry: Registry
    timeout: float

    def verdicts(self, world: World, wanted: Sequence[str] | None = None) -> "Trial":
        """What the policies say of a world.

        :param wanted: keys of the controls that are measured; by default all.
        :raises OSError: nothing can be written for lack of space or rights.
        """
        with TemporaryDirectory(prefix="deploycheck-selftest-") as name:
            folder = Path(name).resolve()
            world.write(folder)
            return self._judged(folder, wanted)

    def _judged(self, folder: Path, wanted: Sequence[str] | None) -> "Trial":
        text = Text(RELEASE, RELEASE, (folder / RELEASE).read_bytes())
        given = self.materials
        materials = Materials(
            folder=folder,
            release=text,
            policies=given.policies,
            inputs=given.inputs,
            as_of=given.as_of,
            front_end="selftest",
            run="selftest",
        )
        try:
            plan = make_plan(materials, self.registry)
        except PolicyError as error:
            return Trial({}, tuple(f"{p.code}: {p.message}" for p in error.problems))
        steps = [s for s in plan.steps if wanted is None or s.key in wanted]
        measuring = Measuring(plan, Watch(self.timeout))
        try:
            found = list(measuring.verdicts(steps))
        finally:
            measuring.finish()
        return Trial({step.key: v for step, v in zip(steps, found, strict=True)})


@dataclass(frozen=True)
class Trial:
    """What came of one world.

    :param verdicts: by the key of the control.
    :param refused: why it was not judged at all: the plan has mistakes.
    """

    verdicts: Mapping[str, Verdict]
    refused: tuple[str, ...] = ()

    def outcome(self, key: str) -> Outcome:
        """What one control came to; a release that is refused is an error everywhere."""
        return Outcome.ERROR if self.refused else self.verdicts[key].outcome


def sampled(step: Step) -> bool:
    """Whether chance decides about a control: exact ones have no error rate, clocks another."""
    timings = {"Timings", "Starts"}
    needs = {b.need.collector.name for b in step.bound.bindings}
    return step.excused is None and step.kind.value != "exact" and not needs & timings
