"""The charts of the chapter on where exponent and interval come from."""

from datagravity import symbolic
from datagravity.charts.controls import log_slider, slider
from datagravity.charts.curves import Axis, law_chart
from datagravity.symbolic import G_d, beta


def counterexamples():
    """The saving of the law at beta = 2, of bounded interaction weights, and of the larger term alone."""
    return law_chart(
        counterexamples,
        {
            "law": symbolic.saving("patch").subs(beta, 2),
            "larger term alone": symbolic.overlapped_saving.subs(beta, 2),
            "bounded weights": symbolic.bounded_saving,
        },
        Axis("G_d", 1, 1e6, G_d, logarithmic=True, ticks=(1, 100, 1e4, 1e6), format="~s"),
        Axis("saving at beta = 2", 1, 1e5, logarithmic=True, ticks=(1, 10, 100, 1e3, 1e4, 1e5), format="~s"),
        parameters=log_slider("core", "weights level off below", 0.001, 1, 0.1),
        title="Three laws with the same best distance",
        subtitle="One of them has another slope.",
        description=(
            "Line chart on logarithmic axes of the saving against the disjunction constant at beta two. The law and "
            "the law of the larger term alone rise with slope one half, a factor of two apart. Bounded interaction "
            "weights follow the law at first and then rise with slope one. A slider sets where the weights level off."
        ),
        height=320,
    )


def moved_interval():
    """The exponent of the saving against beta: the law, Rent's rule, and reuse that grows with memory."""
    return law_chart(
        moved_interval,
        {
            "law": symbolic.saving_exponent,
            "Rent": symbolic.saving_exponent.subs(beta, symbolic.rent_beta),
            "reuse": symbolic.reuse_saving_exponent,
        },
        Axis("beta", 1, 5, beta, ticks=(1, 2, 3, 4, 5)),
        Axis("exponent of the saving", 0, 1, ticks=(0, 0.25, 0.5, 0.75, 1)),
        parameters=[
            slider("rent_exponent", "Rent exponent", 0.5, 1, 0.05, 0.65),
            slider("reuse_exponent", "reuse ~ memory to the", 0, 0.9, 0.05, 0.5),
        ],
        title="What moves the interval",
        subtitle="Each line ends where its exponent leaves (0, 1).",
        description=(
            "Line chart of the exponent of the saving against beta. The law rises from zero at beta one to one at beta "
            "three. Rent's rule moves the whole line to the right. Reuse that grows with local memory makes it start "
            "later and rise more steeply to the same end. Sliders set the Rent exponent and the exponent of reuse."
        ),
    )
