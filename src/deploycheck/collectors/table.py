"""``Table``: a data set as a lazy frame, from CSV, Parquet or Arrow."""

from deploycheck.authoring.collector import Description, Source, collector
from deploycheck.authoring.params import NoParams
from deploycheck.authoring.tabular import rows_of
from deploycheck.evidence.table import Table


@collector
class TableFile:
    """Rows of a data set, binned and narrowed as the release says."""

    evidence = Table

    def describe(self, source: Source, params: NoParams) -> Description:
        """Digest, kinds of the columns, format and bytes."""
        del params
        rows = rows_of(source)
        return Description(rows.digest, dict(rows.columns), rows.facts)

    def collect(self, source: Source, params: NoParams) -> Table:
        """The lazy frame; ``unchanged`` is for whoever scans it."""
        del params
        rows = rows_of(source)
        return Table(
            name=source.subject,
            columns=dict(rows.columns),
            digest=rows.digest,
            frame=rows.frame,
            unchanged=rows.unchanged,
        )
