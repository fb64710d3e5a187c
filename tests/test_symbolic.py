"""The formulas: identities that sympy proves, limits, and the three forms generated from one expression."""

import ast
import json
import re
from pathlib import Path

import mpmath
import numpy as np
import pytest
import sympy as sp
import vl_convert

from datagravity import symbolic as sym
from datagravity.compiled import latex, notation_table, numpy_function, vega_expression
from datagravity.site.renderer import VEGALITE_VERSION
from datagravity.symbolic import MODELS, A, B, C, G_d, beta, p, q, r

# beta = 1 + 2 lambda with lambda = x / (1 + x): any positive x is a beta in (1, 3), which lets sympy split logarithms.
x = sp.Symbol("x", positive=True)
BETA = (1 + 3 * x) / (1 + x)
LAMBDA = x / (1 + x)


def is_zero(expression):
    """Whether sympy proves an expression zero, with beta replaced as above."""
    expression = expression.subs(beta, BETA)
    expression = sp.expand_log(sp.simplify(sp.together(expression)), force=True)
    return sp.simplify(sp.powsimp(sp.expand(expression), force=True)) == 0


def log_is_zero(expression):
    """Whether sympy proves that a positive expression is 1, by its logarithm."""
    factored = sp.factor(sp.powdenest(sp.simplify(expression.subs(beta, BETA)), force=True))
    return sp.simplify(sp.expand(sp.expand_log(sp.log(factored), force=True))) == 0


def slope(expression, variable=r):
    return variable * sp.diff(expression, variable)


# --- The two-term theorem and the models -----------------------------------------------------------------------------


def test_two_terms_are_strictly_convex_in_the_logarithm_of_distance():
    assert sp.expand(slope(slope(sym.two_terms))).is_positive


def test_two_terms_are_stationary_at_their_optimum_and_reach_the_minimum_there():
    optimum = sym.two_terms_distance
    balance = (p * A * r**p / (q * B * r ** (-q))).subs(r, optimum)
    assert sp.powsimp(sp.powdenest(sp.expand_power_base(balance)), force=True).simplify() == 1
    assert sp.simplify(slope(sym.two_terms) - (p * A * r**p - q * B * r ** (-q))) == 0
    ratio = (sym.two_terms.subs(r, optimum) - C) / (sym.two_terms_minimum - C)
    values = {A: sp.Rational(7, 3), B: sp.Rational(2, 5), C: 3, p: sp.Rational(3, 7), q: sp.Rational(5, 4)}
    assert sp.N(ratio.subs(values), 60) == pytest.approx(1, abs=1e-50)


@pytest.mark.parametrize("share", [0, sym.fixed_share])
def test_models_read_as_stated(share):
    transport = G_d * (share + (1 - share) * r ** (beta - 1))
    proximity = r ** (beta - 3)
    assert sp.expand(sym.energy("tile", share) - transport - proximity) == 0
    patch = transport / (beta - 1) + proximity / (3 - beta)
    assert sp.simplify(sym.energy("patch", share) - patch) == 0
    assert sp.simplify((sym.energy("tile", share) - sym.energy("patch", share)).subs(beta, 2)) == 0


@pytest.mark.slow
@pytest.mark.parametrize("share", [0, sym.fixed_share])
@pytest.mark.parametrize("model", MODELS)
def test_optimal_distance_is_stationary(model, share):
    # r^2 dE/dr / r^(beta-2) is linear in r^2, so its zero can be read off exactly.
    gradient = sp.expand(sp.powsimp(sp.expand(slope(sym.energy(model, share)) * r ** (3 - beta))))
    assert sp.simplify(gradient.subs(r, sym.optimal_distance(model, share))) == 0


@pytest.mark.parametrize("model", MODELS)
def test_saving_is_energy_built_over_energy_at_the_optimum(model):
    saving = sym.saving(model, sym.fixed_share)
    energy = sym.energy(model, sym.fixed_share)
    ratio = energy.subs(r, 1) / energy.subs(r, sym.optimal_distance(model, sym.fixed_share)) / saving
    for values in ({G_d: 992, beta: sp.Rational(5, 2)}, {G_d: sp.Rational(1, 7), beta: sp.Rational(11, 10)}):
        for share in (0, sp.Rational(1, 3), sp.Rational(9, 10)):
            assert abs(sp.N(ratio.subs(values).subs(sym.fixed_share, share) - 1, 50)) < 1e-40


@pytest.mark.slow
def test_saving_in_closed_form():
    entropy_power = LAMBDA**LAMBDA * (1 - LAMBDA) ** (1 - LAMBDA)
    assert log_is_zero(sym.saving("tile") / ((G_d + 1) * entropy_power / G_d ** (1 - LAMBDA)))
    patch = (1 - LAMBDA) * G_d**LAMBDA + LAMBDA * G_d ** (LAMBDA - 1)
    assert is_zero(sym.saving("patch") / patch - 1)


def test_inward_pays_above_the_threshold():
    assert sp.simplify(sym.inward_threshold("tile") - (3 - beta) / (beta - 1)) == 0
    assert sym.inward_threshold("patch") == 1


def test_unknown_model_is_named():
    with pytest.raises(ValueError, match=r"model: 'tiles', expected one of 'tile', 'patch'"):
        sym.energy("tiles")


@pytest.mark.parametrize("name", ["saving", "energy", "optimal_distance", "built_share", "turning_beta", "end_savings"])
def test_an_argument_that_cannot_be_kept_is_named(name):
    with pytest.raises(ValueError, match=r"model: \['tile'\], expected a name, a number or an expression"):
        getattr(sym, name)(["tile"])
    with pytest.raises(ValueError, match=r"fixed_share: \[0.5\], expected a name"):
        sym.saving("tile", fixed_share=[0.5])


# --- The share theorem, the virial rule, flatness --------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize("model", MODELS)
def test_share_theorem_gives_the_saving_of_both_models(model):
    from_share = sym.saving_from_share.subs(sym.transport_share, sym.built_share(model))
    assert log_is_zero(sp.simplify(from_share.subs(beta, BETA)) / sym.saving(model))


@pytest.mark.parametrize("model", MODELS)
def test_built_share_is_transport_over_energy(model):
    assert sp.simplify((sym.transport(model) / sym.energy(model)).subs(r, 1) - sym.built_share(model)) == 0


@pytest.mark.slow
@pytest.mark.parametrize("model", MODELS)
def test_virial_rule(model):
    share = sp.simplify((sym.transport(model) / sym.energy(model) * r**2).subs(beta, BETA))
    share = sp.simplify(share.subs(r, sym.optimal_distance(model).subs(beta, BETA)) / sym.optimal_distance(model) ** 2)
    assert sp.simplify((share - sym.optimal_share).subs(beta, BETA)) == 0


def test_share_theorem_with_many_terms_two_variables_and_a_constant():
    u, v = sp.symbols("u v", positive=True)
    # Chosen so that (1, 1) is stationary: the exponents balance in each variable.
    terms = [2 * u**3 * v, 3 * u**-2 * v, 5 * v**-1, sp.Integer(4)]
    total = sp.Add(*terms)
    optimum = {u: 1, v: 1}
    assert [sp.diff(total, variable).subs(optimum) for variable in (u, v)] == [0, 0]
    for point in ({u: 2, v: sp.Rational(1, 3)}, {u: sp.Rational(5, 7), v: 4}):
        best = [(term / total).subs(optimum) for term in terms]
        now = [(term / total).subs(point) for term in terms]
        exact = total.subs(point) / total.subs(optimum)
        assert abs(sp.N(sym.share_theorem(best, now) / exact - 1, 40)) < 1e-30
        assert abs(sp.N(sp.exp(sym.relative_entropy(best, now)) / exact - 1, 40)) < 1e-30


@pytest.mark.parametrize("model", MODELS)
def test_excess_energy_is_the_same_for_every_gd_and_model(model):
    at_ratio = sym.energy(model).subs(r, sym.distance_ratio * sym.optimal_distance(model))
    excess = at_ratio * sym.saving(model) / sym.energy(model).subs(r, 1) / sym.excess_energy
    for values in ((sp.Rational(1, 9), sp.Rational(5, 4), 3), (992, sp.Rational(14, 5), sp.Rational(1, 6))):
        numbers = dict(zip((G_d, beta, sym.distance_ratio), values, strict=True))
        assert abs(sp.N(excess.subs(numbers) - 1, 50)) < 1e-40
    rho = sym.distance_ratio
    cosh = sp.cosh(sp.log(rho)).rewrite(sp.exp)
    assert sp.simplify(sym.excess_energy.subs(beta, 2) - cosh) == 0


# --- The two models are one; bounds and limits -----------------------------------------------------------------------


@pytest.mark.slow
def test_patch_saves_what_tile_saves_at_the_equivalent_gd():
    tile = sym.saving("tile").subs(G_d, sym.equivalent_tile_gd)
    assert log_is_zero(sp.simplify(tile.subs(beta, BETA)) / sym.saving("patch"))


@pytest.mark.slow
@pytest.mark.parametrize("model", MODELS)
def test_duality(model):
    mirrored = sym.saving(model).subs({G_d: 1 / G_d, beta: 4 - beta}, simultaneous=True)
    assert log_is_zero(sp.simplify(mirrored.subs(beta, BETA)) / sym.saving(model))


def test_path_saving_of_patch_is_the_abstract_factor():
    transport = sym.transport("patch")
    path = transport.subs(r, 1) / transport.subs(r, sym.optimal_distance("patch"))
    assert sp.simplify(sp.powdenest(path, force=True) / sym.asymptotic_saving) == 1


def test_tile_prefactor_tends_to_the_entropy_power():
    ratio = sp.simplify(sym.saving("tile") / sym.asymptotic_saving)
    expected = LAMBDA**LAMBDA * (1 - LAMBDA) ** (1 - LAMBDA)
    assert log_is_zero(sp.limit(sp.powsimp(ratio), G_d, sp.oo) / expected)


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("value", [sp.Rational(1, 5), sp.Integer(25), sp.Integer(992)])
def test_turning_point_and_ends(model, value):
    saving = sym.saving(model).subs(G_d, value)
    turn = sym.turning_beta(model).subs(G_d, value)
    assert abs(sp.N(sp.diff(saving, beta).subs(beta, turn), 50)) < 1e-40
    assert abs(sp.N(saving.subs(beta, turn) / sym.turning_saving(model).subs(G_d, value) - 1, 50)) < 1e-40
    for end, expected in zip((1, 3), sym.end_savings(model), strict=True):
        near = end + (2 - end) * sp.Float("1e-40", 80)
        assert abs(sp.N(saving.subs(beta, near) / sp.sympify(expected).subs(G_d, value) - 1, 60)) < 1e-35


def test_a_fixed_share_caps_the_saving():
    for model in MODELS:
        saving = sym.saving(model, sym.fixed_share).subs({beta: 2, sym.fixed_share: sp.Rational(1, 2)})
        assert sp.limit(saving, G_d, sp.oo) == 2


# --- The generated forms ---------------------------------------------------------------------------------------------

FORMS = {
    **{f"energy {m}": sym.energy(m, sym.fixed_share) for m in MODELS},
    **{f"optimal_distance {m}": sym.optimal_distance(m, sym.fixed_share) for m in MODELS},
    **{f"saving {m}": sym.saving(m, sym.fixed_share) for m in MODELS},
    **{f"built_share {m}": sym.built_share(m) for m in MODELS},
    "saving_from_share": sym.saving_from_share,
    "excess_energy": sym.excess_energy,
    "asymptotic_saving": sym.asymptotic_saving,
    "amdahl_bound": sym.amdahl_bound,
    "share_lower_bound": sym.share_lower_bound,
    "specht_bound": sym.specht_bound,
    "piecewise": sp.Piecewise((G_d**2, beta < 2), (sp.sqrt(r), True)),
}
SYMBOLS = (r, G_d, beta, sym.fixed_share, sym.transport_share, sym.distance_ratio)
GRID = [
    (0.03, 992.0, 1.2, 0.0, 0.627, 0.5),
    (0.5, 25.0, 2.5, 0.3, 0.1, 2.0),
    (1.0, 0.36, 2.0, 0.9, 0.99, 30.0),
    (7.0, 10400.0, 2.95, 0.51, 0.5, 1.0),
]


def evaluate_in_vega(expressions):
    """Each expression at each point of the grid, as Vega itself evaluates it: written as text into an SVG."""
    names = {symbol.name: f"datum.{symbol.name}" for symbol in SYMBOLS}
    parts = [f"toString({vega_expression(expression, **names)})" for expression in expressions]
    spec = {
        "data": {"values": [dict(zip((s.name for s in SYMBOLS), point, strict=True)) for point in GRID]},
        "transform": [{"calculate": " + '|' + ".join(parts), "as": "text"}],
        "mark": "text",
        "encoding": {"text": {"field": "text", "type": "nominal"}, "y": {"field": "r", "type": "nominal"}},
    }
    svg = vl_convert.vegalite_to_svg(json.dumps(spec), vl_version=VEGALITE_VERSION)
    rows = [row.split("|") for row in re.findall(r">([^<]*\|[^<]*)<", svg)]
    assert len(rows) == len(GRID)
    return np.array(rows, dtype=float)


@pytest.mark.slow
def test_sympy_numpy_and_vega_agree_on_one_grid():
    in_vega = evaluate_in_vega(FORMS.values())
    for column, (name, expression) in enumerate(FORMS.items()):
        in_numpy = np.broadcast_to(numpy_function(expression, *SYMBOLS)(*np.array(GRID).T), len(GRID))
        exact = [float(sp.N(expression.subs(dict(zip(SYMBOLS, point, strict=True))), 30)) for point in GRID]
        np.testing.assert_allclose(in_numpy, exact, rtol=1e-13, err_msg=name)
        np.testing.assert_allclose(in_vega[:, column], exact, rtol=1e-13, err_msg=name)


@pytest.mark.parametrize("model", MODELS)
def test_saving_is_accurate_at_the_edges_of_its_domain(model):
    saving = numpy_function(sym.saving(model, sym.fixed_share), G_d, beta, sym.fixed_share)
    exact = sp.lambdify((G_d, beta, sym.fixed_share), sym.saving(model, sym.fixed_share), "mpmath")
    edges = [*np.nextafter([1.0, 3.0], 2.0), 1 + 1e-12, 3 - 1e-12, 2.0, 1.5]
    with mpmath.workdps(60), np.errstate(all="raise", under="ignore"):
        for gd in (1e-300, 1e-16, 1e-6, 1.0, 992.0, 1e16, 1e300):
            for b in map(float, edges):
                for share in (0.0, 0.5, 0.999999):
                    expected = float(exact(mpmath.mpf(gd), mpmath.mpf(b), mpmath.mpf(share)))
                    assert saving(gd, b, share) == pytest.approx(expected, rel=1e-12)


def test_vega_expression_names():
    expression = sym.transport("tile")
    assert vega_expression(expression) == "G_d*pow(r, beta - 1)"
    assert vega_expression(expression, r="datum.r") == "G_d*pow(datum.r, beta - 1)"
    assert vega_expression(sp.Piecewise((r, r < 1), (1, True))) == "((r < 1) ? ( r ) : ( 1 ))"
    for expression in FORMS.values():
        assert "Math" not in vega_expression(expression)
        assert "\n" not in vega_expression(expression)


def test_vega_expression_refuses_what_it_cannot_do():
    with pytest.raises(ValueError, match="name: 'R', expected the name of a symbol"):
        vega_expression(sym.energy(), R="datum.r")
    with pytest.raises(ValueError, match="expected one that Vega can evaluate"):
        vega_expression(sp.zeta(r))


def test_numpy_function_names_what_is_missing():
    with pytest.raises(ValueError, match=r"symbols: \[G_d\], expected also beta, r"):
        numpy_function(sym.energy("tile"), G_d)
    assert numpy_function(sym.energy("tile"), r, G_d, beta) is numpy_function(sym.energy("tile"), r, G_d, beta)


def test_every_symbol_is_ascii_and_in_the_table_of_notation_and_positive_unless_its_sign_matters():
    used = set().union(*(expression.free_symbols for expression in FORMS.values()), sym.two_terms.free_symbols)
    used |= sym.workload_disjunction_constant.free_symbols | sym.disjunction_constant.free_symbols
    assert used <= set(sym.NOTATION)
    table = notation_table()
    assert len(table.splitlines()) == len(sym.NOTATION) + 2
    letters = [entry.latex for entry in sym.NOTATION.values()]
    assert len(set(letters)) == len(letters), "no two symbols are printed alike"
    for symbol, entry in sym.NOTATION.items():
        assert symbol.name.isascii()
        assert symbol.name.isidentifier()
        assert symbol.is_positive or (symbol.is_real and entry.interval.startswith("(-inf"))
        assert f"| ${entry.latex}$ | `{symbol.name}` | {entry.meaning} | {entry.unit} |" in table


def test_latex_uses_the_notation():
    assert latex(sym.energy("tile", sym.fixed_share)) == (
        r"G_d \left(\phi + r^{\beta - 1} \left(1 - \phi\right)\right) + r^{\beta - 3}"
    )
    assert latex(sp.Eq(sym.saving_factor, sym.asymptotic_saving)) == r"S = G_d^{\frac{\beta}{2} - \frac{1}{2}}"


# --- One idea a file -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("file", sorted(sym.FORMULAS))
def test_each_formula_comes_from_the_file_that_builds_it(file):
    source = Path(sym.__file__).with_name(f"{file}.py").read_text(encoding="utf-8")
    built = set()
    for node in ast.parse(source).body:
        built |= {target.id for target in node.targets} if isinstance(node, ast.Assign) else set()
        built |= {node.name} if isinstance(node, ast.FunctionDef) else set()
    assert {name for name in built if not name.startswith("_")} == set(sym.FORMULAS[file].split())


@pytest.mark.slow
def test_every_name_is_there_and_no_other():
    names = [name for names in sym.FORMULAS.values() for name in names.split()]
    names += [symbol.name for symbol in sym.NOTATION]
    assert len(set(names)) == len(names), "no formula bears the name of a symbol or of another formula"
    for name in names:
        assert name in dir(sym)
        assert getattr(sym, name) is not None
    for symbol in sym.NOTATION:
        assert getattr(sym, symbol.name) is symbol
    with pytest.raises(AttributeError, match=r"module 'datagravity.symbolic' has no attribute 'savings'"):
        sym.savings  # noqa: B018
