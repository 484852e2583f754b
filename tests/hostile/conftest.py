"""A Python in which a plugin is installed that abuses the process it runs in."""

import textwrap

import pytest

PLUGIN = """
import os
import sys
import time

from deploycheck import Count, Manifest, Measure, Reporter, checker, hookimpl

FOUND = []


def toy(function):
    function.__doc__ = "A toy."
    measures = [Measure("things", unit="count", better="lower", doc="Things.")]
    made = checker(f"bad.{function.__name__}", measures=measures, kind="exact")(function)
    FOUND.append(made)
    return made


@toy
def good(manifest: Manifest):
    yield Count("things", 0)


@toy
def leaves_a_child(manifest: Manifest):
    if os.fork() == 0:
        time.sleep(25)
        os._exit(0)
    yield Count("things", 0)


@toy
def forks_and_both_go_on(manifest: Manifest):
    if os.fork() == 0:
        time.sleep(1)
        yield Count("things", 0)
    else:
        yield Count("things", 5)


@toy
def writes_into_every_pipe(manifest: Manifest):
    for number in range(3, 64):
        try:
            os.write(number, b"junk\\n[1]\\n5\\n")
        except OSError:
            continue
    yield Count("things", 0)


@toy
def closes_stdout(manifest: Manifest):
    sys.stdout.close()
    yield Count("things", 0)


@toy
def interrupts(manifest: Manifest):
    raise KeyboardInterrupt
    yield


def _hang():
    while True:
        time.sleep(1)


ACTS = {
    "exit": lambda: sys.exit(0),
    "hang": _hang,
    "none": lambda: None,
    "die": lambda: os._exit(0),
}


@hookimpl
def deploycheck_checkers():
    return FOUND


@hookimpl
def deploycheck_reporters():
    return [
        Reporter(f"bad-{name}", f"bad-{name}.txt", lambda decision, act=act: act())
        for name, act in ACTS.items()
    ]


@hookimpl
def deploycheck_decided(decision, release):
    ACTS.get(release.description, lambda: None)()
"""


@pytest.fixture(scope="session")
def bad_python(python_with, tmp_path_factory: pytest.TempPathFactory) -> str:
    """A Python in which the plugin above is installed."""
    folder = tmp_path_factory.mktemp("bad-plugin")
    (folder / "bad_plugin.py").write_text(textwrap.dedent(PLUGIN), encoding="utf-8")
    told = folder / "bad_plugin-1.0.dist-info"
    told.mkdir()
    (told / "METADATA").write_text("Metadata-Version: 2.1\nName: bad-plugin\nVersion: 1.0\n")
    (told / "entry_points.txt").write_text("[deploycheck]\nbad = bad_plugin\n")
    return python_with(folder)
