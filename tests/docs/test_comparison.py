"""The figures on the page of comparisons are those that the script measured."""

import importlib.util
import json
import re
import sys

import pytest

PAGE = "docs/comparison.md"


@pytest.fixture(scope="module")
def peers(site):
    """The script, as a module."""
    folder = site.ROOT / "benchmarks"
    sys.path.insert(0, str(folder))
    try:
        spec = importlib.util.spec_from_file_location("peers", folder / "peers.py")
        module = importlib.util.module_from_spec(spec)
        sys.modules["peers"] = module
        spec.loader.exec_module(module)
        yield module
    finally:
        sys.path.remove(str(folder))
        sys.modules.pop("peers", None)


@pytest.fixture(scope="module")
def figures(site):
    return json.loads((site.ROOT / "benchmarks/peers.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("name", ["costs", "answers", "alarms"])
def test_tables_are_those_of_the_script(site, peers, figures, name):
    (shown,) = re.findall(rf"<!-- table: {name} -->\n(.*?)\n\n", site.read(PAGE), re.DOTALL)
    assert shown == getattr(peers, name)(figures["peers"])


def test_when_is_told(site, figures):
    assert f"Measured in {figures['month']} with Python {figures['python']}." in site.read(PAGE)


def test_every_tool_that_was_measured_is_introduced(site, figures):
    rows = site.rows(site.section(PAGE, "Which to take"))
    named = {re.sub(r"\[([^\]]*)\].*", r"\1", row[0]) for row in rows}
    assert named == {peer["name"] for peer in figures["peers"]}


def test_no_path_of_the_machine_is_kept(figures):
    assert not re.search(r"/(?:tmp|home|root|work)\b", json.dumps(figures))


def test_an_error_is_one_line_without_its_folder(peers):
    log = "Traceback\nImportError: cannot import name 'x' from 'y' (/somewhere/y.py)\n"
    assert peers.last_error(log) == "ImportError: cannot import name 'x' from 'y'"
    assert "source was not built" in peers.last_error("error: metadata-generation-failed\n")
    assert peers.last_error("fine\n") == ""
