"""Two verdicts on the same tables: the native checks at load, and Frictionless."""

import pytest

from datagravity.command.line import main
from datagravity.evidence import Problem, files, frictionless_check, keys, package, schema
from datagravity.paths import DATA
from editing import change, read, write


@pytest.mark.slow
def test_the_package_is_valid_for_frictionless_itself():
    from frictionless import Package

    report = Package(str(DATA / "datapackage.json")).validate()
    assert report.valid, report.flatten(["rowNumber", "fieldName", "note"])


def native(folder):
    """The cells that the description of the tables forbids, as found here; rules beyond a schema are left out."""
    resources = package.read(folder)["resources"]
    tables = {resource["name"]: files.read(folder, resource)[0] for resource in resources}
    found = [problem for table in tables.values() for problem in schema.problems(table)]
    found += keys.problems(resources, tables, {place(problem) for problem in found})
    return found


def place(problem):
    return problem.file, problem.row, problem.column


def violations(field):
    """One cell for each thing that the description of a column forbids; what is twice there is seen to below."""
    limits, kind = field.get("constraints", {}), field["type"]
    if kind != "string":
        yield "x"
    if limits.get("required"):
        yield ""
    if "enum" in limits or "pattern" in limits:
        yield "?"
    if "minimum" in limits:
        yield str(limits["minimum"] - 1)
    if "exclusiveMinimum" in limits:
        yield str(limits["exclusiveMinimum"])
    if "maximum" in limits:
        yield str(limits["maximum"] + 1)


@pytest.mark.slow
def test_both_find_the_same_bad_cells_of_every_column(folder):
    """Every promise of the real description is broken in turn; a key that leads nowhere is one of them."""
    broken = set()
    for resource in package.read(folder)["resources"]:
        path, described = folder / resource["path"], resource["schema"]
        # What is promised of a column is promised of each row: of thousands, hundreds tell as much.
        rows, keys = read(path)[:600], [key["fields"][0] for key in described.get("foreignKeys", [])]
        for position, field in enumerate(described["fields"]):
            name = field["name"]
            # Spread over the rows, so that none becomes blank; the last two are for what is there twice.
            for number, cell in enumerate([*violations(field), *["nobody2020"] * keys.count(name)], position):
                index = number % (len(rows) - 2)
                rows[index][name] = cell
                broken.add((f"data/{path.name}", index + 2, name))
            if field.get("constraints", {}).get("unique"):
                rows[-1][name] = rows[-2][name]
                broken.add((f"data/{path.name}", len(rows) + 1, name))
        write(path, rows)
    found = {place(problem) for problem in native(folder)}
    assert len(broken) > 400
    assert broken <= found
    assert found == {place(problem) for problem in frictionless_check.problems(folder)}


@pytest.mark.slow
def test_a_blank_row_is_one_problem_for_both(small):
    path = small / "claims.csv"
    path.write_text(path.read_text(encoding="utf-8") + "," * 11 + "\n", encoding="utf-8")
    assert {place(p) for p in frictionless_check.problems(small)} == {("data/claims.csv", 8, "id")}
    assert [place(p) for p in native(small)] == [("data/claims.csv", 8, "id")]


@pytest.mark.slow
def test_what_is_stricter_here_than_in_frictionless(small):
    for row, column, cell in [
        ("P016", "energy_high_pj", "inf"),
        ("P019", "energy_high_pj", "1_0"),
        ("P020", "energy_high_pj", " 7"),
        ("P020", "node_nm", "4_5"),
        ("P020", "scope_as_stated", " datapath"),
    ]:
        change(small / "energy.csv", row, **{column: cell})
    change(small / "sources.csv", "choi2013", grey="TRUE")
    assert len(native(small)) == 6
    assert frictionless_check.problems(small) == []


@pytest.mark.slow
def test_the_command_asks_both(small, monkeypatch, capsys):
    assert main(["validate", str(small)]) == 0
    assert "energy                  28 rows, valid" in capsys.readouterr().out
    monkeypatch.setattr(frictionless_check, "problems", lambda _: [Problem("data/energy.csv", "what it accepts", 2)])
    assert main(["validate", str(small)]) == 1
    assert "data/energy.csv row 2: expected what it accepts" in capsys.readouterr().err
