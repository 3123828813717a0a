"""Main moves on while the run of a merge trains: what was merged is registered, or its refusal says who does it now."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from mlops_spec.errors import Exit, Failure
from mlops_spec.git import Git
from mlops_spec.rehearse.hub.tokens import JobToken
from mlops_spec.release.register import register

from .conftest import ALICE

if TYPE_CHECKING:
    from .conftest import House

WORKFLOW = ".github/workflows/mlops-merge.yml"


def running(house: House, **permissions: str) -> Git:
    """The checkout of a job of the forge, on the commit that is newest now, with a token of these permissions."""
    reference = f"acme/churn/{WORKFLOW}@refs/heads/main"
    job = JobToken(
        value=f"job-{len(house.hub.tokens)}",
        repository="acme/churn",
        run=1,
        event="push",
        ref="refs/heads/main",
        sha=house.git.commit_id(),
        actor="alice",
        workflow="mlops-merge",
        workflow_ref=reference,
        job="register",
        job_workflow_ref=reference,
        permissions={"contents": "write", **permissions},
    )
    house.hub.tokens[job.value] = job
    folder = house.clone(f"run-{job.value}").git.directory
    git = Git(folder, token=job.value, server=house.api)
    git.run("remote", "set-url", "origin", f"{house.api}/{house.hub.repository}.git")
    return git


def test_a_merge_is_registered_for_its_own_commit(house: House) -> None:
    bundle, merged = house.bundle(), house.git.commit_id()
    run = running(house)
    newer = house.commit({"src/a.py": "1\n"}, message="Merged meanwhile")

    done = register(run, bundle, who=ALICE, now=house.now)

    tag, source = done.record.what.tag, done.record.from_what
    assert tag
    assert source
    assert (done.record.what.version, source.commit) == ("v1.0.0", merged)
    assert house.hub.origin.git.text("rev-parse", f"{tag.target}^") == merged
    assert house.hub.origin.branch("main") == newer
    assert not run.text("log", "--format=%s", f"{merged}..{tag.target}").count("Merged meanwhile")


def test_the_commit_of_the_run_that_comes_second_is_a_version_after_it(house: House) -> None:
    first, older = house.bundle(), running(house)
    house.commit({"src/a.py": "1\n"}, message="Merged meanwhile")
    newer = house.git.commit_id()
    assert register(older, first, who=ALICE, now=house.now).record.what.version == "v1.0.0"

    done = register(running(house), house.bundle(code=2), who=ALICE, now=house.now)

    assert done.record.from_what
    assert (done.record.what.version, done.record.from_what.commit) == ("v1.1.0", newer)


def test_a_workflow_that_changed_meanwhile_stops_it_and_the_newest_run_takes_over(house: House) -> None:
    """GitHub lets no job push workflow files that no branch has; nothing is half registered."""
    house.commit({WORKFLOW: "on: push\n"})
    bundle, run = house.bundle(), running(house)
    house.commit({WORKFLOW: "on: [push]\n"}, message="Merged meanwhile")

    with pytest.raises(Failure, match="refusing to allow a GitHub App to create or update workflow") as refused:
        register(run, bundle, who=ALICE, now=house.now)

    assert refused.value.exit_code == Exit.CONFIG
    assert "`workflows: write`" in refused.value.remedy
    assert "leave it to the run of the newest commit" in refused.value.remedy
    assert house.hub.origin.git.text("for-each-ref", "--format=%(refname)") == "refs/heads/main"
    done = register(running(house), house.bundle(), who=ALICE, now=house.now)
    assert (done.new, done.record.what.version) == (True, "v1.0.0")


def test_an_app_that_may_change_workflows_registers_it_all_the_same(house: House) -> None:
    house.commit({WORKFLOW: "on: push\n"})
    bundle, run, merged = house.bundle(), running(house, workflows="write"), house.git.commit_id()
    house.commit({WORKFLOW: "on: [push]\n"}, message="Merged meanwhile")

    done = register(run, bundle, who=ALICE, now=house.now)

    assert done.record.from_what
    assert done.record.from_what.commit == merged
