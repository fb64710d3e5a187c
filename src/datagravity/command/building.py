"""What builds the book, in a checkout."""

from pathlib import Path

import click

from datagravity.command.answering import ROOT, Answer, command


@command("book", example=["book --workers 1", "book --keep-going"])
@ROOT
@click.option("--workers", type=click.IntRange(1), show_default="one a core", help="Chapters executed at a time.")
@click.option("--keep-going", is_flag=True, help="Build on where a result no longer holds; the page says so.")
@click.option("--snapshot", type=Path, hidden=True, help="The copy of the sources to build from.")
def book(root, workers, keep_going, snapshot):
    """Build the book.

    With --keep-going a page on which a finding does not hold by the tables, or which lacks a number, is built with a
    box that says so; all of them are listed at the end, and the status is 0. An assertion about code or algebra ends
    the build in any case.
    """
    from datagravity.command.waiting import stop_at_once

    stop_at_once("Stopped. The chapters that were finished are kept, and the next build goes on from there.")
    if snapshot is None:
        from datagravity.site.starting import start

        given = [] if workers is None else [f"--workers={workers}"]
        start(root, given + ["--keep-going"] * keep_going)
        return
    from datagravity.site.book import Book
    from datagravity.site.build import build

    build(Book(root, snapshot), workers=workers, keep_going=keep_going)


@command("chapter", example="chapter pim")
@click.argument("name", help="The chapter, as in pim, pim.md or book/pim.md.")
@ROOT
def chapter(name, root):
    """Run one chapter, print its numbers and their change; write no page."""
    from datagravity.command.waiting import stop_at_once

    stop_at_once("Stopped. Nothing was written.")
    from datagravity.site.build import run_chapter

    run_chapter(root, name)


@command("pdf", example="pdf")
@ROOT
def pdf(root):
    """Print the built book to one PDF."""
    from datagravity.site.book import Book
    from datagravity.site.pdf import write

    path, sheets = write(Book(root))
    return Answer(f"{path}: {sheets} pages", {"file": str(path), "pages": sheets})


@command("serve", example="serve --port 8001")
@ROOT
@click.option("--port", type=click.IntRange(0, 65535), default=8000, show_default=True, help="A port; 0: any free one.")
def serve(root, port):
    """Serve the built book on this machine, compressed."""
    from datagravity.site.book import Book
    from datagravity.site.server import Server

    found = Book(root)
    folder = found.html
    if not folder.exists():
        raise ValueError(f"{folder} does not exist: run `make book` first")
    if not found.is_built():
        click.echo("The site is not that of the sources as they are: `make book` builds it.", err=True)
    try:
        server = Server(folder, port)
    except OSError as error:
        raise ValueError(f"--port: {port}, expected a free port ({error.strerror}), as in --port 0") from None
    with server:
        click.echo(f"{server.address}/  (Ctrl-C ends)")
        try:
            server.serve_forever()
        except KeyboardInterrupt:
            click.echo()


@command("sync", example="sync")
@ROOT
@click.option("--force", is_flag=True, help="Overwrite notebooks that were edited, without asking.")
def sync(root, force):
    """Write the page of theorems, the glossary, the reference, the page of checks, and each chapter's notebook."""
    from datagravity.site import checked, glossary, notebooks, package_page, theorems
    from datagravity.site.book import Book

    found = Book(root)
    chapters = found.chapters()
    if not force:
        _keep_edits(chapters)
    written = {glossary.PAGE: glossary.write_page(found.source), theorems.PAGE: theorems.write_page(chapters)}
    written[package_page.PAGE] = package_page.write_page(found.source, chapters)
    if (found.source / checked.PAGE).exists():
        written[checked.PAGE] = checked.write_page(found.root)
    written |= {notebooks.notebook_of(chapter).name: notebooks.write_notebook(chapter) for chapter in chapters}
    states = {name: "written" if was_written else "unchanged" for name, was_written in written.items()}
    return Answer("\n".join(f"{name:32} {state}" for name, state in states.items()), states)


def _keep_edits(chapters):
    """Ask before notebooks are overwritten that say what their sources do not; nothing is written unless all may be."""
    from datagravity.site import notebooks

    for chapter in chapters:
        edited = notebooks.edited(chapter)
        if ".ipynb" not in edited:
            continue
        notebook = notebooks.notebook_of(chapter)
        both = f" So was {chapter.name}." if ".md" in edited else ""
        click.echo(f"{notebook.name} was edited, and {chapter.name} does not say the same.{both}", err=True)
        ways = f"Keep the edits: `make sync-back NB=book/{notebook.name}`. Drop them: `make sync FORCE=1`."
        if not _agreed(f"Overwrite {notebook.name}?", f"nothing written. {ways}"):
            raise ValueError(f"nothing written. {ways}")


@command("sync-back", example="sync-back book/placement.ipynb")
@click.argument("notebook", type=Path, help="The edited notebook, as in book/placement.ipynb.")
@click.option("--yes", is_flag=True, help="Write without asking.")
def sync_back(notebook, yes):
    """Take one notebook's edits into its chapter's source, after showing what would change."""
    from datagravity.site import notebooks

    if notebook.suffix != ".ipynb" or not notebook.exists() or not notebook.with_suffix(".md").exists():
        raise ValueError(
            f"notebook: {notebook}, expected an .ipynb beside the .md of its chapter, as in book/placement.ipynb"
        )
    source = notebook.with_suffix(".md")
    lines = notebooks.difference_lines(notebook)
    if not lines:
        return Answer(f"{notebook.name} and its source say the same: nothing to take.", {"written": False})
    click.echo("\n".join(lines), err=True)
    if notebooks.edited(source) == {".md", ".ipynb"}:
        click.echo(
            f"\n{source.name} was edited too since the last sync: some of the lines with - are edits of its own. "
            f"To keep both, write them into the notebook first, or the lines with + into {source.name} and "
            "`make sync FORCE=1`.",
            err=True,
        )
    nobody = "nothing written: expected y or n; --yes writes without asking"
    if not yes and not _agreed(f"Write this to {source}?", nobody):
        return Answer("Nothing written.", {"written": False})
    notebooks.take_back(notebook)
    return Answer(f"{source} written.", {"written": True})


def _agreed(question, nobody):
    """Whether a reader says yes; an error that says `nobody` if there is none to answer."""
    try:
        return click.confirm(question, err=True)
    except click.Abort:  # Ctrl-C, or nobody is there to answer
        raise ValueError(nobody) from None


@command("data-readme", example="data-readme")
@ROOT
def data_readme(root):
    """Write data/README.md from the tables' own descriptions."""
    from datagravity import paths
    from datagravity.evidence import data_readme as text

    file = root / "data" / "README.md"
    with paths.elsewhere(root / "data", root / "book" / "references.bib"):
        written = text()
    file.write_text(written, encoding="utf-8")
    return Answer(f"{file} written.", {"file": str(file)})


@command("new-chapter", example='new-chapter my-chapter --title "My question"')
@click.argument("name", help="Of the page: small letters, digits and hyphens.")
@click.option("--title", help="Of the page; from the name if it is left out.")
@ROOT
def new_chapter(name, title, root):
    """Begin a chapter: its page, headlines, test, and line in the table of contents."""
    from datagravity.site.new_chapter import write

    written = write(root, name, title)
    told = [f"{path:48} written" for path in written]
    return Answer("\n".join([*told, f"Then: datagravity chapter {name}"]), written)


@command("changes", example="changes v0.1.0")
@click.argument("revision", help="A revision of git, or a file of results.")
@ROOT
def changes(revision, root):
    """Print what changed in the results, as a section of the changelog."""
    from datagravity.site import results
    from datagravity.site.book import Book

    file = Path(revision)
    old = results.read(file) if file.suffix == ".json" and file.is_file() else results.of_revision(root, revision)
    now = results.read(Book(root).results)
    return Answer(results.in_markdown(old, now, revision), results.compare(old, now))


@command("release-files", example="release-files")
@ROOT
def release_files(root):
    """Write version and day into the files that repeat them, and the record for Zenodo."""
    from datagravity.site import release

    states = {name: "written" if changed else "unchanged" for name, changed in release.write(root).items()}
    return Answer("\n".join(f"{name:32} {state}" for name, state in states.items()), states)


@command("picture", example="picture book/energy-against-distance.svg")
@click.argument("file", type=Path, help="The SVG file to write.")
def picture(file):
    """Draw the README's picture."""
    from datagravity import checks

    checks.writable("FILE", file, ".svg")
    from datagravity.charts.placement import energy_against_distance
    from datagravity.site.renderer import still_picture

    file.write_text(still_picture(energy_against_distance().to_dict()), encoding="utf-8")
    return Answer(f"{file} written.", {"file": str(file)})


COMMANDS = [book, chapter, pdf, serve, sync, sync_back, data_readme, new_chapter, changes, release_files, picture]
