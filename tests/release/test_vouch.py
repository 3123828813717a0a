"""Without a GitHub App: the workflow says of a promotion's commit what its checks would, and of nothing else."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import yaml

from mlops_spec.cli.promote import promote_command
from mlops_spec.errors import Exit, Failure
from mlops_spec.git import Update
from mlops_spec.platforms.github.api import pulls, statuses
from mlops_spec.platforms.github.checks import CHECKS
from mlops_spec.release.propose import propose
from mlops_spec.release.vouch import vouch

if TYPE_CHECKING:
    from mlops_spec.platforms.github.api.shapes import PullRequest

    from .conftest import House

HERE = Path(__file__).parent
BRANCH = "refs/heads/mlops/promote-production"


def proposed(house: House) -> PullRequest:
    done = propose(house.git, house.github(), "production", "v1.0.0", now=house.now)
    assert done.pull_request is not None, done.message
    return pulls.get(house.github(), done.pull_request)


def rendered(name: str) -> str:
    """A file as it is rendered for a model."""
    expected = HERE.parent / "render" / "minimal" / "expected"
    return (expected / name).read_text(encoding="utf-8")


def merge(house: House, number: int) -> None:
    house.github("carol").send("PUT", f"/repos/acme/churn/pulls/{number}/merge", {}, needs="contents: write")


def pushed(house: House, files: dict[str, bytes]) -> str:
    """Somebody pushes to the branch of the promotion."""
    head = house.git.remote_refs(BRANCH)[BRANCH]
    tree = house.git.write_tree(head, dict(files))
    commit = house.git.write_commit(tree, parents=[head], message="more", when=house.now)
    house.git.push(Update(BRANCH, commit, head))
    return commit


def said(house: House, commit: str) -> dict[str, str]:
    found = statuses.of_commit(house.github(), commit)
    return {each.context: each.state for each in reversed(found)}


def test_the_checks_are_the_ones_that_main_requires_and_jobs_that_pull_requests_run() -> None:
    ruleset = json.loads(rendered(".github/rulesets/mlops-main.json"))
    jobs = yaml.safe_load(rendered(".github/workflows/mlops-pull-request.yml"))["jobs"].values()

    asked = next(rule["parameters"] for rule in ruleset["rules"] if rule["type"] == "required_status_checks")
    assert tuple(check["context"] for check in asked["required_status_checks"]) == CHECKS
    assert set(CHECKS) <= {job["name"] for job in jobs}


def test_the_promotion_can_be_merged_once_it_was_checked(staged: House) -> None:
    ruleset = json.loads(rendered(".github/rulesets/mlops-main.json"))
    checks = [rule for rule in ruleset["rules"] if rule["type"] == "required_status_checks"]
    staged.hub.settings.rulesets[1] = {**ruleset, "rules": checks}
    pull = proposed(staged)
    with pytest.raises(Failure, match='Required status check "Lint and plan" is expected'):
        merge(staged, pull.number)

    done = vouch(staged.git, staged.github(), "production", link="https://github.com/x", now=staged.now)

    assert (done.commit, done.problem) == (pull.head.sha, None)
    found = statuses.of_commit(staged.github(), pull.head.sha)
    assert {(each.context, each.state, each.target_url) for each in found} == {
        (context, "success", "https://github.com/x") for context in CHECKS
    }
    assert found[0].description == "main passed it; only deploy/production.yaml differs, and declares what may go there"
    merge(staged, pull.number)


def test_a_newer_proposal_is_checked_anew(staged: House) -> None:
    first = proposed(staged)
    vouch(staged.git, staged.github(), "production", now=staged.now)
    staged.commit({"src/a.py": "2\n"})
    staged.register(code=2)
    staged.stage("v1.1.0")
    propose(staged.git, staged.github(), "production", "v1.1.0", now=staged.now)
    head = staged.git.remote_refs(BRANCH)[BRANCH]

    assert (head != first.head.sha, said(staged, head)) == (True, {})
    assert vouch(staged.git, staged.github(), "production", now=staged.now).commit == head
    assert said(staged, head) == dict.fromkeys(CHECKS, "success")


@pytest.mark.parametrize(
    ("files", "problem"),
    [
        ({"src/a.py": b"evil\n"}, "it changes src/a.py too"),
        ({".github/workflows/x.yml": b"on: push\n", "src/a.py": b"1\n"}, "too and 1 more"),
        ({"deploy/staging.yaml": b"{}\n"}, "it changes deploy/staging.yaml too"),
        ({"deploy/production.yaml": b"environment: production\n"}, "deploy/production.yaml: model"),
        ({"deploy/production.yaml": None}, "deploy/production.yaml: no such file"),
    ],
    ids=["code", "workflow", "another environment", "half a file", "no file"],
)
def test_it_vouches_for_nothing_but_a_promotion(staged: House, files: dict[str, bytes], problem: str) -> None:
    proposed(staged)
    commit = pushed(staged, files)

    done = vouch(staged.git, staged.github(), "production", now=staged.now)

    assert (done.commit, problem in (done.problem or "")) == (commit, True), done.problem
    assert said(staged, commit) == dict.fromkeys(CHECKS, "failure")


def test_what_may_not_go_there_is_not_vouched_for(staged: House) -> None:
    """The tag was moved since it was proposed."""
    pull = proposed(staged)
    staged.hub.origin.git.run("update-ref", "refs/tags/churn@v1.0.0", staged.git.commit_id())

    done = vouch(staged.git, staged.github(), "production", now=staged.now)

    assert "tag churn@v1.0.0 is" in (done.problem or "")
    assert said(staged, pull.head.sha) == dict.fromkeys(CHECKS, "failure")


def test_a_forge_that_is_away_says_nothing(staged: House) -> None:
    proposed(staged)
    staged.hub.origin.path.rename(staged.root / "gone.git")

    with pytest.raises(Failure, match="not available") as raised:
        vouch(staged.git, staged.github(), "production", now=staged.now)

    assert raised.value.exit_code == Exit.UNAVAILABLE


def test_the_command(staged: House, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    for name, value in {
        "GITHUB_TOKEN": "bot-token",
        "GITHUB_REPOSITORY": "acme/churn",
        "GITHUB_API_URL": staged.api,
        "GITHUB_SERVER_URL": "https://github.com",
        "GITHUB_RUN_ID": "7",
    }.items():
        monkeypatch.setenv(name, value)

    def run() -> tuple[int, str]:
        code = promote_command.main(["check", "production", "-C", str(staged.git.directory)], standalone_mode=False)
        return code, capsys.readouterr().out

    assert run() == (0, "no promotion to production is open\n")
    head = proposed(staged).head.sha
    assert run() == (0, f"Lint and plan, Train and gate of {head[:12]}: success\n")
    assert staged.hub.statuses[0].target_url == "https://github.com/acme/churn/actions/runs/7"
    worse = pushed(staged, {"src/a.py": b"1\n"})
    assert run() == (1, f"Lint and plan, Train and gate of {worse[:12]}: it changes src/a.py too\n")


@pytest.mark.parametrize(("case", "number"), [("full", 1), ("travels", 2)])
def test_only_the_job_that_checks_a_promotion_may_set_statuses(case: str, number: int) -> None:
    folder = HERE.parent / "render" / case / "expected" / ".github" / "workflows"
    workflows = [yaml.safe_load(path.read_text(encoding="utf-8"))["jobs"] for path in sorted(folder.glob("*.yml"))]
    found = [(jobs, job) for jobs in workflows for job in jobs.values() if "statuses" in job.get("permissions", {})]

    assert len(found) == number
    for jobs, job in found:
        assert (job["permissions"], "environment" in job) == ({"contents": "read", "statuses": "write"}, False)
        assert job["steps"][-1]["run"].split("mlops-spec ")[1].startswith("promote check ")
        assert "app" in jobs[job["needs"]]["outputs"]
