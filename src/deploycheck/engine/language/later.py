"""Keys that belong to the language and that the engine does not honour yet. Never ignored."""

from typing import NamedTuple

from pydantic import BaseModel

from deploycheck.model.policy import Bound, Control, Decide, GateRules, Policy
from deploycheck.model.release import Champion, DataSet, Release


class Later(NamedTuple):
    """How such a key is refused."""

    code: str
    message: str
    hint: str


_EXTENDS = Later("DC101", "extending another policy is not done yet", "write its controls here")
_OVERLAYS = Later("DC102", "overlays on a parent policy are not done yet", "edit the control")
_WAIVERS = Later("DC103", "waivers are not done yet", "leave them out")
_REGRESSION = Later("DC104", "bounds against the last release are not done yet", "use min or max")
_PREVIOUS = Later("DC105", "the last release as champion is not done yet", "name its model file")
_TESTS = Later("DC106", "policy unit tests are not done yet", "leave them out")
_LOOKS = Later("DC107", "spending plans for several looks are not done yet", "leave it out")
_WINDOWS = Later("DC108", "cutting a data set into windows is not done yet", "narrow with where")

LATER: dict[tuple[type[BaseModel], str], Later] = {
    (Policy, "extends"): _EXTENDS,
    (Policy, "overlays"): _OVERLAYS,
    (Policy, "waivers"): _WAIVERS,
    (Policy, "tests"): _TESTS,
    (Policy, "looks"): _LOOKS,
    (GateRules, "waivers"): _WAIVERS,
    (GateRules, "looks"): _LOOKS,
    (Control, "waivers"): _WAIVERS,
    (Control, "looks"): _LOOKS,
    (Decide, "looks"): _LOOKS,
    (Bound, "regression"): _REGRESSION,
    (Release, "waivers"): _WAIVERS,
    (Champion, "release"): _PREVIOUS,
    (DataSet, "windows"): _WINDOWS,
}
