"""The command `render`."""

from __future__ import annotations

from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

import click

from mlops_spec import model_folder, words
from mlops_spec.errors import Exit
from mlops_spec.lint.specs import load_spec
from mlops_spec.outputs.rendered import render_all
from mlops_spec.outputs.sync import sync
from mlops_spec.render.write import summary
from mlops_spec.render.write.compare import differences
from mlops_spec.repository.listing import place_in_tree

if TYPE_CHECKING:
    from mlops_spec.spec import Spec

_ROOT = click.Path(exists=True, file_okay=False, path_type=Path)
_PATH = click.Path(path_type=PurePosixPath)


@click.command("render")
@click.option("--check", "mode", flag_value="check", help="Change nothing; fail when a file is not as rendered.")
@click.option("--diff", "mode", flag_value="diff", help="Change nothing; show what would change.")
@click.option("--keep", multiple=True, type=_PATH, metavar="PATH", help="Declare an edit of PATH as an overlay.")
@click.option("--discard", multiple=True, type=_PATH, metavar="PATH", help="Render over an edit of PATH.")
@click.option("--adopt", multiple=True, type=_PATH, metavar="PATH", help="Render over PATH, though it was never ours.")
@click.option("--directory", "-C", default=".", type=_ROOT, help="The repository.  [default: this folder]")
@click.option("--format", "form", type=click.Choice(sorted(summary.FORMATS)), default="text", show_default=True)
def render_command(*, mode: str | None, directory: Path, form: str, **chosen: tuple[PurePosixPath, ...]) -> int:
    """Write the pipeline, the workflows and all else that follows from model.yaml.

    Files are written together or not at all. What you edited by hand is never overwritten unasked: render says what
    you changed and how to keep it.

    \b
    Example:
      mlops-spec render
      mlops-spec render --check
      mlops-spec render --keep .github/workflows/mlops-train.yml
    """
    choices = {path: choice for choice, paths in chosen.items() for path in paths}
    if mode and choices:
        raise click.UsageError(f"--{mode} changes nothing, so it goes with none of --keep, --discard and --adopt")
    spec = load_spec(directory / model_folder.SPEC)
    if inside := place_in_tree(directory):
        words.err(f"GitHub reads workflows at a repository's root alone: what is rendered in {inside} never runs there")
    if mode:
        return _compare(directory, spec, summary.FORMATS[form], patches=mode == "diff")
    done = sync(directory, spec, choices)
    words.out(summary.FORMATS[form](done.changes, done.blocked_by, True), end="")
    return Exit.FINDINGS if done.blocked_by else Exit.OK


def _compare(directory: Path, spec: Spec, say: summary.Format, *, patches: bool) -> int:
    found = differences(directory, render_all(directory, spec))
    words.out(say((), found, patches), end="")
    return Exit.FINDINGS if found else Exit.OK
