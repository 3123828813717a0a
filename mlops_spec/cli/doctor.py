"""The command `doctor`."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from mlops_spec import words
from mlops_spec.cli.here import this_run
from mlops_spec.cli.models import refuse_folders
from mlops_spec.errors import Exit, Failure
from mlops_spec.lint.specs import load_spec
from mlops_spec.model_folder import SPEC
from mlops_spec.platforms.github.connect import connect
from mlops_spec.platforms.github.doctor.cloud import files
from mlops_spec.platforms.github.doctor.examine import calls, examine, exit_code
from mlops_spec.platforms.github.doctor.expected import expected
from mlops_spec.platforms.github.doctor.say import as_calls, as_json, as_text
from mlops_spec.platforms.github.doctor.subjects import subject_prefix
from mlops_spec.platforms.github.variables import REPOSITORY, SERVER_URL
from mlops_spec.repository.origin import Origin, on_github
from mlops_spec.system.files import make_folder, write_atomic

if TYPE_CHECKING:
    from mlops_spec.platforms.github.api import GitHub
    from mlops_spec.spec import Spec


@click.command("doctor")
@click.option("--repository", help=f"owner/name on GitHub.  [default: {REPOSITORY}]")
@click.option(
    "--apply-file",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write the API calls that set what is missing, as JSON.",
)
@click.option(
    "--cloud",
    type=click.Path(file_okay=False, path_type=Path),
    metavar="FOLDER",
    help="Write what the cloud must be told of the storage: trust and bucket policies, and the commands.",
)
@click.option("--directory", "-C", type=click.Path(path_type=Path), default=".", help="The repository.  [default: .]")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
def doctor_command(
    repository: str | None, apply_file: Path | None, cloud: Path | None, directory: Path, form: str
) -> int:
    """Check the settings on GitHub that no file in the repository holds: rulesets, environments, Actions.

    Exits 1 where one is missing, and 78 where the token in GITHUB_TOKEN may not see one: it needs administration:
    read, and environments, secrets and variables: read. Nothing is changed; --apply-file writes what to send.
    --cloud asks GitHub as what it names this repository's jobs, and writes policies for just these; it does not look
    into the cloud, and writes down how to.
    The token of a workflow may see none of it: run this as an administrator, with GITHUB_TOKEN=$(gh auth token).

    \b
    Example:
      mlops-spec doctor --repository acme/churn --apply-file calls.json
      jq -c '.[]' calls.json | while read -r call; do
        jq .body <<< "$call" | gh api -X "$(jq -r .method <<< "$call")" "$(jq -r .path <<< "$call")" --input -
      done
    """
    refuse_folders(
        directory, "doctor", "Hold the settings on GitHub against .github/rulesets and the workflows yourself."
    )
    run = this_run()
    _refuse_foreign_host(run.server)
    github, spec = connect(replace(run, repository=repository or run.repository)), load_spec(directory / SPEC)
    if cloud is not None:
        return _tell_the_cloud(github, spec, cloud)
    snapshot, results = examine(github, expected(spec))
    if apply_file is not None:
        write_atomic(apply_file, as_calls(github.repository, calls(snapshot, results)))
    words.data(as_json(results), indent=2) if form == "json" else words.out(as_text(results).rstrip("\n"))
    return exit_code(results)


def _refuse_foreign_host(server: str) -> None:
    host = Origin(server).host
    if not on_github(host):
        raise Failure(
            f"{SERVER_URL} is {server}, but the rendered workflows need github.com or GitHub Enterprise Cloud",
            exit_code=Exit.CONFIG,
            remedy="move the repository there; `mlops-spec explain MS821` says what GitHub Enterprise Server lacks",
        )


def _tell_the_cloud(github: GitHub, spec: Spec, folder: Path) -> int:
    wanted = files(spec, subject_prefix(github))
    make_folder(folder)
    for name, text in wanted.items():
        write_atomic(folder / name, text.encode())
    words.out(f"{folder}: {', '.join(wanted)}; README.md has the commands, in their order")
    words.out("nothing was looked up in the cloud itself: README.md ends with how to see what is set there")
    return Exit.OK
