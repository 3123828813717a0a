"""The command `revoke`."""

from __future__ import annotations

import re
from pathlib import Path

import click

from mlops_spec import words
from mlops_spec.cli.here import repository, this_run
from mlops_spec.errors import Exit
from mlops_spec.release.revoke import revoke
from mlops_spec.release.who import who


@click.command("revoke")
@click.argument("version")
@click.option("--reason", required=True, help="Why; it goes on record, and whoever tries to deploy it is told.")
@click.option("--directory", "-C", type=click.Path(path_type=Path), default=".", help="The repository.  [default: .]")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
def revoke_command(version: str, reason: str, directory: Path, form: str) -> int:
    """Put on record that a version must never be deployed again: no promotion, rollback or agent takes it from then on.

    Where it is live it stays so until it is rolled back or replaced; `status` says it. A revocation can't be undone:
    train and register anew.

    \b
    Example:
      mlops-spec revoke v1.4.0 --reason "Trained on rows that were withdrawn, incident 88"
    """
    if not re.fullmatch(r"([a-z0-9-]+@)?v\d{1,6}\.\d{1,6}\.\d{1,6}", version):
        raise click.BadParameter(f"{version!r} is no version: write one such as v1.4.0", param_hint="VERSION")
    if not reason.strip():
        raise click.BadParameter("say why by --reason TEXT", param_hint="--reason")
    done = revoke(repository(directory), version, reason.strip(), who(this_run()))
    if form == "json":
        answer = {"version": version, "record": done.record.seq, "new": done.new, "live_in": list(done.live_in)}
        words.data(answer)
        return Exit.OK
    words.out(f"{version} {'is' if done.new else 'was already'} revoked (record {done.record.seq})")
    for name in done.live_in:
        words.out(f'it is live in {name} still: mlops-spec rollback {name} --now --reason "…"')
    return Exit.OK
