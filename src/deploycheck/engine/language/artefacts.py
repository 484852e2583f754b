"""What must hold of a release beyond its types: each function tells what does not."""

from typing import Any

from deploycheck.engine.language.place import show
from deploycheck.engine.language.site import Path, Site, dotted
from deploycheck.model.release import DataSet, Derive, ModelArtefact, Release, Where

_HOMES = ("path", "endpoint", "mlflow", "python")
_LATER = {"endpoint", "mlflow"}
_CONDITIONS = ("min", "max", "equals", "one_of", "not_one_of", "present")


def check_release(release: Release, site: Site) -> None:
    """Tell everything that is wrong with a release of the right types."""
    if isinstance(release.model, ModelArtefact):
        _check_model(release.model, ("model",), site)
    if release.champion is not None:
        if release.champion.model is None:
            hint = "add model: {path: …}"
            site.tell("DC008", "the champion has no 'model'", ("champion",), hint)
        else:
            _check_model(release.champion.model, ("champion", "model"), site)
    for name, data in release.data.items():
        _check_data(data, ("data", name), site)
    for name, document in release.documents.items():
        _check_filled(document, ("documents", name), site)
    _check_columns(release, site)


def _check_model(model: ModelArtefact, path: Path, site: Site) -> None:
    homes = [name for name in _HOMES if getattr(model, name) is not None]
    if not homes:
        site.tell("DC008", f"{site.of(path)} has no 'path'", path, "or write model: none")
    elif len(homes) > 1:
        message = f"{dotted(path)} has both {homes[0]} and {homes[1]}; a model lies in one place"
        site.tell("DC009", message, (*path, homes[1]), key=True)
    for name in homes:
        if name in _LATER:
            message = f"a model by {name} cannot be run yet"
            site.tell("DC109", message, (*path, name), "store its predictions", key=True)
        else:
            _check_filled(getattr(model, name), (*path, name), site)
    _check_distinct(model.features, (*path, "features"), site)


def _check_data(data: DataSet, path: Path, site: Site) -> None:
    _check_filled(data.path, (*path, "path"), site)
    for at, where in enumerate(data.where):
        _check_where(where, (*path, "where", at), site)
    for name, derive in data.derive.items():
        _check_derive(derive, (*path, "derive", name), site)


def _check_where(where: Where, path: Path, site: Site) -> None:
    given = [name for name in _CONDITIONS if getattr(where, name) is not None]
    _check_filled(where.column, (*path, "column"), site)
    if not given:
        hint = f"give one of: {', '.join(_CONDITIONS)}"
        site.tell("DC008", f"{dotted(path)} says nothing about {show(where.column)}", path, hint)
    low, high = where.min, where.max
    if _number(low) and _number(high) and low > high:  # type: ignore[operator]  # both numbers
        message = f"{dotted(path)} keeps no row: nothing is at least {low} and at most {high}"
        site.tell("DC009", message, (*path, "min"))
    for name in ("equals", "one_of", "present"):
        others = [other for other in given if other != name]
        if name in given and others:
            message = f"{dotted(path)}: {name} says all; {others[0]} beside it can only contradict"
            site.tell("DC009", message, (*path, others[0]), key=True)
            break
    if where.one_of is not None and not where.one_of:
        site.tell("DC009", f"{dotted(path)} keeps no row: one_of is empty", (*path, "one_of"))


def _number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _check_derive(derive: Derive, path: Path, site: Site) -> None:
    _check_filled(derive.bin, (*path, "bin"), site)
    for at in range(1, len(derive.edges)):
        if derive.edges[at] <= derive.edges[at - 1]:
            message = f"{dotted(path)}: edges must increase"
            site.tell("DC009", message, (*path, "edges", at))
    if derive.labels is None:
        return
    bins = len(derive.edges) + 1
    if len(derive.labels) != bins:
        message = f"{dotted(path)}: {len(derive.edges)} edges make {bins} bins"
        site.tell("DC009", message, (*path, "labels"), f"not {len(derive.labels)} labels")
    _check_distinct(derive.labels, (*path, "labels"), site)


def _check_columns(release: Release, site: Site) -> None:
    columns = release.columns
    for role in ("target", "prediction", "score", "id"):
        name = getattr(columns, role)
        if name is not None:
            _check_filled(name, ("columns", role), site)
    for at, name in enumerate(columns.protected):
        _check_filled(name, ("columns", "protected", at), site)
    _check_distinct(columns.protected, ("columns", "protected"), site)


def _check_filled(text: str, path: Path, site: Site) -> None:
    if not text.strip():
        site.tell("DC009", f"{dotted(path)} is blank", path)


def _check_distinct(names: tuple[str, ...], path: Path, site: Site) -> None:
    seen: set[str] = set()
    for at, name in enumerate(names):
        if name in seen:
            site.tell("DC009", f"{dotted(path)} names {show(name)} twice", (*path, at))
        seen.add(name)
