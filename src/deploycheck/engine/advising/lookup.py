"""Finds what a word names: a check, a measure, an error code, or a control of a stored decision."""

import shlex
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from deploycheck.authoring.checker import Checker
from deploycheck.authoring.measure import Measure
from deploycheck.engine.advising.advice import SCHEMA, explained
from deploycheck.engine.advising.stored import Stored, UnusableError, others
from deploycheck.engine.advising.text import contents_text, measure_text, verdict_text
from deploycheck.engine.codes import CODES, explain
from deploycheck.engine.language.place import show, visible
from deploycheck.engine.problems import did_you_mean
from deploycheck.engine.registry import Registry
from deploycheck.engine.wording import BAD, bounded, by_weight
from deploycheck.model.base import format_instant
from deploycheck.model.verdict import Verdict

_MOST_NAMES = 8


class UnknownError(Exception):
    """Nothing has this name, or more than one thing has; the message says what to write."""


@dataclass(frozen=True)
class Told:
    """An explanation as text for people and as data for machines."""

    text: str
    data: Mapping[str, Any]
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True)
class Library:
    """All that can be explained.

    :param page: the page of a check.
    :param run: reads the stored decision; ``None`` where no run is recorded.
    :param home: folder of the records, for messages.
    :param here: where the command is given.
    :param asked: whether the decision was named, so that its controls come first.
    """

    registry: Registry
    page: Callable[[Checker], str]
    run: Callable[[], Stored | None]
    home: Path
    here: Path
    asked: bool = False
    _kept: dict[str, Stored | None] = field(default_factory=dict)

    def contents(self) -> Told:
        """Everything that can be explained, what does not hold in the stored decision first.

        :raises UnusableError: the decision was named and cannot be used.
        """
        warnings: tuple[str, ...] = ()
        stored = None
        try:
            stored = self._stored()
        except UnusableError as error:
            if self.asked:
                raise
            warnings = (f"the last run cannot be explained: {error}",)
        against = [] if stored is None else _against(stored)
        about = "" if stored is None else _about(stored, None)
        checks = {name: c.title for name, c in self._checkers.items()}
        data = {
            "schema": SCHEMA,
            "kind": "contents",
            "run": None if stored is None else _run_json(stored),
            "verdicts": [_brief(v) for v in against],
            "checks": [{"check": name, "title": title} for name, title in checks.items()],
            "codes": [{"code": c.code, "title": c.title} for c in CODES.values()],
        }
        return Told(contents_text(checks, against, about), data, warnings + _newer(stored))

    def explain(self, what: str) -> Told:
        """What there is to say about ``what``.

        :raises UnknownError: nothing has that name, or controls of several policies have it.
        :raises UnusableError: only a stored decision could have it, and it cannot be used.
        """
        word = what.strip()
        if self.asked and (found := self._verdict(word)):
            return found
        if word.upper() in CODES:
            return _code(word.upper())
        if (checker := self._checkers.get(word)) is not None:
            return self._check(checker)
        measured = self._measured(word)
        try:
            found = None if self.asked else self._verdict(word)
        except UnusableError as error:
            if not measured:
                raise
            return self._measure(measured, (f"the last run cannot be explained: {error}",))
        if found is not None:
            return found
        if measured:
            return self._measure(measured)
        raise UnknownError(self._unknown(word))

    @cached_property
    def _checkers(self) -> dict[str, Checker]:
        found = {name: self.registry.checker(name) for name in self.registry.checker_ids()}
        return {name: checker for name, checker in found.items() if checker is not None}

    def _stored(self) -> Stored | None:
        if "run" not in self._kept:
            self._kept["run"] = self.run()
        return self._kept["run"]

    def _verdict(self, word: str) -> Told | None:
        stored = self._stored()
        if stored is None:
            return None
        found = _named(stored.decision.verdicts, word)
        if len(found) > 1:
            names = ", ".join(bounded(f"{v.policy}/{v.control}") for v in found[:_MOST_NAMES])
            raise UnknownError(f"several policies have a control {show(word)}: write {names}")
        if not found:
            return None
        (verdict,) = found
        checker = self._checkers.get(verdict.check)
        measures = {} if checker is None else {m.name: m for m in checker.measures}
        told = explained(verdict, measures)
        data = {**told.as_json(), "run": _run_json(stored)}
        return Told(verdict_text(told, _about(stored, verdict)), data, _newer(stored))

    def _check(self, checker: Checker) -> Told:
        page = self.page(checker)
        data = {
            "schema": SCHEMA,
            "kind": "check",
            "check": checker.id,
            "title": checker.title,
            "decided": checker.kind,
            "measures": [_measure_json(m) for m in checker.measures],
            "page": page,
        }
        return Told(page + "\n", data)

    def _measured(self, word: str) -> list[tuple[Checker, Measure]]:
        name = word.lower().replace(" ", "_").replace("-", "_")
        found = ((c, c.named(name)) for c in self._checkers.values())
        return [(checker, measure) for checker, measure in found if measure is not None]

    def _measure(
        self, found: list[tuple[Checker, Measure]], warnings: tuple[str, ...] = ()
    ) -> Told:
        name = found[0][1].name
        data = {
            "schema": SCHEMA,
            "kind": "measure",
            "measure": name,
            "checks": [{"check": c.id, "title": c.title, **_measure_json(m)} for c, m in found],
        }
        return Told(measure_text(name, found), data, warnings)

    def _no_run(self) -> str:
        """Why there are no controls, and where there may be some."""
        text = f"no run is recorded in {visible(str(self.home))}, so there are no controls"
        found = [f"--record {shlex.quote(name)}" for name in others(self.here)]
        more = f"; there are some with {' or '.join(found)}" if found else ""
        return f"{text}{more or '; name a decision with --decision'}"

    def _unknown(self, word: str) -> str:
        stored = self._stored()
        controls = [] if stored is None else [v.control for v in stored.decision.verdicts]
        measures = {m.name for c in self._checkers.values() for m in c.measures}
        known = [*self._checkers, *CODES, *measures, *controls]
        hint = did_you_mean(word, known)
        if stored is None:
            hint = f"{hint}; {self._no_run()}" if hint else self._no_run()
        return f"nothing is called {show(word)}; {hint or '`deploycheck explain` lists all'}"


def _named(verdicts: tuple[Verdict, ...], word: str) -> list[Verdict]:
    """The verdicts that a word names: ``policy/CONTROL`` or ``CONTROL``, whatever its case."""
    for same in (str, str.lower):
        wanted = same(word)
        found = [v for v in verdicts if same(f"{v.policy}/{v.control}") == wanted]
        found = found or [v for v in verdicts if same(v.control) == wanted]
        if found:
            return found
    return []


def _against(stored: Stored) -> list[Verdict]:
    return [v for v in by_weight(stored.decision.verdicts) if v.outcome in BAD]


def _about(stored: Stored, verdict: Verdict | None) -> str:
    made = stored.decision
    judged = f"{bounded(made.release.name)} {bounded(made.release.version)}"
    policy = f"Policy {bounded(verdict.policy)}; release {judged}" if verdict else judged
    return (
        f"{policy}, {made.decision.value} as of {format_instant(made.run.as_of)} "
        f"(run {bounded(made.run.id)})"
    )


def _newer(stored: Stored | None) -> tuple[str, ...]:
    if stored is None or not stored.newer:
        return ()
    return (f"a later run, {stored.newer}, ended without a decision; this is the one before it",)


def _brief(verdict: Verdict) -> dict[str, Any]:
    return {
        "policy": verdict.policy,
        "control": verdict.control,
        "outcome": verdict.outcome.value,
        "effect": verdict.effect.value,
        "title": verdict.title,
        "check": verdict.check,
    }


def _run_json(stored: Stored) -> dict[str, Any]:
    made = stored.decision
    return {
        "id": made.run.id,
        "as_of": format_instant(made.run.as_of),
        "release": made.release.name,
        "version": made.release.version,
        "decision": made.decision.value,
        "digest": made.run.digest,
    }


def _measure_json(measure: Measure) -> dict[str, Any]:
    return {
        "name": measure.name,
        "unit": measure.unit,
        "better": measure.better,
        "meaning": measure.doc,
    }


def _code(name: str) -> Told:
    code = CODES[name]
    data = {
        "schema": SCHEMA,
        "kind": "code",
        "code": code.code,
        "title": code.title,
        "explanation": code.explanation,
        "fix": code.fix,
        "example_bad": code.example_bad,
        "example_good": code.example_good,
    }
    return Told(explain(name) + "\n", data)
