"""The command `register`."""

from __future__ import annotations

from pathlib import Path

import click

from mlops_spec.cli.answer import in_directory, in_format, say
from mlops_spec.cli.here import repository, this_run
from mlops_spec.errors import Exit
from mlops_spec.platforms.github.connect import connect
from mlops_spec.release.bundle import read_bundle
from mlops_spec.release.register import register, registered
from mlops_spec.release.who import who


@click.command("register")
@click.option(
    "--bundle", type=click.Path(path_type=Path), default="dist", show_default=True, help="The release bundle."
)
@click.option("--digest", help="The whole bundle's digest, as the job that made it says.")
@click.option("--resume", is_flag=True, help="Find what a killed run registered; register nothing.")
@in_directory
@in_format
def register_command(*, bundle: Path, digest: str | None, resume: bool, directory: Path, form: str) -> int:
    """Make a version of a release bundle: release commit, tag and ledger record in one push.

    Of racing runs one wins; the others exit 75 and leave nothing behind. A run that was killed pushed all or nothing:
    run it again, and it finds its version or makes it. With --resume it only looks.

    \b
    Example:
      mlops-spec register --bundle dist --digest sha256:9f2c…
    """
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
