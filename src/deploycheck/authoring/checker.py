"""``@checker``: turns evidence into estimates. Pure: no files, no clock, no network, no verdict."""

import inspect
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cached_property
from typing import Any, Literal, get_args

from deploycheck.authoring.errors import DefinitionError
from deploycheck.authoring.measure import BETTER, RANGES, Measure
from deploycheck.authoring.signature import Signature, read
from deploycheck.model.release import Task

Measuring = Callable[..., Iterable[Any]]
DecisionKind = Literal["demonstrate", "detect", "exact"]
Role = Literal["target", "prediction", "score", "positive", "favourable", "protected", "id"]
ID = re.compile(r"[a-z][a-z0-9_]*\.[a-z][a-z0-9_]*")


@dataclass(frozen=True)
class Checker:
    """A measuring function with its id, measures and needs, still callable as written."""

    id: str
    measure: Measuring
    measures: tuple[Measure, ...]
    kind: DecisionKind
    signature: Signature
    tasks: tuple[str, ...]
    roles: tuple[str, ...]
    version: str

    def __call__(self, *args: Any, **kwargs: Any) -> Iterable[Any]:
        return self.measure(*args, **kwargs)

    @property
    def family(self) -> str:
        return self.id.partition(".")[0]

    @cached_property
    def doc(self) -> str:
        return inspect.cleandoc(self.measure.__doc__ or "")

    @property
    def title(self) -> str:
        return self.doc.partition("\n")[0].strip()

    @cached_property
    def _sections(self) -> dict[str, str]:
        return {}

    def section(self, name: str) -> str:
        """The paragraph of the docstring that begins with ``name:``, on one line."""
        if name not in self._sections:  # every verdict asks for two of them
            pattern = rf"^{name}:(.*?)(?=\n\s*\n|\Z)"
            found = re.search(pattern, self.doc, re.MULTILINE | re.DOTALL)
            self._sections[name] = " ".join(found[1].split()) if found else ""
        return self._sections[name]

    def named(self, measure: str) -> Measure | None:
        return self._by_name.get(measure)

    @cached_property
    def _by_name(self) -> dict[str, Measure]:
        return {m.name: m for m in self.measures}


def checker(
    id: str,
    *,
    measures: Sequence[Measure],
    kind: DecisionKind = "demonstrate",
    tasks: Sequence[str] = (),
    roles: Sequence[Role] = (),
    version: str = "1",
) -> Callable[[Measuring], Checker]:
    """Declare a checker, named ``family.name``.

    The function's arguments are its needs: one may be a ``Params``; every other is evidence,
    its type saying which and its name being a role.

    :param id: ``family.name`` in snake_case; never one that is taken.
    :param measures: the numbers it promises, at least one.
    :param kind: how its measures are decided unless the policy says otherwise.
    :param tasks: the tasks it is meant for; empty means all.
    :param roles: roles of columns that the release must give; a release without one is refused
        when the plan is made.
    :param version: changes when the same evidence would give other estimates; part of the
        cache's key.
    :raises DefinitionError: a bad id, no measures, a measure twice, no docstring, a word that is
        none of those there are.
    """

    def declare(measure: Measuring) -> Checker:
        if ID.fullmatch(id) is None:
            raise DefinitionError(f"{id!r}: a checker's id is family.name in snake_case")
        names = [m.name for m in measures]
        if not names or len(set(names)) != len(names):
            raise DefinitionError(f"{id}: at least one measure, none of them twice; got {names}")
        if unknown := [m.unit for m in measures if m.unit not in RANGES]:
            raise DefinitionError(f"{id}: unknown unit {unknown[0]!r}; one of {sorted(RANGES)}")
        _known(id, "kind", [kind], get_args(DecisionKind))
        _known(id, "task", tasks, get_args(Task))
        _known(id, "role", roles, get_args(Role))
        for each in measures:
            _sound(id, each)
        if not (measure.__doc__ or "").strip():
            raise DefinitionError(f"{id}: the docstring is the documentation, and is missing")
        return Checker(
            id=id,
            measure=measure,
            measures=tuple(measures),
            kind=kind,
            signature=read(measure),
            tasks=tuple(tasks),
            roles=tuple(roles),
            version=version,
        )

    return declare


def _known(id: str, what: str, given: Sequence[str], known: Sequence[str]) -> None:
    """Refuse a word that is none of those there are, with the likeliest."""
    for word in given:
        if word not in known:
            near = get_close_matches(str(word), known, n=1, cutoff=0.6)
            hint = f"did you mean {near[0]!r}?" if near else f"one of {', '.join(known)}"
            raise DefinitionError(f"{id}: unknown {what} {word!r}; {hint}")


def _sound(id: str, measure: Measure) -> None:
    """Refuse a measure whose direction or range cannot be."""
    _known(id, f"direction of {measure.name}, better", [measure.better], BETTER)
    low, high = measure.range
    if not low < high:  # NaN fails this too
        raise DefinitionError(f"{id}: {measure.name} lies between {low:g} and {high:g}: nowhere")
