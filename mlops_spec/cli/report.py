"""The commands `report` and `comment`: what a reviewer reads of a change."""

from __future__ import annotations

from pathlib import Path

import click

from mlops_spec import words
from mlops_spec.cli.here import repository, this_run
from mlops_spec.errors import Exit
from mlops_spec.integrity.seal import sha256
from mlops_spec.model_folder import REPORT, SPEC
from mlops_spec.platforms.github.step import append_page, set_output
from mlops_spec.words.visible import visible_json

_FILE = click.Path(dir_okay=False, path_type=Path)
_DIRECTORY = click.option(
    "--directory",
    "-C",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path(),
    help="Root of the model's repository.",
)


@click.command("report")
@click.option("--out", type=_FILE, help=f"Where to write it [default: {REPORT}].")
@click.option("--summary", type=_FILE, help="A file that the report in Markdown is added to.")
@_DIRECTORY
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
def report_command(out: Path | None, summary: Path | None, directory: Path, form: str) -> int:
    """Write the report of the last run: its gates, measures and slices, in JSON and in Markdown.

    \b
    Example:
      mlops-spec report --summary report.md
    """
    from mlops_spec.lint.specs import load_spec  # noqa: PLC0415
    from mlops_spec.review.build import write_report  # noqa: PLC0415

    root = directory.resolve()
    content, markdown = write_report(root, load_spec(root / SPEC), out or root / REPORT)
    set_output(this_run(), "digest", sha256((out or root / REPORT).read_bytes()))
    if summary is not None:
        append_page(summary, markdown)
    words.out(visible_json(content) if form == "json" else markdown, end="")
    return Exit.OK


@click.command("comment", hidden=True)
@click.option("--pull-request", "number", type=click.IntRange(min=1), required=True, help="Its number.")
@click.option("--plan", type=_FILE, help="What `plan --out` wrote.")
@click.option("--plan-digest", help="The plan's digest, as the job that made it says.")
@click.option("--report", type=_FILE, help="What `report --out` wrote.")
@click.option("--report-digest", help="The report's digest, as the job that made it says.")
@_DIRECTORY
def comment_command(  # noqa: PLR0913 - one per option
    *,
    number: int,
    plan: Path | None,
    plan_digest: str | None,
    report: Path | None,
    report_digest: str | None,
    directory: Path,
) -> int:
    """Create or update the pull request's one comment; run it on main's code and spec.

    Both files are taken for hostile: the verdict is computed from their numbers and from main's gates.

    \b
    Example:
      mlops-spec comment --pull-request 7 --plan received/plan.json --report received/report.json
    """
    if plan is None and report is None:
        raise click.UsageError("name a --plan, a --report, or both")
    from mlops_spec.lint.specs import load_spec  # noqa: PLC0415
    from mlops_spec.platforms.github.api.comments import keep_one  # noqa: PLC0415
    from mlops_spec.platforms.github.connect import connect  # noqa: PLC0415
    from mlops_spec.review.comment import MARKER, comment  # noqa: PLC0415
    from mlops_spec.review.report import Received  # noqa: PLC0415

    root, run = directory.resolve(), this_run()
    plan_file = Received(plan, plan_digest) if plan else None
    report_file = Received(report, report_digest) if report else None
    text = comment(run, repository(root), load_spec(root / SPEC), plan=plan_file, report=report_file)
    words.out(keep_one(connect(run), number, marker=MARKER, body=text).html_url)
    return Exit.OK
