"""The symbols of the book: how each is printed, what it means, and where its values lie."""

from typing import NamedTuple

from sympy import Symbol

from datagravity.checks import AT_LEAST_ZERO, FINITE, OPEN_SHARE, POSITIVE, SHARE


class Notation(NamedTuple):
    """How a symbol is printed, what it means, its unit ("1" for a pure number) and what functions ask of it.

    `interval` is where its values lie, as in "(0, 1]", and `argument` its name among the arguments of functions. To
    sympy a symbol is positive, which splits powers and logarithms, unless a formula turns on its sign.
    """

    latex: str
    meaning: str
    unit: str
    interval: str
    argument: str


#: Every symbol of the book: symbol -> Notation. The table of notation is printed from it.
NOTATION = {}
#: The symbol that a name stands for: its own, or that of its argument. No name stands for two.
SYMBOLS = {}


def _symbol(name, latex, meaning, unit="1", *, interval=POSITIVE, argument=None, signed=False):
    symbol = Symbol(name, real=True) if signed else Symbol(name, positive=True)
    NOTATION[symbol] = Notation(latex, meaning, unit, interval, argument or name)
    for known in {name, argument or name}:
        if known in SYMBOLS:
            raise ValueError(f"name: {known!r}, expected a name that no other symbol has")
        SYMBOLS[known] = symbol
    return symbol


# The placement law.
G_d = _symbol(
    "G_d", r"G_d", "disjunction constant: transport energy over compute energy, per operation, as built", argument="gd"
)
beta = _symbol("beta", r"\beta", "exponent of the placement law, between 1 and 3", interval="(1, 3)")
r = _symbol("r", r"r", "distance between operation and operand; r = 1 is the system as built", argument="distance")
fixed_share = _symbol(
    "fixed_share", r"\phi", "share of the transport energy at r = 1 that no distance shrinks", interval="[0, 1)"
)
transport_share = _symbol(
    "transport_share", r"\tau", "share of transport in the energy of the system as built", interval=OPEN_SHARE
)
distance_ratio = _symbol("distance_ratio", r"\rho", "distance over optimal distance")

# Names for the left side of an equation.
lambda_ = _symbol(
    "lambda_", r"\lambda", "exponent of the saving, half of beta - 1, between 0 and 1", interval=OPEN_SHARE
)
total_energy = _symbol("total_energy", r"E", "energy per operation", "compute energy")
least_energy = _symbol("least_energy", r"E^{*}", "energy per operation at the optimal distance", "compute energy")
best_distance = _symbol("best_distance", r"r^{*}", "optimal distance; 1 is the system as built")
saving_factor = _symbol(
    "saving_factor", r"S", "energy of the system as built over energy at the optimal distance", argument="saving"
)

# Two energies of one job, and the convention that turns joules into G_d.
transport_pj = _symbol(
    "transport_pj", r"E_{\mathrm{transport}}", "energy that moves the operands of one operation", "pJ"
)
compute_pj = _symbol("compute_pj", r"E_{\mathrm{compute}}", "energy of one operation", "pJ")
transport_pj_per_bit = _symbol("transport_pj_per_bit", r"e_{\mathrm{bit}}", "energy that moves one bit", "pJ/bit")
operands = _symbol("operands", r"n", "operands of one operation")
width_bits = _symbol("width_bits", r"w", "width of an operand", "bit")
operations_per_operand = _symbol("operations_per_operand", r"u", "operations that use an operand once it is fetched")

# The two-term theorem.
A = _symbol("A", r"A", "coefficient of the term that grows with distance")
B = _symbol("B", r"B", "coefficient of the term that falls with distance")
C = _symbol("C", r"C", "energy that does not depend on distance", interval=AT_LEAST_ZERO)
p = _symbol("p", r"p", "exponent of the term that grows with distance")
q = _symbol("q", r"q", "exponent of the term that falls with distance")

# Where exponent and interval come from.
rent_exponent = _symbol(
    "rent_exponent",
    r"p_{\mathrm{R}}",
    "Rent's exponent: the terminals of a block grow like its sites to this power",
    interval=SHARE,
)
reuse_exponent = _symbol(
    "reuse_exponent", r"\theta", "the reuse of an operand grows like local memory to this power", interval="[0, 1)"
)
core = _symbol("core", r"x_0", "distance below which interaction weights level off; 1 is the system as built")

# What the law rests on.
operation_cost = _symbol("operation_cost", r"\kappa", "coefficient of the falling term, 1 in both models")
operand_ratio = _symbol(
    "operand_ratio", r"\gamma", "energy to move the operands over energy to move the operation itself"
)
nearest = _symbol(
    "nearest", r"r_{\min}", "the nearest distance that can be built; 1 is the system as built", interval=SHARE
)
levels = _symbol("levels", r"K", "number of distances that can be chosen from", interval="[1, inf)")
level_ratio = _symbol(
    "level_ratio", r"R", "distance of one level over the distance of the next nearer one", interval="(1, inf)"
)
dimension = _symbol("dimension", r"\delta", "dimensions of the space that holds the data")
sites = _symbol("sites", r"N", "number of data")
assumed_beta = _symbol("assumed_beta", r"\beta'", "the beta that somebody assumes, between 1 and 3", interval="(1, 3)")
places = _symbol("places", r"k", "number of places that compute")

# The law on real programs.
first_step = _symbol(
    "first_step", r"b_{\mathrm{c}}", "price of closeness at the first step inward, over transport as built"
)
closeness_exponent = _symbol(
    "closeness_exponent",
    r"q_{\mathrm{c}}",
    "exponent of the price of closeness; below 0 it saturates",
    interval=FINITE,
    signed=True,
)
least_transport = _symbol(
    "least_transport",
    r"m",
    "transport of a program at its best number of places, over transport as built",
    interval="(0, 1]",
)
place_price = _symbol(
    "place_price",
    r"c_{\mathrm{p}}",
    "energy of a place besides transport, over compute, per operation",
    interval=AT_LEAST_ZERO,
)

# The staircase.
reach = _symbol("reach", r"d/d_0", "distance over that of the innermost boundary")
crossed = _symbol("crossed", r"n_{\times}", "boundaries that a path crosses", interval=AT_LEAST_ZERO)
boundaries = _symbol("boundaries", r"N_{\times}", "boundaries of a machine, one inside the other", interval="[1, inf)")
price_ratio = _symbol(
    "price_ratio", r"R_{e}", "price of a boundary over that of the next inner one", interval="(1, inf)"
)
wire_price = _symbol(
    "wire_price", r"k_{\mathrm{w}}", "price of a wire to the innermost boundary, over the price of that boundary"
)
side_ratio = _symbol("side_ratio", r"d/\ell", "distance of two places over the side of a grid's squares")

# Shares.
measured_share = _symbol(
    "measured_share", r"s", "share of the energy that was measured as data movement", interval=SHARE
)
constant_share = _symbol(
    "constant_share", r"c_0", "share of energy that no placement changes, not booked as movement", interval="[0, 1)"
)
booked_share = _symbol(
    "booked_share", r"c_1", "share of energy that no placement changes, booked as movement", interval="[0, 1)"
)

# Information mass and pull.
bytes_per_access = _symbol("bytes_per_access", r"b_{\mathrm{a}}", "bytes that one access to a data set moves", "B")
accesses_per_operation = _symbol("accesses_per_operation", r"n_{\mathrm{a}}", "accesses to a data set in one operation")
mass = _symbol("mass", r"M", "information mass: bytes of a data set that one operation moves", "B")
unit_energy = _symbol("unit_energy", r"e_0", "energy that moves one byte over the distance d_0", "pJ/B")
unit_distance = _symbol("unit_distance", r"d_0", "distance at which a byte costs e_0", "mm")
path_length = _symbol("path_length", r"d", "distance between the computation and a data set", "mm")
exponent = _symbol("exponent", r"a", "exponent of a path: energy grows like the distance to this power")
x = _symbol(
    "x",
    r"x",
    "first coordinate of the computation, from an origin to the left of all data",
    "mm",
    interval=AT_LEAST_ZERO,
)
y = _symbol(
    "y", r"y", "second coordinate of the computation, from an origin below all data", "mm", interval=AT_LEAST_ZERO
)
separation = _symbol("separation", r"D", "distance between two data sets", "mm")
heavy = _symbol("heavy", r"M_1", "information mass of the heavier of two data sets", "B")
light = _symbol("light", r"M_2", "information mass of the lighter of two data sets", "B")
gap_ratio = _symbol("gap_ratio", r"g", "distance from the light over distance from the heavy of two data sets")

# Decoding.
batch = _symbol("batch", r"b", "sequences in flight, over all accelerators")
context = _symbol("context", r"c", "mean tokens in the KV cache of a sequence", "token", interval=AT_LEAST_ZERO)
weight_bits = _symbol("weight_bits", r"w_{\mathrm{W}}", "width of a weight", "bit")
kv_bits = _symbol("kv_bits", r"w_{\mathrm{KV}}", "width of a cached number", "bit")
shared_weights = _symbol("shared_weights", r"N_0", "weights that every token reads")
routed_weights = _symbol(
    "routed_weights", r"N_{\mathrm{x}}", "weights of all routed experts; 0 in a dense model", interval=AT_LEAST_ZERO
)
experts = _symbol("experts", r"X", "routed experts of a layer")
chosen_experts = _symbol("chosen_experts", r"k_{\mathrm{x}}", "routed experts that one token uses")
cached_numbers = _symbol("cached_numbers", r"n_{\mathrm{KV}}", "numbers that one token adds to the KV cache")
attention_flop = _symbol(
    "attention_flop",
    r"f_{\mathrm{att}}",
    "operations of one new token on one cached token",
    "FLOP",
    interval=AT_LEAST_ZERO,
)
bandwidth = _symbol("bandwidth", r"\mathit{BW}", "memory bandwidth of one accelerator", "GB/s")
peak = _symbol("peak", r"\mathit{PF}", "peak arithmetic of one accelerator", "TFLOP/s")
power = _symbol("power", r"P", "thermal design power of one accelerator", "W")
memory_efficiency = _symbol(
    "memory_efficiency", r"\eta_{\mathrm{m}}", "share of the bandwidth that decoding reaches", interval="(0, 1]"
)
arithmetic_efficiency = _symbol(
    "arithmetic_efficiency", r"\eta_{\mathrm{a}}", "share of the peak it reaches", interval="(0, 1]"
)
state_numbers = _symbol(
    "state_numbers",
    r"n_{\mathrm{S}}",
    "numbers of the states that a hybrid keeps of a sequence instead of a cache",
    interval=AT_LEAST_ZERO,
)
gpus = _symbol("gpus", r"n_{\mathrm{g}}", "accelerators that share a model", interval="[1, inf)")
kv_copies = _symbol(
    "kv_copies", r"k_{\mathrm{KV}}", "accelerators that each read the same part of a cache", interval="[1, inf)"
)
prompt_per_output = _symbol(
    "prompt_per_output", r"\rho_{\mathrm{p}}", "tokens of prompts for one token written", interval=AT_LEAST_ZERO
)
link_efficiency = _symbol(
    "link_efficiency",
    r"\eta_{\ell}",
    "bandwidth that accelerators reach between each other, over memory bandwidth",
    interval="(0, 1]",
)
layer_overhead = _symbol(
    "layer_overhead",
    r"t_{\ell}",
    "time of a layer in a step, whatever it moves or computes",
    "s",
    interval=AT_LEAST_ZERO,
)
host_overhead = _symbol(
    "host_overhead",
    r"t_{\mathrm{h}}",
    "time for which the host holds up all accelerators, a token",
    "s",
    interval=AT_LEAST_ZERO,
)
idle_power = _symbol("idle_power", r"P_0", "power of one accelerator that waits with a model loaded", "W")
awake_share = _symbol(
    "awake_share",
    r"\sigma",
    "power of an accelerator at work that neither bits nor operations account for, from idle at 0 to design at 1",
    interval=SHARE,
)
standing_power = _symbol(
    "standing_power", r"P_{\mathrm{s}}", "power that flows while anything lasts", "W", interval=AT_LEAST_ZERO
)

# Published systems.
acted_share = _symbol(
    "acted_share", r"f", "share of the time, the energy or the bytes that a lever acts on", interval=SHARE
)
divisor = _symbol("divisor", r"s_{\mathrm{f}}", "by what a lever divides the share that it acts on")
cache_ratio = _symbol(
    "cache_ratio", r"\chi", "bytes of all KV caches over bytes of weights, read in one step", interval=AT_LEAST_ZERO
)
kept_share = _symbol(
    "kept_share", r"c_{\mathrm{k}}", "share of the bytes, weights or tokens that is kept", interval="(0, 1]"
)
cached_share = _symbol("cached_share", r"c_{\mathrm{KV}}", "share of the cache that is kept", interval="(0, 1]")
hidden = _symbol("hidden", r"d_{\mathrm{m}}", "width of a transformer")
layers = _symbol("layers", r"n_{\ell}", "layers of a transformer")
input_tokens = _symbol("input_tokens", r"n_{\mathrm{t}}", "tokens of an input")
near_speed = _symbol(
    "near_speed", r"s_{\mathrm{n}}", "bandwidth inside a memory over the bandwidth out of it", interval="[1, inf)"
)
balance_batch = _symbol("balance_batch", r"b_0", "batch at which arithmetic takes as long as reading the weights")
lost_share = _symbol("lost_share", r"f_{\ell}", "share of the speed that a system loses", interval="[0, 1)")
bandwidth_ratio = _symbol("bandwidth_ratio", r"\mathit{BW}/\mathit{BW}_0", "bandwidth of a system over its baseline's")
extra_traffic = _symbol(
    "extra_traffic", r"\epsilon", "traffic of the baseline above that of the system", interval=AT_LEAST_ZERO
)
converted_share = _symbol(
    "converted_share", r"m_{\mathrm{c}}", "share of the numbers that a format converts", interval=SHARE
)
outlier_share = _symbol("outlier_share", r"o", "share of the converted numbers that stays wide", interval=SHARE)
wide_bits = _symbol("wide_bits", r"w_{\mathrm{w}}", "width of a number before", "bit")
narrow_bits = _symbol("narrow_bits", r"w_{\mathrm{n}}", "width of a number after", "bit")
slow_share = _symbol(
    "slow_share", r"q_{\mathrm{s}}", "share of a round trip that reaches the slow memory", interval=SHARE
)
raw_bits = _symbol(
    "raw_bits", r"w_{\mathrm{r}}", "bits of a number that hold no regularity", "bit", interval=AT_LEAST_ZERO
)
entropy_bits = _symbol("entropy_bits", r"h", "entropy of the rest of a number", "bit", interval=AT_LEAST_ZERO)
passes_before = _symbol("passes_before", r"\nu_0", "passes over the data, of the baseline")
passes_after = _symbol("passes_after", r"\nu", "passes over the data, of the system")
speed_ratio = _symbol("speed_ratio", r"\Theta", "speed over the speed of the baseline")
size_ratio = _symbol("size_ratio", r"\Sigma", "memory of the baseline over memory of the system")
energy_ratio = _symbol("energy_ratio", r"\Lambda", "energy of the baseline over energy of the system")
cost_ratio = _symbol("cost_ratio", r"\mathit{C}/\mathit{C}_0", "cost of a system over its baseline's")
joules_per_item = _symbol("joules_per_item", r"\varepsilon", "energy of one item: a token, an image", "J")
items_per_second = _symbol("items_per_second", r"\dot n", "items in a second", "1/s")
items_per_page = _symbol("items_per_page", r"n_{\mathrm{p}}", "items on a page, the least that can be read")
used_share = _symbol("used_share", r"u_{\mathrm{p}}", "share of the items of a page that are used", interval="(0, 1]")
shallow_share = _symbol("shallow_share", r"\ell", "share of the layers that see every token", interval=SHARE)
full_share = _symbol("full_share", r"h_{\mathrm{f}}", "share of the heads that keep the whole cache", interval=SHARE)
window = _symbol("window", r"n_{\mathrm{w}}", "tokens that a head or a layer sees at most", "token")
block_length = _symbol("block_length", r"n_{\mathrm{b}}", "tokens of a block", "token")
state_megabytes = _symbol("state_megabytes", r"Z", "state that stands in for the cache of a sequence", "MB")
busy_before = _symbol(
    "busy_before", r"\eta_0", "share of the arithmetic that the baseline keeps busy", interval="(0, 1]"
)
busy_after = _symbol("busy_after", r"\eta", "share of the arithmetic that the system keeps busy", interval="(0, 1]")
waiting_share = _symbol(
    "waiting_share",
    r"f_{\mathrm{w}}",
    "share of the baseline's time, or of its tokens, that the system avoids",
    interval="[0, 1)",
)
reloaded_share = _symbol(
    "reloaded_share", r"f_{\mathrm{r}}", "share of the traffic that the baseline loads again", interval=SHARE
)
baseline_ratio = _symbol("baseline_ratio", r"\kappa_0", "compression ratio of the baseline")
in_flight = _symbol("in_flight", r"n_{\mathrm{s}}", "sequences of the system at work at once, for one of the baseline")
fetched_bytes = _symbol(
    "fetched_bytes", r"b_{\mathrm{f}}", "bytes fetched from far for one item", "B", interval=AT_LEAST_ZERO
)
link_bandwidth = _symbol(
    "link_bandwidth", r"\mathit{BW}_{\mathrm{l}}", "bandwidth of the link to the far memory", "GB/s"
)

# The plateau.
years = _symbol("years", r"t", "time from now", "year", interval=FINITE)
gd_now = _symbol("gd_now", r"G_0", "disjunction constant now, at t = 0")
compute_halving = _symbol(
    "compute_halving", r"T_{\mathrm{c}}", "time in which the compute energy halves", "year", interval="(0, inf]"
)
transport_halving = _symbol(
    "transport_halving", r"T_{\mathrm{t}}", "time in which the transport energy halves", "year", interval="(0, inf]"
)
reuse_doubling = _symbol(
    "reuse_doubling", r"T_u", "time in which the operations per operand double", "year", interval="(0, inf]"
)
paid_ratio = _symbol("paid_ratio", r"\xi", "transport over all other energy at the distance of the day")
gain_rate = _symbol("gain_rate", r"v", "rate of the gain in operations per joule", "1/year", interval=FINITE)
