"""What a gate stops on main is on record: the rendered workflows, played by act."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from mlops_spec import model_folder
from mlops_spec.rehearse import cast
from mlops_spec.rehearse.stage import replace_in
from mlops_spec.rehearse.world import created

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = [pytest.mark.slow, pytest.mark.e2e, pytest.mark.xdist_group("e2e")]


def test_a_failed_gate_on_main_is_recorded_and_the_run_fails(tmp_path: Path) -> None:
    with created(tmp_path, "acme/visits", lambda _: None) as world:
        options = ["--starter", "blank", "--defaults", "--owner", f"@{cast.REVIEWER}"]
        world.command("new", "visits", *options, "--remote", str(tmp_path / "storage"), directory=tmp_path)
        replace_in(world.clone / model_folder.SPEC, "min: 0.6", "min: 0.999")
        world.command("render")
        world.author.commit("Ask for more than there is")
        world.first_push()
        (merge,) = (run for run in world.run_first_push() if run.workflow == "mlops-merge")
        (record,) = world.records()

    results = {job.id.rpartition("/")[2]: job.result for job in merge.jobs}
    assert merge.result == "failure"
    assert (results["stopped"], results["register"]) == ("success", "skipped")
    assert (record.event, record.result, record.what.version) == ("gate.outcome", "fail", None)
    assert record.who.identity
    assert record.who.identity.job == "stopped"
    assert record.why
    assert [gate.id for gate in record.why.gates if gate.verdict != "pass"] == ["roc_auc"]
    assert world.git.remote_refs("refs/tags/*") == {}
