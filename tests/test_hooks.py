"""All five hooks of one installed plugin at work in one run of the gate, with their arguments."""

import json
from pathlib import Path

import pytest

HOOKS = '''
"""A plugin with every hook."""

import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from deploycheck import (
    Count, Description, Measure, PolicyPack, checker, collector, hookimpl, reporter,
)


@dataclass(frozen=True)
class Names:
    subject: ClassVar[str] = "document"
    names: tuple[str, ...]


@collector
class NamesFile:
    evidence = Names

    def describe(self, source, params):
        return Description(source.files.read(source.release.documents[source.subject], 99).digest)

    def collect(self, source, params):
        text = source.files.read(source.release.documents[source.subject], 99).data.decode()
        return Names(tuple(text.split()))


@checker("every.names", measures=[Measure("names", unit="count", better="higher", doc="Names.")])
def names(names: Names):
    """Enough names."""
    yield Count("names", len(names.names))


@reporter("line.txt")
def line(decision):
    return f"{decision.release.name}: {decision.decision.value}"


@hookimpl
def deploycheck_checkers():
    return [names]


@hookimpl
def deploycheck_collectors():
    return [NamesFile]


@hookimpl
def deploycheck_reporters():
    return [line]


@hookimpl
def deploycheck_policy_packs():
    return [PolicyPack("every", "2.0", Path(__file__).parent)]


def told(**facts):
    with Path("told.jsonl").open("a") as file:
        file.write(json.dumps(facts) + "\\n")


@hookimpl
def deploycheck_decided(decision, release):
    told(
        decision=type(decision).__name__,
        is_now=decision.decision.value,
        verdicts=[v.outcome.value for v in decision.verdicts],
        release=[type(release).__name__, release.release, release.version],
        reports=sorted(path.name for path in Path().glob("*.txt")),
        digest=decision.run.digest,
    )
'''
POLICY = """
policy: every
version: "1"
controls:
  - id: NAMES-01
    title: Enough names
    check: every.names
    with: {names: signed}
    require: {names: {min: %d}}
    severity: high
    enforcement: mandatory
"""
RELEASE = 'release: toy\nversion: "7"\ndocuments: {signed: signed.txt}\n'


@pytest.fixture(scope="module")
def python(tmp_path_factory, python_with):
    """A Python in which the plugin is installed."""
    site = tmp_path_factory.mktemp("site")
    (site / "every.py").write_text(HOOKS, encoding="utf-8")
    about = site / "every-2.0.dist-info"
    about.mkdir()
    (about / "METADATA").write_text("Metadata-Version: 2.1\nName: every\nVersion: 2.0\n")
    (about / "entry_points.txt").write_text("[deploycheck]\nevery = every\n")
    return python_with(site)


@pytest.mark.parametrize(("least", "code", "decision"), [(2, 0, "RELEASE"), (3, 1, "BLOCK")])
def test_every_hook_works_in_the_gate(project, python, least, code, decision):
    project.write("release.yaml", RELEASE)
    project.write("signed.txt", "ann bob")
    project.write("policy.yaml", POLICY % least)
    done = project.gate("--line", "line.txt", "--json", "decision.json", python=python)
    assert done.returncode == code, done.stdout + done.stderr
    recorded = project.decision("decision.json")
    (verdict,) = recorded["verdicts"]  # the checker measured, on evidence of the collector
    assert (verdict["check"], verdict["measurements"][0]["value"]) == ("every.names", 2)
    assert verdict["evidence"][0]["type"] == "Names"
    assert Path(project.root, "line.txt").read_text() == f"toy: {decision}"
    (told,) = map(json.loads, Path(project.root, "told.jsonl").read_text().splitlines())
    assert told == {
        "decision": "Decision",
        "is_now": decision,
        "verdicts": [verdict["outcome"]],
        "release": ["Release", "toy", "7"],
        "reports": ["line.txt", "signed.txt"],  # written before anybody is told
        "digest": recorded["run"]["digest"],
    }


def test_packs_are_known_by_name_and_version(python, project):
    project.write(
        "ask.py",
        """
        from deploycheck import plugins

        made = plugins.registry()
        assert made.refused == [], made.refused
        print([(pack.name, pack.version) for pack in made.packs])
        """,
    )
    import subprocess

    done = subprocess.run(
        [python, "ask.py"], cwd=project.root, capture_output=True, text=True, check=False
    )
    assert done.stdout == "[('every', '2.0')]\n", done.stderr


@pytest.mark.parametrize(
    ("given", "wanted"), [("", 0), ("release", 1), ("decision", 1), ("release, decision", 2)]
)
def test_a_listener_takes_the_arguments_that_it_wants(given, wanted):
    import types

    from deploycheck import hookimpl, plugins

    scope: dict = {}
    exec(f"def deploycheck_decided({given}): return None", scope)
    module = types.ModuleType("listener")
    module.__file__ = __file__
    module.deploycheck_decided = hookimpl(scope["deploycheck_decided"])
    made = plugins.registry({"conftest.py": module})
    assert made.refused == []
    mine = [h for h in made.hook.deploycheck_decided.get_hookimpls() if h.plugin is module]
    assert [len(h.argnames) for h in mine] == [wanted]


@pytest.mark.parametrize(
    "hook",
    [
        "deploycheck_checkers", "deploycheck_collectors", "deploycheck_reporters",
        "deploycheck_policy_packs", "deploycheck_decided",
    ],
)  # fmt: skip
def test_an_argument_that_a_hook_does_not_have_is_refused(hook):
    import types

    from deploycheck import hookimpl, plugins

    scope: dict = {}
    exec(f"def {hook}(weather): return []", scope)
    module = types.ModuleType("wrong")
    module.__file__ = __file__
    setattr(module, hook, hookimpl(scope[hook]))
    (refused,) = plugins.registry({"conftest.py": module}).refused
    assert "weather" in refused
    assert "conftest.py" in refused
