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
            said = meaning(field).replace("|", "\\|")
            lines.append(f"| `{field['name']}` | {field.get('unit', '')} | {said} |")
        lines += ["", keys_in_words(resource), ""]
    lines += [
        "## Add a row",
        "",
        "1. Append one line to the table, with a new `id`. A blank means that the source does not state the value.",
        "2. A new source needs its entry in `book/references.bib` and its line in `sources.csv`.",
        "3. Run `python -m datagravity validate`: it names the file, row, column and value of every problem at once.",
        "4. Run `python -m datagravity data-readme` and `make book`: charts and sentences that use the row follow it.",
    ]
    return "\n".join(lines) + "\n"


def meaning(field):
    """What a column means, and the closed list of its words if it has one."""
    words = field.get("constraints", {}).get("enum")
    return field["description"] + (f" One of: {listed(words)}." if words and len(words) > 1 else "")


def keys_in_words(resource, mark="`"):
    """The key of a table, and what its columns refer to; `mark` stands around names, as in Markdown or HTML."""
    end = mark.replace("<", "</")

    def named(*names):
        return ", ".join(f"{mark}{name}{end}" for name in names)

    schema = resource["schema"]
    keys = [
        f"{named(key['fields'][0])} is a {named(key['reference']['fields'][0])} "
        f"of {named(key['reference']['resource'] + '.csv')}"
        for key in schema.get("foreignKeys", [])
    ]
    return f"Key: {named(*schema['primaryKey'])}." + (f" {'; '.join(keys)}." if keys else "")
