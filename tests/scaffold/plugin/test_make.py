"""A new check is a package that works as it is: judged, documented, linted and typed."""

import ast
import os
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest

from deploycheck.catalog.checks import page
from deploycheck.scaffold.plugin.make import KINDS, NewCheck, begin, find_package, module_of
from deploycheck.scaffold.plugin.names import UNITS, WrongName
from deploycheck.scaffold.plugin.write import ThereAlready

OWN = {"table": "capped_values", "predictions": "wrong_often", "model": "moved_by",
       "document": "says_enough"}  # fmt: skip
ROOT = Path(__file__).parents[3]


def new(id: str, folder: Path, version: str = "0.1.0", **more):
    return begin(NewCheck(id, **more), folder, version=version, page_of=page)


def run(*words, cwd, python=sys.executable):
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("PYTEST", "DEPLOYCHECK"))}
    return subprocess.run(
        [python, *map(str, words)], cwd=cwd, env=kept | {"PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip


@pytest.fixture(scope="module")
def package(tmp_path_factory):
    """One package with a check for each kind of evidence, each with its own measure's name."""
    folder = tmp_path_factory.mktemp("with a blank")
    for evidence, name in OWN.items():
        better = "higher" if evidence == "document" else "lower"
        new(f"acme.{name}", folder, evidence=evidence, better=better)
    return folder / "acme-checks"


@pytest.fixture(scope="module")
def python(package, python_with, tmp_path_factory):
    """A Python in which the wheel of the package is installed."""
    out = tmp_path_factory.mktemp("wheel")
    made = run("-m", "hatchling", "build", "-t", "wheel", "-d", out, cwd=package)
    assert made.returncode == 0, made.stderr
    (wheel,) = out.glob("*.whl")
    assert wheel.name == "acme_checks-0.1.0-py3-none-any.whl"
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(out / "site")
    assert (out / "site" / "acme_checks" / "py.typed").is_file()
    return python_with(out / "site")


def test_its_tests_pass(package, python):
    done = run("-m", "pytest", "-q", "-p", "no:cacheprovider", cwd=package, python=python)
    assert done.returncode == 0, done.stdout
    assert " passed" in done.stdout
    assert "skipped" not in done.stdout


@pytest.mark.parametrize("evidence", KINDS)
def test_it_is_found_and_the_gate_uses_it(package, python, evidence):
    name = OWN[evidence]
    told = run("-m", "deploycheck", "explain", f"acme.{name}", cwd=package, python=python)
    assert told.returncode == 0, told.stderr
    written = (package / "docs" / f"{name}.md").read_text(encoding="utf-8")
    assert told.stdout.strip() == written.strip()
    assert written.startswith(f"# acme.{name}\n")
    example = package / "examples" / name
    done = run(
        "-m", "deploycheck", "gate", "--policy", example / "policy.yaml",
        "--release", example / "release.yaml", "--record", package / "record",
        "--json", package / f"{name}.json", cwd=package, python=python,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    assert "RELEASE" in done.stdout
    assert f'"check": "acme.{name}"' in (package / f"{name}.json").read_text(encoding="utf-8")


@pytest.mark.slow
def test_linters_and_types_find_nothing(package):
    for options in ([], ["--isolated"]):
        done = run("-m", "ruff", "check", "--no-cache", *options, ".", cwd=package)
        assert done.returncode == 0, done.stdout
    done = run("-m", "mypy", "--cache-dir", package / ".mypy_cache", cwd=package)
    assert done.returncode == 0, done.stdout


def test_every_direction_and_unit_works(tmp_path):
    """The units of the table's check all; of the others one share and one count."""
    cases = [(e, u, b) for e in KINDS for u in UNITS for b in ("lower", "higher")
             if e == "table" or u in {"probability", "count"}]  # fmt: skip
    for evidence, unit, better in cases:
        id = f"acme.of_{evidence}_{unit}_{better}"
        new(id, tmp_path, evidence=evidence, unit=unit, better=better, measure="mine")
    folder = tmp_path / "acme-checks"
    done = run("-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", cwd=folder)
    assert done.returncode == 0, done.stdout
    assert run("-m", "ruff", "check", "--no-cache", ".", cwd=folder).returncode == 0
    for evidence, unit, better in cases:
        text = (folder / "docs" / f"of_{evidence}_{unit}_{better}.md").read_text(encoding="utf-8")
        assert f"| `mine` | {unit} | {better} |" in text
        assert ("Decided by default as *exact*" in text) is (
            unit in {"count", "rows"} or evidence == "document"
        )


def test_no_word_is_left_open(package):
    for path in package.rglob("*"):
        if path.is_file() and path.suffix in {".py", ".toml", ".md", ".yaml"}:
            text = path.read_text(encoding="utf-8")
            assert "«" not in text, path
            assert "»" not in text, path


def test_what_to_change_is_marked(package):
    for name in OWN.values():
        text = (package / "src" / "acme_checks" / f"{name}.py").read_text(encoding="utf-8")
        assert text.count("# Yours: ") == 3, name


def test_every_check_has_all_parts_of_a_page(package):
    for name in OWN.values():
        text = (package / "docs" / f"{name}.md").read_text(encoding="utf-8")
        for heading in ("Why", "How to fix it", "Definition", "Measures", "When there is no number",
                        "Parameters", "Evidence", "Example", "Source"):  # fmt: skip
            assert f"\n## {heading}\n\n" in text, (name, heading)


def test_a_check_is_added_and_nothing_else_is_touched(package, tmp_path):
    new("acme.first", tmp_path)
    folder = tmp_path / "acme-checks"
    (folder / "README.md").write_text("mine\n", encoding="utf-8")
    before = {p: p.read_bytes() for p in folder.rglob("*") if p.is_file()}
    begun = new("acme.second", tmp_path, evidence="document")
    assert (begun.added, begun.finds, begun.folder) == (True, True, folder)
    after = {p: p.read_bytes() for p in folder.rglob("*") if p.is_file()}
    assert {p: after[p] for p in before} == before
    assert sorted(p.relative_to(folder).as_posix() for p in set(after) - set(before)) == [
        "docs/second.md", "examples/second/MODEL_CARD.md", "examples/second/policy.yaml",
        "examples/second/release.yaml", "src/acme_checks/second.py", "tests/test_second.py",
    ]  # fmt: skip
    assert begun.files == tuple(sorted(begun.files))


@pytest.mark.parametrize("place", [".", "src", "src/acme_checks", "..", "../other"])
def test_the_package_is_found_from_within_and_from_beside(tmp_path, place):
    new("acme.first", tmp_path)
    (tmp_path / "other").mkdir()
    where = tmp_path / "acme-checks" / place
    found = find_package(NewCheck("acme.second"), where)
    if place == "../other":
        assert found is None
    else:
        assert found.resolve() == tmp_path / "acme-checks"
        assert find_package(NewCheck("other.second"), where) is None


def test_each_family_has_a_package(tmp_path):
    new("acme.first", tmp_path)
    begun = new("my_team.first", tmp_path)
    assert (begun.added, begun.folder.name) == (False, "my-team-checks")
    told = tomllib.loads((begun.folder / "pyproject.toml").read_text(encoding="utf-8"))
    assert told["project"]["entry-points"]["deploycheck"] == {"my_team": "my_team_checks"}
    assert "id: MY-TEAM-01" in (begun.folder / "examples/first/policy.yaml").read_text()


@pytest.mark.parametrize(
    ("version", "range"),
    [("0.1.0", ">=0.1,<0.2"), ("0.9.3", ">=0.9,<0.10"), ("1.4.2", ">=1.4,<2"),
     ("0.2.0.dev1", ">=0.2.0.dev1,<0.3"), ("2.0.0rc1", ">=2.0.0rc1,<3")],
)  # fmt: skip
def test_the_versions_it_can_use_follow_from_the_one_that_wrote_it(tmp_path, version, range):
    begun = new("acme.first", tmp_path, version=version)
    told = tomllib.loads((begun.folder / "pyproject.toml").read_text(encoding="utf-8"))
    assert f"deploycheck{range}" in told["project"]["dependencies"]
    from packaging.requirements import Requirement

    assert Requirement(f"deploycheck{range}").specifier.contains(version)


def test_a_file_that_is_there_is_not_overwritten_and_nothing_is_written(tmp_path):
    new("acme.first", tmp_path)
    folder = tmp_path / "acme-checks"
    (folder / "docs" / "second.md").write_text("mine", encoding="utf-8")
    before = sorted(folder.rglob("*"))
    with pytest.raises(ThereAlready, match=r"docs/second\.md is there already"):
        new("acme.second", tmp_path)
    assert sorted(folder.rglob("*")) == before
    with pytest.raises(ThereAlready):
        new("acme.first", tmp_path)


def test_a_link_that_leads_nowhere_is_something_that_is_there(tmp_path):
    new("acme.first", tmp_path)
    link = tmp_path / "acme-checks" / "tests" / "test_second.py"
    link.symlink_to(tmp_path / "elsewhere.py")
    with pytest.raises(ThereAlready):
        new("acme.second", tmp_path)
    assert not (tmp_path / "elsewhere.py").exists()


@pytest.mark.parametrize("kind", ["empty", "file", "link", "other"])
def test_a_folder_of_that_name_that_is_no_package_stays_as_it_is(tmp_path, kind):
    folder = tmp_path / "acme-checks"
    if kind == "file":
        folder.write_text("mine")
    elif kind == "link":
        folder.symlink_to(tmp_path / "nowhere")
    else:
        folder.mkdir()
        if kind == "other":
            (folder / "pyproject.toml").write_text('[project]\nname = "acme-other"\n')
    before = sorted(tmp_path.rglob("*"))
    with pytest.raises(ThereAlready, match="is no package of acme"):
        new("acme.first", tmp_path)
    assert sorted(tmp_path.rglob("*")) == before


@pytest.mark.parametrize("text", [b"", b"\xff", b"[project", b"project = 3\n", b"[project]\n"])
def test_a_project_file_that_cannot_be_read_is_no_package(tmp_path, text):
    (tmp_path / "pyproject.toml").write_bytes(text)
    begun = new("acme.first", tmp_path)
    assert not begun.added
    assert (tmp_path / "pyproject.toml").read_bytes() == text


def test_what_cannot_be_written_leaves_nothing(tmp_path):
    new("acme.first", tmp_path)
    examples = tmp_path / "acme-checks" / "examples"
    (examples / "second").write_text("in the way")  # where a folder would be made
    before = sorted(p for p in tmp_path.rglob("*"))
    with pytest.raises(OSError, match="second"):
        new("acme.second", tmp_path)
    assert sorted(tmp_path.rglob("*")) == before


def test_a_failure_half_way_takes_everything_away_again(tmp_path, monkeypatch):
    """As a full disk would be."""
    import errno

    from deploycheck.scaffold.plugin import make as plugin

    new("acme.first", tmp_path)
    before = sorted(tmp_path.rglob("*"))

    class Full(dict):
        def items(self):
            yield from list(super().items())[:3]
            raise OSError(errno.ENOSPC, "No space left on device")

    real = (plugin.write_into, plugin.write_folder)
    monkeypatch.setattr(plugin, "write_into", lambda at, files: real[0](at, Full(files)))
    monkeypatch.setattr(plugin, "write_folder", lambda at, files: real[1](at, Full(files)))
    for id in ("acme.second", "other.first"):
        with pytest.raises(OSError, match="No space left"):
            new(id, tmp_path)
    assert sorted(tmp_path.rglob("*")) == before


def test_a_package_with_hooks_of_its_own_is_told(tmp_path):
    new("acme.first", tmp_path)
    init = tmp_path / "acme-checks" / "src" / "acme_checks" / "__init__.py"
    init.write_text('"""Mine."""\n')
    assert new("acme.second", tmp_path).finds is False
    assert init.read_text() == '"""Mine."""\n'


@pytest.mark.parametrize("evidence", KINDS)
def test_names_that_the_files_use_are_refused(tmp_path, evidence):
    """Whatever a module calls by name, a function of that name would take its place."""
    neutral = NewCheck("acme.neutral_name", evidence)
    used = {
        node.id
        for node in ast.walk(ast.parse(module_of(neutral, "0.1.0")))
        if isinstance(node, ast.Name) and node.id.islower()
    }
    assert {"checker", "params", "place"} & used
    for name in ("checker", "judge", "measure", "page", *(used - {"int", "str", "len", "float"})):
        if not hasattr(__builtins__, name):
            with pytest.raises(WrongName, match=f"write for example acme.{name}_rate"):
                new(f"acme.{name}", tmp_path, evidence=evidence)
    assert list(tmp_path.iterdir()) == []


def test_longest_names_work(tmp_path):
    family, name = "f" * 40, "n" * 40
    new(f"{family}.{name}", tmp_path, measure="m" * 40)
    folder = tmp_path / f"{family}-checks"
    assert run("-m", "ruff", "check", "--no-cache", "--isolated", ".", cwd=folder).returncode == 0
    done = run("-m", "pytest", "-q", "-p", "no:cacheprovider", cwd=folder)
    assert done.returncode == 0, done.stdout


def test_the_folder_is_for_all_who_may_read_such_folders(tmp_path):
    mask = os.umask(0o022)
    try:
        begun = new("acme.first", tmp_path)
    finally:
        os.umask(mask)
    assert begun.folder.stat().st_mode & 0o777 == 0o755


def test_the_page_on_plugins_shows_what_the_gate_says(package, python):
    text = (ROOT / "docs" / "plugins.md").read_text(encoding="utf-8")
    shown = text[text.index("$ deploycheck gate --policy acme-checks/") :].split("```")[0]
    command, *lines = shown.splitlines()
    assert lines[-1] == "…"
    done = run("-m", *command.split()[1:], cwd=package.parent, python=python)
    assert done.stdout.splitlines()[: len(lines) - 1] == lines[:-1]
