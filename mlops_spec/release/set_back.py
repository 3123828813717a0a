"""Setting Git back: the pull request that makes a deploy file say again what is, or should be, live."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from mlops_spec.errors import Exit, Failure
from mlops_spec.ledger.query import outcome_of
from mlops_spec.ledger.state import unfit
from mlops_spec.platforms.github.api import pulls
from mlops_spec.release.declared import Declared, Following, declared_in
from mlops_spec.release.proof import verify_release
from mlops_spec.release.publish import Letter, Proposal, publish
from mlops_spec.release.rollback import Back, newest_main, version_back
from mlops_spec.words.markdown import code

if TYPE_CHECKING:
    from datetime import datetime

    from mlops_spec.git import Git
    from mlops_spec.ledger import Record
    from mlops_spec.ledger.state import ModelState
    from mlops_spec.platforms.github.api import GitHub
    from mlops_spec.release.world import World


def propose_back(git: Git, github: GitHub, back: Back, *, now: datetime | None = None) -> Proposal:
    """Opens the pull request that sets an environment's deploy file back, or brings it up to date.

    Raises:
        Stale: an intent for another version is open (exit 75).
        Failure: the environment follows the registered versions (2), the version may not go there or is not what was
            registered (1), the remote or the forge doesn't answer (69).
    """
    world = newest_main(git, now=now)
    said = _said(world, back.environment)
    version = version_back(world, back.environment, back.to)
    return _propose(world, github, said, replace(back, to=version))


def untrue(said: Declared | Following, state: ModelState) -> Record | None:
    """The record after which a deploy file declares what is not live: a rollout that ended badly, or a rollback.

    None: the file is true, or what it declares is still on its way.
    """
    if isinstance(said, Following) or said.version is None or said.environment in state.open:
        return None
    last, live = state.asked.get(said.environment), state.live.get(said.environment)
    if last is None or live is None or (live.version, live.digest) == (said.version, said.digest):
        return None
    # What was declared after the newest intent has not been asked for yet: that is the promotion's own run to do.
    tried = last.what.serial == said.serial or (
        last.event == "rollback.intent" and (last.what.serial or 0) > said.serial
    )
    return last if tried else None


def set_back(git: Git, github: GitHub, environment: str, *, now: datetime | None = None) -> Proposal | None:
    """Opens that pull request by itself where Git declares what was rolled back; None: there is nothing to set back.

    One that somebody closed without merging is not opened again for the same record.

    Raises:
        Failure: the remote or the forge doesn't answer (69) or refuses (78).
    """
    return set_back_in(newest_main(git, now=now), github, environment)


def set_back_in(world: World, github: GitHub, environment: str) -> Proposal | None:
    """The same on facts that were read before."""
    said = declared_in(world.main, environment)
    intent = untrue(said, world.state)
    if intent is None or isinstance(said, Following) or _declined(world, github, environment, intent):
        return None
    back = Back(environment, _why_not_live(world, intent), world.state.live[environment].version)
    return _propose(world, github, said, back, intent)


def _said(world: World, environment: str) -> Declared:
    world.environment(environment)
    said = declared_in(world.main, environment)
    if isinstance(said, Following):
        raise Failure(
            f"{world.place.deploy(environment)} names no version: {environment} follows the registered ones",
            remedy="revert the change on main; --now sets the environment back until the next version is registered",
        )
    return said


def _propose(world: World, github: GitHub, said: Declared, back: Back, intent: Record | None = None) -> Proposal:
    environment, version = said.environment, back.to or ""
    wanted = _declaration(world, environment, version)
    if (said.version, said.digest) == (version, wanted.digest):
        return Proposal(environment, version, None, None, f"main declares {version} for {environment} already")
    title = f"Roll {environment} back to {world.spec.model} {version}"
    body = _body(world, (said, wanted), back.reason, intent)
    registered, live = world.state.registered[version], world.state.live.get(environment)
    if live is None or live.version != version:  # of what is live Git only says so
        verify_release(world.git, world.records, registered)
    evidence = registered.evidence
    return publish(world, github, wanted, Letter(world.place.branch("rollback", environment), title, body, evidence))


def _declaration(world: World, environment: str, version: str) -> Declared:
    state = world.state
    registered = state.registered.get(version)
    digest = registered.what.package.digest if registered and registered.what.package else ""
    problem = unfit(state, version, digest, None)
    if problem:
        raise Failure(problem, exit_code=Exit.FINDINGS)
    live, asked, last = state.live.get(environment), state.open.get(environment), state.serial(environment)
    intent = asked or (live.intent if live and live.version == version else None)
    if intent is not None and intent.what.version != version:
        raise Failure(
            f"intent {intent.seq} ({intent.what.version}) is still open in {environment}",
            exit_code=Exit.STALE,
            remedy="wait for its outcome, or end it by `mlops-spec rollback --now`",
        )
    before = intent.what.from_ if intent else live
    return Declared(
        environment=environment,
        model=world.spec.model,
        version=version,
        digest=digest,
        serial=intent.what.serial or 0 if intent else last + 1,
        base_serial=intent.what.base_serial or 0 if intent else last,
        base_digest=before.digest if before else None,
        evidence=[],
    )


def _why_not_live(world: World, intent: Record) -> str:
    closing = outcome_of(world.records, intent)
    told = intent if intent.event == "rollback.intent" else closing
    return (told.why.text if told and told.why else None) or "the rollout did not succeed"


def _body(world: World, change: tuple[Declared, Declared], reason: str, intent: Record | None) -> str:
    said, wanted = change
    live = world.state.live.get(said.environment)
    done = live is not None and live.version == wanted.version
    lines = [
        f"Sets **{said.environment}** back from **{said.version or 'nothing'}** to **{wanted.version}**.",
        "",
        f"- reason: {code(reason)}",
        f"- package `{wanted.digest}`",
        f"- live now by the ledger: **{live.version if live else 'nothing'}**",
    ]
    lines += [f"- {code(f'{intent.event} {intent.what.version}')}, record {intent.seq} of the ledger"] if intent else []
    told = "It is live already: merging makes Git say so, and changes nothing on the host."
    asks = "Merging asks the agent for it; it was live there before, so it takes over without canary steps."
    lines += ["", told if done else asks, "", f"Until then `mlops-spec status` shows {said.environment} as degraded."]
    return "\n".join(lines) + "\n" + (_mark(intent) if intent else "")


def _mark(intent: Record) -> str:
    return f"\n<!-- mlops-spec: sets back after record {intent.seq} -->\n"


def _declined(world: World, github: GitHub, environment: str, intent: Record) -> bool:
    closed = pulls.of_branch(github, world.place.branch("rollback", environment), base=world.git.main, state="closed")
    return any(not pull.merged and _mark(intent).strip() in (pull.body or "") for pull in closed)
