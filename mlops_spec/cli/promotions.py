"""The commands of `promote` for several models at once, and what they share with those for one."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from mlops_spec import words
from mlops_spec.cli.answer import say
from mlops_spec.cli.here import repository, this_run
from mlops_spec.errors import Exit, Failure
from mlops_spec.place import tag_of
from mlops_spec.platforms.github.connect import connect
from mlops_spec.platforms.github.matrix import matrix_of
from mlops_spec.platforms.github.outputs.environments import asks_teams, waiting
from mlops_spec.release.ask import Answer, Decided, Waiting, ask_all, begin_all
from mlops_spec.release.declared import Following, declared_in
from mlops_spec.release.pending import open_due
from mlops_spec.release.promotion import follow, promote
from mlops_spec.release.pushed import pushed
from mlops_spec.release.vouch import vouch_all
from mlops_spec.release.who import who
from mlops_spec.release.world import look_at_all
from mlops_spec.system.faults import unanswered

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from mlops_spec.git import Git
    from mlops_spec.ledger.record import Record
    from mlops_spec.release.promotion import Wish
    from mlops_spec.release.world import World, Worlds


def open_all(directory: Path, form: str) -> int:
    """Opens the promotions that are due; exits 1 when one could not be opened."""
    git = repository(directory)
    done = open_due(look_at_all(git, revision=git.fetch_main().commit), connect(this_run()))
    lines = [f"{each.named}: {proposal.message}" for each, proposal in done.proposals]
    lines += [f"{each.named}: {failure.message}" for each, failure in done.failures]
    lines += [f"{len(done.left)} more are due: the next run opens them"] if done.left else []
    numbers = [proposal.pull_request for _, proposal in done.proposals]
    left = [each.named for each in done.left]
    say({"pull_requests": numbers, "left": left}, "\n".join(lines) or "no promotion is due", form)
    return Exit.FINDINGS if done.failures else Exit.OK


def check_all(directory: Path, form: str) -> int:
    """Sets the required checks of every open promotion; exits 1 when one is not let through."""
    git = repository(directory)
    worlds = look_at_all(git, revision=git.fetch_main().commit)
    done = vouch_all(worlds, connect(this_run()), link=this_run().link, sleep=time.sleep)
    lines = [f"{branch}: {each.problem or 'success'}" for branch, each in done.items()]
    problems = {branch: each.problem for branch, each in done.items()}
    say({"promotions": problems}, "\n".join(lines) or "no promotion is open", form)
    return Exit.FINDINGS if any(problems.values()) else Exit.OK


def plan_since(since: str, directory: Path, form: str) -> int:
    """Verifies what main declares otherwise than at a commit; exits 1 when something may not be deployed."""
    found = pushed(look_at_all(repository(directory)), since, lambda: connect(this_run()))
    jobs = [_job(each.world, each.wish) for each in found if each.wish]
    lines = [f"{job['environment']} may get {job['version']} (serial {job['serial']})" for job in jobs]
    say({"matrix": matrix_of(jobs)}, "\n".join(lines) or "nothing to do", form, outputs=("matrix",))
    refused = [each for each in found if each.failure]
    for each in refused:
        words.err(f"{each.world.spec.model}, {each.environment}: {each.failure and each.failure.message}")
    return Exit.FINDINGS if refused else Exit.OK


def _job(world: World, wish: Wish) -> dict[str, Any]:
    what, environment = wish.what, wish.what.environment or ""
    named = {"environment": environment, "model": what.model, "version": tag_of(what.model, what.version or "")}
    declared = world.environment(environment)
    times, teams = waiting([declared]), asks_teams(declared, world.spec)
    return {**named, "digest": digest_of(wish), "serial": what.serial, "teams": teams, **times}


@dataclass(frozen=True)
class Wanted:
    """Versions of several models, as MODEL@VERSION, that an environment is asked for, and their digests where told."""

    environment: str
    digests: Mapping[str, str | None]  # by version

    @classmethod
    def of(cls, environment: str, versions: str, digests: str | None) -> Wanted:
        """What a command's options say, with spaces between; raises Failure (2) where they are not as many."""
        tags, told = versions.split(), list[str | None]((digests or "").split())
        if told and len(told) != len(tags):
            raise Failure(f"{len(tags)} versions and {len(told)} digests", remedy="give each version its digest")
        return cls(environment, dict(zip(tags, told or [None] * len(tags), strict=True)))


def begin_several(wanted: Wanted, patience: Waiting, directory: Path, form: str) -> int:
    """Records the intents at once, and leaves them to a pass that follows; exits 0 when all are on record."""
    git = repository(directory)
    begun = begin_all(git, _deciding(git, wanted), tuple(wanted.digests), who(this_run()), patience)
    told = {tag: _told_begun(each) for tag, each in begun.items()}
    lines = "\n".join(f"{tag}: {each}" for tag, each in told.items())
    say({"environment": wanted.environment, "results": told}, lines, form)
    return Exit.FINDINGS if any(isinstance(each, Failure) for each in begun.values()) else Exit.OK


def _told_begun(begun: Record | Failure | None) -> str:
    if isinstance(begun, Failure):
        return begun.message
    return f"intent {begun.seq} is on record" if begun else "is live already"


def _deciding(git: Git, wanted: Wanted) -> Callable[[Sequence[str]], dict[str, Decided | Failure]]:
    def decided(asked: Sequence[str]) -> dict[str, Decided | Failure]:
        worlds = look_at_all(git)
        return {tag: _decided(worlds, tag, wanted) for tag in asked}

    return decided


def ask_several(wanted: Wanted, patience: Waiting, directory: Path, form: str) -> int:
    """Asks for them at once; exits 0 when all are live."""
    git, environment = repository(directory), wanted.environment
    answers = ask_all(git, _deciding(git, wanted), tuple(wanted.digests), who(this_run()), patience)
    told = {tag: _told(answer) for tag, answer in answers.items()}
    results = {tag: "live" if isinstance(each, Answer) and each.live else told[tag] for tag, each in answers.items()}
    say(
        {"environment": environment, "results": results},
        "\n".join(f"{tag}: {each}" for tag, each in told.items()),
        form,
    )
    return Exit.OK if all(result == "live" for result in results.values()) else Exit.FINDINGS


def _decided(worlds: Worlds, tag: str, wanted: Wanted) -> Decided | Failure:
    model, _, version = tag.partition("@")
    try:
        world = worlds.of(model)
        return Decided(decide(world, wanted.environment, version, wanted.digests[tag]), world.state)
    except Failure as failure:
        if unanswered(failure):
            raise
        return failure


def _told(answer: Answer | Failure) -> str:
    if isinstance(answer, Failure):
        return answer.message
    if answer.outcome is None:
        return "is live already"
    reason = answer.outcome.why.text if answer.outcome.why and answer.outcome.why.text else ""
    return f"{answer.outcome.result}, serial {answer.outcome.what.serial}" + (f": {reason}" if reason else "")


def decide(world: World, environment: str, version: str, digest: str | None) -> Wish:
    """What may be deployed of a version that is asked for; raises Failure where main says otherwise."""
    world.environment(environment)
    if isinstance(declared_in(world.main, environment), Following):
        return follow(world, environment, version, digest)
    wish = promote(world, environment, lambda: connect(this_run()))
    if wish is None or wish.what.version != version or (digest and digest_of(wish) != digest):
        declared = f"{wish.what.version} ({digest_of(wish)})" if wish else "no version"
        raise Failure(f"main declares {declared} for {environment}, not {version}", exit_code=Exit.FINDINGS)
    return wish


def digest_of(wish: Wish) -> str:
    """The digest of the package that is wished for."""
    assert wish.what.package
    return wish.what.package.digest
