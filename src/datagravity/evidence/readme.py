"""The tables described for a reader: the text of data/README.md."""

from datagravity.evidence import package
from datagravity.evidence.cells import listed
from datagravity.evidence.loading import validate


def data_readme(*, directory=None):
    """The text of data/README.md: every table, its rows and columns, and how to add a row."""
    described, counts = package.read(package.folder_of(directory)), validate(directory)
    lines = [
        f"# {described['title']}",
        "",
        described["description"],
        "",
        "Generated from `datapackage.json` by `python -m datagravity data-readme`; do not edit.",
        "",
    ]
    for resource in described["resources"]:
        schema, count = resource["schema"], counts[resource["name"]]
        lines += [f"## `{resource['path']}`: {resource['title']} ({count} rows)", "", resource["description"], ""]
        lines += ["| column | unit | meaning |", "| --- | --- | --- |"]
        for field in schema["fields"]:
            meaning = field["description"].replace("|", "\\|")
            lines.append(f"| `{field['name']}` | {field.get('unit', '')} | {meaning}{_vocabulary(field)} |")
        keys = [
            f"`{key['fields'][0]}` is a `{key['reference']['fields'][0]}` of `{key['reference']['resource']}.csv`"
            for key in schema.get("foreignKeys", [])
        ]
        key = ", ".join(f"`{column}`" for column in schema["primaryKey"])
        lines += ["", f"Key: {key}." + (f" {'; '.join(keys)}." if keys else ""), ""]
    lines += [
        "## Add a row",
        "",
        "1. Append one line to the table, with a new `id`. A blank means that the source does not state the value.",
        "2. A new source needs its entry in `book/references.bib` and its line in `sources.csv`.",
        "3. Run `python -m datagravity validate`: it names the file, row, column and value of every problem at once.",
        "4. Run `python -m datagravity data-readme` and `make book`: charts and sentences that use the row follow it.",
    ]
    return "\n".join(lines) + "\n"


def _vocabulary(field):
    """The closed list of a column, printed after its meaning."""
    words = field.get("constraints", {}).get("enum")
    return f" One of: {listed(words)}." if words and len(words) > 1 else ""
