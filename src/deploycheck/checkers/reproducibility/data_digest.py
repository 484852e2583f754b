"""Checker ``reproducibility.data_digest``."""

from collections.abc import Iterator

from pydantic import Field

from deploycheck.authoring.checker import checker
from deploycheck.authoring.estimates import Count, Estimate, Undefined
from deploycheck.authoring.measure import Measure
from deploycheck.authoring.params import Params
from deploycheck.evidence.manifest import Artefact, Manifest


class DataDigest(Params):
    artefacts: tuple[str, ...] | None = Field(
        None,
        min_length=1,
        max_length=1000,
        description="Artefacts that are looked at, such as `data.test` or `model`; every data set "
        "and the model where none are named.",
    )


@checker(
    "reproducibility.data_digest",
    measures=[
        Measure(
            "mismatches",
            unit="count",
            better="lower",
            doc="Artefacts whose bytes are not those that the release declares.",
        )
    ],
    kind="exact",
)
def data_digest(params: DataDigest, manifest: Manifest) -> Iterator[Estimate]:
    """Data and model are the very bytes that the release declares.

    Why: A result that cannot be traced to its data cannot be repeated, and a file that changed
    after it was approved was not approved.

    Fix: If the change is meant, write the new digest into the release and have it approved
    again; else restore the file. Declare a digest for every artefact: `sha256sum FILE` prints it.

    Definition: mismatches = #{artefacts whose SHA-256 differs from the declared `digest`, that
    declare none, that cannot be read, or that the release does not name}.

    Bounds: The count is exact.

    Undefined: A release without data sets and model has nothing to compare, and the control is
    inconclusive. An empty file has a digest like any other. A manifest of one artefact gives 0
    or 1.

    Cost: None beyond the digests, which are taken once a run.

    Source: FIPS 180-4, Secure Hash Standard; SLSA v1.0, provenance: materials are named by digest.

    Example:
        check: reproducibility.data_digest
        with: {artefacts: [data.test]}
        require: {mismatches: {max: 0}}
    """
    known = {artefact.name: artefact for artefact in manifest.artefacts}
    names = params.artefacts
    if names is None:
        names = tuple(n for n in known if n == "model" or n.startswith("data."))
    if not names:
        yield Undefined("mismatches", 0, "the release names no data set and no model")
        return
    faults = [f"{name}: {fault}" for name in names if (fault := _fault(known.get(name)))]
    yield Count("mismatches", len(faults), of=len(names), details=tuple(faults))


def _fault(artefact: Artefact | None) -> str:
    """What is wrong with an artefact; empty if it is what it should be."""
    if artefact is None:
        return "the release names no such artefact"
    if not artefact.actual:
        return artefact.problem or "cannot be read"
    if not artefact.declared:
        return f"the release declares no digest; it is {artefact.actual}"
    if artefact.declared != artefact.actual:
        return f"declared {artefact.declared}, found {artefact.actual}"
    return ""
