"""The command `audit verify`."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from mlops_spec import ledger, words
from mlops_spec.cli.answer import in_directory, in_format
from mlops_spec.cli.here import repository, this_run
from mlops_spec.errors import Exit, Failure
from mlops_spec.ledger.report import report_json, report_text
from mlops_spec.ledger.witness import Known, given, verify_folder, verify_remote
from mlops_spec.platforms.github.connect import connect
from mlops_spec.release import carried
from mlops_spec.release.online import ask_forge
from mlops_spec.release.pins import pins
from mlops_spec.release.proof import release_findings
from mlops_spec.system.digits import number_of
from mlops_spec.system.faults import unanswered
from mlops_spec.system.files import write_atomic

if TYPE_CHECKING:
    from collections.abc import Callable

    from mlops_spec.git import Git
    from mlops_spec.ledger.checkpoint import Checkpoint
    from mlops_spec.ledger.note import Note
    from mlops_spec.ledger.signed import Signer
    from mlops_spec.ledger.verify import Report


@click.command("verify")
@click.option(
    "--since", metavar="N|FILE", help="What came before was verified: check that it's the same, and list the rest."
)
@click.option("--checkpoint", "checkpoints", multiple=True, type=click.Path(path_type=Path), help="A copy; repeatable.")
@click.option(
    "--trusted",
    multiple=True,
    type=click.Path(path_type=Path),
    help="SSH public keys (Ed25519), one of whose owners must have signed each checkpoint given; repeatable.",
)
@click.option("--online", is_flag=True, help="Ask the forge too (approvals, promotions), and what is live.")
@click.option(
    "--save", type=click.Path(dir_okay=False, path_type=Path), help="Where to write a checkpoint, if all holds."
)
@click.option("--key", type=click.Path(path_type=Path), help="Sign it by this SSH private key (Ed25519).")
@click.option("--from", "folder", type=click.Path(path_type=Path), help="Verify an export, offline.")
@click.option("--log", "log", help="The ledger's name that is expected, such as github.com/acme/churn#1234567.")
@in_directory
@in_format
def verify_command(  # noqa: PLR0913 - one per option
    *,
    folder: Path | None,
    online: bool,
    save: Path | None,
    key: Path | None,
    directory: Path,
    form: str,
    **given: Any,
) -> int:
    """Verify records, chain, rules, checkpoints, tags, releases and deploy files; say what is proven, and by what.

    A checkpoint proves the records that it has seen, if whoever keeps it is not who keeps the ledger: tags, pull
    requests of promotions (--online), this clone, and files that you saved by --save. Whoever controls all of them
    can rewrite the ledger; and a whole ledger does not make a training honest.

    \b
    Example:
      mlops-spec audit verify --online --save 2026-03.note
      mlops-spec audit verify --since 2026-03.note
      mlops-spec audit verify --from exported --checkpoint mine.note
      mlops-spec audit verify --save 2026-03.note --key ~/.ssh/id_ed25519
      mlops-spec audit verify --checkpoint 2026-03.note --trusted auditor.pub
    """
    if key is not None and save is None:
        raise click.UsageError("--key signs what --save writes: name a file")
    signer = _signer(key) if key is not None else None
    known = _known(**given)
    if folder is not None and online:
        raise click.UsageError("--from is offline: leave --online away")
    if folder is not None:
        report = verify_folder(folder, known)
        report.findings += _wrong_carried_releases(folder, report.since)
    else:
        report = _verified(directory, known, online=online)
    words.data(report_json(report), indent=2) if form == "json" else words.out(report_text(report).rstrip("\n"))
    if save is not None and report.whole and report.end is not None:
        _save(save, report.end, signer)
    return Exit.OK if report.whole else Exit.FINDINGS


def _verified(directory: Path, known: Known, *, online: bool) -> Report:
    git = repository(directory)
    told = partial(ask_forge, connect(this_run())) if online else None
    report = verify_remote(git, replace(known, pins=pins, told=told))
    report.findings += _wrong_releases(git, report.since)
    report.findings += _unlike_the_ledger(directory) if online and report.whole else ()
    return report


def _save(file: Path, end: Checkpoint, signer: Signer | None) -> None:
    write_atomic(file, (str(signer.sign(str(end))) if signer else str(end)).encode())
    by = f", signed by {signer.key.name}" if signer else ""
    words.err(f"checkpoint of {end.size} records in {file}{by}")


def _wrong_releases(git: Git, since: int) -> tuple[str, ...]:
    try:
        records = ledger.read(git)
    except Failure as failure:
        if unanswered(failure):
            raise
        return ()  # that they cannot be read was found already
    return tuple(release_findings(git, records, since))


def _wrong_carried_releases(folder: Path, since: int) -> tuple[str, ...]:
    if not (folder / carried.PACK).is_file():
        words.err(f"{folder} carries no {carried.PACK}: its release commits were not looked at")
    try:
        records = ledger.read_folder(folder)
    except Failure as failure:
        if unanswered(failure):
            raise
        return ()
    return tuple(carried.findings(folder, records, since))


def _unlike_the_ledger(directory: Path) -> list[str]:
    from mlops_spec.deploy.status import look_at_all  # noqa: PLC0415 - it loads what serving needs

    return [
        f"{f'{each.model} in ' if each.folder else ''}{place.environment}: "
        f"live is {place.live_version}, the ledger says {place.version or 'nothing'}"
        for each in look_at_all(repository(directory), None)
        for place in each.standings
        if place.live_digest is not None and place.live_digest != place.digest
    ]


def _known(*, checkpoints: tuple[Path, ...], since: str | None, trusted: tuple[Path, ...], log: str | None) -> Known:
    number = number_of(since or "0")
    if trusted and not checkpoints and number is not None:
        raise click.UsageError("--trusted is for the checkpoints that --checkpoint or --since names")
    signers = _signers(trusted) if trusted else None
    witnesses = tuple(given(path, signers) for path in checkpoints)
    if since is None or number is not None:
        return Known(witnesses, log, number or 0)
    last = given(Path(since), signers)
    return Known((*witnesses, last), log, last.checkpoint.size)


def _signer(key: Path) -> Signer:
    from mlops_spec.ledger import signed  # noqa: PLC0415 - its library is an extra that few install

    return signed.read_signer(key)


def _signers(trusted: tuple[Path, ...]) -> Callable[[Note], tuple[str, ...]]:
    from mlops_spec.ledger import signed  # noqa: PLC0415 - its library is an extra that few install

    keys = [key for path in trusted for key in signed.read_trusted(path)]
    return lambda note: signed.signers(note, keys)
