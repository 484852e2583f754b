"""Whether a model answers scores, by what its file says of its outputs; nothing is run."""

from pathlib import Path

from deploycheck.authoring.errors import EvidenceError, NotYet, RoleError
from deploycheck.authoring.files import Files
from deploycheck.model.release import ModelArtefact, Task
from deploycheck.sandbox.artefact import onnx_in
from deploycheck.sandbox.reading import reading_of

__all__ = ["answers_scores"]


def answers_scores(folder: Path, path: str, features: tuple[str, ...], task: Task | None) -> bool:
    """Whether the answers hold a score; ``True`` too where that cannot be told.

    :param folder: of the project, in which the model lies at ``path``.
    """
    try:
        structure = onnx_in(Files(folder), path).structure
        reading = reading_of(structure, ModelArtefact(path=path, features=features), task)
    except (EvidenceError, NotYet, RoleError):
        return True  # the plan says what is wrong with it
    return reading.take.score is not None
