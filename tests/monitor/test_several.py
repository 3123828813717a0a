"""One look at several models of a repository: each its own issue, one heartbeat, and a broken one holds up no other."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest

from mlops_spec import ledger
from mlops_spec.cli.monitor import monitor_command
from mlops_spec.errors import Exit, Failure
from mlops_spec.git import Update
from mlops_spec.platforms.github.api import GitHub, issues

from .conftest import DEPLOY, SPEC, START, World

if TYPE_CHECKING:
    from pathlib import Path


def of_model(name: str) -> dict[str, str]:
    files = {"model.yaml": SPEC, **DEPLOY}
    return {f"models/{name}/{path}": text.replace("model: churn", f"model: {name}") for path, text in files.items()}


def put_on_main(world: World, files: dict[str, str], *gone: str) -> None:
    main = world.git.commit_id("main")
    changed: dict[str, bytes | None] = {path: text.encode() for path, text in files.items()}
    tree = world.git.write_tree(main, changed | dict.fromkeys(gone))
    commit = world.git.write_commit(tree, parents=[main], message="Change", when=START)
    world.git.push(Update("refs/heads/main", commit, main))
    world.git.run("checkout", "--quiet", "-B", "main", commit)


@pytest.fixture
def two(world: World) -> World:
    put_on_main(world, of_model("churn") | of_model("fraud"), "model.yaml", *DEPLOY)
    return world


@pytest.fixture
def in_actions(two: World, monkeypatch: pytest.MonkeyPatch) -> GitHub:
    told = {"ACTIONS": "true", "TOKEN": "token", "REPOSITORY": "acme/churn", "API_URL": two.api}
    for name, value in told.items():
        monkeypatch.setenv(f"GITHUB_{name}", value)
    return GitHub("acme/churn", "token", two.api)


def run(folder: Path, capsys: pytest.CaptureFixture[str], *more: str) -> tuple[int, dict[str, Any]]:
    code = monitor_command.main(["-C", str(folder), "--format", "json", *more], standalone_mode=False)
    return code, json.loads(capsys.readouterr().out)


def found(answer: dict[str, Any]) -> dict[str, list[str]]:
    return {
        each["model"]: [finding for check in each["checks"] for finding in check["findings"]]
        for each in answer["models"]
    }


def test_each_model_has_its_own_issue_and_all_have_one_heartbeat(
    two: World, in_actions: GitHub, capsys: pytest.CaptureFixture[str]
) -> None:
    two.register("v1.0.0")
    wrong = "staging: the newest version is v1.0.0, but nothing is live by the ledger"
    for _ in range(2):
        code, answer = run(two.git.directory, capsys)
        assert (code, found(answer)) == (Exit.FINDINGS, {"churn": [wrong], "fraud": []})
    (issue,) = issues.labelled(in_actions, "mlops-monitor")
    assert issue.title == "churn: the monitor found something"
    assert {label.name for label in issue.labels} == {"mlops-monitor", "mlops-monitor/churn"}
    two.now = datetime.now(UTC)
    two.stage("v1.0.0", 1)
    assert run(two.git.directory, capsys)[0] == Exit.OK
    assert issues.labelled(in_actions, "mlops-monitor") == []
    beats = [record.why and record.why.text for record in ledger.read(two.git) if record.event == "monitor.heartbeat"]
    assert beats == ["1 findings in 2 models"] * 2 + ["0 findings in 2 models"]


def test_one_that_is_not_valid_is_named_and_the_others_go_on(
    two: World, in_actions: GitHub, capsys: pytest.CaptureFixture[str]
) -> None:
    put_on_main(two, {"models/fraud/model.yaml": "spec: 1\nmodel: fraud\ntask: guess\n"})
    code, answer = run(two.git.directory, capsys)
    assert code == Exit.USAGE
    assert found(answer)["churn"] == []
    assert "models/fraud/model.yaml" in found(answer)["fraud"][0]
    (issue,) = issues.labelled(in_actions, "mlops-monitor/fraud")
    assert issue.title == "fraud: the monitor found something"


def test_a_ledger_that_does_not_hold_is_told_once(
    two: World, in_actions: GitHub, capsys: pytest.CaptureFixture[str]
) -> None:
    two.register("v1.0.0")
    two.hub.origin.git.run("update-ref", "refs/tags/churn@v1.0.0", two.git.commit_id("main"))
    code, answer = run(two.git.directory, capsys)
    assert (code, answer["models"]) == (Exit.FINDINGS, [])
    assert [issue.title for issue in issues.labelled(in_actions, "mlops-monitor-ledger")] == [
        "acme/churn: the monitor found something"
    ]


def test_models_are_named_and_one_is_meant_in_its_folder(two: World, capsys: pytest.CaptureFixture[str]) -> None:
    root = two.git.directory
    assert list(found(run(root, capsys, "--model", "fraud")[1])) == ["fraud"]
    assert "models" not in run(root / "models/fraud", capsys)[1]
    with pytest.raises(Failure, match="main has no model frauds"):
        run(root, capsys, "--model", "frauds")


def test_it_says_how_many(two: World, capsys: pytest.CaptureFixture[str]) -> None:
    assert monitor_command.main(["-C", str(two.git.directory)], standalone_mode=False) == Exit.OK
    said = capsys.readouterr()
    assert said.err == "2 models\n"
    assert "\nchurn (models/churn)\nok  releases" in said.out
