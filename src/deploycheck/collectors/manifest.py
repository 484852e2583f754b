"""``Manifest``: every artefact that a release names, the declared digest beside the actual one."""

from collections.abc import Callable, Iterator

from deploycheck.authoring.collector import Description, Source, collector
from deploycheck.authoring.errors import EvidenceError, NotYet
from deploycheck.authoring.globbing import digest_of
from deploycheck.authoring.params import NoParams
from deploycheck.evidence.manifest import Artefact, Manifest
from deploycheck.model.release import ModelArtefact


@collector
class Artefacts:
    """Data sets, models and documents, in the order of their names."""

    evidence = Manifest

    def describe(self, source: Source, params: NoParams) -> Description:
        """Digest over all artefacts."""
        made = self.collect(source, params)
        return Description(made.digest, None, {"artefacts": len(made.artefacts)})

    def collect(self, source: Source, params: NoParams) -> Manifest:
        """Reads every byte; what cannot be read has a ``problem`` and no digest."""
        del params
        return Manifest(tuple(sorted(_artefacts(source), key=lambda artefact: artefact.name)))


def _artefacts(source: Source) -> Iterator[Artefact]:
    release, files = source.release, source.files
    for name, data in release.data.items():
        yield _artefact(f"data.{name}", data.path, data.digest, lambda path: digest_of(files, path))
    for name, path in release.documents.items():
        yield _artefact(f"documents.{name}", path, None, files.digest)
    champion = release.champion.model if release.champion is not None else None
    for name, model in (("model", release.model), ("champion", champion)):
        if not isinstance(model, ModelArtefact):
            continue
        if model.path is not None:
            yield _artefact(name, model.path, model.digest, lambda path: files.tree(path).digest)
        else:
            place = model.endpoint or model.mlflow or model.python or ""
            problem = "not a file, so it has no digest" if place else "the release names no file"
            yield Artefact(name, place, model.digest, None, problem)


def _artefact(name: str, path: str, declared: str | None, digest: Callable[[str], str]) -> Artefact:
    try:
        return Artefact(name, path, declared, digest(path))
    except (EvidenceError, NotYet) as error:
        return Artefact(name, path, declared, None, str(error))
