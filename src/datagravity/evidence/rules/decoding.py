"""Rules of the tables `llm` and `measured_inference`."""

# How far a measured energy may lie from measured power over throughput, and joules from watt-hours.
MEASURED_ROUNDING = 2e-2


def experts_together(row):
    """A mixture says how many experts it has and how many a token uses; a cached head is one of the heads."""
    if (row["n_experts"] is None) != (row["experts_per_token"] is None):
        yield "experts_per_token", "a value exactly where n_experts has one"
    if row["n_experts"] and row["experts_per_token"] and row["experts_per_token"] > row["n_experts"]:
        yield "experts_per_token", f"at most {row['n_experts']}, the experts there are"
    if row["kv_heads"] and row["heads"] and row["kv_heads"] > row["heads"]:
        yield "kv_heads", f"at most {row['heads']}, the heads there are"


def energies_agree(row):
    """Power over throughput is the energy of a token, and a watt-hour is 3600 joules, both to two per cent."""
    power, throughput, energy = row["avg_power_w"], row["throughput_tok_s"], row["j_per_output_token"]
    if power and throughput and energy and abs(energy * throughput / power - 1) > MEASURED_ROUNDING:
        yield "j_per_output_token", f"about {power / throughput:.4g}, which is {power:g} W over {throughput:g} a second"
    joules, hours = row["j_per_request"], row["wh_per_request"]
    if joules and hours and abs(joules / (3600 * hours) - 1) > MEASURED_ROUNDING:
        yield "wh_per_request", f"about {joules / 3600:.4g}, which is {joules:g} J"


RULES = {"llm": [experts_together], "measured_inference": [energies_agree]}
