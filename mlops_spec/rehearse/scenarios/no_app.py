"""The scenario `no-app`: workflows without a GitHub App open pull requests by their own token.

The runs of such a pull request wait until a person lets them start. A promotion is merged without: its checks are
statuses that the run which opened it sets. What the monitor proposes is trained once somebody has let it.
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from mlops_spec.errors import Failure
from mlops_spec.rehearse import cast
from mlops_spec.rehearse.hub.people import ACTIONS
from mlops_spec.rehearse.merge import merge_pull
from mlops_spec.rehearse.proof import audit, clean
from mlops_spec.rehearse.scenario import Scenario, Scene, Unexpected
from mlops_spec.rehearse.scenarios.drift import BRANCH, MONITOR, ask, watched
from mlops_spec.rehearse.small import FIRST, REPOSITORY, begin, promotion
from mlops_spec.rehearse.stage import PRODUCTION, STAGING, Stage, live, log, merge, must, only, open_pull

if TYPE_CHECKING:
    from collections.abc import Iterator

_NEXT = "v1.0.1"  # other data, and nothing else


@contextmanager
def _without_app(stage: Stage) -> Iterator[None]:
    """Workflows know of no App; an administrator lets them open pull requests, as `doctor` says.

    Hosts push to the ledger with an account of their own, here as elsewhere.
    """
    hub = stage.world.hub
    hub.settings.secrets, hub.settings.variables[""] = {}, {}
    hub.settings.actions["workflow"]["can_approve_pull_request_reviews"] = True
    yield


def _begin(stage: Stage) -> str:
    return begin(stage, watched)


def _waits(stage: Stage) -> str:
    world, number = stage.world, open_pull(stage, promotion(stage), ACTIONS).number
    must(world.run_checks(number) == [], f"the runs of #{number} did not wait")
    must(bool(world.workflows.waiting(number)), f"#{number} started no run")
    head = open_pull(stage, promotion(stage), ACTIONS).head.sha
    found = {each.context: each.state for each in world.hub.statuses if each.sha == head}
    must(bool(found) and set(found.values()) == {"success"}, f"#{number} has the statuses {found}")
    waiting = len(world.workflows.waiting(number))
    return f"#{number} of {ACTIONS}: {waiting} run waits, and {len(found)} statuses of its workflow's stand"


def _promoted(stage: Stage) -> str:
    number = open_pull(stage, promotion(stage), ACTIONS).number
    merge(stage, number)
    stage.version = FIRST
    return f"#{number} approved and merged on its statuses, {live(stage, PRODUCTION, FIRST)}"


def _alert(stage: Stage) -> str:
    world = stage.world
    run = world.run_scheduled(MONITOR)
    must(run.result == "failure", f"{run.workflow} ended as {run.result}, not as failure", log(run))
    pull = open_pull(stage, BRANCH, ACTIONS)
    must(world.run_checks(pull.number) == [], f"the runs of #{pull.number} did not wait")
    world.approve(pull.number, cast.REVIEWER)
    try:
        merge_pull(world, pull.number, cast.REVIEWER)
    except Failure as refused:
        must("status check" in refused.message, refused.message)
        return f"#{pull.number} “{pull.title}” waits untrained, and main refuses it: {refused.message.splitlines()[-1]}"
    raise Unexpected(f"#{pull.number} could be merged although nothing of it was trained")


def _let_start(stage: Stage) -> str:
    number = open_pull(stage, BRANCH, ACTIONS).number
    only(stage.world.let_start(number, cast.REVIEWER), "success")
    run = merge(stage, number)
    must(run.output("version") == _NEXT, f"{run.output('version')} was registered, not {_NEXT}", log(run))
    told = f"{cast.REVIEWER} let #{number} start: trained, gated, merged; {_NEXT} registered"
    return f"{told}, {live(stage, STAGING, _NEXT)}"


def _audit(stage: Stage) -> str:
    return f"{clean(stage)}; {audit(stage)}"


SCENES: tuple[Scene[Stage], ...] = (
    Scene(f"a small model, no App: {FIRST} in staging", _begin, "mlops-merge"),
    Scene("the promotion, opened by a workflow's own token", _waits, "mlops-merge"),
    Scene(f"{FIRST} promoted on its statuses", _promoted, "mlops-promote-production"),
    Scene("another kind of traffic", ask, part="servers"),
    Scene("the scheduled monitor: its pull request waits", _alert, "mlops-monitor", stops=True),
    Scene("a person lets its runs start", _let_start, "mlops-merge"),
    Scene("audit verify", _audit),
)
SCENARIO = Scenario(REPOSITORY, SCENES, Stage, _without_app)
