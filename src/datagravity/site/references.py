"""The list of references: each entry under the name that the text cites it by, with a link wherever one is known."""

from pybtex.database import Entry
from pybtex.plugin import register_plugin
from pybtex.style.formatting.plain import Style as PlainStyle
from pybtex.style.labels import BaseLabelStyle

from datagravity.sources import address_of, short_name_of, told_apart

#: What `references.md` calls the style of the list.
STYLE = "datagravity"
#: Fields that the style of pybtex makes a link of by itself.
LINKED = {"doi", "eprint", "url"}


class AuthorYearLabels(BaseLabelStyle):
    """Labels such as "Horowitz 2014", as the text has them; works that share one are told apart by a letter."""

    def format_labels(self, entries):
        """The labels of sorted entries, one each."""
        entries = list(entries)
        # The letters of works that share a name follow the keys, as everywhere in the book.
        by_key = sorted(entries, key=lambda entry: entry.key)
        names = told_apart([(short_name_of(entry), "year" in entry.fields) for entry in by_key])
        found = {entry.key: name for entry, name in zip(by_key, names, strict=True)}
        return [found[entry.key] for entry in entries]


class Style(PlainStyle):
    """As "plain", with labels of author and year, and a link for an entry that names its place in other words."""

    default_label_style = AuthorYearLabels

    def format_entry(self, label, entry, bib_data=None):
        """One entry of the list."""
        has_link = LINKED & set(entry.fields) or "\\url" in entry.fields.get("howpublished", "")
        address = None if has_link else address_of(entry)
        if address:
            key, entry = entry.key, Entry(entry.type, [*entry.fields.items(), ("url", address)], entry.persons)
            entry.key = key
        return super().format_entry(label, entry, bib_data)


def register():
    """Make the style known under its name."""
    register_plugin("pybtex.style.formatting", STYLE, Style, force=True)
