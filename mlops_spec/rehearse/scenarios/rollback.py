"""The scenario `rollback`: automatic, by `git revert`, and by command while the DVC remote is gone."""

from __future__ import annotations

from mlops_spec.errors import Exit
from mlops_spec.rehearse import cast
from mlops_spec.rehearse.proof import all_answered, audit, clean, status
from mlops_spec.rehearse.scenario import Scenario, Scene
from mlops_spec.rehearse.small import (
    FIRST,
    REPOSITORY,
    START,
    back,
    clients,
    merge_version,
    promote,
    promotion,
    propose_again,
    set_parameter,
)
from mlops_spec.rehearse.stage import PRODUCTION, Stage, check, live, merge, must, newest, open_pull, propose, stopped

_SECOND = "v1.1.0"
_PROMOTE = "mlops-promote-production"
# (serial, version, how it ended) of everything that production was asked for
_TOLD = [
    (1, FIRST, "succeeded"),
    (2, _SECOND, "rolled-back"),
    (3, _SECOND, "succeeded"),
    (4, FIRST, "succeeded"),
    (5, _SECOND, "succeeded"),
    (6, FIRST, "succeeded"),
]


def _second(stage: Stage) -> str:
    return merge_version(stage, "Regularize more", set_parameter("1.0", "0.5"), _SECOND)


def _unasked(stage: Stage) -> str:
    number = open_pull(stage, promotion(stage)).number
    check(stage, number)
    run = merge(stage, number, "failure")
    told = stopped(run, "mlops-spec promote ask")
    outcome = newest(stage, "deploy.outcome", PRODUCTION)
    reason = (outcome.why and outcome.why.text) or ""
    must(outcome.result == "rolled-back", f"the ledger says {outcome.result}: {told}")
    must("too few samples" in reason, f"it was rolled back for another reason: {reason}")
    live(stage, PRODUCTION, FIRST)
    must(any("degraded" in each for each in status(stage)), "`mlops-spec status` does not say that it is degraded")
    return f"rolled back {reason}; status says degraded"


def _set_back(stage: Stage) -> str:
    pull = open_pull(stage, back(stage), cast.APP, cast.AUTHOR)
    check(stage, pull.number)
    before = len(stage.world.records())
    merge(stage, pull.number)
    must(len(stage.world.records()) == before, "merging it left a record")
    return f"#{pull.number} “{pull.title}” merged; {live(stage, PRODUCTION, FIRST)}; {clean(stage)}"


def _promoted(stage: Stage) -> str:
    propose_again(stage, _SECOND)
    with clients(stage) as found:
        number = promote(stage)
    return f"#{number} merged, {live(stage, PRODUCTION, _SECOND)}; {all_answered(found)}; {clean(stage)}"


def _reverted(stage: Stage) -> str:
    return _revert(stage, "Revert the promotion", FIRST)


def _reverted_again(stage: Stage) -> str:
    return _revert(stage, "Revert the revert", _SECOND)


def _revert(stage: Stage, title: str, version: str) -> str:
    """The newest change of main is taken back by a pull request; its version was live here, so no canary is needed."""
    number = propose(stage, title, lambda _: stage.world.author.revert(), "As it was before.")
    check(stage, number)
    with clients(stage) as found:
        merge(stage, number)
    return f"#{number} merged, {live(stage, PRODUCTION, version)}; {all_answered(found)}; {clean(stage)}"


def _by_command(stage: Stage) -> str:
    world = stage.world
    (world.folder / "storage").rename(world.folder / "storage-gone")
    with clients(stage) as found:
        done = world.attempt(
            "rollback", PRODUCTION, "--now", "--reason", "Weekends are scored too low", directory=stage.place.path
        )
    must(done.returncode == Exit.OK, f"`mlops-spec rollback` ended with {done.returncode}: {done.stderr.strip()}")
    live(stage, PRODUCTION, FIRST)
    must(any("degraded" in each for each in status(stage)), "`mlops-spec status` does not say that it is degraded")
    asked = newest(stage, "rollback.intent", PRODUCTION)
    must(asked.who.actor.login != "", "the ledger does not say who asked for it")
    return f"{done.stdout.strip().partition(': ')[0]}; {all_answered(found)}"


def _told(stage: Stage) -> str:
    (stage.world.folder / "storage-gone").rename(stage.world.folder / "storage")
    found = [
        (each.what.serial, each.what.version, each.result)
        for each in stage.world.records()
        if each.event in ("deploy.outcome", "rollback.outcome") and each.what.environment == PRODUCTION
    ]
    must(found == _TOLD, f"the ledger tells {found}")
    return audit(stage)


SCENES: tuple[Scene[Stage], ...] = (
    *START,
    Scene(f"{_SECOND} proposed and merged", _second, "mlops-merge"),
    Scene("promoted while nobody asks anything", _unasked, _PROMOTE, stops=True),
    Scene("the pull request that sets Git back", _set_back, _PROMOTE),
    Scene("promoted again while clients ask", _promoted, _PROMOTE),
    Scene("`git revert` of the promotion", _reverted, _PROMOTE),
    Scene("`git revert` of the revert", _reverted_again, _PROMOTE),
    Scene("`mlops-spec rollback --now`, the DVC remote gone", _by_command, part="servers"),
    Scene("the pull request that sets Git back", _set_back, _PROMOTE),
    Scene("audit verify", _told),
)
SCENARIO = Scenario(REPOSITORY, SCENES, Stage)
