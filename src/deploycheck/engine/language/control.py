"""What must hold of a control beyond its types: each function tells what does not."""

import re
from collections.abc import Iterable
from datetime import datetime
from typing import Any, get_args

from deploycheck.engine.language.place import show
from deploycheck.engine.language.site import Site
from deploycheck.engine.problems import did_you_mean
from deploycheck.model.policy import Bound, Control, Enforcement, Uncertain
from deploycheck.model.release import Columns, Release, Task

_BOUNDS = ("min", "max", "equals", "one_of", "detect")
_ALONE = ("equals", "one_of")
_STRICTNESS = {Enforcement.ADVISORY: 0, Enforcement.OVERRIDABLE: 1, Enforcement.MANDATORY: 2}
_TEXT_FIELDS = {"task", "owner", "version", "release", "description"}


def check_control(control: Control, site: Site, *, partial: bool = False) -> list[str]:
    """Tell everything that is wrong with a control of the right types.

    :param partial: parts are left out, because their mistakes were told already.
    :return: names of the measures whose bounds are wrong.
    """
    if not control.title.strip():
        site.tell("DC009", f"{site.prefix}title is blank", ("title",))
    if not control.check.strip() and not partial:
        site.tell("DC009", f"{site.prefix}check is blank", ("check",))
    wrong = []
    for measure, bound in control.require.items():
        before = site.findings.count
        given = [name for name in _BOUNDS if getattr(bound, name) is not None]
        if given:
            _check_bound(measure, bound, given, site)
        elif not partial:
            path, hint = ("require", measure), f"give one of: {', '.join(_BOUNDS)}"
            site.tell("DC026", f"{site.prefix}nothing is required of {show(measure)}", path, hint)
        if not given or site.findings.count > before:
            wrong.append(measure)
    if not isinstance(control.enforcement, Enforcement):
        _check_phases(control.enforcement, site)
    _check_decide(control, site)
    if control.when is not None:
        _check_when(control.when, _may_be_mandatory(control), site)
    return wrong


def _may_be_mandatory(control: Control) -> bool:
    """Whether the control is mandatory now or at some later time."""
    level = control.enforcement
    return level is Enforcement.MANDATORY or (
        not isinstance(level, Enforcement) and Enforcement.MANDATORY in level
    )


def _check_bound(measure: str, bound: Bound, given: list[str], site: Site) -> None:
    path = ("require", measure)
    for name in _ALONE:
        others = [other for other in given if other != name]
        if name in given and others:
            message = f"{site.prefix}{name} says all; {others[0]} beside it can only contradict it"
            site.tell("DC017", message, (*path, others[0]), "keep one of the two", key=True)
            break
    if bound.one_of is not None and not bound.one_of:
        message = f"{site.prefix}one_of is empty, so {show(measure)} can never pass"
        site.tell("DC017", message, (*path, "one_of"))
    low, high = bound.min, bound.max
    if isinstance(low, float) and isinstance(high, float) and low > high:
        message = f"{site.prefix}no {measure} is at least {low:g} and at most {high:g}"
        site.tell("DC017", message, (*path, "min"), "this can never pass")


def _check_phases(phases: dict[Enforcement, Any], site: Site) -> None:
    if not phases:
        site.tell("DC025", f"{site.prefix}enforcement names no level", ("enforcement",))
    earlier: tuple[Enforcement, datetime | None] | None = None
    for level, start in phases.items():
        path = ("enforcement", level.value)
        begin = start if isinstance(start, datetime) else None
        if earlier is not None:
            if begin is None:
                message = f"{site.prefix}only the first phase of an enforcement can begin now"
                site.tell("DC025", message, path, "give a later time stamp")
            elif earlier[1] is not None and begin <= earlier[1]:
                message = f"{site.prefix}{level} must begin after {earlier[0]} does"
                site.tell("DC025", message, path, "phases are written in order of time")
            elif _STRICTNESS[level] < _STRICTNESS[earlier[0]]:
                message = f"{site.prefix}a phase-in grows stricter; {level} follows {earlier[0]}"
                site.tell("DC025", message, path, key=True)
        earlier = (level, begin)


def _check_decide(control: Control, site: Site) -> None:
    decide = control.decide
    if decide.uncertain is Uncertain.REVIEW and _may_be_mandatory(control):
        site.tell(
            "DC023",
            f"{site.prefix}a mandatory control cannot leave an uncertain result to a review",
            ("decide", "uncertain"),
            "write block, or make it overridable",
        )
    if decide.sample == "population" and control.family != "data_quality":
        site.tell(
            "DC023",
            f"{site.prefix}only data_quality may call its rows the whole population",
            ("decide", "sample"),
            "a release speaks about rows to come; leave it out",
        )


def _check_when(when: dict[str, Any], mandatory: bool, site: Site) -> None:
    because = when.get("because")
    if not isinstance(because, str) or not because.strip():
        at, hint = ("when", "because"), "say why the control does not apply otherwise"
        site.tell("DC024", f"{site.prefix}a 'when' needs because, in words", at, hint)
    conditions = [key for key in when if key != "because"]
    if not conditions:
        hint = "such as release.champion: present"
        site.tell("DC024", f"{site.prefix}'when' has no condition", ("when",), hint)
    for key in conditions:
        _check_condition(key, when[key], mandatory, site)


def _check_condition(key: str, value: Any, mandatory: bool, site: Site) -> None:
    path = ("when", key)
    if part := re.fullmatch(r"release\.(data|documents|columns)\.([^\s.]{1,100})", key):
        _check_part(part[1], part[2], value, mandatory, path, site)
        return
    field = re.fullmatch(r"release\.([a-z_]+)", key)
    known = {f"release.{name}" for name in Release.model_fields}
    if field is None or key not in known:
        hint = did_you_mean(key, known) or "a condition is release.<field>"
        message = f"{site.prefix}'when' cannot look at {show(key)}"
        site.tell("DC024", message, path, hint, key=True)
        return
    if mandatory and key != "release.task":
        message = f"{site.prefix}'when' of a mandatory control may look at release.task only"
        site.tell("DC024", message, path, "a release must not switch it off", key=True)
    if value in ("present", "absent"):
        return
    if field[1] == "task" and value not in get_args(Task):
        message = f"{site.prefix}there is no task {show(value)}"
        site.tell("DC024", message, path, _tasks(value))
    elif field[1] not in _TEXT_FIELDS:
        message = f"{site.prefix}{key} can only be present or absent, not {show(value)}"
        site.tell("DC024", message, path)


def _check_part(
    field: str, name: str, value: Any, mandatory: bool, path: tuple[str, str], site: Site
) -> None:
    """A condition on one data set, document or role of a column."""
    if field == "columns" and name not in Columns.model_fields:
        hint = did_you_mean(name, Columns.model_fields)
        message = f"{site.prefix}'when' cannot look at {show(path[1])}: no such role"
        site.tell("DC024", message, path, hint, key=True)
    if mandatory:
        message = f"{site.prefix}'when' of a mandatory control may look at release.task only"
        site.tell("DC024", message, path, "a release must not switch it off", key=True)
    if value not in ("present", "absent"):
        message = f"{site.prefix}{path[1]} can only be present or absent, not {show(value)}"
        site.tell("DC024", message, path)


def _tasks(value: Any) -> str:
    known: Iterable[str] = get_args(Task)
    return did_you_mean(str(value), known)
