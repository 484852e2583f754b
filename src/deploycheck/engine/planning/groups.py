"""The groups that a control will compare, from the rows of each and what the policy declares."""

from collections.abc import Mapping
from dataclasses import dataclass

from deploycheck.authoring.groups import GroupParams
from deploycheck.engine.planning.parts import Given
from deploycheck.engine.planning.sizes import Groups
from deploycheck.evidence.coded import MISSING, label_text


@dataclass(frozen=True)
class Compared:
    """The groups of one split.

    :param by: the columns.
    :param sizes: rows of each group that is compared.
    :param small: groups that stay below ``min_n``, each with what would be counted in it.
    """

    by: str
    sizes: tuple[int, ...]
    small: tuple[tuple[str, int], ...] = ()

    @property
    def given(self) -> Given:
        """The groups as bounds are planned for them."""
        return Given(self.sizes, len(self.sizes) + len(self.small))


def compared(
    params: GroupParams, split: tuple[str, ...], rows: Groups, share: float = 1.0
) -> Compared:
    """The groups of ``split`` as a checker will sort them.

    :param share: the share of a group's rows that is counted, such as its positive ones.
    """
    named = _named(rows)
    total = sum(named.values())
    sizes: list[int] = []
    small: list[tuple[str, int]] = []
    for values, size in named.items():
        if any(value in params.exclude for value in values) or size < params.min_share * total:
            continue
        if size * share < params.min_n:
            small.append((", ".join(values), int(size * share)))
        else:
            sizes.append(size)
    return Compared(", ".join(split), tuple(sizes), tuple(small))


def _named(rows: Groups) -> Mapping[tuple[str, ...], int]:
    """Groups by the labels that they have in reports: 1 and 1.0 are one of them."""
    made: dict[tuple[str, ...], int] = {}
    for values, count in rows.items():
        key = tuple(MISSING if value is None else label_text(value) for value in values)
        made[key] = made.get(key, 0) + count
    return made
