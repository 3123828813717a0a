"""The scenario `ray`: a life whose trainings run on a Ray cluster, on the one node that has what they ask for.

A worker is killed while it trains, and the training begins anew; what no node has is refused before anything runs.
"""

from __future__ import annotations

import threading
import time
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from mlops_spec import model_folder
from mlops_spec.rehearse import small
from mlops_spec.rehearse.nodes import Nodes, nodes
from mlops_spec.rehearse.proof import audit
from mlops_spec.rehearse.scenario import Scenario, Scene
from mlops_spec.rehearse.small import FIRST, REPOSITORY, set_parameter
from mlops_spec.rehearse.stage import STAGING, Stage, check, live, log, merge, must, propose, replace_in

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_SECOND = "v1.1.0"
_OWN = '{"trainer": 1}'  # what the second node alone has
_PARAMS = "  params: {C: 1.0}\n"
_WHY = "mlops-spec: ignore[MS326, MS327] cluster, storage and runner are this machine"
_RAY = "{{address: '{address}', cpus: 1, resources: {{trainer: 1}}, timeout: 20m}}"
_COMPUTE = f"  compute: {{{{ray: {_RAY}}}}} # {_WHY}\n"
_JOB = "mlops_spec.compute.ray.job"
_SOON = 300.0  # seconds until a training that is waited for runs


@dataclass
class OnCluster(Stage):
    """The stage, and the cluster beside it."""

    cluster: Nodes | None = None

    @property
    def nodes(self) -> Nodes:
        assert self.cluster is not None, "the cluster does not run"
        return self.cluster


@contextmanager
def _cluster(stage: OnCluster) -> Iterator[None]:
    with nodes() as stage.cluster:
        yield


def _start(stage: OnCluster) -> str:
    stage.nodes.start_head()
    stage.nodes.join(resources=_OWN)
    version = stage.nodes.server.version()
    return f"Ray {version.ray} at {stage.nodes.server.address}: 2 nodes, the second is the trainer"


def _on_ray(stage: OnCluster, clone: Path) -> None:
    compute = _COMPUTE.format(address=stage.nodes.server.address)
    replace_in(clone / model_folder.SPEC, _PARAMS, _PARAMS + compute)


def _begin(stage: OnCluster) -> str:
    told = small.begin(stage, partial(_on_ray, stage))
    run = stage.world.runs[0]
    said = "\n".join(line for job in run.jobs for step in job.steps for line in step.output)
    must("train.run: fetches build/model from" in said, "it was not trained on the cluster", log(run))
    return f"trained on the second node, {told}"


def _lose(stage: OnCluster) -> str:
    killed = threading.Event()
    threading.Thread(target=_kill_the_first, args=(stage.nodes, killed), daemon=True).start()
    number = propose(stage, "Looser", set_parameter("1.0", "2.0"), "Does it rank better?")
    run = check(stage, number)
    said = "\n".join(line for job in run.jobs for step in job.steps for line in step.output)
    must(killed.is_set(), "no worker was killed")
    must("it begins anew, 1 of 2 retries" in said, "the lost training did not begin anew", log(run))
    return "its worker was killed while it trained: it began anew, gates pass"


def _kill_the_first(cluster: Nodes, killed: threading.Event) -> None:
    until = time.monotonic() + _SOON
    while time.monotonic() < until and not killed.wait(0.1):
        if cluster.kill_one(_JOB):
            killed.set()


def _merged(stage: OnCluster) -> str:
    run = merge(stage, stage.pull_requests[0])
    must(run.output("version") == _SECOND, f"{run.output('version')} was registered, not {_SECOND}", log(run))
    return f"trained on the cluster, {_SECOND} registered, {live(stage, STAGING, _SECOND)}"


def _refused(stage: OnCluster) -> str:
    def card(clone: Path) -> None:
        replace_in(clone / model_folder.SPEC, "cpus: 1,", "cpus: 1, gpus: 1,")
        set_parameter("2.0", "3.0")(clone)

    started = time.monotonic()
    run = check(stage, propose(stage, "Ask for a card", card, "It would be faster."), "failure")
    said = "\n".join(line for job in run.jobs for step in job.steps for line in step.output)
    must("no node of the cluster at" in said, "nobody said that there is no such node", log(run))
    return f"no node has GPU 1: said before anything was submitted, {time.monotonic() - started:.0f} s with all checks"


def _stop(stage: OnCluster) -> str:
    stage.nodes.stop()
    return "no process of it is left"


SCENES: tuple[Scene[OnCluster], ...] = (
    Scene("a cluster of two nodes starts", _start, part="servers"),
    Scene(f"a small model on Ray: first push, {FIRST} in staging", _begin, "mlops-merge"),
    Scene("pull request “Looser”, its worker killed", _lose, "mlops-pull-request"),
    Scene("“Looser” merged", _merged, "mlops-merge"),
    Scene("pull request “Ask for a card”", _refused, "mlops-pull-request", stops=True),
    Scene("audit verify", audit),
    Scene("the cluster stops", _stop, part="servers"),
)
SCENARIO = Scenario(REPOSITORY, SCENES, OnCluster, _cluster)
