"""What the monitor sees in a real remote, and what it makes of it."""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest

from mlops_spec import ledger
from mlops_spec.cli.monitor import monitor_command
from mlops_spec.errors import Exit, Failure
from mlops_spec.git import Update
from mlops_spec.lint.load import load_spec
from mlops_spec.monitor.asked import check_asked
from mlops_spec.monitor.check import Check
from mlops_spec.monitor.data import check_data
from mlops_spec.monitor.data_here import check_data_here
from mlops_spec.monitor.on_rows import OnRows
from mlops_spec.platforms.github.api import GitHub, issues

from .conftest import DEPLOY, DIGEST, SPEC, START, World

if TYPE_CHECKING:
    from pathlib import Path

READERS = OnRows(check_data, check_asked)


def test_nothing_yet_is_well(world: World) -> None:
    assert world.findings() == {"ledger": (), "releases": (), "intents": (), "live": ()}


def test_what_is_registered_must_be_live(world: World) -> None:
    world.register("v1.0.0")
    assert world.findings()["live"] == ("staging: the newest version is v1.0.0, but nothing is live by the ledger",)
    world.stage("v1.0.0", 1, None)
    assert world.findings()["live"] == ()


def test_a_failed_rollout_stays_a_finding(world: World) -> None:
    world.register("v1.0.0")
    world.stage("v1.0.0", 1)
    assert world.findings()["live"] == ()
    world.register("v1.1.0")
    world.stage("v1.1.0", 2, "rolled-back")
    assert world.findings()["live"] == ("staging: the newest version is v1.1.0, but v1.0.0 is live by the ledger",)


def test_an_intent_that_nobody_answers(world: World) -> None:
    world.register("v1.0.0")
    world.stage("v1.0.0", 1, None)
    assert world.findings(hours=2)["intents"] == ()
    assert world.findings(hours=3, seconds=1)["intents"] == ("staging: intent 1 (v1.0.0) has been open for 3 h",)


def test_what_main_declares_must_be_live(world: World) -> None:
    world.register("v1.0.0")
    world.stage("v1.0.0", 1)
    said = (
        DEPLOY["deploy/production.yaml"]
        .replace("version: null", "version: v1.0.0")
        .replace("serial: 0", "serial: 1", 1)
    )
    files = {"deploy/production.yaml": said.replace("\ndigest: null", f"\ndigest: {DIGEST}").encode()}
    main = world.git.commit_id("main")
    commit = world.git.write_commit(world.git.write_tree(main, files), parents=[main], message="Declare", when=START)
    world.git.push(Update("refs/heads/main", commit, main))
    assert world.findings()["live"] == ("production: main declares v1.0.0, but nothing is live by the ledger",)


def test_a_moved_tag_ends_the_check(world: World) -> None:
    world.register("v1.0.0")
    world.hub.origin.git.run("update-ref", "refs/tags/churn@v1.0.0", world.git.commit_id("main"))
    findings = world.findings()
    assert list(findings) == ["ledger"]
    assert "tag churn@v1.0.0 was moved" in findings["ledger"][0]


def test_a_rewritten_ledger_is_a_finding_and_a_dead_remote_a_failure(world: World) -> None:
    world.register("v1.0.0")
    world.hub.origin.git.run("update-ref", "-d", "refs/heads/audit-log")
    assert "is gone" in world.findings()["ledger"][0]
    world.hub.origin.path.rename(world.hub.origin.path.with_name("gone"))
    with pytest.raises(Failure) as raised:
        world.findings()
    assert raised.value.exit_code == Exit.UNAVAILABLE


def run(world: World, capsys: pytest.CaptureFixture[str]) -> tuple[int, dict[str, Any]]:
    arguments = ["-C", str(world.git.directory), "--format", "json"]
    code = monitor_command.main(arguments, standalone_mode=False)
    return code, json.loads(capsys.readouterr().out)


def test_locally_it_only_tells(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    world.register("v1.0.0")
    code, answer = run(world, capsys)
    assert (code, answer["ok"]) == (Exit.FINDINGS, False)
    assert [check["name"] for check in answer["checks"]] == ["ledger", "releases", "intents", "live", "data", "log"]
    assert len(ledger.read(world.git)) == 1


def test_in_actions_one_issue_tracks_it(
    world: World, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name, value in {
        "GITHUB_ACTIONS": "true",
        "GITHUB_TOKEN": "token",
        "GITHUB_REPOSITORY": "acme/churn",
        "GITHUB_API_URL": world.api,
    }.items():
        monkeypatch.setenv(name, value)
    github = GitHub("acme/churn", "token", world.api)
    world.register("v1.0.0")
    for _ in range(3):
        assert run(world, capsys)[0] == Exit.FINDINGS
    (issue,) = issues.labelled(github, "mlops-monitor")
    assert "`staging: the newest version is v1.0.0, but nothing is live by the ledger`" in (issue.body or "")

    world.now = datetime.now(UTC)
    world.stage("v1.0.0", 1)
    assert run(world, capsys)[0] == Exit.OK
    assert issues.labelled(github, "mlops-monitor") == []
    beats = [record for record in ledger.read(world.git) if record.event == "monitor.heartbeat"]
    assert [beat.why and beat.why.text for beat in beats] == ["1 findings"] * 3 + ["0 findings"]


def test_the_data_keep_their_contract(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    data = world.git.directory / "data" / "churn.csv"
    data.parent.mkdir()
    data.write_text("id,age,left\n1,30,0.5\n2,40,0.7\n")
    assert run(world, capsys)[0] == Exit.OK
    data.write_text("id,age,left\n1,30,0.5\n")
    code, answer = run(world, capsys)
    assert code == Exit.FINDINGS
    assert any("rows" in finding for finding in answer["checks"][4]["findings"])


@pytest.mark.parametrize("there", [True, False])
def test_a_job_of_github_fetches_the_data_that_it_checks(there: bool, tmp_path: Path) -> None:
    """Else it says that it checked none, and why."""
    root, content = tmp_path / "root", b"id,left\n1,0.5\n2,0.7\n"
    md5 = hashlib.md5(content, usedforsecurity=False).hexdigest()
    files = {
        "root/model.yaml": SPEC,
        "root/.dvc/config": f"[core]\nno_scm = true\nremote = s\n['remote \"s\"']\nurl = {tmp_path}/remote\n",
        "root/data/churn.csv.dvc": f"outs:\n- md5: {md5}\n  size: {len(content)}\n  hash: md5\n  path: churn.csv\n",
        f"remote/files/md5/{md5[:2]}/{md5[2:] if there else 'other'}": content.decode(),
    }
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")

    (check,) = check_data_here(root, load_spec(root / "model.yaml"), lambda: READERS, fetching=True)

    assert (check.told == "2 rows of data/churn.csv") == there
    assert ("not checked" in check.told) != there
    assert check.findings == ()


def test_without_pandas_data_that_are_here_are_not_called_fine(tmp_path: Path) -> None:
    (tmp_path / "model.yaml").write_text(SPEC, encoding="utf-8")
    (tmp_path / "data").mkdir()
    (tmp_path / "data/churn.csv").write_text("", encoding="utf-8")

    (check,) = check_data_here(tmp_path, load_spec(tmp_path / "model.yaml"), lambda: None, fetching=False)

    assert check == Check("data", told="pandas is not installed: not checked")
