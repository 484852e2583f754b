"""Checker ``documentation.approval``."""

import re
import unicodedata
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, time, timedelta
from typing import Literal, Self

from pydantic import Field, model_validator

from deploycheck.authoring.checker import checker
from deploycheck.authoring.clock import AsOf
from deploycheck.authoring.columns import quoted
from deploycheck.authoring.estimates import Count, Estimate
from deploycheck.authoring.measure import Measure
from deploycheck.authoring.params import Params
from deploycheck.evidence.approval import Approval
from deploycheck.model.base import format_instant, parse_instant

Fact = Literal[
    "owner", "risk_tier", "author", "approver", "approved", "expires", "version", "model_digest"
]
FACTS: tuple[Fact, ...] = (
    "owner", "risk_tier", "author", "approver", "approved", "expires", "version"
)  # fmt: skip
MOST_NAMES = 100
EASTERN = timedelta(hours=14)  # a date begins in UTC+14 first
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_ASIDE = re.compile(r"\([^()]*\)")
_BETWEEN = re.compile(r"[;&/]|\band\b")
_NOTHING = frozenset({
    "", "-", "?", "~", "null", "none", "nil", "na", "n/a", "not applicable", "unknown", "tbd",
    "tba", "todo", "fixme", "xxx", "placeholder", "pending", "to be determined", "to be decided",
})  # fmt: skip


class ApprovalParams(Params):
    required: tuple[Fact, ...] = Field(
        FACTS,
        min_length=1,
        description="Facts that the document must give. `model_digest` beside the default ones "
        "binds the approval to the very bytes of the model.",
    )
    risk_tiers: tuple[str, ...] | None = Field(
        None,
        min_length=1,
        max_length=100,
        description="Risk tiers that are known; any text where none are named.",
    )

    @model_validator(mode="after")
    def _distinct(self) -> Self:
        if len(set(self.required)) != len(self.required):
            raise ValueError("required: a fact is named twice")
        return self


@checker(
    "documentation.approval",
    measures=[
        Measure(
            "problems",
            unit="count",
            better="lower",
            doc="Facts of the approval that are missing, malformed or do not hold.",
        )
    ],
    kind="exact",
)
def approval(params: ApprovalParams, approval: Approval, as_of: AsOf) -> Iterator[Estimate]:
    """Somebody else than the author approved this version, and the approval is in force.

    Why: A model that nobody answers for, that its author waved through, or whose approval was for
    last year's version, has not been approved.

    Fix: The details name each fact and what is wrong with it. Have the release approved by
    somebody who did not make it, and write down who, when, for which version and until when.

    Definition: problems = #{facts that are `required` and not given} + #{given facts that do not
    hold}. A fact holds if `owner` and `risk_tier` say something (the tier being one of
    `risk_tiers`, if those are named); no `approver` is an `author`, compared without case and
    spaces, by name and by e-mail address, each of several people in one text by itself; `approved`
    lies not after the run and not after `expires`; `expires` lies after the run; `version` is the
    release's; `model_digest` is the SHA-256 of the model. Placeholders (TBD, N/A, -) say nothing.
    Times are a date or an RFC 3339 time with its zone. A date is its midnight in UTC, so an
    approval that expires on a date has expired when that date begins; `approved` may be a date
    that has begun in some time zone. Other facts of the document are not looked at.

    Bounds: The count is exact.

    Undefined: It is always a number: of an empty document, or one without front matter, every
    required fact is missing. A document that is no mapping in YAML is an error.

    Cost: Linear in the length of the document.

    Source: Board of Governors of the Federal Reserve System and OCC 2011, "Supervisory guidance
    on model risk management" (SR 11-7), sections V and VI: validation by those who did not
    develop the model, approval, and inventory.

    Example:
        check: documentation.approval
        with: {approval: approval, risk_tiers: [low, medium, high]}
        require: {problems: {max: 0}}
    """
    known: dict[str, None] = dict.fromkeys((*params.required, *FACTS, "model_digest"))
    given = {name: _texts(approval.facts.get(name)) for name in known}
    problems = [f"{name}: missing" for name in params.required if given[name] == ()]
    problems += [f"{name}: no text" for name in known if given[name] is None]
    told = {name: texts for name, texts in given.items() if texts}
    problems += _people(told)
    problems += _times(told, as_of)
    tiers = params.risk_tiers
    if tiers is not None and "risk_tier" in told and told["risk_tier"] not in {(t,) for t in tiers}:
        problems.append(f"risk_tier: none of {', '.join(map(quoted, tiers))}")
    if "version" in told and told["version"] != (approval.version,):
        problems.append(
            f"version: {_shown(told['version'])} is approved, the release is "
            f"{quoted(approval.version)}"
        )
    problems += _model(told, approval)
    yield Count("problems", len(problems), of=len(known), details=tuple(problems))


def _texts(value: object) -> tuple[str, ...] | None:
    """The texts of a fact: none where it says nothing, ``None`` where it is no text."""
    items = value if isinstance(value, list | tuple) else [] if value is None else [value]
    if not all(isinstance(item, str) for item in items) or len(items) > MOST_NAMES:
        return None
    plain = (" ".join(str(item).split()) for item in items)
    return tuple(item for item in plain if item.casefold().strip("<>[](). ") not in _NOTHING)


def _people(told: Mapping[str, tuple[str, ...]]) -> Iterator[str]:
    authors = {part for name in told.get("author", ()) for part in _identities(name)}
    for name in told.get("approver", ()):
        if not _identities(name):
            yield f"approver: {quoted(name)} names nobody"
        elif authors.intersection(_identities(name)):
            yield f"approver: {quoted(name)} is an author; somebody else must approve"
    for name in told.get("author", ()):
        if not _identities(name):
            yield f"author: {quoted(name)} names nobody"


def _identities(name: str) -> frozenset[str]:
    """What tells people: name and e-mail address, of ``Ann Lee <ann@example.org> and Cy Fox``."""
    plain = unicodedata.normalize("NFKC", name).casefold()
    parts = [part for one in _each(plain) for part in _parts(one)]
    # Characters that are not seen, such as a zero-width space, tell nobody apart.
    words = ("".join(c for c in part if c.isalnum() or c in "@._+-") for part in parts)
    return frozenset(word for word in words if any(c.isalnum() for c in word))


def _parts(person: str) -> Iterator[str]:
    """Name and address; what else stands in brackets, such as a team, tells nobody apart."""
    name = _ASIDE.sub(" ", person)
    yield from re.split("[<>]", name if name.strip() else person)
    yield from (aside for aside in _ASIDE.findall(person) if "@" in aside)


def _each(names: str) -> Iterator[str]:
    """Each of several people in one text; the comma of ``Lee, Ann`` stands within one name."""
    for part in _BETWEEN.split(names):
        people = [one.strip() for one in part.split(",")]
        yield from people if all(" " in one or "@" in one for one in people) else (part,)


def _times(told: Mapping[str, tuple[str, ...]], as_of: AsOf) -> Iterator[str]:
    stamps: dict[str, datetime] = {}
    for name in ("approved", "expires"):
        if name not in told:
            continue
        stamp = _instant(told[name])
        if isinstance(stamp, str):
            yield f"{name}: {stamp}"
        else:
            stamps[name] = stamp
    approved, expires = stamps.get("approved"), stamps.get("expires")
    if approved is not None:
        dated = _DATE.fullmatch(told["approved"][0]) is not None
        if approved - as_of > (EASTERN if dated else timedelta(0)):
            yield f"approved: {told['approved'][0]} is after the run's {format_instant(as_of)}"
    if expires is not None and expires <= as_of:
        yield f"expires: {told['expires'][0]}, before the run's {format_instant(as_of)}"
    if approved is not None and expires is not None and approved > expires:
        yield "approved: after it expires"


def _instant(texts: tuple[str, ...]) -> datetime | str:
    """The instant, or what is wrong with it."""
    if len(texts) != 1:
        return "more than one time"
    (text,) = texts
    try:
        if _DATE.fullmatch(text):
            return datetime.combine(date.fromisoformat(text), time(), UTC)
        return parse_instant(text)
    except ValueError as error:
        return f"{quoted(text)}: {error}"


def _model(told: Mapping[str, tuple[str, ...]], approval: Approval) -> Iterator[str]:
    if "model_digest" not in told:
        return
    if approval.model_digest is None:
        yield "model_digest: the release has no model on disk"
    elif told["model_digest"] != (approval.model_digest,):
        yield (
            f"model_digest: {_shown(told['model_digest'])} is approved, the model is "
            f"{approval.model_digest}"
        )


def _shown(texts: tuple[str, ...]) -> str:
    return ", ".join(map(quoted, texts[:3]))
