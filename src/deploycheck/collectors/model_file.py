"""``ModelFile``: the model as bytes on disk. Nothing in it is run or parsed."""

from deploycheck.authoring.collector import Description, Source, collector
from deploycheck.authoring.errors import EvidenceError, NotYet, RoleError
from deploycheck.authoring.params import NoParams
from deploycheck.evidence.model_file import ModelFile


@collector
class ModelOnDisk:
    """The file, or all files of the folder, that the release calls its model."""

    evidence = ModelFile

    def describe(self, source: Source, params: NoParams) -> Description:
        """Digest, number of files and bytes."""
        made = self.collect(source, params)
        return Description(made.digest, None, {"files": len(made.files), "bytes": made.bytes})

    def collect(self, source: Source, params: NoParams) -> ModelFile:
        """Reads every byte, for the digest.

        :raises EvidenceError: missing, unreadable, outside the folder, empty, or another digest
            than declared (``DC202``).
        :raises RoleError: the release has no such model.
        :raises NotYet: the model is served, registered or a Python function.
        """
        del params
        model = source.model
        if model is None:
            raise RoleError(source.subject, f"the release has no {source.subject} with a file")
        if model.path is None:
            raise NotYet("DC109", f"only a {source.subject} with a `path` is looked at yet")
        tree = source.files.tree(model.path)
        if model.digest is not None and model.digest != tree.digest:
            raise EvidenceError(
                f"{model.path} changed: the release declares {model.digest}, it is {tree.digest}",
                "restore the model, or declare the new digest after review",
                "DC202",
            )
        return ModelFile(model.path, tree.files, tree.digest)
