"""What a kernel is: a program that can be run at any size, and whose run is a trace."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from datagravity import checks
from datagravity.programs.traces import PLACES


@dataclass(frozen=True)
class Kernel:
    """A program whose runs are traces. [extension]

    Attributes
    ----------
    name, family : str
    description : str
        One line: what it does, what an operation is, and what the natural partition is.
    sizes : tuple of int
        The three sizes to fit, rising.
    held_out : int
        The larger size to predict.
    run : function of (size, seed), or of (size, seed, places) if the algorithm depends on the number of places
    sides : function of size
        How many items the natural partition cuts along its sides: one number for pieces of a row, two for tiles.
    valid : function of size, and text
        Which sizes the kernel can run, and how a message says so.
    random : bool
        Whether the run depends on the seed. The hashed partition depends on it in any case.
    depends_on_places : bool
        Whether the algorithm is another for each number of places, so that each needs a trace of its own, and its
        natural partition holds for that number.
    closed_forms : mapping of a column of counts to a function of (size, places)
        Counts in the natural partition that are known exactly, for `places` up to `largest_places(size)`.
    """

    name: str
    family: str
    description: str
    sizes: tuple
    held_out: int
    run: Callable = field(repr=False)
    sides: Callable = field(repr=False)
    valid: tuple = field(repr=False)
    random: bool = False
    depends_on_places: bool = False
    closed_forms: Mapping[str, Callable] = field(default_factory=dict, repr=False)

    def trace(self, size, seed=0, places=None):
        """The run of this size as a `Trace`.

        Parameters
        ----------
        size : int
        seed : int
            Of the random data, and of the hashed partition.
        places : int, one of `PLACES`, or None
            For a kernel that depends on it: how many places the algorithm is for; None is 1.

        Raises
        ------
        ValueError
            If the kernel cannot run at this size or for so many places, or if it does not depend on places and is given
            some.

        Examples
        --------
        >>> from datagravity.programs.kernels import KERNELS
        >>> KERNELS["matmul naive"].trace(32).accesses
        67584
        """
        self._check_size(size)
        checks.whole("seed", seed, 0)
        if not self.depends_on_places:
            if places is not None:
                raise ValueError(f"places: {places!r}, expected None, since {self.name} is the same for any number")
            return self.run(size, seed)
        places = checks.choice("places", 1 if places is None else places, PLACES)
        if places > self.largest_places(size):
            raise ValueError(f"places: {places}, expected at most {self.largest_places(size)} for size {size}")
        return self.run(size, seed, places)

    def largest_places(self, size):
        """The largest number of places of which each has an item of its own; on average, if items lie at random.

        Examples
        --------
        >>> from datagravity.programs.kernels import KERNELS
        >>> KERNELS["matmul naive"].largest_places(32)
        1024
        """
        self._check_size(size)
        sides = self.sides(size)
        items = min(sides) ** 2 if len(sides) == 2 else sides[0]
        return max(count for count in PLACES if count <= items)

    def _check_size(self, size):
        good, expected = self.valid
        checks.whole("size", size)
        if not good(size):
            raise ValueError(f"size: {size}, expected {expected} for {self.name}")


def power_of_two(least):
    """The rule for sizes that are powers of two of at least `least`."""
    return (lambda size: size >= least and size & (size - 1) == 0), f"a power of two of at least {least}"


def multiple(step, least=None):
    """The rule for sizes that are multiples of `step`."""
    least = step if least is None else least
    return (lambda size: size >= least and size % step == 0), f"a multiple of {step} of at least {least}"


def at_least(least):
    """The rule for sizes of at least `least`."""
    return (lambda size: size >= least), f"at least {least}"
