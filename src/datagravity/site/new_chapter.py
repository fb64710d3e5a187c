"""A chapter to begin with: its page, its headlines, its test, and its line in the table of contents.

What it says is a place for what its author will say, and true: it runs, prints a number from its headlines, checks it
by a second road, and keeps to everything that the tests ask of a chapter.
"""

import keyword
import re
from pathlib import Path

from datagravity.checks import in_line
from datagravity.site import notebooks

#: The first of the pages that list what stands elsewhere; chapters with a question stand before it.
_FIRST_LIST = "      - file: theorems\n"
_CHAPTER = """---
jupytext:
  formats: ipynb,md:myst
  text_representation:
    extension: .md
    format_name: myst
    format_version: 0.13
kernelspec:
  display_name: Python 3 (ipykernel)
  language: python
  name: python3
---

# TITLE

*Which question does this chapter answer?*

**In one sentence.** At a $G_d$ of {glue:text}`STEM_gd:.0f` the best distance saves {glue:text}`STEM_saving:.2f` times;
the answer to your question stands here instead.

[reconstruction]{.label-reconstruction} Say first what the reader knows already, then what is asked. The first cell
imports what the chapter needs and computes the number that answers the question.

```{code-cell} ipython3
from datagravity import energy, optimal_distance, saving

gd, beta = 100, 2
saving(gd, beta)
```

```{code-cell} ipython3
:tags: [remove-cell]

from datagravity.chapter import headlines
headlines("NAME")
```

## How far it holds

The same number by a second road, which does not use the first: the energy as built over the least energy.

```{code-cell} ipython3
:check: the saving is the energy as built over the least energy

best = optimal_distance(gd, beta)
ratio = energy(1, gd, beta) / energy(best, gd, beta)
assert abs(ratio - saving(gd, beta)) < 1e-9
```

```{admonition} Takeaway
:class: takeaway
If the two terms of the law are all that there is, the best distance saves {glue:text}`STEM_saving:.2f` times at a $G_d$
of {glue:text}`STEM_gd:.0f`.
```

```{exercise}
:label: NAME-problem

How much is saved if half of the transport does not shrink with the distance?
```

```{solution-start} NAME-problem
:class: dropdown
```

```{code-cell} ipython3
saving(gd, beta, fixed_share=0.5)
```

{glue:text}`STEM_fixed:.2f` times: what does not shrink is soon all that is left.

```{solution-end}
```
"""
_HEADLINES = '''"""The numbers of the chapter "TITLE"."""

from datagravity.headlines import reconstruction
from datagravity.law import saving

GD, BETA = 100, 2


def closeness():
    """What the best distance saves, and with half of the transport fixed."""
    return {
        "STEM_gd": reconstruction(GD),
        "STEM_saving": reconstruction(saving(GD, BETA)),
        "STEM_fixed": reconstruction(saving(GD, BETA, fixed_share=0.5)),
    }


PARTS = (closeness,)
'''
_TEST = '''"""The chapter "TITLE": its numbers by roads of their own."""

import pytest

from datagravity import headlines


def test_the_saving_is_the_mean_over_the_root():
    """At beta 2 the least energy is twice the root of G_d."""
    found = headlines.of("NAME")
    gd = found["STEM_gd"].value
    assert found["STEM_saving"].value == pytest.approx((gd + 1) / (2 * gd**0.5))


def test_what_is_fixed_saves_nothing():
    found = headlines.of("NAME")
    assert 1 < found["STEM_fixed"].value < found["STEM_saving"].value
'''


def files(root, name, title=None):
    """The files of a new chapter: path -> text; the table of contents among them.

    Parameters
    ----------
    root : folder of the checkout
    name : of the page, small letters, digits and hyphens, as in "my-chapter"
    title : of the page; from the name if None

    Raises
    ------
    ValueError
        If the name is not such a name, or one of its files exists.
    """
    if not isinstance(name, str) or not re.fullmatch(r"[a-z][a-z0-9]*(-[a-z0-9]+)*", name):
        raise ValueError(f"NAME: {in_line(name)}, expected small letters, digits and hyphens, as in my-chapter")
    stem = name.replace("-", "_")
    if keyword.iskeyword(stem):
        raise ValueError(f"NAME: {name!r}, expected no word of Python: a module is called so")
    title = title or name.replace("-", " ").capitalize()
    if not title.strip() or "\n" in title or set(title) & set('"\\`*_[]$'):
        raise ValueError(f"--title: {title!r}, expected one line of plain words")
    root = Path(root)
    texts = {
        root / "book" / f"{name}.md": _CHAPTER,
        root / "src" / "datagravity" / "headlines" / f"{stem}.py": _HEADLINES,
        root / "tests" / f"test_{stem}_chapter.py": _TEST,
    }
    for path in texts:
        if path.exists():
            raise ValueError(f"NAME: {name!r}, expected a new name: {path.relative_to(root)} is there already")
        if not path.parent.is_dir():
            raise ValueError(f"--root: {str(root)!r}, expected a checkout of the book: {path.parent.name} is missing")
    found = {
        path: text.replace("TITLE", title).replace("NAME", name).replace("STEM", stem) for path, text in texts.items()
    }
    contents = (root / "_toc.yml").read_text(encoding="utf-8")
    if contents.count(_FIRST_LIST) != 1:
        raise ValueError(
            f"_toc.yml: {_FIRST_LIST.strip()!r} stands there {contents.count(_FIRST_LIST)} times, expected once"
        )
    return found | {root / "_toc.yml": contents.replace(_FIRST_LIST, f"      - file: {name}\n{_FIRST_LIST}")}


def write(root, name, title=None):
    """Write the files of a new chapter, its notebook too; returns their paths, below the root."""
    found = files(root, name, title)
    for path, text in found.items():
        path.write_text(text, encoding="utf-8")
    chapter = Path(root) / "book" / f"{name}.md"
    notebooks.write_notebook(chapter)
    return [str(path.relative_to(root)) for path in (*found, notebooks.notebook_of(chapter))]
