"""The start that scenarios share: a small model of ours, live in staging and production as v1.0.0, by its workflows."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING, Any

from mlops_spec import ledger, model_folder
from mlops_spec.errors import Exit
from mlops_spec.regex import regex
from mlops_spec.rehearse import cast
from mlops_spec.rehearse.clients import Clients
from mlops_spec.rehearse.folders import HOME, into_folders
from mlops_spec.rehearse.hosts import free_address
from mlops_spec.rehearse.scenario import Scene
from mlops_spec.rehearse.stage import (
    PRODUCTION,
    STAGING,
    Stage,
    check,
    live,
    merge,
    must,
    only,
    open_pull,
    propose,
    replace_in,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

REPOSITORY = "acme/visits"
FIRST = "v1.0.0"
_OTHER = "churn"  # of a repository of several: a model that nobody changes
# Short, since clients ask without a pause; with room for a machine that does much else.
_CHAMPION = """\
  - champion: production # not worse than what is live, on the same rows
    metric: roc_auc
    margin: 0.01
"""
_WHY = "mlops-spec: ignore[MS416] the clients of a rehearsal ask without a pause"
_LISTEN = regex(r"    listen: .*\n")
_ROLLOUT = (
    "rollout: {canary: [50], watch: 1m}",
    f"rollout: {{canary: [30, 60], watch: 6s, min_samples: 10, max_p99: 300ms}} # {_WHY}",
)


def begin(stage: Stage, change: Callable[[Path], None] = lambda _: None, shared: str = "") -> str:
    """The repository, pushed with its data; agents follow it; the push of main is played, and makes v1.0.0.

    `change` edits each model's folder before the first push; of several models `shared` is what they share besides.
    """
    world = stage.world
    model = world.repository.partition("/")[2]
    owners = [part for login in (cast.AUTHOR, cast.REVIEWER) for part in ("--owner", f"@{login}")]
    options = ["--starter", "blank", "--defaults", "--branch", world.main, *owners]
    options += ["--remote", str(world.folder / "storage")]
    world.command("new", model, *options, directory=world.folder)
    listen = {STAGING: free_address(), PRODUCTION: free_address()}
    hurry(world.clone, listen)
    if not stage.place.alone:
        _into_folders(stage, listen, shared)
    for folder in [world.clone] if stage.place.alone else sorted((world.clone / HOME).iterdir()):
        change(folder)
    world.command("render")
    world.author.commit("Watch the canary for seconds")
    world.first_push()
    for environment, address in listen.items():
        stage.hosts.start(environment, address)
    _, *promoted = (only([run], "success") for run in world.run_first_push())
    must(registered(stage) == FIRST, f"{registered(stage)} was registered, not {FIRST}")
    must(not any(run.output("version") for run in promoted), "a promotion was asked for that nobody declared")
    return f"{FIRST} registered, {live(stage, STAGING, FIRST)}"


def _into_folders(stage: Stage, listen: Mapping[str, str], more: str) -> None:
    """Of the one model become two; where environments listen, and who owns all, stands once."""
    world, model = stage.world, stage.place.model
    owners = ", ".join(f'"@{login}"' for login in (cast.AUTHOR, cast.REVIEWER))
    places = "".join(f'environments.{name}.listen = "{address}"\n' for name, address in listen.items())
    shared = f'\n[tool.mlops-spec]\nowners = [{owners}]\nbranch = "{world.main}"\n{places}{more}'
    into_folders(world.author, model, [model, _OTHER], shared)
    for name in (model, _OTHER):
        spec = world.clone / HOME / name / model_folder.SPEC
        spec.write_text(_LISTEN.sub("", spec.read_text(encoding="utf-8")), encoding="utf-8")


def registered(stage: Stage) -> str | None:
    """The newest version that the ledger has of the model."""
    return ledger.replay(stage.world.records()).of(stage.place.model).newest


def promotion(stage: Stage) -> str:
    """The branch of the pull request that promotes a version to production."""
    return stage.place.branch("promote", PRODUCTION)


def back(stage: Stage) -> str:
    """The branch of the pull request that sets Git back after a rollback."""
    return stage.place.branch("rollback", PRODUCTION)


def hurry(clone: Path, listen: Mapping[str, str]) -> None:
    """The spec watches a canary for seconds, and each environment listens where it is told to."""
    spec = clone / model_folder.SPEC
    replace_in(spec, *_ROLLOUT)
    replace_in(spec, _CHAMPION, "")  # most of what a gate costs; `life` has it
    for environment, port in ((STAGING, 8081), (PRODUCTION, 8082)):
        replace_in(spec, f"127.0.0.1:{port}", listen[environment])


def first_promotion(stage: Stage) -> str:
    """v1.0.0 goes to production."""
    promote(stage)
    stage.version = FIRST
    return live(stage, PRODUCTION, FIRST)


def promote(stage: Stage) -> int:
    """The open promotion is checked, approved and merged, and its workflow ends well: its number."""
    number = open_pull(stage, promotion(stage)).number
    check(stage, number)
    merge(stage, number)
    return number


def merge_version(stage: Stage, title: str, change: Callable[[Path], None], version: str) -> str:
    """A change is proposed, trained, gated and merged: this version is registered and live in staging."""
    number = propose(stage, title, change, "The report will tell.")
    check(stage, number)
    merge(stage, number)
    found = registered(stage)
    must(found == version, f"{found} was registered, not {version}")
    return f"gates pass, {version} registered, {live(stage, STAGING, version)}"


def set_parameter(old: str, new: str) -> Callable[[Path], None]:
    """A change of model.yaml that trains another model."""
    return lambda folder: replace_in(folder / model_folder.SPEC, f"params: {{C: {old}}}", f"params: {{C: {new}}}")


def propose_again(stage: Stage, version: str) -> None:
    """The App proposes a promotion, as a run of its workflow would."""
    done = stage.world.attempt(
        "promote", "open", PRODUCTION, "--version", version, login=cast.APP, directory=stage.place.path
    )
    must(done.returncode == Exit.OK, f"`mlops-spec promote open` ended with {done.returncode}: {done.stderr}")


def clients(stage: Stage, rows: list[dict[str, str]] | None = None) -> Clients:
    """Clients of production, asking for these rows one after the other; without any, for those of the data."""
    host = stage.production
    inputs = host.ask(f"/v2/models/{host.model}")["inputs"]
    bodies = [request(inputs, row) for row in rows or read_rows(stage.place.path)]
    return Clients(host.listen, host.model, lambda number: bodies[number % len(bodies)])


def read_rows(folder: Path) -> list[dict[str, str]]:
    """The rows of the data in a model's folder, as text."""
    with (folder / "data/visits.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def request(inputs: list[dict[str, Any]], row: dict[str, str]) -> dict[str, Any]:
    """A request for one row of text, in the tensors that the server says it wants."""
    return {"inputs": [_tensor(each, row) for each in inputs]}


def _tensor(wanted: dict[str, Any], row: dict[str, str]) -> dict[str, Any]:
    name, datatype = wanted["name"], wanted["datatype"]
    text = row[name]
    value: Any = text if datatype == "BYTES" else float(text) if datatype.startswith("FP") else int(text)
    return {"name": name, "datatype": datatype, "shape": [1], "data": [value]}


START: tuple[Scene[Stage], ...] = (
    Scene(f"a small model: first push, {FIRST} in staging", begin, "mlops-merge"),
    Scene(f"{FIRST} promoted", first_promotion, "mlops-promote-production"),
)
