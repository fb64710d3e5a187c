"""What published systems gain: the formula of each lever."""

from sympy import Max

from datagravity.symbolic.notation import (
    acted_share,
    balance_batch,
    baseline_ratio,
    batch,
    block_length,
    busy_after,
    busy_before,
    cache_ratio,
    cached_numbers,
    context,
    converted_share,
    divisor,
    energy_ratio,
    entropy_bits,
    extra_traffic,
    fetched_bytes,
    full_share,
    hidden,
    input_tokens,
    items_per_page,
    items_per_second,
    joules_per_item,
    kept_share,
    kv_bits,
    layers,
    link_bandwidth,
    narrow_bits,
    near_speed,
    outlier_share,
    passes_after,
    passes_before,
    peak,
    power,
    raw_bits,
    reloaded_share,
    shallow_share,
    slow_share,
    speed_ratio,
    state_megabytes,
    used_share,
    waiting_share,
    wide_bits,
    window,
)
from datagravity.symbolic.token import token_flop

#: [extension] Amdahl's rule (1967): a lever divides a share of the whole by a factor, and at most removes it.
amdahl_gain = divisor / (acted_share + divisor * (1 - acted_share))
amdahl_limit = 1 / (1 - acted_share)
#: [extension] Weights of the matrices of a plain transformer, and numbers that one token adds to its cache.
matrix_weights = 12 * layers * hidden**2
full_cached_numbers = 2 * layers * hidden
#: [extension] Bytes of all caches over bytes of weights in such a transformer, both of one width.
full_attention_cache_ratio = batch * context * full_cached_numbers / matrix_weights
#: [extension] Time of a step that waits for memory, before over after: caches shrink, weights do not.
cache_gain = (1 + cache_ratio) / (1 + kept_share * cache_ratio)
#: [extension] Caches read inside the memory while weights are read out of it: against one bus, against taking turns.
#: Time is in units of one reading of the weights; past the balanced batch their arithmetic takes longer than that.
weights_time = Max(1, batch / balance_batch)
overlap_gain = (weights_time + cache_ratio) / Max(weights_time, cache_ratio / near_speed)
turns_gain = (weights_time + cache_ratio / near_speed) / Max(weights_time, cache_ratio / near_speed)
#: [extension] Overlap of two activities gains two at most, and overlap in a memory its speed and one at most.
overlap_limit = 1 + near_speed
#: [extension] Energy when redundant traffic is removed from a share of it.
traffic_gain = 1 / (1 - acted_share * extra_traffic / (1 + extra_traffic))
#: [extension] Memory when numbers are converted and some of them stay wide.
conversion_gain = wide_bits / (
    (1 - converted_share) * wide_bits
    + converted_share * ((1 - outlier_share) * narrow_bits + outlier_share * wide_bits)
)
#: [extension] Traffic when narrow numbers are read, written back wide and read again, partly past the cache.
round_trip_gain = wide_bits / (narrow_bits + 2 * slow_share * wide_bits)
#: [extension] What a lossless code gains at most on numbers of which some bits are noise.
lossless_gain = wide_bits / (raw_bits + entropy_bits)
#: [extension] Operations of a transformer on an input, over those without the part that grows with its square.
quadratic_gain = 1 + input_tokens / (6 * hidden)
#: [extension] Passes over the same data, before over after.
passes_gain = passes_before / passes_after
#: [extension] Mean power over that of the baseline.
power_ratio = speed_ratio / energy_ratio
#: [extension] Items that a read brings and uses, over one.
page_gain = items_per_page * used_share
#: [extension] Work on a prompt of which only a share goes past the first layers.
depth_gain = 1 / (shallow_share + (1 - shallow_share) * kept_share)
#: [extension] Cache when some heads keep all and the others a window.
heads_gain = 1 / (full_share + (1 - full_share) * window / context)
#: [extension] Share of the cache traffic left when half of the layers see blocks, one pass a block, the others a block.
block_share = (block_length**-2 + block_length / context) / 2
#: [extension] A state, read and written for each token, over the cache at 16 bits that would be read instead.
state_share = 2 * state_megabytes * 10**6 / (2 * full_cached_numbers * context)
#: [extension] Traffic when a share of it is loaded once in each pass, over loading it once.
reload_gain = 1 - reloaded_share + reloaded_share * passes_before
#: [extension] Time without the part that was spent waiting.
waiting_gain = 1 / (1 - waiting_share)
#: [extension] Share of its arithmetic that a system keeps busy, over that of its baseline.
busy_gain = busy_after / busy_before
#: [extension] A compression ratio over another one.
ratio_gain = lossless_gain / baseline_ratio
#: [extension] A cache of which a share is read, inside the memory.
near_sparse_gain = near_speed / kept_share
#: [extension] Speed with a far memory over speed without it, if nothing hides the link.
link_gain = 1 / (1 + fetched_bytes * items_per_second / (link_bandwidth * 10**9))
#: [extension] Seconds of attention on a token, over half the context in the mean, for each second of shipping it.
shipping_cover = (2 * context * hidden / (peak * 10**12)) / (fetched_bytes / (link_bandwidth * 10**9))
#: [extension] Mean power of a device that handles items one after another.
mean_power = joules_per_item * items_per_second
#: [extension] Items for one joule.
items_per_joule = 1 / joules_per_item
#: [extension] The energy per bit at which moving a token's cache costs what computing the token again costs.
recompute_pj_per_bit = token_flop * power / (peak * cached_numbers * kv_bits)
