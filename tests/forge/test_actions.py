"""What a step is told by the run, and how it answers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from mlops_spec.errors import Exit, Failure
from mlops_spec.git import Access
from mlops_spec.platforms.github.connect import connect
from mlops_spec.platforms.github.run import Run, run_of
from mlops_spec.platforms.github.step import add_summary, set_output

if TYPE_CHECKING:
    from pathlib import Path

ENVIRONMENT = {"GITHUB_REPOSITORY": "acme/churn", "GITHUB_TOKEN": "s3cret"}


def test_the_environment_describes_the_connection() -> None:
    github = connect(run_of({**ENVIRONMENT, "GITHUB_API_URL": "http://127.0.0.1:8000"}))

    assert (github.repository, github.token, github.api_url) == ("acme/churn", "s3cret", "http://127.0.0.1:8000")
    assert connect(run_of(ENVIRONMENT)).api_url == "https://api.github.com"
    assert connect(run_of(ENVIRONMENT)).team_token == ""
    assert connect(run_of({**ENVIRONMENT, "MLOPS_TEAM_TOKEN": "of-the-app"})).team_token == "of-the-app"


@pytest.mark.parametrize("missing", ["GITHUB_REPOSITORY", "GITHUB_TOKEN"])
def test_what_is_not_set_is_named(missing: str) -> None:
    with pytest.raises(Failure, match=missing) as caught:
        connect(run_of({name: value for name, value in ENVIRONMENT.items() if name != missing}))

    assert caught.value.exit_code == Exit.CONFIG


def test_an_output_can_not_set_another(tmp_path: Path) -> None:
    """The delimiter is new each time, so a hostile value can't close itself."""
    file = tmp_path / "output"
    set_output(Run(outputs=str(file)), "version", "v1.0.0\nEOF\ndigest=evil")
    set_output(Run(outputs=str(file)), "digest", "sha256:1")

    lines = file.read_text().splitlines()
    name, _, delimiter = lines[0].partition("<<")
    assert (name, lines[1:4], lines[4]) == ("version", ["v1.0.0", "EOF", "digest=evil"], delimiter)
    assert delimiter != lines[5].partition("<<")[2]


def test_summaries_add_up(tmp_path: Path) -> None:
    file = tmp_path / "summary"
    add_summary(Run(summary=str(file)), "# One\n\n")
    add_summary(Run(summary=str(file)), "# Two")

    assert file.read_text() == "# One\n# Two\n"


def test_outside_of_actions_nothing_is_written() -> None:
    set_output(Run(), "version", "v1.0.0")
    add_summary(Run(), "# One")


def test_a_run_is_told_by_its_environment() -> None:
    told = {"GITHUB_SERVER_URL": "https://github.com", "GITHUB_REPOSITORY": "acme/churn", "GITHUB_RUN_ID": "7"}

    assert run_of(told).link == "https://github.com/acme/churn/actions/runs/7"
    assert [run_of(told | {name: ""}).link for name in told] == [""] * 3
    assert run_of({"GITHUB_ACTIONS": "false"}) == run_of({})
    assert not run_of({}).in_actions
    assert run_of({"GITHUB_ACTIONS": "true"}).in_actions


@pytest.mark.parametrize(
    ("environ", "access"),
    [
        ({}, Access()),
        ({"GITHUB_TOKEN": "own"}, Access("own")),
        ({"GITHUB_TOKEN": "own", "MLOPS_SPEC_PUSH_TOKEN": "app"}, Access("app")),
        ({"GH_TOKEN": "of gh"}, Access()),
        ({"GITHUB_SERVER_URL": "https://acme.ghe.com"}, Access(server="https://acme.ghe.com")),
        ({"GITHUB_REPOSITORY": "acme/churn", "GITHUB_REPOSITORY_ID": "7"}, Access()),
        (
            {"GITHUB_ACTIONS": "true", "GITHUB_REPOSITORY": "acme/churn", "GITHUB_REPOSITORY_ID": "7"},
            Access(name="github.com/acme/churn#7"),
        ),
        ({"GITHUB_ACTIONS": "true", "GITHUB_REPOSITORY": "acme/churn"}, Access(name="github.com/acme/churn")),
    ],
)
def test_what_git_may_do_at_the_remote(environ: dict[str, str], access: Access) -> None:
    assert run_of(environ).access == access


def test_no_token_shows_itself() -> None:
    run = run_of(dict.fromkeys(("GITHUB_TOKEN", "GH_TOKEN", "MLOPS_SPEC_PUSH_TOKEN", "MLOPS_APP_TOKEN"), "s3cret"))

    assert "s3cret" not in f"{run} {run.access}"
