"""Declarations that main has made before: a `git revert` of a promotion restores one with its old serial.

A revert brings back what was live before. What never was has nobody's approval on its evidence: it is proposed anew.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlops_spec.errors import Exit, Failure
from mlops_spec.git import Stale
from mlops_spec.release.approvals import REPORT
from mlops_spec.release.declared import Declared, declared_in, parse

if TYPE_CHECKING:
    from mlops_spec.git import Git
    from mlops_spec.release.world import World


def anew(world: World, said: Declared) -> Declared:
    """A reverted declaration with the next serial, as if it had been proposed on what it replaced; else `said` itself.

    The serial of an intent that was recorded for it already is kept, so that a second run finds that one.

    Raises:
        Stale: main has moved on, or what the revert took away is not what is live (exit 75).
        Failure: what the revert brings was never live there (exit 1).
    """
    environment = said.environment
    live, asked = world.state.live.get(environment), world.state.open.get(environment)
    last = world.state.serial(environment)
    was_live = (environment, said.version) in world.state.proven
    # Decided on what is so now, but never asked for: proposed again, or by reverts of that promotion and of its revert.
    fresh = (said.serial, said.base_serial, said.base_digest) == (last + 1, last, live.digest if live else None)
    if fresh and not was_live:
        return said  # its approvers must have had the report that it names
    replaced = _replaced(world, said)
    if replaced is None:
        return said
    if _now_on_main(world.git, environment) != said:
        raise _stale(world, said, f"main has changed {world.place.deploy(environment)} since")
    if asked is not None and asked.what.package is not None and asked.what.package.digest == said.digest:
        serial, base = asked.what.serial or 0, asked.what.base_serial or 0
    elif not was_live:
        raise Failure(
            f"{world.place.deploy(environment)} declares {said.version} again, but it was never live in "
            f"{environment}: a revert brings back what was",
            exit_code=Exit.FINDINGS,
            remedy=f"propose it anew: `mlops-spec promote open {environment} --version {said.version}`",
        )
    elif replaced.digest != (live.digest if live else None):
        raise _stale(
            world, said, f"the revert replaced {replaced.version}, but {live.version if live else 'nothing'} is live"
        )
    else:
        serial, base = last + 1, last
    # The report among its evidence is the text of the pull request that first proposed it, not of this one.
    evidence = [document for document in said.evidence if document.kind != REPORT]
    digest = live.digest if live else None
    return said.model_copy(update={"serial": serial, "base_serial": base, "base_digest": digest, "evidence": evidence})


def _replaced(world: World, said: Declared) -> Declared | None:
    """What main declared before, if `said` was declared earlier still; None: `said` is new."""
    path = world.place.deploy(said.environment)
    log = world.git.text("log", "--first-parent", "--format=%H", world.commit, "--", f":(top){path}")
    commits = log.splitlines()
    earlier: list[Declared] = []
    for content in world.git.read_objects([f"{each}:{path}" for each in commits[1:]]):
        try:
            found = parse(content or b"", path, said.environment)
        except Failure:
            continue  # a damaged file of the past declares nothing
        if isinstance(found, Declared) and (earlier or _key(found) != _key(said)):
            earlier.append(found)
    return earlier[0] if any(_key(each) == _key(said) for each in earlier) else None


def _key(said: Declared) -> tuple[object, ...]:
    return said.version, said.digest, said.serial


def _now_on_main(git: Git, environment: str) -> object:
    return declared_in(git.fetch_main(), environment)


def _stale(world: World, said: Declared, why: str) -> Stale:
    return Stale(
        f"{world.place.deploy(said.environment)} declares {said.version} again, but {why}",
        exit_code=Exit.STALE,
        remedy=f"`mlops-spec rollback {said.environment} --to {said.version} --reason TEXT` decides it anew",
    )
