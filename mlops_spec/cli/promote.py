"""The commands of `promote`."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import click

from mlops_spec import words
from mlops_spec.cli.answer import in_directory, in_format, say
from mlops_spec.cli.here import repository, this_run
from mlops_spec.cli.promotions import (
    Wanted,
    ask_several,
    begin_several,
    check_all,
    decide,
    digest_of,
    open_all,
    plan_since,
)
from mlops_spec.errors import Exit
from mlops_spec.platforms.github.checks import CHECKS
from mlops_spec.platforms.github.connect import connect
from mlops_spec.release.ask import Waiting, ask, begin
from mlops_spec.release.ask import resume as take_up
from mlops_spec.release.close import close, close_all
from mlops_spec.release.promotion import promote
from mlops_spec.release.propose import propose
from mlops_spec.release.vouch import vouch
from mlops_spec.release.who import who
from mlops_spec.release.world import look
from mlops_spec.spec.base import seconds
from mlops_spec.validate.at_commit import spec_at

if TYPE_CHECKING:
    from pathlib import Path

    from mlops_spec.ledger import Record
    from mlops_spec.release.promotion import Wish


@click.group("promote")
def promote_command() -> None:
    """Bring a version to an environment: open the pull request, plan, ask the agent, close.

    A step that was killed left the old state or the new one, and the ledger tells which. Running it again goes on from
    there: `open` makes its pull request whole, `ask` takes up its intent, `plan` and `close` have nothing half done.

    \b
    Example:
      mlops-spec promote open production --version v1.4.0
    """


@promote_command.command("open")
@click.argument("environment", required=False)
@click.option("--version", help="The version to promote, such as v1.4.0.")
@in_directory
@in_format
def open_command(environment: str | None, version: str | None, directory: Path, form: str) -> int:
    """Open the pull request that promotes a version, or bring the open one up to date.

    Without an environment: those of all models of the repository that are due, one for each model and environment, as
    fast as GitHub takes them. What is left the next run opens.

    \b
    Example:
      mlops-spec promote open production --version v1.4.0
      mlops-spec promote open
    """
    if environment is None:
        return open_all(directory, form)
    if version is None:
        raise click.MissingParameter(param_hint="--version", param_type="option")
    done = propose(repository(directory), connect(this_run()), environment, version)
    answer = {
        "environment": environment,
        "version": version,
        "pull_request": done.pull_request,
        "url": done.url,
        "message": done.message,
    }
    say(answer, done.message + (f": {done.url}" if done.url else ""), form)
    return Exit.OK


@promote_command.command("check")
@click.argument("environment", required=False)
@in_directory
@in_format
def check_command(environment: str | None, directory: Path, form: str) -> int:
    """Set the required checks of an open promotion as commit statuses, where no GitHub App opened it.

    The workflow of a pull request that a workflow's own token opened waits until somebody approves it to run.
    The promotion must change the deploy file alone, and declare what may go there; then main's checks stand for it.
    Without an environment: those of all models of the repository.

    \b
    Example:
      mlops-spec promote check production
    """
    if environment is None:
        return check_all(directory, form)
    done = vouch(repository(directory), connect(this_run()), environment, link=this_run().link)
    answer = {"environment": environment, "commit": done.commit, "problem": done.problem}
    if done.commit is None:
        told = f"no promotion to {environment} is open"
    else:
        told = f"{', '.join(CHECKS)} of {done.commit[:12]}: {done.problem or 'success'}"
    say(answer, told, form)
    return Exit.FINDINGS if done.problem else Exit.OK


@promote_command.command("plan")
@click.argument("environment", required=False)
@click.option("--since", metavar="REV", help="Of all models: what main declares otherwise than at this commit.")
@in_directory
@in_format
def plan_command(environment: str | None, since: str | None, directory: Path, form: str) -> int:
    """Verify what main declares for an environment: ledger, serial, evidence, gates, soak, approvals.

    With --since, for each environment of each model whose deploy file was changed; within GitHub Actions, the output
    `matrix` has a job for each that may be deployed. Exits 1 when one may not.

    \b
    Example:
      mlops-spec promote plan production
      mlops-spec promote plan --since 3f2a91c
    """
    if since is not None:
        return plan_since(since, directory, form)
    if environment is None:
        raise click.MissingParameter(param_hint="ENVIRONMENT", param_type="argument")
    wish = promote(look(repository(directory)), environment, lambda: connect(this_run()))
    if wish is None or wish.done:
        told = "declares no version" if wish is None else f"has {wish.what.version} already"
        empty: dict[str, Any] = {"environment": environment, "version": "", "digest": "", "serial": ""}
        say(empty, f"{environment} {told}: nothing to do", form, outputs=("version", "digest", "serial"))
        return Exit.OK
    approvers = [approval.login for approval in wish.approved.approvals] if wish.approved else []
    answer = {**_named(wish), "approved_by": approvers}
    told = f"approved by {', '.join(approvers)}" if approvers else "no approval asked for"
    line = f"{environment} may get {wish.what.version} (serial {wish.what.serial}): {told}"
    say(answer, line, form, outputs=("version", "digest", "serial"))
    return Exit.OK


@promote_command.command("ask")
@click.argument("environment")
@click.option("--version", help="The version to deploy; of several models, MODEL@VERSION with spaces between.")
@click.option("--digest", help="The digest that it must have.")
@click.option("--resume", is_flag=True, help="Take up the intent that a killed run recorded; record none.")
@click.option("--wait", "wait_for", default="15m", show_default=True, help="How long to wait for the agent's outcome.")
@click.option(
    "--no-wait", "leaves", is_flag=True, help="Leave the answer to a pass of `score` or `deploy` that follows."
)
@in_directory
@in_format
def ask_command(  # noqa: PLR0913 - one per option
    *,
    environment: str,
    version: str | None,
    digest: str | None,
    resume: bool,
    wait_for: str,
    leaves: bool,
    directory: Path,
    form: str,
) -> int:
    """Record the intent to deploy a version, and wait for what the environment's agent makes of it.

    Exits 0 only when the version is live. With --resume the newest intent's outcome is waited for and told, without
    asking the forge anything; 75 when a killed run got no intent onto the record, so that nothing was begun. With
    --no-wait it exits 0 as soon as the intent is on record: where a workflow scores, its pass is what answers.

    \b
    Example:
      mlops-spec promote ask staging --version v1.4.0 --wait 15m
      mlops-spec promote ask staging --resume
    """
    if version is None and not resume:
        raise click.MissingParameter(param_hint="--version", param_type="option")
    waiting = Waiting(_duration(wait_for), say=words.err)
    git = repository(directory)
    if version is None or resume:
        model = spec_at(git.here("HEAD")).model
        return _tell_outcome(environment, *take_up(git, model, environment, version, waiting), form)
    if "@" in version:
        do = begin_several if leaves else ask_several
        return do(Wanted.of(environment, version, digest), waiting, directory, form)
    if leaves:
        begun = begin(git, lambda: decide(look(git), environment, version, digest), who(this_run()), waiting)
        return _tell_begun(environment, version, begun, form)
    intent, outcome = ask(git, lambda: decide(look(git), environment, version, digest), who(this_run()), waiting)
    if intent is None or outcome is None:
        say({"environment": environment, "version": version, "result": "live"}, f"{version} is live already", form)
        return Exit.OK
    return _tell_outcome(environment, intent, outcome, form)


@promote_command.command("close")
@click.argument("environment", required=False)
@in_directory
@in_format
def close_command(environment: str | None, directory: Path, form: str) -> int:
    """Abandon the open intent that this very run recorded, when it ends without an outcome.

    Without an environment: every one that it recorded, of whatever model.

    \b
    Example:
      mlops-spec promote close production
    """
    if environment is None:
        closed = [record.closes for record in close_all(repository(directory), who(this_run()))]
        say({"closed": closed}, f"{len(closed)} open intents of this run abandoned", form)
        return Exit.OK
    record = close(repository(directory), environment, who(this_run()))
    told = f"intent {record.closes} abandoned" if record else f"no open intent of this run in {environment}"
    say({"environment": environment, "closed": record and record.closes}, told, form)
    return Exit.OK


def _tell_begun(environment: str, version: str, intent: Record | None, form: str) -> int:
    answer = {"environment": environment, "version": version, "intent": intent and intent.seq}
    say(answer, f"intent {intent.seq} is on record" if intent else f"{version} is live already", form)
    return Exit.OK


def _tell_outcome(environment: str, intent: Record, outcome: Record, form: str) -> int:
    what = intent.what
    reason = outcome.why.text if outcome.why and outcome.why.text else ""
    answer = {
        "environment": environment,
        "version": what.version,
        "digest": what.package and what.package.digest,
        "serial": what.serial,
        "intent": intent.seq,
        "outcome": outcome.seq,
        "result": outcome.result,
        "reason": reason,
    }
    line = f"{environment} {what.version} {outcome.result}, serial {what.serial}" + (f": {reason}" if reason else "")
    say(answer, line, form)
    return Exit.OK if outcome.result == "succeeded" else Exit.FINDINGS


def _named(wish: Wish) -> dict[str, Any]:
    what = wish.what
    return {
        "environment": what.environment,
        "version": what.version,
        "digest": digest_of(wish),
        "serial": what.serial,
        "base_serial": what.base_serial,
    }


def _duration(text: str) -> float:
    if not re.fullmatch(r"[1-9][0-9]{0,6}(ms|s|m|h|d)", text):
        raise click.BadParameter(f"{text!r} is no time: write 90s, 15m or 1h", param_hint="--wait")
    return seconds(text)
