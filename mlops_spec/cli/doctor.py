"""The command `doctor`."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from mlops_spec import words
from mlops_spec.cli.here import this_run
from mlops_spec.cli.models import broken
from mlops_spec.errors import Exit, Failure
from mlops_spec.lint.models import models_in
from mlops_spec.platforms.github.connect import connect
from mlops_spec.platforms.github.doctor.cloud import files
from mlops_spec.platforms.github.doctor.examine import calls, examine, exit_code
from mlops_spec.platforms.github.doctor.expected import expected, expected_of_many
from mlops_spec.platforms.github.doctor.say import as_calls, as_json, as_text
from mlops_spec.platforms.github.doctor.subjects import subject_prefix
from mlops_spec.platforms.github.variables import REPOSITORY, SERVER_URL
from mlops_spec.repository.origin import Origin, on_github
from mlops_spec.repository.root import root_of
from mlops_spec.system.files import make_folder, write_atomic

if TYPE_CHECKING:
    from mlops_spec.lint.models import Models
    from mlops_spec.platforms.github.api import GitHub
    from mlops_spec.platforms.github.doctor.expected import Expected


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
    *,
    repository: str | None,
    apply_file: Path | None,
    cloud: Path | None,
    directory: Path,
    form: str,
) -> int:
    """Check the settings on GitHub that no file in the repository holds: rulesets, environments, Actions.

    They are the repository's: of many models they are examined once, for what all of them need.
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
    run = this_run()
    _refuse_foreign_host(run.server)
    github = connect(replace(run, repository=repository or run.repository))
    models = models_in(root_of(directory))
    if cloud is not None:
        return max(_tell_the_cloud(github, models, cloud), broken(models))
    snapshot, results = examine(github, _expected(models))
    if apply_file is not None:
        write_atomic(apply_file, as_calls(github.repository, calls(snapshot, results)))
    words.data(as_json(results), indent=2) if form == "json" else words.out(as_text(results).rstrip("\n"))
    return max(exit_code(results), broken(models))


def _expected(models: Models) -> Expected:
    """What the repository relies on, for its one model or for all that are whole."""
    if not models.whole and models.broken:
        raise next(iter(models.broken.values()))
    alone = next((model for model in models if model.place.alone), None)
    if alone:
        return expected(alone.spec)
    return expected_of_many(models.shared, [(model.place, model.spec) for model in models])


def _refuse_foreign_host(server: str) -> None:
    host = Origin(server).host
    if not on_github(host):
        raise Failure(
            f"{SERVER_URL} is {server}, but the rendered workflows need github.com or GitHub Enterprise Cloud",
            exit_code=Exit.CONFIG,
            remedy="move the repository there; `mlops-spec explain MS821` says what GitHub Enterprise Server lacks",
        )


def _tell_the_cloud(github: GitHub, models: Models, folder: Path) -> int:
    """Of one storage, that of the only model or the one that all share."""
    alone = next((model.spec for model in models if model.place.alone), None)
    monitored = any(model.spec.monitor for model in models)
    wanted = files(alone or models.shared, subject_prefix(github), monitored=monitored)
    make_folder(folder)
    for name, text in wanted.items():
        write_atomic(folder / name, text.encode())
    words.out(f"{folder}: {', '.join(wanted)}; README.md has the commands, in their order")
    words.out("nothing was looked up in the cloud itself: README.md ends with how to see what is set there")
    return Exit.OK
