"""The command line, `datagravity COMMAND`: one file for each thing a reader asks.

A command is a function that returns an `Answer`; `answering.command` gives it its help, `--json` and its place in the
list of commands.
"""
