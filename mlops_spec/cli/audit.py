"""The command `audit`."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args

import click

from mlops_spec import ledger, words
from mlops_spec.cli.here import repository, this_run
from mlops_spec.cli.models import is_one, one_model
from mlops_spec.cli.option import in_models
from mlops_spec.errors import Exit, Failure
from mlops_spec.ledger.export import export
from mlops_spec.ledger.listing import Filter, as_csv, as_json_text, as_lines
from mlops_spec.ledger.record import Event
from mlops_spec.ledger.report import proof_line, report_json, report_text
from mlops_spec.ledger.then import at_json, at_text, live_between
from mlops_spec.ledger.witness import Known, given, verify_folder, verify_remote
from mlops_spec.platforms.github.connect import connect
from mlops_spec.release import carried
from mlops_spec.release.online import ask_forge
from mlops_spec.release.pins import pins
from mlops_spec.release.proof import release_findings
from mlops_spec.release.who import who
from mlops_spec.system.faults import unanswered
from mlops_spec.system.files import write_atomic

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable

    from mlops_spec.git import Git
    from mlops_spec.ledger import Record
    from mlops_spec.ledger.note import Note
    from mlops_spec.ledger.signed import Signer

_directory = click.option(
    "--directory", "-C", type=click.Path(path_type=Path), default=".", help="The repository.  [default: .]"
)
_format = click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)


def _time(text: str) -> tuple[datetime, datetime]:
    """A moment (twice), or a day from its first moment to the next day's; UTC unless it says otherwise."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError as error:
        raise click.BadParameter(f"{text!r}: write 2026-03-01 or 2026-03-01T12:00:00Z") from error
    found = found if found.tzinfo else found.replace(tzinfo=UTC)
    return found, found + timedelta(days=1) if len(text) == 10 else found


@click.group("audit")
def audit_command() -> None:
    """Read and verify the ledger: what was done, by whom, on which evidence and why.

    \b
    Example:
      mlops-spec audit at 2026-03-01
    """


@audit_command.command("log")
@click.option(
    "--event", type=click.Choice(get_args(Event)), metavar="EVENT", help="Such as register or deploy.outcome."
)
@click.option("--environment")
@click.option("--version")
@click.option("--actor", help="Login of whoever acted.")
@click.option("--since", help="From this day or moment on (UTC).")
@click.option("--until", help="To the end of this day, or to before this moment (UTC).")
@in_models
@_directory
@click.option("--format", "form", type=click.Choice(["text", "json", "csv"]), default="text", show_default=True)
def log_command(
    *, directory: Path, form: str, since: str | None, until: str | None, names: tuple[str, ...], **given: str | None
) -> int:
    """List records, the oldest first; at the root of a repository of many models those of all, or of --model.

    \b
    Example:
      mlops-spec audit log --environment production --since 2026-03-01 --format csv
    """
    git = repository(directory)
    wanted = Filter(
        **given,
        since=_time(since)[0] if since else None,
        until=_time(until)[1] if until else None,
        models=_models_meant(git, directory, names),
    )
    read = ledger.read(git)
    records = tuple(filter(wanted, read))
    if not records:
        words.err("no record is like that")
    several = _are_several(directory, read)
    words.out({"text": as_lines, "json": as_json_text, "csv": as_csv}[form](records, several=several), end="")
    if several:
        _say_how_many(record.what.model for record in records)
    return Exit.OK


def _models_meant(git: Git, directory: Path, names: Collection[str]) -> frozenset[str]:
    """The models whose records are wanted; empty: all. One that the repository has no more is still on record."""
    if names or not git.folder.parts or not is_one(directory):
        return frozenset(names)
    return frozenset([one_model(directory).name])


def _are_several(directory: Path, records: Iterable[Record]) -> bool:
    """Whether to tell models apart: of the ledger of several, but where one is meant by its folder."""
    return not is_one(directory) and len({record.what.model for record in records}) > 1


def _say_how_many(models: Iterable[str]) -> None:
    count = len({*models})
    words.err(f"{count} model{'' if count == 1 else 's'}")


@audit_command.command("at")
@click.argument("time")
@in_models
@_directory
@_format
def at_command(time: str, names: tuple[str, ...], directory: Path, form: str) -> int:
    """Say what was live at a day or a moment, who approved it, on which evidence, and what proves it.

    \b
    Example:
      mlops-spec audit at 2026-03-01
    """
    span = _time(time)
    git = repository(directory)
    report = verify_remote(git)
    if not report.whole:
        raise Failure(report.findings[0], exit_code=Exit.FINDINGS, remedy="run `mlops-spec audit verify`")
    meant = _models_meant(git, directory, names)
    records = ledger.read(git)
    found = [each for each in live_between(records, *span) if not meant or each.stay.model in meant]
    if form == "json":
        words.data({"time": time, "live": at_json(found), "proof": report_json(report)}, indent=2)
    elif found:
        words.out(f"{at_text(found)}  proven      {proof_line(report)}; chain whole")
    else:
        words.out(f"nothing was live at {time}")
    if _are_several(directory, records):
        _say_how_many(each.stay.model for each in found)
    return Exit.OK


@audit_command.command("verify")
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
@_directory
@_format
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
        git = repository(directory)
        report = verify_remote(
            git, replace(known, pins=pins, told=partial(ask_forge, connect(this_run())) if online else None)
        )
        report.findings += _wrong_releases(git, report.since)
        report.findings += _unlike_the_ledger(directory) if online and report.whole else ()
    words.data(report_json(report), indent=2) if form == "json" else words.out(report_text(report).rstrip("\n"))
    if save is not None and report.whole and report.end is not None:
        text = str(report.end)
        write_atomic(save, (str(signer.sign(text)) if signer else text).encode())
        by = f", signed by {signer.key.name}" if signer else ""
        words.err(f"checkpoint of {report.size} records in {save}{by}")
    return Exit.OK if report.whole else Exit.FINDINGS


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


def _records(git: Git, commit: str) -> tuple[Record, ...]:
    """Those of a ledger that holds; one that does not is exported as it is, for others to look at."""
    try:
        return ledger.read(git, at=commit)
    except Failure as failure:
        if failure.exit_code != Exit.FINDINGS:
            raise
        return ()


def _known(*, checkpoints: tuple[Path, ...], since: str | None, trusted: tuple[Path, ...], log: str | None) -> Known:
    if trusted and not checkpoints and (since is None or since.isdigit()):
        raise click.UsageError("--trusted is for the checkpoints that --checkpoint or --since names")
    signers = _signers(trusted) if trusted else None
    witnesses = tuple(given(path, signers) for path in checkpoints)
    if since is None or since.isdigit():
        return Known(witnesses, log, int(since or 0))
    last = given(Path(since), signers)
    return Known((*witnesses, last), log, last.checkpoint.size)


def _signer(key: Path) -> Signer:
    from mlops_spec.ledger import signed  # noqa: PLC0415 - its library is an extra that few install

    return signed.read_signer(key)


def _signers(trusted: tuple[Path, ...]) -> Callable[[Note], tuple[str, ...]]:
    from mlops_spec.ledger import signed  # noqa: PLC0415 - its library is an extra that few install

    keys = [key for path in trusted for key in signed.read_trusted(path)]
    return lambda note: signed.signers(note, keys)


def _unlike_the_ledger(directory: Path) -> list[str]:
    from mlops_spec.deploy.status import look_at_all  # noqa: PLC0415 - it loads what serving needs

    return [
        f"{f'{each.model} in ' if each.folder else ''}{place.environment}: "
        f"live is {place.live_version}, the ledger says {place.version or 'nothing'}"
        for each in look_at_all(repository(directory), None)
        for place in each.standings
        if place.live_digest is not None and place.live_digest != place.digest
    ]


@audit_command.command("export")
@click.argument("folder", type=click.Path(path_type=Path))
@_directory
@_format
def export_command(folder: Path, directory: Path, form: str) -> int:
    """Write the ledger, the tags and the files of each release to a folder that `audit verify --from` checks offline.

    The sources that each version was made from are among them.

    \b
    Example:
      mlops-spec audit export audit-2026
    """
    git = repository(directory)
    size = export(git, folder, lambda commit, into: carried.write(git, _records(git, commit), into))
    answer = {"folder": str(folder), "records": size}
    words.data(answer) if form == "json" else words.out(f"{size} records in {folder}")
    return Exit.OK


@audit_command.command("erratum")
@click.option("--reason", required=True, help="Which record is wrong, how so and what is right; it goes on record.")
@_directory
@_format
def erratum_command(reason: str, directory: Path, form: str) -> int:
    """Put on record that an earlier record is wrong; it stays as it is.

    After one whose clock was ahead, nobody else can append until that time has come, but for an erratum; those after it
    are measured by it.

    \b
    Example:
      mlops-spec audit erratum --reason "Record 88 was written on 3 March, not in 2099: the host's clock was ahead"
    """
    record = ledger.append_erratum(repository(directory), reason, who=who(this_run()))
    words.data({"record": record.seq}) if form == "json" else words.out(f"on record as {record.seq}")
    return Exit.OK
