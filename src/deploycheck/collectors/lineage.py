"""``Lineage``: the commit of the code around the release, and the record of the training."""

from collections.abc import Iterator
from dataclasses import asdict, replace
from pathlib import Path

from deploycheck.authoring.collector import Description, Source, collector, combined_digest
from deploycheck.authoring.documents import read_document, written_facts
from deploycheck.authoring.errors import EvidenceError
from deploycheck.authoring.git import SHOWN, GitError, repository
from deploycheck.authoring.params import NoParams
from deploycheck.evidence.lineage import Ancestry, Lineage
from deploycheck.model.release import ModelArtefact

TRAINING = "training"
OWN = (".deploycheck", "deploycheck-reports")  # what a run writes beside the release


@collector
class GitLineage:
    """The git repository that holds the release's folder, and the document ``training``."""

    evidence = Lineage

    def describe(self, source: Source, params: NoParams) -> Description:
        """Digest of all that is known, the commit and the number of changes."""
        made = self.collect(source, params)
        return Description(made.digest, None, {"commit": made.commit, "changes": made.changed})

    def collect(self, source: Source, params: NoParams) -> Lineage:
        """Compares every file of the working tree with the commit; done once a run."""
        del params
        kept = source.files.kept
        if "lineage" not in kept:
            kept["lineage"] = _lineage(source)
        made: Lineage = kept["lineage"]
        return made


def _lineage(source: Source) -> Lineage:
    facts: dict[str, object] = {}
    training_problem, training_digest = "", ""
    try:
        document = read_document(source, TRAINING)
        facts, training_digest = dict(written_facts(document)), document.digest
    except EvidenceError as error:
        training_problem = str(error)
    code = _code(source, facts.get("commit"))
    made = replace(code, training=facts, training_problem=training_problem)
    return replace(made, digest=combined_digest(asdict(made), training_digest))


def _code(source: Source, trained: object) -> Lineage:
    """What git knows; ``trained`` is the commit that the training wrote down."""
    try:
        with repository(source.files.root) as git:
            written = (place / name for place in (git.folder, git.top) for name in OWN)
            changes = git.changes(frozenset((*written, *_expected(source))))
            if not git.holds_folder():
                return Lineage("", "the commit has no file of the release's folder")
            ancestry: Ancestry = ""
            if isinstance(trained, str) and trained.strip():
                ancestry = git.ancestry(trained.strip())
            return Lineage(
                git.commit,
                changes=tuple(changes[:SHOWN]),
                changed=len(changes),
                branch=git.branch(),
                tags=git.tags(),
                remote=git.remote(),
                training_commit=ancestry,
            )
    except GitError as error:
        return Lineage("", str(error))
    except EvidenceError as error:
        return Lineage("", unknown=str(error))


def _expected(source: Source) -> Iterator[Path]:
    """What need not be in the repository, because a digest in the release names it."""
    release, files = source.release, source.files
    models = [release.model, release.champion.model if release.champion else None]
    named = [(data.path, data.digest) for data in release.data.values()]
    named += [(m.path, m.digest) for m in models if isinstance(m, ModelArtefact) and m.path]
    for path, digest in named:
        if digest is None:
            continue
        try:
            yield files.inside(path)
        except EvidenceError:  # it is told by those who read it
            continue
