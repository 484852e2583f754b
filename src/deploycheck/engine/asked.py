"""What a control asks of its check: how it is decided, and the bounds on each measure."""

from typing import Any

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

        def tell_bound(code: str, key: str, message: str, name: str = name) -> None:
            tell(code, ("require", name, key) if key else ("require", name), message)

        found = requirement(measure, bound, kind, tell_bound)
        if found is None:
            sound = False
        else:
            made[name] = found
    return made if sound else None
