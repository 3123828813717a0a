"""Where pull requests may not read the data: what is judged and drilled before the merge, and what after it."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import pytest

from mlops_spec.errors import Exit
from mlops_spec.rehearse import small
from mlops_spec.rehearse.rehearsal import rehearse
from mlops_spec.rehearse.scenario import Scenario, Scene
from mlops_spec.rehearse.show import Progress
from mlops_spec.rehearse.stage import Stage, replace_in

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = [pytest.mark.slow, pytest.mark.e2e, pytest.mark.xdist_group("e2e")]

DRILLED = "attacks · ALL STOPPED"
SAMPLE = "data/sample.csv"


def unread(mode: str, stage: Stage, clone: Path) -> None:
    """Pull requests see nothing of the storage, or the sample that lies in Git."""
    storage = f"storage:\n  url: {stage.world.folder / 'storage'}\n  pull_requests: {mode}\n"
    if mode == "sample":
        rows = (clone / "data/visits.csv").read_text("utf-8").splitlines(keepends=True)
        (clone / SAMPLE).write_text("".join(rows[:1200]), "utf-8")
        storage += f"  sample: {SAMPLE}\n"
    replace_in(clone / "model.yaml", "data:\n", f"{storage}data:\n")


@pytest.mark.parametrize("mode", ["after-merge", "sample"])
def test_what_is_not_drilled_before_the_merge_is_drilled_after_it(mode: str, tmp_path: Path) -> None:
    scenes = (
        Scene[Stage]("begun", lambda stage: small.begin(stage, partial(unread, mode, stage))),
        Scene[Stage](
            "merged", lambda stage: small.merge_version(stage, "Other C", small.set_parameter("1.0", "0.5"), "v1.1.0")
        ),
    )

    played = rehearse(
        mode, Scenario("acme/visits", scenes, Stage), tmp_path / "life", Progress(len(scenes)), keep_running=False
    )

    assert [(step.title, step.verdict) for step in played.steps if not step.as_expected] == []
    assert played.exit_code == Exit.OK
    logs = {
        path: path.read_text("utf-8") for path in (tmp_path / "life/github/acme/visits/actions/runs").glob("*/log.txt")
    }
    drilled = sorted(log.count(DRILLED) for log in logs.values())
    assert drilled == [0] * (len(logs) - 2) + [1, 1], drilled  # each merge that trains, and no pull request
    (proposed,) = (log for log in logs.values() if "[mlops-pull-request/" in log)
    assert ("[mlops-pull-request/Train and gate]" in proposed) is (mode == "sample")
