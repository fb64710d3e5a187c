"""Processing in memory, predicted before it is compared, under every reasonable choice.

`reports` says what was reported and what each report admits; `inputs` what a row brings; `prediction` predicts under one
specification; `multiverse` scores all of them; `everywhere` predicts one row under all. [extension]
"""

from datagravity.pim.everywhere import Everywhere, predict
from datagravity.pim.inputs import MEMORIES, Input, prior_gd
from datagravity.pim.multiverse import (
    CHOICES,
    FEWEST_ORIGINS,
    by_option,
    chance,
    forecasts,
    multiverse,
    power_curve,
    predicted,
    samples,
    shares,
    spread_shares,
    told_apart,
)
from datagravity.pim.prediction import (
    LEVEL,
    PREDICTING,
    Prediction,
    beta_from_share,
    ceiling,
    implied_products,
    path_saving,
    predict_pim,
    specification,
    system_saving,
)
from datagravity.pim.reports import (
    FILTERS,
    SCOPE_GROUPS,
    compared,
    ladders,
    losses,
    not_usable,
    published_shares,
    reports,
    scope_group,
    why_not_usable,
)

__all__ = [
    "CHOICES",
    "FEWEST_ORIGINS",
    "FILTERS",
    "LEVEL",
    "MEMORIES",
    "PREDICTING",
    "SCOPE_GROUPS",
    "Everywhere",
    "Input",
    "Prediction",
    "beta_from_share",
    "by_option",
    "ceiling",
    "chance",
    "compared",
    "forecasts",
    "implied_products",
    "ladders",
    "losses",
    "multiverse",
    "not_usable",
    "path_saving",
    "power_curve",
    "predict",
    "predict_pim",
    "predicted",
    "prior_gd",
    "published_shares",
    "reports",
    "samples",
    "scope_group",
    "shares",
    "specification",
    "spread_shares",
    "system_saving",
    "told_apart",
    "why_not_usable",
]
