"""Links to pages of the site, which are relative on a page, made absolute for who reads elsewhere."""

import re

from datagravity.sources import DATA_PAGES, REFERENCES_PAGE

#: The environment's name for the address of the site, which a host knows; it goes before that of `_config.yml`.
ADDRESS = "DATAGRAVITY_ADDRESS"
#: Where a site that does not know its address is: where `make serve` puts it, which writes its own port instead.
THIS_MACHINE = "http://127.0.0.1:8000/"
_LINK = re.compile(rf"href=([\"'])(?=(?:{DATA_PAGES}/)?[\w-]+\.html)")


def in_html(text, base):
    """HTML whose links to pages of the site lead there from anywhere.

    Parameters
    ----------
    text : HTML
    base : address of the site, with a slash at its end; an empty one changes nothing

    Examples
    --------
    >>> in_html('<a href="pim.html#a">', "https://a.org/")
    '<a href="https://a.org/pim.html#a">'
    """
    return _LINK.sub(lambda found: f"href={found[1]}{base}", text)


def in_chart(value, base):
    """A chart's specification whose links to references and data lead to the site from anywhere.

    Parameters
    ----------
    value : the specification, or a part of it
    base : as of `in_html`

    Examples
    --------
    >>> in_chart({"link": "data/energy.html#P156"}, "https://a.org/")
    {'link': 'https://a.org/data/energy.html#P156'}
    """
    if isinstance(value, dict):
        return {name: in_chart(part, base) for name, part in value.items()}
    if isinstance(value, list):
        return [in_chart(part, base) for part in value]
    is_link = isinstance(value, str) and value.startswith((f"{REFERENCES_PAGE}#", f"{DATA_PAGES}/"))
    return f"{base}{value}" if is_link else value
