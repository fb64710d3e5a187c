"""What is kept for the next time is whole or absent, and nothing that was damaged is read."""

import doctest

import pytest

from datagravity import kept

DAMAGES = {
    "cut off": lambda content: content[: len(content) // 2],
    "empty": lambda content: b"",
    "random": lambda content: bytes(range(256)),
    "one digit": lambda content: content.replace(b"42", b"43"),
    "one byte more": lambda content: content + b" ",
}


def test_its_examples_run():
    assert doctest.testmod(kept).failed == 0


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_file_is_none(tmp_path, damage):
    path = tmp_path / "kept"
    kept.seal(path, "the answer is 42, größer als 41\n")
    assert kept.unseal(path) == "the answer is 42, größer als 41\n"
    path.write_bytes(DAMAGES[damage](path.read_bytes()))
    assert kept.unseal(path) is None


def test_a_folder_in_its_place_is_none_and_goes_when_it_is_kept_again(tmp_path):
    path = tmp_path / "kept"
    (path / "inside").mkdir(parents=True)
    assert kept.unseal(path) is None
    kept.seal(path, "words")
    assert kept.unseal(path) == "words"


def test_a_full_disk_is_named_with_the_file_and_leaves_the_old_one(tmp_path, monkeypatch):
    path = tmp_path / "results.json"
    kept.write(path, b"old")

    def full(aside, content):
        aside.open("wb").close()
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(type(path), "write_bytes", full)
    with pytest.raises(OSError, match="No space left on device") as error:
        kept.write(path, b"new")
    assert error.value.filename == str(path)
    assert [one.name for one in tmp_path.iterdir()] == ["results.json"]
    assert path.read_bytes() == b"old"
