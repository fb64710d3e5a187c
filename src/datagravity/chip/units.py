"""The unit of an energy as its owner spells it: a prefix of the joule, and what it is counted by."""

import re
from decimal import Decimal
from typing import NamedTuple

#: pJ in one of these; exact, so that 0.1 nJ is 100 pJ. Capitals are other prefixes, or none.
PREFIXES = {"f": Decimal("0.001"), "p": Decimal(1), "n": Decimal(1000)}
#: What energies are counted by -> its spellings. "b" is a bit and "B" a byte; every other word has any case.
COUNTED_BY = {
    "bit": ("bit", "bits", "b"),
    "byte": ("byte", "bytes", "B"),
    "word": ("word", "words"),
    "access": ("access", "accesses", "read", "reads", "write", "writes", "load", "transfer"),
    "FLOP": ("flop", "flops"),
    "MAC": ("mac", "macs", "fma", "fmas"),
    "operation": ("operation", "operations", "op", "ops"),
}
#: Bits of what has a width of its own.
WIDTHS = {"bit": 1, "byte": 8}
OF_ACCESSES = ("bit", "byte", "word", "access")
OF_OPERATIONS = ("FLOP", "MAC", "operation")
EXPECTED = "an energy such as pJ/bit, pJ/byte, pJ/access, fJ/operation, nJ per word; with a small f, p or n: P is peta"
_UNIT = re.compile(r"\s*([a-zA-Zµμ]?)[jJ](?:oules?)?\s*(?:(?:/|[pP][eE][rR]\b|[aA]\b)\s*([A-Za-z]+))?\s*")


class Unit(NamedTuple):
    """A unit: how many pJ it is, and what it is counted by; None where it says energy alone."""

    pj: Decimal
    per: str | None


def unit_of(text):
    """The unit that a text spells; None if it spells none that is known.

    Examples
    --------
    >>> unit_of("pJ/bit"), unit_of("fJ per B").per, unit_of("nJ / access").pj
    (Unit(pj=Decimal('1'), per='bit'), 'byte', Decimal('1000'))
    >>> unit_of("mW") is None, unit_of("PJ/bit") is None
    (True, True)
    """
    found = _UNIT.fullmatch(text)
    if not found or found[1] not in PREFIXES:
        return None
    counted = found[2]
    if counted is None:
        return Unit(PREFIXES[found[1]], None)
    for per, spellings in COUNTED_BY.items():
        if counted in spellings or (len(counted) > 1 and counted.lower() in spellings):
            return Unit(PREFIXES[found[1]], per)
    return None
