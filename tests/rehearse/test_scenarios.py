"""Every scenario but `life`, whole; what each proved is looked at once more in what it left behind."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from mlops_spec.git import Git
from mlops_spec.rehearse.rehearsal import scenario_of
from mlops_spec.rehearse.titles import SCENARIOS

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

pytestmark = [pytest.mark.slow, pytest.mark.e2e, pytest.mark.xdist_group("e2e")]


@dataclass
class Left:
    """A rehearsal that has ended: its folder, and what it said of itself."""

    repository: str
    folder: Path
    said: dict[str, Any]

    @property
    def origin(self) -> Git:
        return Git(self.folder / "github" / f"{self.repository}.git")

    def records(self, revision: str = "audit-log") -> list[dict[str, Any]]:
        tree = self.origin.tree(revision)
        return [json.loads(tree.read(path) or b"") for path in sorted(e.path for e in tree.entries("log"))]

    def outcomes(self, environment: str = "production") -> list[tuple[str, str]]:
        """What an environment was asked for, and how that ended."""
        outcomes = [each for each in self.records() if each["event"] in ("deploy.outcome", "rollback.outcome")]
        mine = [each for each in outcomes if each["what"]["environment"] == environment]
        return [(each["what"]["version"], each["result"]) for each in mine]

    def declared(self) -> str:
        """The version that main declares for production."""
        return str(yaml.safe_load(self.origin.text("show", "main:deploy/production.yaml"))["version"])

    def log(self, text: str) -> int:
        """How many workflow runs said this."""
        logs = (self.folder / "github" / self.repository / "actions/runs").glob("*/log.txt")
        return sum(text in log.read_text(encoding="utf-8") for log in logs)


def bad_canary(left: Left) -> None:
    bad = [(f"v1.{minor}.0", "rolled-back") for minor in range(1, 5)]
    assert left.outcomes() == [("v1.0.0", "succeeded"), *bad]
    assert left.declared() == "v1.0.0"
    assert {name: each["version"] for name, each in left.said["live"].items()} == {
        "staging": "v1.4.0",
        "production": "v1.0.0",
    }


def stale_promotion(left: Left) -> None:
    assert left.outcomes() == [("v1.0.0", "succeeded"), ("v1.1.0", "succeeded")]
    assert left.said["live"]["production"]["version"] == "v1.1.0"
    assert left.log("exit status 75") == 1
    assert left.log("has 0 of 1 approvals") == 2


def rollback(left: Left) -> None:
    first, second = "v1.0.0", "v1.1.0"
    ways = [(second, "succeeded"), (first, "succeeded")] * 2
    assert left.outcomes() == [(first, "succeeded"), (second, "rolled-back"), *ways]
    assert left.declared() == first == left.said["live"]["production"]["version"]


def rollback_in_folders(left: Left) -> None:
    first, second = "v1.0.0", "v1.1.0"
    ways = [(second, "succeeded"), (first, "succeeded")] * 2
    assert left.outcomes() == [(first, "succeeded"), (second, "rolled-back"), *ways]
    said = yaml.safe_load(left.origin.tree("main").read("models/visits/deploy/production.yaml") or b"")
    assert said["version"] == first
    assert {tag.name for tag in left.origin.tags()} == {f"visits@{first}", f"visits@{second}", f"churn@{first}"}


def tamper(left: Left) -> None:
    assert [tag.name for tag in left.origin.tags()] == ["visits@v1.0.0", "visits@v1.1.0"]
    assert left.origin.text("log", "-1", "--format=%s", "audit-log") == "Tidy up"
    assert "mallory" in json.dumps(left.records())
    assert left.said["live"]["production"]["version"] == "v1.0.0"


def race(left: Left) -> None:
    records = left.records()
    assert len(records) == 17 * 3 + 50 * 2
    intents = [each for each in records if each["event"] == "deploy.intent"]
    serials = [each["what"]["serial"] for each in intents if each["what"]["environment"] == "production"]
    assert serials == list(range(1, 51))


def race_in_folders(left: Left) -> None:
    race(left)
    assert {each["what"]["model"] for each in left.records()} == {"visits"}
    folders = [entry.path for entry in left.origin.tree("main").entries() if entry.path.endswith("model.yaml")]
    assert [*map(str, folders)] == ["models/churn/model.yaml", "models/visits/model.yaml"]


def many(left: Left) -> None:
    first = {f"visits-{number:02}@v1.0.0" for number in range(1, 13)}
    better = {f"visits-{number:02}@v1.1.0" for number in (1, 3, 4, 5)}
    assert {tag.name for tag in left.origin.tags()} == first | better
    stopped = [each["what"]["model"] for each in left.records() if each["event"] == "gate.outcome"]
    assert stopped == ["visits-02"]
    assert left.outcomes() == [("v1.1.0", "succeeded")]
    assert left.said["live"]["staging"]["version"] == "12 models"


def drift(left: Left) -> None:
    assert [each["event"] for each in left.records()].count("drift.observed") == 1
    assert [tag.name for tag in left.origin.tags()] == ["visits@v1.0.0", "visits@v1.0.1"]
    assert left.declared() == "v1.0.1" == left.said["live"]["production"]["version"]


def private_bucket(left: Left) -> None:
    assert left.outcomes() == [("v1.0.0", "succeeded"), ("v1.1.0", "succeeded")]
    assert left.log("Authenticated as assumedRoleId models-write:") == 2  # the two merges that train
    assert left.log("Not authorized to perform sts:AssumeRoleWithWebIdentity") == 1
    keys = json.loads((left.folder / "bucket" / "1" / "s3.json").read_text())["identities"]
    secrets = [key["secretKey"] for user in keys for key in user["credentials"]]
    logs = list((left.folder / "github" / left.repository / "actions/runs").glob("*/*.*"))
    assert not [log for log in logs if any(secret in log.read_text() for secret in (*secrets, "AWS_SESSION_TOKEN=ey"))]


def fork(left: Left) -> None:
    assert [tag.name for tag in left.origin.tags()] == ["visits@v1.0.0", "visits@v1.1.0"]
    # two merges write, two trials read, and what the stranger's workflows asked for they did not get
    assert [left.log(f"Authenticated as assumedRoleId models-{each}:") for each in ("write", "read")] == [2, 2]
    assert left.log("the secret is empty") == 1
    assert left.origin.resolve("refs/heads/taken") is None


def no_app(left: Left) -> None:
    assert left.outcomes() == [("v1.0.0", "succeeded")]
    assert [tag.name for tag in left.origin.tags()] == ["visits@v1.0.0", "visits@v1.0.1"]
    assert left.log("actions/create-github-app-token") == 0
    assert left.declared() == "v1.0.0"


def ray(left: Left) -> None:
    assert [tag.name for tag in left.origin.tags()] == ["visits@v1.0.0", "visits@v1.1.0"]
    assert left.log("train.run: fetches build/model from") == 3  # two merges and the pull request in between


def nightly(left: Left) -> None:
    first, worse, better = "v1.0.0", "v1.1.0", "v1.2.0"
    ways = [(first, "succeeded"), (worse, "rolled-back"), (better, "succeeded"), (first, "succeeded")]
    assert left.outcomes("nightly") == ways
    scores = sorted((left.folder / "lake/scores").glob("2*"))
    assert [_manifest(each)["version"] for each in scores] == [first] * 5
    for folder in scores:
        files = {path.name: path.read_bytes() for path in folder.iterdir()}
        manifest = json.loads(files.pop("_manifest.json"))
        named = [manifest["predictions"], *([manifest["refusals"]] if manifest["refusals"] else [])]
        assert {name: hashlib.sha256(content).hexdigest() for name, content in files.items()} == {
            each["name"]: each["sha256"] for each in named
        }
    scored = [each for each in left.records() if each["event"] == "score.outcome"]
    assert [each["what"]["version"] for each in scored if each["result"] == "succeeded"].count(better) == 1
    assert not [each for each in scored if each["result"] == "failed" and "evidence" in each]


def nightly_in_folders(left: Left) -> None:
    assert [tag.name for tag in left.origin.tags()] == ["churn@v1.0.0", "visits@v1.0.0", "visits@v1.1.0"]
    scored = [each for each in left.records() if each["event"] == "score.outcome" and each["result"] == "succeeded"]
    assert [each["what"]["model"] for each in scored].count("churn") == 1
    for model, nights in (("churn", 1), ("visits", 5)):
        scores = sorted((left.folder / "lake" / model / "scores").glob("2*"))
        assert [_manifest(each)["version"] for each in scores] == ["v1.0.0"] * nights


def _manifest(folder: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((folder / "_manifest.json").read_bytes())
    return found


LOOKS: dict[str, Callable[[Left], None]] = {
    "bad-canary": bad_canary,
    "stale-promotion": stale_promotion,
    "rollback": rollback,
    "rollback-in-folders": rollback_in_folders,
    "tamper": tamper,
    "race": race,
    "race-in-folders": race_in_folders,
    "many": many,
    "drift": drift,
    "private-bucket": private_bucket,
    "fork": fork,
    "no-app": no_app,
    "ray": ray,
    "nightly": nightly,
    "nightly-in-folders": nightly_in_folders,
}


@pytest.mark.parametrize("name", [name for name in SCENARIOS if name != "life"])
def test_it_ends_as_it_should(name: str, tmp_path: Path) -> None:
    folder, scenario = tmp_path / "rehearsal", scenario_of(name)
    command = [sys.executable, "-m", "mlops_spec", "rehearse", name, "--into", str(folder), "--format", "json"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{done.stdout[-3000:]}\n{done.stderr}"
    said = json.loads(done.stdout)

    assert [step["as_expected"] for step in said["steps"]] == [True] * len(scenario.scenes)
    LOOKS[name](Left(scenario.repository, folder, said))
    listed = subprocess.run(["ps", "-ww", "-eo", "args="], capture_output=True, text=True, check=True).stdout
    assert [line for line in listed.splitlines() if str(folder) in line] == []
