"""What a step is told by the run, and how it answers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from mlops_spec.errors import Exit, Failure
from mlops_spec.platforms.github.run import connect
from mlops_spec.platforms.github.step import add_summary, set_output

if TYPE_CHECKING:
    from pathlib import Path

ENVIRONMENT = {"GITHUB_REPOSITORY": "acme/churn", "GITHUB_TOKEN": "s3cret"}


def test_the_environment_describes_the_connection() -> None:
    github = connect({**ENVIRONMENT, "GITHUB_API_URL": "http://127.0.0.1:8000"})

    assert (github.repository, github.token, github.api_url) == ("acme/churn", "s3cret", "http://127.0.0.1:8000")
    assert connect(ENVIRONMENT).api_url == "https://api.github.com"
    assert connect(ENVIRONMENT).team_token == ""
    assert connect({**ENVIRONMENT, "MLOPS_TEAM_TOKEN": "of-the-app"}).team_token == "of-the-app"


@pytest.mark.parametrize("missing", ["GITHUB_REPOSITORY", "GITHUB_TOKEN"])
def test_what_is_not_set_is_named(missing: str) -> None:
    with pytest.raises(Failure, match=missing) as caught:
        connect({name: value for name, value in ENVIRONMENT.items() if name != missing})

    assert caught.value.exit_code == Exit.CONFIG


def test_an_output_can_not_set_another(tmp_path: Path) -> None:
    """The delimiter is new each time, so a hostile value can't close itself."""
    file = tmp_path / "output"
    set_output({"GITHUB_OUTPUT": str(file)}, "version", "v1.0.0\nEOF\ndigest=evil")
    set_output({"GITHUB_OUTPUT": str(file)}, "digest", "sha256:1")

    lines = file.read_text().splitlines()
    name, _, delimiter = lines[0].partition("<<")
    assert (name, lines[1:4], lines[4]) == ("version", ["v1.0.0", "EOF", "digest=evil"], delimiter)
    assert delimiter != lines[5].partition("<<")[2]


def test_summaries_add_up(tmp_path: Path) -> None:
    file = tmp_path / "summary"
    add_summary({"GITHUB_STEP_SUMMARY": str(file)}, "# One\n\n")
    add_summary({"GITHUB_STEP_SUMMARY": str(file)}, "# Two")

    assert file.read_text() == "# One\n# Two\n"


def test_outside_of_actions_nothing_is_written() -> None:
    set_output({}, "version", "v1.0.0")
    add_summary({}, "# One")
