"""A reader's own program, measured: its accesses seen by Valgrind, then counted, placed and priced as the kernels are.

`commands` finds the program; `processes` runs it and never leaves it behind; `cachegrind` counts the whole run through
two caches; `lackey` reads a part of the run access by access; `symbols` finds where a function starts; `words` makes a
`traces.Trace` of what was read; `levels` prices the caches; `report` computes and `telling` says. Valgrind is a program
of its own, not a Python package.
[extension]
"""
