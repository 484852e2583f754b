"""Progress: seen on a terminal while something takes long, gone before anything is printed."""

import io
import json
import os
import re
import signal
import subprocess
import sys
import textwrap
import time
import unicodedata

import pytest

from deploycheck.cli import progress
from deploycheck.cli.progress import Progress, State
from deploycheck.cli.supervise import _Listener

PLUGIN = '''
"""Checks that take their time."""
import os, time
from collections.abc import Iterator
from pydantic import Field
from deploycheck import Count, Manifest, Measure, Params, checker, hookimpl

class Nap(Params):
    seconds: float = Field(0.0, description="How long.")
    noise: str = Field("", description="What it writes where it should not.")

@checker("nap.nap", kind="exact", measures=[Measure("naps", unit="count", better="lower", doc="d.")])
def nap(params: Nap, manifest: Manifest) -> Iterator[Count]:
    """A nap is taken.

    Why: x.
    Fix: x.
    Source: x.
    """
    if params.noise:
        for handle in os.listdir("/proc/self/fd"):
            try:
                if "pipe" in os.readlink(f"/proc/self/fd/{handle}") and int(handle) > 2:
                    os.write(int(handle), params.noise.encode() + b"\\n")
            except OSError:
                pass
    time.sleep(params.seconds)
    yield Count("naps", 0)

@hookimpl
def deploycheck_checkers():
    return [nap]
'''


@pytest.fixture(scope="module")
def napping(tmp_path_factory, python_with):
    folder = tmp_path_factory.mktemp("nap")
    (folder / "nap_plugin.py").write_text(PLUGIN)
    info = folder / "nap_plugin-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: nap-plugin\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text("[deploycheck]\nnap = nap_plugin\n")
    return python_with(folder)


@pytest.fixture
def gate(project, napping, terminal):
    """Starts a gate on a terminal, with a control for each nap."""

    def start(*naps, arguments=(), title="A nap", **more):
        controls = [
            project.control(
                "nap.nap", id=f"NAP-{n}", extra=f"with: {json.dumps(nap)}",
                require="{naps: {max: 1}}", title=title,
            )
            for n, nap in enumerate(naps, 1)
        ]  # fmt: skip
        project.policy(*controls)
        env = {k: v for k, v in os.environ.items() if k not in {"CI", "NO_COLOR", "FORCE_COLOR"}}
        env |= {"TERM": "xterm"} | more.pop("env", {})
        line = [napping, "-m", "deploycheck", "gate", "--policy", "policy.yaml", *arguments]
        return terminal(line, project.root, env, **more)

    return start


def screen(raw):
    """What stands on the terminal in the end: each line after its last return or erasure."""
    text = raw.decode().replace("\r\n", "\n")
    lines = [line.split("\x1b[2K")[-1].split("\r")[-1] for line in text.split("\n")]
    return "\n".join(lines)


def test_a_slow_gate_says_what_is_at_work_and_then_prints_clean_lines(gate, project):
    shown = gate({"seconds": 0.1}, {"seconds": 2.5}, {"seconds": 0})
    shown.until(" 1 of 3 ")
    shown.until("NAP-2 A nap")
    shown.until("(00:01)")
    assert shown.ended() == 0
    left = screen(shown.raw)
    assert left.startswith("deploycheck: toy 1.0 — \x1b[1;32mRELEASE\x1b[0m\n")
    assert " of 3" not in left
    assert shown.raw.index(b"NAP-2") < shown.raw.rindex(b"\x1b[2K") < shown.raw.index(b"RELEASE")


@pytest.mark.parametrize(
    "env", [{"DEPLOYCHECK_PROGRESS": "0"}, {"CI": "true"}, {"TERM": "dumb"}], ids=str
)
def test_where_it_is_not_wanted_nothing_moves(gate, env):
    shown = gate({"seconds": 1.6}, env=env)
    assert shown.ended() == 0
    assert b"\x1b[2K" not in shown.raw
    assert "NAP-1" not in shown.text


def test_a_run_of_less_than_a_second_shows_nothing(monkeypatch):
    master, slave = os.openpty()
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.delenv("CI", raising=False)
    clock = [0.0]
    with os.fdopen(slave, "w") as stream:
        line = Progress(stream, lambda: clock[0])
        line.say(State("x", 1, 2))
        for clock[0] in (0.1, 0.5, 0.99):
            line.tick()
        line.stop()
        os.set_blocking(master, False)
        with pytest.raises(BlockingIOError):
            os.read(master, 100)
    os.close(master)


def test_names_and_sizes_fit_whatever_the_terminal_is(monkeypatch):
    master, slave = os.openpty()
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.delenv("CI", raising=False)
    clock = [0.0]
    with os.fdopen(slave, "w") as stream:
        line = Progress(stream, lambda: clock[0])
        line.say(State("\x1b[31mred\x07[b] " + "模型" * 200 + "\n", 3, 7))
        clock[0] = 3700.0
        line.tick()
        drawn = os.read(master, 65536).decode()
        line.stop()
        assert os.read(master, 100) == b"\r\x1b[2K"
        line.tick()
        line.stop()
    os.close(master)
    assert "\x1b[31mred" not in drawn
    assert "\\u{001b}[31mred" in drawn
    assert "3 of 7" in drawn
    assert "1:01:40" in drawn
    assert drawn.count("\n") == 0
    shown = re.sub("\x1b\\[[0-9;]*[mK]", "", drawn).strip()
    assert sum(2 if unicodedata.east_asian_width(c) == "W" else 1 for c in shown) <= 79


def test_a_stream_that_is_no_terminal_shows_nothing_and_costs_nothing():
    line = Progress(io.StringIO())
    assert not line.alive
    line.say(State("x"))
    line.tick()
    line.stop()
    with progress.waiting("x", io.StringIO()):
        pass


def test_titles_with_escapes_do_not_reach_the_terminal(gate):
    shown = gate({"seconds": 1.6}, title='"\\u202ebad"')
    code = shown.ended()
    assert b"\xe2\x80\xae" not in shown.raw
    assert code in {0, 4}


NOISE = [
    '{"at": ["x", 1, {}], "title": "\\u001b[31mEVIL", "done": -5, "planned": 1e99}',
    '{"at": "x"}',
    '{"at": [], "title": 7, "done": true, "planned": []}',
    '{"token": "guess", "code": 0, "settled": 0, "hush": 1}',
    "[" * 100_000,
    "\\u0000 no json",
]


def test_junk_in_the_pipe_crashes_nobody_and_decides_nothing():
    reading, writing = os.pipe()
    answers, answer = os.pipe()
    listener = _Listener(reading, "secret", Progress(None), answer)
    for noise in NOISE:
        os.write(writing, noise.encode()[:60_000] + b"\n")
        assert listener.ready()
        assert listener.listen()
    assert listener.code is None
    assert listener.ending.settled is None
    assert all(isinstance(key, str) for key in listener.ending.at_work)
    os.set_blocking(answers, False)
    with pytest.raises(BlockingIOError):
        os.read(answers, 1)
    os.close(writing)
    assert not listener.listen()
    for handle in (reading, answers, answer):
        os.close(handle)


def test_a_plugin_that_writes_into_the_pipe_does_not_reach_the_terminal(gate):
    noise = '{"at": ["NAP-1"], "title": "\\u001b[31mEVIL", "done": 1, "planned": 1}'
    shown = gate({"seconds": 1.8, "noise": noise})
    assert shown.ended() == 0
    assert b"\x1b[31mEVIL" not in shown.raw
    assert "RELEASE" in screen(shown.raw)


def test_ctrl_c_takes_the_line_away(gate):
    shown = gate({"seconds": 30})
    shown.until("NAP-1 A nap")
    shown.send("\x03")
    assert shown.ended() == 70
    assert screen(shown.raw).replace("^C", "").strip() == (
        "deploycheck gate: interrupted; nothing was decided"
    )


def test_a_gate_that_is_ended_takes_the_line_away(gate):
    shown = gate({"seconds": 30})
    shown.until("NAP-1 A nap")
    shown.process.send_signal(signal.SIGTERM)
    shown.ended()
    assert "NAP-1" not in screen(shown.raw)


def test_a_control_that_hangs_shows_for_how_long_and_is_stopped(gate):
    shown = gate({"seconds": 60}, {"seconds": 0}, arguments=("--timeout", "2.5"))
    shown.until("(00:01)")
    assert shown.ended() == 11
    left = screen(shown.raw)
    assert "ERROR" in left
    assert "it did not return within 2.5 s" in left
    assert "(00:0" not in left


def test_a_plan_that_reads_long_says_so(project, terminal):
    project.policy(project.control())
    script = textwrap.dedent("""
        import time
        from deploycheck.engine import plan
        real = plan.make_plan
        def slow(*given):
            time.sleep(1.8)
            return real(*given)
        plan.make_plan = slow
        from deploycheck.cli.main import main
        main(["plan", "--policy", "policy.yaml"], prog_name="deploycheck")
    """)
    env = {k: v for k, v in os.environ.items() if k != "CI"} | {"TERM": "xterm"}
    shown = terminal([sys.executable, "-c", script], project.root, env)
    shown.until("reading what the release names")
    assert shown.ended() == 0
    assert screen(shown.raw).startswith("release  toy 1.0\n")


def test_rich_is_not_imported_before_it_is_shown(project):
    script = (
        "import sys; from deploycheck.cli import gate, plan, supervise, progress; "
        "print([name for name in sys.modules if name.startswith('rich')])"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    assert done.stdout == "[]\n"
    began = time.monotonic()
    with progress.waiting("x", io.StringIO()):
        pass
    assert time.monotonic() - began < 0.5
