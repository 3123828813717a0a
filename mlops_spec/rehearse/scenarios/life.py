"""The scenario `life`: from an empty folder to a served, recorded model, and a worse one that is stopped."""

from __future__ import annotations

import csv
import json
from typing import TYPE_CHECKING, Any

from mlops_spec import model_folder
from mlops_spec.errors import Failure
from mlops_spec.rehearse import cast, stage, verdicts
from mlops_spec.rehearse.hub.people import ACTIONS
from mlops_spec.rehearse.merge import merge_pull
from mlops_spec.rehearse.scenario import Scenario, Scene, Unexpected
from mlops_spec.rehearse.stage import PRODUCTION, STAGING, Stage, log, open_pull

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from mlops_spec.rehearse.hosts import Host

STARTER = "credit-default"
_SLOWER = ("learning_rate: 0.08", "learning_rate: 0.05")
_WORSE = (
    "exclude: [id, sex, age, age_band]",
    (
        "exclude: [id, sex, age, age_band, limit_balance, repayment_status_1, repayment_status_2, repayment_status_3, "
        "repayment_status_4, repayment_status_5, repayment_status_6, payment_1, payment_2, payment_3, payment_4]"
    ),
)


def _begin(life: Stage) -> str:
    world = life.world
    model = world.repository.partition("/")[2]
    owners = [part for login in (cast.AUTHOR, cast.REVIEWER) for part in ("--owner", f"@{login}")]
    options = ["--starter", STARTER, "--defaults", "--branch", world.main, *owners]
    world.command("new", model, *options, "--remote", str(world.folder / "storage"), directory=world.folder)
    world.first_push()
    for environment in (STAGING, PRODUCTION):
        life.hosts.start(environment)
    return f"{len(world.git.tree().entries())} files, pushed with its data"


def _propose_slower(life: Stage) -> str:
    number = stage.propose(life, "Slower learning", _edit(_SLOWER), "Smaller steps: does it rank better?")
    run = stage.check(life, number)
    return f"plan, train, {verdicts.passed(run)}, {_comments(life, number)}"


def _merge_slower(life: Stage) -> str:
    number = life.pull_requests[-1]
    run = stage.merge(life, number)
    life.version = run.output("version") or ""
    if not life.version:
        raise Unexpected("no version was registered", log(run))
    return f"{life.version} registered, {STAGING} asked and answered"


def _staging_is_live(life: Stage) -> str:
    return stage.live(life, STAGING, life.version)


def _promote(life: Stage) -> str:
    pull = open_pull(life, f"mlops/promote-{PRODUCTION}")
    stage.check(life, pull.number)
    stage.merge(life, pull.number)
    return f"#{pull.number} “{pull.title}” approved by {cast.REVIEWER} and merged"


def _production_is_live(life: Stage) -> str:
    host = life.production
    told = stage.live(life, PRODUCTION, life.version)
    example = _example(life, host)
    (life.world.folder / "example.json").write_text(json.dumps(example), encoding="utf-8")
    answer = host.ask(f"/v2/models/{host.model}/infer", example)
    probability = answer["outputs"][0]["data"][0]
    return f"{told}, answers {probability:.3f} for the first row"


def _propose_worse(life: Stage) -> str:
    number = stage.propose(life, "Drop payment history", _edit(_WORSE), "A smaller model is easier to explain.")
    run = stage.check(life, number, "failure")
    failure = run.first_failure()
    if failure is None or "mlops-spec gate" not in failure[1].name:
        raise Unexpected(f"it was stopped, but not by its gate: {failure and failure[1].name}", log(run))
    life.world.approve(number, cast.REVIEWER)
    try:
        merge_pull(life.world, number, cast.REVIEWER)
    except Failure as refused:
        if "Train and gate" in refused.message:
            return f"stopped: {verdicts.failed(run)}, as it should be; main refuses the merge"
        raise
    raise Unexpected("the worse model could be merged", log(run))


def _audit(life: Stage) -> str:
    life.world.git.fetch("+refs/heads/*:refs/remotes/origin/*", "+refs/tags/*:refs/tags/*")
    said = life.world.command("audit", "verify")
    return said.strip().splitlines()[-1]


SCENES: tuple[Scene[Stage], ...] = (
    Scene(f"new repository from starter {STARTER}", _begin),
    Scene("pull request #1 “Slower learning”", _propose_slower, "mlops-pull-request"),
    Scene("#1 approved and merged", _merge_slower, "mlops-merge"),
    Scene("agent staging", _staging_is_live, part="servers"),
    Scene("promotion pull request #2, approved and merged", _promote, "mlops-promote-production"),
    Scene("agent production", _production_is_live, part="servers"),
    Scene("pull request #3 “Drop payment history”", _propose_worse, "mlops-pull-request", stops=True),
    Scene("audit verify", _audit),
)
SCENARIO = Scenario("acme/credit-default", SCENES, Stage)


def _edit(change: tuple[str, str]) -> Callable[[Path], None]:
    return lambda clone: stage.replace_in(clone / model_folder.SPEC, *change)


def _comments(life: Stage, number: int) -> str:
    found = [c for c in life.world.comments(number) if c.user is not None and c.user.login == ACTIONS]
    if len(found) != 1:
        raise Unexpected(f"#{number} has {len(found)} comments of the workflows instead of one")
    return "1 comment"


def _example(life: Stage, host: Host) -> dict[str, Any]:
    with (life.world.clone / "data" / "credit_default.csv").open(encoding="utf-8", newline="") as file:
        row = next(csv.DictReader(line for line in file if not line.startswith("#")))
    inputs = host.ask(f"/v2/models/{host.model}")["inputs"]
    return {"inputs": [_tensor(each["name"], each["datatype"], row[each["name"]]) for each in inputs]}


def _tensor(name: str, datatype: str, text: str) -> dict[str, Any]:
    value: Any = text if datatype == "BYTES" else float(text) if datatype.startswith("FP") else int(text)
    return {"name": name, "datatype": datatype, "shape": [1], "data": [value]}
