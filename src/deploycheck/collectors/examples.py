"""``Examples``: rows of a data set as the model reads them, to be changed and asked again."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pydantic import Field

from deploycheck.authoring.asking import check_features, feature
from deploycheck.authoring.coding import coded
from deploycheck.authoring.collector import Description, Source, collector, combined_digest
from deploycheck.authoring.delimited import reading
from deploycheck.authoring.errors import EvidenceError, RoleError
from deploycheck.authoring.outcomes import refuse_sampled
from deploycheck.authoring.params import Params
from deploycheck.authoring.tabular import Rows, rows_of
from deploycheck.evidence.coded import frequencies, label_text, value_text
from deploycheck.evidence.examples import Examples
from deploycheck.evidence.predictor import Predictor
from deploycheck.evidence.table import Table

if TYPE_CHECKING:
    import numpy as np
    import polars as pl
    from numpy.typing import NDArray

MOST_LABELS = 1_000
_NUMBERS = {"integer", "float"}
_TIMES = {"date", "datetime"}


class HowMany(Params):
    """How much of a data set is taken."""

    examples: int = Field(
        10_000,
        ge=1,
        le=10_000_000,
        strict=True,
        description="Most rows that are used. Of a larger data set a fixed random sample of them "
        "is taken, seeded by the data's digest: the same rows every time.",
    )


@dataclass(frozen=True)
class _Roles:
    """The columns of this data set that are read beside the features; ``None`` is not there."""

    target: str | None
    weight: str | None
    entity: str | None

    @property
    def columns(self) -> list[str]:
        named = (self.target, self.weight, self.entity)
        return list(dict.fromkeys(name for name in named if name is not None))


@collector
class SampledRows:
    """Features of the model, the true outcome, and the columns that were asked for."""

    evidence = Examples
    params = HowMany

    def describe(self, source: Source, params: HowMany) -> Description:
        """Digest of the rows, the features and the size of the sample; no row is read.

        :raises EvidenceError: a column that the data set has not (``DC019``), or one of a kind
            that cannot play its role (``DC203``).
        """
        rows = rows_of(source)
        roles = _roles(source, rows)
        known, _ = _features_planned(source)
        check_features(known, rows, source.subject)
        _check(source, rows, roles)
        facts = {"features": list(known), "examples": params.examples}
        return Description(_digest(source, rows, params), None, facts)

    def collect(self, source: Source, params: HowMany, table: Table) -> Examples:
        """Reads the columns of the rows that are taken.

        :raises EvidenceError: as :meth:`describe`; repeated entities (``DC112``), or a target
            that does not fit the task (``DC203``).
        """
        rows = rows_of(source)
        roles = _roles(source, rows)
        features = _features(source)
        check_features(features, rows, source.subject)
        _check(source, rows, roles)
        height, beside = _beside(table, roles)
        place = _sample(height, beside, roles, rows.digest, params.examples, table.name)
        asked = tuple(dict.fromkeys((*features, *source.columns)))
        frame = _taken(table, asked, place, height)
        table.unchanged()
        target, labels = _target(source, beside, roles, place)
        columns = source.release.columns
        return Examples(
            name=table.name,
            digest=_digest(source, rows, params) or "",
            rows=len(place),
            of=height,
            columns={name: _values(frame[name], rows, name) for name in asked},
            features=features,
            target=target,
            labels=labels,
            positive=None if columns.positive is None else label_text(columns.positive),
            threshold=None if columns.threshold is None else columns.threshold.at_least,
            task=source.release.task or ("binary_classification" if labels else None),
        )


def _digest(source: Source, rows: Rows, params: HowMany) -> str | None:
    _, features = _features_planned(source)
    if features is None:
        return None
    return combined_digest("Examples", rows.digest, features, params.examples)


def _features_planned(source: Source) -> tuple[tuple[str, ...], list[str] | str | None]:
    """The features as far as they are known, and what they depend on: names, or the model.

    :raises RoleError: there is no model whose features these could be.
    """
    model = source.model
    if model is None:
        raise RoleError(
            source.role, f"rows for a model to be asked about, and the release has no {source.role}"
        )
    if model.features:
        return model.features, list(model.features)
    described = source.described(Predictor)
    return tuple(described.facts.get("features") or ()), described.digest


def _features(source: Source) -> tuple[str, ...]:
    model = source.model
    if model is not None and model.features:
        return model.features
    predictor: Predictor = source.collected(Predictor)
    return predictor.features


def _roles(source: Source, rows: Rows) -> _Roles:
    """The roles whose columns this data set has.

    Production rows have no target yet, golden ones need none; a data set that has the target has
    the weights and entities too, or one of them is misspelt.

    :raises RoleError: a target, and no word on what is predicted.
    :raises NotYet: sampling weights.
    """
    columns = source.release.columns
    refuse_sampled(columns)
    there = columns.target is not None and columns.target in rows.columns
    task = source.release.task
    if there and task is None and columns.positive is None:
        raise RoleError("positive", "say `task`, or which value of the target is positive")
    if there and task == "binary_classification" and columns.positive is None:
        raise RoleError("positive", "say which value of the target is positive")
    weight = None if columns.weight is None else columns.weight.column

    def kept(name: str | None) -> str | None:
        return name if name is not None and (there or name in rows.columns) else None

    return _Roles(columns.target if there else None, kept(weight), kept(columns.id))


def _check(source: Source, rows: Rows, roles: _Roles) -> None:
    here, known = f"data set {source.subject}", rows.columns
    for name in (*roles.columns, *source.columns):
        if name not in known:
            raise EvidenceError(f"{here} has no column {name!r}", "mend `columns`", "DC019")
        if known[name] == "other":
            raise EvidenceError(
                f"{here}: column {name} holds neither numbers, text, truth values nor times",
                code="DC203",
            )
    numeric = roles.target if source.release.task == "regression" else None
    for role, column in (("target", numeric), ("weight", roles.weight)):
        if column is None or column in rows.void or known[column] in _NUMBERS:
            continue
        raise EvidenceError(
            f"{here}: {role} {column} is {known[column]}, not a number", code="DC203"
        )


def _beside(table: Table, roles: _Roles) -> tuple[int, pl.DataFrame]:
    """The number of rows, and the columns that decide which of them are taken."""
    import polars as pl

    with reading(f"data set {table.name}"):
        height = int(table.frame.select(pl.len()).collect().item())
        frame: pl.DataFrame = table.frame.select(roles.columns).collect()
    floats = [name for name, dtype in frame.schema.items() if dtype.is_float()]
    return height, frame.with_columns(pl.col(floats).fill_nan(None)) if floats else frame


def _sample(
    height: int, beside: pl.DataFrame, roles: _Roles, digest: str, most: int, name: str
) -> NDArray[np.int64]:
    """The rows that are taken, increasing: those with a target, each as often as it counts."""
    import numpy as np
    import polars as pl

    if roles.entity is not None and (n := int(beside[roles.entity].n_unique())) < height:
        raise EvidenceError(
            f"the {height:,} rows of data set {name} are about {n:,} different {roles.entity}; "
            "this check has no bounds for repeated entities",
            "keep one row of each, or leave `id` out of `columns` and say so",
            "DC112",
        )
    kept: NDArray[np.int64] = np.arange(height, dtype=np.int64)
    if roles.target is not None:
        kept = kept[beside[roles.target].is_not_null().to_numpy()]
    times = np.ones(len(kept), dtype=np.int64)
    if roles.weight is not None:
        given = beside[roles.weight].cast(pl.Float64).to_numpy()
        times = frequencies(given, height)[kept]
    last = np.cumsum(times)  # row i stands for the places up to last[i]
    total = int(last[-1]) if len(last) else 0
    if total <= most:
        return np.repeat(kept, times)
    draw = np.random.default_rng(int(digest.rpartition(":")[2][:16], 16))
    places = np.sort(draw.choice(total, size=most, replace=False, shuffle=False))
    return kept[np.searchsorted(last, places, side="right")]


def _taken(
    table: Table, asked: tuple[str, ...], place: NDArray[np.int64], height: int
) -> pl.DataFrame:
    """The asked columns of the rows at ``place``."""
    import numpy as np
    import polars as pl

    rows = np.unique(place)
    with reading(f"data set {table.name}"):
        lazy = table.frame.select(asked)
        if len(rows) < height:
            chosen = pl.Series(rows, dtype=pl.Int64).implode()
            lazy = lazy.filter(pl.int_range(pl.len()).is_in(chosen))
        frame: pl.DataFrame = lazy.collect()
    if frame.height != len(rows) and asked:
        raise EvidenceError(
            f"data set {table.name} changed while it was read",
            "run again while nothing writes to it",
            "DC202",
        )
    return frame if len(rows) == len(place) else frame[np.searchsorted(rows, place)]


def _target(
    source: Source, beside: pl.DataFrame, roles: _Roles, place: NDArray[np.int64]
) -> tuple[NDArray[np.float64] | None, tuple[str, ...]]:
    """What was true of the rows taken, and the labels that occur in the whole data set."""
    import numpy as np
    import polars as pl

    if roles.target is None:
        return None, ()
    column = beside[roles.target]
    if source.release.task == "regression":
        numbers: NDArray[np.float64] = column.cast(pl.Float64).to_numpy()[place]
        if not np.isfinite(numbers).all():
            raise EvidenceError(
                f"data set {source.subject}: target {roles.target} holds infinite numbers",
                "narrow it with `where`",
                "DC203",
            )
        return numbers, ()
    made = coded(column, label_text, MOST_LABELS)
    labels, positive = made.values, source.release.columns.positive
    if source.release.task == "multiclass":
        return made.codes[place].astype(np.float64), labels
    if len(labels) > 2 or (len(labels) == 2 and label_text(positive) not in labels):
        some = ", ".join(repr(label[:40]) for label in labels[:8])
        raise EvidenceError(
            f"data set {source.subject}: target {roles.target} has {some}; binary classification "
            f"has two labels, one of them the positive {label_text(positive)!r}",
            "write `columns.positive` as the data has it, or set `task: multiclass`",
            "DC203",
        )
    # A code of -1 is a row without a target, and none of those is taken.
    true = [float(label == label_text(positive)) for label in labels]
    return np.array([*true, np.nan])[made.codes[place]], labels


def _values(column: pl.Series, rows: Rows, name: str) -> Any:
    """A column as evidence has it: numbers, or text and ``None``; times are text."""
    import numpy as np

    if rows.columns[name] not in _TIMES:
        return feature(column, rows.columns[name], void=name in rows.void)
    made = np.empty(len(column), dtype=object)
    made[:] = [None if value is None else value_text(value) for value in column.to_list()]
    return made
