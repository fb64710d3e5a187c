"""A model in the words of a published config.json, as a row in the words of the table llm."""

from numbers import Real

from datagravity import checks

#: The words of config.json that no model goes without -> columns of the table llm.
NEEDED = {
    "hidden_size": "hidden",
    "num_hidden_layers": "layers",
    "num_attention_heads": "heads",
    "intermediate_size": "ffn_hidden",
    "vocab_size": "vocab",
}
#: Those that only some models have; where one stands for several words, each of them is known.
OPTIONAL = {
    "num_key_value_heads": "kv_heads",
    "head_dim": "head_dim",
    "max_position_embeddings": "context",
    "num_experts": "n_experts",
    "num_local_experts": "n_experts",
    "n_routed_experts": "n_experts",
    "num_experts_per_tok": "experts_per_token",
    "n_shared_experts": "shared_experts",
    "first_k_dense_replace": "dense_layers",
    "kv_lora_rank": "kv_latent",
    "q_lora_rank": "q_latent",
    "qk_rope_head_dim": "rope_dim",
    "mamba_num_heads": "mamba_heads",
    "mamba_head_dim": "mamba_head_dim",
    "ssm_state_size": "mamba_state",
    "n_groups": "mamba_groups",
    "conv_kernel": "mamba_conv",
}
#: What a weight takes, by the words of torch_dtype.
DTYPE_BITS = {"float32": 32, "float16": 16, "bfloat16": 16, "float8_e4m3fn": 8, "float8_e5m2": 8}
# Of a hybrid's pattern: one letter a layer.
_LAYER_LETTERS = {"M": "mamba_layers", "*": "attention_layers", "-": "mlp_layers"}


def is_configuration(given):
    """Whether a mapping is in the words of a config.json: none of them is a column of the table llm."""
    return not given.keys().isdisjoint(NEEDED)


def row_of(given):
    """The row of the table llm that a configuration describes, with weight_bits of its torch_dtype.

    What a configuration leaves out is what its libraries take it to be: as many cached heads as heads, a head of the
    width over the heads. Feed-forward networks are gated except of a hybrid; other keys decide nothing here.

    Parameters
    ----------
    given : mapping in the words of `NEEDED` and `OPTIONAL`, tie_word_embeddings, attention_bias, torch_dtype,
        moe_intermediate_size and hybrid_override_pattern

    Raises
    ------
    ValueError
        If a key that is needed is missing, or a value is no positive whole number, or of another kind.

    Examples
    --------
    >>> row = row_of({"hidden_size": 4096, "num_hidden_layers": 32, "num_attention_heads": 32,
    ...     "num_key_value_heads": 8, "intermediate_size": 14336, "vocab_size": 128256,
    ...     "tie_word_embeddings": False, "torch_dtype": "bfloat16"})
    >>> row["kv_heads"], row["head_dim"], row["weight_bits"]
    (8, 128, 16)
    """
    for key in (*NEEDED, "tie_word_embeddings"):
        if given.get(key) is None:
            raise ValueError(f"{key}: missing, expected a key of the configuration")
    words = {key: column for key, column in (NEEDED | OPTIONAL).items() if given.get(key) is not None}
    row = {column: checks.whole(key, _whole(given[key])) for key, column in words.items() if given[key] != 0}
    row.setdefault("kv_heads", row["heads"])
    row.setdefault("head_dim", row["hidden"] // row["heads"])
    row["tied_embeddings"] = _truth("tie_word_embeddings", given["tie_word_embeddings"])
    row["biases"] = "qkv" if _truth("attention_bias", given.get("attention_bias") or False) else "none"
    row |= {"name": str(given.get("_name_or_path") or "a configuration of your own"), "mlp": "gated"}
    if row.get("n_experts"):
        if not row.get("experts_per_token"):
            raise ValueError("num_experts_per_tok: missing, expected a key of the configuration of a mixture")
        if given.get("moe_intermediate_size"):
            row["dense_ffn_hidden"] = row["ffn_hidden"] if row.get("dense_layers") else None
            row["ffn_hidden"] = checks.whole("moe_intermediate_size", given["moe_intermediate_size"])
    if row.get("kv_latent"):
        row["head_dim"] = checks.whole("qk_nope_head_dim", given.get("qk_nope_head_dim"))
    if given.get("hybrid_override_pattern"):
        pattern = str(given["hybrid_override_pattern"])
        if set(pattern) - set(_LAYER_LETTERS):
            raise ValueError(f"hybrid_override_pattern: {pattern!r}, expected the letters {' '.join(_LAYER_LETTERS)}")
        row |= {column: pattern.count(letter) for letter, column in _LAYER_LETTERS.items()} | {"mlp": "plain"}
    if given.get("torch_dtype") is not None:
        dtype = str(given["torch_dtype"]).removeprefix("torch.")
        row["weight_bits"] = DTYPE_BITS[checks.choice("torch_dtype", dtype, DTYPE_BITS)]
    return row


def _whole(value):
    """The value, as an int if it is a whole number that is written otherwise."""
    return int(value) if isinstance(value, Real) and not isinstance(value, bool) and value == int(value) else value


def _truth(key, value):
    if not isinstance(value, bool):
        raise ValueError(f"{key}: {value!r}, expected true or false")
    return value
