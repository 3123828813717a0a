"""The command `plan`."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from mlops_spec import words
from mlops_spec.cli.here import repository, this_run
from mlops_spec.errors import Exit, Failure
from mlops_spec.integrity.seal import sha256
from mlops_spec.lint.load import load_spec
from mlops_spec.model_folder import SPEC
from mlops_spec.plan.data import as_data
from mlops_spec.plan.make import make_plan
from mlops_spec.plan.many import data as many_data
from mlops_spec.plan.many import markdown as many_markdown
from mlops_spec.plan.many import text as many_text
from mlops_spec.plan.many.chains import trainings
from mlops_spec.plan.many.make import make_plans, plans_since_judged
from mlops_spec.plan.markdown import as_markdown
from mlops_spec.plan.matrix import MOST_JOBS, Training, matrix
from mlops_spec.plan.text import as_text
from mlops_spec.platforms.github.step import SUMMARY_FILE, append_page, set_output
from mlops_spec.repository.models import folders_here
from mlops_spec.system.files import make_folder, write_atomic
from mlops_spec.words.visible import visible_json

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mlops_spec.plan import Plan
    from mlops_spec.plan.many import Plans

_FILE = click.Path(dir_okay=False, path_type=Path)


@dataclass(frozen=True)
class _Told:
    """A plan in each of its forms, and what a workflow is told of it."""

    data: dict[str, Any]
    text: str
    markdown: str
    changes: bool
    trains: bool
    compares: bool
    trainings: Sequence[Training]
    broken: bool = False


@click.command("plan")
@click.option("--directory", "-C", type=click.Path(file_okay=False, exists=True, path_type=Path), default=".")
@click.option("--base", metavar="REV", help="Compare the spec with this commit.  [default: where the branch left main]")
@click.option(
    "--since-judged", is_flag=True, help="Compare each model with what was last judged of it, registered or stopped."
)
@click.option(
    "--matrix",
    "groups",
    type=click.IntRange(1, MOST_JOBS),
    metavar="N",
    help="Set the output `matrix`: what trains, in at most N groups that take equally long.",
)
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
@click.option("--out", type=_FILE, help="Write the JSON here too.")
@click.option("--summary", type=_FILE, help=f"Append Markdown to this file, such as {SUMMARY_FILE}.")
@click.option("--exit-zero", is_flag=True, help="Exit with 0 also when there are changes.")
def plan_command(  # noqa: PLR0913 - click passes each option by its name
    *,
    directory: Path,
    base: str | None,
    since_judged: bool,
    groups: int | None,
    form: str,
    out: Path | None,
    summary: Path | None,
    exit_zero: bool,
) -> int:
    """Say what a change would do, before anything runs.

    Rendered files, stages with the exact cause, gates and environments, and guards that got weaker. The pipeline is
    compared with the newest release. Exits with 1 when there are changes, with 2 when a model's spec is not valid.
    At the root of a repository of many models: those that the change touches, and why.

    Within GitHub Actions, the output `trains` is `false` when no stage would run and no verdict could change,
    `compares` where the base has no valid spec to compare with, and `digest` is that of what --out wrote. With
    --matrix, `matrix` is what `strategy.matrix` takes: `group`, `models`, `runner` (for `fromJSON`) and `minutes` of
    each job.

    \b
    Example:
      mlops-spec plan --base origin/main
    """
    told = _told(directory, base, since_judged=since_judged)
    data = json.dumps(told.data, indent=2, ensure_ascii=False)
    run = this_run()
    words.out(visible_json(f"{data}\n") if form == "json" else told.text, end="")
    if out:
        make_folder(out.parent)
        write_atomic(out, f"{data}\n")
        set_output(run, "digest", sha256(f"{data}\n".encode()))
    if summary:
        append_page(summary, told.markdown)
    if groups:
        set_output(run, "matrix", json.dumps(matrix(told.trainings, groups)))
    set_output(run, "trains", str(told.trains).lower())
    set_output(run, "compares", str(told.compares).lower())
    if told.broken:
        return Exit.USAGE
    return Exit.FINDINGS if told.changes and not exit_zero else Exit.OK


def _told(directory: Path, base: str | None, *, since_judged: bool) -> _Told:
    if base and since_judged:
        raise Failure("--base and --since-judged name two different bases", remedy="give one of them")
    git = repository(directory)
    if (directory / SPEC).is_file() or not folders_here(git):
        if since_judged:
            raise Failure("--since-judged is for the root of a repository of many models", remedy="leave it out")
        return _of_one(make_plan(directory, base), directory)
    if git.folder.parts:
        raise Failure(f"{directory} is neither a model's folder nor the repository's root", remedy="run it there")
    return _of_many(plans_since_judged(git) if since_judged else make_plans(git, base))


def _of_one(plan: Plan, directory: Path) -> _Told:
    compute = load_spec(directory / SPEC).train.compute
    return _Told(
        data=as_data(plan),
        text=as_text(plan),
        markdown=as_markdown(plan),
        changes=plan.changes,
        trains=plan.trains,
        compares=plan.base.problem is None,
        trainings=[Training(plan.model, compute, plan.seconds)] if plan.trains else [],
    )


def _of_many(plans: Plans) -> _Told:
    return _Told(
        data=many_data.as_data(plans),
        text=many_text.as_text(plans),
        markdown=many_markdown.as_markdown(plans),
        changes=plans.changes,
        trains=plans.trains,
        compares=plans.compares,
        trainings=trainings(plans),
        broken=bool(plans.broken),
    )
