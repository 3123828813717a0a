"""The commands `trial begin` and `trial end`: a pull request whose code a maintainer lets read the data."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import click

from mlops_spec import words
from mlops_spec.cli.here import this_run
from mlops_spec.errors import Exit

if TYPE_CHECKING:
    from mlops_spec.review.trial import Result


def _commit(_: click.Context, __: click.Parameter, value: str) -> str:
    """A commit's whole id: what is asked of the forge under this name is asked of a commit, and of nothing else."""
    if not re.fullmatch(r"[0-9a-f]{40}", value):
        raise click.BadParameter(f"{value!r} is no commit's id of 40 digits")
    return value


@click.group("trial", hidden=True)
def trial_command() -> None:
    """Try a pull request that may not read the data by itself; the workflow mlops-try calls this.

    \b
    Example:
      mlops-spec trial begin --pull-request 7
    """


@trial_command.command("begin")
@click.option("--pull-request", "number", type=click.IntRange(min=1), required=True, help="Its number.")
def begin_command(number: int) -> int:
    """Pin the commit that is tried, and mark it as waiting.

    \b
    Example:
      mlops-spec trial begin --pull-request 7
    """
    from mlops_spec.platforms.github.connect import connect  # noqa: PLC0415
    from mlops_spec.platforms.github.step import add_summary, set_output  # noqa: PLC0415
    from mlops_spec.review.trial import begin  # noqa: PLC0415

    begun = begin(connect(this_run()), number, link=this_run().link)
    set_output(this_run(), "head", begun.head)
    set_output(this_run(), "base", begun.base)
    said = f"Pull request {number} is tried as commit {begun.head}; what is pushed to it later is not."
    add_summary(this_run(), said)
    words.out(said)
    return Exit.OK


@trial_command.command("end")
@click.option("--commit", callback=_commit, required=True, help="What `trial begin` pinned.")
@click.option("--result", type=click.Choice(["success", "failure", "cancelled", "skipped"]), required=True)
def end_command(commit: str, result: Result) -> int:
    """Say of the commit what became of its trial; exit 1 unless it passed.

    \b
    Example:
      mlops-spec trial end --commit 0123456789abcdef0123456789abcdef01234567 --result success
    """
    from mlops_spec.platforms.github.connect import connect  # noqa: PLC0415
    from mlops_spec.review.trial import end  # noqa: PLC0415

    passed = end(connect(this_run()), commit, result, link=this_run().link)
    words.out(f"{commit[:12]}: {'passed' if passed else result}")
    return Exit.OK if passed else Exit.FINDINGS
