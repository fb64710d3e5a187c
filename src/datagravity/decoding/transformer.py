"""What is counted in a transformer: its parameters, what it caches, and what attention takes."""

from datagravity.decoding.rows import MODEL_NUMBERS, model_row

#: The columns of a hybrid: how many layers of each kind, and the sizes of a Mamba-2 layer.
KINDS = ("attention_layers", "mamba_layers", "mlp_layers")
MAMBA = ("mamba_heads", "mamba_head_dim", "mamba_state", "mamba_groups", "mamba_conv")


def parameters(model):
    """All and active parameters of a model, counted from its configuration; biases of a bias-free norm are left out.

    Parameters
    ----------
    model : a `name` of the table llm, or a mapping with its columns, or in the words of a published config.json

    Returns
    -------
    dict: total, active (with the table of input embeddings), shared (read for every token: no input embeddings),
    routed (all routed experts), cached (numbers a token adds to the KV cache), attention (FLOP a cached token), state
    (numbers that stand in for a cache, of one sequence).

    Raises
    ------
    ValueError
        If there is no such model, or a column that is needed is blank or out of range.

    Examples
    --------
    >>> counts = parameters("Llama-3 8B")
    >>> round(counts["total"] / 1e9, 2), int(2 * counts["cached"])
    (8.03, 131072)
    """
    _, row = model_row(model)
    layers, hidden, _, _, _, _, vocab = (float(row[name]) for name in MODEL_NUMBERS)
    gated = (row.get("mlp") or "gated") == "gated"
    attention, cached, flop = _attention(row)
    feed_forward, routed, used = _feed_forward(row, gated)
    norm, state, recurrent = 2 * hidden if gated else 4 * hidden, 0.0, 0.0
    with_attention, with_norms = layers, layers * norm + norm / 2
    if row.get("mamba_layers"):
        with_attention, mamba, plain = (float(row[name]) for name in KINDS)
        recurrent, state = (mamba * count for count in _mamba(row))
        feed_forward *= plain / layers
        with_norms = (layers + 1) * hidden
    table = vocab * hidden
    # The table once more: the output head.
    shared = with_attention * attention + recurrent + with_norms + feed_forward + table
    learned = float(row["context"]) * hidden if row.get("positions") == "learned" else 0
    beside = (0 if row["tied_embeddings"] else table) + learned
    return {
        "total": shared + routed + beside,
        "active": shared + used + beside,
        "shared": shared,
        "routed": routed,
        "cached": with_attention * cached,
        "attention": with_attention * flop,
        "state": state,
    }


def _attention(row):
    """Of one layer: parameters of attention, numbers that a token adds to the cache, FLOP a cached token."""
    hidden, heads, kv, size = (float(row[name]) for name in ("hidden", "heads", "kv_heads", "head_dim"))
    latent, query, rope = (row.get(name) or 0 for name in ("kv_latent", "q_latent", "rope_dim"))
    if latent:
        weights = hidden * query + query * heads * (size + rope) + hidden * (latent + rope)
        weights += 2 * latent * heads * size + heads * size * hidden + query + latent
        cached, flop = latent + rope, 2 * heads * (2 * latent + rope)
    else:
        weights = 2 * hidden * size * (heads + kv)
        cached, flop = 2 * kv * size, 4 * heads * size
    biases = row.get("biases") or "none"
    weights += size * (heads + 2 * kv) if biases != "none" else 0
    weights += hidden if biases == "all" else 0
    return weights, cached, flop


def _mamba(row):
    """Of one Mamba-2 layer: parameters, and the numbers of its state (Dao and Gu 2024), that of the convolution too."""
    heads, size, state, groups, span = (float(row[name]) for name in MAMBA)
    inner, shared = heads * size, 2 * groups * state
    weights = row["hidden"] * (2 * inner + shared + heads) + (inner + shared) * (span + 1)
    weights += 3 * heads + inner + inner * row["hidden"]
    return weights, inner * state + (inner + shared) * (span - 1)


def _feed_forward(row, gated):
    """Of all layers: parameters outside the routed experts, in them, and in those that one token uses."""
    layers, hidden, inner = (float(row[name]) for name in ("layers", "hidden", "ffn_hidden"))
    expert = (3 if gated else 2) * hidden * inner
    expert += ((2 if gated else 1) * inner + hidden) if row.get("biases") == "all" else 0
    count, chosen = row.get("n_experts") or 0, row.get("experts_per_token") or 0
    if not count:
        return layers * expert, 0.0, 0.0
    dense = row.get("dense_layers") or 0
    outside = (layers - dense) * (hidden * count + (row.get("shared_experts") or 0) * expert)
    outside += dense * 3 * hidden * (row.get("dense_ffn_hidden") or 0)
    return outside, (layers - dense) * count * expert, (layers - dense) * chosen * expert
