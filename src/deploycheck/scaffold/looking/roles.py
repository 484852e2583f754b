"""The roles of a data set's columns, proposed with reasons."""

from dataclasses import dataclass

from deploycheck.model.release import Task
from deploycheck.scaffold.found import Proposal
from deploycheck.scaffold.looking.answers import predictions, scores
from deploycheck.scaffold.looking.columns import Look
from deploycheck.scaffold.looking.people import protected
from deploycheck.scaffold.looking.rows import ids, times
from deploycheck.scaffold.looking.target import positive_of, targets, task_of

__all__ = ["Roles", "roles"]


@dataclass(frozen=True)
class Roles:
    """What is proposed for one data set.

    Whether a proposal is *sure* is decided for each role where it is made. All agree that sure is
    what no other column of the data set could be by its name, and what its values bear out. A
    protected column is never sure.
    """

    proposals: tuple[Proposal, ...]
    task: Task | None
    positive: tuple[str | int | float | bool, str] | None
    notes: tuple[str, ...]


def roles(look: Look) -> Roles:
    """What the columns of a data set may be.

    A column that may be the outcome is proposed as nothing else, and so on down the roles.
    """
    notes: list[str] = []
    outcomes = tuple(targets(look))
    names = {column.name: column for column in look.columns}
    target = names[outcomes[0].column] if outcomes else None
    settled = bool(outcomes) and outcomes[0].sure
    predicted = tuple(predictions(look, target, notes, settled=settled))
    taken = {p.column for p in predicted} | ({target.name} if target is not None else set())
    scored = tuple(scores(look, target, taken, settled=settled))
    taken |= {p.column for p in scored}
    people = tuple(protected(look, taken, notes))
    taken |= {p.column for p in people}
    return Roles(
        (*outcomes, *predicted, *scored, *people, *ids(look, taken), *times(look)),
        task_of(target) if target is not None else None,
        positive_of(target) if target is not None else None,
        tuple(notes),
    )
