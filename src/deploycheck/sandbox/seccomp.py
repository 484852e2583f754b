"""A filter of system calls for the process that holds a model, where Linux has one.

What a model needs is allowed by default: memory, threads, reading. What reaches out of the process
is refused with an error that the caller sees: connections, other programs and processes, files that
are made or changed, signals to others, limits that are raised.
"""

from __future__ import annotations

import ctypes
import errno
import os
import platform
import struct
import sys
from collections.abc import Iterable
from pathlib import Path

_ARCHITECTURES = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}
# Number of each refused call, on x86_64 and on aarch64; None where the machine has no such call.
_REFUSED: dict[str, tuple[int | None, int | None]] = {
    # the network
    "socket": (41, 198), "socketpair": (53, 199), "connect": (42, 203), "bind": (49, 200),
    "listen": (50, 201), "accept": (43, 202), "accept4": (288, 242),
    # other programs and processes
    "execve": (59, 221), "execveat": (322, 281), "fork": (57, None), "vfork": (58, None),
    "ptrace": (101, 117), "process_vm_readv": (310, 270), "process_vm_writev": (311, 271),
    "kcmp": (312, 272), "pidfd_open": (434, 434), "pidfd_send_signal": (424, 424),
    "pidfd_getfd": (438, 438), "process_madvise": (440, 440), "process_mrelease": (448, 448),
    "rt_sigqueueinfo": (129, 138), "rt_tgsigqueueinfo": (297, 240), "setns": (308, 268),
    "unshare": (272, 97), "setpriority": (141, 140), "setrlimit": (160, 164),
    "migrate_pages": (256, 238), "move_pages": (279, 239),
    # files
    "creat": (85, None), "truncate": (76, 45), "fallocate": (285, 47), "rename": (82, None),
    "renameat": (264, 38), "renameat2": (316, 276), "mkdir": (83, None), "mkdirat": (258, 34),
    "rmdir": (84, None), "link": (86, None), "linkat": (265, 37), "symlink": (88, None),
    "symlinkat": (266, 36), "unlink": (87, None), "unlinkat": (263, 35), "chmod": (90, None),
    "fchmod": (91, 52), "fchmodat": (268, 53), "fchmodat2": (452, 452), "chown": (92, None),
    "fchown": (93, 55), "lchown": (94, None), "fchownat": (260, 54), "mknod": (133, None),
    "mknodat": (259, 33), "utime": (132, None), "utimes": (235, None), "futimesat": (261, None),
    "utimensat": (280, 88), "setxattr": (188, 5), "lsetxattr": (189, 6), "fsetxattr": (190, 7),
    "removexattr": (197, 14), "lremovexattr": (198, 15), "fremovexattr": (199, 16),
    "setxattrat": (463, 463), "removexattrat": (466, 466), "open_by_handle_at": (304, 265),
    "memfd_secret": (447, 447), "mq_open": (240, 180), "mq_unlink": (241, 181),
    "shmget": (29, 194), "semget": (64, 190), "msgget": (68, 186),
    # the machine
    "mount": (165, 40), "umount2": (166, 39), "pivot_root": (155, 41), "chroot": (161, 51),
    "open_tree": (428, 428), "move_mount": (429, 429), "fsopen": (430, 430),
    "fsconfig": (431, 431), "fsmount": (432, 432), "fspick": (433, 433),
    "mount_setattr": (442, 442), "swapon": (167, 224), "swapoff": (168, 225),
    "reboot": (169, 142), "sethostname": (170, 161), "setdomainname": (171, 162),
    "settimeofday": (164, 170), "clock_settime": (227, 112), "clock_adjtime": (305, 266),
    "adjtimex": (159, 171), "init_module": (175, 105), "finit_module": (313, 273),
    "delete_module": (176, 106), "kexec_load": (246, 104), "kexec_file_load": (320, 294),
    "syslog": (103, 116), "acct": (163, 89), "quotactl": (179, 60), "quotactl_fd": (443, 443),
    "iopl": (172, None), "ioperm": (173, None), "vhangup": (153, 58),
    "bpf": (321, 280), "perf_event_open": (298, 241), "userfaultfd": (323, 282),
    "fanotify_init": (300, 262), "lookup_dcookie": (212, 18), "nfsservctl": (180, 42),
    "add_key": (248, 217), "request_key": (249, 218), "keyctl": (250, 219),
}  # fmt: skip
# Calls that libraries try first and do without: told that the kernel is too old for them.
_ABSENT: dict[str, tuple[int | None, int | None]] = {
    "clone3": (435, 435), "openat2": (437, 437), "io_uring_setup": (425, 425),
    "io_uring_enter": (426, 426), "io_uring_register": (427, 427),
}  # fmt: skip
_OPEN, _OPENAT, _CLONE, _PRLIMIT = (2, None), (257, 56), (56, 220), (302, 261)
_KILLS = ((62, 129), (200, 130), (234, 131))  # kill, tkill, tgkill
_PRCTL, _FCNTL, _IOCTL = (157, 167), (72, 25), (16, 29)

_WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC
_THREAD = 0x10000
_SIGNAL_OTHERS = (8, 10, 15)  # F_SETOWN, F_SETSIG, F_SETOWN_EX
_TYPE_INTO_TERMINAL = 0x5412
_PARENT_DEATH, _NO_NEW_PRIVILEGES, _SECCOMP = 1, 38, 22
_ALLOW, _ERRNO, _KILL = 0x7FFF0000, 0x00050000, 0x80000000
_LOAD, _EQUAL, _AT_LEAST, _ANY_BIT, _RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
_FILTER_CALL = (317, 277)
_ALL_THREADS = 1

Instruction = tuple[int, int, int, int]


def on_linux() -> bool:
    """Whether this is Linux."""
    return sys.platform.startswith("linux")


def available() -> bool:
    """Whether the system says that it has such filters, for this machine."""
    if not on_linux() or platform.machine() not in _ARCHITECTURES:
        return False
    try:
        told = Path("/proc/sys/kernel/seccomp/actions_avail").read_text(encoding="ascii")
    except OSError:
        return False
    return "errno" in told.split()


def install() -> bool:
    """Put the filter on this process for good; whether that was possible."""
    if not on_linux() or platform.machine() not in _ARCHITECTURES:
        return False
    code = program(platform.machine(), os.getpid())
    raw = b"".join(struct.pack("HBBI", *instruction) for instruction in code)
    buffer = ctypes.create_string_buffer(raw, len(raw))
    packed = struct.pack("HxxxxxxP", len(code), ctypes.addressof(buffer))
    program_at = ctypes.create_string_buffer(packed, len(packed))
    libc = ctypes.CDLL(None, use_errno=True)
    libc.prctl.argtypes = [ctypes.c_int] + [ctypes.c_ulong] * 4
    libc.syscall.argtypes = [ctypes.c_long, ctypes.c_ulong, ctypes.c_ulong, ctypes.c_void_p]
    libc.syscall.restype = ctypes.c_long
    if libc.prctl(_NO_NEW_PRIVILEGES, 1, 0, 0, 0):
        return False
    number = _FILTER_CALL[list(_ARCHITECTURES).index(platform.machine())]
    if libc.syscall(number, 1, _ALL_THREADS, ctypes.addressof(program_at)) == 0:
        return True
    return bool(libc.prctl(_SECCOMP, 2, ctypes.addressof(program_at), 0, 0) == 0)


def program(machine: str, process: int) -> list[Instruction]:
    """The filter for one machine, as instructions of the kernel's packet filter.

    :param process: number of the process that it is for, which may send signals to itself.
    """
    at = list(_ARCHITECTURES).index(machine)
    code: list[Instruction] = [
        (_LOAD, 0, 0, 4),
        (_EQUAL, 1, 0, _ARCHITECTURES[machine]),
        (_RETURN, 0, 0, _KILL),
        (_LOAD, 0, 0, 0),
    ]
    if machine == "x86_64":
        code += [(_AT_LEAST, 0, 1, 0x40000000), _refuse(errno.EPERM)]
    for numbers, told in ((_REFUSED, errno.EPERM), (_ABSENT, errno.ENOSYS)):
        for number in (pair[at] for pair in numbers.values()):
            if number is not None:
                code += [(_EQUAL, 0, 1, number), _refuse(told)]
    opened = [(_ANY_BIT, 0, 1, _WRITING), _refuse(errno.EACCES)]
    code += _with(_OPEN[at], 1, opened) + _with(_OPENAT[at], 2, opened)
    code += _with(_CLONE[at], 0, [(_ANY_BIT, 1, 0, _THREAD), _refuse(errno.EPERM)])
    for kill in _KILLS:
        code += _with(kill[at], 0, [(_EQUAL, 1, 0, process), _refuse(errno.EPERM)])
    code += _with(_PRCTL[at], 0, _none_of((_PARENT_DEATH,)))
    code += _with(_FCNTL[at], 1, _none_of(_SIGNAL_OTHERS))
    code += _with(_IOCTL[at], 1, _none_of((_TYPE_INTO_TERMINAL,)))
    new = [(_EQUAL, 1, 0, 0), _refuse(errno.EPERM), (_LOAD, 0, 0, _argument(2) + 4)]
    code += _with(_PRLIMIT[at], 2, [*new, (_EQUAL, 1, 0, 0), _refuse(errno.EPERM)])
    return [*code, (_RETURN, 0, 0, _ALLOW)]


def _with(number: int | None, argument: int, checks: Iterable[Instruction]) -> list[Instruction]:
    """Checks of one argument of a call; the call is allowed where none of them refuses."""
    if number is None:
        return []
    body = [(_LOAD, 0, 0, _argument(argument)), *checks, (_RETURN, 0, 0, _ALLOW)]
    return [(_EQUAL, 0, len(body), number), *body]


def _none_of(values: Iterable[int]) -> list[Instruction]:
    code: list[Instruction] = []
    for value in values:
        code += [(_EQUAL, 0, 1, value), _refuse(errno.EPERM)]
    return code


def _argument(at: int) -> int:
    """Where the lower half of an argument stands in what the kernel shows to a filter."""
    return 16 + 8 * at


def _refuse(number: int) -> Instruction:
    return (_RETURN, 0, 0, _ERRNO | number)
