"""`book/results.json`: every number that the book's prose prints, with its unit, its label, and what it rests on.

The file is committed, so its difference says what an edit changed in the results. The build takes the values from where
the pages take them, the outputs of the chapters.
"""

import json
import math
import subprocess

from datagravity import kept
from datagravity.evidence.package import FILE
from datagravity.modules import changes, digest
from datagravity.reads import BIBLIOGRAPHY

#: Digits that are kept.
DIGITS = 12
#: The relative difference from which on a number is another one. Processors round sums differently, and a search that
#: ends within its tolerance ends elsewhere: of all headlines, up to 4e-6 was seen between two machines. What the prose
#: prints has no more digits than this tells apart.
NOISE = 1e-5
EMPTY = {"tables": {}, "headlines": {}}


def collect(chapters, digests):
    """The results of chapters.

    Parameters
    ----------
    chapters : name of a chapter -> its headlines as they left it (a list), in the order of the book
    digests : name of a table -> its digest

    Returns
    -------
    dict: "tables" (name -> digest) and "headlines" (chapter -> name -> value, unit, label, inputs)
    """
    headlines = {chapter: entries(found) for chapter, found in chapters.items() if found}
    tables = {table for found in headlines.values() for headline in found.values() for table in headline["inputs"]}
    return {"tables": {table: digests[table] for table in sorted(tables)}, "headlines": headlines}


def entries(headlines):
    """The headlines of one chapter, as it left them (a list), by their names, and rounded."""
    return {
        headline["name"]: {"value": _rounded(headline["value"])}
        | {part: headline[part] for part in ("unit", "label", "inputs")}
        for headline in headlines
    }


def _rounded(value):
    return float(f"{value:.{DIGITS}g}") if isinstance(value, float) else value


def read(path):
    """The results in a file; `EMPTY` if there is none, or if it holds none, as in the middle of a merge."""
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return EMPTY
    is_whole = isinstance(found, dict) and all(isinstance(found.get(part), dict) for part in EMPTY)
    return found if is_whole else EMPTY


def write(path, results):
    """Write results to a file."""
    kept.write(path, text(results).encode())


def text(results):
    """Results as JSON, a headline a line."""
    chapters = [f"    {_json(chapter)}: {_lines(found, '      ')}" for chapter, found in results["headlines"].items()]
    headlines = "{\n" + ",\n".join(chapters) + "\n  }"
    return f'{{\n  "tables": {_lines(results["tables"], "    ")},\n  "headlines": {headlines}\n}}\n'


def _lines(entries, margin):
    lines = ",\n".join(f"{margin}{_json(name)}: {_json(value)}" for name, value in entries.items())
    return f"{{\n{lines}\n{margin[2:]}}}"


def _json(value):
    return json.dumps(value, ensure_ascii=False)


def settled(new, old):
    """The new results, with the old number wherever the two differ by no more than platforms do."""
    headlines = {
        chapter: {
            name: {**headline, "value": _old_value(old, chapter, name, headline["value"])}
            for name, headline in found.items()
        }
        for chapter, found in new["headlines"].items()
    }
    return {**new, "headlines": headlines}


def _old_value(old, chapter, name, value):
    before = old["headlines"].get(chapter, {}).get(name, {}).get("value")
    numbers = [isinstance(number, float) for number in (before, value)]
    return before if all(numbers) and math.isclose(before, value, rel_tol=NOISE) else value


def digests_of_tables(data, references):
    """The digest of each table's text with its own part of the description; the same on every platform (a dict).

    A file of JSON beside the tables is there under its name.
    """
    file = data / FILE
    described = json.loads(file.read_text(encoding="utf-8"))["resources"] if file.exists() else []
    texts = {table["name"]: json.dumps(table, sort_keys=True) + text_of(data / table["path"]) for table in described}
    texts |= {path.name: text_of(path) for path in sorted(data.glob("*.json")) if path.name != FILE}
    return {table: digest(text) for table, text in (texts | {BIBLIOGRAPHY: text_of(references)}).items()}


def text_of(path):
    """The text of a file, without a byte order mark; none if there is no file."""
    return path.read_text(encoding="utf-8-sig") if path.exists() else ""


def in_markdown(old, new, since):
    """What changed in the results, as a section of a changelog: by chapter, each number before and after.

    Parameters
    ----------
    old, new : results, as from `read`
    since : what the old ones are of, in words

    Returns
    -------
    text: Markdown; which tables a number rests on is left out, and the tables that changed are named once
    """
    lines = [f"### What changed in the results since {since}", ""]
    groups = {}
    for line in compare(without_inputs(old), without_inputs(new)):
        chapter, _, rest = line.partition(".")
        name, _, step = rest.partition(": ")
        name, _, part = name.partition(", ")
        groups.setdefault(chapter, []).append(f"  - `{name}`{f', {part}' if part else ''}: {step}")
    for chapter, found in groups.items():
        lines += [f"- [{chapter}](book/{chapter}.md)", *found]
    if not groups:
        lines.append("No number changed.")
    changed = sorted(changes(old["tables"], new["tables"]))
    if changed:
        lines += ["", f"Tables that changed: {', '.join(changed)}."]
    return "\n".join(lines)


def without_inputs(results):
    """Results without the tables that each number rests on."""
    chapters = results["headlines"].items()
    bare = {chapter: {name: one | {"inputs": []} for name, one in found.items()} for chapter, found in chapters}
    return {"headlines": bare}


def of_revision(root, revision, argument="revision"):
    """The results as a revision of git has them, in the checkout `root`.

    Parameters
    ----------
    root : folder of the checkout
    revision : of git
    argument : what messages call the revision

    Raises
    ------
    ValueError
        If there is no such revision, or it has no results.
    """
    file = "book/results.json"
    if not revision.strip() or revision.startswith("-"):
        raise ValueError(f"{argument}: {revision!r}, expected a revision of git, as in HEAD~1")
    command = ["git", "-C", str(root), "show", f"{revision}:{file}"]
    try:
        run = subprocess.run(command, capture_output=True, text=True, check=False)
    except OSError as error:
        raise ValueError(f"{argument}: {revision!r}, expected git on this machine ({error.strerror})") from None
    if run.returncode:
        said = run.stderr.strip().splitlines()[:1] or ["no such revision"]
        raise ValueError(f"{argument}: {revision!r}, expected a revision of git that has {file} ({said[0]})")
    return json.loads(run.stdout)


def compare(old, new):
    """What changed between two results, in words: a list of lines, as "pim.rows_used: 55 → 56"."""
    flat_old, flat_new = _flat(old), _flat(new)
    lines = []
    for name in flat_new | flat_old:
        before, now = flat_old.get(name), flat_new.get(name)
        if before is None:
            lines.append(f"{name}: new, {shown(now)}")
        elif now is None:
            lines.append(f"{name}: gone, was {shown(before)}")
        else:
            lines += [
                f"{name}{'' if part == 'value' else f', {part}'}: {_step(before[part], now[part])}"
                for part in ("value", "unit", "label", "inputs")
                if before[part] != now[part]
            ]
    return lines


def _flat(results):
    return {
        f"{chapter}.{name}": headline
        for chapter, found in results["headlines"].items()
        for name, headline in found.items()
    }


def _step(before, now):
    digits = 6 if _words(before, 6) != _words(now, 6) else DIGITS
    return f"{_words(before, digits)} → {_words(now, digits)}"


def shown(headline):
    """A headline's value with its unit, for a reader."""
    unit = "" if headline["unit"] in ("1", "text") else f" {headline['unit']}"
    return f"{_words(headline['value'])}{unit}"


def _words(value, digits=6):
    if isinstance(value, list):
        return ", ".join(value) or "none"
    return f"{value:.{digits}g}" if isinstance(value, float) else f"{value}"
