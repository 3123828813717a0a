"""The prediction log has one line per answer, and never stands in the way."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

from mlops_spec.targets.live import Served
from mlops_spec.targets.local.serve.limits import Limits
from mlops_spec.targets.local.serve.log import PredictionLog
from mlops_spec.targets.local.serve.remote import Answer
from mlops_spec.targets.local.serve.router import Routed

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

BODY = b'{\n "inputs": [],\r\n "id": "a\\nb"}\n'


def routed(version: str = "v1.0.0") -> Routed:
    by: Any = SimpleNamespace(served=Served(version, "sha256:ab", ""))
    return Routed(Answer(200, b'{"outputs":[]}'), by, "stable", 0.0125)


def lines(folder: Path) -> list[dict[str, Any]]:
    text = "".join(file.read_text() for file in sorted(folder.iterdir()))
    return [json.loads(line) for line in text.splitlines()]


def test_a_line_holds_request_and_answer(tmp_path: Path) -> None:
    log = PredictionLog(lambda _: tmp_path / "log", Limits())
    log.add(BODY, routed())
    log.close()

    (line,) = lines(tmp_path / "log")
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", line.pop("time"))
    assert line == {
        "v": 1,
        "version": "v1.0.0",
        "digest": "sha256:ab",
        "role": "stable",
        "seconds": 0.0125,
        "request": {"inputs": [], "id": "a\nb"},
        "response": {"outputs": []},
    }


def test_only_its_owner_can_read_it(tmp_path: Path) -> None:
    log = PredictionLog(lambda _: tmp_path / "log", Limits())
    log.add(BODY, routed())
    log.close()

    assert [file.stat().st_mode & 0o777 for file in (tmp_path / "log").iterdir()] == [0o600]
    assert (tmp_path / "log").stat().st_mode & 0o777 == 0o700


def test_a_full_file_is_followed_by_a_new_one(tmp_path: Path) -> None:
    log = PredictionLog(lambda _: tmp_path, replace(Limits(), log_bytes=1))
    for number in range(3):
        log.add(BODY, routed(f"v{number}"))
        while log._waiting.qsize():
            pass
    log.close()

    assert len(list(tmp_path.iterdir())) >= 2
    assert [line["version"] for line in lines(tmp_path)] == ["v0", "v1", "v2"]


def test_when_too_many_wait_records_are_dropped_and_counted(tmp_path: Path) -> None:
    log = PredictionLog(lambda _: tmp_path, replace(Limits(), log_waiting=0))
    log.add(BODY, routed())
    log.close()

    assert log.dropped == 1
    assert lines(tmp_path) == []


def test_a_full_disk_drops_records_and_is_tried_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    full = True
    write = PredictionLog._write

    def sometimes(self: PredictionLog, model: str, data: bytes) -> None:
        if full:
            raise OSError(28, "No space left on device")
        write(self, model, data)

    monkeypatch.setattr(PredictionLog, "_write", sometimes)
    log = PredictionLog(lambda _: tmp_path, Limits())
    log.add(BODY, routed("v1"))
    while not log.dropped:
        pass
    full = False
    log.add(BODY, routed("v2"))
    log.close()

    assert log.dropped == 1
    assert [line["version"] for line in lines(tmp_path)] == ["v2"]
