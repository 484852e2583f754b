"""Texts that every new check has alike, whatever its evidence; words left open in guillemets."""

from collections.abc import Mapping

from deploycheck.scaffold.plugin.evidence import Better

__all__ = ["COMMON", "PER_HUNDRED"]

_MODULE = '"""Checker ``«id»``. What to change is marked with "Yours"."""'

_WITH = "# Yours: what a policy may say below `with`. The descriptions are the documentation."

_MEASURES = """\
# Yours: the number that is measured; a policy names it below `require`.
    measures=[
        Measure(
            "«measure»",
            unit="«unit»",
            better="«better»",
            doc="«doc»",
        )
    ],"""

_EXAMPLE = """\
Example:
        check: «id»
        with: «with»
        require: {«measure»: «bound»}"""

_TESTS = '"""The checker ``«id»``: by itself, through the engine, and its page."""'

_PLACES = '''\
ROOT = Path(__file__).parents[1]
EXAMPLE = ROOT / "examples" / "«check»"'''

_BY_ITSELF = "# By itself: evidence so small that you can count it, and what is measured on it."

_CONTROL = '''\
CONTROL = """
    check: «id»
    with: «tested»
    require: {«measure»: %s}
"""'''

_EITHER = """\
@pytest.mark.parametrize(("bound", "outcome"), [("«passes»", "PASS"), ("«fails»", "FAIL")])
def test_a_policy_is_judged(tmp_path: Path, bound: str, outcome: str) -> None:"""

_JUDGED = """\
verdict = judge_control(CONTROL % bound, tmp_path, release=RELEASE, checkers=[«check»])
    assert verdict.outcome == outcome, verdict.reason"""

_POLICY = """\
policy: «check»
version: "1.0.0"
controls:
  - id: «CONTROL»
    title: «plain_title»
    check: «id»
    with: «with»
    require: {«measure»: «bound»}
    severity: high
    enforcement: overridable
"""

COMMON: Mapping[str, str] = {
    "module": _MODULE,
    "with_these": _WITH,
    "measures": _MEASURES,
    "example": _EXAMPLE,
    "tests_of": _TESTS,
    "places": _PLACES,
    "by_itself": _BY_ITSELF,
    "control": _CONTROL,
    "either": _EITHER,
    "judged": _JUDGED,
    "policy": _POLICY,
}

# Bounds where some ten of a hundred are bad, by direction and by whether a share is measured: of
# the example, of a test that passes, of a test that fails.
PER_HUNDRED: Mapping[tuple[Better, bool], tuple[str, str, str]] = {
    ("lower", True): ("{max: 0.2}", "{max: 0.5}", "{max: 0.01}"),
    ("higher", True): ("{min: 0.8}", "{min: 0.5}", "{min: 0.99}"),
    ("lower", False): ("{max: 20}", "{max: 20}", "{max: 1}"),
    ("higher", False): ("{min: 80}", "{min: 80}", "{min: 99}"),
}
