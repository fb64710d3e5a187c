"""A command of `datagravity` as a reader types it: what it prints, what it says in JSON, and what it refuses."""

import json

import pytest

from datagravity.command.line import main


def answer(capsys, *arguments):
    """What a command prints."""
    status = main([str(one) for one in arguments])
    told = capsys.readouterr()
    assert status == 0, told.err
    return told.out


def values(capsys, *arguments):
    """What a command says in JSON."""
    return json.loads(answer(capsys, *arguments, "--json"), parse_constant=pytest.fail)


def refused(capsys, *arguments, status=1):
    """What a refused command says."""
    assert main([str(one) for one in arguments]) == status
    told = capsys.readouterr()
    assert told.out == ""
    return told.err
