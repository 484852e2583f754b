"""What the page on plugins says of a new check and of its tests is what there is."""

import importlib
import inspect
import re
from pathlib import Path

import pytest

import deploycheck
import deploycheck.testing
from deploycheck.scaffold.plugin.make import NewCheck, begin, module_of
from deploycheck.testing import page

TEXT = (Path(__file__).parents[3] / "docs" / "plugins.md").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    folder = tmp_path_factory.mktemp("page")
    return begin(NewCheck("acme.capped_values"), folder, version="0.1.0", page_of=page)


def rows(head):
    """The rows of the table that begins with ``head``."""
    after = TEXT[TEXT.index(head) :].split("\n\n")[0]
    return [
        [cell.strip() for cell in line.strip("|").split("|")] for line in after.splitlines()[2:]
    ]


def test_the_check_and_the_hook_are_those_that_are_written(written):
    assert f"```python\n{module_of(NewCheck('acme.capped_values'), '0.1.0')}```\n" in TEXT
    init = (written.folder / "src/acme_checks/__init__.py").read_text(encoding="utf-8")
    assert f"```python\n{init}```\n" in TEXT


def test_what_makes_it_a_plugin_is_what_is_written(written):
    project = (written.folder / "pyproject.toml").read_text(encoding="utf-8")
    shown = TEXT[TEXT.index("[project.entry-points.deploycheck]") :].split("```")[0]
    assert shown in project


def test_every_file_is_described_and_no_other(written):
    told = " ".join(row[0] for row in rows("| file in `acme-checks` |"))
    named = set(re.findall(r"`([^`]+)`", told))
    for file in written.files:
        assert file in named or any(n.endswith("/") and file.startswith(n) for n in named), file
    for name in named:
        assert any(file == name or file.startswith(name) for file in written.files), name


def test_every_kind_of_evidence_is_described(tmp_path):
    from deploycheck.scaffold.plugin.make import KINDS

    assert [row[0].strip("`") for row in rows("| evidence | the check that is written")] == [*KINDS]


def test_what_testing_has_is_described():
    shown = rows("| call | gives |")
    calls = {re.match(r"`(\w+)\(", row[0])[1]: row[0] for row in shown}
    functions = {n for n in deploycheck.testing.__all__ if n.islower() and n != "AS_OF"}
    assert set(calls) == functions
    for name, call in calls.items():
        known = inspect.signature(getattr(deploycheck.testing, name)).parameters
        for argument in re.findall(r"(\w+)(?==|,|\))", call):
            assert argument in known, call


EVIDENCE = [row for row in rows("| made from | evidence |") if row[1]]


@pytest.mark.parametrize("row", EVIDENCE, ids=lambda row: row[1].split("`")[1])
def test_evidence_is_imported_from_where_it_is_said_and_made_as_shown(row):
    name, *home = re.findall(r"`([^`]+)`", row[1])
    kind = getattr(importlib.import_module(home[0] if home else "deploycheck"), name)
    assert home or name in deploycheck.__all__
    call = re.match(r"`(.+?)`", row[3])[1]
    if re.search(r"[(,] ?…", call):  # too much to be written down
        assert call.startswith(f"{name}(")
        assert set(re.findall(r"\w+", call)) - {name} <= set(kind.__dataclass_fields__)
        return
    given = {
        name: kind, "table": deploycheck.testing.table, "path": "CARD.md", "facts": {},
        "version": "1", "commit": "", "function": lambda columns: columns["age"],
    }  # fmt: skip
    assert isinstance(eval(call, given), kind)


def test_the_fields_of_a_source_are_there():
    from deploycheck.authoring.collector import Description, Source

    for row in rows("| of the source | is |"):
        for field in re.findall(r"source\.(\w+)", row[0]):
            assert hasattr(Source, field) or field in Source.__dataclass_fields__, field
    assert [*Description.__dataclass_fields__] == ["digest", "columns", "facts"]
    assert "`Description(digest, columns, facts)`" in TEXT


def test_roles_and_units_are_all_named():
    from deploycheck.authoring.checker import Role
    from deploycheck.authoring.measure import RANGES

    text = " ".join(TEXT.split())
    assert all(f"`{role}`" in text for role in Role.__args__)
    assert all(f"`{unit}`" in text for unit in RANGES)
