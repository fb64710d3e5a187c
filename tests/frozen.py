"""Small tables of a test's own, under the rules of the book's: so that a new datum of the book changes no test."""

import csv
import json

from datagravity import paths

READ = {"source": "chip", "locator": "p. 1", "status": "verified", "checked": "read in the source"}
# What every row of a table has, unless a test says otherwise.
CELLS = {
    "energy": {
        "source": "chip",
        "year": 2027,
        "unit": "pJ",
        "operation": "as its source counts it",
        "method": "measured",
        "scope_as_stated": "as its source says",
        "scope": "system",
        "locator": "p. 1",
        "status": "verified",
        "text_type": "primary_text",
    },
    "sources": {"grey": "false", "checked": "read in the source"},
    "distances": {
        "source": "chip",
        "level": "a path",
        "basis": "stated",
        "locator": "p. 1",
        "status": "verified",
        "text_type": "primary_text",
    },
    "distance_rows": {
        **READ,
        "series": "a series",
        "origin": "here",
        "pooled": "false",
        "operation": "as its source counts it",
        "increment": "false",
        "unit": "pJ/bit",
        "value": 1,
        "basis": "not stated",
        "linear_by_construction": "false",
        "data_pattern": "random",
        "meter": "board",
        "method": "measured",
    },
    "accelerators": {
        **READ,
        "vendor": "somebody",
        "memory_type": "HBM3",
        "memory_level": "HBM",
        "memory_gb": 80,
        "tdp_kind": "TDP",
        "confidence": 1,
    },
    "trends": {**READ, "fact": "as its source counts it", "unit": "pJ/bit"},
    "efficiency_trend": {"source": "chip", "locator": "p. 1", "status": "verified"},
    "llm": {
        **READ,
        "year": 2027,
        "biases": "none",
        "mlp": "gated",
        "positions": "computed",
        "published_counts": "these weights",
        "attention_note": "all heads alike",
        "confidence": 1,
    },
    "measured_inference": {
        **READ,
        "boundary": "GPU",
        "boundary_as_stated": "GPU only",
        "kind": "measured",
        "derived": "false",
        "confidence": 1,
    },
    "measured_decoding": {
        "source": "chip",
        "locator": "p. 1",
        "status": "verified",
        "accelerator": "as its source has it",
        "gpus": 1,
        "layers_in_turn": "false",
        "boundary": "GPU",
    },
    "series": {"reason": "they belong together"},
    "series_rows": {},
    "program_counts": {},
    "program_misses": {},
    "program_measurements": {},
    "program_measurement_counts": {},
}


def freeze(folder, monkeypatch, **tables):
    """Let the package read these tables instead of the book's: each a list of rows, a row a dict of its cells.

    Energies per bit follow from the others. Sources that are not given are made, each a group of its own.
    """
    energy = [_energy_row(row) for row in tables.get("energy", [])]
    cited = (CELLS[name] | row for name in tables for row in tables[name])
    with_source = [row["source"] for row in cited if "source" in row]
    sources = tables.get("sources", [{"key": key, "group": key} for key in sorted(set(with_source))])
    chips = [_accelerator_row(row) for row in tables.get("accelerators", [])]
    tables = tables | {"energy": energy, "accelerators": chips, "sources": sources}
    package = json.loads((paths.DATA / "datapackage.json").read_text(encoding="utf-8"))
    package["resources"] = [table for table in package["resources"] if tables.get(table["name"])]
    kept = {table["name"] for table in package["resources"]}
    for table in package["resources"]:
        keys = table["schema"].get("foreignKeys", [])
        table["schema"]["foreignKeys"] = [key for key in keys if key["reference"]["resource"] in kept]
    data = folder / "data"
    data.mkdir()
    (data / "datapackage.json").write_text(json.dumps(package), encoding="utf-8")
    for table in package["resources"]:
        columns = [field["name"] for field in table["schema"]["fields"]]
        with (data / table["path"]).open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, columns, lineterminator="\n")
            writer.writeheader()
            writer.writerows(CELLS[table["name"]] | row for row in tables[table["name"]])
    entries = [
        f"@misc{{{row['key']},\n  author = {{Somebody}},\n  title = {{Something}},\n  year = {{2027}}\n}}\n"
        for row in sources
    ]
    (folder / "references.bib").write_text("\n".join(entries), encoding="utf-8")
    monkeypatch.setattr(paths, "DATA", data)
    monkeypatch.setattr(paths, "REFERENCES", folder / "references.bib")


def _accelerator_row(row):
    row = dict(row)
    peak = row["peak_dense_fp16_bf16_tflops"]
    row["flop_per_byte"] = round(1000 * peak / row["mem_bw_gb_s"], 1)
    row["gflop_per_s_per_w"] = round(1000 * peak / row["tdp_w"], 1)
    return row


def _energy_row(row):
    row = dict(row)
    if "pj" in row:
        ends = row.pop("pj")
        row["energy_low_pj"], row["energy_high_pj"] = ends if isinstance(ends, tuple) else (ends, ends)
    if row.get("node_nm"):
        row.setdefault("node_inferred", "false")
    if row["kind"] != "compute" and row.get("width_bits") and "energy_low_pj" in row:
        for end in ("low", "high"):
            row[f"pj_per_bit_{end}_rounded"] = f"{row[f'energy_{end}_pj'] / row['width_bits']:.6g}"
    return row
