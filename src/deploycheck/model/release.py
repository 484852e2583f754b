"""A release: the artefacts under test and the roles of their columns."""

from typing import Annotated, Literal

from pydantic import Field, JsonValue

from deploycheck.model.base import (
    Digest,
    Flag,
    Identifier,
    Instant,
    Noun,
    Number,
    RawText,
    Scalar,
)

Task = Literal["binary_classification", "multiclass", "regression"]


class ModelLimits(Noun):
    """What the process that holds the model may use; beyond, it is stopped."""

    seconds: Annotated[Number, Field(gt=0, le=86_400)] = Field(
        20.0, description="Seconds to load, and to answer each batch of rows."
    )
    memory_mb: Annotated[int, Field(ge=64, le=1_000_000)] = Field(
        1024, description="Megabytes (MiB) of memory of its own."
    )


class Outputs(Noun):
    """Which output of the model holds what."""

    score: str | None = Field(
        None, description="Output with the score of `positive`, or the number of a regression."
    )
    class_: Annotated[int, Field(ge=0)] | None = Field(
        None,
        alias="class",
        description="Position, from 0, of the positive class where the score has one column for "
        "each class.",
    )
    label: str | None = Field(None, description="Output with the predicted label.")


class ModelArtefact(Noun):
    """Where the model lies and how its answers are read."""

    path: str | None = Field(None, description="Model file, inside the release's folder.")
    endpoint: str | None = Field(None, description="URL of a served model.")
    mlflow: str | None = Field(None, description="MLflow model URI.")
    python: str | None = Field(None, description="`package.module:callable`.")
    trust: Literal["untrusted", "trusted"] = Field(
        "untrusted", description="Whether the artefact's own code may run, in a child process."
    )
    features: tuple[str, ...] = Field((), description="Columns the model reads, in order.")
    outputs: Outputs = Field(
        default_factory=Outputs,
        description="Which output holds what; found where there is no doubt.",
    )
    limits: ModelLimits = Field(
        default_factory=ModelLimits, description="Time and memory that the model may use."
    )
    digest: Digest | None = Field(None, description="sha256 that the file must have.")


class Where(Noun):
    """One narrowing of a data set: rows whose ``column`` satisfies every given bound."""

    column: str = Field(description="Column that is looked at.")
    min: Scalar | None = Field(None, description="Smallest value kept, inclusive.")
    max: Scalar | None = Field(None, description="Largest value kept, inclusive.")
    equals: Scalar | None = Field(None, description="The one value kept.")
    one_of: tuple[Scalar, ...] | None = Field(None, description="The values kept.")
    not_one_of: tuple[Scalar, ...] | None = Field(None, description="The values left out.")
    present: Flag | None = Field(None, description="true keeps rows with a value, false without.")


class Derive(Noun):
    """A column made by binning a numeric one at declared edges."""

    bin: str = Field(description="Numeric column that is binned.")
    edges: Annotated[tuple[Number, ...], Field(min_length=1, max_length=1000)] = Field(
        description="Inner edges, increasing."
    )
    closed: Literal["left", "right"] = Field(
        "left", description="Which side of a bin holds its edge: left is [a, b)."
    )
    labels: tuple[str, ...] | None = Field(
        None, description="Names of the bins, one more than there are edges."
    )


class DataSet(Noun):
    """A data set: its file, the digest it must have, and which part of it counts."""

    path: str = Field(
        description="A file (CSV, Parquet, Arrow) or a pattern of files, in the release's folder."
    )
    digest: Digest | None = Field(None, description="sha256 that the file must have.")
    time: str | None = Field(None, description="Column with the time of each row.")
    missing: tuple[str, ...] = Field((), description="CSV texts that mean: no value.")
    where: tuple[Where, ...] = Field((), description="Narrowing; all must hold.")
    derive: dict[str, Derive] = Field(default_factory=dict, description="Columns made by binning.")


class Threshold(Noun):
    """Makes a prediction of a score: positive where the score is at least this."""

    at_least: Number = Field(description="Smallest score that is predicted positive.")


class Weight(Noun):
    """How much each row counts."""

    column: str = Field(description="Column with the weights.")
    kind: Literal["frequency", "sampling"] = Field(
        description="frequency: the row stands for so many equal rows; sampling: survey weight."
    )


class Columns(Noun):
    """Which column plays which role. Nothing is guessed."""

    target: str | None = Field(None, description="The true outcome.")
    prediction: str | None = Field(None, description="The stored prediction.")
    score: str | None = Field(None, description="The score of `positive`.")
    threshold: Threshold | None = Field(None, description="Makes a prediction of the score.")
    positive: Scalar | None = Field(None, description="The positive value of target.")
    favourable: Scalar | None = Field(
        None, description="The value of the prediction that is good for the person."
    )
    protected: tuple[str, ...] = Field((), description="Protected columns.")
    id: str | None = Field(None, description="Which entity a row is about.")
    weight: Weight | None = Field(None, description="How much each row counts.")
    stored: Flag = Field(
        False, description="Judge the stored predictions although there is a model."
    )


class Champion(Noun):
    """What the candidate is compared with."""

    model: ModelArtefact | None = Field(None, description="The champion's model.")


class Release(Noun):
    """Seen by collectors alone; checkers see the evidence that is made from it."""

    release: Identifier = Field(description="Name of the release.")
    version: RawText = Field(description="Version, as written.")
    owner: str = Field("", max_length=400, description="Who answers for the release.")
    description: str = Field("", max_length=8000, description="What is being released.")
    task: Task | None = Field(None, description="What the model does.")
    model: ModelArtefact | Literal["none"] = Field(
        "none", description="The model; `none` where stored columns are judged."
    )
    data: dict[str, DataSet] = Field(default_factory=dict, description="Data sets by name.")
    columns: Columns = Field(default_factory=Columns, description="Roles of columns.")
    champion: Champion | None = Field(None, description="What the candidate is compared with.")
    documents: dict[str, str] = Field(
        default_factory=dict, description="Documents by role, such as card."
    )
    inputs: dict[str, JsonValue] = Field(
        default_factory=dict, description="Values for the policies' inputs."
    )
    created: Instant | None = Field(None, description="When the release was put together.")
