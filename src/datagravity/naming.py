"""Names as readers write them: case, blanks and hyphens ignored; a wrong one is answered with the nearest."""

import re
import unicodedata

#: So many names stand in a message.
_MOST = 8


def normal(text):
    """A name without what readers write in several ways.

    Examples
    --------
    >>> normal("Llama-3.1 8B") == normal("llama 3.1-8b")
    True
    """
    return re.sub(r"[^\w.+]|_", "", text.lower())


def slug(text, between="-"):
    """A name as an anchor, or with nothing between as a key: its letters and digits, in lower case, without accents.

    Examples
    --------
    >>> slug("HBM, 2 levels"), slug("Zürich chip", between="")
    ('hbm-2-levels', 'zurichchip')
    """
    plain = "".join(letter for letter in unicodedata.normalize("NFKD", text) if not unicodedata.combining(letter))
    return re.sub(r"[^a-z0-9]+", between, plain.lower()).strip("-")


def spelt(text, known):
    """The names that a text is, however it is written (a list); what stands before a comma of a name is enough.

    Examples
    --------
    >>> spelt("hbm-2", ["HBM2", "HBM2E"]), spelt("L1", ["L1, small SRAM"]), spelt("SRAM", ["L1, small SRAM"])
    (['HBM2'], ['L1, small SRAM'], [])
    """
    if text in known:
        return [text]
    wanted = normal(text)
    same = [name for name in known if normal(name) == wanted]
    return same or [name for name in known if wanted and "," in name and normal(name.partition(",")[0]) == wanted]


def nearest(text, known, count=5):
    """The names most like a text (a list): those that hold it, or that it holds, before those that resemble it."""
    from difflib import get_close_matches

    wanted = normal(text)
    forms = {}
    for name in known:
        forms.setdefault(normal(name), name)
    held = [name for form, name in forms.items() if wanted and (wanted in form or (len(form) > 3 and form in wanted))]
    alike = [forms[form] for form in get_close_matches(wanted, forms, n=count, cutoff=0.5)]
    return list(dict.fromkeys([*held, *alike]))[:count]


def alike(one, other):
    """Whether two words differ by a slip of the pen.

    Examples
    --------
    >>> alike("baselin_class", "baseline_class"), alike("a", "mass")
    (True, False)
    """
    from difflib import SequenceMatcher

    return SequenceMatcher(None, one, other).ratio() > 0.88


def found(argument, text, known):
    """The one of the known names that a reader means.

    Parameters
    ----------
    argument : what the reader was asked for, as a message calls it
    text : what the reader wrote
    known : names (texts)

    Raises
    ------
    ValueError
        If there is no such name, or several; the message has the nearest.

    Examples
    --------
    >>> found("memory", "hbm 2", ["HBM2", "HBM2E"])
    'HBM2'

    A name that has all of the words is meant if it is the only one:

    >>> found("operation", "FP16 MAC", ["FP16 tensor MAC", "FP16 multiply"])
    'FP16 tensor MAC'
    """
    known = list(dict.fromkeys(known))
    same = spelt(text, known)
    words = _words(text)
    same = same or [name for name in known if words and words <= _words(name)]
    if len(same) == 1:
        return same[0]
    raise unknown(argument, text, same or nearest(text, known), known)


def _words(text):
    return set(re.findall(r"[a-z0-9.+]+", text.lower()))


def unknown(argument, text, near, known):
    """What to raise where a name is none of those that are known."""
    if near:
        more = f" and {len(near) - _MOST} more" if len(near) > _MOST else ""
        said = f"expected one name; most like it: {'; '.join(near[:_MOST])}{more}"
    else:
        said = f"expected one of: {'; '.join(known)}" if len(known) <= 30 else f"expected one of {len(known)} names"
    return ValueError(f"{argument}: {text!r}, {said}")
