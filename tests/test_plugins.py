"""The five doors: each hook fires, with the arguments its page promises, and nothing is shadowed."""

import inspect
import types
from pathlib import Path

import pytest

from deploycheck import Count, Measure, PolicyPack, checker, collector, hookimpl, plugins, reporter
from deploycheck.authoring import hookspecs
from deploycheck.authoring.collector import Description
from deploycheck.authoring.errors import DefinitionError
from deploycheck.authoring.params import Params
from deploycheck.evidence.table import Table

DOCS = Path(__file__).parents[1] / "docs"


def module(**functions):
    """A plugin as a module, as a conftest would be."""
    made = types.ModuleType("conftest")
    made.__file__ = __file__
    for name, function in functions.items():
        function.__name__ = name
        setattr(made, name, hookimpl(function))
    return made


def registry(**functions):
    return plugins.registry({"conftest.py": module(**functions)})


def toy(id="mine.toy", **more):
    @checker(id, measures=[Measure("things", unit="count", better="lower", doc="T.")], **more)
    def measure(data: Table):
        """Counts nothing."""
        yield Count("things", 0)

    return measure


def test_a_checker_is_offered_and_its_plugin_is_known():
    made = registry(deploycheck_checkers=lambda: [toy()])
    assert made.refused == []
    assert made.checker("mine.toy").id == "mine.toy"
    assert "mine.toy" in made.checker_ids()
    who = made.provider("mine.toy")
    assert (who.name, who.trusted) == ("conftest.py", False)
    assert who.digest.startswith("sha256:")
    assert made.provider("data_quality.key_unique") is None


def test_a_collector_is_offered_by_its_evidence_type():
    class Weather:
        subject = "release"

    @collector
    class Weathers:
        evidence = Weather

        def describe(self, source, params):
            return Description("sha256:" + "1" * 64)

        def collect(self, source, params):
            return Weather()

    made = registry(deploycheck_collectors=lambda: [Weathers])
    assert made.refused == []
    assert made.collector(Weather) is Weathers

    class Other:
        subject = "release"

    assert made.collector(Other) is None


def test_a_reporter_is_offered_by_its_name():
    @reporter("toy.txt")
    def toy_report(decision):
        """Says little."""
        return decision.decision.value

    made = registry(deploycheck_reporters=lambda: [toy_report])
    assert "toy_report" in made.reporter_names()
    assert made.reporter("toy_report").filename == "toy.txt"


def test_policy_packs_are_offered():
    pack = PolicyPack("starter", "1.0", Path("policies"))
    assert registry(deploycheck_policy_packs=lambda: [pack]).packs == [pack]


def test_the_outcome_is_told_after_it_is_recorded(project):
    project.write(
        "conftest.py",
        """
        from pathlib import Path
        from deploycheck import hookimpl

        @hookimpl
        def deploycheck_decided(decision, release):
            root = Path(__file__).parent
            recorded = list(root.glob(".deploycheck/runs/*/decision.json"))
            report = (root / "deploycheck-reports/report.html").exists()
            (root / "told").write_text(f"{decision.decision} {release.release} {len(recorded)} {report}")
        """,
    )
    project.policy(project.control())
    done = project.pytest("policy.yaml", "--deploycheck-allow-local-plugins")
    assert done.returncode == 0, done.stdout
    assert (project.root / "told").read_text() == "RELEASE toy 1 True"


def test_what_a_listener_raises_changes_nothing_and_is_told(project):
    project.write(
        "conftest.py",
        """
        from deploycheck import hookimpl

        @hookimpl
        def deploycheck_decided(decision):
            raise RuntimeError("the chat is down")
        """,
    )
    project.policy(project.control())
    done = project.pytest("policy.yaml", "--deploycheck-allow-local-plugins")
    assert done.returncode == 0
    assert "the chat is down" in done.stdout
    assert project.recorded() == ["RELEASE"]


@pytest.mark.parametrize(
    ("functions", "said"),
    [
        (dict(deploycheck_checkers=lambda: [toy("data_quality.key_unique")]), "built in"),
        (dict(deploycheck_checkers=lambda: [toy(), toy()]), "taken"),
        (dict(deploycheck_checkers=lambda: [len]), "@checker"),
        (dict(deploycheck_checkers=lambda: 1 / 0), "ZeroDivisionError"),
        (dict(deploycheck_reporters=lambda: ["json"]), "@reporter"),
        (dict(deploycheck_collectors=lambda: [object()]), "@collector"),
        (dict(deploycheck_policy_packs=lambda: ["pack"]), "PolicyPack"),
        (dict(deploycheck_chekers=lambda: []), "deploycheck_chekers"),
        (dict(deploycheck_checkers=lambda policy: []), "policy"),
    ],
)
def test_what_a_plugin_does_wrong_is_refused_with_its_name(functions, said):
    made = registry(**functions)
    assert made.refused
    assert said in " ".join(made.refused)
    assert "conftest.py" in " ".join(made.refused)


def test_a_reporter_cannot_replace_a_built_in():
    @reporter("d.json")
    def json(decision):
        """Lies."""
        return "{}"

    assert "built in" in registry(deploycheck_reporters=lambda: [json]).refused[0]


def test_a_collector_cannot_replace_a_built_in():
    @collector
    class Tables:
        evidence = Table

        def describe(self, source, params):
            return Description(None)

        def collect(self, source, params):
            return None

    assert "built in" in registry(deploycheck_collectors=lambda: [Tables]).refused[0]


class Clash(Params):
    data: int = 1


def test_a_parameter_that_means_two_things_is_refused():
    @checker("mine.clash", measures=[Measure("things", unit="count", better="lower", doc="T.")])
    def clash(params: Clash, table: Table):
        """Calls a parameter as a data set is called."""
        yield Count("things", 0)

    made = registry(deploycheck_checkers=lambda: [clash])
    with pytest.raises(DefinitionError, match="'data' would mean both"):
        made.vocabulary(made.checker("mine.clash"))


def test_evidence_that_nothing_collects_is_refused():
    class Nothing:
        subject = "data"

    @checker("mine.nothing", measures=[Measure("things", unit="count", better="lower", doc="T.")])
    def nothing(what: Nothing):
        """Asks for what nobody makes."""
        yield Count("things", 0)

    with pytest.raises(DefinitionError, match="nothing collects Nothing"):
        registry().vocabulary(nothing)


@pytest.mark.parametrize(
    "wrong",
    [
        dict(id="NoDots"),
        dict(id="a.B"),
        dict(measures=[]),
        dict(measures=[Measure("x", unit="parsec", better="lower", doc="X.")]),
        dict(measures=[Measure("x", unit="count", better="lower", doc="X.")] * 2),
    ],
)
def test_a_checker_that_is_declared_wrongly_fails_where_it_is_declared(wrong):
    right = {
        "id": "mine.toy",
        "measures": [Measure("x", unit="count", better="lower", doc="X.")],
    }
    made = {**right, **wrong}

    def measure(data: Table):
        """Counts."""
        yield Count("x", 0)

    with pytest.raises(DefinitionError):
        checker(made["id"], measures=made["measures"])(measure)


def no_annotation(data):
    """Says not what it needs."""
    yield Count("x", 0)


def with_default(data: Table = None):
    """Makes evidence optional."""
    yield Count("x", 0)


def two_params(a: Clash, b: Clash):
    """Takes parameters twice."""
    yield Count("x", 0)


def no_evidence(data: int):
    """Asks for a number."""
    yield Count("x", 0)


def no_docstring(data: Table):
    yield Count("x", 0)


@pytest.mark.parametrize(
    "function", [no_annotation, with_default, two_params, no_evidence, no_docstring]
)
def test_a_signature_that_cannot_be_bound_is_refused(function):
    with pytest.raises(DefinitionError):
        checker("a.b", measures=[Measure("x", unit="count", better="lower", doc="X.")])(function)


def hooks():
    return [n for n in vars(hookspecs) if n.startswith("deploycheck_")]


@pytest.mark.parametrize("name", hooks())
def test_every_hook_is_documented_with_its_arguments_and_tested(name):
    spec = getattr(hookspecs, name)
    arguments = list(inspect.signature(spec).parameters)
    doc = inspect.getdoc(spec)
    assert ":return:" in doc or arguments
    assert "Fires once a run" in doc or "after it is recorded" in doc
    for argument in arguments:
        assert f":param {argument}:" in doc
    page = (DOCS / "plugins.md").read_text(encoding="utf-8")
    assert f"{name}({', '.join(arguments)})" in page
    assert name in Path(__file__).read_text(encoding="utf-8")


def test_installed_plugins_are_known_by_name_version_and_digest(project, toy_python):
    project.policy(
        project.control("toy.good", require="{things: {max: 0}}", extra="rationale: r"),
    )
    assert project.gate(python=toy_python).returncode == 0
    (toy_plugin,) = [p for p in project.decision()["run"]["plugins"] if p["name"] == "toy-plugin"]
    assert (toy_plugin["version"], toy_plugin["trusted"]) == ("1.0", True)
    assert toy_plugin["digest"].startswith("sha256:")
