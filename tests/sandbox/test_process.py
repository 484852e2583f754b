"""The process: started late, timed, stopped, outlived by nobody, and honest about what it took."""

import os
import re
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import numpy as np
import pytest

from deploycheck.authoring.errors import EvidenceError
from deploycheck.sandbox import seccomp
from deploycheck.sandbox.process import Ended, Process

MODEL = {
    "python": "misbehaving:predict",
    "trust": "trusted",
    "features": ["x", "do"],
    "limits": {"seconds": 5, "memory_mb": 512},
}
X = np.arange(1.0, 10.0)


def asking(what, x=X):
    return {"x": x, "do": np.array([what] * len(x), dtype=object)}


@pytest.fixture
def launch(bench):
    return bench.launch(bench.models, MODEL)


class TestTiming:
    """What is told of time and memory."""

    def test_each_request(self, launch):
        with launch.start() as running:
            began = time.perf_counter()
            times = running.time(asking("good"), batch=2, requests=30, warmup=5)
            passed = (time.perf_counter() - began) * 1000
        assert len(times) == 30
        assert all(0 < each < passed for each in times)
        assert sum(times) <= passed

    def test_rows_are_taken_in_turn(self, bench, tmp_path):
        (tmp_path / "m.py").write_text(
            "SEEN = []\n"
            "def f(c):\n"
            "    if c['x'][0] == 9: return c['x'] * 0 + float(''.join(SEEN))\n"
            "    SEEN.append(str(int(c['x'][0])))\n"
            "    return c['x'] * 1.0\n"
        )
        model = {"python": "m:f", "trust": "trusted", "features": ["x"]}
        with bench.launch(tmp_path, model).start() as running:
            times = running.time({"x": np.array([1.0, 2, 3])}, batch=2, requests=4, warmup=1)
            assert len(times) == 4
            answers = running.ask({"x": np.array([9.0])})
        assert answers.scores.tolist() == [13213]  # rows 1 2, 3 1, 2 3, 1 2, 3 1

    @pytest.mark.parametrize("what", ["moves_the_clock", "stops_the_clock"])
    def test_a_model_that_changes_its_clock_changes_no_time(self, launch, what):
        with launch.start() as running:
            running.ask(asking(what))
            times = running.time(asking("good"), batch=9, requests=20, warmup=0)
        assert all(0 < each < 1000 for each in times)

    def test_times_that_did_not_pass_are_refused(self, bench, tmp_path):
        (tmp_path / "m.py").write_text(
            "import sys\n"
            "def f(c):\n"
            "    clock = iter(range(10**9))\n"
            "    sys.modules['__main__'].perf_counter = lambda: next(clock) * 60.0\n"
            "    return c['x']\n"
        )
        model = {"python": "m:f", "trust": "trusted", "features": ["x"]}
        with bench.launch(tmp_path, model).start() as running:
            running.ask({"x": X})
            with pytest.raises(
                EvidenceError, match=r"says that its answers took .* ms went by"
            ) as caught:
                running.time({"x": X}, batch=1, requests=5, warmup=0)
        assert caught.value.code == "DC204"

    def test_times_that_are_none_are_refused(self, bench, tmp_path):
        (tmp_path / "m.py").write_text(
            "import sys\n"
            "def f(c):\n"
            "    sys.modules['__main__'].perf_counter = lambda: float('nan')\n"
            "    return c['x']\n"
        )
        model = {"python": "m:f", "trust": "trusted", "features": ["x"]}
        with bench.launch(tmp_path, model).start() as running:
            running.ask({"x": X})
            with pytest.raises(EvidenceError, match="nan ms"):
                running.time({"x": X}, batch=1, requests=2, warmup=0)

    def test_a_request_that_is_late(self, bench):
        limits = {"seconds": 1, "memory_mb": 512}
        launch = bench.launch(bench.models, {**MODEL, "limits": limits})
        with launch.start() as running, pytest.raises(EvidenceError, match="stopped after 1 s"):
            running.time(asking("sleeps"), batch=9, requests=2, warmup=0)

    def test_no_rows(self, launch):
        with launch.start() as running, pytest.raises(EvidenceError, match="no rows"):
            running.time(asking("good", X[:0]), batch=1, requests=1, warmup=0)

    def test_what_it_took(self, bench, tmp_path):
        (tmp_path / "m.py").write_text(
            "import numpy as np\n"
            "def f(c):\n"
            "    np.ones(int(c['x'][0]) << 17).sum()\n"  # MiB
            "    return c['x']\n"
        )
        model = {"python": "m:f", "trust": "trusted", "features": ["x"]}
        held = bytearray(300 << 20)  # of this process; the child must not be told to have it
        taken = []
        for mebibytes in (1.0, 201.0):
            with bench.launch(tmp_path, model).start() as running:
                assert 0 < running.load_ms < 60_000
                running.ask({"x": np.array([mebibytes])})
                usage = running.close()
                assert running.close() == usage
                taken.append(usage)
        del held
        assert 10 << 20 < taken[0].peak_bytes < 200 << 20
        assert 195 << 20 < taken[1].peak_bytes - taken[0].peak_bytes < 205 << 20
        assert all(0 < each.cpu_seconds < 30 for each in taken)


class TestEnds:
    """Nothing stays."""

    def test_an_alarm_while_it_is_asked(self, bench):
        class Alarm(Exception):
            pass

        def ring(*_):
            raise Alarm

        predictor = bench.predictor(bench.models, MODEL)
        predictor.answers(asking("good"))
        before = signal.signal(signal.SIGALRM, ring)
        signal.setitimer(signal.ITIMER_REAL, 0.2, 0.05)  # again and again, as the engine's does
        try:
            with pytest.raises(Alarm):
                predictor.answers(asking("sleeps"))
        finally:
            while True:
                try:
                    signal.setitimer(signal.ITIMER_REAL, 0)
                    break
                except Alarm:
                    continue
            signal.signal(signal.SIGALRM, before)
        assert predictor.answers(asking("good"), fresh=True).scores.tolist() == (X * 2).tolist()
        predictor.close()

    def test_one_process_for_all_questions(self, bench, nothing_is_left):
        predictor = bench.predictor(bench.models, MODEL)
        assert list(nothing_is_left.iterdir()) == []
        first = predictor.answers(asking("shows_its_process"), fresh=True).labels
        assert predictor.answers(asking("shows_its_process"), fresh=True).labels == first
        predictor.close()
        predictor.close()
        assert predictor.answers(asking("shows_its_process"), fresh=True).labels != first
        predictor.close()

    def test_one_that_is_killed_between_two_questions(self, bench):
        predictor = bench.predictor(bench.models, MODEL)
        (told,) = predictor.answers(asking("shows_its_process")).labels
        os.kill(int(told.split()[0]), signal.SIGKILL)
        with pytest.raises(EvidenceError, match="died with signal 9"):
            predictor.answers(asking("good"))
        assert predictor.answers(asking("good")).rows == 9
        predictor.close()

    def test_a_forgotten_one(self, bench, nothing_is_left):
        running = bench.launch(bench.models, MODEL).start()
        (told,) = running.ask(asking("shows_its_process")).labels
        del running
        assert list(nothing_is_left.iterdir()) == []
        assert not Path(f"/proc/{told.split()[0]}").exists()

    @pytest.mark.parametrize("how", ["exit", "kill"])
    def test_no_child_outlives_its_parent(self, bench, tmp_path, how):
        code = f"""
            import os, signal, sys
            import numpy as np
            from pathlib import Path
            from deploycheck.authoring.collector import Source
            from deploycheck.authoring.files import Files
            from deploycheck.model.release import Release
            from deploycheck.sandbox.launch import launch_of
            told = {{"release": "r", "version": "1", "model": {MODEL!r}}}
            source = Source(Release.model_validate(told), "model", Files(Path({str(bench.models)!r})))
            running = launch_of(source).start()
            do = np.array(["shows_its_process"], dtype=object)
            print(running.ask({{"x": np.zeros(1), "do": do}}).labels[0], flush=True)
            if {how!r} == "kill":
                os.kill(os.getpid(), signal.SIGKILL)
        """
        ended = subprocess.run(
            [sys.executable, "-I", "-c", textwrap.dedent(code)],
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
            env={**os.environ, "TMPDIR": str(tmp_path)},
        )
        assert ended.returncode == (0 if how == "exit" else -9), ended.stderr
        number, _, folder = ended.stdout.split()
        until = time.monotonic() + 10
        while Path(f"/proc/{number}").exists() and time.monotonic() < until:
            time.sleep(0.02)
        assert not Path(f"/proc/{number}").exists()
        assert Path(folder).exists() == (how == "kill")  # nobody was left to remove it

    def test_a_fork_of_the_parent_ends_no_child_of_its(self, bench):
        predictor = bench.predictor(bench.models, MODEL)
        predictor.answers(asking("good"))
        copy = os.fork()
        if copy == 0:
            predictor.close()
            os._exit(0)
        os.waitpid(copy, 0)
        assert predictor.answers(asking("good"), fresh=True).rows == 9
        predictor.close()


class TestPipes:
    """Every wait has an end."""

    @pytest.fixture
    def process(self, tmp_path):
        process = Process("this", ())  # prints what is Python's Zen, and ends
        yield process
        process.end()

    def test_what_it_printed_is_kept_and_its_end_is_seen(self, process):
        with pytest.raises(Ended) as caught:
            process.receive(1, time.monotonic() + 30)
        assert not caught.value.late
        assert process.settle(10)
        process.end()
        assert b"Namespaces are one honking great idea" in process.said
        assert process.status == 0

    def test_a_deadline_that_is_over(self, process):
        with pytest.raises(Ended) as caught:
            process.receive(1, time.monotonic() - 1)
        assert caught.value.late
        with pytest.raises(Ended):
            process.send(b"x" * 10_000_000, time.monotonic() + 0.2)


class TestFilter:
    """The filter of system calls, as a program."""

    @pytest.mark.parametrize("machine", ["x86_64", "aarch64"])
    def test_it_is_one_that_the_kernel_takes(self, machine):
        code = seccomp.program(machine, 1234)
        assert len(code) <= 4096
        for at, (what, yes, no, _) in enumerate(code):
            if what in (0x15, 0x35, 0x45):
                assert at + 1 + max(yes, no) < len(code)
        assert code[-1] == (0x06, 0, 0, 0x7FFF0000)

    @pytest.mark.parametrize("machine", ["x86_64", "aarch64"])
    def test_what_it_decides(self, machine):
        arch = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}[machine]
        at = {"x86_64": 0, "aarch64": 1}[machine]
        code = seccomp.program(machine, 1234)

        def decided(number, *arguments, arch=arch):
            seen = [number, arch, 0, 0]
            for argument in (*arguments, *[0] * (6 - len(arguments))):
                seen += [argument & 0xFFFFFFFF, argument >> 32]
            accumulator, place = 0, 0
            while True:
                what, yes, no, value = code[place]
                if what == 0x06:
                    return value
                if what == 0x20:
                    accumulator = seen[value // 4]
                    place += 1
                    continue
                held = {
                    0x15: accumulator == value,
                    0x35: accumulator >= value,
                    0x45: bool(accumulator & value),
                }[what]
                place += 1 + (yes if held else no)

        allow, refuse, deny, absent = 0x7FFF0000, 0x50001, 0x5000D, 0x50026
        read, openat, clone, kill = ((0, 63), (257, 56), (56, 220), (62, 129))
        fcntl, prlimit, prctl, clone3 = ((72, 25), (302, 261), (157, 167), (435, 435))
        assert decided(read[at]) == allow
        assert decided(read[at], arch=0x40000003) == 0x80000000
        assert decided(openat[at], 0, 0, os.O_RDONLY | os.O_CLOEXEC) == allow
        for flag in (os.O_WRONLY, os.O_RDWR, os.O_CREAT, os.O_TRUNC):
            assert decided(openat[at], 0, 0, flag) == deny
        assert decided(clone[at], 0x3D0F00) == allow
        assert decided(clone[at], 17) == refuse
        assert decided(clone3[at]) == absent
        assert decided(kill[at], 1234, 9) == allow
        assert decided(kill[at], 1, 9) == decided(kill[at], (1 << 32) - 1) == refuse
        assert decided(fcntl[at], 3, 4) == allow
        assert decided(fcntl[at], 3, 8) == decided(fcntl[at], 3, 10) == refuse
        assert decided(prlimit[at], 0, 7, 0) == allow
        assert decided(prlimit[at], 0, 7, 1 << 40) == decided(prlimit[at], 0, 7, 8) == refuse
        assert decided(prctl[at], 1) == refuse
        assert decided(prctl[at], 4) == allow
        for name, numbers in seccomp._REFUSED.items():
            if numbers[at] is not None:
                assert decided(numbers[at]) == refuse, name
        if machine == "x86_64":
            assert decided(0x40000000) == refuse

    @pytest.mark.parametrize(
        ("at", "place"), [(0, "x86_64-linux-gnu/asm/unistd_64.h"), (1, "asm-generic/unistd.h")]
    )
    def test_the_numbers_are_the_kernels(self, at, place):
        header = Path("/usr/include", place)
        lines = header.read_text().splitlines() if header.exists() else []
        found = [re.match(r"#define __NR(?:3264)?_(\w+)\s+(\d+)$", line) for line in lines]
        known = {each[1]: int(each[2]) for each in found if each}
        for table in (seccomp._REFUSED, seccomp._ABSENT):
            for name, numbers in table.items():
                assert known.get(name, numbers[at]) == numbers[at], name
