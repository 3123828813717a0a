"""The command `upgrade`."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from mlops_spec import words
from mlops_spec.errors import Exit
from mlops_spec.model_folder import SPEC
from mlops_spec.repository.root import root_of
from mlops_spec.upgrade import report
from mlops_spec.upgrade.finish import finish, finish_in
from mlops_spec.upgrade.run import upgrade
from mlops_spec.words.terminal import terminal

if TYPE_CHECKING:
    from mlops_spec.upgrade.finish import Finished
    from mlops_spec.upgrade.proof import Described

_ROOT = click.Path(exists=True, file_okay=False, path_type=Path)


@click.command("upgrade")
@click.argument("to", required=False, metavar="[VERSION|WHEEL|FOLDER|git+URL@REV]")
@click.option("--directory", "-C", default=".", type=_ROOT, help="The repository.  [default: this folder]")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
@click.option("--finish", "before", type=click.Path(exists=True, dir_okay=False, path_type=Path), hidden=True)
def upgrade_command(*, to: str | None, directory: Path, form: str, before: Path | None) -> int:
    """Bring this repository to another mlops-spec, all its models at once, and prove what is the same.

    Pins and locks it, migrates model.yaml, renders with it, and holds its stages and gates against those of the old
    one, defaults included. The result is a change of files that nobody committed; when anything fails, no file was
    touched. Without an argument: the mlops-spec that runs, or, where the repository has that, the newest of the index.
    Exits with 1 when a stage or gate is not the same, a guard got weaker, or the new version finds an error.

    \b
    Example:
      uvx mlops-spec upgrade
      mlops-spec upgrade 0.3.0
      mlops-spec upgrade ~/Downloads/mlops_spec-0.3.0-py3-none-any.whl
      mlops-spec upgrade git+https://github.com/mlops-spec/mlops-spec@main
    """
    if before is not None:  # the new version's part, which the running one asks of it
        return _finish(directory, json.loads(before.read_text(encoding="utf-8")))
    if (directory / SPEC).is_file():  # a model's folder, of which the pin stands at the root
        directory = root_of(directory)
    with terminal(stderr=True).status("") as status:
        done = upgrade(directory, to, say=lambda step: status.update(f"{step} …"))
    if done is None:
        words.out("{}" if form == "json" else "the repository has that mlops-spec already")
        return Exit.OK
    words.out(
        json.dumps(report.as_data(done), indent=2, ensure_ascii=False) if form == "json" else report.as_text(done)
    )
    return Exit.OK if done.same else Exit.FINDINGS


def _finish(root: Path, before: Described) -> int:
    """Answers, as data, what the running version asked of the new one, in the form that it was asked in."""
    if "folders" in before:
        words.data(
            {"v": 1, "folders": {name: _data(each) for name, each in finish_in(root, before["folders"]).items()}}
        )
    else:
        words.data(_data(finish(root, before)))
    return Exit.OK


def _data(finished: Finished) -> dict[str, Any]:
    return {"v": 1, "spec": finished.spec, "same": finished.proof.same, **asdict(finished.proof)}
