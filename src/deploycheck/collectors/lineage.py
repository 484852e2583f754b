"""``Lineage``: the commit of the code around the release, and the record of the training."""

from collections.abc import Iterator
from pathlib import Path

from deploycheck.authoring.collector import Description, Source, collector, combined_digest
from deploycheck.authoring.documents import read_document, written_facts
from deploycheck.authoring.errors import EvidenceError
from deploycheck.authoring.git import SHOWN, GitError, repository
from deploycheck.authoring.params import NoParams
from deploycheck.evidence.lineage import Ancestry, Lineage
from deploycheck.model.release import ModelArtefact

TRAINING = "training"
OWN = ".deploycheck"  # what a run keeps below the release's folder


@collector
class GitLineage:
    """The git repository that holds the release's folder, and the document ``training``."""

    evidence = Lineage

    def describe(self, source: Source, params: NoParams) -> Description:
        """Digest of all that is known, the commit and the number of changes."""
        made = self.collect(source, params)
        return Description(made.digest, None, {"commit": made.commit, "changes": made.changed})

    def collect(self, source: Source, params: NoParams) -> Lineage:
        """Compares every file of the working tree with the commit; done once a run.

        :raises EvidenceError: git is not installed, fails, or takes too long.
        """
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
    commit, problem, branch, remote = "", "", "", ""
    tags: tuple[str, ...] = ()
    changes: list[str] = []
    ancestry: Ancestry = ""
    try:
        with repository(source.files.root) as git:
            commit, branch, tags, remote = git.commit, git.branch(), git.tags(), git.remote()
            changes = git.changes(frozenset(_expected(source)))
            if not git.holds_folder():
                commit, problem = "", "the commit has no file of the release's folder"
            elif isinstance(named := facts.get("commit"), str) and named.strip():
                ancestry = git.ancestry(named.strip())
    except GitError as error:
        problem = str(error)
    known = (commit, problem, changes, branch, tags, remote)
    return Lineage(
        commit,
        problem,
        tuple(changes[:SHOWN]),
        len(changes),
        branch,
        tags,
        remote,
        facts,
        training_problem,
        ancestry,
        combined_digest(*known, training_digest, training_problem, ancestry),
    )


def _expected(source: Source) -> Iterator[Path]:
    """What need not be in the repository: artefacts that a digest names, and what a run keeps."""
    release, files = source.release, source.files
    yield files.root.resolve() / OWN
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
