"""Digests of everything that a release names, whether or not a control looks at it."""

from collections.abc import Callable, Iterator, Mapping

from deploycheck.authoring.errors import EvidenceError, NotYet, RoleError
from deploycheck.authoring.files import Files
from deploycheck.authoring.globbing import digest_of
from deploycheck.engine.document import Document
from deploycheck.engine.language.place import show
from deploycheck.engine.problems import Problem
from deploycheck.engine.registry import Registry
from deploycheck.engine.store import Need, Store
from deploycheck.evidence.model_file import ModelFile
from deploycheck.model.release import ModelArtefact, Release


def digests(store: Store, registry: Registry) -> dict[str, str | None]:
    """sha256 of each artefact by ``model``, name of the data set, or name of the document.

    :return: ``None`` for one that cannot be read; the controls that need it say why.
    """
    release = store.release
    found: dict[str, str | None] = {}
    if isinstance(release.model, ModelArtefact):
        found["model"] = _model(store, registry, "model")
    if release.champion is not None and release.champion.model is not None:
        found["champion"] = _model(store, registry, "champion")
    for name, data in release.data.items():
        found[f"data.{name}" if name in found else name] = _file(store, data.path, digest_of)
    for name, path in release.documents.items():
        found[f"documents.{name}"] = _file(store, path, Files.digest)
    return found


def same_model(
    release: Release, digests: Mapping[str, str | None], document: Document
) -> Iterator[Problem]:
    """A champion that is the candidate's own file: nothing would be compared."""
    model, champion = digests.get("model"), digests.get("champion")
    if model is None or model != champion:
        return
    named = release.champion.model if release.champion is not None else None
    path = named.path if named is not None else None
    yield Problem(
        "DC033",
        f"the champion {show(path or '')} is the candidate itself: both files are {model[:19]}…",
        document.place(("champion", "model", "path")),
        "name the model that is in force, or leave champion out of a first release",
    )


def _file(store: Store, path: str, digest: Callable[[Files, str], str]) -> str | None:
    try:
        return digest(store.files, path)
    except (EvidenceError, NotYet):
        return None


def _model(store: Store, registry: Registry, subject: str) -> str | None:
    maker = registry.collector(ModelFile)
    if maker is None:
        return None
    try:
        return store.describe(Need(maker, subject, maker.params())).digest
    except (EvidenceError, NotYet, RoleError):
        return None
