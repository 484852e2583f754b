"""``Predictor``: the model in a process of its own, started when it is first asked."""

from __future__ import annotations

from typing import TYPE_CHECKING

from deploycheck.authoring.collector import Description, Source, collector
from deploycheck.authoring.params import NoParams
from deploycheck.evidence.predictor import Answers, Inputs, Predictor
from deploycheck.sandbox.launch import launch_of

if TYPE_CHECKING:
    from deploycheck.sandbox.launch import Launch, Running


@collector
class ModelProcess:
    """The release's model in ONNX, or its trusted Python function, as a function of columns."""

    evidence = Predictor

    def describe(self, source: Source, params: NoParams) -> Description:
        """Digest of the model and of how it is asked; nothing is started.

        A Python function has a digest among the facts and none for its answers: what its code
        reads and imports beside the files that were digested is not known.

        :raises RoleError, NotYet, EvidenceError: as
            :func:`deploycheck.sandbox.launch.launch_of`.
        """
        del params
        launch = launch_of(source)
        facts = {
            "features": list(launch.features),
            "kind": launch.kind,
            "code": launch.code,
            "isolation": launch.isolation,
        }
        return Description(launch.digest if launch.kind == "onnx" else None, None, facts)

    def collect(self, source: Source, params: NoParams) -> Predictor:
        """A handle; the process starts with the first question and stays until it is closed."""
        del params
        launch = launch_of(source)
        held = _Held(launch)
        name = "champion" if "champion" in (source.subject, source.role) else "model"
        return Predictor(
            name,
            launch.digest,
            launch.features,
            held.ask,
            isolation=launch.isolation,
            close=held.close,
        )


class _Held:
    """The process of a model: started when it is asked, and anew after it was ended."""

    def __init__(self, launch: Launch) -> None:
        self._launch = launch
        self._running: Running | None = None

    def ask(self, columns: Inputs) -> Answers:
        """What the model answers.

        :raises EvidenceError: as :meth:`deploycheck.sandbox.running.Running.ask`.
        """
        if self._running is None:
            self._running = self._launch.start()
        try:
            return self._running.ask(columns)
        except BaseException:
            # Whatever it was, an alarm of the engine too: half a question may be under way.
            self.close()
            raise

    def close(self) -> None:
        """End the process, if there is one."""
        running, self._running = self._running, None
        if running is not None:
            running.close()
