"""``Environment``: a lock file beside the packages of the running interpreter."""

import platform
from importlib.metadata import distributions

from deploycheck.authoring.collector import Description, Source, collector, combined_digest
from deploycheck.authoring.documents import read_document
from deploycheck.authoring.errors import EvidenceError
from deploycheck.authoring.locks import normalised, read_lock
from deploycheck.authoring.params import NoParams
from deploycheck.evidence.environment import Environment

MOST_BYTES = 8 << 20
MOST_PINS = 100_000


@collector
class RunningEnvironment:
    """The lock that the release names, and what is installed where deploycheck runs."""

    evidence = Environment

    def describe(self, source: Source, params: NoParams) -> Description:
        """Digest of the lock, the interpreter and every installed package."""
        made = self.collect(source, params)
        facts = {"pins": len(made.pins), "installed": len(made.installed), "python": made.python}
        return Description(made.digest, None, facts)

    def collect(self, source: Source, params: NoParams) -> Environment:
        """Reads the lock and the metadata of the packages; nothing of them is imported.

        :raises EvidenceError: the lock is missing, larger than 8 MiB, not UTF-8, or malformed.
        """
        del params
        document = read_document(source, source.subject, MOST_BYTES)
        lock = read_lock(document.lines, document.path)
        if len(lock.pins) > MOST_PINS:
            raise EvidenceError(f"{document.path} pins more than {MOST_PINS:,} packages")
        found = installed()
        python = platform.python_version()
        where = (python, platform.system(), platform.machine())
        return Environment(
            document.path,
            tuple(lock.pins),
            found,
            python,
            lock.requires_python,
            lock.elsewhere,
            combined_digest(document.digest, found, where),
        )


def installed() -> dict[str, str]:
    """Version of each installed package, by normalised name; the first on the path counts."""
    found: dict[str, str] = {}
    for one in distributions():
        metadata = one.metadata
        # A folder left behind by a broken installation has metadata without a name.
        if metadata is not None and "Name" in metadata:
            version = one.version if "Version" in metadata else ""
            found.setdefault(normalised(metadata["Name"]), version)
    return dict(sorted(found.items()))
