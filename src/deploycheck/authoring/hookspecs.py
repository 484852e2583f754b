"""The five doors of deploycheck. Four bring things in, one tells the outcome.

A plugin is a module with any of these functions, marked ``@hookimpl`` and advertised under the
entry-point group ``deploycheck``. A ``conftest.py`` may have them too; those are used by pytest
alone, with ``--deploycheck-allow-local-plugins``, and every report says that they took part.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

import pluggy

if TYPE_CHECKING:
    from deploycheck.authoring.checker import Checker
    from deploycheck.authoring.collector import Collector
    from deploycheck.authoring.packs import PolicyPack
    from deploycheck.authoring.reporter import Reporter
    from deploycheck.model.decision import Decision
    from deploycheck.model.release import Release

hookspec = pluggy.HookspecMarker("deploycheck")
hookimpl = pluggy.HookimplMarker("deploycheck")


@hookspec
def deploycheck_checkers() -> Iterable[Checker]:  # type: ignore[empty-body]
    """Offer checkers.

    Fires once a run, before any policy is read. A second checker with an id that is taken, or
    that a built-in has, is refused: no plugin can quietly change what a policy means.

    :return: checkers made with :func:`deploycheck.checker`.
    """


@hookspec
def deploycheck_collectors() -> Iterable[Collector]:  # type: ignore[empty-body]
    """Offer makers of evidence types.

    Fires once a run, before any policy is read. One collector a type; a second is refused.

    :return: collectors made with :func:`deploycheck.collector`.
    """


@hookspec
def deploycheck_reporters() -> Iterable[Reporter]:  # type: ignore[empty-body]
    """Offer report formats.

    Fires once a run. Each becomes an option of ``gate`` and ``report`` (``--NAME FILE``); pytest
    takes it as ``--deploycheck-report NAME=FILE``.

    :return: reporters made with :func:`deploycheck.reporter`.
    """


@hookspec
def deploycheck_policy_packs() -> Iterable[PolicyPack]:  # type: ignore[empty-body]
    """Offer policies that others may use.

    Fires once a run, before any policy is read. Packs are known by name and version; policies
    cannot extend them yet.

    :return: packs, each a name, a version and a folder.
    """


@hookspec
def deploycheck_decided(decision: Decision, release: Release) -> None:
    """Learn the outcome, after it is recorded and every report is written.

    For registries, chat and tickets. What is returned is ignored; what is raised is printed as
    a warning and changes nothing.

    :param decision: every verdict, and what becomes of the release.
    :param release: what was judged.
    """
