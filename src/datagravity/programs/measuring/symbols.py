"""Where the functions of an ELF file start: its symbol tables, as the linker and the loader see them.

Read are .symtab and .dynsym of 64-bit little-endian files. A stripped program has neither of its own functions, a
stripped library only those that it offers to others; separate files of debug information are not read.
"""

import struct
from typing import NamedTuple

import numpy as np

_SECTION = np.dtype(
    [("name", "<u4"), ("type", "<u4"), ("flags", "<u8"), ("address", "<u8"), ("offset", "<u8"), ("size", "<u8"),
     ("link", "<u4"), ("info", "<u4"), ("align", "<u8"), ("entry", "<u8")]
)  # fmt: skip
_SYMBOL = np.dtype(
    [("name", "<u4"), ("info", "u1"), ("other", "u1"), ("section", "<u2"), ("value", "<u8"), ("size", "<u8")]
)
_SYMBOL_TABLES = (2, 11)
_FUNCTION, _INDIRECT_FUNCTION = 2, 10


class Object(NamedTuple):
    """One ELF file: the address where it starts to run, and the address of each function, all before it is moved."""

    entry: int
    functions: dict


def read(path):
    """Entry point and functions of an ELF file.

    Parameters
    ----------
    path : path

    Returns
    -------
    Object
        `functions` maps a name (without a version such as @GLIBC_2.2.5) to its address.

    Raises
    ------
    ValueError
        If it is no 64-bit little-endian ELF file.

    Examples
    --------
    >>> import sys
    >>> read(sys.executable).entry > 0
    True
    """
    with open(path, "rb") as file:
        content = file.read()
    if content[:6] != b"\x7fELF\x02\x01":
        raise ValueError(f"{path}: expected a 64-bit little-endian ELF file")
    entry, sections = _sections(content)
    functions = {}
    for table in sections[np.isin(sections["type"], _SYMBOL_TABLES)]:
        count = int(table["size"]) // _SYMBOL.itemsize
        symbols = np.frombuffer(content, _SYMBOL, count, int(table["offset"]))
        names = int(sections[table["link"]]["offset"])
        kind = symbols["info"] & 15
        for symbol in symbols[np.isin(kind, (_FUNCTION, _INDIRECT_FUNCTION)) & (symbols["section"] != 0)]:
            start = names + int(symbol["name"])
            name = content[start : content.index(b"\0", start)].decode(errors="replace").split("@")[0]
            functions[name] = int(symbol["value"])
    return Object(entry, functions)


def _sections(content):
    """Entry point and table of sections; the table is empty where it was stripped too."""
    entry, _, offset = struct.unpack_from("<QQQ", content, 24)
    count = struct.unpack_from("<H", content, 60)[0]
    if not offset or offset + count * _SECTION.itemsize > len(content):
        return entry, np.zeros(0, _SECTION)
    return entry, np.frombuffer(content, _SECTION, count, offset)
