"""The house itself: small files and functions, folders that say what they are, no assert."""

import ast
from pathlib import Path

import pytest

SOURCE = Path(__file__).parents[1] / "src" / "deploycheck"
FILES = sorted(SOURCE.rglob("*.py"))
HEAVY = {
    "numpy",
    "scipy",
    "polars",
    "narwhals",
    "pandas",
    "sklearn",
    "fairlearn",
    "jinja2",
    "jsonschema",
}


def name(path: Path) -> str:
    return path.relative_to(SOURCE).as_posix()


def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


@pytest.mark.parametrize("path", FILES, ids=name)
def test_a_file_has_at_most_three_hundred_lines(path):
    assert path.read_text(encoding="utf-8").count("\n") <= 300


@pytest.mark.parametrize("path", FILES, ids=name)
def test_a_function_has_at_most_fifty_lines_of_code(path):
    """The docstring of a checker is its documentation, and does not count."""
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            first = node.body[0]
            doc = ast.get_docstring(node) is not None
            said = first.end_lineno - first.lineno + 1 if doc else 0
            assert node.end_lineno - node.lineno + 1 - said <= 50, node.name


@pytest.mark.parametrize("path", FILES, ids=name)
def test_product_code_holds_no_assert(path):
    """``python -O`` removes it, and with it whatever it kept from passing."""
    assert not [n.lineno for n in ast.walk(tree(path)) if isinstance(n, ast.Assert)]


@pytest.mark.parametrize("path", [p for p in FILES if p.name == "__init__.py"], ids=name)
def test_a_folder_says_what_it_is_in_one_sentence(path):
    if path.parent == SOURCE:
        return
    made = tree(path)
    doc = ast.get_docstring(made)
    sentence, _, more = doc.partition("\n\n")
    assert sentence.endswith((".", "?"))
    assert "\n" not in sentence
    # A folder of stats that is used as one module offers the names of its parts.
    offers = path.is_relative_to(SOURCE / "stats") and path.parent.name in {"power", "sequential"}
    kinds = (ast.ImportFrom, ast.Assign) if offers else ()
    assert all(isinstance(part, kinds) for part in made.body[1:])
    assert offers or not more


@pytest.mark.parametrize("path", FILES, ids=name)
def test_science_is_imported_where_it_is_used(path):
    """Start-up is paid by every user; ``stats`` is numpy's own floor."""
    allowed = {"numpy"} if path.is_relative_to(SOURCE / "stats") else set()
    found = set()
    for node in tree(path).body:
        if isinstance(node, ast.Import):
            found |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            found.add((node.module or "").partition(".")[0])
    assert not (found & HEAVY) - allowed


def test_every_module_says_what_it_is():
    silent = [name(p) for p in FILES if p.name != "__init__.py" and not ast.get_docstring(tree(p))]
    assert silent == []
