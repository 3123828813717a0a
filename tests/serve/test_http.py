"""What can't be answered is refused in the protocol's one shape, and metrics keep their names."""

from __future__ import annotations

import asyncio
import http.client
import json
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from prometheus_client.parser import text_string_to_metric_families

from mlops_spec.package.input_contract import Bounds, InputContract
from mlops_spec.package.manifest import Tensor
from mlops_spec.targets.live import Served
from mlops_spec.targets.local.serve.front import Front
from mlops_spec.targets.local.serve.http import application
from mlops_spec.targets.local.serve.limits import Limits

if TYPE_CHECKING:
    from pathlib import Path

    from conftest import Server

Ask = Callable[..., dict[str, Any]]
Packages = Callable[..., Served]
INFER = "/v2/models/demo/infer"


def changed(request: dict[str, Any], **change: Any) -> bytes:
    """The request with another first input."""
    first, *others = request["inputs"]
    return json.dumps({"inputs": [first | change, *others]}).encode()


def bad_bodies(good: dict[str, Any]) -> dict[str, tuple[bytes, str]]:
    whole = json.dumps(good)
    doubled = json.dumps({"inputs": [*good["inputs"], good["inputs"][0]]})
    return {
        "nothing": (b"", "the body is not JSON"),
        "no JSON": (b"age=40", "the body is not JSON"),
        "no object": (b"[]", "the body must be an object"),
        "no inputs": (b"{}", "inputs: a list of tensors is missing"),
        "no UTF-8": (b'{"inputs": "\xff"}', "the body is not UTF-8, at byte 12"),
        "nested without end": (b"[" * 100_000, "the body nests too deep"),
        "NaN": (whole.replace("2.5", "NaN").encode(), "the body holds NaN, which is no JSON"),
        "infinity": (whole.replace("2.5", "1e999").encode(), "inputs[1].data[0]: `limit` must be a number"),
        "another datatype": (changed(good, datatype="FP64"), "inputs[0].datatype: `age` is INT64, not 'FP64'"),
        "no datatype": (changed(good, datatype=None), "inputs[0].datatype: `age` is INT64"),
        "another type": (changed(good, data=["x"]), 'inputs[0].data[0]: `age` must be an integer, not "x"'),
        "another shape": (changed(good, shape=[2]), "inputs[0].shape: `age` has shape [2] but 1 values"),
        "another length": (changed(good, shape=[2], data=[1, 2]), "inputs[1].shape: `limit` has 1 rows"),
        "no rows": (changed(good, shape=[0], data=[]), "inputs[0].shape: `age` has no rows"),
        "an unknown input": (changed(good, name="aeg"), "the model has no input 'aeg'; did you mean `age`?"),
        "an input twice": (doubled.encode(), "inputs[4].name: `age` stands twice"),
    }


def send(server: Server, method: str, path: str, body: bytes = b"") -> tuple[int, str, Any]:
    """Status, content type and JSON of one answer."""
    connection = http.client.HTTPConnection(server.url.removeprefix("http://"), timeout=30)
    try:
        connection.request(method, path, body=body)
        answer = connection.getresponse()
        return answer.status, answer.headers["content-type"], json.loads(answer.read())
    finally:
        connection.close()


def test_a_bad_request_is_a_400_with_an_error_and_hurts_no_other(
    server: Server, packages: Packages, request_of: Ask
) -> None:
    server.want(stable=packages("v1.0.0"))

    for name, (body, message) in bad_bodies(request_of()).items():
        status, kind, said = send(server, "POST", INFER, body)
        assert (status, kind, list(said)) == (400, "application/json", ["error"]), name
        assert message in said["error"], name

    assert server.post(request_of())[0] == 200


DAYS = (
    Tensor(name="day", datatype="BYTES", shape=(-1,), timestamp=True),
    Tensor(name="store", datatype="BYTES", shape=(-1,)),
    Tensor(name="a week ago", datatype="FP64", shape=(-1,)),
)
# What a forecast sees of a row: its moment in UTC, its series, and a lag, which may be missing.
BY_HOUR = """
def load(folder):
    more = {"a": 0.0, "b": 0.5}
    return lambda rows: (
        rows["day"].dt.hour / 100 + rows["store"].map(more) + rows["a week ago"].fillna(0.01)
    ).to_numpy()
"""


def test_rows_of_series_are_answered_by_their_time_and_wrong_times_refused(server: Server, packages: Packages) -> None:
    """A day without an offset is one of UTC, and beside a time that has an offset nobody knows which is first."""
    server.want(stable=packages("v1.0.0", code=BY_HOUR, inputs=DAYS))

    def ask(*days: str | None) -> tuple[int, Any]:
        values = (days, ["a", "b"], [0.25, None])
        return server.post(
            {
                "inputs": [
                    {"name": tensor.name, "datatype": tensor.datatype, "shape": [2], "data": data}
                    for tensor, data in zip(DAYS, values, strict=True)
                ]
            }
        )

    for days, told in {
        ("2024-03-06", "2024-03-07"): [0.25, 0.51],
        ("2024-03-06", "2024-03-06T05:30"): [0.25, 0.56],
        ("2024-03-06T01:00+01:00", "2024-03-06T23:00:00-08:00"): [0.25, 0.58],
    }.items():
        status, said = ask(*days)
        assert status == 200, said
        assert said["outputs"][0]["data"] == pytest.approx(told), days
    for days, reason in {
        ("2024-03-06", "2024-03-06T00:00Z"): "inputs[0].data[0]: `day` has no offset from UTC where other rows have",
        ("2024-03-06", "2024-02-30"): "inputs[0].data[1]: `day` must be a time of ISO 8601",
        ("06.03.2024", "2024-03-06"): "inputs[0].data[0]: `day` must be a time of ISO 8601",
    }.items():
        status, said = ask(*days)
        assert status == 400, days
        assert reason in said["error"], days


# The values of three quantiles, which cross where a row's lag is below 0.
BY_QUANTILE = """
import numpy
def load(folder):
    def predict(rows):
        middle = rows["a week ago"].to_numpy()
        return numpy.column_stack([middle - 1, middle, middle * 3])
    return predict
"""


def test_a_forecast_by_quantiles_is_answered_row_by_row_and_none_that_cross(server: Server, packages: Packages) -> None:
    names, inputs = ("q0.1", "q0.5", "q0.9"), (DAYS[2],)
    server.want(stable=packages("v1.0.0", task="forecasting", classes=names, code=BY_QUANTILE, inputs=inputs))

    def ask(*lags: float) -> tuple[int, Any]:
        return server.post({"inputs": [{"name": "a week ago", "datatype": "FP64", "shape": [len(lags)], "data": lags}]})

    status, said = ask(2.0, 10.0)
    assert status == 200, said
    (output,) = said["outputs"]
    assert (output["name"], output["datatype"], output["shape"]) == ("forecast", "FP64", [2, 3])
    assert output["data"] == pytest.approx([1.0, 2.0, 6.0, 9.0, 10.0, 30.0])
    status, said = ask(2.0, -1.0)
    assert status == 500
    assert "the quantiles of row 1 cross" in said["error"]


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("POST", "/v2/models/other/infer", 404),
        ("POST", "/v2/models/demo/versions/v9/infer", 404),
        ("GET", "/v2/models/other", 404),
        ("GET", "/v2/models/other/ready", 404),
        ("GET", "/v2/models/demo/versions/v9/ready", 404),
        ("GET", "/v2/models/%00/ready", 404),
        ("GET", "/nothing", 404),
        ("PUT", "/version", 405),
    ],
)
def test_what_is_not_there_is_an_error_too(
    server: Server, packages: Packages, request_of: Ask, method: str, path: str, status: int
) -> None:
    server.want(stable=packages("v1.0.0"))

    found, kind, said = send(server, method, path, json.dumps(request_of()).encode())

    assert (found, kind, list(said)) == (status, "application/json", ["error"])
    assert said["error"]


def test_metrics_have_their_names_and_read_as_prometheus_does(
    server: Server, packages: Packages, request_of: Ask
) -> None:
    server.want(stable=packages("v1.0.0", value=0.3))
    server.post(request_of())
    server.post(b"{}")

    families = {family.name: family for family in text_string_to_metric_families(server.get("/metrics")[1])}

    assert {name: family.type for name, family in families.items()} == {
        "mlops_requests": "counter",
        "mlops_latency_seconds": "histogram",
        "mlops_scores": "histogram",
        "mlops_waiting_requests": "gauge",
        "mlops_contract_violations": "counter",
        "mlops_loads": "counter",
        "mlops_unloads": "counter",
        "mlops_load_seconds": "counter",
        "mlops_resident_bytes": "gauge",
        "mlops_memory_bytes": "gauge",
        "mlops_memory_allowed_bytes": "gauge",
        "mlops_log_dropped": "counter",
    }
    statuses = {sample.labels["status"]: sample.value for sample in families["mlops_requests"].samples}
    assert statuses == {"200": 1.0, "400": 1.0}
    buckets = {
        sample.labels["le"]: sample.value
        for sample in families["mlops_scores"].samples
        if sample.name == "mlops_scores_bucket"
    }
    assert list(buckets) == ["0.1", "0.2", "0.3", "0.4", "0.5", "0.6", "0.7", "0.8", "0.9", "1", "+Inf"]
    assert [buckets[edge] for edge in ("0.2", "0.3", "+Inf")] == [0.0, 1.0, 1.0], "a bucket holds its upper edge"


@pytest.mark.parametrize(("answer", "status"), [("flag", 200), ("reject", 422)])
def test_rows_outside_the_contract_are_counted_by_input(
    server: Server, packages: Packages, request_of: Ask, row: dict[str, Any], answer: Any, status: int
) -> None:
    columns = {"age": Bounds(min=18, max=120), "education": Bounds(values=("school", "university"))}
    server.want(stable=packages("v1.0.0", contract=InputContract(answer=answer, columns=columns)))

    assert server.post(request_of(row))[0] == 200
    found, said = server.post(request_of(row | {"age": 500}, row | {"age": 3, "education": "none"}, row))

    assert found == status
    assert '"age"' in json.dumps(said) or "`age`" in said["error"]
    families = {family.name: family for family in text_string_to_metric_families(server.get("/metrics")[1])}
    counted = {each.labels["input"]: each.value for each in families["mlops_contract_violations"].samples}
    assert counted == {"age": 2.0, "education": 1.0}


@pytest.mark.parametrize(
    ("messages", "status", "message"),
    [
        ([{"type": "http.request", "body": b"{", "more_body": True}], 408, "did not arrive within 0.05 s"),
        ([{"type": "http.disconnect"}], 400, "the client went away"),
        ([{"type": "http.request", "body": b"x" * 65}], 413, "larger than 64 bytes"),
        ([{"type": "http.request", "body": b"x" * 40, "more_body": True}] * 2, 413, "larger than 64 bytes"),
    ],
    ids=["too slow", "gone", "too large", "too large in parts"],
)
def test_a_body_that_never_comes_whole_is_refused(
    tmp_path: Path, messages: list[Any], status: int, message: str
) -> None:
    sent: list[Any] = []
    coming = iter(messages)

    async def receive() -> Any:
        try:
            return next(coming)
        except StopIteration:
            await asyncio.sleep(3600)

    async def send(message: Any) -> None:
        sent.append(message)

    async def ask() -> None:
        app = application(Front(tmp_path, "", replace(Limits(), body_bytes=64, body_seconds=0.05), None))
        await app({"type": "http", "method": "POST", "path": INFER, "headers": []}, receive, send)

    asyncio.run(ask())

    start, body = sent
    assert start["status"] == status
    assert message in json.loads(body["body"])["error"]
