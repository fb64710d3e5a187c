"""The columns of a chip's file: what each means, which columns of the book's table of energies they become."""

from datagravity.evidence import package
from datagravity.evidence.cells import listed
from datagravity.evidence.rules.processors import OFF_CHIP, ON_CHIP
from datagravity.sheet import Form

#: The table that the rows of a chip become rows of.
TABLE = "energy"
#: The levels of a memory.
LEVELS = ON_CHIP + OFF_CHIP
#: The ten columns of the file, each with one line that explains it.
MEANINGS = {
    "chip": "the name of the chip, as you would print it",
    "part": "the memory level that is read, the operation that is done, or a number of the whole chip",
    "value": "the energy; blank where low and high say it",
    "unit": "fJ, pJ or nJ, per bit, byte, word, access, FLOP, MAC or operation, as in pJ/bit",
    "bits": "how many bits one access or one word moves; blank where the unit or the operation says it",
    "low": "low end of the range, in the same unit; blank for one number",
    "high": "high end of the range, in the same unit; blank for one number",
    "method": "how the number came about",
    "source": "where it is from: a DOI, an address, a key of this book's bibliography, or words",
    "note": "what was measured, and anything a reader should know; two rows of one part differ in it",
}
COLUMNS = tuple(MEANINGS)
#: The columns without which no file is read; of the value and the ends of a range one is enough.
NEEDED = ("chip", "part", "unit", "method", "source", (("value",), ("low", "high")))
#: The columns that hold numbers.
NUMBERS = ("value", "bits", "low", "high")
#: Characters of a cell, and of the name of a chip, at most.
MOST_CHARACTERS, MOST_NAMED = 2_000, 80
#: A number of the whole chip -> its column of the table of accelerators, and its unit.
WHOLE_CHIP = {
    "peak throughput": ("peak_dense_fp16_bf16_tflops", "TFLOP/s"),
    "memory capacity": ("memory_gb", "GB"),
    "memory bandwidth": ("mem_bw_gb_s", "GB/s"),
    "power": ("tdp_w", "W"),
}
#: Columns of the table that are computed here from the ten, or that only its keepers fill.
_NOT_ASKED = {
    *("id", "source", "kind", "width_bits", "unit", "energy_low_pj", "energy_high_pj", "energy_mean_pj"),
    *("rel_energy_x", "rel_to", "pj_per_bit_low_rounded", "pj_per_bit_high_rounded", "method", "status"),
    *("confidence", "text_type", "notes", "memory_level", "operation_class", "flop_per_operation"),
    *("energy_card_a2_pj", "energy_card_a3_pj", "excluded_because"),
}
#: A column of the table -> the column of the file that a problem of it is shown at.
SHOWN_AT = {
    "width_bits": "bits",
    "energy_low_pj": "low",
    "energy_high_pj": "high",
    "energy_mean_pj": "value",
    "memory_level": "part",
    "operation_class": "part",
    "flop_per_operation": "unit",
    "notes": "note",
    "kind": "part",
}


def fields():
    """Column of the table of energies -> its description."""
    resources = package.read(package.folder_of(None))["resources"]
    schema = next(one["schema"] for one in resources if one["name"] == TABLE)
    return {field["name"]: field for field in schema["fields"]}


def words_of(column):
    """The words that a column of the table may hold, in the order of its description."""
    return tuple(fields()[column]["constraints"]["enum"])


def further():
    """The columns of the table that a file may have beside the ten, under their own names."""
    return tuple(name for name in fields() if name not in _NOT_ASKED)


def form():
    """What a chip's file looks like."""
    start, surplus = "datagravity new chip my_chip.csv", "put it into note"
    columns = (*COLUMNS, *further())
    return Form(columns, NEEDED, NUMBERS, ("unit",), row="one row a part of a chip", start=start, surplus=surplus)


def meaning(column):
    """What a column of a file means."""
    if column in MEANINGS:
        return MEANINGS[column]
    field = fields().get(column)
    return field["description"] if field and column in further() else ""


def parts():
    """Every word that the column `part` knows: levels, generations of memory, operations, numbers of the whole chip."""
    return (*LEVELS, *words_of("memory_type"), *words_of("operation_class"), *WHOLE_CHIP)


def explained(column):
    """One line for the head of a template: what a column means, and what it may hold."""
    if column == "part":
        whole = listed([f"{part} ({unit})" for part, (_, unit) in WHOLE_CHIP.items()])
        return f"{meaning(column)}: {listed(LEVELS)}; an operation such as FP16 tensor MAC or INT8 add; or {whole}"
    if column == "method":
        return f"{meaning(column)}: {listed(words_of('method'))}"
    return meaning(column)
