"""What holds for `datagravity measure` if it is told nothing."""

#: Partitions of the data among places, in words.
PARTITIONS = {
    "natural": "2-D tiles in reports, with --shape: arrays lie over the square, row by row and column by column",
    "contiguous": "the touched data in the order of their addresses, cut into pieces that follow each other",
    "hashed": "lines of 64 bytes anywhere, as if thrown: what no order at all costs",
}
#: Laws of price, in words.
LAWS = {
    "wire": "a published price for each mm of wire, no fixed part",
    "mesh": "a line through the rings of one measured chip, and its own energies of operations",
    "mesh power": "a power of the distance through the same rings",
    "HBM": "the fixed part of a DRAM access and a price for each mm",
    "rebuilt": "medians of fixed part and price for each mm over all origins of a further machine",
}
#: A share of the run's accesses below which its number of operations is doubtful.
LITTLE_READ = 0.05
#: A program with fewer accesses has hardly more than its start.
FEW_ACCESSES = 100_000
#: Accesses that are read one by one.
LIMIT = 3_000_000
#: A page of data has more accesses than this.
PAGE_ACCESSES = 500
#: Bytes of the two caches: those whose energy an access is in the tables, 32 KB and 1 MB.
CAPACITIES = (32 * 2**10, 2**20)
