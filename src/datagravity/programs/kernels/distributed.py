"""Products of dense matrices as machines of many places make them: outer products of panels, and replicated layers."""

from math import gcd, isqrt

import numpy as np

from datagravity import checks
from datagravity.programs.kernels import dense, kernel, streams
from datagravity.programs.traces import CODE_BITS, PLACES


def panel_product(size, seed=0, places=None):
    """The product C = A B by panels: the scalable universal matrix multiplication algorithm (SUMMA). [extension]

    Source: van de Geijn and Watts (1997) [vandegeijn1997summa]. The machine goes through the common index in panels.
    For each panel every place multiplies its rows of A's panel by its columns of B's panel and adds the product to its
    own tile of C. So every remote word is used up before the next panel comes, and a place holds two narrow panels
    besides its tiles; a product in the order i, j, k brings the same words again as soon as a strip is larger than the
    tile. A place reads each remote word directly from its owner; broadcasts along rows of places are not modelled.

    Panels are as wide as the largest divisor of a tile's side that is at most the blocked product's block, so the order
    depends on the number of places. One place has the blocked product, panel by panel.

    Parameters
    ----------
    size : whole number
        Rows and columns of the matrices, n; a multiple of sqrt(k).
    seed : whole number
        Of the hashed partition.
    places : one of the numbers in `PLACES`; None is one place

    Returns
    -------
    Trace
        A group is one sum over a panel for one word of C: it reads the word, pairs of A and B, and writes the word.
        An operation is one multiply-add. Natural partition: tiles of the three matrices over one another.

    Notes
    -----
    Remote words without copies: 2 n^3 (1 - 1/sqrt(k)). With copies, where each word comes once: 2 n^2 (sqrt(k) - 1).

    Examples
    --------
    >>> trace = panel_product(8, places=4)
    >>> trace.operation_count, trace.accesses, trace.footprint_bytes
    (512, 1280, 1536)
    """
    size = checks.whole("size", size)
    places = 1 if places is None else checks.choice("places", places, PLACES)
    memory = streams.Memory()
    left, right, result = (memory.array(streams.square(size, size)[None]) for _ in range(3))
    panel = _panel(_side_of_tiles(size, 1, places))
    inner = np.arange(size // panel)[None, :, None, None]
    stream = _multiply(left, right, result, panel, inner)
    return streams.make_trace(stream, memory, seed, operation_count=size**3, operation_class="floating")


def layered_product(size, seed=0, places=None):
    """The product C = A B on c layers of places, each with a copy of A and B: the 2.5-D algorithm. [extension]

    Source: Solomonik and Demmel (2011) [solomonik2011communication]. The k places are c layers of sqrt(k/c) by
    sqrt(k/c) places. A and B lie in the first layer and are copied into the others. Each layer multiplies the c-th part
    of the common index, in Cannon's order, so that all its copies are used: the place (I, J) of layer l begins with the
    tile I + J + l sqrt(k/c) / c. Each layer has a sum of its own for every word of C, owned by its places; at the end
    each layer adds up a c-th part of the words. These sums are counted access by access, at their distances, not as
    reduced words.

    c is the largest power of 4 with c^3 <= k, more copies than that have nothing to multiply: 1 below 64 places, 4
    below 4096, then 16. The places of one position in all the layers are neighbours in the square. Copies take space:
    the footprint is 3 c n^2 words, so that the square grows with c.

    Parameters
    ----------
    size : whole number
        Rows and columns of the matrices, n; a multiple of sqrt(k/c).
    seed : whole number
        Of the hashed partition.
    places : one of the numbers in `PLACES`; None is one place

    Returns
    -------
    Trace
        A group is one sum over a panel for one word of a layer's C, one copied word, or one word's sum over the
        layers. An operation is one multiply-add; the (c - 1) n^2 adds of the last phase are not counted among them.
        Natural partition: each layer's tiles over one another at its places; made for this number of places alone.

    Notes
    -----
    Remote words with copies: 2 n^2 (sqrt(k/c) - 1) to multiply, 2 (c - 1) n^2 to copy, (c - 1) n^2 to add up.

    Examples
    --------
    >>> layered_product(8, places=64).footprint_bytes // layered_product(8, places=16).footprint_bytes
    4
    """
    size = checks.whole("size", size)
    places = 1 if places is None else checks.choice("places", places, PLACES)
    layers = layers_of(places)
    side = _side_of_tiles(size, layers, places)
    root = size // side
    memory = streams.Memory()
    codes = _layered_codes(size, root, layers)
    left, right, result = (memory.array(codes) for _ in range(3))
    panel = _panel(side)
    stream = _multiply(left, right, result, panel, _cannon_order(size // panel, root, layers))
    if layers > 1:
        copies = [_copy(matrix[0], matrix[layer]) for matrix in (left, right) for layer in range(1, layers)]
        stream = streams.join(*copies, stream, _add_up(result, side))
    phases = 1 if layers == 1 else 3
    return streams.make_trace(stream, memory, seed, operation_count=size**3, operation_class="floating", phases=phases)


def dealt_product(size, seed=0, places=None):
    """The product C = A B on c layers of places that share the common index out: only sums are replicated. [extension]

    Source: the algorithms with three dimensions and stationary C of Schatz, van de Geijn and Poulson (2016)
    [schatz2016parallel]. As `layered_product`, but A lies with a c-th part of its columns, and B with the same part of
    its rows, in each layer, so that nothing is copied and the footprint is (2 + c) n^2 words. A layer is a square of
    the square and multiplies its part by panels.

    Parameters
    ----------
    size : whole number
        Rows and columns of the matrices, n; a multiple of sqrt(k/c) and of c.
    seed : whole number
        Of the hashed partition.
    places : one of the numbers in `PLACES`; None is one place

    Returns
    -------
    Trace
        A group is one sum over a panel for one word of a layer's C, or one word's sum over the layers. Operations as in
        `layered_product`. Natural partition: each layer's tiles over one another; made for this number of places alone.

    Notes
    -----
    Remote words with copies: 2 n^2 (sqrt(k/c) - 1) to multiply, (c - 1) n^2 to add up. Tiles of two rows have no room
    for the copies of a panel and bring some words again.

    Examples
    --------
    >>> dealt_product(8, places=64).footprint_bytes // dealt_product(8, places=16).footprint_bytes
    2
    """
    size = checks.whole("size", size)
    places = 1 if places is None else checks.choice("places", places, PLACES)
    layers = layers_of(places)
    side = _side_of_tiles(size, layers, places)
    if size % layers:
        raise ValueError(f"size: {size}, expected a multiple of {layers}, the layers")
    part = size // layers
    memory = streams.Memory()
    first = 2**CODE_BITS // layers * np.arange(layers)[:, None, None]
    left, right, result = (
        memory.array(first + streams.square(rows, columns) // layers)
        for rows, columns in ((size, part), (part, size), (size, size))
    )
    panel = _panel(gcd(side, part), widest=max(1, side // 2) if layers > 1 else dense.BLOCK)
    stream = _multiply(left, right, result, panel, np.arange(part // panel)[None, :, None, None])
    if layers > 1:
        stream = streams.join(stream, _add_up(result, side))
    phases = 1 if layers == 1 else 2
    return streams.make_trace(stream, memory, seed, operation_count=size**3, operation_class="floating", phases=phases)


def layers_of(places):
    """How many layers the 2.5-D product has on so many places: the largest power of 4 whose cube is at most `places`.

    Examples
    --------
    >>> [layers_of(places) for places in (1, 16, 64, 1024, 4096)]
    [1, 1, 4, 4, 16]
    """
    layers = 1
    while (4 * layers) ** 3 <= places:
        layers *= 4
    return layers


def _side_of_tiles(size, layers, places):
    """Rows of a tile of a matrix: its rows over the places along a side of one layer."""
    root = isqrt(places // layers)
    if size % root:
        raise ValueError(f"size: {size}, expected a multiple of {root}, the places along a side")
    return size // root


def _panel(side, widest=dense.BLOCK):
    """Width of panels: the largest divisor of a tile's side up to the widest."""
    return max(width for width in range(1, min(widest, dense.BLOCK) + 1) if side % width == 0)


def _multiply(left, right, result, panel, inner):
    """Stream of C += A B in each layer, block by block; one group for each word of C's block.

    `left`, `right` and `result` are addresses, shape (layers, size, size); `inner` is the block of the common index of
    each layer, step, row of blocks and column of blocks.
    """
    layers, size, _ = result.shape
    blocks = size // panel
    within = np.arange(panel)
    layer = np.arange(layers)[:, None, None, None, None, None, None]
    rows = (panel * np.arange(blocks)[:, None] + within)[None, None, :, None, :, None, None]
    columns = (panel * np.arange(blocks)[:, None] + within)[None, None, None, :, None, :, None]
    common = (panel * inner[..., None] + within)[:, :, :, :, None, None, :]
    words = np.empty((layers, inner.shape[1], blocks, blocks, panel, panel, 2 * panel + 2), dtype=np.int64)
    words[..., :1] = words[..., -1:] = result[layer, rows, columns]
    words[..., 1:-1:2] = left[layer, rows, common]
    words[..., 2:-1:2] = right[layer, common, columns]
    words = words.reshape(-1, 2 * panel + 2)
    return streams.weave(streams.Groups(words, (False,) * (2 * panel + 1) + (True,), words[:, 0]))


def _cannon_order(blocks, root, layers):
    """The block of the common index of each layer, step, row of blocks and column of blocks, in Cannon's order."""
    in_tile = blocks // root
    tile = np.arange(blocks) // in_tile
    layer = np.arange(layers)[:, None, None, None]
    step = np.arange(blocks // layers)[:, None, None]
    first = tile[:, None] + tile + layer * (root // layers)
    return (first + step // in_tile) % root * in_tile + step % in_tile


def _layered_codes(size, root, layers):
    """Codes of a matrix for each layer: first the tile of the matrix, then the layer, then the place in the tile."""
    rest = CODE_BITS - 2 * (root.bit_length() - 1)
    layer_bits = layers.bit_length() - 1
    codes = streams.square(size, size)
    layer = np.arange(layers)[:, None, None] << (rest - layer_bits)
    return (codes >> rest << rest) + layer + (codes % 2**rest >> layer_bits)


def _copy(source, target):
    words = streams.columns(source, target)
    return streams.weave(streams.Groups(words, (False, True), words[:, 1]))


def _add_up(result, side):
    """Stream of the sums over the layers: the words of a tile are shared out among the layers, each in one of them."""
    row, column = np.indices(result[0].shape)
    words = streams.columns(*result, result[(side * row + column) % len(result), row, column])
    return streams.weave(streams.Groups(words, (False,) * len(result) + (True,), words[:, -1]))


def _remote_once_in_layers(size, places):
    """Bytes from other places, each word once: 2 n^2 (sqrt(k/c) - 1) words to multiply, 3 (c - 1) n^2 beside."""
    layers = layers_of(places)
    return dense.remote_once(size, places // layers) + 24 * (layers - 1) * size**2


def _remote_in_layers(size, places):
    """Bytes from other places, each time counted: 2 n^3 (1 - 1/sqrt(k/c)) words to multiply, 3 (c - 1) n^2 beside."""
    layers = layers_of(places)
    return dense.remote(size, places // layers) + 24 * (layers - 1) * size**2


def _remote_when_dealt(size, places):
    """Bytes from other places, each time counted: 2 n^3 (1 - 1/sqrt(k/c)) words to multiply, (c - 1) n^2 to add up."""
    layers = layers_of(places)
    return dense.remote(size, places // layers) + 8 * (layers - 1) * size**2


def _remote_once_when_dealt(size, places):
    """Bytes from other places, each word once: 2 n^2 (sqrt(k/c) - 1) words to multiply, (c - 1) n^2 to add up."""
    layers = layers_of(places)
    return dense.remote_once(size, places // layers) + 8 * (layers - 1) * size**2


def _largest(size, layers_of=lambda places: 1):
    """The largest number of places with equal tiles of at least one word."""
    return max(places for places in PLACES if size % isqrt(places // layers_of(places)) == 0)


def _largest_dealt(size):
    """The same where the layers must have equal parts too."""
    return max(places for places in PLACES if places <= _largest(size, layers_of) and size % layers_of(places) == 0)


_SHARED = {
    "family": "dense", "sizes": (32, 64, 96), "held_out": 128, "valid": kernel.at_least(2), "depends_on_places": True,
}  # fmt: skip

KERNELS = (
    kernel.Kernel(
        "matmul SUMMA", run=panel_product, sides=lambda size: (_largest(size),),
        description="Product of two square matrices by panels of the common index; one multiply-add; 2-D tiles of the "
        "three over one another",
        closed_forms={
            "remote_bytes_no_copies": dense.remote, "remote_bytes": dense.remote_once,
            "remote_bytes_unlimited": dense.remote_once,
        }, **_SHARED,
    ),
    kernel.Kernel(
        "matmul 2.5-D", run=layered_product, sides=lambda size: (_largest(size, layers_of),),
        description="Product of two square matrices on c layers of places, c = 4^m of at most k^(1/3), each with a "
        "copy of both; one multiply-add; 2-D tiles, the layers of one tile side by side",
        closed_forms={
            "remote_bytes_no_copies": _remote_in_layers,
            "remote_bytes": _remote_once_in_layers,
            "remote_bytes_unlimited": _remote_once_in_layers,
        },
        **_SHARED,
    ),
    kernel.Kernel(
        "matmul 2.5-D dealt",
        run=dealt_product,
        sides=lambda size: (_largest_dealt(size),),
        description="Product of two square matrices on c layers of places, c = 4^m of at most k^(1/3), each with a "
        "part of both; one multiply-add; a layer is a square of the square, in 2-D tiles",
        closed_forms={"remote_bytes_no_copies": _remote_when_dealt, "remote_bytes_unlimited": _remote_once_when_dealt},
        **_SHARED,
    ),
)  # fmt: skip
