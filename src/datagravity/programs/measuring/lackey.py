"""The accesses of a run, one by one, from Valgrind's tool lackey through a pipe.

Lackey writes a line for every instruction and every access, from the first instruction of the loader to the last of
the run, and has no switch. So this reads all of it in large blocks, begins where the program (or a function of it)
starts, keeps the windows that were asked for, and ends the program when it has seen enough. A line is an instruction
("I  0401ab70,3"), a load (" L 1fff000778,8"), a store (" S ...") or both in one (" M ..."); lines of Valgrind itself
start with "==" or "--", and tell where each file of the program was loaded.
"""

import contextlib
import fcntl
import os
import re
import select
import time
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np

from datagravity.programs.measuring import processes, symbols

LOAD, STORE, MODIFY = range(3)
#: Bytes read at a time, and bytes that the pipe holds.
_BLOCK = 2 * 2**20
_PIPE = 2**20
_LOADED = re.compile(rb"^--\d+-- Reading syms from (.+)\n|^--\d+--    svma 0x([0-9a-f]+), avma 0x([0-9a-f]+)", re.M)
_DIGITS = np.full(256, 255, np.uint8)
_DIGITS[np.frombuffer(b"0123456789abcdef", np.uint8)] = range(16)
_DIGITS[np.frombuffer(b"ABCDEF", np.uint8)] = range(10, 16)
_KINDS = np.full(256, 255, np.uint8)
_KINDS[np.frombuffer(b"LSM", np.uint8)] = (LOAD, STORE, MODIFY)


class Accesses(NamedTuple):
    """Accesses in their order.

    Attributes
    ----------
    addresses : uint64 array
    sizes : uint16 array, bytes
    kinds : uint8 array of LOAD, STORE and MODIFY (a load and a store by one instruction)
    instructions : int
        Instructions among them.
    """

    addresses: np.ndarray
    sizes: np.ndarray
    kinds: np.ndarray
    instructions: int

    def __len__(self):
        """Number of accesses, not of fields."""
        return len(self.addresses)


@dataclass
class Seen:
    """What was read of a run.

    Attributes
    ----------
    windows : list of Accesses
    starts : list of int
        The number of each window's first access, counted from the run's very first.
    accesses : int
        Accesses of the run that passed, read or skipped.
    start : int
        The number of the access at which counting began.
    stopped : bool
        Whether the program was ended before its own end.
    stack_top : int
        An address of the stack: the run's first store.
    seconds : float
    """

    windows: list = field(default_factory=list)
    starts: list = field(default_factory=list)
    accesses: int = 0
    start: int = 0
    stopped: bool = False
    stack_top: int = 0
    seconds: float = 0.0


def parse(block):
    """The accesses in a block of lackey's lines.

    Parameters
    ----------
    block : bytes, whole lines

    Returns
    -------
    Accesses

    Raises
    ------
    ValueError
        If a line that starts as an access is none.

    Examples
    --------
    >>> found = parse(b"I  0401ab70,3\\n S 1fff000778,8\\nI  0401b770,1\\n L 04222c08,16\\n")
    >>> [hex(address) for address in found.addresses], found.sizes.tolist(), found.kinds.tolist(), found.instructions
    (['0x1fff000778', '0x4222c08'], [8, 16], [1, 0], 2)
    """
    return _parsed(block)[0]


def _parsed(block):
    """The accesses of a block, and for each the number of instructions up to it."""
    text = np.frombuffer(block, np.uint8)
    ends = np.flatnonzero(text == ord("\n"))
    starts = np.concatenate([[0], ends[:-1] + 1]) if len(ends) else ends
    first = text[starts]
    instruction = first == ord("I")
    access = (first == ord(" ")) & (ends - starts > 4)
    before = np.cumsum(instruction)[access]
    start, end = starts[access], ends[access]
    kinds = _KINDS[text[start + 1]] if len(start) else np.zeros(0, np.uint8)
    # The size has one, two or three digits.
    comma = end - 2
    for _ in range(2):
        comma = np.where(text[comma] == ord(","), comma, comma - 1) if len(comma) else comma
    sizes, good_sizes = _number(text, comma, end, 10)
    addresses, good_addresses = _number(text, start + 2, comma, 16)
    good = (kinds != 255) & (text[start + 2] == ord(" ")) & good_sizes & good_addresses & (sizes > 0)
    if not good.all():
        bad = int(np.flatnonzero(~good)[0])
        raise ValueError(f"lackey: {block[start[bad] : end[bad]]!r}, expected an access such as ' L 1fff000778,8'")
    return Accesses(addresses, sizes.astype(np.uint16), kinds, int(instruction.sum())), before


def _number(text, before, end, base):
    """Numbers written between two positions (both left out), and whether each is one."""
    length = end - before - 1
    value = np.zeros(len(end), np.uint64)
    good = (length > 0) & (length <= 16)
    for place in range(int(length[good].max()) if good.any() else 0):
        inside = good & (length > place)
        digit = _DIGITS[text[np.where(inside, end - 1 - place, 0)]]
        good &= ~inside | (digit < base)
        value += np.where(inside & good, digit, 0).astype(np.uint64) * np.uint64(base**place)
    return value, good


class Reader:
    """Takes lackey's text block by block and keeps what was asked for.

    Parameters
    ----------
    limit : int
        Accesses to keep.
    windows : int
        So many pieces, spread evenly from the start of counting to the end of the run.
    total : int
        Accesses of the whole run, as cachegrind counts them.
    program : str
        Path of the program. Counting starts at its entry point, after the loader.
    function : str or None
        Counting starts at this function instead.
    """

    def __init__(self, *, limit, windows, total, program, function=None):
        """Nothing read yet."""
        self.limit, self.window_count, self.total = limit, windows, total
        self.program, self.function = os.path.realpath(program), function
        self.seen = Seen()
        self.places = None
        self.triggers = set()
        self.finished = False
        self._path = None
        self._rest = b""
        self._parts = []
        self._moved = set()

    def take(self, text):
        """Read more text; True once everything that was asked for is there."""
        text = self._rest + text
        end = text.rfind(b"\n") + 1
        self._rest = text[end:]
        if end:
            self._take_lines(text[:end])
        return self.finished

    def close(self):
        """The run has ended: whatever was read of the last window is kept."""
        self._close_window()

    @property
    def kept(self):
        """Accesses kept up to now."""
        return sum(map(len, self.seen.windows)) + sum(map(len, self._parts))

    @property
    def started(self):
        """Whether counting has begun."""
        return self.places is not None

    def _take_lines(self, block):
        if not self.seen.stack_top:
            self._find_stack(block)
        if not self.started:
            block = self._until_start(block)
        while block and not self.finished:
            block = self._in_window(block) if self._inside else self._to_window(block)

    def _find_stack(self, block):
        found = re.search(rb"^ [SM] ([0-9a-f]+),", block, re.M)
        self.seen.stack_top = int(found[1], 16) if found else 0

    def _until_start(self, block):
        """Skip up to the start; what follows it."""
        position = 0
        for found in _LOADED.finditer(block):
            cut = self._trigger(block, position, found.start())
            if cut is not None:
                return self._begin(block, cut)
            position = found.start()
            if found[1]:
                self._path = found[1].decode(errors="replace")
            elif self._path:
                self._load(self._path, int(found[3], 16) - int(found[2], 16))
        cut = self._trigger(block, position, len(block))
        if cut is not None:
            return self._begin(block, cut)
        self.seen.accesses += _count(block)
        return b""

    def _load(self, path, moved_by):
        """A file of the program was loaded: where it is to start, if there."""
        if (path, moved_by) in self._moved:
            return
        self._moved.add((path, moved_by))
        if self.function is None and os.path.realpath(path) != self.program:
            return
        try:
            found = symbols.read(path)
        except (OSError, ValueError):
            return
        address = found.entry if self.function is None else found.functions.get(self.function)
        if address is not None:
            self.triggers.add(b"I  %08x," % (address + moved_by))

    def _trigger(self, block, low, high):
        positions = [block.find(trigger, low, high) for trigger in self.triggers]
        return min((position for position in positions if position >= 0), default=None)

    def _begin(self, block, cut):
        seen = self.seen
        seen.accesses += _count(block[:cut])
        seen.start = seen.accesses
        left = max(self.total - seen.start, 1)
        count = 1 if self.limit >= left else self.window_count
        self._size = max(self.limit // count, 1)
        steps = np.linspace(0, max(left - self._size, 0), count) if count > 1 else [0]
        self.places = [seen.start + int(step) for step in steps]
        return block[cut:]

    @property
    def _inside(self):
        return self.seen.accesses >= self.places[len(self.seen.windows)]

    def _to_window(self, block):
        """Skip up to the next window; what follows."""
        count = _count(block)
        ahead = self.places[len(self.seen.windows)] - self.seen.accesses
        if count <= ahead:
            self.seen.accesses += count
            return b""
        cut = _position(block, ahead)
        self.seen.accesses += ahead
        return block[cut:]

    def _in_window(self, block):
        """Keep the block, or what the window still wants of it; what follows."""
        ahead = self._size - sum(map(len, self._parts))
        if not self._parts:
            self.seen.starts.append(self.seen.accesses)
        count = _count(block)
        cut = len(block) if count < ahead else _position(block, ahead)
        found = parse(block[:cut])
        self._parts.append(found)
        self.seen.accesses += len(found)
        if count >= ahead:
            self._close_window()
            self.finished = len(self.seen.windows) == len(self.places)
        return block[cut:]

    def _close_window(self):
        if not self._parts:
            return
        arrays = [np.concatenate(parts) for parts in zip(*(part[:3] for part in self._parts), strict=True)]
        self.seen.windows.append(Accesses(*arrays, sum(part.instructions for part in self._parts)))
        self._parts = []


def _count(block):
    """Accesses in a block of whole lines."""
    return block.count(b"\n ") + block.startswith(b" ")


def _position(block, number):
    """Where the line of the access of this number starts, or the end."""
    text = np.frombuffer(block, np.uint8)
    ends = np.flatnonzero(text == ord("\n"))
    starts = np.concatenate([[0], ends[:-1] + 1])
    starts = starts[text[starts] == ord(" ")]
    return int(starts[number]) if number < len(starts) else len(block)


def read(command, *, limit, windows=1, total, function=None, given=None, allow_failure=False, progress=None):
    """Run a command under lackey and read its accesses, until there are enough.

    Parameters
    ----------
    command : commands.Command
    limit, windows, total, function
        As for `Reader`.
    given : path or None
        What the program reads from its standard input.
    allow_failure : bool
        Whether the program may end with a status other than 0.
    progress : processes.Progress or None

    Returns
    -------
    Seen

    Raises
    ------
    ValueError
        If the program fails or is killed, or never comes to the function.
    """
    progress = progress or processes.Progress(quiet=True)
    reader = Reader(limit=limit, windows=windows, total=total, program=command.program, function=function)
    began = time.monotonic()
    ours, theirs = os.pipe()
    try:
        with contextlib.suppress(OSError, AttributeError):
            fcntl.fcntl(ours, fcntl.F_SETPIPE_SZ, _PIPE)
        options = [
            "--trace-mem=yes",
            "--basic-counts=no",
            "--child-silent-after-fork=yes",
            "-v",
            "-v",
            f"--log-fd={theirs}",
        ]
        with processes.started("lackey", options, command, given=given, pass_fds=(theirs,)) as process:
            os.close(theirs)
            theirs = None
            for text in _texts(ours, process):
                if reader.take(text):
                    break
                progress.say(lambda: _where(reader, time.monotonic() - began))
            reader.close()
            reader.seen.stopped = reader.finished and reader.seen.accesses < total
            if not reader.finished:
                processes.check_end(process.wait(), process.said(), command, allow_failure)
    finally:
        os.close(ours)
        if theirs is not None:
            os.close(theirs)
    reader.seen.seconds = time.monotonic() - began
    if not reader.started:
        raise ValueError(
            f"--from: {function!r}, expected a function that this run calls; it never came to its first line"
        )
    return reader.seen


def _texts(pipe, process):
    """Blocks of text until the pipe is closed, or the program has ended and a child that it left holds the pipe."""
    collected, size = [], 0
    while True:
        ready, _, _ = select.select([pipe], [], [], 0.3)
        text = os.read(pipe, _BLOCK) if ready else b""
        if text:
            collected.append(text)
            size += len(text)
        ended = not text and (ready or process.poll() is not None)
        if collected and (size >= _BLOCK or not text):
            yield b"".join(collected)
            collected, size = [], 0
        if ended:
            return


def _where(reader, seconds):
    """Progress in words."""
    seen = reader.seen
    rate = seen.accesses / max(seconds, 1e-9)
    end = reader.places[-1] + reader._size if reader.started else None
    text = f"lackey: {seen.accesses:,} accesses passed, {reader.kept:,} kept, {rate / 1e6:.2f} million a second"
    if end is None:
        return f"{text}; the start is not reached yet"
    return f"{text}, {max(min(end, reader.total) - seen.accesses, 0) / max(rate, 1):.0f} s left"
