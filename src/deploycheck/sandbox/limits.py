"""What the process that holds a model gives up, before it loads anything."""

from __future__ import annotations

import contextlib
import ctypes
import os
import resource
import signal
import sys
from pathlib import Path

from deploycheck.sandbox import seccomp

_PARENT_DEATH = 1
_SLACK = 512 << 20  # address space beside data: maps of inputs and of libraries
_KEPT_CAPABILITY = 1 << 2  # to read files whoever owns them, as the engine could
_CAPABILITIES = 0x20080522


def die_with(parent: int) -> None:
    """End this process when its parent ends.

    :raises SystemExit: it has ended already.
    """
    if sys.platform.startswith("linux"):
        ctypes.CDLL(None).prctl(_PARENT_DEATH, int(signal.SIGKILL), 0, 0, 0)
    if os.getppid() != parent:
        raise SystemExit(1)


def give_up(memory: int, outside: int = 0) -> bool:
    """Limit this process for good; whether a filter of system calls is in force.

    :param memory: bytes of memory of its own.
    :param outside: bytes of files that it may map beside.
    """
    _limit(resource.RLIMIT_CORE, 0)
    _limit(resource.RLIMIT_FSIZE, 0)
    _limit(resource.RLIMIT_NOFILE, 256)
    _limit(resource.RLIMIT_DATA, memory)
    if mapped := _mapped():
        _limit(resource.RLIMIT_AS, mapped + memory + outside + _SLACK)
    _drop_capabilities()
    filtered = seccomp.install()
    if not filtered and hasattr(resource, "RLIMIT_NPROC"):
        _limit(resource.RLIMIT_NPROC, 0)
    return filtered


def _limit(what: int, most: int) -> None:
    # A system may know no such limit, or have a lower one in force already.
    with contextlib.suppress(OSError, ValueError):
        _, hard = resource.getrlimit(what)
        most = most if hard == resource.RLIM_INFINITY else min(most, hard)
        resource.setrlimit(what, (most, most))


def _mapped() -> int:
    """Bytes of address space in use, 0 where the system does not say."""
    try:
        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0])
    except (OSError, ValueError):
        return 0
    return pages * resource.getpagesize()


def _drop_capabilities() -> None:
    """Give up what only an administrator may, but for reading files."""
    if not sys.platform.startswith("linux") or os.geteuid() != 0:
        return
    libc = ctypes.CDLL(None)
    head = (ctypes.c_uint32 * 2)(_CAPABILITIES, 0)
    data = (ctypes.c_uint32 * 6)(_KEPT_CAPABILITY, _KEPT_CAPABILITY, 0, 0, 0, 0)
    if libc.capset(ctypes.byref(head), ctypes.byref(data)) != 0:
        data = (ctypes.c_uint32 * 6)()
        libc.capset(ctypes.byref(head), ctypes.byref(data))
