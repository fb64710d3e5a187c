"""The share theorem and the virial rule: what one measured share says about beta, and what it does not."""

import math

import numpy as np
from scipy.optimize import minimize

from datagravity import distance, law, symbolic
from datagravity.evaluate import evaluate
from datagravity.evidence import load
from datagravity.headlines import extension
from datagravity.pim import ceiling


def near_optimum():
    """How far beta may be from the virial rule's if the energy is at most five per cent above the least."""
    return {"shares_within": extension(math.sqrt(2 * math.log(1.05)))}


def measured():
    """The transport share of consumer devices and the factor simulated for them, as their source reports both."""
    pim = load("pim").set_index("id")
    return float(pim.loc["P068", "value_low"]), float(pim.loc["P066", "energy_factor_low"])


def virial_beta(share):
    """Beta as the virial rule reads it off a share."""
    return evaluate("beta", symbolic.virial_beta, measured_share=share)


def two_readings():
    """The same devices read as optimal and as improved, and how much of Amdahl's bound the factor uses."""
    share, factor = measured()
    most = ceiling(share)
    return {
        "shares_share": extension(share),
        "shares_factor": extension(factor),
        "shares_optimal": extension(virial_beta(share)),
        "shares_improved": extension(law.implied_beta(factor, share / (1 - share))),
        "shares_ceiling": extension(most),
        "shares_used": extension(math.log(factor) / math.log(most)),
    }


def measured_exponents():
    """The series of the least and of the greatest beta, and what the best place then saves at that share."""
    betas = distance.exponents().set_index("series")["beta_reading_b"]
    low, high = betas.min(), betas.max()
    share, _ = measured()
    return {
        "shares_low_series": extension(betas.idxmin()),
        "shares_high_series": extension(betas.idxmax()),
        "shares_low": extension(low),
        "shares_high": extension(high),
        "shares_outward": extension(law.saving_from_share(share, low)),
        "shares_inward": extension(law.saving_from_share(share, high)),
    }


def problem():
    """70 % transport, 20 % proximity, 10 % constant, beta = 2: the saving, a careless one, and beta from the share."""
    pie, powers = np.array([0.7, 0.2, 0.1]), np.array([1.0, -1.0, 0.0])
    found = minimize(lambda x: pie @ np.exp(powers * x), [0.0], tol=1e-12)
    share_there = pie[0] * np.exp(found.x[0]) / found.fun
    return {
        "right": extension(1 / found.fun),
        "careless": extension(law.saving_from_share(pie[0], 2.0)),
        "returned": extension(virial_beta(share_there)),
    }


PARTS = (near_optimum, two_readings, measured_exponents, problem)
