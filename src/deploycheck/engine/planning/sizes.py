"""How many rows data sets and their groups have: counted at most once, and no outcome is read."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from deploycheck.authoring.errors import EvidenceError, NotYet, RoleError
from deploycheck.engine.store import Store
from deploycheck.evidence.table import Table

Split = tuple[str, ...]
Groups = Mapping[tuple[str | None, ...], int]

_MOST = 10_000  # combinations of values; beyond, a column is no group
_AMOUNT = "rows"


class Uncounted(Exception):
    """Why the rows of a data set are not known."""


@dataclass
class Sizes:
    """Rows of the data sets of one release; a frequency weight counts as so many rows.

    :param store: makes the tables.
    :param splits: the columns of groups that will be asked for, by data set: all of them are
        counted in one pass when the first is asked for.
    """

    store: Store
    splits: Mapping[str, Iterable[Split]]
    _rows: dict[str, int] = field(default_factory=dict)
    _groups: dict[tuple[str, Split], Groups] = field(default_factory=dict)
    _failed: dict[str, str] = field(default_factory=dict)

    @property
    def weighted(self) -> bool:
        """Whether rows have sampling weights, so that they are worth fewer than there are."""
        weight = self.store.release.columns.weight
        return weight is not None and weight.kind == "sampling"

    def rows(self, data_set: str) -> int:
        """Rows of a data set.

        :raises Uncounted: it cannot be read.
        """
        self._count(data_set)
        return self._rows[data_set]

    def groups(self, data_set: str, split: Split) -> Groups:
        """Rows of each combination of values of ``split``.

        :raises Uncounted: it cannot be read, or has more groups than anybody compares.
        """
        self._count(data_set)
        if (data_set, split) not in self._groups:
            raise Uncounted(f"{', '.join(split)}: more than {_MOST:,} groups")
        return self._groups[data_set, split]

    def _count(self, data_set: str) -> None:
        if data_set not in self._rows and data_set not in self._failed:
            try:
                self._read(data_set)
            except (EvidenceError, RoleError, NotYet, Uncounted) as error:
                self._failed[data_set] = str(error)
            except Exception as error:  # noqa: BLE001 - a file may break its reader in any way
                self._failed[data_set] = f"{type(error).__name__}: {error}"[:400]
        if data_set in self._failed:
            raise Uncounted(self._failed[data_set])

    def _read(self, data_set: str) -> None:
        need = self.store.table(data_set)
        if need is None:
            raise Uncounted("nothing reads its rows")
        splits = list(dict.fromkeys(self.splits.get(data_set, ())))
        columns = tuple(dict.fromkeys(column for split in splits for column in split))
        weight = self.store.release.columns.weight
        by = weight.column if weight is not None and weight.kind == "frequency" else None
        self.store.will_read(need, [*columns, *([by] if by else [])])
        table = self.store.collect(need)
        whole = _counted(table, columns, by)
        rows = sum((whole or _counted(table, (), by) or {}).values())
        for split in splits:
            # One pass over all columns together, where they have few enough combinations.
            found = _counted(table, split, by) if whole is None else _margin(whole, columns, split)
            if found is not None:
                self._groups[data_set, split] = found
        table.unchanged()
        self._rows[data_set] = rows


def _counted(table: Table, columns: Split, weight: str | None) -> Groups | None:
    """Rows of each combination of values; ``None`` where there are too many."""
    import polars as pl

    from deploycheck.engine.scan.equality import canonical, native

    frame = native(table)
    amount = pl.len() if weight is None else pl.col(weight).sum()
    if not columns:
        return {(): _whole(frame.select(amount).collect(engine="streaming").item())}
    names = [f"by{place}" for place in range(len(columns))]
    texts = [
        values.cast(pl.String).alias(name)
        for values, name in zip(canonical(frame, columns), names, strict=True)
    ]
    kept = texts if weight is None else [*texts, pl.col(weight)]
    grouped = frame.select(kept).group_by(names).agg(amount.alias(_AMOUNT))
    found = grouped.head(_MOST + 1).collect(engine="streaming")
    if found.height > _MOST:
        return None
    counted = {tuple(row[:-1]): _whole(row[-1]) for row in found.rows()}
    ordered = sorted(counted, key=lambda values: [(v is None, v or "") for v in values])
    return {values: counted[values] for values in ordered}


def _whole(amount: Any) -> int:
    """A number of rows.

    :raises Uncounted: weights that are no counts.
    """
    number = float(amount or 0)
    if not 0 <= number < 2**53:
        raise Uncounted(f"the weights of a group add up to {number:g}")
    return int(number)


def _margin(rows: Groups, columns: Split, split: Split) -> Groups:
    places = [columns.index(column) for column in split]
    made: dict[tuple[str | None, ...], int] = {}
    for values, count in rows.items():
        key = tuple(values[place] for place in places)
        made[key] = made.get(key, 0) + count
    return made
