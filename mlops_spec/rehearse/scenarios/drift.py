"""The scenario `drift`: production's inputs drift; one pull request retrains, and its version is promoted."""

from __future__ import annotations

import csv
import random
from typing import TYPE_CHECKING

from mlops_spec import model_folder
from mlops_spec.rehearse.proof import all_answered, audit, clean
from mlops_spec.rehearse.scenario import Scenario, Scene
from mlops_spec.rehearse.small import FIRST, REPOSITORY, begin, clients, first_promotion, promote, read_rows, request
from mlops_spec.rehearse.stage import PRODUCTION, STAGING, Stage, check, live, log, merge, must, open_pull, replace_in

if TYPE_CHECKING:
    from pathlib import Path

    from mlops_spec.rehearse.run import Run

_NEXT = "v1.0.1"  # other data, and nothing else
MONITOR = "mlops-monitor.yml"
BRANCH = f"mlops/retrain-{PRODUCTION}"
_LABELS = "data/labels.csv"
_ROWS = 400
_WATCH = """\
monitor:
  drift: {method: psi, max: 0.2}
  performance: {labels: data/labels.csv, metric: roc_auc, min: 0.58}
  on_alert: {open: pull-request, cooldown: 7d}
"""


def _begin(stage: Stage) -> str:
    return begin(stage, watched)


def watched(clone: Path) -> None:
    """The spec asks for a watch, and for a pull request at an alert; labels lie in a file, as they come in."""
    replace_in(clone / model_folder.SPEC, "monitor: {}\n", _WATCH)
    rows = _warmer_rows(clone)
    with (clone / _LABELS).open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, ["id", "visited"], extrasaction="ignore", lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def _warmer_rows(clone: Path) -> list[dict[str, str]]:
    known = read_rows(clone)
    draw = random.Random(7)  # noqa: S311 - the same town each time
    rows = []
    for number, row in enumerate(draw.sample(known, _ROWS)):
        temperature = round(min(float(row["temperature"]) + 20, 55.0), 1)
        humidity = max(int(row["humidity"]) - 40, 0)
        visited = int(draw.random() < (0.75 if row["day"] != "weekday" else 0.35))
        changed = {"id": f"{10_000 + number}", "temperature": temperature, "humidity": humidity, "visited": visited}
        rows.append({**row, **{name: str(value) for name, value in changed.items()}})
    return rows


def _mixed_rows(stage: Stage) -> list[dict[str, str]]:
    rows = [*read_rows(stage.world.clone), *_warmer_rows(stage.world.clone)]
    random.Random(8).shuffle(rows)  # noqa: S311
    return rows


def ask(stage: Stage) -> str:
    """Each request is named by its row's id, by which its label will find it."""
    host = stage.production
    inputs = host.ask(f"/v2/models/{host.model}")["inputs"]
    for row in _warmer_rows(stage.world.clone):
        answer = host.ask(f"/v2/models/{host.model}/infer", {"id": row["id"], **request(inputs, row)})
        must(answer["model_version"] == FIRST, f"{answer['model_version']} answered")
    stage.world.hub.settings.variables[""]["MLOPS_PREDICTION_LOG"] = str(host.state / "predictions")
    return f"{_ROWS} requests, 20 degrees warmer, answered by {FIRST}"


def _alert(stage: Stage) -> str:
    run = _monitored(stage, "failure")
    pull = open_pull(stage, BRANCH)
    text = pull.body or ""
    for words in ("**drift**", "temperature: psi", '"p_value"'):
        must(words in text, f"#{pull.number} does not tell of “{words}”", log(run))
    changed = stage.world.hub.origin.changed(pull.base.sha, pull.head.sha)
    must(changed == ["data/visits.csv.dvc"], f"#{pull.number} changes {changed}")
    must(f"{_ROWS} newly labelled rows" in pull.title, f"#{pull.number} is “{pull.title}”")
    must(len(_observed(stage)) == 1, f"{len(_observed(stage))} alerts are on record instead of one")
    return f"#{pull.number} “{pull.title}”, with its evidence; changes {changed[0]} alone"


def _alert_again(stage: Stage) -> str:
    before = len(stage.world.hub.issues)
    _monitored(stage, "failure")
    must(len(stage.world.hub.issues) == before, "it opened something besides")
    must(len(_observed(stage)) == 1, f"{len(_observed(stage))} alerts are on record instead of one")
    return f"still #{open_pull(stage, BRANCH).number} alone, 1 alert on record"


def _retrained(stage: Stage) -> str:
    number = open_pull(stage, BRANCH).number
    check(stage, number)
    run = merge(stage, number)
    must(run.output("version") == _NEXT, f"{run.output('version')} was registered, not {_NEXT}", log(run))
    return f"#{number} trained, gated, merged; {_NEXT} registered, {live(stage, STAGING, _NEXT)}"


def _promoted(stage: Stage) -> str:
    with clients(stage, _mixed_rows(stage)) as found:
        number = promote(stage)
    stage.version = _NEXT
    return f"#{number} merged, {live(stage, PRODUCTION, _NEXT)}; {all_answered(found)}; {clean(stage)}"


def _quiet(stage: Stage) -> str:
    with clients(stage, _mixed_rows(stage)) as found:
        while found.answered[_NEXT] < 150:
            must(not found.failed, f"{len(found.failed)} requests failed: {found.failed[:3]}")
    run = _monitored(stage, "success")
    must(not [pull for pull in stage.world.hub.pulls() if pull.state == "open"], "a pull request is open", log(run))
    return f"nothing to say on {all_answered(found)}"


def _monitored(stage: Stage, result: str) -> Run:
    run = stage.world.run_scheduled(MONITOR)
    must(run.result == result, f"{run.workflow} ended as {run.result}, not as {result}", log(run))
    return run


def _observed(stage: Stage) -> list[int]:
    return [each.seq for each in stage.world.records() if each.event == "drift.observed"]


SCENES: tuple[Scene[Stage], ...] = (
    Scene(f"a small model that is watched: {FIRST} in staging", _begin, "mlops-merge"),
    Scene(f"{FIRST} promoted", first_promotion, "mlops-promote-production"),
    Scene("another kind of traffic", ask, part="servers"),
    Scene("the scheduled monitor", _alert, "mlops-monitor", stops=True),
    Scene("the scheduled monitor, once more", _alert_again, "mlops-monitor", stops=True),
    Scene("its pull request, checked and merged", _retrained, "mlops-merge"),
    Scene(f"{_NEXT} promoted while clients ask", _promoted, "mlops-promote-production"),
    Scene("the scheduled monitor of the new version", _quiet, "mlops-monitor"),
    Scene("audit verify", audit),
)
SCENARIO = Scenario(REPOSITORY, SCENES, Stage)
