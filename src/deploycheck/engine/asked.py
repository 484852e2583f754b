"""What a control asks of its check: how it is decided, and the bounds on each measure."""

from collections.abc import Iterable
from typing import Any

from deploycheck.authoring.params import Params
from deploycheck.engine.planning.assumptions import takes
from deploycheck.engine.problems import did_you_mean
from deploycheck.engine.requirement import Requirement, requirement
from deploycheck.model.policy import Control, Kind


def kind_of(control: Control, default: str, tell: Any) -> Kind:
    """How a control is decided: by the policy's word, a whole population, or the check's own."""
    decide = control.decide
    own = Kind(default)
    population = decide.sample == "population" or (
        decide.sample is None and control.family == "data_quality" and decide.kind is None
    )
    if decide.sample == "population" and decide.kind not in {None, Kind.EXACT}:
        tell("DC023", ("decide", "kind"), "a whole population is exact; drop kind or sample")
    if decide.kind is Kind.EXACT and own is not Kind.EXACT and not population:
        tell(
            "DC023",
            ("decide", "kind"),
            f"{control.check} measures a sample of future rows, which is never exact",
        )
    if decide.kind not in {None, Kind.EXACT} and own is Kind.EXACT:
        tell("DC023", ("decide", "kind"), f"{control.check} counts; it is exact by nature")
    if decide.kind is not None:
        return decide.kind
    return Kind.EXACT if population else own


def requirements(
    control: Control, checker: Any, kind: Kind, tell: Any
) -> dict[str, Requirement] | None:
    made: dict[str, Requirement] = {}
    sound = True
    for name, bound in control.require.items():
        measure = checker.named(name)
        if measure is None:
            known = [m.name for m in checker.measures]
            hint = did_you_mean(name, known)
            tell(
                "DC016",
                ("require", name),
                f"{checker.id} does not measure {name!r}",
                hint,
                key=True,
            )
            sound = False
            continue

        if kind is not Kind.EXACT and control.decide.confidence < measure.confidence:
            tell(
                "DC023",
                ("decide", "confidence"),
                f"the bounds of {name!r} hold from a confidence of {measure.confidence:g} on",
                "raise it, or require another measure",
            )
            sound = False

        def tell_bound(code: str, key: str, message: str, name: str = name) -> None:
            tell(code, ("require", name, key) if key else ("require", name), message)

        found = requirement(measure, bound, kind, tell_bound)
        if found is None:
            sound = False
        else:
            made[name] = found
    return made if sound and _assumed(control, made, kind, tell) else None


def measurable(
    control: Control, params: Params, task: str | None, names: Iterable[str], tell: Any
) -> bool:
    """Whether the parameters measure all that is required; tells what they never do.

    :param task: that of the release; ``None`` where there is none yet.
    """
    sound = True
    for name in names:
        if found := params.unmeasured(name, task):
            reason, fix = found
            message = f"{control.check} does not measure {name!r} so: {reason}"
            tell("DC016", ("require", name), message, fix, key=True)
            sound = False
    return sound


def _assumed(control: Control, made: dict[str, Requirement], kind: Kind, tell: Any) -> bool:
    """Tell assumptions that nothing is planned with: they would be read and ignored."""
    known: set[str] = set()
    if kind is Kind.DEMONSTRATE:
        known = {name for required in made.values() for name in takes(required.measure.plan)}
    declared = control.decide.assume.model_dump(exclude_none=True)
    unused = [name for name in declared if name not in known]
    for name in unused:
        hint = did_you_mean(name, known) or (
            f"it is planned with {', '.join(sorted(known))}" if known else "drop it"
        )
        tell(
            "DC023",
            ("decide", "assume", name),
            f"nothing that this control requires is planned with {name!r}",
            hint,
            key=True,
        )
    return not unused
