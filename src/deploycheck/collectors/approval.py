"""``Approval``: the approval document beside the version and the model that are released."""

from deploycheck.authoring.collector import Description, Source, collector, combined_digest
from deploycheck.authoring.documents import read_document, written_facts
from deploycheck.authoring.params import NoParams
from deploycheck.evidence.approval import Approval


@collector
class ApprovalDocument:
    """A document in YAML, or in Markdown with front matter."""

    evidence = Approval

    def describe(self, source: Source, params: NoParams) -> Description:
        """Digest of the document, the version and the model; the number of facts."""
        made = self.collect(source, params)
        return Description(made.digest, None, {"facts": len(made.facts)})

    def collect(self, source: Source, params: NoParams) -> Approval:
        """Reads the document, and the bytes of the model for its digest.

        :raises EvidenceError: either cannot be read, or the document is no mapping in YAML.
        """
        del params
        document = read_document(source, source.subject)
        facts = written_facts(document)
        model = source.model
        digest = None
        if model is not None and model.path is not None:
            digest = source.files.tree(model.path).digest
        version = source.release.version
        return Approval(
            document.path,
            facts,
            version,
            digest,
            combined_digest(document.digest, version, digest),
        )
