"""Where a release comes from: the commit of its code, and the record of its training."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import ClassVar, Literal

Ancestry = Literal["", "ancestor", "unrelated", "unknown"]


@dataclass(frozen=True)
class Lineage:
    """The repository that holds the release, and what was written down about the training.

    :param commit: full id of the commit that is checked out, empty without one.
    :param problem: why there is no commit.
    :param unknown: why git could not be asked at all; nothing else is known of the code then.
    :param changes: files that are not as the commit has them; the first of them by name.
    :param changed: how many there are in all.
    :param branch: name of the branch, empty where none is checked out.
    :param tags: tags of the commit.
    :param remote: address of ``origin``, without credentials.
    :param training: facts of the document ``training``, every value as the text that stands there.
    :param training_problem: why there are none.
    :param training_commit: how the commit that the document names is related to ``commit``; empty
        if it names none.
    :param digest: changes with any of these.
    """

    subject: ClassVar[str] = "release"

    commit: str
    problem: str = ""
    unknown: str = ""
    changes: tuple[str, ...] = ()
    changed: int = 0
    branch: str = ""
    tags: tuple[str, ...] = ()
    remote: str = ""
    training: Mapping[str, object] = field(default_factory=dict)
    training_problem: str = ""
    training_commit: Ancestry = ""
    digest: str = ""
