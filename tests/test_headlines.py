"""The numbers that prose prints: what each of them is, and that the cells which readers see give the same."""

import ast
import functools
import importlib
import math
import pkgutil
import re

import pytest

from datagravity import headlines
from datagravity.decoding import error_interval, left_out, score
from datagravity.headlines import LABELS, TEXT, extension
from datagravity.headlines.token import bounds_by_price
from datagravity.pim import multiverse, spread_shares
from test_chapters import CHAPTERS, cells, code

MODULES = [module.name for module in pkgutil.iter_modules(headlines.__path__)]
of = functools.cache(headlines.of)


@pytest.fixture(scope="module", params=CHAPTERS)
def name(request):
    """The name of a chapter. All tests of one chapter come one after another, and share its headlines."""
    return request.param


def parts(name):
    """The parts of a chapter's headlines; a chapter without a module has none."""
    module = name.replace("-", "_")
    return importlib.import_module(f"datagravity.headlines.{module}").PARTS if module in MODULES else ()


def printing(name):
    """The headlines of a chapter, if any."""
    return of(name) if parts(name) else {}


def test_every_module_belongs_to_a_chapter():
    assert set(MODULES) <= {name.replace("-", "_") for name in CHAPTERS}


@pytest.mark.slow
def test_a_headline_has_a_value_a_unit_and_a_label(name):
    for key, (value, unit, label) in printing(name).items():
        assert label in LABELS, key
        if isinstance(value, str):
            assert value.strip(), key
            assert unit == TEXT, key
        else:
            assert type(value) in (int, float), key
            assert math.isfinite(value), key
            assert unit.strip(), key
            assert unit != TEXT, key


def test_prose_prints_every_headline_and_no_other_number(name):
    used = re.findall(r"\{glue:text\}`([^`:]+)", "\n".join(cells(name, "markdown")))
    hidden = [source for source in cells(name, "code") if source not in cells(name, "code", hidden=False)]
    assert hidden == ([f'from datagravity.chapter import headlines\nheadlines("{name}")'] if used else [])
    assert set(used) == set(printing(name))
    assert not any(getattr(node, "id", "") == "glue" for node in ast.walk(code(name)))


@pytest.mark.slow
def test_a_part_stands_alone(name):
    assert {key: headline for part in reversed(parts(name)) for key, headline in part().items()} == printing(name)


def test_a_part_says_what_it_computes(name):
    assert len(set(parts(name))) == len(parts(name))
    assert all(part.__doc__ for part in parts(name))


def test_a_name_stands_once_in_a_chapter(monkeypatch):
    module = importlib.import_module("datagravity.headlines.survey")
    monkeypatch.setattr(module, "PARTS", (*module.PARTS, lambda: {"papers": extension(1)}))
    with pytest.raises(ValueError, match="headline 'papers' of 'survey': given by two parts, expected once"):
        headlines.of("survey")


@pytest.mark.parametrize("value", [math.nan, math.inf, None, [1.0]])
def test_a_headline_is_a_text_or_a_finite_number(value):
    with pytest.raises(ValueError, match="expected a text or a finite number"):
        extension(value)


#: The key for what still holds after the last cell.
END = "the end of the chapter"
#: What the cells of a chapter compute as well: the last line of a cell -> the headline and what to compare it with,
#: right after that cell.
SHOWN = {
    "disjunction-constant": {
        "gd_dram": {
            "multiply_pj": "multiply.energy_low_pj",
            "access_pj": "access.energy_low_pj",
            "access_bits": "access.width_bits",
            "gd_dram": "gd_dram",
        },
        "table(fp32, columns)": {
            "balance_dram": "fp32.set_index('memory').loc['DDR3/4 DRAM', 'balance_operations_per_operand']",
            "balance_sram": "fp32.set_index('memory').loc['SRAM, 1 MB', 'balance_operations_per_operand']",
        },
        "len(computable), len(published)": {"computable": "len(computable)", "published_count": "len(published)"},
        "answer": {"answer": "answer"},
    },
    "gravity": {
        "assert np.isclose(crossing, point_at(ratio, float(a)), rtol=1e-9)": {
            "gravity_newton": "point_at(8, -1.0)",
            "gravity_data": "point_at(8, 3.0)",
        },
        "two, result.position, result.saving_over([1.0])": {
            "gravity_masses": "two[0] / two[1]",
            "gravity_place": "result.position[0]",
            "gravity_saving": "result.saving_over([1.0])",
        },
    },
    "placement": {
        "dg.optimal_distance(gd, 2.0), dg.saving(gd, 2.0)": {
            "placement_gd": "gd",
            "placement_distance": "dg.optimal_distance(gd, 2.0)",
            "placement_saving": "dg.saving(gd, 2.0)",
        },
        "promised, saved, share_after": {"promised": "promised", "saved": "saved", "share_after": "share_after"},
    },
    "origins": {
        "moved_beta, path, whole, end": {"origins_path": "path", "origins_whole": "whole", "origins_end": "end"},
    },
    "shares": {
        "within": {"shares_within": "within"},
        "as_optimal, as_improved, ceiling": {
            "shares_share": "share",
            "shares_factor": "factor",
            "shares_optimal": "as_optimal",
            "shares_improved": "as_improved",
            "shares_ceiling": "ceiling",
        },
        "low, high, outward, inward": {
            "shares_low": "low",
            "shares_high": "high",
            "shares_outward": "outward",
            "shares_inward": "inward",
        },
        "right, careless, returned": {"right": "right", "careless": "careless", "returned": "returned"},
    },
    "foundations": {
        "assert np.isclose(paid.max(), worst_loss(count, gd, at_beta), rtol=1e-4)": {
            f"rests_levels_{count}": f"worst_loss({count}, gd)" for count in (1, 2, 3, 4)
        },
        "priced(gd, 1.4), priced(gd, 2.0), ruled / today": {
            "rests_gd": "gd",
            "rests_priced_low": "priced(gd, 1.4)",
            "rests_priced_even": "priced(gd, 2.0)",
        },
        "assert np.allclose(paid, bound(off), rtol=1e-4)": {"rests_off_by_two": "bound(2.0) - 1"},
        "found[node] = compute_at(levels, compute_pj)": {
            "rests_old_best": "found['45 nm'].best.name",
            "rests_old_beta": "found['45 nm'].beta",
            "rests_new_beta": "found['7 nm'].beta",
            "rests_new_gd": "found['7 nm'].gd[-1]",
        },
        "once.table()": {
            "once": "once.best.name",
            "once_saving": "once.saving",
            "often": "often.best.name",
            "often_saving": "often.saving",
        },
    },
    "programs": {
        "at_most": {"context_middle": "at_most[0]", "context_edge": "at_most[1]"},
        END: {
            "priced_few": "best[1]['best_places'].iloc[0]",
            "priced_many": "best[-1]['best_places'].iloc[0]",
            "gainers": "(natural['saving'] > 1.05).sum()",
            "ceiling_high": "natural.loc[natural['best_places'] > 1, 'ceiling'].max()",
            "rent_stencil": "crossing.set_index('kernel').loc['stencil 2-D', 'p_r']",
        },
    },
    "many-data-sets": {
        "held / 200": {"many_held": "held / 200"},
        "widths": {"many_wide": "widths[0]", "many_narrow": "widths[-1]"},
        "float(crossing)": {"many_crossing": "float(crossing)"},
        "max(gaps)": {"many_gap": "max(gaps)"},
        "result.iterations, over_heaviest, over_middle": {
            "many_tolerance": "tolerance",
            "many_passes": "result.iterations",
            "many_over_heaviest": "over_heaviest",
            "many_over_middle": "over_middle",
        },
        "limit": {"many_limit": "limit"},
    },
    "systems": {
        "round(tokens / rate.claim.value), round(gpu_tokens), round(gpu_watts)": {
            "hnlpu_kilowatts": "tokens / rate.claim.value / 1000",
            "hnlpu_gpu_tokens": "gpu_tokens",
            "hnlpu_gpu_kilowatts": "gpu_watts / 1000",
        },
        "round(stream, 1), text(waits.computed), round(bits_only, 2)": {
            "hnlpu_stream": "stream",
            "hnlpu_wait": "waits.computed.value",
            "hnlpu_bits": "bits_only",
        },
        "round(power, 1), round(whole_power, 1)": {"fusemax_power": "power", "fusemax_power_whole": "whole_power"},
        "round(watts)": {"infsa_watts": "watts"},
        "text(cover)": {"cover": "cover.value"},
        'finding(far, "it breaks even above a hundred times a bit of memory")': {
            "break_even": "even",
            "memory_bit": "numbers['transport_pj_per_bit']",
        },
        'finding(block.past_bound, "the claim lies past its bound")': {"half_share": "share"},
    },
    "claims": {
        END: {
            "wider": "wider",
            "claim_count": "len(judged)",
            "not_testable": "(judged['verdict'] == 'not testable').sum()",
            "own_count": "len(ours)",
            "most": "100 * claims.MOST",
        }
    },
    "processors": {
        END: {
            "logic": "logic.value",
            "small_7": "gd['P028']",
            "int8_64": "pairs.set_index('operation').loc['INT8 multiply', 'gd']",
            "large_factor": "large['factor']",
            "measured_low": "measured['gd_matched_low'].min()",
            "a100": "alike.set_index('transport_row').loc['P151', 'measured'].iloc[0]",
            "next_sram": "next_sram",
            "next_ddr": "next_ddr",
        },
    },
    "distance": {
        END: {
            "ring_whole": "whole.slope",
            "phi": "text(phi)",
            "next_a": "text(further)",
            "half": "half",
            "around_half": "around[0]",
            "around_far": "around[1]",
        },
    },
    "brains": {END: {"new_a": "a", "cross_small": "crossing[small]"}},
    "pim": {
        END: {
            "row_low": "answer.low",
            "array_median": "summary.set_index('confound').loc['operation inside the array', 'median']",
            "gains": "100 * pim.shares(frame)['gains']",
            "gain_p_least": "shuffled['gain_p'].min()",
            "every_value": "everywhere.value",
            "beta_share": "beta",
            "product_high": "products['product'].max()",
            "most_fixed": "most",
        },
    },
    "plateau": {
        END: {
            "near_limit": "pl.rate(992, **times) / pl.rate_limit(6.4) - 1",
            "hbm_halving": "memory['halving'].min()",
            "same_high": "gains[gains['stalls'] == 'none suspected']['gain'].iloc[2]",
            "when": "when",
            "least_share": "least / a",
        },
    },
    "token": {
        END: {
            "small_measured": "small['measured']",
            "device_small": "100 * shares['device', 'small']",
            "system_large": "100 * shares['system', 'large']",
            "way_small": "100 * shares['way', 'small']",
            "awake": "100 * fitted['awake_share']",
            "limit_16": "limits[16]",
            "limit_8": "limits[8]",
        },
    },
    "levers": {
        END: {
            "mass_small": "small.bounds['mass']",
            "work_large": "large.bounds['work']",
            "placed_middle": "placed[2.0]",
            "mass_twice": "halved",
            "mass_twice_measured": "over.gain('mass', 2)",
            "distance_measured": "over.bounds['distance']",
            "split_most": "sums['split'].max()",
        },
    },
}


def computing(source):
    """A cell without the expression at its end, which is only displayed: charts and tables take most of the time."""
    cell = ast.parse(source)
    if isinstance(cell.body[-1], ast.Expr):
        cell.body.pop()
    return compile(cell, "cell", "exec")


@pytest.mark.slow
def test_the_cells_that_readers_see_give_what_the_prose_prints(name):
    printed, names, left = printing(name), {}, dict(SHOWN.get(name, {}))

    def compare(last_line):
        for key, expression in left.pop(last_line, {}).items():
            value, expected = printed[key].value, eval(expression, names)
            assert value == (expected if isinstance(value, str) else pytest.approx(float(expected), rel=1e-9)), key

    for source in cells(name, "code", hidden=False):
        exec(computing(source), names)
        compare(source.splitlines()[-1].strip())
    compare(END)
    assert not left, "no cell ends with these lines"


# --- What the prose says of a number without printing it -------------------------------------------------------------
#
# No digit stands here: a datum may move every number of the book. If one of these fails, a sentence is no longer true.


def test_a_million_data_sets_are_proved_above_one_and_not_below():
    from datagravity.headlines.many_data_sets import million

    best, steep, *_ = million()
    assert best.certified
    assert not steep.certified


def test_what_the_chapter_on_distance_says_of_scatter_and_of_shares():
    from datagravity import distance as dist

    more = dist.which_scatters_more().set_index(["which", "choice"])["more"]
    assert set(more["within"]) == {"fixed part"}
    told = more["between"][more["between"] != "open"]
    assert told.to_dict() == {"without CACTI and Dally": "slope"}, "only this choice tells it, and tells the reverse"
    bounded = dist.usable_splits().query("bounded")
    assert set(bounded["method"]) <= {"model", "rule-of-thumb"}
    shares = dist.shares_by_choice(12.0).set_index("choice")["share"]
    assert of("distance")["phi_most_origin"].value == "CACTI"
    pooled = dist.usable_splits().query("kind != 'anchor'")
    assert (pooled["origin"] == "CACTI").mean() > 0.5, "the first page says that it is most of the series"
    assert set(pooled.loc[pooled["origin"] == "CACTI", "method"]) == {"model"}
    assert shares["all"] < shares["known fixed parts alone"] < shares["without CACTI"]
    ratios = dist.which_scatters_more().set_index(["which", "choice"])["ratio"]["between"]
    assert ratios["known fixed parts alone"] < 1 < ratios["all"], "the chapter says that the bounds decide the side"
    assert ratios["without CACTI"] < 1
    assert (bounded["origin"] == "CACTI").mean() > 0.9
    moves = dist.share_step_by_step(12.0)["share"].map(math.log).diff().abs()
    assert moves.idxmax() == len(moves) - 1, "the chapter says that the bounds move the share most"


def test_what_the_chapter_on_claims_says_of_tests_that_are_none():
    from datagravity import claims

    why = claims.judged().set_index("id")["why"]
    assert "rests on data" in why["C10"]
    others = ("C3", "C4", "C6", "C12", "C13", "C14")
    assert all(why[one].startswith("if the claim is true, it holds") for one in others)
    found = of("claims")
    assert found["biology_most_word"].value == "refuted", "as under either option"
    assert set(claims.turns("biology").query("turns")["verdict"]) == {"refuted"}
    assert found["growth_holds"].value < 1.2 * found["least"].value, "growth by data sheets is a test by a hair"
    assert found["beta_turned"].value == "not testable"
    assert found["beta_across"].value > 50
    assert min(found["slows_wider"].value, found["ends_wider"].value) > 50
    form = claims.settings("beta_range", fixed=2).query("beta_reading == 'd^beta' and beta_path == '1 to 12 mm'")
    assert (form["outside"] == 1).all(), "the chapter says that the form alone puts them there"
    assert (found["quoted_turned"].value, found["verdict_quoted"].value) == ("holds", "holds in part")


def test_the_limit_of_the_flagships_is_above_zero_as_the_verdict_says():
    assert of("plateau")["limit_low"].value > 0


def test_what_the_chapter_on_programs_says_of_forecasts_and_of_places():
    from datagravity import load
    from datagravity.programs import bill
    from datagravity.programs.counted import LAW, measured_ratios, one_run_each

    found = {name: headline.value for name, headline in of("programs").items()}
    assert 0 < found["gainers"] < found["kernels"], "the first page: spreading pays for some programs"
    assert found["laws_gain_least"] < found["gainers"], "and at some prices"
    assert found["decades_least"] > 2, "what closeness costs differs between programs"
    measured = measured_ratios().pivot_table(index="program", columns="table", values="gd").map(math.log)
    by_table, by_program = (measured.max(axis=axis) - measured.min(axis=axis) for axis in (1, 0))
    assert by_table.median() > by_program.median(), "the table of energies moves a program as far as the choice of one"
    assert found["two_terms"] < min(found["tile_best"], found["constant"]), "a program's own numbers scale"
    assert found["tile_best"] <= found["tile"]
    assert 0 < found["rent_stencil"] < found["rent_fft"] < 1
    assert found["gain_hashed"] < found["gain_bill"], "hash the lines, and the gain is gone"
    assert found["gain_long"] <= found["gain_bill"] <= found["gain_short"]
    assert found["trend"] < 1.05 * found["two_terms"], "two savings, continued, tell as much as the theory"
    assert found["family_b"] > 2, "it is not guessed from other programs"
    assert found["mean_long"] < found["mean_bill"] < min(found["mean_short"], found["mean_bare"], found["mean_die"])
    assert max(found["constant_hashed"], found["constant_dear"]) < 50 < found["constant_natural"], "choices decide"
    assert found["raw_64"] < found["raw_16"] < found["decades"] < found["decades_kappa"], "the first steps"
    assert found["gain_edge"] > found["gain_bill"], "where the one processor stands moves it"
    assert found["priced_few"] < found["priced_many"]
    assert found["free_unpriced"] == 100, "a theorem"
    assert found["kept_dear"] < found["kept_cheap"] < 100
    stencil = one_run_each(load("program_counts")).query("kernel == 'stencil 2-D'")
    sides = [bill.savings(bill.energies(stencil, LAW, side=side)) for side in (0.3, 300)]
    assert (sides[0]["best_places"] == sides[1]["best_places"]).all(), "without a price it stays"


def test_what_the_chapter_on_the_plateau_says_of_cuts_and_of_pairs():
    from datagravity import plateau

    cuts = plateau.forecasts("Green500 number 1").query("choice == 'all records'").set_index("before")
    assert cuts["errors"].min() == cuts.loc[2019, "errors"], "no cut gives more"
    found = {name: headline.value for name, headline in of("plateau").items()}
    assert found["forecast_errors"] > 0, "the last list lies below the line"
    assert 0 < found["median_errors"] < 2, "the median lies below it too, and is no contradiction"
    assert found["green_aicc"] < min(found["late_aicc"], 0), "over all records a parabola is better"
    assert found["first_step"] > 2 * 2 ** (2 * found["later_high"]), "one jump, and slower steps after it"
    assert found["same_low"] < 1 < min(found["older_low"], found["same_high"]), "the choice of models turns the sign"
    assert found["same_low_range"].endswith("pairs: 7, models: 2, of one: 6"), "nearly all of one model"
    assert found["same_low"] < 1 < found["same_low_rest"]
    assert found["stall_new"] > found["stall_pairs"] / 2 > found["stall_none"], "stalls sit on the new side"


def test_what_the_chapter_on_brains_says_of_budgets_and_labels():
    found = {name: headline.value for name, headline in of("brains").items()}
    assert found["gap"] > found["relabelled"], "a choice of budget more than of definition"
    assert min(found["old_a"], found["old_b"]) > 1, "the others reach from there upwards"
    assert found["gd_high"] == found["audit"]
    assert 0.75 < found["cross_small"] < 1, "nearly all of the synapse's own cost"
    assert found["bit_low"] > 1, "the eye of a fly points to the side of the audit"


def test_what_the_chapter_on_processors_says_of_the_table_and_of_meters():
    found = {name: headline.value for name, headline in of("processors").items()}
    assert found["with_dram"] < found["without_dram"], "the one entry of one lowers the mean"
    assert found["int8_64"] / found["fp32_64"] > found["flat_factor"], "narrow arithmetic raises it more than all nodes"
    assert found["small_45"] < found["small_7"] < found["large_7"] < found["large_45"], "closer from both sides"
    assert found["spread_matched"] < found["spread_64"]
    assert found["et_scalar"] < found["et_fp32"] < found["et_int8"], "a scalar instruction drags its overhead along"


def test_what_the_chapter_on_the_disjunction_constant_says_of_its_two_rows():
    from datagravity.processors import published_ratios

    found = {name: headline.value for name, headline in of("disjunction-constant").items()}
    assert found["access_bits"] == 2 * 32, "exactly the two operands of one FP32 multiply"
    dram = published_ratios().set_index("id").loc["G4", "gd_low"]
    assert found["gd_dram"] == pytest.approx(dram, rel=1e-3), "it is the last of the published values"


def test_what_the_chapter_on_shares_says_of_moving():
    found = {name: headline.value for name, headline in of("shares").items()}
    assert found["shares_low"] < found["shares_optimal"] < found["shares_high"]
    # Farther out pays where the share of transport lies below the best one, 1 - lambda = (3 - beta) / 2.
    assert found["shares_share"] < (3 - found["shares_low"]) / 2, "at the lower end the better place is farther out"
    assert found["shares_share"] > (3 - found["shares_high"]) / 2, "at the upper end it is closer"
    assert max(found["shares_inward"], found["shares_outward"]) < found["shares_factor"] < found["shares_ceiling"]


def test_what_the_chapter_on_systems_says_of_names():
    from datagravity import systems

    kinds = systems.counted().groupby("name")["kind"].agg(set)
    assert set(kinds[kinds.map({"traffic", "energy"}.issubset)].index) == {"Layered Prefill"}, (
        "the only paper with both"
    )
    found = {name: headline.value for name, headline in of("systems").items()}
    assert found["hnlpu_miss"] > found["worst_factor"], "the two claims of HNLPU are missed by more"
    assert found["keyformer_latency"] > found["keyformer_bound"], "past the bound"
    assert found["enec_claim"] > found["enec_bound"], "it cannot be bytes against the same link"
    assert found["splitwise_claim"] > found["splitwise_bound"]


def test_what_the_chapter_on_tokens_says_of_rivals_and_of_prices():
    found = {name: headline.value for name, headline in of("token").items()}
    table = score().query("kind == 'dense' and not stalls").set_index("model")
    for column in ("median", "p90"):
        assert table.loc["parameters", column] < table.loc[["ratio", "time only"], column].min()
    for kind in ("dense", "mixture"):
        assert found[f"told_free_{kind}"] < found[f"told_{kind}"], "bits for nothing do better"
    assert 0.3 < (found["too_high"] - found["too_high_timed"]) / (found["too_high"] - 1) < 0.7, "about half the reason"
    assert found["way_large"] < 50 < found["way_small"], "the price decides at the small batch alone"
    assert found["limit_8"] > 2 * found["limit_16"], "half the width takes more than twice the context"
    assert found["idle_here"] < 100 - found["way_small"], "what waits fits into the rest at every price"


def test_what_the_chapter_on_levers_says_of_its_run_and_of_the_order():
    found = {name: headline.value for name, headline in of("levers").items()}
    dense = left_out().query("not mixture")["ratio"].astype(float)
    assert found["left_out_here"] == dense[dense.map(math.log).abs().idxmax()], "the dense run that fits worst"
    assert found["left_out_here"] < error_interval(False)[0]
    sums = bounds_by_price()
    assert (sums["reuse"] > sums["mass"]).all()
    assert (sums["mass"] > sums["distance"]).all()
    assert (sums["reuse"] > sums["split"]).all(), "of the levers reuse could save most"
    assert found["reuse_small"] > max(found["split_small"], found["work_small"])
    assert found["reuse_floor"] > found["most_batched"]
    assert max(found["mass_large"], found["reuse_large"]) < min(found["work_large"], found["split_large"])


def test_no_law_of_processing_in_memory_stands_out_and_no_gain_is_more_than_chance():
    found = {name: headline.value for name, headline in of("pim").items()}
    assert found["law_most"] < found["gains_most"] < 50
    assert found["path_every_gains"] < 50 < found["path_alike_gains"], "the chapter says that the rows turn the gain"
    scopes = {name: own["gain"].gt(0).mean() for name, own in multiverse().query("scope == 'system'").groupby("rows")}
    assert abs(scopes["all"] - scopes["no other difference known"]) < 0.05, "the chapter says that systems stay"
    assert found["cheap_covers"] > 50 > found["dear_covers"], "the chapter says that kappa turns the coverage"
    assert found["kappa_gains"] < 50, "the chapter says that at no price does the law gain in most"
    assert found["law_most"] - found["law_least"] < found["gains_most"] - found["gains_least"]
    assert found["gain_p_least"] > 0.05
    assert found["kappa_of_coverage"] == max(100 * spread_shares().query("outcome == 'coverage'")["beside"]), (
        "the chapter says that kappa decides the coverage"
    )
    of_gain = spread_shares().query("outcome == 'gain'").set_index("factor")["beside"]
    assert set(of_gain.nlargest(2).index) == {"scope", "kappa"}, "the chapter says that both lead"
    assert found["clean_median"] < min(found["array_median"], found["special_median"]), "the largest are not distance"
    assert found["copy_detour"] < found["copy_banks"] < found["copy_subarray"], "the shortest displacement saves least"
    assert found["hbm_die"] < found["hbm_group"] < found["hbm_bank"]
    assert found["phi_low"] < found["most_fixed"] < found["phi_high"], "the saving excludes the upper part of the range"
    assert found["gained"] < found["ceiling"], "that share allows the saving"
    assert found["hbm_last_door"] == pytest.approx(found["hbm_bank"] / found["hbm_group"])


def test_a_chapter_without_headlines_is_named():
    with pytest.raises(ValueError, match=r"chapter: 'nosuch', expected one of .*'placement'"):
        headlines.of("nosuch")
