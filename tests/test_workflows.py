"""The workflows: each job has the rights that it needs, actions are pinned, and what is published is tested."""

import re

import pytest
import yaml

from datagravity.paths import ROOT

FILES = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
WORKFLOWS = {path.stem: yaml.safe_load(path.read_text(encoding="utf-8")) for path in FILES}
JOBS = {(name, job): said for name, workflow in WORKFLOWS.items() for job, said in workflow["jobs"].items()}
STEPS = [(*place, step) for place, job in JOBS.items() for step in job.get("steps", [])]
#: What may write, and what it writes.
WRITERS = {
    ("pages", "deploy"): {"pages": "write", "id-token": "write"},
    ("pages", "notebooks"): {"contents": "write"},
}


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_actions_of_others_are_pinned_by_digest_and_say_their_version(path):
    used = re.findall(r"uses: (\S+)(.*)", path.read_text(encoding="utf-8"))
    others = [(action, said) for action, said in used if not action.startswith("./")]
    assert others
    assert [action for action, _ in others if not re.fullmatch(r"[\w.-]+/[\w./-]+@[0-9a-f]{40}", action)] == []
    assert [action for action, said in others if not re.fullmatch(r" # v\d+\.\d+\.\d+", said)] == []


def test_a_job_has_the_rights_that_it_names_and_few_write():
    assert {name: workflow["permissions"] for name, workflow in WORKFLOWS.items()} == {name: {} for name in WORKFLOWS}
    rights = {place: job["permissions"] for place, job in JOBS.items()}
    assert {place: own for place, own in rights.items() if "write" in own.values()} == WRITERS


def test_what_writes_runs_no_code_of_the_book_and_installs_nothing():
    for *place, step in STEPS:
        if tuple(place) in WRITERS:
            assert "checkout" not in step.get("uses", "")
            assert not re.search(r"\b(make|pip|pipx|python)\b", step.get("run", ""))


def test_no_credentials_stay_and_no_expression_becomes_a_line_of_a_shell():
    checkouts = [step for *_, step in STEPS if "actions/checkout" in step.get("uses", "")]
    assert checkouts
    assert all(step["with"]["persist-credentials"] is False for step in checkouts)
    assert [step["run"] for *_, step in STEPS if "${{" in step.get("run", "")] == []


def test_only_what_passes_the_tests_is_published():
    jobs = WORKFLOWS["pages"]["jobs"]
    assert jobs["test"]["uses"] == "./.github/workflows/test.yml"
    assert (jobs["build"]["needs"], jobs["deploy"]["needs"], jobs["notebooks"]["needs"]) == ("test", "build", "build")


def test_advisories_are_looked_up_every_week():
    test = WORKFLOWS["test"]
    # YAML takes the word `on` for true.
    assert {"schedule", "pull_request", "workflow_call"} == set(test[True])
    lines = [step.get("run", "") for step in test["jobs"]["advisories"]["steps"]]
    assert any("pip-audit" in line and "--require-hashes" in line and "requirements.lock" in line for line in lines)
    assert test["jobs"]["advisories"]["if"] == "github.event_name == 'schedule'"
