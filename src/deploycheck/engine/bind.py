"""One control bound to its checker: parameters, evidence and data sets, every mistake told."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from pydantic import ValidationError

from deploycheck.authoring.checker import Checker
from deploycheck.authoring.collector import Collector
from deploycheck.authoring.errors import DefinitionError, NotYet, RoleError
from deploycheck.authoring.params import Params, column_fields
from deploycheck.authoring.signature import Need as Asked
from deploycheck.engine.problems import did_you_mean
from deploycheck.engine.registry import Registry
from deploycheck.engine.store import Need, Store, make_need
from deploycheck.model.policy import Control
from deploycheck.model.release import Release

Tell = Callable[..., None]  # (code, path below the control, message, hint="", key=False)

_BY_DEFAULT = "test"


@dataclass(frozen=True)
class Binding:
    """What one argument of a checker is made from."""

    argument: str
    need: Need


@dataclass(frozen=True)
class Bound:
    """A checker with everything it will be called with."""

    checker: Checker
    params: Params
    bindings: tuple[Binding, ...]


@dataclass(frozen=True)
class Binder:
    """Binds controls to checkers for one release.

    Without a release, what only a release can tell is not looked at: its task, its roles, its
    columns, and the names of its data sets and documents.
    """

    release: Release | None
    registry: Registry
    store: Store | None

    def bind(self, control: Control, tell: Tell, *, applies: bool = True) -> Bound | None:
        """The bound control, or ``None`` after telling every mistake in it.

        :param applies: whether the control applies; one that does not needs no roles or columns.
        """
        checker = self._checker(control, tell)
        if checker is None:
            return None
        words = self.registry.vocabulary(checker)
        self._task(checker, tell)
        unknown = [key for key in control.with_ if key not in words]
        for key in unknown:
            hint = did_you_mean(key, words) or "it takes no parameters"
            tell("DC014", ("with", key), f"{checker.id} has no parameter {key!r}", hint, key=True)
        params = self._params(
            checker.signature.params, "parameter", control.with_, words, ("with",), tell
        )
        bindings = self._bindings(checker, control, words, tell, applies=applies)
        if params is None or bindings is None or unknown:
            return None
        if not applies or self.release is None or self.store is None:
            return Bound(checker, params, bindings)
        sound = _columns(self.store, params, bindings, tell)
        sound = _roles(self.release, checker, tell) and sound
        return Bound(checker, params, bindings) if sound else None

    def _checker(self, control: Control, tell: Tell) -> Checker | None:
        if not control.check:  # the loader told it already
            return None
        try:
            checker = self.registry.checker(control.check)
            if checker is not None:
                self.registry.vocabulary(checker)
        except DefinitionError as error:
            tell("DC029", ("check",), str(error))
            return None
        if checker is None:
            hint = did_you_mean(control.check, self.registry.checker_ids())
            tell(
                "DC013",
                ("check",),
                f"unknown check {control.check!r} in control {control.id}",
                hint,
            )
        return checker

    def _task(self, checker: Checker, tell: Tell) -> None:
        task = self.release.task if self.release is not None else None
        if task is not None and checker.tasks and task not in checker.tasks:
            tell(
                "DC032",
                ("check",),
                f"{checker.id} is for {' and '.join(checker.tasks)}; the release's task is {task}",
            )

    def _params(
        self,
        model: type[Params],
        meaning: str,
        given: Mapping[str, Any],
        words: Mapping[str, str],
        path: tuple[str, ...],
        tell: Tell,
    ) -> Params | None:
        if not model.model_fields:
            return _none(model)
        mine = {key: value for key, value in given.items() if words.get(key) == meaning}
        try:
            return model.model_validate(mine)
        except ValidationError as error:
            for found in error.errors():
                # Tags of unions and list indices below a scalar are pydantic's, not the writer's.
                place = tuple(
                    part for part in found["loc"] if part in mine or isinstance(part, int)
                )
                if found["type"] == "missing":
                    where = path if given else ("check",)
                    name = found["loc"][0]
                    if _misspelt(str(name), given, words):
                        continue  # told as the unknown word that it was written as
                    tell("DC015", where, f"parameter {name!r} is missing", "give it in `with`")
                else:
                    name = ".".join(str(part) for part in found["loc"])
                    message = found["msg"].removeprefix("Value error, ")
                    tell("DC015", (*path, *(place or found["loc"][:1])), f"{name}: {message}")
            return None

    def _bindings(
        self,
        checker: Checker,
        control: Control,
        words: Mapping[str, str],
        tell: Tell,
        *,
        applies: bool,
    ) -> tuple[Binding, ...] | None:
        made: list[Binding] = []
        sound = True
        options: dict[str, Params | None] = {}

        def given(maker: Collector) -> Params:
            if maker.name not in options:
                options[maker.name] = self._params(
                    maker.params, f"collector:{maker.name}", control.with_, words, ("with",), tell
                )
            return options[maker.name] or maker.params.model_construct()

        for asked in checker.signature.needs.values():
            maker = self.registry.collector(asked.type)
            if maker is None:  # vocabulary() refused it already
                return None
            subject = self._subject(asked, control, words, tell if applies else _untold)
            if subject is None:
                sound = sound and not applies  # what does not apply may lack its data
                continue
            role = "champion" if asked.argument == "champion" else "model"
            need = make_need(maker, subject, role, given, self.registry.collector)
            made.append(Binding(asked.argument, need))
        return tuple(made) if sound and None not in options.values() else None

    def _subject(
        self, asked: Asked, control: Control, words: Mapping[str, str], tell: Tell
    ) -> str | None:
        """The data set, document or model an argument is made from; ``None`` after telling."""
        if asked.subject in {"model", "release"}:
            if asked.subject == "model" and asked.argument == "champion":
                return "champion"
            return asked.subject
        key, written = _written(asked, control.with_, words)
        if asked.subject == "document":
            known: Iterable[str] | None = self.release.documents if self.release else None
            name = asked.argument if written is None else written
            code, what = "DC031", "document"
        else:
            known = self.release.data if self.release else None
            name = written if written is not None else (asked.data or _BY_DEFAULT)
            code, what = "DC020", "data set"
        if not isinstance(name, str):
            tell("DC015", ("with", key), f"{key}: give the name of one {what}")
            return None
        if known is not None and name not in known:
            hint = did_you_mean(name, known) or f"the release names no {what}s"
            where = ("with", key) if written is not None else ("check",)
            tell(code, where, f"the release has no {what} {name!r}", hint)
            return None
        return name

    def describe(self, bound: Bound, tell: Tell) -> None:
        """Describe all evidence of a control.

        :raises EvidenceError: an artefact is missing, unreadable or changed.
        """
        if self.store is None:
            return
        for binding in bound.bindings:
            try:
                self.store.describe(binding.need)
            except RoleError as error:
                tell("DC021", ("check",), error.message)
            except NotYet as error:
                tell(error.code, ("check",), error.message)


def _columns(store: Store, params: Params, bindings: tuple[Binding, ...], tell: Tell) -> bool:
    """Refuse names of columns that no bound data set has; tell collectors what is read."""
    sound = True
    data = [b for b in bindings if b.need.collector.evidence.subject == "data"]
    fields = column_fields(type(params))
    for binding in data:
        told = [
            getattr(params, field)
            for field, mark in fields.items()
            if mark.argument in {None, binding.argument}
        ]
        if None in told or not any(told):
            store.will_read_any(binding.need)
    for field, mark in fields.items():
        given = getattr(params, field)
        names = (given,) if isinstance(given, str) else tuple(given or ())
        for binding in data:
            if mark.argument not in {None, binding.argument}:
                continue
            store.will_read(binding.need, names)
            known = store.columns(binding.need.subject)
            for index, name in enumerate(names):
                if known is not None and name not in known:
                    tell(
                        "DC019",
                        ("with", field, name if isinstance(given, Mapping) else index),
                        f"data set {binding.need.subject!r} has no column {name!r}",
                        did_you_mean(name, known),
                        key=isinstance(given, Mapping),
                    )
                    sound = False
    return sound


def _roles(release: Release, checker: Checker, tell: Tell) -> bool:
    missing = [r for r in checker.roles if not _given(release, r)]
    for role in missing:
        tell(
            "DC021",
            ("check",),
            f"{checker.id} needs `columns: {{{role}: …}}`, which the release does not give",
        )
    return not missing


def _misspelt(name: str, given: Mapping[str, Any], words: Mapping[str, str]) -> bool:
    """Whether an unknown word stands where ``name`` was probably meant."""
    meant = did_you_mean(name, (name,))
    return any(key not in words and did_you_mean(key, words) == meant for key in given)


def _untold(*_: Any, **__: Any) -> None:
    """Tells nobody."""


@cache
def _none(model: type[Params]) -> Params:
    """The one value of a model without fields."""
    return model()


def _given(release: Release, role: str) -> bool:
    value = getattr(release.columns, role)
    if role in {"prediction", "score"} and release.model != "none" and not release.columns.stored:
        return True  # the model is asked
    if role == "prediction" and value is None:
        return release.columns.score is not None and release.columns.threshold is not None
    return value is not None and value != ()


def _written(asked: Asked, given: Mapping[str, Any], words: Mapping[str, str]) -> tuple[str, Any]:
    """What ``with`` says of an argument: by its own name, else by ``data`` for all."""
    if asked.argument in given and words.get(asked.argument) == asked.subject:
        return asked.argument, given[asked.argument]
    if asked.subject == "data" and "data" in given:
        return "data", given["data"]
    return asked.argument, None
