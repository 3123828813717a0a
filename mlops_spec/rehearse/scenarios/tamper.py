"""The scenario `tamper`: data, model, tag, run cache and ledger are changed by an attacker, and each is found."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING

from mlops_spec.errors import Exit
from mlops_spec.rehearse import attacker, cast, hosts
from mlops_spec.rehearse.proof import all_answered
from mlops_spec.rehearse.scenario import Scenario, Scene
from mlops_spec.rehearse.small import FIRST, REPOSITORY, START, clients, set_parameter
from mlops_spec.rehearse.stage import (
    PRODUCTION,
    STAGING,
    Stage,
    check,
    live,
    log,
    merge,
    must,
    newest,
    propose,
    replace_in,
    stopped,
)

if TYPE_CHECKING:
    from pathlib import Path

    from mlops_spec.rehearse.hosts import Host

_SECOND = "v1.1.0"
_MODEL = "build/model"
_SAVE = ("    skops.io.dump(model, file)\n", '    (file.parent / "notes.txt").write_bytes(pickle.dumps(model))\n')


def _package(stage: Stage) -> str:
    with _storage(stage).changed(_model_of(stage.production, FIRST, stage)):
        host = stage.hosts.replace(PRODUCTION)
        problem = _agent_says(host, "its files were changed")
        kept = [each.name for each in host.state.glob("packages/*") if not each.name.startswith(".")]
        must(not kept, f"the new host keeps {kept}")
        must(PRODUCTION not in hosts.live(stage.hosts.by_environment), "the new host serves something")
    return f"a new host: {problem}; put right: {live(stage, PRODUCTION, FIRST)}"


def _tag(stage: Stage) -> str:
    world = stage.world
    name = f"{stage.production.model}@{FIRST}"
    with attacker.moved_tag(world.hub.origin, name, world.main) as tag:
        said = world.attempt("audit", "verify")
        must(said.returncode == Exit.FINDINGS, f"`mlops-spec audit verify` ended with {said.returncode}")
        must(f"tag {name} was moved: it is {tag}" in said.stdout, f"`mlops-spec audit verify` says {said.stdout}")
        run = world.run_scheduled("mlops-monitor.yml")
    must(run.result == "failure", "mlops-monitor has nothing against it", log(run))
    issues = [each for each in world.hub.issues.values() if each.state == "open" and "was moved" in each.body]
    must(len(issues) == 1, f"{len(issues)} issues tell of it instead of one", log(run))
    return f"audit verify and issue #{issues[0].number}: tag {name} was moved, it is {tag[:12]}"


def _data(stage: Stage) -> str:
    number = propose(stage, "Regularize more", set_parameter("1.0", "0.5"), "The report will tell.")
    with _storage(stage).changed((stage.world.clone / "data/visits.csv").read_bytes()):
        run = check(stage, number, "failure")
    return stopped(run, "mlops-spec run", "data/visits.csv", "another content than the one recorded")


def _run_cache(stage: Stage) -> str:
    """DVC's run cache in the remote holds, for just these inputs, the model of another version."""
    world, number = stage.world, stage.pull_requests[-1]
    world.command("run")
    foreign = _model_of(stage.production, FIRST, stage)
    (world.clone / "dvc.lock").unlink()  # releases keep it, the author's branch does not
    made = _storage(stage).poison(world.clone / ".dvc/cache", _MODEL, {"model.skops": foreign})
    taken = world.author.plain_dvc(world.folder / "plain")
    must(made in taken, "not even plain DVC takes the poisoned entry: there is nothing to defend against")
    check(stage, number)
    run = merge(stage, number)
    must(run.output("version") == _SECOND, f"{run.output('version')} was registered, not {_SECOND}", log(run))
    live(stage, STAGING, _SECOND)
    served = _model_of(stage.hosts.by_environment[STAGING], _SECOND, stage)
    must(served != foreign, f"{_SECOND} has the model of {FIRST}", log(run))
    return f"plain `dvc repro --pull` takes it; pull request and merge train, {_SECOND} has a model of its own"


def _pickle(stage: Stage) -> str:
    number = propose(stage, "Keep notes", _smuggle, "Notes on the training, for later.")
    run = check(stage, number, "failure")
    return stopped(run, "mlops-spec run", "notes.txt is a pickle")


def _smuggle(clone: Path) -> None:
    file = clone / "src/visits/train.py"
    replace_in(file, _SAVE[0], "".join(_SAVE))
    replace_in(file, "from pathlib import Path\n", "import pickle\nfrom pathlib import Path\n")


def _rewritten(stage: Stage) -> str:
    world = stage.world
    with attacker.rewritten_ledger(world.hub.origin, world.folder, "mallory"):
        fresh = world.folder / "fresh"
        world.author.run("git", "clone", "--quiet", world.url, str(fresh))
        said = world.attempt("audit", "verify", "-C", str(fresh))
        problem = _agent_says(stage.production, "was rewritten")
    must(said.returncode == Exit.FINDINGS, f"`mlops-spec audit verify` ended with {said.returncode}: {said.stdout}")
    words = f"REWRITTEN: tag {stage.production.model}@{_SECOND} has seen other records"
    must(words in said.stdout, f"`mlops-spec audit verify` says {said.stdout}")
    return f"a new clone: {_first_line_with(said.stdout, '! ')}; the agent: {problem}"


def _edited(stage: Stage) -> str:
    world = stage.world
    record = newest(stage, "deploy.intent", PRODUCTION)
    with clients(stage) as found:
        attacker.edit_record(world.hub.origin, record, f'"login":"{cast.REVIEWER}"', '"login":"mallory"')
        said = world.attempt("audit", "verify")
        problem = _agent_says(stage.production, f"record {record.seq}")
    must(said.returncode == Exit.FINDINGS, f"`mlops-spec audit verify` ended with {said.returncode}: {said.stdout}")
    must(f"record {record.seq}: its hash is not that of its content" in said.stdout, f"it says {said.stdout}")
    return f"{_first_line_with(said.stdout, '! ')}; the agent: {problem}; {all_answered(found)}"


def _storage(stage: Stage) -> attacker.Storage:
    return attacker.Storage(stage.world.folder / "storage")


def _model_of(host: Host, version: str, stage: Stage) -> bytes:
    records = (each for each in stage.world.records() if (each.event, each.what.version) == ("register", version))
    package = next(records).what.package
    assert package is not None
    folder = host.state / "packages" / package.digest.removeprefix("sha256:")
    return (folder / "model/model.skops").read_bytes()


def _agent_says(host: Host, words: str, seconds: float = 60.0) -> str:
    deadline = time.monotonic() + seconds
    report = host.state / "agent.json"
    while words not in (problem := str(json.loads(report.read_bytes())["problem"] if report.exists() else "")):
        must(time.monotonic() < deadline, f"the agent of {host.environment} says “{problem}”", f"see {host.log}")
        time.sleep(0.1)
    return problem


def _first_line_with(said: str, words: str) -> str:
    found = next((line for line in said.splitlines() if words in line), said.strip())
    return found.removeprefix("mlops-spec: ").removeprefix("! ")


SCENES: tuple[Scene[Stage], ...] = (
    *START,
    Scene("the package changed in the DVC remote", _package, part="servers", stops=True),
    Scene("the version's tag moved", _tag, "mlops-monitor", stops=True),
    Scene("the data changed in the DVC remote", _data, "mlops-pull-request", stops=True),
    Scene("DVC's run cache poisoned", _run_cache, "mlops-merge"),
    Scene("a pickle smuggled in", _pickle, "mlops-pull-request", stops=True),
    Scene("the ledger rewritten, all hashes right", _rewritten, stops=True),
    Scene("a record of the ledger edited", _edited, stops=True),
)
SCENARIO = Scenario(REPOSITORY, SCENES, Stage)
