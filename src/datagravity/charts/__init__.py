"""The charts of the book, one module a chapter; every function of these returns an Altair chart that explains itself.

What charts share: `theme` (look and words), `tooltips`, `words` (of descriptions), `controls`, `layers`, `curves` (of
formulas), and `workload` (of a token and its levers).
"""
