"""From chapters to pages: the only part of the package that knows Jupyter, Sphinx and the browser."""
