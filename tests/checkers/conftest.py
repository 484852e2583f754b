"""Runs one checker as the engine does: parameters validated, numbers filled in."""

from contextlib import contextmanager

import polars as pl
import pytest

from deploycheck.engine.resolve import Failed, Job, measure
from deploycheck.evidence.table import Table

KINDS = {
    pl.String: "text",
    pl.Boolean: "boolean",
    pl.Date: "date",
    pl.Float32: "float",
    pl.Float64: "float",
}


@contextmanager
def _unguarded(keys):
    yield


@pytest.fixture
def run():
    """``run(checker, params, **evidence)``: the estimates, or why there are none."""

    def run(checker, params=None, **evidence):
        made = checker.signature.params.model_validate(params or {})
        return measure([Job("it", checker, made, evidence)], _unguarded)["it"]

    return run


@pytest.fixture
def table():
    """``table(a=[…], b=[…])``, or of a Polars frame."""

    def table(frame=None, **columns):
        frame = pl.DataFrame(columns) if frame is None else frame
        kinds = {}
        for name, kind in frame.schema.items():
            kinds[name] = "integer" if kind.is_integer() else KINDS.get(kind, "other")
            if isinstance(kind, pl.Datetime):
                kinds[name] = "datetime"
        return Table("test", kinds, "", frame.lazy())

    return table


@pytest.fixture
def code():
    """The code of a failure, and nothing else."""

    def code(found):
        assert isinstance(found, Failed), found
        return found.code

    return code


@pytest.fixture
def by_place():
    """Estimates by name and slice."""

    def by_place(estimates):
        made = {(e.name, *e.slice.values()): e for e in estimates}
        assert len(made) == len(estimates)
        return made

    return by_place
