"""Every hook stands on the page as its specification has it, and its example is called."""

import inspect
import re
import sys
import types

import pytest

from deploycheck import hookimpl, plugins
from deploycheck.authoring import hookspecs
from deploycheck.catalog import hook_examples, hooks

NAMES = [name for name in vars(hookspecs) if name.startswith("deploycheck_")]
PAGE = hooks.page()


@pytest.fixture
def example(request, tmp_path, monkeypatch):
    """The example of a hook as a module that was imported, and what is on offer with it."""

    def load(name):
        path = tmp_path / f"example_of_{name}.py"
        path.write_text(hook_examples.EXAMPLES[name], encoding="utf-8")
        module = types.ModuleType(path.stem)
        module.__file__ = str(path)
        monkeypatch.setitem(sys.modules, path.stem, module)
        exec(compile(path.read_text(), path, "exec"), vars(module))
        return module, plugins.registry({path.name: module})

    return load


def test_every_hook_has_a_section_and_an_example():
    assert [hook.name for hook in hooks.hooks()] == NAMES
    assert set(hook_examples.EXAMPLES) == set(NAMES)
    assert re.findall(r"^## (.*)$", PAGE, re.MULTILINE) == NAMES


@pytest.mark.parametrize("hook", hooks.hooks(), ids=lambda hook: hook.name)
def test_a_section_says_when_it_fires_with_what_and_what_becomes_of_it(hook):
    spec = getattr(hookspecs, hook.name)
    assert [name for name, _, _ in hook.arguments] == list(inspect.signature(spec).parameters)
    assert all(kind != "<class 'inspect._empty'>" and said for _, kind, said in hook.arguments)
    text = " ".join(hook.text)
    assert "Fires" in text or "after it is recorded" in text
    assert hook.returns[1] or hook.returns[0] == ""
    assert ":param" not in text
    assert f"`{hook.call}`" in PAGE


def test_the_example_of_checkers_offers_a_check(example):
    module, registry = example("deploycheck_checkers")
    assert registry.refused == []
    assert registry.checker("acme.rows") is module.rows


def test_the_example_of_collectors_makes_evidence(example, tmp_path):
    from deploycheck.authoring.collector import Source
    from deploycheck.authoring.files import Files
    from deploycheck.authoring.params import NoParams
    from deploycheck.model.release import Release

    module, registry = example("deploycheck_collectors")
    assert registry.refused == []
    found = registry.collector(module.Changelog)
    assert found is module.ChangelogFile
    (tmp_path / "CHANGES.md").write_text("one\ntwo\n", encoding="utf-8")
    release = Release(release="r", version="1", documents={"changes": "CHANGES.md"})
    source = Source(release, "changes", Files(tmp_path))
    made = found.collect(source, NoParams())
    assert made.lines == ("one", "two")
    assert found.describe(source, NoParams()).digest == made.digest


def test_the_example_of_reporters_writes_a_report(example, project):
    _, registry = example("deploycheck_reporters")
    assert registry.refused == []
    assert registry.reporter("line").filename == "decision.txt"
    project.write("conftest.py", hook_examples.EXAMPLES["deploycheck_reporters"])
    project.policy(project.control())
    done = project.pytest(
        "policy.yaml",
        "--deploycheck-allow-local-plugins",
        f"--deploycheck-report=line={project.root / 'line.txt'}",
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert (project.root / "line.txt").read_text(encoding="utf-8") == "toy 1.0: RELEASE\n"


def test_the_example_of_packs_offers_one(example):
    _, registry = example("deploycheck_policy_packs")
    assert registry.refused == []
    assert [(pack.name, pack.version) for pack in registry.packs] == [("acme", "1.0.0")]


def test_the_example_of_decided_learns_the_outcome(example, project):
    _, registry = example("deploycheck_decided")
    assert registry.refused == []
    project.write("conftest.py", hook_examples.EXAMPLES["deploycheck_decided"])
    project.policy(project.control())
    done = project.pytest("policy.yaml", "-s", "--deploycheck-allow-local-plugins")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "toy 1.0: RELEASE" in done.stdout


def test_arguments_may_be_left_out_and_unknown_ones_are_refused():
    """As the page says."""

    def module(function):
        made = types.ModuleType("conftest")
        made.__file__ = __file__
        function.__name__ = "deploycheck_decided"
        made.deploycheck_decided = hookimpl(function)
        return plugins.registry({"conftest.py": made})

    assert module(lambda decision: None).refused == []
    assert module(lambda policy: None).refused
