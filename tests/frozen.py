"""Small tables of a test's own, under the rules of the book's: so that a new datum of the book changes no test."""

import csv
import json

from datagravity import paths

# What every row of a table has, unless a test says otherwise.
CELLS = {
    "energy": {
        "source": "chip",
        "year": 2027,
        "unit": "pJ",
        "operation": "as its source counts it",
        "method": "measured",
        "scope": "as its source says",
        "scope_class": "system",
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
    "series": {"reason": "they belong together"},
    "series_rows": {},
}


def freeze(folder, monkeypatch, **tables):
    """Let the package read these tables instead of the book's: each a list of rows, a row a dict of its cells.

    Energies per bit follow from the others. Sources that are not given are made, each a group of its own.
    """
    energy = [_energy_row(row) for row in tables.get("energy", [])]
    with_source = [(CELLS[name] | row)["source"] for name in ("energy", "distances") for row in tables.get(name, [])]
    sources = tables.get("sources", [{"key": key, "group": key} for key in sorted(set(with_source))])
    tables = tables | {"energy": energy, "sources": sources}
    package = json.loads((paths.DATA / "datapackage.json").read_text(encoding="utf-8"))
    package["resources"] = [table for table in package["resources"] if tables.get(table["name"])]
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


def _energy_row(row):
    row = dict(row)
    if "pj" in row:
        ends = row.pop("pj")
        row["energy_low_pj"], row["energy_high_pj"] = ends if isinstance(ends, tuple) else (ends, ends)
    if row.get("node_nm"):
        row.setdefault("node_inferred", "false")
    if row["kind"] != "compute" and row.get("width_bits") and "energy_low_pj" in row:
        for end in ("low", "high"):
            row[f"pj_per_bit_{end}"] = f"{row[f'energy_{end}_pj'] / row['width_bits']:.6g}"
    return row
