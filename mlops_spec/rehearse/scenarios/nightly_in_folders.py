"""The scenario `nightly-in-folders`: one workflow scores two models by night, each with fates of its own."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from mlops_spec.errors import Exit
from mlops_spec.regex import regex
from mlops_spec.rehearse import cast
from mlops_spec.rehearse.proof import audit
from mlops_spec.rehearse.scenario import Scenario, Scene
from mlops_spec.rehearse.scenarios.nightly import (
    NIGHTLY,
    SCORES,
    Nights,
    bad_delivery,
    begin,
    caught_up,
    deliver,
    first_night,
    held_back,
    night,
    promoted,
)
from mlops_spec.rehearse.small import FIRST, REPOSITORY
from mlops_spec.rehearse.stage import check, log, merge, must, open_pull

if TYPE_CHECKING:
    from mlops_spec.rehearse.run import Run

# act counts the jobs of a matrix that has several
_SCORED = regex(r"(?:^|/ ?)Score ([a-z]+)(?:-\d+)?$")
_PROMOTES = "mlops-promote"
_OTHER = "churn"


def _other(stage: Nights) -> Nights:
    """The same world, seen from the other model."""
    return replace(stage, inside=stage.inside.with_name(_OTHER), scored={}, pull_requests=[])


def _both(stage: Nights) -> str:
    other = _other(stage)
    branch = replace(stage.place, model=_OTHER).branch("promote", NIGHTLY)
    _proposed_again(stage, other, branch)
    number = open_pull(stage, branch).number
    check(stage, number)
    run = merge(stage, number)
    must(_scored(run) == [_OTHER], f"its promotion scored {_scored(run)}", log(run))
    for each in (stage, other):
        deliver(each, night(1))
    run = stage.score("success", day=night(1))
    must(_scored(run) == [_OTHER, stage.place.model], f"it scored {_scored(run)}", log(run))
    for each in (stage, other):
        must(each.manifest(night(1))["version"] == FIRST, f"{each.inside} was not scored", log(run))
    before = other.manifest(night(1))
    deliver(stage, night(0))
    stage.score("success", day=night(0), model=stage.place.model)
    must(other.manifest(night(1)) == before, f"{_OTHER} was touched")
    must(not other.folder(night(0)).exists(), f"{_OTHER} was scored, which nobody asked for")
    return f"#{number} merged; both scored {night(1)}, and {stage.place.model} alone {night(0)}"


def _scored(run: Run) -> list[str]:
    """The models that jobs of a run scored, also in a workflow that it called."""
    found = (_SCORED.search(job.name) for job in run.jobs)
    return sorted(each[1] for each in found if each)


def _proposed_again(stage: Nights, other: Nights, branch: str) -> None:
    """Main has moved on since; somebody deletes the branch, and the App proposes it again on what main is by now."""
    stage.world.git.run("push", "--quiet", "origin", "--delete", branch)
    asked = ("promote", "open", NIGHTLY, "--version", FIRST)
    done = stage.world.attempt(*asked, login=cast.APP, directory=other.place.path)
    must(done.returncode == Exit.OK, f"`mlops-spec promote open` ended with {done.returncode}: {done.stderr}")


SCENES: tuple[Scene[Nights], ...] = (
    Scene(f"two small models that will score by night: {FIRST} in staging", begin, "mlops-merge"),
    Scene(f"{FIRST} of one promoted", promoted, _PROMOTES),
    Scene("the first night", first_night, SCORES),
    Scene("a night that was missed, and another", caught_up, SCORES),
    Scene("bad deliveries", bad_delivery, SCORES, stops=True),
    Scene("the other model promoted, and both scored", _both, SCORES),
    Scene("a worse version promoted", held_back, _PROMOTES, stops=True),
    Scene("audit verify", audit),
)
SCENARIO = Scenario(REPOSITORY, SCENES, partial(Nights, inside=PurePosixPath("models/visits")))
