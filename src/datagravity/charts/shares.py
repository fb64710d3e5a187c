"""The charts of the chapter on the share theorem and the virial rule."""

from sympy import Float

from datagravity import symbolic
from datagravity.charts.controls import slider
from datagravity.charts.curves import Axis, law_chart, level_line
from datagravity.symbolic import beta


def reading_of_a_share():
    """Beta from a measured transport share, with and without constant energy."""
    return law_chart(
        reading_of_a_share,
        {
            "virial rule": symbolic.virial_beta,
            "constant energy known": symbolic.corrected_virial_beta,
        },
        Axis("measured share of movement", 0, 1, symbolic.measured_share, ticks=(0, 0.25, 0.5, 0.75, 1), format="%"),
        Axis("beta", 1, 3, ticks=(1, 1.5, 2, 2.5, 3)),
        parameters=[
            slider("constant_share", "constant, not movement", 0, 0.45, 0.05, 0.2),
            slider("booked_share", "constant, booked as movement", 0, 0.45, 0.05, 0),
        ],
        title="What a measured share says about beta",
        subtitle="If, and only if, the system is optimally placed.",
        description=(
            "Line chart of beta against the measured share of movement. The virial rule is a straight line from three "
            "to one. Constant energy that is not booked as movement gives a lower beta at the same share; constant "
            "energy that is booked as movement gives a higher one. Sliders set both shares."
        ),
    )


def two_readings(share, saving, sources=()):
    """The saving that the share theorem allows at one measured share, against beta, and a reported saving.

    Parameters
    ----------
    share : measured transport share of the system as built, in (0, 1)
    saving : reported factor between the system as built and an improved one
    sources : keys of the sources of both
    """
    at_share = {symbolic.transport_share: Float(share, 6)}
    return law_chart(
        two_readings,
        {"saving at the measured share": symbolic.saving_from_share.subs(at_share)},
        Axis("beta", 1, 3, beta, ticks=(1, 1.5, 2, 2.5, 3)),
        Axis("saving", 1, 3, ticks=(1, 1.5, 2, 2.5, 3)),
        layers=[
            level_line(Float(saving, 6), "reported saving", "reported"),
            level_line(symbolic.amdahl_bound.subs(at_share), "movement for free"),
        ],
        means={"saving at the measured share": "saving"},
        title="One share, one saving, two betas",
        subtitle=["Green: the reported saving. Grey: movement for free.", "Curve at 1: the system is optimal already."],
        description=(
            "Line chart of the saving that the share theorem allows at the measured share of movement, against beta. "
            "The curve touches one at the beta for which the measured system is already optimal. Dotted lines mark the "
            "reported saving and Amdahl's bound."
        ),
        sources=sources,
    )
