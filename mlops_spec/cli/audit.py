"""The command `audit`, all but `audit verify`."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, get_args

import click

from mlops_spec import ledger, words
from mlops_spec.cli.answer import in_directory, in_format
from mlops_spec.cli.audit_verify import verify_command
from mlops_spec.cli.here import repository, this_run
from mlops_spec.cli.models import is_one, one_model
from mlops_spec.cli.option import in_models
from mlops_spec.errors import Exit, Failure
from mlops_spec.ledger.export import export
from mlops_spec.ledger.listing import Filter, as_csv, as_json_text, as_lines
from mlops_spec.ledger.record import Event
from mlops_spec.ledger.report import proof_line, report_json
from mlops_spec.ledger.then import at_json, at_text, live_between
from mlops_spec.ledger.witness import verify_remote
from mlops_spec.release import carried
from mlops_spec.release.who import who

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from mlops_spec.git import Git
    from mlops_spec.ledger import Record


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


audit_command.add_command(verify_command)


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
@in_directory
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
@in_directory
@in_format
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


@audit_command.command("export")
@click.argument("folder", type=click.Path(path_type=Path))
@in_directory
@in_format
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


def _records(git: Git, commit: str) -> tuple[Record, ...]:
    """Those of a ledger that holds; one that does not is exported as it is, for others to look at."""
    try:
        return ledger.read(git, at=commit)
    except Failure as failure:
        if failure.exit_code != Exit.FINDINGS:
            raise
        return ()


@audit_command.command("erratum")
@click.option("--reason", required=True, help="Which record is wrong, how so and what is right; it goes on record.")
@in_directory
@in_format
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
