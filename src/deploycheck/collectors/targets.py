"""``Targets``: the true outcome of every row, without asking a model or reading a prediction."""

from __future__ import annotations

from deploycheck.authoring.coding import coded
from deploycheck.authoring.collector import Description, Source, collector
from deploycheck.authoring.loaded import (
    finite,
    floats,
    missing,
    plain_numbers,
    read_columns,
)
from deploycheck.authoring.outcomes import check, target_roles_of
from deploycheck.authoring.params import NoParams
from deploycheck.authoring.tabular import rows_of
from deploycheck.evidence.coded import label_text
from deploycheck.evidence.table import Table
from deploycheck.evidence.targets import Targets

MOST_LABELS = 1_000


@collector
class TrueOutcomes:
    """The column of the target, and the weights."""

    evidence = Targets

    def describe(self, source: Source, params: NoParams) -> Description:
        """Digest of the data, after proving that the columns are there and of the right kind."""
        del params
        roles = target_roles_of(source)
        rows = rows_of(source)
        check(roles, rows, source)
        return Description(rows.digest, None, {"columns": list(roles.columns())})

    def collect(self, source: Source, params: NoParams, table: Table) -> Targets:
        """Reads the columns in one scan.

        :raises EvidenceError: a target is missing, or no number where numbers are meant.
        """
        del params
        roles = target_roles_of(source)
        check(roles, rows_of(source), source)
        read = read_columns(table, roles.columns())
        column = read.frame[roles.target or ""]
        if unknown := column.null_count():
            raise missing(unknown, read.rows, "target", str(roles.target), table.name)
        weights = None if roles.weight is None else plain_numbers(read.frame[roles.weight])
        if roles.numeric:
            numbers = finite(floats(column), "target", str(roles.target), table.name)
            return Targets(table.name, table.digest, read.rows, numbers=numbers, weights=weights)
        made = coded(column, label_text, MOST_LABELS)
        return Targets(
            table.name, table.digest, read.rows, made.values, made.codes, weights=weights
        )
