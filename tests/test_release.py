"""What a release says of itself: one version everywhere, a citation that is valid, and what changed in the results."""

import json
import re
import shutil
import subprocess

import pytest
import yaml
from jsonschema import Draft7Validator

import datagravity
from commands import answer, refused, values
from conftest import ROOT
from datagravity.command.answering import CHECKOUT
from datagravity.site import release, results

CFF = Draft7Validator(json.loads((ROOT / "tests" / "cff" / "schema-1.2.0.json").read_text(encoding="utf-8")))
CITATION = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
FILES = [*release.VERSIONS, release.RECORD]


def headline(value, unit="1", inputs=("energy",)):
    return {"value": value, "unit": unit, "label": "extension", "inputs": list(inputs)}


OLD = {
    "tables": {"energy": "a", "sources": "b"},
    "headlines": {
        "pim": {"gains": headline(28.0, "%"), "rows": headline(55), "old": headline(1.5)},
        "token": {"same": headline(3.0)},
    },
}
NEW = {
    "tables": {"energy": "c", "sources": "b"},
    "headlines": {
        "pim": {"gains": headline(31.5, "%"), "rows": headline(55, inputs=["energy", "sources"])},
        "token": {"same": headline(3.0), "fresh": headline(2.0, "pJ")},
    },
}


@pytest.fixture
def checkout(tmp_path):
    """The files of a checkout that say which release it is."""
    for name in [*FILES, "CHANGELOG.md"]:
        (tmp_path / name).parent.mkdir(exist_ok=True)
        shutil.copyfile(ROOT / name, tmp_path / name)
    for name in CHECKOUT:
        if not (tmp_path / name).exists():
            (tmp_path / name).mkdir()
    return tmp_path


def test_the_committed_files_say_what_their_sources_say():
    for name, text in release.texts(ROOT).items():
        assert (ROOT / name).read_text(encoding="utf-8") == text, f"{name}: make sync"


def test_a_new_version_and_its_day_reach_every_file(checkout, monkeypatch, capsys):
    monkeypatch.setattr(release, "__version__", "9.8.7")
    assert "heading '## 9.8.7 (unreleased)'" in refused(capsys, "release-files", "--root", checkout)
    log = checkout / "CHANGELOG.md"
    log.write_text(f"# Changelog\n\n## 9.8.7 (2031-02-03)\n\n{log.read_text(encoding='utf-8')}", encoding="utf-8")
    assert values(capsys, "release-files", "--root", checkout) == dict.fromkeys(FILES, "written")
    for name in FILES:
        before, now = ((root / name).read_text(encoding="utf-8") for root in (ROOT, checkout))
        assert "9.8.7" in now, name
        assert datagravity.__version__ not in re.findall(r"\d+\.\d+\.\d+", now.replace("1.2.0", "")), name
        assert len(before.splitlines()) == len(now.splitlines()), name
    assert yaml.safe_load((checkout / "CITATION.cff").read_text(encoding="utf-8"))["date-released"] == "2031-02-03"
    assert set(values(capsys, "release-files", "--root", checkout).values()) == {"unchanged"}


def test_a_file_that_lost_its_version_is_named(checkout, capsys):
    (checkout / "_config.yml").write_text("title: none\n", encoding="utf-8")
    assert "_config.yml: 0 places for the version" in refused(capsys, "release-files", "--root", checkout)


def test_the_citation_is_valid_by_the_schema_of_its_format():
    assert CITATION["cff-version"] == "1.2.0"
    assert [error.message for error in CFF.iter_errors(CITATION)] == []


@pytest.mark.parametrize(
    ("part", "value"),
    [("date-released", "22 November 2026"), ("license", "BSD"), ("authors", []), ("cff-version", None), ("tile", "x")],
)
def test_a_citation_with_a_slip_is_not(part, value):
    assert not CFF.is_valid(CITATION | {part: value})


def test_the_record_for_zenodo_says_what_the_citation_says():
    record = json.loads((ROOT / release.RECORD).read_text(encoding="utf-8"))
    # The fields that Zenodo's deposits have, and those that it needs.
    known = {"title", "upload_type", "version", "description", "creators", "keywords", "license", "related_identifiers"}
    assert set(record) == known
    assert record["title"] == CITATION["title"]
    assert record["creators"] == [{"name": author["name"]} for author in CITATION["authors"]]
    assert record["version"] == datagravity.__version__
    assert record["license"] == CITATION["license"][0]
    assert CITATION["license"][1] in record["description"]
    assert record["related_identifiers"][0]["identifier"] == "arXiv:2603.26053"


def test_what_changed_is_told_by_chapter_with_both_values():
    assert results.in_markdown(OLD, NEW, "v1").splitlines() == [
        "### What changed in the results since v1",
        "",
        "- [pim](book/pim.md)",
        "  - `gains`: 28 → 31.5",
        "  - `old`: gone, was 1.5",
        "- [token](book/token.md)",
        "  - `fresh`: new, 2 pJ",
        "",
        "Tables that changed: energy.",
    ]
    assert results.in_markdown(OLD, OLD, "v1").endswith("\n\nNo number changed.")


def test_what_changed_is_asked_of_a_file_and_of_a_revision(tmp_path, capsys):
    root, old = tmp_path / "checkout", tmp_path / "old.json"
    for name in CHECKOUT:
        (root / name).mkdir(parents=True)
    file = root / "book" / "results.json"
    results.write(old, OLD)
    results.write(file, OLD)

    def git(*arguments):
        own = ["-c", "user.name=Tester", "-c", "user.email=tester@example.org", "-c", "init.defaultBranch=main"]
        subprocess.run(["git", "-C", str(root), *own, *arguments], check=True, capture_output=True)

    git("init")
    git("add", "book/results.json")
    git("commit", "-m", "First")
    git("tag", "v1")
    results.write(file, NEW)
    by_revision = answer(capsys, "changes", "v1", "--root", root)
    assert by_revision.strip() == results.in_markdown(OLD, NEW, "v1")
    assert answer(capsys, "changes", old, "--root", root) == by_revision.replace("since v1", f"since {old}")
    assert "revision: 'v9', expected a revision of git that has book/results.json" in refused(
        capsys, "changes", "v9", "--root", root
    )


def test_the_checklist_names_the_commands_that_there_are():
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8").split("## Release\n")[1].split("\n## ")[0]
    assert "datagravity changes v" in text
    for name in FILES:
        assert name in text, name
