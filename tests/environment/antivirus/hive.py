"""An empty Windows registry hive, for the program that reads ``.reg`` files to write to.

Source: M. Suhanov, Windows registry file format specification, §"Base block", "Hive bin", "Key node", "Key security".
"""

import functools
import operator
import struct

_BLOCK = 4096
_NONE = 0xFFFFFFFF
_NAME = b"ROOT"
_ROOT_AT, _SECURITY_AT = 0x20, 0x88


def empty_hive() -> bytes:
    """A base block and one bin with a root key that has nothing in it."""
    security = struct.pack("<2sHIIII", b"sk", 0, _SECURITY_AT, _SECURITY_AT, 1, 20) + struct.pack(
        "<BBHIIII", 1, 0, 0x8000, 0, 0, 0, 0
    )
    root = struct.pack("<2sHQII", b"nk", 0x2C, 0, 0, _NONE)
    root += struct.pack("<IIII", 0, 0, _NONE, _NONE)
    root += struct.pack("<IIII", 0, _NONE, _SECURITY_AT, _NONE)
    root += struct.pack("<IIIIIHH", 0, 0, 0, 0, 0, len(_NAME), 0) + _NAME
    body = struct.pack("<4sIIQQI", b"hbin", 0, _BLOCK, 0, 0, 0)
    body += _cell(root, _SECURITY_AT - _ROOT_AT) + _cell(security, 0x38)
    left = _BLOCK - len(body)
    body += struct.pack("<i", left).ljust(left, b"\0")
    head = struct.pack("<4sIIQIIIIIII", b"regf", 1, 1, 0, 1, 3, 0, 1, _ROOT_AT, _BLOCK, 1).ljust(508, b"\0")
    check = functools.reduce(operator.xor, struct.unpack("<127I", head))
    return (head + struct.pack("<I", check)).ljust(_BLOCK, b"\0") + body


def _cell(data: bytes, size: int) -> bytes:
    """One in use: its size is negative."""
    return struct.pack("<i", -size) + data.ljust(size - 4, b"\0")
