"""How a page says how to cite it: a fold at its end with the citation in each form."""

import html


def box(citation):
    """A fold for the end of a page, readable without scripts.

    Parameters
    ----------
    citation : citations.Citation of the page
    """
    texts = {"Plain": citation.plain, "BibTeX": citation.bibtex, "RIS": citation.ris}
    # The theme's script gives what stands in such a frame a button that copies it.
    parts = "".join(
        f'<p class="dg-cite-form">{form}</p><div class="highlight-none notranslate"><div class="highlight">'
        f"<pre>{html.escape(text)}\n</pre></div></div>"
        for form, text in texts.items()
    )
    return f'<details class="dg-cite"><summary>Cite this page</summary>{parts}</details>'
