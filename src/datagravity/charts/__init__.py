"""The charts of the book, one module a chapter; every function returns an Altair chart that explains itself."""
