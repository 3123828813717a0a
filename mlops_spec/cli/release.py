"""The command `register`."""

from __future__ import annotations

from pathlib import Path

import click

from mlops_spec import words
from mlops_spec.cli.answer import in_directory, in_format, say
from mlops_spec.cli.here import repository, this_run
from mlops_spec.errors import Exit
from mlops_spec.place import tag_of
from mlops_spec.platforms.github.connect import connect
from mlops_spec.platforms.github.matrix import VARIABLE, groups_of, matrix_of
from mlops_spec.release.bundle import read_bundle
from mlops_spec.release.judged import named
from mlops_spec.release.register import register, registered
from mlops_spec.release.several import Handed, deployments_after_merge, register_groups
from mlops_spec.release.who import who

_FOLDER = click.Path(path_type=Path)


@click.command("register")
@click.option("--bundle", type=_FOLDER, default="dist", show_default=True, help="The release bundle.")
@click.option("--digest", help="The whole bundle's digest, as the job that made it says.")
@click.option("--resume", is_flag=True, help="Find what a killed run registered; register nothing.")
@click.option(
    "--matrix", envvar=VARIABLE, help="Of several models: the plan's matrix; --bundle then holds each group's folder."
)
@click.option("--judged", type=_FOLDER, default="judged", show_default=True, help="With --matrix: what gates stopped.")
@in_directory
@in_format
def register_command(  # noqa: PLR0913 - one per option
    *, bundle: Path, digest: str | None, resume: bool, matrix: str | None, judged: Path, directory: Path, form: str
) -> int:
    """Make a version of a release bundle: release commit, tag and ledger record in one push.

    Of racing runs one wins; the others exit 75 and leave nothing behind. A run that was killed pushed all or nothing:
    run it again, and it finds its version or makes it. With --resume it only looks.

    With --matrix one push registers all models whose gates passed and records what the gates stopped. It exits 1 when
    gates stopped one, or nothing was handed over of one; the others are registered all the same.

    \b
    Example:
      mlops-spec register --bundle dist --digest sha256:9f2c…
    """
    if matrix is not None:
        return _register_groups(matrix, Handed(directory / bundle, directory / judged), directory, form)
    git, run = repository(directory), this_run()
    found = read_bundle(directory / bundle, digest)
    done = registered(git, found) if resume else register(git, found, who=who(run), forge=lambda: connect(run))
    what = done.record.what
    assert what.package
    answer = {
        "model": what.model,
        "version": what.version,
        "digest": what.package.digest,
        "tag": what.tag and what.tag.name,
        "record": done.record.seq,
        "new": done.new,
        "changed": list(done.changed),
    }
    told = f"registered ({', '.join(done.changed) or 'first version'})" if done.new else "already registered"
    say(answer, f"{what.model} {what.version} {told}: {what.package.digest}", form, outputs=("version", "digest"))
    return Exit.OK


def _register_groups(matrix: str, handed: Handed, directory: Path, form: str) -> int:
    git, run = repository(directory), this_run()
    done, lost = register_groups(git, groups_of(matrix), handed, who=who(run), forge=lambda: connect(run))
    versions = [tag_of(each.record.what.model, each.record.what.version or "") for each in done.versions]
    stopped = {candidate.spec.model: named(candidate.blocking) for candidate, _ in done.stopped}
    jobs = deployments_after_merge(git, done)
    answer = {"versions": " ".join(versions), "matrix": matrix_of(jobs), "stopped": stopped, "lost": list(lost)}
    lines = [f"{len(versions)} registered: {', '.join(versions) or 'none'}"]
    lines += [f"{model} was stopped, and that is on record: {gates}" for model, gates in stopped.items()]
    say(answer, "\n".join(lines), form, outputs=("versions", "matrix"))
    for model in lost:
        words.err(f"nothing was handed over of {model}: see its job")
    return Exit.FINDINGS if lost or stopped else Exit.OK
