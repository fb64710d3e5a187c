"""Pointer chase: each node says which is next."""

import numpy as np

from datagravity.programs.kernels import kernel, streams

ROUNDS = 3


def _chase(nodes, seed):
    memory = streams.Memory()
    pairs = memory.array(np.repeat(streams.line(nodes)[:, None], 2, axis=1))
    cycle = np.random.default_rng(seed).permutation(nodes)
    words = pairs[np.tile(cycle, ROUNDS)]
    return streams.make_trace(
        streams.weave(streams.Groups(words, (False, False), words[:, 0])), memory, seed,
        operation_count=ROUNDS * nodes, operation_class="integer", serial=True,
    )  # fmt: skip


KERNELS = (
    kernel.Kernel(
        "pointer chase", "chasing", run=_chase, sizes=(16384, 65536, 262144), held_out=524288, random=True,
        sides=lambda nodes: (nodes,), valid=kernel.at_least(2),
        description="3 rounds of one random cycle, a pointer and a value each; one node; contiguous pieces",
    ),
)  # fmt: skip
