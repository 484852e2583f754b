"""Checker ``security.safe_format``."""

from collections.abc import Iterator
from typing import Annotated, Self

from pydantic import Field, StringConstraints, model_validator

from deploycheck.authoring.checker import checker
from deploycheck.authoring.columns import quoted
from deploycheck.authoring.estimates import Count, Estimate, Statistic, Undefined
from deploycheck.authoring.measure import Measure
from deploycheck.authoring.params import Params
from deploycheck.evidence.model_file import ModelFile

UNKNOWN = "unknown"
SHOWN = 200
Format = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_.+-]{0,39}$")]


class SafeFormat(Params):
    allowed: tuple[Format, ...] = Field(
        ("onnx", "onnx-data", "safetensors", "json", "text"),
        min_length=1,
        max_length=100,
        description="Formats that the model's files may have, by what they contain.",
    )

    @model_validator(mode="after")
    def _formats_can_be_told(self) -> Self:
        if UNKNOWN in self.allowed:
            raise ValueError("allowed: what a file of an unknown format does cannot be known")
        if len(set(self.allowed)) != len(self.allowed):
            raise ValueError("allowed: a format is named twice")
        return self


@checker(
    "security.safe_format",
    measures=[
        Measure(
            "unsafe_files",
            unit="count",
            better="lower",
            doc="Files of the model whose content is in none of the allowed formats.",
        ),
        Measure(
            "format",
            unit="text",
            better="none",
            doc="Format of the model's largest file, the first by name among equals.",
        ),
    ],
    kind="exact",
)
def safe_format(params: SafeFormat, model: ModelFile) -> Iterator[Estimate]:
    """The model's files are in formats that hold data and no code.

    Why: Loading a pickle runs whatever its author put into it. A format that can hold numbers and
    a graph of known operators only, such as ONNX or safetensors, has nothing to run.

    Fix: Export the model to ONNX, or its weights to safetensors, and take the files that the
    details name out of the artefact. Allow another format knowingly, and have it scanned.

    Definition: unsafe_files = #{files of the model whose format is none of `allowed`}. The format
    is what the content is, never what the name says; a file that nobody can tell counts as unsafe
    and cannot be allowed. The format of the model is that of its largest file.

    Bounds: The count is exact.

    Undefined: An artefact without any file cannot be a model, and the control is inconclusive. An
    empty file is of unknown format, unless it is told otherwise. A missing artefact is an error,
    and so is a model that is no file: one that is served, or a Python function.

    Cost: The beginning of each file, and the whole of those that must be parsed to be told.

    Source: CWE-502, deserialization of untrusted data; OWASP Machine Learning Security Top 10,
    ML06:2023 AI supply chain attacks; https://github.com/huggingface/safetensors#format.

    Example:
        check: security.safe_format
        with: {allowed: [onnx]}
        require: {unsafe_files: {max: 0}}
    """
    if not model.files:
        yield Undefined("unsafe_files", 0, "the artefact has no files")
        return
    allowed = frozenset(params.allowed)
    formats = {path: model.formats.get(path) or UNKNOWN for path in model.files}
    unsafe = [f"{quoted(p)}: {f}" for p, f in sorted(formats.items()) if f not in allowed]
    details = unsafe[:SHOWN]
    if len(unsafe) > SHOWN:
        details.append(f"and {len(unsafe) - SHOWN:,} more files")
    yield Count("unsafe_files", len(unsafe), of=len(formats), details=tuple(details))
    main = min(model.files, key=lambda path: (-model.files[path], path))
    yield Statistic("format", formats[main], of=len(formats), details=(f"of {quoted(main)}",))
