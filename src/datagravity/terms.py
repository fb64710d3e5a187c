"""The words that the book uses in one meaning; the glossary is printed from them, and pages link to it.

Symbols have a registry of their own, `datagravity.symbolic.NOTATION`.
"""

from typing import NamedTuple


class Term(NamedTuple):
    """A word, what it means here, and the chapter that explains it.

    `forms` are other forms in which it stands in a text; `pages` those where it has this meaning, if not everywhere.
    """

    name: str
    meaning: str
    chapter: str
    forms: tuple = ()
    pages: tuple = ()


#: Every term of the book, by the alphabet.
TERMS = [
    Term(
        "anchor",
        "a measured cost of a distance that a distance law has to pass through, such as an access to one memory",
        "distance",
        ("anchors",),
        ("distance",),
    ),
    Term(
        "batch",
        "how many sequences a language model decodes side by side; weights are read once for all of them",
        "token",
        ("batch size", "batches"),
    ),
    Term(
        "calibrated",
        "of intervals: as many of them hold the true value as their level says, such as eight of ten at 80 %",
        "pim",
        pages=("pim", "index"),
    ),
    Term(
        "ceiling",
        "the most that a placement can save, however large the disjunction constant: all that is not transport stays",
        "foundations",
        ("ceilings",),
    ),
    Term(
        "compute energy",
        "the energy of the arithmetic unit for one operation, without any fetching of operands",
        "disjunction-constant",
    ),
    Term(
        "context",
        "the tokens that a language model has read and written so far; decoding reads something for each of them",
        "token",
        ("context length",),
        ("token", "levers", "systems"),
    ),
    Term(
        "contiguous partition",
        "data divided among places by address: each place holds one piece of the range, all pieces equally long",
        "programs",
        ("contiguous",),
        ("programs",),
    ),
    Term(
        "convention",
        "what is counted as one operation and as its transport: which access, of how many bits, to which operation",
        "disjunction-constant",
        ("conventions",),
    ),
    Term(
        "coverage",
        "the share of intervals that hold the true value; here, of forecasts whose interval holds the reported saving",
        "pim",
        pages=("pim",),
    ),
    Term(
        "descriptor",
        "the message that sends an operation to another place: what to do, and with which data",
        "programs",
    ),
    Term(
        "disjunction constant",
        "transport energy over compute energy; the paper calls it the operation-operand disjunction constant",
        "disjunction-constant",
        ("disjunction constants",),
    ),
    Term(
        "hashed partition",
        "data divided among places by a hash of the address: each cache line lies at a place as good as random",
        "programs",
        ("hashed",),
        ("programs",),
    ),
    Term(
        "header",
        "the bits that travel with every remote word and are no data: address, route and check bits",
        "programs",
        ("headers",),
        ("programs",),
    ),
    Term(
        "host stall",
        "time in which an accelerator waits for the processor that feeds it, and draws power without computing",
        "plateau",
        ("host stalls", "stall", "stalls"),
        ("plateau",),
    ),
    Term(
        "housekeeping",
        "what a cell spends on staying alive and ready, counted neither as computing nor as signalling",
        "brains",
    ),
    Term(
        "interval",
        "a range that holds the true value with the stated level, or the range that a source gives",
        "distance",
        ("intervals",),
    ),
    Term(
        "KV cache",
        "the keys and values of all earlier tokens of a sequence, kept in memory and read again for each new token",
        "token",
        ("KV caches",),
    ),
    Term(
        "label",
        "how a result stands to the paper: stated in its abstract, reconstructed, an extension, or quoted by others",
        "index",
        ("labels",),
        ("index",),
    ),
    Term(
        "lever",
        "one way to make a token cheaper, such as fewer bits a weight, more reuse, or a nearer memory",
        "levers",
        ("levers",),
    ),
    Term(
        "mixture of experts",
        "a language model whose layers hold many blocks of weights, of which a token uses a few",
        "token",
        ("mixtures of experts", "mixture"),
    ),
    Term(
        "natural partition",
        "data divided among places as the algorithm suggests, so that pieces that are used together lie together",
        "programs",
        ("natural",),
        ("programs",),
    ),
    Term(
        "operand",
        "a number that an operation takes; it has to be where the operation happens",
        "disjunction-constant",
        ("operands",),
    ),
    Term(
        "option",
        "one of the reasonable answers to a choice of the analysis; the table of choices gives a reason for each",
        "pim",
        ("options",),
        ("pim", "claims", "programs", "index"),
    ),
    Term(
        "origin",
        "a group of sources that repeat or build on the same measurement or tool, and so count once",
        "distance",
        ("origins",),
        ("distance", "pim", "claims", "index"),
    ),
    Term(
        "persistence",
        "the plain forecast that the next size of a problem saves as much as the last one",
        "programs",
    ),
    Term(
        "place",
        "a processor with the memory beside it; a program spread over several has its data divided among them",
        "programs",
        ("places",),
        ("programs", "index", "pim", "foundations"),
    ),
    Term(
        "prior",
        "what is assumed of an unknown input before a report is read; here a range that other sources give",
        "pim",
        ("priors",),
        ("pim",),
    ),
    Term(
        "processing in memory",
        "computing with logic inside a memory or beside it, so that operands need not travel to the processor (PIM)",
        "pim",
        ("PIM",),
    ),
    Term(
        "region",
        "the values of a quantity for which a claim counts as true, fixed before the estimates are compared with it",
        "claims",
        ("regions",),
        ("claims",),
    ),
    Term(
        "Rent's rule",
        "the wires that leave a block of circuits grow like a power of its size; the power is Rent's exponent",
        "origins",
    ),
    Term(
        "reuse",
        "how many operations use an operand once it has been fetched",
        "disjunction-constant",
        ("reuses",),
    ),
    Term(
        "scope",
        "which parts of a system an energy or a saving counts: memory, logic, wires, the whole board",
        "processors",
        ("scopes",),
    ),
    Term(
        "second road",
        "another computation of the same result that does not use the proof or the code of the first one",
        "theorems",
        ("second roads",),
    ),
    Term(
        "series",
        "values of one source that differ in one thing only, such as the distance",
        "distance",
        pages=("distance", "plateau", "claims"),
    ),
    Term(
        "specification",
        "one complete set of options, one for each choice; it gives one result",
        "pim",
        ("specifications",),
    ),
    Term(
        "standing power",
        "the power that a machine draws whatever it does, shared by all tokens that it decodes at the time",
        "token",
        ("standing",),
        ("token", "levers"),
    ),
    Term(
        "tile",
        "the square of operands that one place holds in the tile model; an operand travels one side of it",
        "origins",
        ("tiles",),
    ),
    Term(
        "transport energy",
        "the energy that brings the operands of one operation from where they lie to where they are used",
        "disjunction-constant",
    ),
    Term(
        "verdict",
        "the word that a rule gives to a claim: holds, holds in part, undecided, refuted or not testable",
        "claims",
        ("verdicts",),
    ),
    Term(
        "vote",
        "what one origin says of a claim in one specification: inside its region, across an edge, or outside",
        "claims",
        ("votes",),
    ),
]
