"""Checker ``reproducibility.lineage``."""

import re
from collections.abc import Iterator, Mapping
from typing import Literal, Self

from pydantic import Field, model_validator

from deploycheck.authoring.checker import checker
from deploycheck.authoring.columns import quoted
from deploycheck.authoring.errors import EvidenceError
from deploycheck.authoring.estimates import Count, Estimate
from deploycheck.authoring.measure import Measure
from deploycheck.authoring.params import Params
from deploycheck.evidence.lineage import Lineage
from deploycheck.evidence.manifest import Artefact, Manifest

Link = Literal["code", "data", "model", "parameters"]
LINKS: tuple[Link, ...] = ("code", "data", "model", "parameters")
SHOWN = 200
_SEED = re.compile(r"[+-]?[0-9]{1,20}")


class LineageParams(Params):
    links: tuple[Link, ...] = Field(
        LINKS, min_length=1, description="Links of the chain that are looked at."
    )

    @model_validator(mode="after")
    def _distinct(self) -> Self:
        if len(set(self.links)) != len(self.links):
            raise ValueError("links: a link is named twice")
        return self


@checker(
    "reproducibility.lineage",
    measures=[
        Measure(
            "missing_links",
            unit="count",
            better="lower",
            doc="Places in the chain from data and code to the model at which it is broken.",
        )
    ],
    kind="exact",
)
def lineage(params: LineageParams, lineage: Lineage, manifest: Manifest) -> Iterator[Estimate]:
    """Model, data, code and training parameters can be traced to one another.

    Why: When a model does harm, somebody must find out what it was made of. A model without the
    commit, the data and the parameters that it came from can be neither explained nor repeated.

    Fix: The details name each broken link and how to mend it: commit the code, declare the digests
    (`sha256sum FILE` prints one), and let the training write down its seed and its data.

    Definition: missing_links = #{places at which a link is broken}. `code`: the release's folder
    lies in a git repository, and no file of the working tree is changed, new or gone against the
    commit; ignored files do not count, nor do artefacts with a declared digest and what
    deploycheck writes itself. `data` and `model`: the release declares a digest of every data set
    and of the model, and their bytes
    have it. `parameters`: the document `training` (YAML, or Markdown with front matter) gives a
    whole-number `seed` and under `data` the digest of at least one data set of the release, of
    `train` where there is one, and each is that of the bytes. If it also gives `model`, that is
    the model's digest, and if it gives `commit`, that is the release's commit or one before it.

    Bounds: The count is exact. That the code at the commit makes the model from the data is not
    shown by this: only training it again shows that.

    Undefined: It is always a number: without a repository, data sets, a model or a document, or
    with an empty one, that link is missing. A release that judges stored predictions has no model:
    name the other `links`. Where git is not installed, fails or takes too long, the links that need
    it are an error.

    Cost: Every file of the working tree is read once; git is given 25 seconds.

    Source: SLSA v1.0, provenance; in-toto attestation framework; Gundersen and Kjensmo 2018,
    "State of the art: reproducibility in artificial intelligence" (AAAI).

    Example:
        check: reproducibility.lineage
        with: {links: [data, model, parameters]}
        require: {missing_links: {max: 0}}
    """
    asks_git = "code" in params.links
    asks_git |= "parameters" in params.links and "commit" in lineage.training
    if asks_git and lineage.unknown:
        raise EvidenceError(f"nothing is known of the code: {lineage.unknown}")
    known = {artefact.name: artefact for artefact in manifest.artefacts}
    makers = {
        "code": lambda: _code(lineage),
        "data": lambda: _data(known),
        "model": lambda: _artefact("model", known.get("model")),
        "parameters": lambda: _parameters(lineage, known),
    }
    missing = [told for link in params.links for told in makers[link]()]
    details = missing[:SHOWN]
    if len(missing) > SHOWN:
        details.append(f"and {len(missing) - SHOWN:,} more")
    if "code" in params.links and lineage.commit:
        details.append(_where(lineage))
    yield Count("missing_links", len(missing), details=tuple(details))


def _where(lineage: Lineage) -> str:
    parts = [f"commit {lineage.commit}"]
    parts += [f"branch {quoted(lineage.branch)}"] if lineage.branch else []
    parts += [f"tag {quoted(tag)}" for tag in lineage.tags[:3]]
    parts += [f"of {quoted(lineage.remote)}"] if lineage.remote else []
    return ", ".join(parts)


def _code(lineage: Lineage) -> Iterator[str]:
    if not lineage.commit:
        yield f"code: {lineage.problem or 'there is no commit'}; commit the code with the release"
    elif lineage.changed:
        first = ", ".join(map(quoted, lineage.changes[:5]))
        more = " and others" if lineage.changed > 5 else ""
        yield (
            f"code: {lineage.changed:,} files are not as commit {lineage.commit[:12]} has them: "
            f"{first}{more}; commit or ignore them"
        )


def _data(known: Mapping[str, Artefact]) -> Iterator[str]:
    sets = [artefact for name, artefact in known.items() if name.startswith("data.")]
    if not sets:
        yield "data: the release names no data set"
    for artefact in sets:
        yield from _artefact(artefact.name, artefact)


def _artefact(name: str, artefact: Artefact | None) -> Iterator[str]:
    if artefact is None:
        yield f"{name}: the release names none"
    elif not artefact.actual:
        yield f"{name}: {artefact.problem or 'cannot be read'}"
    elif not artefact.declared:
        yield f"{name}: no digest is declared; write `digest: {artefact.actual}` into the release"
    elif artefact.declared != artefact.actual:
        yield f"{name}: {artefact.declared} is declared, {artefact.actual} is found"


def _parameters(lineage: Lineage, known: Mapping[str, Artefact]) -> Iterator[str]:
    facts = lineage.training
    if lineage.training_problem:
        yield f"parameters: {lineage.training_problem}"
        return
    seed = facts.get("seed")
    if not isinstance(seed, str) or _SEED.fullmatch(seed.strip()) is None:
        yield "parameters: no whole number as `seed`; let the training write it down"
    yield from _trained_on(facts.get("data"), known)
    model = known.get("model")
    if "model" in facts and (model is None or facts["model"] != model.actual):
        yield "parameters: `model` is not the digest of the released model"
    if "commit" not in facts:
        return
    if not lineage.commit:
        yield "parameters: names a commit, but the release has none"
    elif lineage.training_commit != "ancestor":
        why = "is not an earlier one of the released commit"
        if lineage.training_commit != "unrelated":
            why = "is not in the repository; fetch its whole history"
        yield f"parameters: the commit that is named {why}"


def _trained_on(data: object, known: Mapping[str, Artefact]) -> Iterator[str]:
    if not isinstance(data, Mapping) or not data:
        yield "parameters: no digests under `data`; let the training write them down"
        return
    for name, digest in data.items():
        artefact = known.get(f"data.{name}")
        if artefact is None:
            yield f"parameters: {quoted(str(name))} is no data set of the release"
        elif not artefact.actual or digest != artefact.actual:
            yield f"parameters: trained on another {quoted(str(name))} than the release has"
    if "data.train" in known and "train" not in data:
        yield "parameters: nothing is said of the data set 'train'"
