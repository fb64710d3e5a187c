"""The law on real programs: a bill whose terms all travel over the same wires, and what closeness costs. [extension]

Transport is in units of the local transport of the program as built, so that r = 1, one place in the middle of all its
data, has transport 1. Energies are in units of the compute energy.
"""

from sympy import Rational, log

from datagravity.symbolic.notation import (
    G_d,
    closeness_exponent,
    exponent,
    first_step,
    least_transport,
    p,
    place_price,
    r,
    rent_exponent,
    reuse_exponent,
)

# --- The bent power --------------------------------------------------------------------------------------------------

#: [extension] What closeness costs: zero at one place, and a power of r only far from it. Not defined at q = 0.
bent_power = first_step * (r**-closeness_exponent - 1) / closeness_exponent
#: [extension] Its limit as q tends to 0.
bent_power_limit = -first_step * log(r)
#: [extension] Transport and closeness over transport as built: what multiplies G_d.
bent_power_bill = r**p + bent_power
#: [extension] The only distance at which `bent_power_bill` is stationary; its minimum if p + q > 0.
bent_power_distance = (first_step / p) ** (1 / (p + closeness_exponent))
#: [extension] `bent_power_bill` there.
bent_power_minimum = (1 + p / closeness_exponent) * bent_power_distance**p - first_step / closeness_exponent
#: [extension] Its limit as r tends to 0 if p > 0 and q < 0: all the way in.
bent_power_end = -first_step / closeness_exponent
#: [extension] `bent_power_bill` at the first step of a grid of tiles, k = 4: below 1 if that step pays.
four_places_ratio = bent_power_bill.subs(r, Rational(1, 2))

# --- The same wires --------------------------------------------------------------------------------------------------

#: [extension] The whole bill if all but compute is transport, at the number of places that needs the least of it.
same_wires_energy = 1 + G_d * least_transport
#: [extension] Its saving against one place.
same_wires_saving = (1 + G_d) / same_wires_energy
#: [extension] What that saving stays below for every G_d.
saving_ceiling = 1 / least_transport
#: [extension] The bill if each of the k = r^(-2) places has a price besides transport.
priced_places_energy = 1 + G_d * bent_power_bill + place_price * r**-2

# --- Needs that are alike at every distance --------------------------------------------------------------------------

#: [extension] How the need of a pair of sites falls with their distance, by Rent's rule.
rent_need = r ** (2 * rent_exponent - 4)
#: [extension] The traffic between sites farther apart than r: the integral of need times ring, from r to 1.
rent_traffic = bent_power.subs({first_step: 1, closeness_exponent: 2 - 2 * rent_exponent})
#: [extension] Rent's exponent from the bent power of bytes; it is one only between 0 and 1.
rent_exponent_of_bytes = 1 - closeness_exponent / 2
#: [extension] The exponent of the same traffic if a byte costs its distance to the power a.
priced_exponent = 2 - 2 * rent_exponent - exponent
#: [extension] The exponent of local transport if reuse grows with the area of a tile.
rising_exponent = exponent - 2 * reuse_exponent
