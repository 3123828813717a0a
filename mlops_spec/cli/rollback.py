"""The command `rollback`."""

from __future__ import annotations

import re
import time
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from mlops_spec import ledger, words
from mlops_spec.cli.here import repository, this_run
from mlops_spec.errors import Exit, Failure
from mlops_spec.platforms.github.connect import connect
from mlops_spec.release.ask import Waiting, wait
from mlops_spec.release.declared import Following, declared_in
from mlops_spec.release.rollback import Back, begun, newest_main, roll_back
from mlops_spec.release.set_back import propose_back
from mlops_spec.release.who import who
from mlops_spec.spec.base import seconds

if TYPE_CHECKING:
    from mlops_spec.git import Git
    from mlops_spec.ledger import Record
    from mlops_spec.release.publish import Proposal


@click.command("rollback")
@click.argument("environment")
@click.option("--to", metavar="VERSION", help="A version that was live there.  [default: the one before]")
@click.option("--reason", help="Why; it goes on record.")
@click.option("--now", is_flag=True, help="Ask the agent at once, before the pull request is merged.")
@click.option("--resume", is_flag=True, help="Finish the rollback that a killed run put on record; begin nothing.")
@click.option(
    "--wait",
    "wait_for",
    default="5m",
    show_default=True,
    help="With --now or --resume: how long to wait for the agent.",
)
@click.option("--directory", "-C", type=click.Path(path_type=Path), default=".", help="The repository.  [default: .]")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
def rollback_command(*, environment: str, wait_for: str, directory: Path, form: str, **given: Any) -> int:
    """Bring an environment back to a version that was live there, and set Git back by a pull request.

    Merging it asks the agent. With --now the agent is asked first, by a record in the ledger: that needs the right to
    push, no approval and no DVC remote, since the version before is still on the host; a canary under way ends. On
    the host itself the agent's clone will do: -C STATE/repository.git. Until the pull request is merged `status`
    shows the environment as degraded. A `git revert` of the promotion's merge works as well.

    A run that was killed left the old state or the new one, and the ledger tells which: --resume takes up what is on
    record, with its version and reason, waits for the agent and opens the pull request. Without --now nothing is put
    on record: run the same command again.

    \b
    Example:
      mlops-spec rollback production --reason "Scores of under-25s dropped"
      mlops-spec rollback production --to v1.3.2 --now --reason "Incident 88"
      mlops-spec rollback production --resume
    """
    wanted, limit = _wanted(environment, **given), _duration(wait_for)
    git = repository(directory)
    back, intent = _begin(git, wanted)
    ended = intent and ledger.outcome_of(ledger.read(git), intent)
    failed = ended is not None and ended.result != "succeeded"
    proposal = None if failed else _propose(git, back, optional=wanted.now or wanted.resume)
    outcome = ended or (_wait(git, intent, limit) if intent is not None else None)
    answer = {"environment": environment, "version": back.to} | _facts(proposal, intent, outcome)
    words.data(answer) if form == "json" else words.out(_line(answer))
    return Exit.OK if outcome is None or outcome.result == "succeeded" else Exit.FINDINGS


@dataclass(frozen=True)
class _Wanted:
    back: Back
    now: bool
    resume: bool


def _wanted(environment: str, *, to: str | None, reason: str | None, now: bool, resume: bool) -> _Wanted:
    if resume and (to is not None or reason is not None or now):
        raise click.UsageError("--resume takes version and reason from the record: give neither, nor --now")
    if to is not None and not re.fullmatch(r"v\d{1,6}\.\d{1,6}\.\d{1,6}", to):
        raise click.BadParameter(f"{to!r} is no version: write one such as v1.3.2", param_hint="--to")
    if not resume and not (reason or "").strip():
        raise click.BadParameter("say why by --reason TEXT", param_hint="--reason")
    return _Wanted(Back(environment, (reason or "").strip(), to), now, resume)


def _begin(git: Git, wanted: _Wanted) -> tuple[Back, Record | None]:
    """Where to, and the intent where one is on record; without --now and --resume a pull request alone asks for it."""
    if wanted.resume:
        return begun(newest_main(git), wanted.back.environment)
    if not wanted.now:
        return wanted.back, None
    version, intent = roll_back(git, wanted.back, who(this_run()))
    words.err(_asked(intent, wanted.back.environment, version))
    return replace(wanted.back, to=version), intent


def _asked(intent: Record | None, environment: str, version: str) -> str:
    return f"{version} stays live in {environment}" if intent is None else f"intent {intent.seq}: {version} at once"


def _propose(git: Git, back: Back, *, optional: bool) -> Proposal | None:
    try:
        world = newest_main(git)
        world.environment(back.environment)
        following = isinstance(declared_in(world.main, back.environment), Following)
        if optional and following:
            words.err(f"{back.environment} follows the registered versions: the next one replaces it")
            return None
        return propose_back(git, connect(this_run()), back)
    except Failure as failure:
        if not optional:
            raise
        words.err(f"no pull request yet: {failure.message}; the agent or the monitor opens it")
        return None


def _wait(git: Git, intent: Record, limit: float) -> Record:
    told = Waiting(limit, say=words.err)
    return wait(git, intent, told, time.monotonic() + limit)


def _facts(proposal: Proposal | None, intent: Record | None, outcome: Record | None) -> dict[str, Any]:
    found: dict[str, Any] = {
        "pull_request": proposal.pull_request if proposal else None,
        "url": proposal.url if proposal else None,
        "message": proposal.message if proposal else "",
        "intent": intent.seq if intent else None,
        "outcome": outcome.seq if outcome else None,
        "result": outcome.result if outcome else None,
    }
    return found | ({"version": proposal.version} if proposal else {})


def _line(answer: dict[str, Any]) -> str:
    parts = [f"{answer['environment']} {answer['version']}"]
    parts += [f"{answer['result']} (record {answer['outcome']})"] if answer["result"] else []
    parts += [answer["message"]] if answer["message"] else []
    return ", ".join(parts) + (f": {answer['url']}" if answer["url"] else "")


def _duration(text: str) -> float:
    if not re.fullmatch(r"[1-9][0-9]{0,6}(ms|s|m|h|d)", text):
        raise click.BadParameter(f"{text!r} is no time: write 90s, 5m or 1h", param_hint="--wait")
    return seconds(text)
