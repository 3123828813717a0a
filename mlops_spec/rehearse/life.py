"""The scenario `life`: from an empty folder to a served, recorded model, and a worse one that is stopped."""

from __future__ import annotations

import csv
import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from mlops_spec import layout
from mlops_spec.errors import Failure
from mlops_spec.forge import pulls
from mlops_spec.rehearse import cast
from mlops_spec.rehearse.hosts import wait_until_live
from mlops_spec.rehearse.scenario import Scene, Unexpected

if TYPE_CHECKING:
    from mlops_spec.rehearse.hosts import Host, Hosts
    from mlops_spec.rehearse.run import Run
    from mlops_spec.rehearse.world import World

STARTER, STAGING, PRODUCTION = "credit-default", "staging", "production"
_SLOWER = ("learning_rate: 0.08", "learning_rate: 0.05")
_WORSE = (
    "exclude: [id, sex, age, age_band]",
    (
        "exclude: [id, sex, age, age_band, limit_balance, repayment_status_1, repayment_status_2, repayment_status_3, "
        "repayment_status_4, repayment_status_5, repayment_status_6, payment_1, payment_2, payment_3, payment_4]"
    ),
)


@dataclass
class Life:
    """The world, its hosts, and what the steps learn on the way."""

    world: World
    hosts: Hosts
    version: str = ""
    pull_requests: list[int] = field(default_factory=list)


def _begin(life: Life) -> str:
    """The repository as `new` makes it; after its first push main is guarded by its ruleset, and agents follow it."""
    world = life.world
    model = world.repository.partition("/")[2]
    options = ["--starter", STARTER, "--defaults", "--owner", f"@{cast.REVIEWER}"]
    world.command("new", model, *options, "--remote", str(world.folder / "storage"), directory=world.folder)
    world.first_push()
    for environment in (STAGING, PRODUCTION):
        life.hosts.start(environment)
    return f"{len(world.git.tree().entries())} files, pushed with its data"


def _propose_slower(life: Life) -> str:
    number = _propose(life, "slower-learning", "Slower learning", _SLOWER, "Smaller steps: does it rank better?")
    run = _only(life.world.run_checks(number), "success")
    return f"plan, train, {_gates(run)}, {_comments(life, number)}"


def _merge_slower(life: Life) -> str:
    number = life.pull_requests[-1]
    life.world.approve(number, cast.REVIEWER)
    run = _only(life.world.merge(number, cast.REVIEWER), "success")
    life.version = run.output("version") or ""
    if not life.version:
        raise Unexpected("no version was registered", _log(run))
    return f"{life.version} registered, {STAGING} asked and answered"


def _staging_is_live(life: Life) -> str:
    return _live(life, STAGING)


def _promote(life: Life) -> str:
    world = life.world
    number = _newest_pull(life)
    pull = pulls.get(world.forge(cast.REVIEWER), number)
    if pull.user is None or pull.user.login != cast.APP:
        raise Unexpected(f"#{number} was not opened by the App but by {pull.user}")
    _only(world.run_checks(number), "success")
    world.approve(number, cast.REVIEWER)
    _only(world.merge(number, cast.REVIEWER), "success")
    return f"#{number} “{pull.title}” approved by {cast.REVIEWER} and merged"


def _production_is_live(life: Life) -> str:
    host = life.hosts.by_environment[PRODUCTION]
    told = _live(life, PRODUCTION)
    example = _example(life, host)
    (life.world.folder / "example.json").write_text(json.dumps(example), encoding="utf-8")
    answer = host.ask(f"/v2/models/{host.model}/infer", example)
    probability = answer["outputs"][0]["data"][0]
    return f"{told}, answers {probability:.3f} for the first row"


def _propose_worse(life: Life) -> str:
    number = _propose(life, "fewer-features", "Drop payment history", _WORSE, "A smaller model is easier to explain.")
    run = _only(life.world.run_checks(number), "failure")
    failure = run.first_failure()
    if failure is None or "mlops-spec gate" not in failure[1].name:
        raise Unexpected(f"it was stopped, but not by its gate: {failure and failure[1].name}", _log(run))
    life.world.approve(number, cast.REVIEWER)
    try:
        life.world.merge(number, cast.REVIEWER)
    except Failure as refused:
        if "Train and gate" in refused.message:
            return f"stopped: {_failed_gate(run)}, as it should be; main refuses the merge"
        raise
    raise Unexpected("the worse model could be merged", _log(run))


def _audit(life: Life) -> str:
    life.world.git.fetch("+refs/heads/*:refs/remotes/origin/*", "+refs/tags/*:refs/tags/*")
    said = life.world.command("audit", "verify")
    return said.strip().splitlines()[-1]


SCENES: tuple[Scene[Life], ...] = (
    Scene(f"new repository from starter {STARTER}", _begin),
    Scene("pull request #1 “Slower learning”", _propose_slower, "mlops-pull-request"),
    Scene("#1 approved and merged", _merge_slower, "mlops-merge"),
    Scene("agent staging", _staging_is_live, part="servers"),
    Scene("promotion pull request #2, approved and merged", _promote, "mlops-promote-production"),
    Scene("agent production", _production_is_live, part="servers"),
    Scene("pull request #3 “Drop payment history”", _propose_worse, "mlops-pull-request", stops=True),
    Scene("audit verify", _audit),
)


def _propose(life: Life, branch: str, title: str, change: tuple[str, str], body: str) -> int:
    """A person's change of model.yaml, from their clone to a pull request."""
    world, file = life.world, life.world.clone / layout.SPEC
    world.branch(branch)
    text = file.read_text(encoding="utf-8")
    if change[0] not in text:
        raise Unexpected(f"{layout.SPEC} has no `{change[0]}`")
    file.write_text(text.replace(*change), encoding="utf-8")
    world.command("render")
    world.commit(title)
    number = world.propose(branch, title, body).number
    life.pull_requests.append(number)
    return number


def _only(runs: list[Run], result: str) -> Run:
    """The one run that an event should have started, with the result that it should have."""
    if len(runs) != 1:
        raise Unexpected(f"{len(runs)} workflows ran instead of one: {', '.join(run.workflow for run in runs)}")
    if runs[0].result != result:
        failure = runs[0].first_failure()
        place = f" in “{failure[0].name}” at “{failure[1].name.strip()}”" if failure else ""
        raise Unexpected(f"{runs[0].workflow} ended as {runs[0].result}{place}", _log(runs[0]))
    return runs[0]


def _log(run: Run) -> str:
    return f"see {run.folder / 'log.txt'}"


def _report(run: Run) -> dict[str, Any]:
    file = run.folder / "artifacts" / "report" / layout.REPORT.name
    if not file.is_file():
        raise Unexpected("the workflow left no report", _log(run))
    report: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    return report


def _gates(run: Run) -> str:
    verdicts = [gate["verdict"] for gate in _report(run)["gates"]]
    return f"{verdicts.count('pass')} gates pass"


def _failed_gate(run: Run) -> str:
    failed = next(gate for gate in _report(run)["gates"] if gate["verdict"] != "pass")
    bound = failed["bound"]
    return f"{failed['id']} {failed['value']:.3f} {bound['op']} {bound['value']:g} is {failed['verdict']}"


def _comments(life: Life, number: int) -> str:
    found = [c for c in life.world.comments(number) if c.user is not None and c.user.login == cast.ACTIONS]
    if len(found) != 1:
        raise Unexpected(f"#{number} has {len(found)} comments of the workflows instead of one")
    return "1 comment"


def _newest_pull(life: Life) -> int:
    open_pulls = [pull for pull in life.world.hub.pulls() if pull.state == "open"]
    if not open_pulls:
        raise Unexpected("no promotion was proposed", "see the log of mlops-merge")
    return open_pulls[0].number


def _live(life: Life, environment: str) -> str:
    host = life.hosts.by_environment[environment]
    wait_until_live(host, life.version)
    return f"{life.version} live at {host.url}"


def _example(life: Life, host: Host) -> dict[str, Any]:
    """A request for the first row of the data, as the server says that it wants its inputs."""
    with (life.world.clone / "data" / "credit_default.csv").open(encoding="utf-8", newline="") as file:
        row = next(csv.DictReader(line for line in file if not line.startswith("#")))
    inputs = host.ask(f"/v2/models/{host.model}")["inputs"]
    return {"inputs": [_tensor(each["name"], each["datatype"], row[each["name"]]) for each in inputs]}


def _tensor(name: str, datatype: str, text: str) -> dict[str, Any]:
    value: Any = text if datatype == "BYTES" else float(text) if datatype.startswith("FP") else int(text)
    return {"name": name, "datatype": datatype, "shape": [1], "data": [value]}
