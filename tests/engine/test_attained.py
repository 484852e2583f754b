"""What a report says of the methods: each one that deploycheck has is known."""

import re
from pathlib import Path

import pytest

from deploycheck import stats
from deploycheck.engine.attained import _UNKNOWN, _method, _parts

NAME = re.compile(r"^_?(?:[A-Z]+_)?METHODS? = (\(.*?\)|\".*?\")$", re.MULTILINE | re.DOTALL)


def names():
    """Every method that a module of stats writes into a bound."""
    for path in sorted(Path(stats.__file__).parent.rglob("*.py")):
        for found in NAME.finditer(path.read_text(encoding="utf-8")):
            value = eval(found[1], {})
            for name in (value,) if isinstance(value, str) else value:
                yield path.name, name


def test_there_are_methods():
    assert len(list(names())) > 15


@pytest.mark.parametrize(("module", "name"), list(names()))
def test_every_method_says_how_often_it_is_wrong(module, name):
    for part in _parts(name):
        made = _method(part)
        assert made.attained != _UNKNOWN, f"{module}: {part}"
        assert made.source


def test_sides_and_pairs_are_taken_apart():
    assert list(_parts("low: Koopman score; high: Clopper\N{EN DASH}Pearson; all pairs")) == [
        "Koopman score", "Clopper\N{EN DASH}Pearson",
    ]  # fmt: skip


def test_the_method_of_a_plugin_is_not_known():
    assert _method("my own").attained == _UNKNOWN
