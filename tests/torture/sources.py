"""Leaves out each source in turn and computes all numbers of the prose: what cannot be computed must say why in words.

    python tests/torture/sources.py --sample 40 --seed 1

prints a line for each source. The status is 1 if a number fails otherwise than by `Missing`, whose sentence is printed;
another error is printed with the line of the package that raised it. All sources take hours; pytest collects none.
"""

import argparse
import json
import random
import re
import sys
import time
import traceback
from pathlib import Path

from datagravity import catalogue, paths, whatif

#: What no sentence for a reader has.
NO_WORDS = re.compile(r"\bnan\b|Error\b|Exception|[\[\]{}<>]|expected")


def place_of(error):
    """The last line of the package, below the headlines, that an error went through."""
    frames = [one for one in traceback.extract_tb(error.__traceback__) if "datagravity" in one.filename]
    return f"{Path(frames[-1].filename).relative_to(paths.ROOT / 'src' / 'datagravity')}:{frames[-1].lineno}"


def wrong(one):
    """What is wrong with how numbers fail, as text; "" if it is a lack in words."""
    numbers = f"{one.chapter}.{one.names[0]} ({len(one.names)})"
    if not one.foreseen:
        return f"{numbers}: {type(one.error).__name__}: {one.error} at {place_of(one.error)}"
    return f"{numbers}: no words: {one.because}" if NO_WORDS.search(one.because) else ""


def left_out(key, before):
    """What becomes of the numbers without one source."""
    start = time.process_time()
    found = whatif.recomputed(left_out=[key], before=before)
    return {
        "source": key,
        "rows": sum(sum(tables.values()) for tables in found.changed.gone.values()),
        "moved": len(found.moved),
        "lacking": sum(len(one.names) for one in found.lacking),
        "stay": found.stay,
        "reasons": sorted({one.because for one in found.lacking}),
        "wrong": [text for text in map(wrong, found.lacking) if text],
        "cpu_s": round(time.process_time() - start, 1),
    }


def main():
    """Leave out what is asked for."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--json", type=Path, metavar="FILE", help="write what was found to this file, too")
    parser.add_argument("--sample", type=int, metavar="N", help="of so many sources, drawn at random")
    parser.add_argument("--seed", type=int, default=0, metavar="S", help="of the draw")
    parser.add_argument("sources", nargs="*", metavar="KEY", help="only these sources")
    given = parser.parse_args()
    keys = given.sources or [row.key for row in catalogue.rows("sources")]
    if given.sample is not None:
        keys = random.Random(given.seed).sample(keys, min(given.sample, len(keys)))
    before, found = whatif.computed(), []
    for key in keys:
        found.append(left_out(key, before))
        print(
            "{source:28} {rows:5} rows {moved:4} moved {lacking:4} lacking {cpu_s:6} s".format(**found[-1]), flush=True
        )
        for text in found[-1]["wrong"]:
            print(f"    {text}", flush=True)
    if given.json:
        given.json.write_text(json.dumps(found, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    count = sum(len(one["wrong"]) for one in found)
    print(f"{len(found)} sources; {count} failures that are no lack in words.")
    return 1 if count else 0


if __name__ == "__main__":
    sys.exit(main())
