"""A note is only a note: with every text for a reader shuffled, no number changes."""

import csv
import json
import pkgutil
import random
import shutil
from importlib import import_module

import pandas as pd
import pytest

from datagravity import claims, headlines, paths, pim
from datagravity import distance as dist
from datagravity.decoding import measured_runs
from datagravity.decoding import predicted as predicted_runs
from datagravity.evidence import reading, validate
from datagravity.plateau import growth_table, memory_halving
from datagravity.processors import disjunction_constants, improvements, machine_balances, not_paired, trends

# The columns that tell a reader something, and that nothing may be decided by.
FOR_READERS = {
    "energy": "operation scope_as_stated locator notes url distance_note",
    "published_ratios": "locator note",
    "distances": "level locator notes",
    "distance_rows": "operation level_from level_to locator voltage_as_stated distance_notes notes",
    "cacti_runs": "locator",
    "corrections": "reason locator",
    "pim": "system venue evidence baseline workload reported_text derivation pj_note locator url notes unchecked",
    "memory_paths": "reason",
    "choices": "meaning reason",
    "choice_conflicts": "reason",
    "brain": "item share_of tissue_species basis class_note locator note url unchecked",
    "claims": "claim sentence quantity region_reason alternatives_reason assumption locator",
    "own_claims": "claim quantity region_reason alternatives_reason assumption locator",
    "accelerators": "memory_type sram_note tdp_kind locator recalled_fields note url",
    "trends": "fact locator note",
    "efficiency_trend": "name locator note",
    "llm": "attention_note locator note url",
    "measured_inference": "model hardware precision boundary_as_stated locator note url",
    "measured_decoding": "model_id accelerator weight_precision locator note",
    "related_papers": "title topic note locator",
    "related_claims": "claim baseline locator units",
    "systems": "lesson",
    "system_claims": "what baseline",
    "series": "reason",
    "program_measurements": "command version valgrind machine from_function",
}
# The other texts that no closed list binds: names and numbers as somebody printed them, or whose blanks say something.
# Whoever adds a column of text says here or above which of the two it is.
DECIDING = {
    "energy": "rel_to hops_range excluded_because",
    "sources": "group group_at_45_nm",
    "published_ratios": "level",
    "distance_rows": "origin series experiment sample",
    "corrections": "table row column expect value",
    "memory_paths": "distances",
    "choices": "choice question option",
    "choice_conflicts": "choice_a option_a choice_b option_b",
    "accelerators": "name vendor second_source release_date",
    "trends": "period",
    "efficiency_trend": "series date",
    "llm": "name",
    "measured_inference": "workload",
    "measured_decoding": "program task",
    "related_papers": "version date reason_if_none model_needs",
    "related_claims": "numbers kind",
    "systems": "name",
    "system_claims": "figure",
    "system_inputs": "taken_from locator note",
    "series": "origin warning",
    "series_rows": "row label path",
    "program_counts": "family",
    "program_measurement_counts": "family",
}


def shuffled(data):
    """A copy of the book's tables with those columns shuffled, but for the cells that a correction guards."""
    shutil.copytree(paths.DATA, data)
    guarded = {tuple(row[key] for key in ("table", "row", "column")) for row in rows_of(data / "corrections.csv")}
    for table, columns in FOR_READERS.items():
        rows = rows_of(data / f"{table}.csv")
        key = next(iter(rows[0]))
        for column in columns.split():
            free = [row for row in rows if (table, row[key], column) not in guarded]
            cells = [row[column] for row in free]
            random.Random(column).shuffle(cells)
            for row, cell in zip(free, cells, strict=True):
                row[column] = cell
        with (data / f"{table}.csv").open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
            writer.writeheader()
            writer.writerows(rows)
    return data


def rows_of(path):
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def computed():
    """The numbers of every table that the package computes from the data."""
    frames = {
        "disjunction constants": disjunction_constants(include_recalled=True),
        "not paired": not_paired()[["id", "reason"]],
        "improvements": improvements(),
        "balances": machine_balances(),
        "trends": trends(),
        "points": dist.points(),
        "not fitted": dist.not_fitted()[["id", "reason"]],
        "exponents": dist.exponents(),
        "ladders": pim.ladders(),
        "predicted": pim.predictions(),
        "predicted, fixed share": pim.predictions(law="tile, fixed share", fixed_cost="component"),
        "growth": growth_table(),
        "memories": memory_halving(),
        "runs": measured_runs(),
        "predicted runs": predicted_runs(),
        "verdicts": claims.judged().drop(columns=["claim", "sentence", "quantity"]),
    }
    for test in claims.TESTS:
        parts = claims.parts(test).drop(columns="part")  # a part is named after what was measured
        frames[test] = parts.sort_values(list(parts.columns), ignore_index=True)
    return frames


def printed():
    """Part of a chapter's headlines -> its headlines, for every part that reads a table."""
    found = {}
    for chapter in pkgutil.iter_modules(headlines.__path__):
        for part in import_module(f"datagravity.headlines.{chapter.name}").PARTS:
            with reading() as tables:
                own = part()
            if tables:
                found[part] = own
    return found


@pytest.mark.slow
def test_no_number_depends_on_a_text_for_readers(tmp_path, monkeypatch):
    frames, found = computed(), printed()
    assert len(found) > 50
    monkeypatch.setattr(paths, "DATA", shuffled(tmp_path / "data"))
    assert sum(validate().values()) > 0
    frames_again = computed()
    for part, was in found.items():
        now = part()
        changed = {name: (was[name], now[name]) for name in was if not same(was[name].value, now[name].value)}
        assert changed == {}, part
    texts = {column for columns in FOR_READERS.values() for column in columns.split()}
    for name, frame in frames.items():
        columns = [column for column in frame if column not in texts | {"access", "system", "part"}]
        pd.testing.assert_frame_equal(frame[columns], frames_again[name][columns], obj=name)


def test_every_text_is_known_to_decide_or_to_be_for_readers():
    for table in json.loads((paths.DATA / "datapackage.json").read_text(encoding="utf-8"))["resources"]:
        schema = table["schema"]
        keys = {*schema["primaryKey"], *(key["fields"][0] for key in schema.get("foreignKeys", []))}
        free = {field["name"] for field in schema["fields"] if field["type"] == "string"} - {
            field["name"] for field in schema["fields"] if "enum" in field.get("constraints", {})
        }
        for_readers, deciding = (set(known.get(table["name"], "").split()) for known in (FOR_READERS, DECIDING))
        assert not for_readers & deciding
        assert free - keys == (for_readers | deciding) - keys, table["name"]


def same(one, other):
    return one == other if isinstance(one, str) else one == pytest.approx(other, rel=1e-12)
