"""The text of a first policy: controls of the shipped starter pack that this project can answer."""

from collections.abc import Iterator, Mapping
from typing import Any

from deploycheck.scaffold.project.choices import Choices
from deploycheck.scaffold.project.left import left_to_say
from deploycheck.scaffold.project.release_text import MODELINE
from deploycheck.scaffold.project.wanted import Wanted, wanted
from deploycheck.scaffold.project.yaml_text import comment, entry, flow, prose, scalar

__all__ = ["policy_text", "written"]

_HEAD = """\
# What must hold before this model is released. `deploycheck init` wrote this first policy from what
# the project has. The numbers are where a careful team begins, not what any law asks: make them
# your own. A control's page: deploycheck explain CHECK, such as deploycheck explain {check}
"""
_GATE = """\
# A floor under the policy itself: where fewer controls are measured, or none of a family, nothing
# is released. So nobody passes by taking controls away, or by judging everything but the model.
"""
_SECTIONS = {
    "DATA": "Data: what is wrong here makes every other number wrong.",
    "PERF": "Performance",
    "FAIR": "Fairness",
    "INT": "What the model reads",
    "ROB": "Robustness",
    "DRIFT": "Drift",
    "LAT": "Budgets",
    "SIZE": "Budgets",
    "SEC": "Security and privacy",
    "PRIV": "Security and privacy",
    "REPRO": "Reproducibility and documentation",
    "DOC": "Reproducibility and documentation",
}
_LEVELS = ("data_quality", "performance", "fairness", "security")
_ORDER = ("id", "title", "check", "with", "require", "severity", "enforcement", "rationale")


def written(chosen: Choices) -> tuple[dict[str, Any], ...]:
    """The controls of the policy, as plain data, in order."""
    pack = starter()
    return tuple(_made(want, pack) for want in wanted(chosen))


def policy_text(chosen: Choices) -> str:
    """``policy.yaml``."""
    pack = starter()
    wants = wanted(chosen)
    controls = [_made(want, pack) for want in wants]
    lines = [
        MODELINE.format(kind="policy"),
        _HEAD.format(check=controls[0]["check"]).rstrip(),
        f"policy: {scalar(chosen.policy)}",
        'version: "1.0.0"',
        "controls:",
    ]
    section = ""
    for want, control in zip(wants, controls, strict=True):
        begun = _SECTIONS[want.id.partition("-")[0]]
        if begun != section:
            lines.append(f"  # {begun}")
        section = begun
        lines += _control(want, control)
    lines += [_GATE.rstrip(), f"gate: {flow({'at_least': _at_least(controls)})}"]
    lines += _not_written(chosen)
    return "\n".join(lines) + "\n"


def starter() -> Mapping[str, dict[str, Any]]:
    """The controls of the pack that ships with deploycheck, by id, with defaults filled in."""
    from deploycheck.engine.document import parse
    from deploycheck.engine.problems import PolicyError, Problem
    from deploycheck.shipped import pack

    problems: list[Problem] = []
    document = parse("pack:starter", pack("starter").read_bytes(), problems)
    if document is None or problems:
        raise PolicyError(problems)
    inputs = {name: told.get("default") for name, told in document.root["inputs"].items()}
    return {c["id"]: _filled(c, inputs) for c in document.root["controls"]}


def _filled(value: Any, inputs: Mapping[str, Any]) -> Any:
    if isinstance(value, dict):
        return {key: _filled(inner, inputs) for key, inner in value.items()}
    if isinstance(value, str) and value.startswith("${inputs."):
        return inputs.get(value.removeprefix("${inputs.").removesuffix("}"))
    return value


def _made(want: Wanted, pack: Mapping[str, dict[str, Any]]) -> dict[str, Any]:
    """A control: that of the pack, with what differs in this project."""
    base = dict(pack.get(want.of, {}))
    base.pop("when", None)  # it is written only where it applies
    made = {**base, "id": want.id, **want.differs}
    if want.with_ is not None:
        made["with"] = {**base.get("with", {}), **want.with_}
    return {key: made[key] for key in _ORDER if key in made}


def _control(want: Wanted, control: Mapping[str, Any]) -> Iterator[str]:
    start = "  - "
    for key, value in control.items():
        beside = f"   # {comment(want.change)}" if key == "require" and want.change else ""
        if key in {"title", "rationale"}:
            yield from prose(f"{start}{key}:", value, "      ")
        else:
            lines = entry(key, value, 4).split("\n")
            yield f"{start}{lines[0]}{beside}"
            yield from (f"    {line}" for line in lines[1:])
        start = "    "
    yield ""


def _at_least(controls: list[dict[str, Any]]) -> dict[str, Any]:
    counted = [c for c in controls if c["enforcement"] != "advisory"]
    families = {c["check"].partition(".")[0] for c in counted}
    return {
        "controls": max(1, len(counted) * 2 // 3),
        "families": [family for family in _LEVELS if family in families],
    }


def _not_written(chosen: Choices) -> Iterator[str]:
    """What could be asked as well, once somebody has said more."""
    left = [item.what for item in left_to_say(chosen)]
    if chosen.found.models and chosen.named_model is None and chosen.judged != "model":
        left.append("controls that ask a model: no model is named")
    if chosen.production is None:
        left.append("drift: needs a data set `production`")
    if not left:
        return
    yield ""
    yield "# Not asked yet. Say it and run deploycheck init --force again, or add controls by hand:"
    yield from (f"# - {comment(what)}" for what in left)
