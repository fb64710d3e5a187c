"""Where exponent and interval come from: what Rent's rule takes off the saving on the path."""

import sympy as sp

from datagravity import law, symbolic
from datagravity.headlines import extension
from datagravity.headlines.placement import at_dram
from datagravity.symbolic import beta, rent_exponent


def rent():
    """The path's saving at the quoted G_d of DRAM with wiring of no locality and with that of random logic."""
    law_alone, random_logic = at_dram(), 0.65
    gd = law_alone["placement_gd"]
    return {
        "origins_gd": gd,
        "origins_rent": extension(random_logic),
        "origins_path_law": law_alone["placement_bare"],
        "origins_path_rent": extension(law.asymptotic_saving(gd.value, 2 - 2 * (1 - random_logic))),
        "origins_least_cost": extension(2 - 2 * random_logic),
    }


def problem():
    """Rent exponent 0.75, beta = 2 and G_d = 400: path, whole bill, and where the law ends."""
    moved = float(symbolic.rent_beta.subs({beta: 2, rent_exponent: 0.75}))
    end = sp.solve(symbolic.rent_beta.subs(beta, 2) - 1, rent_exponent)[0]
    return {
        "origins_path": extension(law.asymptotic_saving(400.0, moved)),
        "origins_whole": extension(law.saving(400.0, moved, model="patch")),
        "origins_end": extension(float(end)),
    }


PARTS = (rent, problem)
