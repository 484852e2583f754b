"""Format ``github``: annotations for GitHub Actions, as commands that its runner reads in output.

In a run of GitHub Actions both front ends print them by themselves, with files named from the
repository's root. A written report names them from the release's folder.
"""

from deploycheck.authoring.reporter import reporter
from deploycheck.engine.actions import annotations
from deploycheck.model.decision import Decision


@reporter("annotations.txt")
def github(decision: Decision) -> str:
    """The decision as a notice, what blocks as errors, the rest that does not hold as warnings."""
    return "\n".join(annotations(decision)) + "\n"
