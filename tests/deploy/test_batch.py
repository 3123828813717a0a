"""An environment that scores deliveries: what is written, when, by which version, and what is never written."""

from __future__ import annotations

import hashlib
import json
import shutil
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from mlops_spec import ledger
from mlops_spec.deploy import preflight
from mlops_spec.deploy.status import look
from mlops_spec.system.extras import OF_EXTRA

if TYPE_CHECKING:
    from pathlib import Path

    from mlops_spec.deploy.passes import Done

    from .conftest import World

# A model whose answer is of its rows, so that each row's score can be told.
CODE = """
import numpy
def load(folder):
    value = float((folder / "value").read_text())
    return lambda frame: numpy.clip(frame["limit"].to_numpy() * value, 0, 1)
"""


def rows(count: int = 400, seed: int = 0, **columns: Any) -> pa.Table:
    """Rows of a delivery; columns may be put in the place of those that there are, None leaves one out."""
    draw = np.random.default_rng(seed)
    made: dict[str, Any] = {
        "id": [f"c{seed}-{number:06}" for number in range(count)],
        "age": draw.integers(18, 90, count),
        "limit": draw.random(count).round(6),
        "education": draw.choice(["school", "university"], count),
        "married": draw.random(count) < 0.5,
    }
    return pa.table({name: value for name, value in (made | columns).items() if value is not None})


def day(ago: int = 0) -> str:
    return (datetime.now(UTC).date() - timedelta(ago)).isoformat()


@dataclass
class Nightly:
    """The world, with an environment `nightly`; deliveries and scores lie in folders."""

    world: World

    def want(self, **changes: Any) -> None:
        self.world.spec(
            nightly={
                "target": "batch",
                "after": "merge",
                "input": f"{self.world.root}/in/{{date}}/*.parquet",
                "output": f"{self.world.root}/out/{{date}}/",
                "schedule": "0 0 * * *",
            }
            | changes
        )

    def deliver(self, table: pa.Table, when: str = "", name: str = "a") -> Path:
        path = self.world.root / "in" / (when or day()) / f"{name}.parquet"
        path.parent.mkdir(parents=True, exist_ok=True)
        pq.write_table(table, path)
        return path

    def out(self, when: str = "") -> Path:
        return self.world.root / "out" / (when or day())

    def files(self, when: str = "") -> dict[str, bytes]:
        return {path.name: path.read_bytes() for path in sorted(self.out(when).glob("*"))}

    def manifest(self, when: str = "") -> dict[str, Any]:
        found: dict[str, Any] = json.loads((self.out(when) / "_manifest.json").read_bytes())
        return found

    def scores(self, when: str = "") -> pa.Table:
        return pq.read_table(self.out(when) / self.manifest(when)["predictions"]["name"])

    def one_pass(self, *days: str) -> Done:
        return self.world.one_pass("nightly", days=days)

    def live(self, version: str, value: float = 0.5, **package: Any) -> Done:
        self.world.release(version, value=value, code=CODE, **package)
        self.world.intend("nightly", version)
        return self.one_pass()

    def outcomes(self) -> list[Any]:
        return [each for each in ledger.read(self.world.git) if each.event == "score.outcome"]


@pytest.fixture
def nightly(world: World, monkeypatch: pytest.MonkeyPatch) -> Nightly:
    # as if the first version had been live for weeks
    monkeypatch.setattr("mlops_spec.deploy.one_model.first_live", lambda *_: datetime.now(UTC) - timedelta(days=30))
    made = Nightly(world)
    made.want(catch_up="1d")  # today alone
    world.main({"deploy/nightly.yaml": b"environment: nightly\nmodel: demo\nfollow: registered\n"})
    return made


def test_a_delivery_is_scored_once_and_put_on_record(nightly: Nightly, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(preflight, "find_spec", lambda name: None if name in OF_EXTRA["run,serve"] else object())
    table = rows()
    nightly.deliver(table)

    done = nightly.live("v1.0.0")

    assert (done.action, done.exit_code) == ("scored", 0)
    found = nightly.scores()
    assert found.column_names == ["id", "probability", "decision"]
    assert found["id"].to_pylist() == table["id"].to_pylist()
    assert np.allclose(found["probability"], np.array(table["limit"]) * 0.5)
    manifest = nightly.manifest()
    content = (nightly.out() / manifest["predictions"]["name"]).read_bytes()
    assert manifest["predictions"]["sha256"] == hashlib.sha256(content).hexdigest()
    assert (manifest["version"], manifest["rows"], manifest["refused"]) == ("v1.0.0", 400, 0)
    assert manifest["digest"] == nightly.world.digests["v1.0.0"]

    before = nightly.files()
    (record,) = nightly.outcomes()
    assert (record.result, record.what.version) == ("succeeded", "v1.0.0")
    assert record.evidence[0].digest == "sha256:" + hashlib.sha256(before["_manifest.json"]).hexdigest()
    assert (nightly.one_pass().action, nightly.one_pass(day()).action) == ("none", "none")
    assert (nightly.files(), len(nightly.outcomes())) == (before, 1)


@pytest.mark.slow
def test_a_disk_that_is_new_each_time_finds_what_is_done(nightly: Nightly) -> None:
    """So is that of a workflow's job: what another version scored stays its own, and is put on record once."""
    nightly.deliver(rows())
    nightly.live("v1.0.0")
    nightly.live("v1.1.0", value=0.6)
    before, records = nightly.files(), len(ledger.read(nightly.world.git))
    shutil.rmtree(nightly.world.state / "batch")
    (nightly.world.state / "claim-nightly").unlink()

    done = nightly.world.one_pass("nightly", take_over=True)

    assert (done.action, done.version) == ("healed", "v1.1.0")
    assert nightly.files() == before
    assert len(ledger.read(nightly.world.git)) == records
    shutil.rmtree(nightly.world.state / "batch")
    assert nightly.one_pass(day()).action == "scored"
    assert nightly.manifest()["version"] == "v1.1.0"


@pytest.mark.slow
def test_a_version_is_held_back_that_decides_otherwise_on_the_same_rows(nightly: Nightly) -> None:
    nightly.want(catch_up="1d", rollout={"min_samples": 100, "max_disagreement": 0.1})
    nightly.deliver(rows())
    nightly.live("v1.0.0", value=1.0)

    worse = nightly.live("v1.1.0", value=0.1)

    assert worse.action == "rolled-back"
    assert "of its decisions are others than the live version's > 10.0%" in worse.reason
    outcome = nightly.world.outcome()
    assert (outcome.result, outcome.evidence[0].samples) == ("rolled-back", 400)
    assert nightly.manifest()["version"] == "v1.0.0"

    alike = nightly.live("v1.2.0", value=1.01)
    assert alike.action == "deployed"
    assert "on the same input: 400 rows" in alike.reason
    assert nightly.one_pass(day()).action == "scored"
    assert nightly.manifest()["version"] == "v1.2.0"
    assert [path.name for path in sorted(nightly.out().iterdir())] == [
        "_manifest.json",
        nightly.manifest()["predictions"]["name"],
    ]


@pytest.mark.slow
def test_status_tells_of_a_day_that_is_late(nightly: Nightly) -> None:
    nightly.live("v1.0.0")

    assert nightly.outcomes()[-1].result == "failed"
    assert "no file" in nightly.outcomes()[-1].why.text
    assert nightly.one_pass().action == "none"  # a minute later it looks again
    assert len(nightly.outcomes()) == 1
    nightly.world.git.fetch_main()
    *_, standing = look(nightly.world.git, None)[1]
    assert (standing.live_version, standing.problems) == ("v1.0.0", ())  # it went live after today's hour
