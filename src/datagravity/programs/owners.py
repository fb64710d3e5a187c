"""At which place each group of accesses is computed: the owner rules. [extension]"""

import numpy as np

from datagravity import checks

OUTPUT, LARGEST_SHARE = OWNER_RULES = ("output", "largest share")


def group_places(trace, tiles, places, rule=OUTPUT):
    """The place of each group of a trace.

    Parameters
    ----------
    trace : traces.Trace
    tiles : int array, shape (word_count,); the tile of each word
    places : int, number of tiles
    rule : "output" or "largest share"
        The place of the output word, or the place that most accesses of the group go to: of several, that of the output
        if it is one of them, else the first. Private words count nowhere.

    Returns
    -------
    array of the type of `tiles`, shape (groups,)

    Examples
    --------
    A sum of two words of tile 1 into a word of tile 0:

    >>> from datagravity.programs.traces import Trace
    >>> trace = Trace(words=[0, 1, 2], writes=[0, 0, 1], operations=[0, 0, 0], owners=[2], operation_count=1,
    ...     operation_class="integer", codes={"contiguous": [5000, 5000, 0]})
    >>> tiles = np.array([1, 1, 0])
    >>> [group_places(trace, tiles, 4, rule).tolist() for rule in OWNER_RULES]
    [[0], [1]]
    """
    checks.choice("owner", rule, OWNER_RULES)
    output = tiles[trace.owners]
    return output if rule == OUTPUT else _largest_shares(trace, tiles, places, output)


def _largest_shares(trace, tiles, places, output):
    shared = slice(None) if trace.private is None else ~trace.private[trace.words]
    keys = trace.operations[shared] * places + tiles[trace.words[shared]]
    keys, counts = np.unique(keys, return_counts=True)
    group, place = np.divmod(keys, places)
    order = np.lexsort((place, place != output[group], -counts, group))
    found = output.copy()
    groups, best = np.unique(group[order], return_index=True)
    found[groups] = place[order[best]]
    return found
