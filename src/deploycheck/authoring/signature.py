"""Reads what a function asks for: at most one ``Params``, the rest evidence by type and role."""

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, get_args, get_origin, get_type_hints

from deploycheck.authoring.clock import AsOf
from deploycheck.authoring.errors import DefinitionError
from deploycheck.authoring.params import From, NoParams, Params
from deploycheck.authoring.seed import Seed


@dataclass(frozen=True)
class Need:
    """One piece of evidence that a function asks for."""

    argument: str
    type: type[Any]
    data: str | None  # the data set that the signature names with ``From``

    @property
    def subject(self) -> str:
        """``data``, ``model``, ``document`` or ``release``: what the type is made from."""
        return str(self.type.subject)


@dataclass(frozen=True)
class Signature:
    """``takes`` is the name of the params argument, ``seed`` and ``clock`` those of the seed and
    the run's clock, where they are asked for.
    """

    params: type[Params]
    takes: str | None
    needs: Mapping[str, Need]
    returns: Any
    seed: str | None = None
    clock: str | None = None

    def arguments(self, params: Params, evidence: Mapping[str, object]) -> dict[str, object]:
        names = (*self.needs, *(n for n in (self.seed, self.clock) if n is not None))
        asked = {name: evidence[name] for name in names}
        return asked if self.takes is None else {self.takes: params, **asked}


def read(function: Callable[..., Any], *, skip: tuple[str, ...] = ()) -> Signature:
    """The signature of ``function``.

    :raises DefinitionError: an argument without annotation, with a default, with two
        ``Params``, or with a type that is not evidence.
    """
    hints = get_type_hints(function, include_extras=True)
    returns = hints.pop("return", None)
    takes: str | None = None
    model: type[Params] = NoParams
    needs: dict[str, Need] = {}
    seed: str | None = None
    clock: str | None = None
    for name, parameter in inspect.signature(function).parameters.items():
        if name in skip:
            continue
        where = f"{function.__qualname__}: argument {name!r}"
        if name not in hints:
            raise DefinitionError(f"{where} has no annotation")
        if parameter.default is not parameter.empty:
            raise DefinitionError(f"{where} has a default; evidence is never optional")
        kind, data = _unwrap(hints[name])
        if isinstance(kind, type) and issubclass(kind, Params):
            if takes is not None:
                raise DefinitionError(f"{where} is a second Params")
            takes, model = name, kind
        elif kind is Seed:
            seed = name
        elif kind is AsOf:
            clock = name
        elif getattr(kind, "subject", None) in {"data", "model", "document", "release"}:
            needs[name] = Need(name, kind, data)
        else:
            raise DefinitionError(
                f"{where} is neither Params nor evidence: {kind!r} declares no subject"
            )
    return Signature(model, takes, needs, returns, seed, clock)


def _unwrap(hint: Any) -> tuple[Any, str | None]:
    if get_origin(hint) is not Annotated:
        return hint, None
    kind, *marks = get_args(hint)
    return kind, next((mark.data for mark in marks if isinstance(mark, From)), None)
