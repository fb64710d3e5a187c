"""The rows of a chip's file, cell by cell: everything that is wrong with them, and what they are in the book's table.

A row becomes a row of the table of energies in the text that the table holds; the schema and the rules of that table
then judge it as they judge any other, and what they find is said of the file's own column.
"""

import re
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation

from datagravity import naming
from datagravity.charts.words import printed
from datagravity.chip import mends, template, units
from datagravity.chip.columns import (
    COLUMNS,
    MOST_CHARACTERS,
    MOST_NAMED,
    NUMBERS,
    SHOWN_AT,
    WHOLE_CHIP,
    fields,
    further,
    meaning,
    parts,
    words_of,
)
from datagravity.evidence import files, load, remembered, rules, schema
from datagravity.evidence.cells import NUMBER, listed
from datagravity.evidence.rules.processors import OFF_CHIP, operation_of
from datagravity.sheet import Problem, no_text, shown

#: Numbers this many times beyond every row of the book are plausible to nobody.
BEYOND = 10
#: How far a value may lie from the geometric mean of its ends before its owner is told that the mean stands for it.
OFF_THE_MIDDLE = Decimal("0.1")
#: What a row is said to include where its owner does not say: board and chip together if it was measured.
SCOPES = {"compute": "datapath", "sram": "macro", "dram": "device"}
#: What is assumed of a multiply-add, by what its energy is counted by.
COUNTED = dict.fromkeys((None, "operation"), "one operation is the whole multiply-add, two FLOP") | {
    "MAC": "a MAC is the whole multiply-add, two FLOP",
    "FLOP": "a MAC is two FLOP, and takes twice the energy of one",
}
#: The level of a generation of memory, by how its name begins.
LEVELS = {"HBM": "HBM", "GDDR": "GDDR", "LPDDR": "LPDDR", "DDR": "DDR", "HMC": "DRAM, unnamed"}


@dataclass
class Entry:
    """One row of a file: its line and cells, the row of the table of energies that it is (None for a number of the
    whole chip or a row with problems), and what was assumed on the way."""

    line: int
    cells: dict
    energy: dict | None = None
    whole: tuple | None = None
    assumed: list = field(default_factory=list)


class Checker:
    """All rows of one file, and what is wrong with them."""

    def __init__(self, sheet):
        """Check every row of a `reading.Sheet`."""
        self.file, self.problems, self.entries = sheet.file, list(sheet.problems), []
        self._wrong, first = set(), {}
        for line, row in sheet.rows:
            entry = Entry(line, row)
            self.entries.append(entry)
            before = len(self._wrong)
            self._text(entry)
            self._filled(entry)
            if len(self._wrong) == before:
                self._energy(entry)
            self._once(entry, first)
        self._own()
        self._by_the_rules()
        self._one_increment()
        self._plausible()
        self.problems.sort(key=lambda problem: (problem.warning, problem.row or 0))

    def say(self, entry, column, expected, mend="", *, warning=False):
        """Note what is wrong with a cell."""
        if not warning:
            self._wrong.add((entry.line, column))
        value = entry.cells.get(column)
        name = entry.cells.get("chip", "")
        self.problems.append(
            Problem(
                self.file,
                expected,
                entry.line,
                shown(name) or None,
                column,
                None if value is None else shown(value),
                meaning=meaning(column),
                mend=mend,
                warning=warning,
            )
        )

    def _has(self, entry, *columns):
        """Whether something is wrong already with one of the cells."""
        return any((entry.line, column) in self._wrong for column in columns)

    # --- One cell at a time

    def _text(self, entry):
        """Cells are text that means itself: of a bearable length, without control characters, and no formula."""
        for name, cell in entry.cells.items():
            most = MOST_NAMED if name == "chip" else MOST_CHARACTERS
            if wrong := no_text(cell, most, number=name in NUMBERS):
                self.say(entry, name, *wrong)
        entry.cells = {name: " ".join(cell.split()) for name, cell in entry.cells.items()}

    def _filled(self, entry):
        """What every row says, and numbers that are numbers."""
        cells = entry.cells
        for name in ("chip", "part", "unit", "method", "source"):
            if not cells.get(name):
                whole = name == "method" and cells.get("part", "").lower() in WHOLE_CHIP
                if not whole and not self._has(entry, name):
                    self.say(entry, name, "a value", "measured" if name == "method" else "")
        for name in NUMBERS:
            if cells.get(name) and not self._has(entry, name):
                self._number(entry, name)
        if not self._has(entry, "low", "value", "high"):
            self._ends(entry, *(cells.get(name, "") for name in ("low", "value", "high")))
        self._known(entry)

    def _ends(self, entry, low, value, high):
        """A value, or a range with both ends in their order, or a value inside its range."""
        if bool(low) != bool(high):
            missing = "low" if high else "high"
            self.say(entry, missing, "both ends of a range, or neither", low or high)
        elif not (value or low):
            self.say(entry, "value", "a number, here or in low and high")
        elif low and Decimal(low) > Decimal(high):
            self.say(entry, "low", f"at most high, which is {high}", f"low {high}, high {low}: swapped")
        elif low and value and not Decimal(low) <= Decimal(value) <= Decimal(high):
            self.say(entry, "value", f"a number from low to high, {low} to {high}")
        elif low and value:
            middle = (Decimal(low) * Decimal(high)).sqrt()
            if abs(Decimal(value) / middle - 1) > OFF_THE_MIDDLE:
                said = f"about {middle:.3g}, the geometric mean of low and high, which stands for the range"
                self.say(entry, "value", f"{said}; the value is shown and not used", warning=True)

    def _number(self, entry, name):
        text = entry.cells[name]
        whole = name == "bits"
        expected = f"a {'whole ' if whole else ''}number above 0"
        if mends.is_number(text, whole=whole):
            return
        if NUMBER["number"].fullmatch(text) and Decimal(text) > 0 and not mends.is_finite(text):
            expected = "a number that a double can hold"
        is_operation = len(naming.spelt(entry.cells["part"], words_of("operation_class"))) == 1
        self.say(entry, name, expected, mends.of_number(name, entry.cells, is_operation=is_operation))

    def _known(self, entry):
        """Words of closed lists: the part, the unit, the method."""
        cells = entry.cells
        if self._has(entry, "part"):
            return
        if len(known := naming.spelt(cells["part"], parts())) != 1:
            near = " or ".join(naming.nearest(cells["part"], parts(), count=2))
            expected = "a memory level, a generation of memory, an operation or a number of the whole chip"
            self.say(entry, "part", f"{expected}: {listed(parts())}", near)
        else:
            cells["part"] = known[0]
        if cells.get("method") and not self._has(entry, "method"):
            methods = words_of("method")
            if len(known := naming.spelt(cells["method"], methods)) != 1:
                near = " or ".join(naming.nearest(cells["method"], methods, count=2))
                self.say(entry, "method", f"one of {listed(methods)}", near)
            else:
                cells["method"] = known[0]
        if cells["unit"] and not self._has(entry, "part", "unit"):
            self._unit(entry)

    def _unit(self, entry):
        part, text = entry.cells["part"], entry.cells["unit"]
        if part in WHOLE_CHIP:
            own = WHOLE_CHIP[part][1]
            if text.lower() != own.lower() or ("b" in text and "B" in own):  # a small b is a bit
                self.say(entry, "unit", own, own)
            if not entry.cells.get("value") and not self._has(entry, "value"):
                self.say(entry, "value", "a number")
            return
        unit = units.unit_of(text)
        is_operation = part in words_of("operation_class")
        if unit is None:
            self.say(entry, "unit", units.EXPECTED, mends.of_unit(text, is_operation=is_operation))
        elif is_operation and unit.per in units.OF_ACCESSES:
            self.say(entry, "unit", "an energy of an operation: per operation, MAC or FLOP", "pJ/operation")
        elif not is_operation and unit.per in units.OF_OPERATIONS:
            self.say(entry, "unit", "an energy of an access: per bit, byte, word or access", "pJ/bit")
        elif unit.per == "MAC" and operation_of(part).flop == 1:
            self.say(entry, "unit", f"an energy per operation, because a {part} is no multiply-add", "pJ/operation")
        elif not (is_operation or unit.per in units.WIDTHS or entry.cells.get("bits") or self._has(entry, "bits")):
            what = "word" if unit.per == "word" else "access"
            self.say(entry, "bits", f"the bits of one {what}, because the unit is {text}", mends.BITS)

    def _once(self, entry, first):
        """No row stands twice, and no two rows of one thing contradict each other."""
        cells = [entry.cells.get(name, "") for name in entry.cells if name not in (*NUMBERS, "unit")]
        key = tuple(cell.lower() for cell in cells)
        other = first.setdefault(key, entry)
        if other is entry or self._has(entry, *NUMBERS, "part", "unit"):
            return
        if entry.cells == other.cells:
            self.say(entry, "part", f"each row once; row {other.line} says the same", "delete one of the two")
        else:
            expected = f"one number of one thing; row {other.line} has another number of the same part"
            self.say(entry, "note", expected, "say in note what each of them is")

    def _own(self):
        """No row is an example of the template: invented numbers, and a source that is none."""
        untouched = [entry for entry in self.entries if template.is_example(entry.cells)]
        if untouched:
            first, *others = untouched
            column = next(name for name in ("source", "chip", *first.cells) if name in first.cells)
            also = f", as are {len(others)} more, down to row {others[-1].line}" if others else ""
            expected = f"your own; this row is still the template's invented example{also}"
            self.say(first, column, expected, "your numbers and their source, or delete the row")
            self._wrong |= {(entry.line, column) for entry in others}
            self._without_wrong_rows()

    # --- The row of the table

    def _energy(self, entry):
        """The row of the table of energies, in the text that the table holds."""
        cells, part = entry.cells, entry.cells["part"]
        if part in WHOLE_CHIP:
            entry.whole = (WHOLE_CHIP[part][0], float(cells["value"]))
            if part == "peak throughput":
                entry.assumed.append("the throughput is that of dense FP16 or BF16, and counts a MAC as two FLOP")
            return
        unit = units.unit_of(cells["unit"])
        row = dict.fromkeys(fields(), "")
        row |= {name: cells[name] for name in further() if cells.get(name)}
        kind = self._what(entry, row, part)
        width, scale = self._width(entry, row, unit, kind)
        low, high = cells.get("low") or cells["value"], cells.get("high") or cells["value"]
        row |= {
            "id": "P000",
            "source": "chip",
            "year": row["year"] or _year(entry),
            "kind": kind,
            "operation": row["operation"] or f"{cells['chip']} {part}",
            "width_bits": width,
            "unit": "pJ",
            "energy_low_pj": _scaled(low, unit.pj * scale),
            "energy_high_pj": _scaled(high, unit.pj * scale),
            "energy_mean_pj": _scaled(cells["value"], unit.pj * scale) if cells.get("low") and cells["value"] else "",
            "method": cells["method"],
            "locator": row["locator"] or "not stated",
            "scope_as_stated": row["scope_as_stated"] or "not stated",
            "status": "verified",
            "text_type": "primary_text",
            "notes": cells.get("note", ""),
        }
        if not row["scope"]:
            row["scope"] = "system" if cells["method"] == "measured" else SCOPES[kind]
            entry.assumed.append(f"what the energy includes is taken as “{row['scope']}”; a column scope would say it")
        if row["node_nm"] and not row["node_inferred"]:
            row["node_inferred"] = "false"
        if kind != "compute" and width:
            for end in ("low", "high"):
                row[f"pj_per_bit_{end}_rounded"] = f"{float(row[f'energy_{end}_pj']) / int(width):.6g}"
        entry.energy = row

    def _what(self, entry, row, part):
        """What a part is: its kind; and in the row its level, its generation, or its operation."""
        if part in words_of("operation_class"):
            row["operation_class"] = part
            return "compute"
        if part in words_of("memory_type"):
            row["memory_type"] = row["memory_type"] or part
            level = next(level for begins, level in LEVELS.items() if part.startswith(begins))
            entry.assumed.append(f"a memory of the level {level}")
        else:
            level = part
        row["memory_level"] = level
        return "dram" if level in OFF_CHIP else "sram"

    def _width(self, entry, row, unit, kind):
        """The width of one access or operation, as text, and how many of the unit's things it is."""
        bits, part = entry.cells.get("bits", ""), entry.cells["part"]
        if kind == "compute":
            its = operation_of(part)
            row["flop_per_operation"] = "1" if unit.per == "FLOP" else str(its.flop)
            if its.flop > 1:
                entry.assumed.append(COUNTED[unit.per])
            if not its.floating:
                entry.assumed.append("an integer operation counts as one, as it is given; no FLOP is made of it")
            return bits or str(its.width_bits or ""), Decimal(1)
        own = units.WIDTHS.get(unit.per)
        if own is None:
            return bits, Decimal(1)
        if not bits:
            return str(own), Decimal(1)
        return bits, Decimal(bits) / own

    # --- What the table itself asks

    def _by_the_rules(self):
        """The schema and the rules of the table, of every row that got so far, at the file's own columns."""
        entries = [entry for entry in self.entries if entry.energy]
        table = table_of([entry.energy for entry in entries], self.file)
        of_line = dict(enumerate(entries))
        found = [*schema.problems(table), *rules.row_problems("energy", table)]
        for problem in found:
            entry = of_line[problem.row]
            column = SHOWN_AT.get(problem.column, problem.column)
            if self._has(entry, column):
                continue
            own = column if column in entry.cells else next(name for name in ("note", *COLUMNS) if name in entry.cells)
            mend = ""
            field_ = fields().get(problem.column, {})
            if "enum" in field_.get("constraints", {}) and entry.cells.get(own):
                mend = " or ".join(naming.nearest(entry.cells[own], words_of(problem.column), count=2))
            if problem.column == "width_bits" and (width := re.match(r"\d+", problem.expected)):
                mend = f"{width[0]}, or a blank"
            expected = problem.expected if own == column else f"{problem.column}: {problem.expected}"
            self.say(entry, own, expected, mend)
        self._without_wrong_rows()

    def _without_wrong_rows(self):
        """Rows with a problem are no rows of the table."""
        wrong = {line for line, _ in self._wrong}
        for entry in self.entries:
            if entry.line in wrong:
                entry.energy = None

    def _one_increment(self):
        """What a level adds to those before it is one number: the whole way is their sum."""
        first = {}
        for entry in self.entries:
            row = entry.energy
            if row and row["increment"] == "true":
                other = first.setdefault((entry.cells["chip"], row["node_nm"], row["memory_level"]), entry)
                if other is not entry:
                    expected = f"one increment of a level of a chip; row {other.line} has another"
                    self.say(entry, "increment", expected, "a blank, if it is the energy of the whole access")
        self._without_wrong_rows()

    def _plausible(self):
        """A warning of each number that lies far beyond every row of the book."""
        for entry in self.entries:
            if entry.whole:
                column, number = entry.whole
                (low, high), what, ends = _range_of_chips(column), WHOLE_CHIP[entry.cells["part"]][1], (number, number)
            elif entry.energy:
                low, high, what = _ranges()[entry.energy["kind"]]
                bits = 1 if entry.energy["kind"] == "compute" else int(entry.energy["width_bits"])
                ends = [float(entry.energy[f"energy_{end}_pj"]) / bits for end in ("low", "high")]
            else:
                continue
            if ends[1] < low / BEYOND or ends[0] > high * BEYOND:
                column = "value" if entry.cells.get("value") else "low"
                low, high, this = map(printed, (low, high, ends[0]))
                expected = f"about {low} to {high} {what}, as all rows of the book; this is {this}"
                self.say(entry, column, expected, "look at the unit", warning=True)


def table_of(rows, file="energy.csv"):
    """Rows of the table of energies, as text, as a table that its schema and its rules can judge; lines from 0 on."""
    described = list(fields().values())
    table = files.Table(file, described, "id", complete=True)
    table.rows, table.lines = [dict(row) for row in rows], list(range(len(rows)))
    table.values = [{one["name"]: files.value(one, row[one["name"]]) for one in described} for row in rows]
    return table


def _year(entry):
    """The year of a source: the last one that its words or its note name; this year if none does."""
    this = datetime.now(tz=UTC).year
    for cell in ("source", "note"):
        words = re.sub(r"10\.\d{4,}/\S+|https?://\S+", "", entry.cells.get(cell, ""))
        years = [int(year) for year in re.findall(r"\b(?:19[6-9]|20\d)\d\b", words)]
        if years := [year for year in years if year <= this]:
            return str(years[-1])
    entry.assumed.append(f"the year is taken as {this}; a column year would say it")
    return str(this)


@remembered(stored=True)
def _ranges():
    """Kind -> the least and the greatest energy of an access per bit, or of an operation, in the book, and the unit.

    Stored, since a check needs nothing else of `processors`, whose imports take a third of its time.
    """
    from datagravity.processors import accesses, operations

    rows = operations()
    found = {"compute": (float(rows["compute_pj_low"].min()), float(rows["compute_pj_high"].max()), "pJ an operation")}
    for kind, rows in accesses().groupby("kind"):
        ends = rows["energy_pj_per_bit_low"].min(), rows["energy_pj_per_bit_high"].max()
        found[str(kind)] = float(ends[0]), float(ends[1]), "pJ/bit"
    return found


@remembered
def _range_of_chips(column):
    """The least and the greatest number of a column of the table of accelerators."""
    numbers = load("accelerators")[column].dropna()
    return float(numbers.min()), float(numbers.max())


def _scaled(text, factor):
    """A number times a factor, exactly, in digits that a reader would write."""
    try:
        found = (Decimal(text) * factor).normalize()
    except InvalidOperation:
        return text
    return f"{found:f}" if Decimal("1e-9") < abs(found) < Decimal("1e15") else str(found)
