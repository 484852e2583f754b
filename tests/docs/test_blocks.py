"""What the pages show is planned, measured and executed, and nothing is shown that is not."""

import json
import re
import tomllib
from itertools import pairwise

import pytest
import yaml

from deploycheck import plugins
from deploycheck.engine.problems import PolicyError

LANGUAGES = {"yaml", "console", "python", "toml", "json", "text"}


def test_every_block_is_of_a_kind_that_is_proven(block):
    assert block.language in LANGUAGES, f"{block}: {block.language!r}"
    if block.language == "text":
        assert block.proof[:1] in {("reason",), ("file",)}
    if block.language in {"yaml", "python"}:
        assert block.proof, f"{block} says not how it is proven"


def test_every_proof_stands_above_a_block(site, page):
    proofs = re.findall(r"<!-- proof: (?!table)", site.read(page))
    assert len(proofs) == sum(bool(b.proof) for b in site.blocks(page))


READS_SCORES = "check: performance.calibration\nrequire: {calibration_slope: {min: 0.5}}"


def test_yaml_is_planned(site, desk, yaml_block, request):
    kind, *words = yaml_block.proof
    refused = words[words.index("refused") + 1] if "refused" in words else None
    registry = None
    if {"acme", "acme_all", "acme_model"} & set(words):
        registry = request.getfixturevalue("acme")(*words[:1])
    asked = desk.asked if {"asked", "acme_model"} & set(words) else ""

    def plan():
        example = "example" in words
        if kind == "release" and refused == "DC113":  # told to whoever asks the model
            release = site.completed(yaml_block.text, site.BASE_RELEASE)
            return desk.plan(site.policy_of("check: performance.floor"), release=release)
        if kind == "release" and refused == "DC111":  # told by checks that read scores
            release = site.completed(yaml_block.text, site.BASE_RELEASE)
            return desk.plan(site.policy_of(READS_SCORES), release=release)
        if kind == "release":
            release = site.completed(yaml_block.text, site.BASE_RELEASE)
            made = desk.plan("\n".join(site.BASE_POLICY.values()), release=release)
            unread = [name for name in made.release.data if made.store.columns(name) is None]
            assert not unread
            return made
        if kind == "policy":
            whole = site.completed(yaml_block.text, site.BASE_POLICY)
            return desk.plan(whole, example=example, registry=registry)
        assert kind == "control"
        policy = site.policy_of(yaml_block.text)
        return desk.plan(policy, release=asked, example=example, registry=registry)

    if refused is not None:
        with pytest.raises(PolicyError) as told:
            plan()
        assert {problem.code for problem in told.value.problems} == {refused}
        return
    if words[:1] == ["ERROR"]:
        reads = READS_SCORES if words[1] == "DC112" else "check: performance.floor"
        release = site.completed(yaml_block.text, site.BASE_RELEASE)
        (verdict,) = desk.verdicts(desk.plan(site.policy_of(reads), release=release))
        assert [verdict.outcome.value, verdict.code] == words
        return
    made = plan()
    assert made.steps
    assert not made.expired
    assert [step.broken for step in made.steps] == [None] * len(made.steps)
    if words and words[-1].isupper():
        (verdict,) = desk.verdicts(made)
        assert verdict.outcome.value == words[-1], verdict.reason


@pytest.fixture
def acme(page_modules):
    """The registry with the plugin of the page on plugins."""
    import importlib

    page_modules("docs/plugins.md")

    def registry(name):
        module = importlib.import_module("acme_checks" if name == "acme" else name)
        made = plugins.registry({f"{name}.py": module})
        assert made.refused == []
        return made

    return registry


def test_reasons_are_those_of_the_control_above(site, desk):
    shown = 0
    for page in site.PAGES:
        every = site.blocks(page)
        for control, reason in pairwise(every):
            if reason.proof != ("reason",):
                continue
            made = desk.plan(site.policy_of(control.text), example="example" in control.proof)
            (verdict,) = desk.verdicts(made)
            assert verdict.reason == reason.text.strip()
            shown += 1
    assert shown >= 3


def test_the_plugins_page_has_all_five_hooks_at_work(acme):
    from deploycheck.authoring import hookspecs

    made = acme("acme_all")
    assert made.checker("acme.approvals").id == "acme.approvals"
    assert "line" in made.reporter_names()
    assert [pack.name for pack in made.packs] == ["acme"]
    told = [h.function.__name__ for h in made.hook.deploycheck_decided.get_hookimpls()]
    assert "deploycheck_decided" in told
    import acme_all

    hooks = {name for name in vars(hookspecs) if name.startswith("deploycheck_")}
    assert hooks <= set(vars(acme_all))


def test_the_tests_on_the_plugins_page_pass(page_modules):
    import importlib

    page_modules("docs/plugins.md")
    tests = [
        value
        for page in ("test_capped", "test_rounding")
        for name, value in vars(importlib.import_module(page)).items()
        if name.startswith("test_")
    ]
    assert len(tests) == 3
    for test in tests:
        test()


def test_python_on_the_pages_runs(site, block):
    if block.language != "python" or block.proof != ("python",):
        return
    scope = {"__name__": "page"}
    exec(compile(block.text, str(block), "exec"), scope)


def test_checkers_that_the_page_only_shows_measure(site, desk):
    """The examples of a request and of a seed, as checkers of a plugin."""
    import types

    from deploycheck import Checker, hookimpl

    module = types.ModuleType("shown")
    found = []
    for block in site.blocks("docs/plugins.md"):
        if block.proof == ("python",):
            scope = {"__name__": "shown"}
            exec(compile(block.text, str(block), "exec"), scope)
            found += [item for item in scope.values() if isinstance(item, Checker)]

    def deploycheck_checkers():
        return found

    module.deploycheck_checkers = hookimpl(deploycheck_checkers)
    registry = plugins.registry({"shown.py": module})
    assert registry.refused == []
    for check, require in (
        ("acme.repeats", "{repeats: {max: 0}}"),
        ("acme.spot_check", "{right: {min: 0.5}}"),
    ):
        control = site.policy_of(f"check: {check}\nrequire: {require}")
        (verdict,) = desk.verdicts(desk.plan(control, registry=registry))
        assert verdict.outcome.value == "PASS", verdict.reason


def test_toml_names_what_there_is(site, block):
    if block.language != "toml":
        return
    told = tomllib.loads(block.text)
    settings = told.get("tool", {}).get("pytest", {}).get("ini_options", {})
    assert set(settings) <= {"deploycheck_policies", "deploycheck_release"}
    if "project" in told:
        from deploycheck.plugins import GROUP

        assert list(told["project"]["entry-points"]) == [GROUP]


def test_json_is_json(block):
    if block.language == "json":
        json.loads(block.text)


def test_the_workflow_is_yaml(site):
    (workflow,) = [b for b in site.blocks("docs/quickstart.md") if b.proof == ("workflow",)]
    made = yaml.safe_load(workflow.text)
    assert set(made["jobs"]) == {"gate", "deploy"}
