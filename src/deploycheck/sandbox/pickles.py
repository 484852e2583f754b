"""Whether bytes are a pickle. Its opcodes are read and counted, and nothing of them is obeyed."""

import io
import pickletools

_MOST_OPCODES = 20_000
_NEWEST = 8  # protocols up to here are taken for one of tomorrow
# Each calls something that was imported before.
_CALLS = {"REDUCE", "INST", "OBJ", "NEWOBJ", "NEWOBJ_EX", "BUILD"}
_MARK = pickletools.markobject


def is_pickle(data: bytes, *, whole: bool) -> bool:
    """Whether an unpickler would make something of this, or call something before it fails.

    :param data: the file, or the beginning of one that is larger.
    :param whole: whether it is all of it.
    """
    if data[:1] == b"\x80" and data[1:2] <= bytes([_NEWEST]):
        return True
    stream = io.BytesIO(data)
    stack: list[bool] = []  # whether each object on it is a mark
    count, called = 0, False
    try:
        for opcode, _, _ in pickletools.genops(stream):
            count += 1
            if not _applied(opcode, stack):
                return called
            called = called or opcode.name in _CALLS
            if opcode.name == "STOP":
                return count > 1
            if count >= _MOST_OPCODES:
                return True
    except Exception:  # noqa: BLE001 - it raises anything; then it is no pickle from here on
        return called or (not whole and stream.tell() >= len(data))
    return called


def _applied(opcode: pickletools.OpcodeInfo, stack: list[bool]) -> bool:
    """What an opcode does to the stack; false where an unpickler would find too little there."""
    takes = opcode.stack_before
    if _MARK in takes or (opcode.name == "POP" and stack and stack[-1]):
        if True not in stack:
            return False
        beside = takes.index(_MARK) if _MARK in takes else 0
        while not stack.pop():
            pass
        takes = takes[:beside]
    if len(stack) < len(takes) or any(stack[len(stack) - len(takes) :]):
        return False
    if takes:
        del stack[-len(takes) :]
    stack += [each is _MARK for each in opcode.stack_after]
    return True
