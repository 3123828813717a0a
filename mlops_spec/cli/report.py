"""The commands `report` and `comment`: what a reviewer reads of a change."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from mlops_spec import words
from mlops_spec.cli.here import repository, this_run
from mlops_spec.cli.models import each_model, is_one, one_model
from mlops_spec.cli.option import in_matrix, in_models
from mlops_spec.errors import Exit, Failure
from mlops_spec.integrity.seal import sha256
from mlops_spec.lint.models import models_in
from mlops_spec.model_folder import REPORT
from mlops_spec.platforms.github.matrix import groups_of
from mlops_spec.platforms.github.step import append_page, set_output
from mlops_spec.words.visible import visible_json

if TYPE_CHECKING:
    from mlops_spec.lint.models import Model
    from mlops_spec.review.report import Received
    from mlops_spec.spec import Spec

_FILE = click.Path(dir_okay=False, path_type=Path)
_PATH = click.Path(path_type=Path)
_DIRECTORY = click.option(
    "--directory",
    "-C",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path(),
    help="Root of the model's repository.",
)


@click.command("report")
@click.option("--out", type=_PATH, help=f"Where to write it; of several models, a folder [default: {REPORT}].")
@click.option("--summary", type=_FILE, help="A file that the report in Markdown is added to.")
@in_models
@_DIRECTORY
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
def report_command(out: Path | None, summary: Path | None, names: tuple[str, ...], directory: Path, form: str) -> int:
    """Write the report of the last run: its gates, measures and slices, in JSON and in Markdown.

    \b
    Example:
      mlops-spec report --summary report.md
    """
    root = directory.resolve()
    if not is_one(root):

        def written(model: Model) -> int:
            place = model.place.path / REPORT if out is None else out / f"{model.name}.json"
            return _report(model.place.path, model.spec, place, summary, form)

        return each_model(models_in(root, names), written)
    return _report(root, one_model(root, names).spec, out or root / REPORT, summary, form)


def _report(root: Path, spec: Spec, out: Path, summary: Path | None, form: str) -> int:
    from mlops_spec.review.build import write_report  # noqa: PLC0415

    content, markdown = write_report(root, spec, out)
    set_output(this_run(), "digest", sha256(out.read_bytes()))
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
@click.option("--reports", type=_PATH, help="Of several models: the folder with the artifacts of the groups.")
@in_matrix
@_DIRECTORY
def comment_command(  # noqa: PLR0913 - one per option
    *,
    number: int,
    plan: Path | None,
    plan_digest: str | None,
    report: Path | None,
    report_digest: str | None,
    reports: Path | None,
    matrix: str | None,
    directory: Path,
) -> int:
    """Create or update the pull request's one comment; run it on main's code and spec.

    All files are taken for hostile: the verdict is computed from their numbers and from main's gates.

    \b
    Example:
      mlops-spec comment --pull-request 7 --plan received/plan.json --report received/report.json
    """
    if plan is None and report is None:
        raise click.UsageError("name a --plan, a --report, or both")
    from mlops_spec.platforms.github.api.comments import keep_one  # noqa: PLC0415
    from mlops_spec.platforms.github.connect import connect  # noqa: PLC0415
    from mlops_spec.review.comment import MARKER, comment  # noqa: PLC0415
    from mlops_spec.review.report import Received  # noqa: PLC0415

    root, run = directory.resolve(), this_run()
    plan_file = Received(plan, plan_digest) if plan else None
    if plan_file and not is_one(root):
        text = _comment_on_several(root, plan_file, reports, matrix)
    else:
        report_file = Received(report, report_digest) if report else None
        text = comment(run, repository(root), one_model(root).spec, plan=plan_file, report=report_file)
    words.out(keep_one(connect(run), number, marker=MARKER, body=text).html_url)
    return Exit.OK


def _comment_on_several(root: Path, plan: Received, reports: Path | None, matrix: str | None) -> str:
    from mlops_spec.review.comment import links  # noqa: PLC0415
    from mlops_spec.review.evidence import Judge  # noqa: PLC0415
    from mlops_spec.review.judged import judged_on  # noqa: PLC0415
    from mlops_spec.review.several import comment_on_several, planned_in  # noqa: PLC0415

    specs = _specs(root)
    judge = Judge(repository(root), specs)
    evidence = judge.all(groups_of(matrix or ""), root / reports) if reports else ()
    told = next((judged_on(spec) for spec in specs.values() if not isinstance(spec, Failure)), "")
    return comment_on_several(planned_in(plan), evidence, told, links(this_run()))


@click.command("verdict", hidden=True)
@click.option("--reports", type=_PATH, required=True, help="The folder with the artifacts of the groups.")
@click.option("--trains", required=True, help="Whether the plan trains anything: its output.")
@click.option("--ended", required=True, help="How the jobs that train ended, as GitHub says.")
@in_matrix
@_DIRECTORY
def verdict_command(reports: Path, trains: str, ended: str, matrix: str | None, directory: Path) -> int:
    """Say whether a pull request may be merged, by the evidence of each model that its plan names; 1: it may not.

    A job that was skipped, cancelled or lost leaves no report, and so no evidence.

    \b
    Example:
      mlops-spec verdict --reports reports --trains true --ended success
    """
    from mlops_spec.review.evidence import Judge  # noqa: PLC0415

    root, groups = directory.resolve(), groups_of(matrix or "")
    if trains not in ("true", "false") or (trains == "true") != bool(groups):
        raise Failure(f"the plan says {trains!r}, and names {len(groups)} groups", exit_code=Exit.FINDINGS)
    git = repository(root)
    evidence = Judge(git, _specs(root), git.commit_id()).all(groups, root / reports)
    for each in evidence:
        words.out(f"{each.model}: {each.lack or 'passes'}")
    lacking = [each for each in evidence if each.lack]
    well = "success" if groups else "skipped"
    if ended != well:
        words.err(f"the jobs that train ended as {ended!r}, not as {well!r}")
    words.out(f"{len(evidence) - len(lacking)} of {len(evidence)} models have what it takes")
    return Exit.FINDINGS if lacking or ended != well else Exit.OK


def _specs(root: Path) -> dict[str, Spec | Failure]:
    """The specs of the checkout by the names of their models; of one that is not valid, why."""
    models = models_in(root)
    return {model.name: model.spec for model in models}
