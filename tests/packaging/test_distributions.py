"""What is in the wheel and in the sdist, and what is not."""

import email
import tarfile
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def names(built) -> set[str]:
    with zipfile.ZipFile(built.wheel) as wheel:
        return set(wheel.namelist())


def text(wheel: Path, name: str) -> str:
    with zipfile.ZipFile(wheel) as opened:
        (found,) = [n for n in opened.namelist() if n.endswith(name)]
        return opened.read(found).decode()


def files(folder: Path) -> list[str]:
    """Every file below ``folder``, relative to it, but for what Python makes by itself."""
    found = (path for path in folder.rglob("*") if path.is_file())
    return [
        path.relative_to(folder).as_posix() for path in found if "__pycache__" not in path.parts
    ]


def test_every_source_file_is_in_the_wheel(names):
    source = {f"deploycheck/{name}" for name in files(ROOT / "src" / "deploycheck")}
    assert source
    assert source <= names


@pytest.mark.parametrize(
    ("here", "there"), [("policies", "policies"), ("reports/templates", "templates")]
)
def test_what_ships_beside_the_code_is_in_the_wheel(names, here, there):
    shipped = {f"deploycheck/_shipped/{there}/{name}" for name in files(ROOT / here)}
    assert shipped
    assert shipped <= names


def test_templates_are_there_to_be_rendered(names):
    assert any("_shipped/templates/" in name and name.endswith((".j2", ".html")) for name in names)


def test_the_wheel_is_typed_and_licensed(names):
    assert "deploycheck/py.typed" in names
    assert any(name.endswith(".dist-info/licenses/LICENSE") for name in names)


def test_nothing_else_is_in_the_wheel(names):
    strange = [
        n for n in names if not n.startswith(("deploycheck/", "deploycheck-0.1.0.dist-info/"))
    ]
    assert not strange
    assert not [n for n in names if "test" in n.split("/") or "tests" in n.split("/")]
    assert not [n for n in names if n.endswith((".pyc", ".csv", ".db"))]


def test_the_wheel_announces_command_and_plugin(built):
    points = text(built.wheel, "entry_points.txt")
    assert "[console_scripts]\ndeploycheck = deploycheck.cli.main:main" in points
    assert "[pytest11]\ndeploycheck = deploycheck.pytest_plugin.options" in points
    metadata = email.message_from_string(text(built.wheel, ".dist-info/METADATA"))
    assert metadata["Requires-Python"] == ">=3.11"
    assert metadata["License-Expression"] == "Apache-2.0"
    assert "Framework :: Pytest" in metadata.get_all("Classifier")


def test_heavy_libraries_of_some_checks_are_extras(built):
    metadata = email.message_from_string(text(built.wheel, ".dist-info/METADATA"))
    plain = [need for need in metadata.get_all("Requires-Dist") if "extra ==" not in need]
    named = {need.split(">")[0].split("[")[0].strip().lower() for need in plain}
    assert not named & {"fairlearn", "scikit-learn", "pandas", "duckdb", "pyspark", "shap"}


def test_the_sdist_is_all_that_a_packager_needs(built):
    with tarfile.open(built.sdist) as opened:
        found = {member.name.partition("/")[2] for member in opened.getmembers()}
    for wanted in (
        "pyproject.toml",
        "README.md",
        "LICENSE",
        "CHANGELOG.md",
        "CONTRIBUTING.md",
        "Makefile",
        "conftest.py",
        "examples/recidivism/policy.yaml",
        "plugins/deploycheck-example/pyproject.toml",
        "tests/packaging/test_distributions.py",
        "benchmarks/startup.py",
    ):
        assert wanted in found
    unwanted = {
        ".git",
        ".venv",
        ".deploycheck",
        "deploycheck-reports",
        "__pycache__",
        ".hypothesis",
    }
    assert not [name for name in found if unwanted & set(name.split("/"))]


def test_checkout_and_sdist_give_the_same_wheel(built, build, tmp_path):
    (direct,) = build(ROOT, tmp_path, "--wheel")
    assert direct.read_bytes() == built.wheel.read_bytes()


def test_the_plugin_is_found_by_its_group(built):
    assert "[deploycheck]\nexample = deploycheck_example" in text(built.plugin, "entry_points.txt")
