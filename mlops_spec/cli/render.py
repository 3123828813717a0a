"""The command `render`."""

from __future__ import annotations

from pathlib import Path, PurePosixPath

import click

from mlops_spec import words
from mlops_spec.cli.models import broken
from mlops_spec.cli.option import in_models
from mlops_spec.errors import Exit
from mlops_spec.lint.models import models_in
from mlops_spec.outputs.parts import parts_of, shared_out
from mlops_spec.outputs.sync import compare, sync
from mlops_spec.render.write import summary

_ROOT = click.Path(exists=True, file_okay=False, path_type=Path)
_PATH = click.Path(path_type=PurePosixPath)
_UNTOLD = "what the repository has once, such as CODEOWNERS, waits until every spec is valid"


@click.command("render")
@click.option("--check", "mode", flag_value="check", help="Change nothing; fail when a file is not as rendered.")
@click.option("--diff", "mode", flag_value="diff", help="Change nothing; show what would change.")
@click.option("--keep", multiple=True, type=_PATH, metavar="PATH", help="Declare an edit of PATH as an overlay.")
@click.option("--discard", multiple=True, type=_PATH, metavar="PATH", help="Render over an edit of PATH.")
@click.option("--adopt", multiple=True, type=_PATH, metavar="PATH", help="Render over PATH, though it was never ours.")
@in_models
@click.option("--directory", "-C", default=".", type=_ROOT, help="The repository.  [default: this folder]")
@click.option("--format", "form", type=click.Choice(sorted(summary.FORMATS)), default="text", show_default=True)
def render_command(
    *, mode: str | None, names: tuple[str, ...], directory: Path, form: str, **chosen: tuple[PurePosixPath, ...]
) -> int:
    """Write the pipeline, the workflows and all else that follows from model.yaml.

    Files are written together or not at all. What you edited by hand is never overwritten unasked: render says what
    you changed and how to keep it. In a repository of many models the files of each lie in its folder, and are written
    by themselves.

    \b
    Example:
      mlops-spec render
      mlops-spec render --check
      mlops-spec render --keep .github/workflows/mlops-train.yml
    """
    choices = {path: choice for choice, paths in chosen.items() for path in paths}
    if mode and choices:
        raise click.UsageError(f"--{mode} changes nothing, so it goes with none of --keep, --discard and --adopt")
    models = models_in(directory, names)
    parts = tuple(parts_of(models))
    done = [
        compare(part) if mode else sync(part, mine)
        for part, mine in zip(parts, shared_out(parts, choices), strict=True)
    ]
    blocked = [each for one in done for each in one.blocked_by]
    changes = [each for one in done for each in one.changes]
    words.out(summary.FORMATS[form](changes, blocked, mode != "check"), end="")
    if models.broken:
        words.err(_UNTOLD)
    return max(Exit.FINDINGS if blocked else Exit.OK, broken(models))
