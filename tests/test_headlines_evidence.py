"""The headlines of the chapters that rest on the tables: each part alone, and the cells that compute the same."""

import ast
import functools
import math
from importlib import import_module

import jupytext
import pytest

from conftest import ROOT
from datagravity.headlines import LABELS, TEXT, Headline, of

CHAPTERS = ("processors", "distance", "brains", "pim", "plateau", "token", "levers")
PARTS = {
    f"{chapter}-{part.__name__}": (chapter, part)
    for chapter in CHAPTERS
    for part in import_module(f"datagravity.headlines.{chapter}").PARTS
}
#: What a number of these chapters counts or measures in.
COUNTS = "memories operations origins pairs rows runs sequences series sources tests tokens"
MEASURES = "1 % J doublings/year fJ/bit/mm mm pJ/bit pJ/byte pJ/byte/mm years"
UNITS = {*COUNTS.split(), *MEASURES.split(), "powers of ten"}

whole = functools.cache(of)


@pytest.mark.parametrize(("chapter", "part"), PARTS.values(), ids=PARTS)
def test_a_part_stands_alone_and_says_what_it_gives(chapter, part):
    found = part()
    assert found
    for name, headline in found.items():
        assert isinstance(headline, Headline)
        assert headline == whole(chapter)[name], name
        assert headline.label in LABELS, name
        if isinstance(headline.value, str):
            assert headline.value, name
            assert headline.unit == TEXT, name
        else:
            assert math.isfinite(headline.value), name
            assert headline.unit in UNITS, name


def test_the_forms_of_the_chapter_on_distance_come_in_the_order_that_its_prose_gives():
    error = [whole("distance")[f"error_{form}"].value for form in ("broken", "power", "affine", "constant")]
    assert error == sorted(error)
    assert len(set(error)) == len(error)


def test_the_limit_of_the_flagships_is_above_zero_as_the_verdict_says():
    assert whole("plateau")["limit_low"].value > 0


def computed(chapter, expression):
    """The value of an expression at the end of a chapter, from the visible cells that it rests on and no others."""

    def names(tree, context):
        found = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and isinstance(node.ctx, context)}
        if context is ast.Store:
            imports = (node for node in ast.walk(tree) if isinstance(node, ast.Import | ast.ImportFrom))
            found |= {alias.asname or alias.name for node in imports for alias in node.names}
        return found

    needed, chosen, space = names(ast.parse(expression), ast.Load), [], {}
    for cell in reversed(jupytext.read(ROOT / "book" / f"{chapter}.md").cells):
        if cell.cell_type == "code" and "remove-cell" not in cell.metadata.get("tags", []):
            tree = ast.parse(cell.source)
            if names(tree, ast.Store) & needed:
                needed |= names(tree, ast.Load)
                chosen.append(tree)
    for tree in reversed(chosen):
        exec(compile(tree, chapter, "exec"), space)
    return eval(expression, space)


#: What readers see a cell compute, and prose prints: (chapter, headline) -> the expression after the cells.
SHOWN = {
    ("processors", "logic"): "logic.value",
    ("processors", "small_7"): "gd['P028']",
    ("processors", "int8_64"): "by_operation.set_index('operation').loc['INT8 multiply', 'gd']",
    ("processors", "large_factor"): "large['factor']",
    ("processors", "measured_low"): "measured['gd_matched_low'].min()",
    ("processors", "tabulated_matched"): "tabulated['gd_matched']",
    ("processors", "next_sram"): "next_sram",
    ("processors", "next_ddr"): "next_ddr",
    ("distance", "mesh_a"): "power.slope",
    ("distance", "middle"): "middle",
    ("distance", "phi_value"): "phi.value",
    ("distance", "rate"): "rate",
    ("distance", "rise"): "100 * (rise.max() - 1)",
    ("distance", "gd"): "gd",
    ("distance", "wires_a"): "saving.set_index('series').loc['wires, budget of 2010', 'saving_a']",
    ("distance", "mesh_b_saving"): "saving.set_index('series').loc[dist.MESH, 'saving_b']",
    ("distance", "weight_broken"): "100 * forms.set_index('form').loc['broken', 'weight']",
    ("distance", "stated_a"): "text(stated_only)",
    ("distance", "half"): "half",
    ("distance", "around_half"): "around[0]",
    ("distance", "around_far"): "around[1]",
    ("brains", "new_a"): "a",
    ("brains", "cross_small"): "crossing[small]",
    ("pim", "phi_low"): "answer.inputs['fixed_share'].low",
    ("pim", "a_high"): "answer.inputs['exponent'].high",
    ("pim", "array_median"): "summary.set_index('confound').loc['operation inside the array', 'median']",
    ("pim", "silicon_yes"): "medians.loc['yes', 'count']",
    ("pim", "hbm_bank"): "rungs['P032']",
    ("pim", "beta_share"): "beta",
    ("pim", "most_fixed"): "most",
    ("plateau", "near_limit"): "pl.rate(992, **times) / pl.rate_limit(6.4) - 1",
    ("plateau", "hbm_halving"): "memory['halving'].min()",
    ("plateau", "when"): "when",
    ("plateau", "least_share"): "least / a",
    ("token", "small_measured"): "small['measured']",
    ("token", "device_small"): "100 * shares[DEVICE_ROW, 'small']",
    ("token", "system_large"): "100 * shares[SYSTEM_ROW, 'large']",
    ("token", "sigma"): "100 * fitted['static_share']",
    ("token", "our_median"): "ours['median']",
    ("token", "limit_16"): "limits[16]",
    ("token", "limit_8"): "limits[8]",
    ("levers", "mass_small"): "small.bounds['mass']",
    ("levers", "work_large"): "large.bounds['work']",
    ("levers", "placed_middle"): "placed[2.0]",
    ("levers", "mass_twice"): "halved",
}


@pytest.mark.parametrize(("chapter", "name"), SHOWN)
def test_a_number_that_a_visible_cell_computes_is_the_one_that_prose_prints(chapter, name):
    printed, shown = whole(chapter)[name].value, computed(chapter, SHOWN[chapter, name])
    assert printed == (shown if isinstance(shown, str) else pytest.approx(float(shown), rel=1e-9))
