"""What holds for `datagravity measure` if it is told nothing."""

#: Accesses that are read one by one.
LIMIT = 3_000_000
#: A page of data has more accesses than this.
PAGE_ACCESSES = 500
#: Bytes of the two caches: those whose energy an access is in the tables, 32 KB and 1 MB.
CAPACITIES = (32 * 2**10, 2**20)
