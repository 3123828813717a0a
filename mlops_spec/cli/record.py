"""The command `record`."""

from __future__ import annotations

from pathlib import Path

import click

from mlops_spec import words
from mlops_spec.cli.here import repository, this_run
from mlops_spec.errors import Exit
from mlops_spec.release.bundle import read_bundle
from mlops_spec.release.candidate import candidate_of
from mlops_spec.release.judged import named, record_judgement
from mlops_spec.release.who import who


@click.command("record", hidden=True)
@click.option("--bundle", type=click.Path(path_type=Path), default="judged", show_default=True, help="From `gate`.")
@click.option("--digest", help="The whole bundle's digest, as the job that made it says.")
@click.option("--directory", "-C", type=click.Path(path_type=Path), default=".", help="The repository.  [default: .]")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
def record_command(bundle: Path, digest: str | None, directory: Path, form: str) -> int:
    """Put on record that the gates stopped a candidate; no version comes of it, and no tag.

    `mlops-spec gate --failed judged` writes the bundle. Exits 0 once it is on record, which happens once.

    \b
    Example:
      mlops-spec record --bundle judged --digest sha256:9f2c…
    """
    git = repository(directory)
    candidate = candidate_of(git, read_bundle(directory / bundle, digest or None), who(this_run()))
    record, new = record_judgement(git, candidate)
    names = named(candidate.blocking)
    answer = {"record": record.seq, "new": new, "digest": candidate.bundle.digest, "result": record.result}
    told = f"record {record.seq}{'' if new else ' already'}: {candidate.spec.model} was stopped by {names}"
    words.data(answer) if form == "json" else words.out(told)
    return Exit.OK
