"""The agent's folder on a bad host: each way it can be wrong is one refusal, before anything is claimed."""

from __future__ import annotations

import errno
import os
from typing import TYPE_CHECKING, Any

import pytest

from mlops_spec.deploy.agent import Agent
from mlops_spec.deploy.place import prepared
from mlops_spec.errors import Exit, Failure

if TYPE_CHECKING:
    from pathlib import Path

    from .conftest import World


def refused(state: Path, said: str) -> None:
    with pytest.raises(Failure, match=said) as caught:
        prepared(state)
    assert caught.value.exit_code == Exit.CONFIG
    assert caught.value.remedy


def test_a_folder_of_its_own_is_made_once(tmp_path: Path) -> None:
    assert prepared(tmp_path / "a/state") == prepared(tmp_path / "a/state")
    assert (tmp_path / "a/state").stat().st_mode & 0o077 == 0


def test_a_file_is_no_folder(tmp_path: Path) -> None:
    (tmp_path / "state").write_text("mine")

    refused(tmp_path / "state", "is not a folder")
    assert (tmp_path / "state").read_text() == "mine"


def test_a_folder_of_another_user(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: tmp_path.stat().st_uid + 1)

    refused(tmp_path, "belongs to user")


def test_a_folder_that_others_may_write_to(tmp_path: Path) -> None:
    tmp_path.chmod(0o770)

    refused(tmp_path, "others may write")


@pytest.mark.parametrize("form", ["3", "999999999999", "new", "", "²"])
def test_a_folder_of_a_newer_version_is_left_as_it_is(tmp_path: Path, form: str) -> None:
    (tmp_path / "form").write_text(form)

    refused(tmp_path, "newer mlops-spec")
    assert [path.name for path in tmp_path.iterdir()] == ["form"]


def test_a_form_of_any_length_is_not_read_whole(tmp_path: Path) -> None:
    with (tmp_path / "form").open("wb") as file:
        file.truncate(2**40)

    refused(tmp_path, "newer mlops-spec")


def test_a_folder_of_other_things_is_left_as_it_is(tmp_path: Path) -> None:
    (tmp_path / "passwd").touch()

    refused(tmp_path, "is no agent's folder: it holds passwd")
    assert [path.name for path in tmp_path.iterdir()] == ["passwd"]
    (tmp_path / "passwd").rename(tmp_path / "lost+found")
    assert prepared(tmp_path)


def test_a_folder_of_before_there_were_forms_goes_on(tmp_path: Path) -> None:
    (tmp_path / "agent.json").write_text("{}")

    prepared(tmp_path)

    assert (tmp_path / "form").read_text() == "1\n"


def test_a_second_agent_is_refused_by_name_of_the_first(world: World) -> None:
    first = world.agent()
    with pytest.raises(Failure, match=f"has an agent already, by process {os.getpid()}") as caught:
        world.agent()
    first.close()
    assert caught.value.exit_code == Exit.STALE


def test_a_full_disk_in_a_pass_is_told_as_what_it_is(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    agent = world.agent()

    def full(*_: Any, **__: Any) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), "/var/lib/x")

    monkeypatch.setattr(Agent, "_pass", full)
    monkeypatch.setattr("mlops_spec.deploy.heartbeat.write_atomic", full)

    with pytest.raises(Failure, match="/var/lib/x: No space left on device") as caught:
        agent.one_pass()
    agent.close()
    assert caught.value.exit_code == Exit.IO
