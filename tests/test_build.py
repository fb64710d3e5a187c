"""The reader's experience of `make book`, on a small book: what runs again, and what fails, twice."""

import re

from conftest import build


def edit(path, old, new):
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def success(book):
    run = build(book.root)
    assert run.returncode == 0, run.stderr
    return run.stdout


def failure(book):
    run = build(book.root)
    assert run.returncode == 1
    assert "Traceback (most recent call last)" not in run.stderr
    return run.stderr


def test_only_what_changed_runs_again(small_book):
    book = small_book
    first = success(book)
    assert "Chapters: 2, to execute: 2" in first
    assert "[2/2]" in first
    assert book.page in first
    assert "The answer is" in (book.html / "one.html").read_text()

    written = (book.html / "index.html").stat().st_mtime_ns
    assert "Nothing changed" in success(book)
    assert (book.html / "index.html").stat().st_mtime_ns == written

    edit(book.source / "one.md", "The answer is", "The same answer is")
    assert "to execute: 0" in success(book)
    assert "The same answer is" in (book.html / "one.html").read_text()

    edit(book.source / "one.md", "glue('answer', 42)", "glue('answer', 43)")
    output = success(book)
    assert "to execute: 1" in output
    assert "one.md" in output
    assert "43" in (book.html / "one.html").read_text()


def test_evidence_code_and_lock_run_all_chapters_again(small_book):
    success(small_book)
    for file, old, new in [
        ("data/energy.csv", "slide rounding", "a slide's rounding"),
        ("src/helper.py", "42", "43"),
        ("requirements.lock", "2.4.6", "2.4.5"),
    ]:
        edit(small_book.root / file, old, new)
        assert "to execute: 2" in success(small_book), file


CELL = "glue('answer', 42)"


def test_broken_cells_fail_and_fail_again(small_book):
    edit(small_book.source / "one.md", CELL, f"{CELL}\n1 / 0")
    edit(small_book.source / "two.md", CELL, "glue('answer', float('nan'))")
    for _ in range(2):
        message = failure(small_book)
        assert re.search(r"book/one\.md, code cell 1, line \d+: ZeroDivisionError.*\n.*\n.*\n +1 / 0", message)
        assert re.search(r"book/two\.md, code cell 1, line \d+: ValueError: glue 'answer'.* expected a finite", message)
    assert not (small_book.html / "index.html").exists()


def test_broken_pages_fail_and_fail_again(small_book):
    edit(small_book.source / "index.md", "Prose.", "```{no-such-directive}\n```\n\nSee {cite}`nobody1900`.")
    edit(small_book.source / "one.md", "The answer", "See {ref}`nowhere` and [](nothing.md). The answer")
    edit(small_book.source / "two.md", "`answer`", "`no_such_key`")
    edit(small_book.source / "two.md", CELL, f"{CELL}\nimport warnings; warnings.warn('odd')")
    for _ in range(2):
        message = failure(small_book)
        for file, word in [
            ("index.md", "no-such-directive"),
            ("index.md", "nobody1900"),
            ("one.md", "nowhere"),
            ("one.md", "nothing.md"),
            ("two.md", "no_such_key"),
            ("two.md", "stderr"),
        ]:
            assert re.search(rf"{re.escape(file)}.*{re.escape(word)}", message), (file, word, message)
    assert not (small_book.html / "index.html").exists()


def test_a_break_after_a_success_fails_and_the_mend_builds(small_book):
    success(small_book)
    edit(small_book.source / "one.md", CELL, "raise RuntimeError('broken')")
    for _ in range(2):
        assert re.search(r"book/one\.md, code cell 1, line \d+: RuntimeError: broken", failure(small_book))
    edit(small_book.source / "one.md", "raise RuntimeError('broken')", CELL)
    assert "Done in" in success(small_book)


def test_a_table_without_rows_fails_and_fails_again(small_book):
    path = small_book.root / "data" / "energy.csv"
    path.write_text(path.read_text(encoding="utf-8").splitlines()[0] + "\n", encoding="utf-8")
    for _ in range(2):
        message = failure(small_book)
        assert "data/energy.csv" in message
        assert "at least one row" in message


def test_launch_buttons_need_a_repository(small_book, book):
    edit(small_book.root / "_config.yml", 'url: ""', "url: https://github.com/someone/somewhere")
    success(small_book)
    page = (small_book.html / "one.html").read_text()
    assert "mybinder.org/v2/gh/someone/somewhere" in page
    assert "mybinder.org" not in (book.html / "placement.html").read_text()
