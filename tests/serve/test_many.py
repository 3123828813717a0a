"""One server has all models of an environment, within the memory that it may take."""

from __future__ import annotations

import json
import time
import urllib.request
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from prometheus_client.parser import text_string_to_metric_families

from mlops_spec.targets.live import Served
from mlops_spec.targets.local.serve.wanted import (
    Status,
    Wanted,
    forget_wanted,
    read_status,
    read_wanted,
    wanted_names,
    write_memory,
    write_wanted,
)

if TYPE_CHECKING:
    from conftest import Server

Ask = Callable[..., dict[str, Any]]
Packages = Callable[..., Served]
MODELS = ("churn", "credit", "fraud")


@pytest.fixture
def server(many: Server) -> Server:
    """A server without a model, whatever the test before left."""
    for name in wanted_names(many.folder):
        if name:
            forget_wanted(many.folder, name)
    write_memory(many.folder, None)
    until(lambda: "models" not in many.get("/version")[1])
    return many


def until(holds: Callable[[], bool], seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def want(server: Server, model: str, **changes: Any) -> Status:
    """Changes the wish for a model and waits until the server has seen to it."""
    before = read_wanted(server.folder, model) or Wanted(model)
    wanted = replace(before, generation=before.generation + 1, **changes)
    write_wanted(server.folder, wanted, model)

    def seen() -> Status | None:
        status = read_status(server.folder, model)
        return status if status is not None and status.generation == wanted.generation else None

    until(lambda: seen() is not None)
    found = seen()
    assert found is not None
    return found


def infer(server: Server, model: str, body: Any, version: str = "") -> tuple[int, Any]:
    return server.post(body, f"/v2/models/{model}{f'/versions/{version}' if version else ''}/infer")


def index(server: Server) -> list[dict[str, str]]:
    call = urllib.request.Request(f"{server.url}/v2/repository/index", data=b"{}", method="POST")
    found: list[dict[str, str]] = server.send(call)[1]
    return found


def metrics(server: Server) -> dict[tuple[str, str, str], float]:
    families = text_string_to_metric_families(server.get("/metrics")[1])
    samples = [sample for family in families for sample in family.samples]
    return {(each.name, each.labels.get("model", ""), each.labels.get("status", "")): each.value for each in samples}


def test_each_model_has_its_address_its_versions_and_its_canary(
    server: Server, packages: Packages, request_of: Ask
) -> None:
    one, two = packages("v1.0.0", model="churn", value=0.125), packages("v1.0.1", model="churn", value=0.25)
    other = packages("v7.0.0", model="credit", value=0.5)
    want(server, "churn", stable=one)
    want(server, "credit", stable=other)
    status = want(server, "churn", candidate=two, weight=50)
    assert {each.version: each.state for each in status.workers} == {"v1.0.0": "ready", "v1.0.1": "ready"}

    answered = [infer(server, "churn", request_of())[1] for _ in range(4)]
    assert [each["model_version"] for each in answered] == ["v1.0.0", "v1.0.1"] * 2
    assert {each["model_name"] for each in answered} == {"churn"}
    assert infer(server, "credit", request_of())[1]["outputs"][0]["data"] == [0.5]
    assert infer(server, "credit", request_of(), "v7.0.0")[0] == 200
    assert infer(server, "credit", request_of(), "v1.0.0") == (
        404,
        {"error": "version v1.0.0 of `credit` does not run here"},
    )
    assert infer(server, "other", request_of()) == (
        404,
        {"error": "there is no model `other` here; here are `churn`, `credit`"},
    )
    assert server.get("/v2/models/credit")[1]["versions"] == ["v7.0.0"]
    assert server.get("/v2/models/credit/ready") == (200, {"ready": True})
    said = server.get("/version")[1]
    assert {each["model"]: each["version"] for each in said["models"]} == {"churn": "v1.0.0", "credit": "v7.0.0"}
    assert server.get("/version?model=credit")[1]["version"] == "v7.0.0"
    assert server.get("/version?model=other")[1]["version"] is None
    assert [(each["name"], each["version"], each["state"]) for each in index(server)] == [
        ("churn", "v1.0.0", "READY"),
        ("churn", "v1.0.1", "READY"),
        ("credit", "v7.0.0", "READY"),
    ]
    counted = metrics(server)
    assert counted["mlops_requests_total", "credit", "200"] == 2

    want(server, "churn", candidate=None)
    assert infer(server, "churn", request_of())[1]["model_version"] == "v1.0.0"
    logged = [*(server.folder.parent / "models/credit/predictions").glob("predictions-*.jsonl")]
    until(lambda: len(logged[0].read_text().splitlines()) == 2)
    assert {json.loads(line)["version"] for line in logged[0].read_text().splitlines()} == {"v7.0.0"}


def test_what_is_asked_rarely_is_unloaded_and_comes_back(server: Server, packages: Packages, request_of: Ask) -> None:
    values = {model: number / 8 for number, model in enumerate(MODELS)}
    for model, value in values.items():
        want(server, model, stable=packages("v1.0.0-" + model, model=model, value=value))
        assert infer(server, model, request_of())[0] == 200
    until(lambda: metrics(server)["mlops_resident_bytes", MODELS[-1], ""] > 0)
    before = metrics(server)
    held = [before["mlops_resident_bytes", model, ""] for model in MODELS]
    allowed = int(before["mlops_memory_bytes", "", ""] - min(held) / 2)  # one too many

    write_memory(server.folder, allowed)
    until(lambda: metrics(server)["mlops_memory_bytes", "", ""] <= allowed)
    for _ in range(2):
        for model, value in values.items():
            status, said = infer(server, model, request_of())
            assert (status, said["outputs"][0]["data"]) == (200, [value])
            assert metrics(server)["mlops_memory_bytes", "", ""] <= allowed

    after = metrics(server)
    assert sum(after["mlops_unloads_total", model, ""] for model in MODELS) >= 3
    assert all(after["mlops_requests_total", model, "200"] == 3 for model in MODELS), "counts outlive the process"
    assert {each["state"] for each in index(server)} == {"READY", "UNAVAILABLE"}
    assert next(each["reason"] for each in index(server) if each["state"] == "UNAVAILABLE") == "unloaded"
    for model in MODELS:
        assert server.get(f"/v2/models/{model}/ready")[0] == 200
        assert server.get(f"/v2/models/{model}")[1]["inputs"]


def test_a_model_that_crashes_costs_the_others_nothing(server: Server, packages: Packages, request_of: Ask) -> None:
    want(server, "credit", stable=packages("v1.0.0", model="credit"))
    crash = "import os\ndef load(folder): os._exit(3)"
    want(server, "churn", stable=packages("v2.0.0", model="churn", code=crash))

    assert infer(server, "credit", request_of())[0] == 200
    assert server.get("/v2/models/churn/ready")[0] in {404, 503}
    assert server.get("/v2/health/ready") == (200, {"ready": True})
    (broken,) = [each for each in index(server) if each["name"] == "churn"]
    assert (broken["state"], broken["reason"]) == ("UNAVAILABLE", "the process ended")
    want(server, "churn", stable=None)
    forget_wanted(server.folder, "churn")
    until(lambda: [each["model"] for each in server.get("/version")[1].get("models", [])] == ["credit"])
    assert read_status(server.folder, "churn") is None
