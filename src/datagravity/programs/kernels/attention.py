"""Attention: one query or eight on the keys and values of all tokens, and all queries of a prompt at once."""

from math import isqrt

import numpy as np

from datagravity.programs.kernels import kernel, streams

WIDTH = 64


def _decode(tokens, seed, queries):
    memory = streams.Memory()
    token = streams.line(tokens)
    K, V = (memory.array(np.repeat(token[:, None], WIDTH, axis=1)) for _ in range(2))
    Q = memory.array(np.zeros((queries, WIDTH), dtype=np.int64))
    scores = memory.array(np.tile(token, (queries, 1)))
    stream = []
    for words in (streams.columns(Q[:, None], K), streams.columns(scores[:, :, None], V)):
        stream.append(streams.weave(streams.Groups(words, (False, False), words[:, 1])))
    return streams.make_trace(
        streams.join(*stream), memory, seed, operation_count=2 * queries * tokens * WIDTH, operation_class="floating",
        phases=2, reduced_words=queries * (WIDTH + 2),
    )  # fmt: skip


def _one_query(tokens, seed):
    return _decode(tokens, seed, queries=1)


def _eight_queries(tokens, seed):
    return _decode(tokens, seed, queries=8)


def _prefill(tokens, seed):
    memory = streams.Memory()
    Q, K, V, out = (memory.array(streams.square(tokens, WIDTH)) for _ in range(4))
    scores = memory.array(streams.square(tokens, tokens))
    row = np.arange(tokens)[:, None]
    parts = []
    for step, (left, right, results) in enumerate(((Q, K, scores), (scores, V.T, out))):
        words = np.empty((*results.shape, 2 * left.shape[1] + 1), dtype=np.int64)
        words[..., :-1:2] = left[:, None]
        words[..., 1:-1:2] = right
        words[..., -1] = results
        words = words.reshape(results.size, -1)
        writes = (False,) * (words.shape[1] - 1) + (True,)
        keys = np.broadcast_to(2 * row + step, results.shape).ravel()
        parts.append(streams.Groups(words, writes, words[:, -1], keys))
    return streams.make_trace(
        streams.weave(*parts), memory, seed, operation_count=2 * tokens**2 * WIDTH, operation_class="floating", phases=2
    )


def _one_query_remote(tokens, places):
    return 8 * WIDTH * (tokens - tokens // places)


def _one_query_once(tokens, places):
    return 8 * WIDTH * (places - 1)


def _eight_remote(tokens, places):
    return 8 * _one_query_remote(tokens, places)


def _eight_once(tokens, places):
    return 8 * _one_query_once(tokens, places)


def _prefill_remote(tokens, places):
    """Of each product a query or score is in another column of tiles, a value in another row, a key in either."""
    side = isqrt(places)
    count = tokens**2 * WIDTH
    return 8 * (4 * count - 3 * count // side - count // places)


_TOKENS = {"family": "attention", "sides": lambda tokens: (tokens,), "valid": kernel.power_of_two(4)}
_WHAT = "on a cache of keys and values of width 64; one multiply-add; by token, scores with them, queries at the first"

KERNELS = (
    kernel.Kernel(
        "attention decode", run=_one_query, sizes=(1024, 2048, 4096), held_out=16384, **_TOKENS,
        description=f"One query {_WHAT}",
        closed_forms={"remote_bytes_no_copies": _one_query_remote, "remote_bytes_unlimited": _one_query_once},
    ),
    kernel.Kernel(
        "attention decode, 8 queries", run=_eight_queries, sizes=(256, 512, 1024), held_out=2048, **_TOKENS,
        description=f"Eight queries, one after another, {_WHAT}",
        closed_forms={"remote_bytes_no_copies": _eight_remote, "remote_bytes_unlimited": _eight_once},
    ),
    kernel.Kernel(
        "attention prefill", "attention", run=_prefill, sizes=(32, 64, 96), held_out=128, valid=kernel.at_least(2),
        sides=lambda tokens: (min(tokens, WIDTH),) * 2,
        description="All queries of a prompt, width 64, row by row; one multiply-add; 2-D tiles of all matrices",
        closed_forms={"remote_bytes_no_copies": _prefill_remote},
    ),
)  # fmt: skip
