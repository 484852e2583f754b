"""A library that is missing is an ERROR that names the command which installs it, and it is right."""

import ast
import re
import tomllib

import pytest
from tests.environments import ROOT

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
EXTRAS = {
    extra: {re.match(r"[\w.-]+", need)[0] for need in needs}
    for extra, needs in PROJECT["optional-dependencies"].items()
}


def called():
    """Every call of ``needed(library, extra, why)`` in the product."""
    for path in sorted((ROOT / "src").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if (
                isinstance(node, ast.Call)
                and getattr(node.func, "id", None) == "needed"
                and len(node.args) > 2
            ):
                yield path.name, *(ast.literal_eval(argument) for argument in node.args[:2])


def test_there_are_calls():
    assert {extra for _, _, extra in called()} == {"fairness", "onnx", "sklearn"}


@pytest.mark.parametrize(("file", "library", "extra"), list(called()))
def test_the_extra_that_is_named_brings_the_library(file, library, extra):
    assert library in EXTRAS[extra], f"{file}: deploycheck[{extra}] does not bring {library}"


def test_all_is_all():
    every = set().union(*(needs for extra, needs in EXTRAS.items() if extra not in {"all", "dev"}))
    assert EXTRAS["all"] == every


@pytest.mark.parametrize("extra", [name for name in EXTRAS if name != "dev"])
def test_an_extra_says_what_it_is_for(extra):
    """On the page of the quickstart, where people install."""
    text = (ROOT / "docs/quickstart.md").read_text(encoding="utf-8")
    assert f"`{extra}`" in text or f"[{extra}" in text or f",{extra}" in text
