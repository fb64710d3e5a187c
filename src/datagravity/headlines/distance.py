"""The numbers of the chapter on energy and distance."""

import math

import numpy as np
import pandas as pd

from datagravity import distance as dist
from datagravity.evidence import load
from datagravity.headlines import extension, quoted
from datagravity.headlines.placement import dram_gd
from datagravity.intervals import text
from datagravity.law import asymptotic_saving


def _energy():
    return load("energy").set_index("id")


def which_rows():
    """How many rows can tell, and how many are linear by definition."""
    pool = dist.pool()
    return {
        "per_mm": extension((dist.not_fitted()["reason"] == dist.PER_MM).sum(), "rows"),
        "rows_used": extension(len(dist.points()), "rows"),
        "with_distance": extension(len(pool), "rows"),
        "sources_used": extension(pool["source_group"].nunique(), "sources"),
    }


def mesh_as_a_power():
    """The bare exponent of the mesh, on the middles of its ranges and on its means."""
    mesh = dist.series(dist.MESH)
    middles = dist.power_line(mesh)
    per_byte = _energy().loc[mesh["id"], "energy_mean_pj"].to_numpy(float)
    means = dist.power_line(mesh.assign(pj_per_bit=per_byte / 8))
    wide = middles.interval(0.95)
    return {
        "mesh_a": extension(middles.slope),
        "mesh_error": extension(middles.slope_error),
        "mesh_low": extension(wide.low),
        "mesh_high": extension(wide.high),
        "mesh_means": extension(means.slope),
        "mesh_error_means": extension(means.slope_error),
    }


def mesh_by_card():
    """The bare exponent of each card, and with the two cards drawn again."""
    cards = {card: dist.mesh_by_card(card) for card in ("a2", "a3")}
    both = pd.concat([frame.assign(card=card) for card, frame in cards.items()])
    again = dist.bootstrap(both, cluster="card")
    return {
        "card_a2": extension(dist.power_line(cards["a2"]).slope),
        "card_a3": extension(dist.power_line(cards["a3"]).slope),
        "cards_low": extension(again.low),
        "cards_high": extension(again.high),
    }


def mesh_as_fixed_and_linear():
    """The fixed and the linear cost of the mesh, and the exponents found where they are equal and farther out."""
    line = dist.affine_line(dist.series(dist.MESH))
    half = line.intercept / line.slope
    return {
        "fixed_byte": extension(8 * line.intercept, "pJ/byte"),
        "per_mm_byte": extension(8 * line.slope, "pJ/byte/mm"),
        "per_mm_bit": extension(1000 * line.slope, "fJ/bit/mm"),
        "half": extension(half, "mm"),
        "around_half": extension(dist.local_exponent(half, line.intercept, line.slope)),
        "around_far": extension(dist.local_exponent(4 * half, line.intercept, line.slope)),
    }


def fixed_share():
    """The share of the mesh's energy that does not depend on distance, at four distances."""
    lengths = dist.series(dist.MESH)["distance_mm"]
    round_trip = load("distances").set_index("id").loc["D09", "distance_high_mm"]
    phi = dist.fixed_share()
    return {
        "middle": extension(math.exp(np.log(lengths).mean()), "mm"),
        "phi": extension(text(phi)),
        "phi_value": extension(phi.value),
        "phi_near": extension(dist.fixed_share(lengths.min()).value),
        "phi_far": extension(dist.fixed_share(lengths.max()).value),
        "round_trip": extension(round_trip, "mm"),
        "phi_beyond": extension(dist.fixed_share(round_trip).value),
    }


def doubts_about_the_mesh():
    """The fixed share of another operation, how far the two forms are apart, and what else changes with distance."""
    mesh, energy = dist.series(dist.MESH), _energy()
    remote = energy.loc["P127"]
    growing = 8 * dist.affine_line(mesh).slope * remote["distance_mm"]
    aicc = {form: dist.fit(mesh, form).aicc for form in ("power", "affine")}
    rates = energy.loc[mesh["id"], "aggregate_gb_s"].astype(float)
    return {
        "phi_remote": extension(1 - growing / remote["energy_mean_pj"]),
        "aicc_gap": extension(aicc["power"] - aicc["affine"]),
        "rate": extension(np.corrcoef(mesh["distance_mm"], rates)[0, 1]),
    }


def nine_series():
    """Bare exponents of the other series, and what errors in the distances would change."""
    series = dist.exponents().set_index("series")
    copied = _energy().loc[["P081", "P082", "P083"]].rename(columns={"energy_pj_per_bit_low": "pj_per_bit"})
    rise = series["if_distances_err"] / series["exponent"] - 1
    return {
        "a_wires": extension(series.loc["wires, budget of 2010", "exponent"]),
        "a_links": extension(series.loc["links by class", "exponent"]),
        "a_sram45": extension(series.loc["SRAM, 45 nm", "exponent"]),
        "a_sram7": extension(series.loc["SRAM, 7 nm", "exponent"]),
        "a_gpu": extension(series.loc["A100, three levels", "exponent"]),
        "a_copy": extension(dist.power_line(copied).slope),
        "rise": extension(100 * rise.max(), "%"),
    }


def two_readings():
    """What the exponents would save if they were beta itself, and if they were beta less one."""
    gd = dram_gd()
    series = dist.exponents().set_index("series")
    beta_a, beta_b = series["beta_reading_a"], series["beta_reading_b"]
    return {
        "gd": quoted(gd),
        "mesh_a_saving": extension(gd ** ((beta_a[dist.MESH] - 1) / 2)),
        "wires_a": extension(gd ** ((beta_a["wires, budget of 2010"] - 1) / 2)),
        "mesh_b_saving": extension(asymptotic_saving(gd, beta_b[dist.MESH])),
        "beta_b_low": extension(beta_b.min()),
        "beta_b_high": extension(beta_b.max()),
    }


def exponents_across_sources():
    """One curve through all rows with a distance: its exponent, and those on and off the chip."""
    pool = dist.pool()
    broken = dist.fit(pool, "broken")
    return {
        "pooled": extension(text(dist.fit(pool, "power").exponent())),
        "again": extension(text(dist.bootstrap(pool))),
        "on_chip": extension(text(broken.exponent())),
        "off_chip": extension(text(broken.exponent(off_chip=True))),
    }


def forms_across_sources():
    """By what factor each form errs on a source that it has not met, and the weight of the break."""
    forms = dist.comparison(dist.pool()).set_index("form")
    error, reviewed = forms["left_out_error"], dist.pool(include_grey=False)
    weights = dist.akaike_weights(pd.Series({form: dist.fit(reviewed, form).aicc for form in dist.FORMS}))
    return {
        "error_broken": extension(error["broken"]),
        "error_power": extension(error["power"]),
        "error_affine": extension(error["affine"]),
        "error_constant": extension(error["constant"]),
        "weight_broken": extension(100 * forms.loc["broken", "weight"], "%"),
        "weight_reviewed": extension(100 * weights["broken"], "%"),
    }


def next_machine():
    """The exponent of a machine that is not in the table."""
    further = text(dist.exponent())
    return {
        "origins": extension(dist.exponents()["origin"].nunique(), "origins"),
        "next_a": extension(further),
        "next_range": extension(further.split("(")[1].rstrip(")")),
        "mean_a": extension(text(dist.exponent(of_mean=True))),
        "grey_a": extension(text(dist.exponent(include_grey=False))),
        "stated_a": extension(text(dist.exponent(include_proxies=False))),
        "marginal": extension(dist.marginal_exponent().value),
    }


PARTS = (
    which_rows,
    mesh_as_a_power,
    mesh_by_card,
    mesh_as_fixed_and_linear,
    fixed_share,
    doubts_about_the_mesh,
    nine_series,
    two_readings,
    exponents_across_sources,
    forms_across_sources,
    next_machine,
)
