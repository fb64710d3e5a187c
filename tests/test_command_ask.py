"""`gd`, `saving`, `energy-per-token`, `place` and `predict`: right, wrong and missing arguments, and JSON."""

import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import time
import tomllib

import numpy as np
import pytest

import datagravity
from commands import answer, refused, values
from conftest import ROOT
from datagravity.command import asking, brought, waiting
from datagravity.processors import disjunction_constants

#: A model as its publisher describes it, with words that decide nothing here.
CONFIGURATION = {
    "architectures": ["LlamaForCausalLM"],
    "hidden_size": 4096,
    "num_hidden_layers": 32,
    "num_attention_heads": 32,
    "num_key_value_heads": 8,
    "intermediate_size": 14336,
    "vocab_size": 128256,
    "max_position_embeddings": 8192,
    "tie_word_embeddings": False,
    "torch_dtype": "bfloat16",
    "bos_token_id": 128000,
}


def test_gd_of_two_energies_is_the_laws(capsys):
    found = values(capsys, "gd", 1300, 1.31)
    assert found["gd"] == datagravity.disjunction_constant(1300, 1.31)
    assert answer(capsys, "gd", 1300, 1.31).startswith("G_d = 992.4\n")


@pytest.mark.parametrize(
    ("memory", "operation"),
    [("HBM2", "FP16 MAC"), ("hbm 2", "fp16-tensor mac"), ("P151", "P157"), ("Hbm2", "FP16 Tensor MAC")],
)
@pytest.mark.slow
def test_gd_of_rows_is_that_of_the_pairs_of_their_source(memory, operation, capsys):
    found = values(capsys, "gd", "--memory", memory, "--operation", operation)
    pairs = disjunction_constants().query("transport_row == 'P151' and compute_row == 'P157'")
    [pair] = found["pairs"]
    assert pair["rows"] == ["P151", "P157"]
    assert pair["published_gd"] == pytest.approx(pairs["gd"].iloc[0])
    assert pair["own_width_gd"] == pytest.approx(pairs["gd_matched"].iloc[0])
    assert (pair["source"], pair["scope"]) == ("antepara2025", "system / system")
    assert found["of_one_machine"]
    text = answer(capsys, "gd", "--memory", memory, "--operation", operation)
    for said in ("P151+P157", "antepara2025", "system / system", "Published: 64 bits an operation"):
        assert said in text
    heads, line = text.splitlines()[:2]
    assert heads.split()[2:6] == ["G_d", "interval", "published", "interval"]
    assert line[heads.index("G_d") - 2 : heads.index("G_d") + 3] == f"{pair['own_width_gd']:5.1f}", (
        "the book's comes first"
    )
    said = answer(capsys, "search", "a multiply-accumulate (MAC)")
    assert f"gives {pair['own_width_gd']:.0f} for a multiply-accumulate" in said, "and it is what the page says"


def test_gd_of_a_memory_alone_is_a_table_with_intervals(capsys):
    found = values(capsys, "gd", "--memory", "HBM2")["pairs"]
    known = disjunction_constants()
    assert len(found) == (known["transport_row"].isin(["P032", "P151"])).sum() > 5
    assert all(pair["own_width_gd_low"] <= pair["own_width_gd"] <= pair["own_width_gd_high"] for pair in found)
    assert any(pair["published_gd_low"] < pair["published_gd_high"] for pair in found)
    level = {tuple(pair["rows"]) for pair in values(capsys, "gd", "--memory", "DDR")["pairs"]}
    rows = known[known["memory"] == "DDR"]
    assert level == set(zip(rows["transport_row"], rows["compute_row"], strict=True))
    own = values(capsys, "gd", "--operation", "FP64 FMA")["pairs"]
    assert {pair["operation"] for pair in own} == {"FP64 FMA"}


def test_gd_of_two_sources_says_so_and_is_the_law_of_their_rows(capsys):
    found = values(capsys, "gd", "--memory", "HBM3E", "--operation", "FP64 FMA")
    assert not found["of_one_machine"]
    energy = datagravity.load("energy").set_index("id")
    for pair in found["pairs"]:
        read, work = (energy.loc[row] for row in pair["rows"])
        expected = 64 * read["energy_pj_per_bit_low"] / (work["energy_high_pj"] * 2 / work["flop_per_operation"])
        assert pair["published_gd_low"] == pytest.approx(float(expected))
        assert len(set(pair["source"].split(" / "))) == 2
    assert "no source has both" in answer(capsys, "gd", "--memory", "HBM3E", "--operation", "FP64 FMA")


def test_gd_of_one_source_at_two_nodes_does_not_speak_of_two_sources(capsys):
    arguments = ["gd", "--memory", "P154", "--operation", "P157"]
    [pair] = values(capsys, *arguments)["pairs"]
    assert (pair["source"], pair["apart_by"]) == ("antepara2025", ["node"])
    text = answer(capsys, *arguments)
    assert "both rows are of one source, but of two nodes: 4 nm / 7 nm" in text
    assert "two sources" not in text


@pytest.mark.parametrize(
    ("arguments", "status", "said"),
    [
        ([], 2, "expected either TRANSPORT_PJ and COMPUTE_PJ"),
        (["1300"], 2, "expected either"),
        (["1300", "1", "--memory", "HBM2"], 2, "expected either"),
        (["x", "1"], 2, "not a valid float"),
        (["1300", "0"], 1, "compute_pj: 0.0, expected"),
        (["nan", "1"], 1, "transport_pj: nan, expected"),
        (["--memory", "HBM9"], 1, "most like it: HBM"),
        (["--memory", "zzz"], 1, "register file"),
        (["--operation", "FP32"], 1, "FP32 multiply"),
        (["--memory", "HBM2E"], 1, "expected both --memory and --operation"),
    ],
)
def test_wrong_energies_and_names_are_refused(arguments, status, said, capsys):
    assert said in refused(capsys, "gd", *arguments, status=status)


def test_a_saving_is_the_laws(capsys):
    found = values(capsys, "saving", 992, "--beta", 2.5, "--fixed-share", 0.5, "--model", "patch")
    assert found["saving"] == datagravity.saving(992, 2.5, model="patch", fixed_share=0.5)
    assert "15.76" in answer(capsys, "saving", 992)
    assert "closer" in answer(capsys, "saving", 992)
    assert "farther" in answer(capsys, "saving", 0.2)
    assert "expected 1 < beta < 3" in refused(capsys, "saving", 992, "--beta", 3)
    assert "gd: " in refused(capsys, "saving", 0)
    assert "fixed_share" in refused(capsys, "saving", 992, "--fixed-share", 1)
    assert "tile" in refused(capsys, "saving", 992, "--model", "cube", status=2)
    assert "Missing argument" in refused(capsys, "saving", status=2)


def test_a_token_of_a_named_model_is_the_forecast(capsys):
    asked = ["energy-per-token", "llama-3 8b", "h200", "--batch", 8, "--context", 2048]
    found = values(capsys, *asked)
    token = datagravity.decode_energy("Llama-3 8B", "H200 SXM", batch=8, context=2048)
    assert found["joules_per_token"] == pytest.approx(token.joules_per_token)
    assert found["low"] < found["joules_per_token"] < found["high"]
    assert sum(found["shares"].values()) == pytest.approx(1)
    text = answer(capsys, *asked)
    assert "Llama-3 8B on H200 SXM" in text
    assert "weights" in text
    noted = values(capsys, "energy-per-token", "Llama-2 7B", "H200", "--context", 100000)["notes"]
    assert any("was made for" in note for note in noted)


@pytest.fixture
def configuration(tmp_path):
    """A function that writes a configuration with some words changed; None leaves one out."""

    def written(**changed):
        given = {name: value for name, value in (CONFIGURATION | changed).items() if value is not None}
        path = tmp_path / "config.json"
        path.write_text(json.dumps(given))
        return path

    return written


def test_a_token_of_a_configuration_is_that_of_its_row(configuration, capsys):
    own = values(capsys, "energy-per-token", configuration(), "H200 SXM")
    named = values(capsys, "energy-per-token", "Llama-3 8B", "H200 SXM")
    assert own["joules_per_token"] == pytest.approx(named["joules_per_token"])
    assert own["notes"] == []
    inside = {"hidden_size": None, "text_config": CONFIGURATION}
    nested = values(capsys, "energy-per-token", configuration(**inside), "H200 SXM")
    assert nested["joules_per_token"] == own["joules_per_token"]
    assert "text_config" in nested["notes"][0]
    noted = values(capsys, "energy-per-token", configuration(sliding_window=4096), "H200 SXM")["notes"]
    assert noted == ["config.json: not read here: sliding_window"]
    newer = configuration(torch_dtype=None, dtype="float8_e4m3fn")
    assert values(capsys, "energy-per-token", newer, "H200 SXM")["weight_bytes"] == own["weight_bytes"] / 2


def test_a_published_mixture_is_read_and_what_merely_resembles_a_field_is_none(configuration, capsys):
    mixture = {
        "hidden_size": 7168,
        "num_hidden_layers": 61,
        "num_attention_heads": 128,
        "num_key_value_heads": 128,
        "intermediate_size": 18432,
        "vocab_size": 129280,
        "n_routed_experts": 256,
        "num_experts_per_tok": 8,
        "n_shared_experts": 1,
        "moe_intermediate_size": 2048,
        "first_k_dense_replace": 3,
        "kv_lora_rank": 512,
        "q_lora_rank": 1536,
        "qk_nope_head_dim": 128,
        "qk_rope_head_dim": 64,
        "v_head_dim": 128,
        "n_group": 8,
        "topk_group": 4,
        "rms_norm_eps": 1e-6,
        "rope_theta": 10000,
        "quantization_config": {"fmt": "e4m3"},
    }
    asked = ["energy-per-token", configuration(**mixture), "H200", "--gpus", 16, "--weight-bits", 8]
    found = values(capsys, *asked)
    named = values(capsys, "energy-per-token", "DeepSeek-V3", "H200", "--gpus", 16, "--weight-bits", 8)
    assert found["joules_per_token"] == pytest.approx(named["joules_per_token"], rel=0.01)
    assert "quantization_config is not read" in found["notes"][0]
    assert found["notes"][1] == "config.json: not read here: v_head_dim, n_group, topk_group"


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"hidden_size": None}, "missing hidden_size"),
        ({"hidden_size": None, "hidden_sise": 4096}, "hidden_size (is hidden_sise meant for it?)"),
        ({"num_key_value_heads": None, "num_key_value_head": 8}, "num_key_value_head (is num_key_value_heads meant?)"),
        ({"num_key_value_heads": 5}, "num_attention_heads 32 is no multiple of num_key_value_heads 5"),
        ({"hidden_size": 4100}, "hidden_size 4100 is no multiple of num_attention_heads 32"),
        ({"num_experts": 8, "num_local_experts": 4}, "count the same experts"),
        ({"num_experts": 8, "num_experts_per_tok": 9}, "num_experts_per_tok 9 is more than the experts, 8"),
        ({"dtype": "float16"}, "dtype float16 and torch_dtype bfloat16 differ"),
        ({"hybrid_override_pattern": "M*"}, "2 letters for num_hidden_layers 32"),
        ({"num_hidden_layers": -1}, "num_hidden_layers"),
        ({"tie_word_embeddings": "no"}, "tie_word_embeddings"),
    ],
)
def test_missing_unknown_and_contradictory_fields_are_named(changed, said, configuration, capsys):
    assert said in refused(capsys, "energy-per-token", configuration(**changed), "H200 SXM")


def test_a_setting_beyond_all_sense_is_refused_with_its_reason(capsys):
    for option, wrong in [
        ("batch", 1e300),
        ("context", 1e300),
        ("prompt", "inf"),
        ("gpus", 100000),
        ("weight-bits", 1e9),
    ]:
        said = refused(capsys, "energy-per-token", "Llama-3 8B", "H200", f"--{option}", wrong)
        most, why = asking.MOST[option.replace("-", "_")]
        assert f"--{option}: " in said
        assert f"expected at most {most:,}: {why}" in said
    runs, models = datagravity.load("measured_inference"), datagravity.load("llm")
    assert f"{runs['batch_max'].max():,}" in asking.MOST["batch"][1]
    assert f"{models['context'].max():,}" in asking.MOST["context"][1]
    assert f"{runs['num_gpus'].min()} to {runs['num_gpus'].max()} accel" in asking.MOST["gpus"][1]


def test_wrong_models_accelerators_and_numbers_are_refused(tmp_path, capsys):
    assert "Llama-3 8B" in refused(capsys, "energy-per-token", "Llama-3", "H200")
    assert "A100 SXM4 80GB" in refused(capsys, "energy-per-token", "Llama-3 8B", "A100")
    assert "batch" in refused(capsys, "energy-per-token", "Llama-3 8B", "H200", "--batch", 0)
    assert "GB of the weights" in refused(capsys, "energy-per-token", "GPT-3 175B", "H200")
    assert "Missing argument" in refused(capsys, "energy-per-token", "Llama-3 8B", status=2)
    assert "No such file" in refused(capsys, "energy-per-token", tmp_path / "none.json", "H200")
    for text in ("[]", "{", '{"hidden_size": NaN}'):
        (tmp_path / "config.json").write_text(text)
        assert "JSON" in refused(capsys, "energy-per-token", tmp_path / "config.json", "H200")


POINTS = [(0.0, 0.0, 1.0), (1.0, 0.0, 1.0), (0.0, 1.0, 3.0)]


@pytest.fixture
def points(tmp_path):
    """A function that writes three masses to a file of a kind."""
    import pandas as pd

    def written(name):
        path, array = tmp_path / name, np.array(POINTS)
        frame = pd.DataFrame(array, columns=["x", "y", "mass"])
        if name.endswith(".csv"):
            frame.to_csv(path, index=False)
        elif name.endswith(".parquet"):
            frame.to_parquet(path)
        elif name == "named.npy":
            np.save(path, frame.to_records(index=False))
        else:
            np.save(path, array)
        return path

    return written


@pytest.mark.parametrize("name", ["a.csv", "a.parquet", "a.npy", "named.npy"])
def test_a_place_is_the_solvers(name, points, capsys):
    array = np.array(POINTS)
    found = values(capsys, "place", points(name), "--exponent", 2)
    expected = datagravity.place(array[:, 2], array[:, :2], 2)
    assert list(found["position"].values()) == pytest.approx(list(expected.position))
    assert found["saving_over"]["centroid"] == pytest.approx(1)
    assert found["saving_over"]["first"] == pytest.approx(expected.saving_over(array[0, :2]))
    assert found["certified"]
    assert "proven best" in answer(capsys, "place", points(name))


def test_places_without_masses_and_in_other_dimensions(tmp_path, capsys):
    path = tmp_path / "a.csv"
    path.write_text(" X , y\n0,0\n2,0\n1,0\n\n\n")
    assert values(capsys, "place", path)["position"] == pytest.approx({"x": 1, "y": 0})
    path.write_text("x,y,z,mass\n0,0,0,1\n1,1,1,5\n")
    assert values(capsys, "place", path)["position"] == pytest.approx({"x": 1, "y": 1, "z": 1})
    path.write_text("x,y\n3,4\n")
    alone = values(capsys, "place", path)
    assert (alone["energy"], alone["saving_over"]["first"]) == (0, 1)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("x,y\n0,0\n1,a\n", "row 3, column y: value 'a'; expected a finite number"),
        ("x,y\n0,0\n,1\n", "row 3, column x: value ''; expected a finite number"),
        ("x,y\n0,0\n\n1,b\n", "row 4"),
        ("x,y\n0,inf\n", "row 2, column y: value 'inf'"),
        ("x,y\n0,1e999\n", "row 2, column y: value '1e999'"),
        ("x,y,mass\n0,0,1\n1,1,-2\n", "row 3, column mass: -2, expected at least 0"),
        ("x,y,mass\n0,0,0\n", "column mass: 0 in every row"),
        ("a,b\n0,0\n", "expected a header with the columns x, y, z, mass"),
        ("x,y,weight\n0,0,1\n", "column weight: expected a column that is known"),
        ("y\n1\n", "the column x; it is missing"),
        ("x,y,x\n1,2,3\n", "column x: expected this column once"),
        ("x,y\n", "at least one row"),
        ("", "the file is empty"),
        ("x,y\n1,2,3\n", "2 cells; there are 3"),
        ("x,y\n1,2\n1,5,2\n", "row 3: expected 2 cells; there are 3"),
        ("x;y\n1,5;2.5\n", "one decimal mark in all numbers"),
        ("x;y\n1,500;2\n", "a number that can be read in one way"),
    ],
)
def test_a_wrong_row_and_column_of_masses_is_named(text, said, tmp_path, capsys):
    path = tmp_path / "a.csv"
    path.write_text(text)
    assert said in refused(capsys, "place", path)


def test_wrong_files_of_masses_are_refused(tmp_path, capsys):
    assert "No such file" in refused(capsys, "place", tmp_path / "none.csv")
    assert "No such file" in refused(capsys, "place", tmp_path / "none.npy")
    assert "expected a file .csv" in refused(capsys, "place", tmp_path / "a.pdf")
    (tmp_path / "b.csv").write_bytes(b"PK\x03\x04")
    assert "this is a workbook" in refused(capsys, "place", tmp_path / "b.csv")
    np.save(tmp_path / "a.npy", np.zeros(3))
    assert "shape (3,)" in refused(capsys, "place", tmp_path / "a.npy")
    np.save(tmp_path / "a.npy", np.array([[0, 0], [np.nan, 1]]))
    assert "row 2, column x" in refused(capsys, "place", tmp_path / "a.npy")
    np.save(tmp_path / "a.npy", np.zeros(2, dtype=[("x", float, 2), ("y", float)]))
    assert "one number a row" in refused(capsys, "place", tmp_path / "a.npy")
    for name in ("b.npy", "b.parquet"):
        (tmp_path / name).write_text("no")
        assert "as its name says; this is text" in refused(capsys, "place", tmp_path / name)
    for length in (2, 2_000):  # the directory of the longer one lies far from its beginning
        np.savez(tmp_path / "b.npz", np.zeros(length))
        (tmp_path / "b.npz").rename(tmp_path / "b.npy")
        assert "this is a zip archive without a workbook" in refused(capsys, "place", tmp_path / "b.npy")
    (tmp_path / "config.json").write_text("layers,3\n")
    assert "expected JSON; this is text" in refused(capsys, "energy-per-token", tmp_path / "config.json", "H200")
    (tmp_path / "c.csv").write_text("x,y\n0,0\n")
    assert "exponent" in refused(capsys, "place", tmp_path / "c.csv", "--exponent", 0)
    assert "Missing argument" in refused(capsys, "place", status=2)


#: A file as programs save it -> the separator, the decimal mark, the encoding.
DRESSES = {
    "semicolons": (";", ".", "utf-8"),
    "decimal commas": (";", ",", "utf-8"),
    "tabs": ("\t", ",", "utf-8"),
    "a byte order mark": (",", ".", "utf-8-sig"),
    "UTF-16": (";", ",", "utf-16"),
    "UTF-16 without a mark": ("\t", ".", "utf-16-le"),
    "Latin-1": (";", ",", "cp1252"),
}


@pytest.mark.parametrize("dress", DRESSES)
def test_masses_and_systems_are_read_however_a_program_saved_them(dress, tmp_path, capsys):
    mark, point, encoding = DRESSES[dress]
    file = tmp_path / "a.csv"
    rows = [["x", "y", "mass"], ["0.5", "0", "1"], ["1.5", "2.25", "10.5"], ["0", "1", "2"]]
    text = "\r\n".join(mark.join(cell.replace(".", point) for cell in row) for row in rows)
    file.write_bytes(text.encode(encoding))
    assert values(capsys, "place", file)["position"] == pytest.approx({"x": 1.5, "y": 2.25})
    rows = [["id", "Baseline class", "pj_per_bit_baseline"], ["Zürich", "gpu", "5.5"]]
    text = "\n".join(mark.join(cell.replace(".", point) for cell in row) for row in rows)
    file.write_bytes(text.encode(encoding))
    [(name, row)] = brought.systems(file)
    assert (name, row["baseline_class"], float(row["pj_per_bit_baseline"])) == ("Zürich", "GPU", 5.5)


@pytest.mark.slow
def test_the_template_is_a_file_that_predict_reads(tmp_path, capsys):
    path = tmp_path / "mine.csv"
    path.write_text(answer(capsys, "predict", "--template"))
    [found] = values(capsys, "predict", path)
    given = {"baseline_class": "GPU", "baseline_memory": "HBM", "scope": "whole_system"}
    given |= {"pj_per_bit_baseline_low": 4, "pj_per_bit_baseline_high": 13}
    from datagravity import pim

    expected = pim.predict(given)
    assert found["name"] == "my system"
    assert found["value"] == pytest.approx(expected.value)
    assert found["specifications"] == expected.specifications
    assert found["gains"] == pytest.approx(expected.gains)
    assert "in four of five draws" in answer(capsys, "predict", path)


@pytest.mark.slow
def test_a_system_may_come_as_json_with_words_as_readers_write_them(tmp_path, capsys):
    path = tmp_path / "mine.json"
    path.write_text(json.dumps([{"Baseline class": "gpu", "scope": "Data path"}, {"pj_per_bit_baseline": 15}]))
    first, second = values(capsys, "predict", path)
    assert first["given"] == {"baseline_class": "GPU", "scope": "data_path"}
    assert second["gains"] is None
    assert "Note: without baseline_class" in answer(capsys, "predict", path)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"baselin_class": "GPU"}, "column baselin_class: expected a column that is known"),
        ({"baselin_class": "GPU"}, "likely mend: baseline_class"),
        ({"speed": 3}, "expected a header with the columns id, baseline_class"),
        ({"baseline_class": "GPU", "speed": 3}, "column speed"),
        ({"baseline_class": "GPUs"}, "likely mend: GPU"),
        ({"baseline_class": "GPU", "scope": "all"}, "column scope: value 'all'"),
        ({"pj_per_bit_baseline": "x"}, "column pj_per_bit_baseline: value 'x'"),
        ({"pj_per_bit_baseline": "=1"}, "a formula"),
        ({"pj_per_bit_baseline": 0}, "from 1e-06 to 1e+09"),
        ({"pj_per_bit_baseline_low": 5, "pj_per_bit_baseline_high": 4}, "low 4, high 5: swapped"),
        ({"pj_per_bit_baseline": 9, "pj_per_bit_baseline_low": 4, "pj_per_bit_baseline_high": 5}, "between its ends"),
        ({"pj_per_bit_baseline": 9, "pj_per_bit_baseline_high": 5}, "between its ends"),
        ({"baseline_class": "GPU", "source": "nobody2020"}, "it is no key of the bibliography"),
        ({"baseline_class": "GPU", "source": "horowitz2014"}, "it has no such share"),
        ({"baseline_class": "GPU", "id": "a\x1b[31m"}, "U+001B"),
        ({"id": "mine"}, "something of the memory"),
        ({}, "a list of rows"),
        ({"baseline_class": True}, "expected a text, a number or null"),
    ],
)
def test_unknown_misspelt_and_empty_fields_of_a_system_are_refused(given, said, tmp_path, capsys):
    path = tmp_path / "mine.json"
    path.write_text(json.dumps(given))
    assert said in refused(capsys, "predict", path)


def test_wrong_files_of_systems_are_refused(tmp_path, capsys):
    for name, text, said in [
        ("a.csv", "baseline_class\n", "at least one row"),
        ("a.csv", "baseline_class\nGPU,x\n", "1 cells; there are 2"),
        ("a.csv", "baseline_class,color\nGPU,x\n", "column color: expected a column that is known"),
        ("a.csv", "baseline_class,scope,scope\nGPU,,\n", "this column once"),
        ("a.json", "[1]", "a list of rows"),
        ("a.json", "{", "expected JSON"),
        ("a.json", '{"scope": "die", "scope": "die"}', "twice in one object"),
        ("a.txt", "", "the file is empty"),
        ("a.pdf", "", "expected a file .csv"),
    ]:
        (tmp_path / name).write_text(text)
        assert said in refused(capsys, "predict", tmp_path / name)
    assert "--template prints one" in refused(capsys, "predict", status=2)


def test_a_reader_is_told_what_takes_long_and_only_then(capsys):
    with waiting.saying("slow", after=0.01):
        time.sleep(0.3)
    assert capsys.readouterr().err == "slow\n"
    with waiting.saying("quick", after=10):
        pass
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize("built", [True, False])
def test_what_was_computed_is_kept_by_the_build_or_by_the_reader(built, tmp_path, monkeypatch):
    from datagravity import paths

    for name in ("XDG_CACHE_HOME", "LOCALAPPDATA", "HOME"):
        monkeypatch.setenv(name, str(tmp_path / "cache"))
    monkeypatch.setattr(paths, "ROOT", tmp_path)
    own = tmp_path / "book" / "_build" / "store"
    if built:
        own.mkdir(parents=True)
    monkeypatch.setenv(waiting.VARIABLE, "")
    waiting.use_store()
    assert os.environ[waiting.VARIABLE] == "", "who wants nothing kept says so"
    monkeypatch.delenv(waiting.VARIABLE)
    waiting.use_store()
    found = pathlib.Path(os.environ[waiting.VARIABLE])
    assert found == (own if built else waiting.cache_folder() / "store")
    assert found.is_dir()
    assert built or (os.name != "posix" or found.stat().st_mode & 0o077 == 0)


def test_a_folder_that_cannot_be_written_keeps_nothing(tmp_path, monkeypatch):
    from datagravity import paths

    (tmp_path / "cache").write_text("no folder")
    monkeypatch.setattr(waiting, "cache_folder", lambda: tmp_path / "cache")
    monkeypatch.setattr(paths, "ROOT", tmp_path)
    monkeypatch.delenv(waiting.VARIABLE)
    waiting.use_store()
    assert waiting.VARIABLE not in os.environ


@pytest.fixture(scope="module")
def installed(tmp_path_factory):
    """The package as a wheel lays it out, without a repository around it."""
    wheel = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["hatch"]["build"]["targets"]
    wheel, folder = wheel["wheel"], tmp_path_factory.mktemp("installed")
    [package] = wheel["packages"]
    leave = shutil.ignore_patterns("__pycache__")
    shutil.copytree(ROOT / package, folder / "datagravity", ignore=leave)
    for source, target in wheel["force-include"].items():
        (folder / target).parent.mkdir(parents=True, exist_ok=True)
        copy = shutil.copytree if (ROOT / source).is_dir() else shutil.copyfile
        copy(ROOT / source, folder / target)
    [kept] = [pattern.removeprefix("!/") for pattern in wheel["exclude"] if pattern.startswith("!")]
    for path in ROOT.glob(kept):
        shutil.copyfile(path, folder / wheel["sources"][path.parent.name] / path.name)
    return folder


def run(folder, *arguments):
    """A command of the installed package, in a folder without anything, as a reader runs it."""
    environment = {name: value for name, value in os.environ.items() if name != "DATAGRAVITY_STORE"}
    environment |= {"PYTHONPATH": str(folder), "XDG_CACHE_HOME": str(folder / "cache"), "LOCALAPPDATA": str(folder)}
    command = [sys.executable, "-m", "datagravity", *arguments]
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)


@pytest.mark.slow
def test_the_three_questions_have_one_answer_each_without_a_repository(installed):
    """What is G_d of my HBM? Does moving compute to memory pay for my program? Where does this number come from?"""
    first = run(installed, "gd", "--memory", "HBM2", "--operation", "FP16 MAC")
    assert (first.returncode, first.stderr) == (0, "")
    assert "599.3" in first.stdout
    assert "149.8" in first.stdout
    template = run(installed, "predict", "--template").stdout
    (installed / "mine.csv").write_text(template)
    second = run(installed, "predict", "mine.csv")
    assert second.returncode == 0, second.stderr
    assert re.search(r"my system: [\d.]+ times less energy, [\d.]+ to [\d.]+", second.stdout)
    third = run(installed, "source", "energy:P151")
    assert (third.returncode, third.stderr) == (0, "")
    for said in ("antepara2025"[:8].capitalize(), "13.11", "of the prose read the table energy", "no chapter was"):
        assert said in third.stdout
    assert "Valgrind" in run(installed, "measure", "--help").stdout


@pytest.mark.slow
def test_what_is_looked_up_is_there_without_a_repository(installed):
    for arguments, said in [
        (["cite", "placement"], "The placement law"),
        (["cite", "fig-saving-map"], "Figure 3 of The placement law"),
        (["search", "virial"], "placement"),
        (["results", "placement"], "placement.placement_gd"),
    ]:
        found = run(installed, *arguments)
        assert (found.returncode, found.stderr) == (0, ""), arguments
        assert said in found.stdout
    refused = run(installed, "results", "--diff", "HEAD")
    assert refused.returncode == 1
    assert "expected" in refused.stderr
