"""The command `plan`."""

from __future__ import annotations

import json
from pathlib import Path

import click

from mlops_spec import words
from mlops_spec.cli.here import this_run
from mlops_spec.errors import Exit
from mlops_spec.integrity.seal import sha256
from mlops_spec.plan.data import as_data
from mlops_spec.plan.make import make_plan
from mlops_spec.plan.markdown import as_markdown
from mlops_spec.plan.text import as_text
from mlops_spec.platforms.github.step import SUMMARY_FILE, append_page, set_output
from mlops_spec.system.files import make_folder, write_atomic
from mlops_spec.words.visible import visible_json

_FILE = click.Path(dir_okay=False, path_type=Path)


@click.command("plan")
@click.option("--directory", "-C", type=click.Path(file_okay=False, exists=True, path_type=Path), default=".")
@click.option("--base", metavar="REV", help="Compare the spec with this commit.  [default: where the branch left main]")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
@click.option("--out", type=_FILE, help="Write the JSON here too.")
@click.option("--summary", type=_FILE, help=f"Append Markdown to this file, such as {SUMMARY_FILE}.")
@click.option("--exit-zero", is_flag=True, help="Exit with 0 also when there are changes.")
def plan_command(  # noqa: PLR0913 - click passes each option by its name
    *, directory: Path, base: str | None, form: str, out: Path | None, summary: Path | None, exit_zero: bool
) -> int:
    """Say what a change would do, before anything runs.

    Rendered files, stages with the exact cause, gates and environments, and guards that got weaker. The pipeline is
    compared with the newest release. Exits with 1 when there are changes. Within GitHub Actions, the output `trains` is
    `false` when no stage would run and no verdict could change, `compares` where the base has no valid spec, and
    `digest` is that of what --out wrote.

    \b
    Example:
      mlops-spec plan --base origin/main
    """
    plan = make_plan(directory, base)
    data = json.dumps(as_data(plan), indent=2, ensure_ascii=False)
    words.out(visible_json(f"{data}\n") if form == "json" else as_text(plan), end="")
    if out:
        make_folder(out.parent)
        write_atomic(out, f"{data}\n")
        set_output(this_run(), "digest", sha256(f"{data}\n".encode()))
    if summary:
        append_page(summary, as_markdown(plan))
    set_output(this_run(), "trains", str(plan.trains).lower())
    set_output(this_run(), "compares", str(plan.base.problem is None).lower())
    return Exit.FINDINGS if plan.changes and not exit_zero else Exit.OK
