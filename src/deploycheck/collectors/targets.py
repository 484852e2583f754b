"""``Targets``: the true outcome of every row, without asking a model or reading a prediction."""

from __future__ import annotations

from deploycheck.authoring.coding import coded
from deploycheck.authoring.collector import Description, Source, collector
from deploycheck.authoring.loaded import (
    finite,
    floats,
    missing,
    read_columns,
    weighted,
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

        :raises EvidenceError: a target is missing, or no number where numbers are meant; weights
            that are none.
        """
        del params
        roles = target_roles_of(source)
        check(roles, rows_of(source), source)
        read = read_columns(table, roles.columns())
        column = read.frame[roles.target or ""]
        if unknown := column.null_count():
            raise missing(unknown, read.rows, "target", str(roles.target), table.name)
        found = weighted(read.frame, roles.weight, sampled=roles.sampled)
        made = None if roles.numeric else coded(column, label_text, MOST_LABELS)
        return Targets(
            table.name,
            table.digest,
            read.rows,
            labels=() if made is None else made.values,
            codes=None if made is None else made.codes,
            numbers=None
            if made is not None
            else finite(floats(column), "target", str(roles.target), table.name),
            weights=found.frequencies,
            sampling=found.sampling,
        )
