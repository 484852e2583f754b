"""A lock is read in every form, and what is installed is what the interpreter itself says."""

import json
import os
import subprocess
import sys
import time

import pytest

from deploycheck.authoring.errors import EvidenceError
from deploycheck.authoring.params import NoParams
from deploycheck.collectors.environment import RunningEnvironment, installed
from deploycheck.evidence.environment import Pin

NONE = NoParams()
HERE = 'sys_platform == "linux"'
THERE = 'sys_platform == "win32"'


def collected(bench, data, name="x.lock"):
    source = bench.source("lock", documents={"lock": bench.write(name, data)})
    made = RunningEnvironment.collect(source, NONE)
    described = RunningEnvironment.describe(source, NONE)
    assert described.digest == made.digest
    assert described.facts["pins"] == len(made.pins)
    return made


def pins(bench, data, **more):
    return [(p.name, p.version or p.why) for p in collected(bench, data, **more).pins]


def test_a_requirement_file(bench):
    text = f"""\
# comment
--index-url https://pypi.org/simple
Foo_Bar==1.0
-i https://x
baz [extra,other] == 2.0 ; {HERE}   # why
win==1 ; {THERE}
hashed==3.0 \\
    --hash=sha256:{"a" * 64} \\
    --hash=sha256:{"b" * 64}
    # via foo
odd===2004d
"""
    made = collected(bench, text)
    assert made.pins == (
        Pin("foo-bar", "1.0", "line 3"),
        Pin("baz", "2.0", "line 5"),
        Pin("hashed", "3.0", "line 7"),
        Pin("odd", "2004d", "line 11"),
    )
    assert made.elsewhere == 1


@pytest.mark.parametrize(
    ("line", "name", "why"),
    [
        ("foo", "foo", "no version"),
        ("foo>=1.0", "foo", ">=1.0 instead of one version"),
        ("foo==1.*", "foo", "==1.* instead of one version"),
        ("foo==1.0,!=2", "foo", "==1.0,!=2 instead of one version"),
        ("foo @ https://x/foo-1.0.whl", "foo", "a direct reference instead of a version"),
        (f"foo @ file:///x ; {HERE}", "foo", "a direct reference instead of a version"),
        ("git+https://x/foo.git@abc#egg=Foo", "foo", "a direct reference instead of a version"),
        ("-e git+https://x/foo.git@abc#egg=foo", "foo", "-e instead of a version"),
        ("# Editable install with no version control (foo==0.1)\n-e /src", "foo", "-e instead of a version"),
        ("-e .", "", "-e instead of a version"),
        ("-r other.txt", "", "-r instead of a version"),
        ("-c other.txt", "", "-c instead of a version"),
        ("./wheels/foo.whl", "", "a direct reference instead of a version"),
        ("foo==1.0 ; no_such == 'x'", "foo", "a marker that cannot be evaluated: no_such == 'x'"),
        ("foo==1.0 junk", "foo", "==1.0 junk instead of one version"),
        ("???", "", "a direct reference instead of a version"),
    ],
)  # fmt: skip
def test_what_is_not_pinned_is_never_left_out(bench, line, name, why):
    assert pins(bench, line) == [(name, why)]


def test_a_lock_of_pep_751(bench):
    text = f"""
lock-version = "1.0"
requires-python = ">=3.11"
default-groups = ["main"]
[[packages]]
name = "Foo"
version = "1.0"
[[packages]]
name = "win"
version = "1.0"
marker = '{THERE}'
[[packages]]
name = "dev"
version = "1.0"
marker = "'dev' in dependency_groups"
[[packages]]
name = "main"
version = "2.0"
marker = "'main' in dependency_groups"
[[packages]]
name = "vcs"
"""
    made = collected(bench, text, "pylock.toml")
    assert [(p.name, p.version) for p in made.pins] == [
        ("foo", "1.0"),
        ("main", "2.0"),
        ("vcs", None),
    ]
    assert (made.requires_python, made.elsewhere) == (">=3.11", 2)


def test_a_lock_of_uv_is_followed_from_the_project(bench):
    text = f"""
version = 1
requires-python = ">=3.11"
[[package]]
name = "app"
version = "0.1"
source = {{ editable = "." }}
dependencies = [
    {{ name = "a", extra = ["x"] }},
    {{ name = "w", marker = '{THERE}' }},
]
[package.optional-dependencies]
plot = [{{ name = "plotter" }}]
[[package]]
name = "a"
version = "1"
dependencies = [{{ name = "b", version = "2" }}]
[package.optional-dependencies]
x = [{{ name = "c" }}, {{ name = "a", extra = ["x"] }}]
[[package]]
name = "b"
version = "1"
[[package]]
name = "b"
version = "2"
dependencies = [{{ name = "a" }}]
[[package]]
name = "c"
version = "3"
dependencies = [{{ name = "lost" }}]
[[package]]
name = "w"
version = "4"
[[package]]
name = "plotter"
version = "5"
"""
    made = collected(bench, text, "uv.lock")
    assert [(p.name, p.version) for p in made.pins] == [
        ("a", "1"),
        ("b", "2"),
        ("c", "3"),
        ("lost", None),
    ]
    assert (made.requires_python, made.elsewhere) == (">=3.11", 1)


def test_a_lock_of_poetry(bench):
    text = f"""
[[package]]
name = "a"
version = "1"
optional = false
groups = ["main", "dev"]
markers = '{HERE}'
[[package]]
name = "b"
version = "1"
groups = ["dev"]
[[package]]
name = "c"
version = "1"
optional = true
[[package]]
name = "d"
version = "2"
groups = ["main"]
markers = {{main = '{THERE}', dev = ""}}
[metadata]
lock-version = "2.1"
python-versions = "^3.11"
"""
    made = collected(bench, text, "poetry.lock")
    assert ([(p.name, p.version) for p in made.pins], made.elsewhere) == ([("a", "1")], 3)
    assert made.requires_python == ">=3.11,<4"


def test_a_lock_of_pipenv(bench):
    lock = {
        "default": {
            "Foo": {"version": "==1.0"},
            "w": {"version": "==1", "markers": THERE},
            "g": {"git": "x"},
        },
        "develop": {"d": {}},
    }
    assert pins(bench, json.dumps(lock)) == [("foo", "1.0"), ("g", "no version")]


def test_what_pip_freezes_here_is_what_is_found_here(bench):
    """The oracle is pip's own list, of the same interpreter."""
    asked = [
        sys.executable,
        "-c",
        "import importlib.metadata as m; print('\\n'.join(f'{d.name}=={d.version}' for d in m.distributions()))",
    ]
    frozen = subprocess.run(
        asked, check=True, capture_output=True, text=True, env={**os.environ}
    ).stdout
    made = collected(bench, frozen)
    assert len(made.pins) > 30
    assert {p.name: p.version for p in made.pins} == made.installed == installed()


def test_the_digest_changes_with_lock_and_environment(bench, monkeypatch):
    first = collected(bench, "a==1").digest
    assert collected(bench, "a==2", "y.lock").digest != first
    monkeypatch.setattr("deploycheck.collectors.environment.installed", lambda: {"a": "1"})
    assert collected(bench, "a==1").digest != first


@pytest.mark.parametrize("data", ["", "\n\n", "# nothing\n", "--no-index\n"])
def test_a_lock_of_nothing_pins_nothing(bench, data):
    assert collected(bench, data).pins == ()


@pytest.mark.parametrize(
    ("data", "why"),
    [
        ("[[package]]\nname = ", "cannot be read"),
        ("[[package]]\nversion = '1'\n", "no names"),
        ("lock-version = '1.0'\npackages = 3\n", "no names"),
        ("[metadata]\nx = 1\n", "no names"),
        ("version = 1\na = " + "[" * 5000, "cannot be read"),
        ("{" * 3, "cannot be read"),
        ('{"a": ' * 100_000, "cannot be read"),
        ('{"develop": {}}', "no `default`"),
        (b"a==1\0", "NUL"),
        (b"\xff", "not UTF-8"),
        (b"#" * ((8 << 20) + 1), "larger than"),
    ],
)
def test_what_is_no_lock_is_refused(bench, data, why):
    with pytest.raises(EvidenceError, match=why):
        collected(bench, data)


@pytest.mark.parametrize(
    "data",
    [
        "\n".join(f"p{i}==1.{i}" for i in range(100_000)),
        "a==1 \\\n" * 100_000,
        "# Editable " + "(a==" * 250_000,
        "a" * (1 << 20),
        "a" + " " * (1 << 20) + "b",
        "a==1 " + " #" * 500_000,
        "a==1" + " --hash=x" * 100_000,
        "a ; " + "(" * 100_000,
        "a" + "[" * (1 << 20),
        "git+" * 250_000,
    ],
    ids=range(10),
)
def test_a_hostile_lock_is_read_in_a_second_or_two(bench, data):
    source = bench.source("lock", documents={"lock": bench.write("x.lock", data)})
    began = time.process_time()
    RunningEnvironment.collect(source, NONE)
    assert time.process_time() - began < 2.0
