"""The scenario `nightly`: a workflow scores what is delivered, night by night, from a promotion to a rollback."""

from __future__ import annotations

import json
import random
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.parquet as pq

from mlops_spec import model_folder
from mlops_spec.errors import Exit
from mlops_spec.rehearse import cast, small
from mlops_spec.rehearse.proof import audit
from mlops_spec.rehearse.scenario import Scenario, Scene
from mlops_spec.rehearse.small import FIRST, REPOSITORY, merge_version, read_rows
from mlops_spec.rehearse.stage import Stage, check, merge, must, only, open_pull, replace_in, stopped

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from mlops_spec.ledger import Record
    from mlops_spec.rehearse.run import Result, Run

NIGHTLY = "nightly"
SCORES = f"mlops-score-{NIGHTLY}"
_HERE = "mlops-spec: ignore[MS428] the jobs of a rehearsal run where the folders are"
WORKFLOW = f"mlops-promote-{NIGHTLY}"
_WORSE, _NEXT = "v1.1.0", "v1.2.0"
_SHARED = {"schedule": "20 2 * * *", "runner": "ubuntu-24.04"}  # what models of one repository say once
_ROWS = 300
_MANY = 300_000  # rows, which take a moment to write


@dataclass
class Nights(Stage):
    """The stage, with the folders that deliveries come to and scores go to."""

    scored: dict[str, str] = field(default_factory=dict)  # night → the manifest's digest

    @property
    def yard(self) -> Path:
        return yard_of(self, self.place.path)

    def score(self, result: Result, **inputs: str) -> Run:
        """Somebody starts the workflow that scores, which must end so."""
        return only([self.world.start(f"{SCORES}.yml", inputs, cast.AUTHOR, _nobody)], result)

    @property
    def by_hand(self) -> list[str]:
        """The command of that workflow's job, for a host that takes the environment over."""
        options = ["--repository", self.world.url, "--state", str(self.world.folder / "scorer"), "--take-over"]
        return ["score", NIGHTLY, *options]

    def folder(self, night: str) -> Path:
        return self.yard / "scores" / night

    def manifest(self, night: str) -> dict[str, Any]:
        said: dict[str, Any] = json.loads((self.folder(night) / "_manifest.json").read_bytes())
        return said

    def outcomes(self) -> list[Record]:
        return [each for each in self.world.records() if each.event == "score.outcome"]


def night(ago: int) -> str:
    """A night, by how many it is ago."""
    return (datetime.now(UTC).date() - timedelta(ago)).isoformat()


def yard_of(stage: Stage, folder: Path) -> Path:
    """Where deliveries come to a model and its scores go: of several, each has its own."""
    lake = stage.world.folder / "lake"
    return lake if stage.place.alone else lake / folder.name


def begin(stage: Nights) -> str:
    """The small model, or two of them, with an environment that scores by night."""
    shared = "".join(f"environments.{NIGHTLY}.{key} = {json.dumps(value)}\n" for key, value in _SHARED.items())
    return small.begin(stage, lambda folder: _declare(stage, folder), shared)


def _declare(stage: Nights, folder: Path) -> None:
    """The spec gets an environment that scores, and a monitor of what it writes."""
    spec, yard = folder / model_folder.SPEC, yard_of(stage, folder)
    here = "".join(f"    {key}: {json.dumps(value)}\n" for key, value in _SHARED.items()) if stage.place.alone else ""
    environment = f"""\
environments:
  {NIGHTLY}:
    target: batch
    after: staging
    input: {yard}/customers/{{date}}/*.parquet # {_HERE}
    output: {yard}/scores/{{date}}/ # {_HERE}
{here}    max_refused: 0.05
    promote: {{approvals: 1}}
    rollout: {{min_samples: 100, max_disagreement: 0.05, max_score_shift: 0.2}}
"""
    replace_in(spec, "environments:\n", environment)
    replace_in(spec, "monitor: {}\n", "monitor:\n  drift: {method: psi, max: 0.2}\n")


def deliver(
    stage: Nights, when: str, change: Callable[[dict[str, Any]], None] = lambda _: None, count: int = _ROWS
) -> Path:
    """The rows of a night come in, as Parquet; `change` edits each before."""
    draw = random.Random(when)  # noqa: S311 - the same customers each time
    rows = [_typed(row) for row in draw.choices(read_rows(stage.place.path), k=count)]
    for number, row in enumerate(rows):
        row["id"] = f"{when}-{number}"
        change(row)
    folder = stage.yard / "customers" / when
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "part-0.parquet"
    pq.write_table(pa.Table.from_pylist(rows), path)
    return path


def _typed(row: dict[str, str]) -> dict[str, Any]:
    return {
        "id": row["id"],
        "temperature": float(row["temperature"]),
        "humidity": int(row["humidity"]),
        "day": row["day"],
    }


def promoted(stage: Nights) -> str:
    """The first version is live there, before any night is due."""
    number = _promote(stage)
    must(_outcome(stage).what.version == FIRST, f"{FIRST} has no outcome in {NIGHTLY}")
    stage.version = FIRST
    only([stage.world.run_scheduled(f"{SCORES}.yml")], "success")
    must(not stage.outcomes(), "a night was scored that was not due yet")
    return f"#{number} merged, {FIRST} live in {NIGHTLY}; by schedule nothing is due yet"


def _promote(stage: Nights, result: Result = "success") -> int:
    number = open_pull(stage, stage.place.branch("promote", NIGHTLY)).number
    check(stage, number)
    run = merge(stage, number, result)
    if result == "failure":
        stopped(run, "Score")
    return number


def _outcome(stage: Nights) -> Record:
    ended = [each for each in stage.world.records() if each.event in ("deploy.outcome", "rollback.outcome")]
    return [each for each in ended if each.what.environment == NIGHTLY][-1]


def _nobody(_: int) -> None:
    """No job of these workflows waits for a reviewer."""


def _scored(stage: Nights, *nights: str) -> str:
    """Each of these has its scores, all of its rows, and one record of it."""
    for each in nights:
        manifest = stage.manifest(each)
        table = pq.read_table(stage.folder(each) / manifest["predictions"]["name"])
        must(table.num_rows + manifest["refused"] == _ROWS, f"{each} has {table.num_rows} scores")
        records = [
            one for one in stage.outcomes() if one.result == "succeeded" and (one.why and each in (one.why.text or ""))
        ]
        must(len(records) == 1, f"{each} has {len(records)} records of its scores")
        stage.scored[each] = records[0].evidence[0].digest
    return f"{', '.join(nights)}: {_ROWS} rows each, on record"


def first_night(stage: Nights) -> str:
    """A night is scored by hand, and no second time."""
    deliver(stage, night(4))
    stage.score("success", day=night(4))
    before = stage.manifest(night(4))
    stage.score("success", day=night(4))
    must(stage.manifest(night(4)) == before, "the second run wrote it again")
    return f"{_scored(stage, night(4))}; run again, it writes nothing"


def caught_up(stage: Nights) -> str:
    """What was missed is scored, and a night without files is told."""
    deliver(stage, night(3))  # no run was started in that night
    deliver(stage, night(2), _three_of_another_kind())
    before = stage.manifest(night(4))
    stage.score("failure", since=night(4))
    must(stage.manifest(night(4)) == before, "a night that was scored was scored again")
    must(f"{night(1)}: " in _told(stage) and "no file" in _told(stage), f"it does not say that {night(1)} has no file")
    refused = stage.manifest(night(2))["refused"]
    must(refused == 3, f"{refused} rows were set aside instead of 3")
    return f"{_scored(stage, night(3), night(2))}; 3 rows set aside with their reasons"


def _told(stage: Nights) -> str:
    """Why nights could not be scored, by the ledger."""
    return "; ".join((each.why and each.why.text) or "" for each in stage.outcomes() if each.result == "failed")


def _three_of_another_kind() -> Callable[[dict[str, Any]], None]:
    left = iter(range(3))

    def change(row: dict[str, Any]) -> None:
        if next(left, None) is not None:
            row["day"] = "doomsday"

    return change


def bad_delivery(stage: Nights) -> str:
    """Of another schema, and half written: nothing is scored."""
    path = deliver(stage, night(1), lambda row: row.update(humidity=f"{row['humidity']} %"))
    stage.score("failure", day=night(1))
    must("the model takes whole numbers" in _told(stage), f"it was refused for another reason: {_told(stage)}")
    path.write_bytes(path.read_bytes()[:-100])
    stage.score("failure", day=night(1))
    must("half written" in _told(stage), f"it was refused for another reason: {_told(stage)}")
    must(not stage.folder(night(1)).exists(), "something of it was written")
    failed = [each for each in stage.outcomes() if each.result == "failed"]
    return f"another schema, then half a file: nothing written, {len(failed)} failures on record"


def _killed(stage: Nights) -> str:
    """The machine loses power while a night is scored anew: the old scores stand, and the next pass writes the new."""
    deliver(stage, night(1))
    stage.score("success", day=night(1))
    old = stage.manifest(night(1))
    deliver(stage, night(1), lambda row: row.update(humidity=row["humidity"] // 2), _MANY)
    found = [_killed_amid(stage, night(1), least) for least in (0, 1_000_000)]
    must(all(each == old for each in found), "it does not stand as it was")
    stage.score("success", day=night(1))
    new = stage.manifest(night(1))
    must(new["inputs"] != old["inputs"], "the new delivery was not scored")
    _whole(stage, night(1), new)
    must(not _half_done(stage, night(1)), "what was half done lies there still")
    return f"{len(found)} kills amid {_MANY:,} rows: each left the old scores whole; then the new ones"


def _killed_amid(stage: Nights, when: str, least: int) -> dict[str, Any]:
    """The manifest that a pass leaves that is killed when more than so many bytes of the new scores are written."""
    began = time.time()

    def writes() -> bool:
        found = [path.stat() for path in _half_done(stage, when)]
        return any(each.st_mtime > began and each.st_size > least for each in found)

    killed = stage.hosts.killed(writes, *stage.by_hand, "--day", when)
    must(killed, "it ended before it was killed")
    said = stage.manifest(when)
    _whole(stage, when, said)
    return said


def _half_done(stage: Nights, when: str) -> list[Path]:
    return list(stage.folder(when).glob(".partial-predictions-*"))


def _whole(stage: Nights, when: str, manifest: dict[str, Any]) -> None:
    table = pq.read_table(stage.folder(when) / manifest["predictions"]["name"])
    must(table.num_rows == manifest["predictions"]["rows"], f"{table.num_rows} scores are there")


def held_back(stage: Nights) -> str:
    """A worse version does not get through its comparison."""
    told = merge_version(stage, "Shout", small.set_parameter("1.0", "0.00001"), _WORSE)
    number = _promote(stage, "failure")
    outcome = _outcome(stage)
    reason = (outcome.why and outcome.why.text) or ""
    must((outcome.what.version, outcome.result) == (_WORSE, "rolled-back"), f"it ended as {outcome.result}: {reason}")
    must("on the same input" in reason, f"it was held back for another reason: {reason}")
    return f"{told}; #{number} merged, held back {reason}"


def _next(stage: Nights) -> str:
    told = merge_version(stage, "Regularize more", small.set_parameter("0.00001", "0.5"), _NEXT)
    number = _promote(stage)
    outcome = _outcome(stage)
    reason = (outcome.why and outcome.why.text) or ""
    must(outcome.what.version == _NEXT and "on the same input" in reason, f"nothing was compared: {reason}")
    stage.version = _NEXT
    return f"{told}; #{number} merged: {reason}"


def _drifted(stage: Nights) -> str:
    """A warmer night is scored; the monitor reads what was written."""
    deliver(stage, night(0), lambda row: row.update(temperature=min(row["temperature"] + 25, 55.0)))
    stage.score("success", day=night(0))
    must(stage.manifest(night(0))["version"] == _NEXT, "another version scored it")
    done = stage.world.attempt("monitor", "-e", NIGHTLY, "--window", "1d", directory=stage.place.path)
    must(done.returncode == Exit.FINDINGS, f"the monitor ended with {done.returncode}: {done.stdout} {done.stderr}")
    said = done.stdout + done.stderr
    must("temperature: psi" in said, f"the monitor does not tell of the temperature: {said}")
    return next(line.strip() for line in said.splitlines() if "temperature: psi" in line)


def _rolled_back(stage: Nights) -> str:
    done = stage.world.attempt(
        "rollback", NIGHTLY, "--reason", "Warm nights are scored too high", directory=stage.place.path
    )
    must(done.returncode == Exit.OK, f"`mlops-spec rollback` ended with {done.returncode}: {done.stderr.strip()}")
    number = open_pull(stage, stage.place.branch("rollback", NIGHTLY), cast.AUTHOR).number
    check(stage, number)
    merge(stage, number)
    must(_outcome(stage).what.version == FIRST, f"the ledger does not say that {FIRST} is live again")
    before = stage.manifest(night(4))
    stage.score("success", day=night(0))
    must(stage.manifest(night(0))["version"] == FIRST, "the night was not scored anew by the version of before")
    must(stage.manifest(night(4)) == before, "an older night was touched")
    return f"#{number} merged; {FIRST} scores {night(0)} anew"


SCENES: tuple[Scene[Nights], ...] = (
    Scene(f"a small model that will score by night: {FIRST} in staging", begin, "mlops-merge"),
    Scene(f"{FIRST} promoted", promoted, WORKFLOW),
    Scene("the first night", first_night, SCORES),
    Scene("a night that was missed, and another", caught_up, SCORES),
    Scene("bad deliveries", bad_delivery, SCORES, stops=True),
    Scene("the power fails amid writing", _killed, part="servers"),
    Scene(f"a worse version: {_WORSE} promoted", held_back, WORKFLOW, stops=True),
    Scene(f"a better one: {_NEXT} promoted", _next, WORKFLOW),
    Scene("a warmer night, and the monitor", _drifted, SCORES, stops=True),
    Scene("`mlops-spec rollback`", _rolled_back, WORKFLOW),
    Scene("audit verify", audit),
)
SCENARIO = Scenario(REPOSITORY, SCENES, Nights)
