"""Checker ``budgets.artifact_size``."""

from collections.abc import Iterator

from deploycheck.authoring.checker import checker
from deploycheck.authoring.estimates import Count, Estimate, Undefined
from deploycheck.authoring.measure import Measure
from deploycheck.evidence.model_file import ModelFile

SHOWN = 20


@checker(
    "budgets.artifact_size",
    measures=[
        Measure(
            "bytes",
            unit="bytes",
            better="lower",
            doc="Sum of the sizes of the model's files, as they lie on disk.",
        )
    ],
    kind="exact",
)
def artifact_size(model: ModelFile) -> Iterator[Estimate]:
    """The model's files are small enough to be shipped.

    Why: Size is paid at every download, start and scale-out, and a device or function has a hard
    limit; a model that suddenly doubled often carries training state or data along.

    Fix: Strip optimizer state and training data from the artefact, quantise or prune the weights,
    or raise the budget knowingly.

    Definition: bytes = Σ size of every file of the artefact; a folder counts with all files below
    it. Compression by the file system is not taken off.

    Bounds: The size is exact.

    Undefined: An artefact without any file or byte cannot be a model, and the control is
    inconclusive. A missing artefact is an error.

    Cost: One look at the size of each file; nothing is read or run.

    Source: Maffey et al. 2023, "MLTEing models: negotiating, evaluating, and documenting model
    and system qualities" (ICSE-NIER).

    Example:
        check: budgets.artifact_size
        require: {bytes: {max: 200 MB}}
    """
    if model.bytes == 0:
        yield Undefined("bytes", 0, "the artefact has no bytes")
        return
    largest = sorted(model.files.items(), key=lambda item: (-item[1], item[0]))
    details = [f"{path}: {size:,} bytes" for path, size in largest[:SHOWN]]
    if len(largest) > SHOWN:
        details.append(f"and {len(largest) - SHOWN:,} smaller files")
    yield Count("bytes", model.bytes, details=tuple(details))
