"""The reader's experience of `make book`, on a small book: what is written again, and what fails, twice."""

import re
import subprocess
import sys

from conftest import build, environment
from datagravity.site.build import reported


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
    assert "snapshot" not in run.stderr, "files are named as their owner knows them"
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


DISK = """\x1b[91mException occurred:\x1b[39;49;00m
  File "sphinx/search/__init__.py", line 175, in dump
    f.write(self.dumps(data))
OSError: [Errno 28] No space left on device
The full traceback has been saved in /tmp/sphinx-err-k4moaypi.log, if you want to report the issue.
Please also report this if it was a user error, so that a better error message can be provided next time.
A bug report can be filed in the tracker at <https://a.org/issues>. Thanks!
Traceback (most recent call last):
  File "jupyter_book/sphinx.py", line 167, in build_sphinx
OSError: [Errno 28] No space left on device
"""
BUG = "Traceback (most recent call last):\n  File 'a.py', line 1, in b\nKeyError: 'c'\n\nThe above exception\n"


def test_an_exception_of_sphinx_is_said_without_its_traceback():
    assert reported(DISK) == [
        "OSError: [Errno 28] No space left on device",
        "Expected room on its disk: free some, and go on.",
    ]
    assert reported(BUG) == ["KeyError: 'c'"]
    assert reported("a.md:3: WARNING: odd\n\n" + BUG) == ["a.md:3: WARNING: odd"]
    assert reported("\n") == []


def test_an_executed_chapter_that_is_not_whole_runs_again(small_book):
    success(small_book)
    kept = small_book.executed_path(small_book.source / "one.md")
    kept.write_text(kept.read_text(encoding="utf-8")[:-100], encoding="utf-8")
    edit(small_book.source / "one.md", "The answer is", "The same answer is")
    output = success(small_book)
    assert re.search(r"to execute: 1\n  \[1/1\] one\.md +[\d.]+ s   new\n", output)
    assert "42" in (small_book.html / "one.html").read_text()


def test_an_edit_during_a_build_waits_for_the_next_one_and_a_damaged_site_is_written_again(small_book):
    book, pipe = small_book, subprocess.PIPE
    command = [sys.executable, "-m", "datagravity", "book", "--root", str(book.root)]
    with subprocess.Popen(command, stdout=pipe, text=True, env=environment(book.root)) as run:
        assert any(line.startswith("Chapters: executed") for line in run.stdout)
        edit(book.source / "one.md", "glue('answer', 42)", "glue('answer', 43)")
        edit(book.data / "claims.csv", "\n", "\nno row,")
        assert "Done in" in run.stdout.read()
    assert re.search(r"The answer is (<[^>]+>)?42", (book.html / "one.html").read_text(encoding="utf-8"))
    edit(book.data / "claims.csv", "\nno row,", "\n")
    edit(book.source / "two.md", "The answer", '<img src="https://a.org/b.png"> The answer')
    message = failure(book)
    assert "two.html: img https://a.org/b.png" in message
    assert not book.html.exists()
    edit(book.source / "two.md", '<img src="https://a.org/b.png"> The answer', "The answer")
    assert "to execute: 0" in success(book)
    page = (book.html / "one.html").read_bytes()
    assert re.search(rb"The answer is (<[^>]+>)?43", page)
    (book.html / "one.html").write_bytes(page.replace(b"43", b"44"))
    assert "Done in" in success(book)
    assert (book.html / "one.html").read_bytes() == page


CELL = "glue('answer', 42)"
LOST = "from datagravity.evidence import rows_by_id; lost = rows_by_id('energy', ['HBM9'])"


def test_broken_cells_fail_and_fail_again(small_book):
    edit(small_book.source / "one.md", CELL, f"{CELL}\n1 / 0")
    edit(small_book.source / "two.md", CELL, "glue('answer', float('nan'))")
    for _ in range(2):
        message = failure(small_book)
        assert re.search(r"book/one\.md, code cell 1, line \d+: ZeroDivisionError.*\n.*\n.*\n +1 / 0", message)
        assert re.search(r"book/two\.md, code cell 1, line \d+: ValueError: glue 'answer'.* expected a finite", message)
    assert not (small_book.html / "index.html").exists()


def test_a_build_that_keeps_going_names_on_the_page_what_no_longer_holds(small_book):
    book = small_book
    finding = "from datagravity.chapter import finding\nfinding(2 > 3, 'two *programs* gain more than three')"
    edit(book.source / "one.md", CELL, f"{CELL}\n{finding}")
    edit(book.source / "two.md", CELL, f"{LOST}\nglue('answer', 42)")
    edit(book.source / "two.md", "The answer is {glue:text}`answer`", "The answer is {glue:text}`answer:.1f`, so far")
    message = failure(book)
    assert re.search(r"book/one\.md, code cell 1, line \d+: FindingError: this no longer holds: two", message)
    assert re.search(r"book/two\.md, code cell 1, line \d+: Missing", message)

    run = build(book.root, "--keep-going")
    assert run.returncode == 0, run.stderr
    assert "  book/one.md: This no longer holds: two *programs* gain more than three.\n" in run.stdout
    assert "  book/two.md: Code cell 1 cannot be computed by these tables (energy.csv has no row HBM9)." in run.stdout
    one, two = ((book.html / f"{name}.html").read_text(encoding="utf-8") for name in ("one", "two"))
    assert "This no longer holds: two *programs* gain more than three." in re.sub(r"<[^>]+>", "", one)
    assert "42" in one
    assert "The answer is (not by these tables), so far" in re.sub(r"<[^>]+>", "", two)
    assert not book.results.exists()

    assert "FindingError" in failure(book)
    edit(book.source / "one.md", "2 > 3", "3 > 2")
    edit(book.source / "two.md", LOST, "lost = 'HBM9'")
    success(book)
    assert "no longer holds" not in (book.html / "one.html").read_text(encoding="utf-8")


def test_a_build_that_keeps_going_ends_at_what_is_no_lack_of_the_tables(small_book):
    edit(small_book.source / "one.md", CELL, f"{CELL}\nassert 1 == 2")
    edit(small_book.source / "two.md", CELL, f"{CELL}\n{{}}['a slip']")
    run = build(small_book.root, "--keep-going")
    assert run.returncode == 1
    assert re.search(r"book/one\.md, code cell 1, line \d+: AssertionError", run.stderr)
    assert re.search(r"book/two\.md, code cell 1, line \d+: KeyError: 'a slip'", run.stderr)


def test_broken_pages_fail_and_fail_again(small_book):
    edit(small_book.source / "index.md", "Prose.", "```{no-such-directive}\n```\n\nSee {cite}`nobody1900`.")
    edit(small_book.source / "one.md", "The answer", "{ref}`nowhere` {figure}`fig-lost` [](nothing.md). The answer")
    edit(small_book.source / "two.md", "`answer`", "`no_such_key`")
    edit(small_book.source / "two.md", CELL, f"{CELL}\nimport warnings; warnings.warn('odd')")
    for _ in range(2):
        message = failure(small_book)
        for file, word in [
            ("index.md", "no-such-directive"),
            ("index.md", "nobody1900"),
            ("one.md", "nowhere"),
            ("one.md", "fig-lost"),
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


def test_launch_buttons_need_a_repository_and_offered_notebooks_lead_to_the_site(small_book, book):
    edit(small_book.root / "_config.yml", 'url: ""', "url: https://github.com/someone/somewhere")
    edit(small_book.root / "_config.yml", 'baseurl: ""', "baseurl: https://a.org/book")
    edit(small_book.source / "one.md", "The answer is", "As in [two](two.md), the answer is")
    success(small_book)
    offered = (small_book.html / "_sources" / "one.ipynb").read_text(encoding="utf-8")
    assert "As in [two](https://a.org/book/two.html), the answer is 42." in offered
    page = (small_book.html / "one.html").read_text()
    assert "mybinder.org/v2/gh/someone/somewhere" in page
    assert "colab.research.google.com/github/someone/somewhere/blob/notebooks/one.ipynb" in page
    assert "mybinder.org" not in (book.html / "placement.html").read_text()


def test_a_host_may_say_where_the_site_is(small_book, monkeypatch):
    edit(small_book.source / "one.md", "The answer is", "As in [two](two.md), the answer is")
    success(small_book)
    offered = small_book.html / "_sources" / "one.ipynb"
    assert "[two](http://127.0.0.1:8000/two.html)" in offered.read_text(encoding="utf-8")
    monkeypatch.setenv("DATAGRAVITY_ADDRESS", "https://b.org/book")
    success(small_book)
    assert "[two](https://b.org/book/two.html)" in offered.read_text(encoding="utf-8")
    assert "Nothing changed" in success(small_book)


def test_the_results_are_renewed_and_what_changed_is_said(own_book):
    book = own_book
    written = re.search(r"Results: (\d+) headlines, written to book/results\.json\n", success(book))
    assert (book.html / "words.html").exists()
    assert not book.executed_path(book.source / "words.md").exists()
    first = book.results.read_text(encoding="utf-8")
    assert first.count('"value": ') == int(written[1])
    assert '"claims": {"value": 205, "unit": "claims", "label": "extension", "inputs": ["corrections", ' in first

    book.results.unlink()
    assert "to execute: 0" in success(book)
    assert book.results.read_text(encoding="utf-8") == first

    claims = book.data / "related_claims.csv"
    claims.write_text("\n".join(claims.read_text(encoding="utf-8").splitlines()[:-1]) + "\n", encoding="utf-8")
    output = success(book)
    assert re.search(r"to execute: 1\n  \[1/1\] survey\.md +[\d.]+ s   table related_claims\n", output)
    assert f"Results: {written[1]} headlines, changes: 1\n  survey.claims: 205 → 204\n" in output
