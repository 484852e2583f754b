"""A plugin for deploycheck: what it brings, and what it does when a decision has fallen."""

import json
import os
from collections.abc import Iterable
from typing import TYPE_CHECKING

from deploycheck import hookimpl

if TYPE_CHECKING:
    from deploycheck import Checker, Reporter
    from deploycheck.model.decision import Decision
    from deploycheck.model.release import Release

LOG = "DEPLOYCHECK_EXAMPLE_LOG"


@hookimpl
def deploycheck_checkers() -> "Iterable[Checker]":
    from deploycheck_example.approval_gap import approval_gap

    return [approval_gap]


@hookimpl
def deploycheck_reporters() -> "Iterable[Reporter]":
    from deploycheck_example.controls_csv import csv

    return [csv]


@hookimpl
def deploycheck_decided(decision: "Decision", release: "Release") -> None:
    """Append one line of JSON to the file that ``DEPLOYCHECK_EXAMPLE_LOG`` names, if it names one.

    A registry or a chat would be told here. What this raises becomes a warning of the run.
    """
    path = os.environ.get(LOG)
    if not path:
        return
    line = {
        "release": release.release,
        "version": release.version,
        "decision": decision.decision.value,
        "run": decision.run.id,
        "digest": decision.run.digest,
    }
    # One write to a file opened for appending: lines of runs at the same time do not mix.
    file = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
    try:
        os.write(file, (json.dumps(line) + "\n").encode())
    finally:
        os.close(file)
