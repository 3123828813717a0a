"""The scenario `rollback-in-folders`: all ways back, in a repository of two models, of which the other stays live."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from pathlib import PurePosixPath

from mlops_spec import ledger
from mlops_spec.rehearse.scenario import Scenario, Scene
from mlops_spec.rehearse.scenarios.rollback import SCENES
from mlops_spec.rehearse.small import FIRST, REPOSITORY
from mlops_spec.rehearse.stage import PRODUCTION, STAGING, Stage, must

_OTHER = "churn"


def _left_alone(stage: Stage) -> str:
    state = ledger.replay(stage.world.records()).of(_OTHER)
    live = {environment: each.version for environment, each in state.live.items()}
    must(live == {STAGING: FIRST}, f"of {_OTHER} {live} is live")
    asked = [each for each in stage.world.records() if each.what.model == _OTHER and each.event == "deploy.intent"]
    must(len(asked) == 1, f"{_OTHER} was asked for {len(asked)} times")
    return f"{_OTHER} {FIRST} live in {STAGING} as it was, not in {PRODUCTION}"


def _of_many(scene: Scene[Stage]) -> Scene[Stage]:
    """One workflow promotes to all environments here."""
    return replace(scene, workflow=scene.workflow.removesuffix(f"-{PRODUCTION}"))


SCENARIO = Scenario(
    REPOSITORY,
    (*map(_of_many, SCENES), Scene("the other model", _left_alone)),
    partial(Stage, inside=PurePosixPath("models/visits")),
)
