"""A model that does, in its process, what the first row of its column ``do`` says."""

import contextlib
import ctypes
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

import numpy as np

CALLS = []


def predict(columns):
    """Ask for ``good`` and it is a sum."""
    made = globals()[columns["do"][0]](columns["x"])
    CALLS.append(len(columns["x"]))
    return made


def good(x):
    return x * 2.0


def raises(x):
    raise ValueError(
        f"{len(x)} rows are\ntoo many\x1b[31m \N{RIGHT-TO-LEFT OVERRIDE}" + "!" * 10_000
    )


def raises_without_text(x):
    class Odd(Exception):
        def __str__(self):
            raise RuntimeError

    raise Odd


def raises_exit(x):
    raise SystemExit(7)


def raises_interrupt(x):
    raise KeyboardInterrupt


def recurses(x):
    return recurses(x)


def answers_nan(x):
    made = x * 1.0
    made[:3] = np.nan
    return made


def answers_infinity(x):
    return np.where(x == x[0], np.inf, x)


def answers_one_less(x):
    return x[:-1]


def answers_none(x):
    return None


def answers_a_number(x):
    return 0.5


def answers_a_matrix(x):
    return np.zeros((len(x), 3))


def answers_ragged_lists(x):
    return [[1.0]] * (len(x) - 1) + [[1.0, 2.0]]


def answers_objects(x):
    return [object() for _ in x]


def answers_complex(x):
    return x + 1j


def answers_dates(x):
    return np.array(["2026-01-01"] * len(x), dtype="datetime64[D]")


def answers_text_scores(x):
    return {"score": ["high"] * len(x)}


def answers_more_keys(x):
    return {"score": x * 1.0, "extra": 1}


def answers_an_empty_mapping(x):
    return {}


def answers_nothing_in_a_mapping(x):
    return {"score": None}


def answers_different_lengths(x):
    return {"score": x * 1.0, "label": x[:-1]}


def answers_many_labels(x):
    return np.arange(len(x))


def answers_long_labels(x):
    return ["y" * 100_000] * len(x)


def answers_nan_labels(x):
    return [float("nan"), *["a"] * (len(x) - 1)]


def answers_hugely(x):
    return np.zeros(len(x) * 10_000)


def lies_about_its_length(x):
    class Odd(list):
        def __len__(self):
            return len(x)

    return Odd([1.0] * 5)


def changes_what_it_is_given(x):
    x[0] = 5.0
    return x


def prints_a_lot(x):
    for _ in range(300):
        print("x" * 100_000)
    return x * 2.0


def allocates_without_end(x):
    held = []
    while True:
        held.append(np.ones(1 << 22))


def maps_without_end(x):
    import mmap

    held = []
    while True:
        held.append(mmap.mmap(-1, 1 << 28))


def forks(x):
    os.fork()
    return x * 2.0


def forks_again_and_again(x):
    for _ in range(50):
        with contextlib.suppress(OSError):
            if os.fork() == 0:
                time.sleep(60)
    raise RuntimeError("no fork")


def starts_threads(x):
    made = []
    threads = [threading.Thread(target=made.append, args=(i,)) for i in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return x * 2.0 if sorted(made) == [0, 1, 2, 3] else None


def opens_a_socket(x):
    socket.create_connection(("127.0.0.1", 9))


def opens_a_local_socket(x):
    socket.socketpair()


def runs_a_program(x):
    subprocess.run(["/bin/true"], check=True)


def becomes_a_program(x):
    os.execv("/bin/true", ["true"])


def runs_a_shell(x):
    raise RuntimeError(f"status {os.system('true')}")


def writes_a_file(x):
    Path(os.environ["TMPDIR"], "written").write_text("x")


def makes_a_file(x):
    os.close(os.open("made", os.O_RDONLY | os.O_CREAT))


def writes_into_the_release(x):
    Path(__file__).open("a").close()


def removes_a_file(x):
    Path(__file__).unlink()


def makes_a_folder(x):
    Path("folder").mkdir()


def changes_a_mode(x):
    Path(__file__).chmod(0o777)


def grows_what_it_shares(x):
    place = Path("/proc/self/fd")
    shared = [int(p.name) for p in place.iterdir() if p.is_file() and p.stat().st_size]
    raise RuntimeError(f"{len(shared)} shared, grown by {os.pwrite(shared[0], b'x', 1 << 30)}")


def raises_its_limits(x):
    import resource

    resource.setrlimit(resource.RLIMIT_DATA, (resource.RLIM_INFINITY,) * 2)


def signals_its_parent(x):
    os.kill(os.getppid(), signal.SIGCONT)


def signals_everybody(x):
    os.kill(0, signal.SIGCONT)


def looks_into_its_parent(x):
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.ptrace(16, os.getppid(), 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "ptrace")
    return x * 2.0


def kills_itself(x):
    os.kill(os.getpid(), signal.SIGKILL)


def crashes(x):
    ctypes.string_at(0)


def exits(x):
    print("good bye", file=sys.stderr, flush=True)
    os._exit(3)


def exits_with_success(x):
    os._exit(0)


def sleeps(x):
    time.sleep(3600)


def works_without_end(x):
    signal.signal(signal.SIGALRM, signal.SIG_IGN)
    while True:
        pass


def closes_everything(x):
    os.closerange(0, 256)
    return x * 2.0


def writes_over_its_answers(x):
    for number in range(3, 256):
        with contextlib.suppress(OSError):
            os.write(number, b"\xff" * 100)
    return x * 2.0


def answers_in_its_place(x):
    forged = b'{"rows":9,"scores":true,"labels":null}'
    for number in range(3, 256):
        with contextlib.suppress(OSError):
            os.write(number, len(forged).to_bytes(4, "little") + forged)
    return x * 2.0


def moves_the_clock(x):
    time.perf_counter = lambda at=[0.0]: at.__setitem__(0, at[0] + 1000.0) or at[0]
    return x * 2.0


def stops_the_clock(x):
    time.perf_counter = lambda: 1.0
    return x * 2.0


def shows_its_environment(x):
    return [" ".join(sorted(os.environ))] * len(x)


def shows_what_is_open(x):
    told = []
    for place in sorted(Path("/proc/self/fd").iterdir(), key=lambda place: int(place.name)):
        with contextlib.suppress(OSError):
            told.append(str(place.readlink()).partition(":")[0])
    return [" ".join(told)] * len(x)


def shows_its_process(x):
    return [f"{os.getpid()} {os.getpgrp()} {Path.cwd()}"] * len(x)
