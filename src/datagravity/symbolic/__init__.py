"""Every formula of the book, once, as a sympy expression.

The LaTeX that the pages print, the numpy functions of `datagravity.law` and the expressions behind the sliders are all
generated from here (see `datagravity.compiled`), so that they cannot differ. Each formula carries one of three labels
(a value that a third party quotes from the paper carries a fourth, quoted; no formula is one):

* abstract: arXiv:2603.26053 states it in its abstract;
* reconstruction: a model of ours from which the abstract's statement follows (the paper's own is not known to us);
* extension: it goes past the paper.

Energies are in units of the compute energy of one operation, distances in units of the distance of the system as
built, so that r = 1 is the system as built and r < 1 is closer to the data.

Symbols and formulas are attributes of this package, as in `symbolic.G_d` and `symbolic.saving("tile")`; the file that
builds one is read when it is first asked for.

Examples
--------
>>> from datagravity import symbolic
>>> symbolic.asymptotic_saving
G_d**(beta/2 - 1/2)
>>> symbolic.energy("tile").subs(symbolic.r, 1)
G_d + 1
>>> symbolic.NOTATION[symbolic.G_d].interval
'(0, inf)'
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # for tools that read the package without running it
    from datagravity.symbolic.assumptions import *  # noqa: F403
    from datagravity.symbolic.gravity import *  # noqa: F403
    from datagravity.symbolic.law import *  # noqa: F403
    from datagravity.symbolic.notation import *  # noqa: F403
    from datagravity.symbolic.plateau import *  # noqa: F403
    from datagravity.symbolic.programs import *  # noqa: F403
    from datagravity.symbolic.staircase import *  # noqa: F403
    from datagravity.symbolic.systems import *  # noqa: F403
    from datagravity.symbolic.token import *  # noqa: F403

#: File -> what it builds. The symbols are all in `notation`.
FORMULAS = {
    "law": """
        two_terms two_terms_distance two_terms_minimum share_theorem relative_entropy disjunction_constant
        workload_disjunction_constant both_energies larger_energy saving_exponent asymptotic_saving MODELS transport
        proximity energy optimal_distance saving built_share optimal_share saving_from_share excess_energy
        amdahl_bound share_lower_bound specht_bound equivalent_tile_gd inward_threshold turning_beta turning_saving
        end_savings level_energy virial_beta corrected_virial_beta
    """,
    "assumptions": """
        rent_terminals_per_site rent_beta reuse_energy reuse_saving_exponent bounded_energy bounded_saving
        overlapped_energy overlapped_saving weighted_energy full_bill full_saving shared_wires_energy
        shared_wires_saving shared_wires_ceiling unicast_energy fixed_place_energy fixed_place_exponent
        fixed_place_count_cost nearest_saving nearest_bound worst_distance_ratio level_loss even_level_ratio
        free_level_ratio dimension_energy dimension_exponent dimension_least_energy flatness_bound wrong_beta_cost
        count_cost best_places
    """,
    "programs": """
        bent_power bent_power_limit bent_power_bill bent_power_distance bent_power_minimum bent_power_end
        four_places_ratio same_wires_energy same_wires_saving saving_ceiling priced_places_energy
        rent_need rent_traffic rent_exponent_of_bytes priced_exponent rising_exponent
    """,
    "staircase": """
        boundary_exponent crossed_boundaries staircase_sum staircase_energy staircase_bounds staircase_power
        staircase_exponent wired_energy meeting_reach crossing_probability plane_energy plane_bounds
        steep_plane_bounds
    """,
    "gravity": """
        information_mass path_energy path_pull potential pull neutral_ratio neutral_point two_body_energy
        saving_over_light saving_over_heavy saving_over_heavy_bound triangle_centre_energy triangle_corner_energy
        triangle_threshold
    """,
    "token": """
        weight_bytes kv_bytes link_bytes token_flop prompt_flop weight_energy kv_energy arithmetic_energy prompt_energy
        weight_seconds kv_seconds arithmetic_seconds prompt_seconds link_seconds layer_seconds host_seconds
        token_seconds standing standing_energy token_energy token_disjunction_constant
    """,
    "systems": """
        amdahl_gain amdahl_limit matrix_weights full_cached_numbers full_attention_cache_ratio cache_gain weights_time
        overlap_gain turns_gain overlap_limit traffic_gain conversion_gain round_trip_gain lossless_gain
        quadratic_gain passes_gain power_ratio page_gain depth_gain heads_gain block_share state_share reload_gain
        waiting_gain busy_gain ratio_gain near_sparse_gain link_gain shipping_cover mean_power items_per_joule
        recompute_pj_per_bit
    """,
    "plateau": """
        rate_limit gap_growth gd_after crossing_year mean_rate logistic_rate realigned_rate distance_halving
        realigned_from realigned_until realigned_distance realigned_ratio fixed_gain realigned_gain
    """,
}
_HOMES = {name: file for file, names in FORMULAS.items() for name in names.split()}


def __getattr__(name):
    """A symbol or a formula, from its file."""
    file = import_module(f"{__name__}.{_HOMES.get(name, 'notation')}")
    if name not in vars(file):
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    globals()[name] = found = getattr(file, name)
    return found


def __dir__():
    """Every symbol and formula."""
    from datagravity.symbolic.notation import NOTATION

    return sorted({*globals(), "NOTATION", "SYMBOLS", "Notation", *map(str, NOTATION), *_HOMES})
