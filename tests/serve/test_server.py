"""The server speaks the Open Inference Protocol and says which version answered."""

from __future__ import annotations

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from mlops_spec.targets.live import Served

if TYPE_CHECKING:
    from conftest import Server

Ask = Callable[..., dict[str, Any]]
Packages = Callable[..., Served]
INFER = "/v2/models/demo/infer"


def test_the_protocol(server: Server, packages: Packages, request_of: Ask) -> None:
    one = packages("v1.0.0", value=0.25)
    server.want(stable=one)

    status, said = server.post(request_of(id="a"))
    metadata = server.get("/v2/models/demo")[1]

    assert status == 200
    assert said == {
        "model_name": "demo",
        "model_version": "v1.0.0",
        "id": "a",
        "outputs": [
            {
                "name": "probability",
                "datatype": "FP64",
                "shape": [1],
                "data": [0.25],
                "parameters": {"classes": [0, 1]},
            }
        ],
    }
    assert server.post(request_of(), "/v2/models/demo/versions/v1.0.0/infer")[0] == 200
    assert server.get("/v2/health/live") == (200, {"live": True})
    assert server.get("/v2/health/ready") == (200, {"ready": True})
    assert server.get("/v2/models/demo/ready") == (200, {"ready": True})
    assert server.get("/v2/models/demo/versions/v1.0.0/ready") == (200, {"ready": True})
    assert server.get("/v2")[1]["name"] == "mlops-spec"
    assert (metadata["name"], metadata["versions"], metadata["platform"]) == ("demo", ["v1.0.0"], "custom")
    assert metadata["inputs"][0] == {"name": "age", "datatype": "INT64", "shape": [-1]}
    assert server.get("/version")[1] | {"agent_seen": None} == {
        "model": "demo",
        "version": "v1.0.0",
        "digest": one.digest,
        "candidate": None,
        "weight": 0,
        "agent_seen": None,
    }


def test_without_a_version_it_lives_and_is_not_ready(server: Server) -> None:
    assert server.get("/v2/health/live") == (200, {"live": True})
    assert server.get("/v2/health/ready") == (503, {"ready": False})
    assert server.get("/version")[1]["version"] is None


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("/v2/models/other/infer", "there is no model `other` here; this is `demo`"),
        ("/v2/models/demo/versions/v9/infer", "version v9 of `demo` does not run here"),
        ("/v2/models/demo", "POST /v2/models/demo: Method Not Allowed"),
    ],
)
def test_what_is_not_there(server: Server, packages: Packages, request_of: Ask, path: str, message: str) -> None:
    server.want(stable=packages("v1.0.0"))

    status, said = server.post(request_of(), path)

    assert (status in {404, 405}, said) == (True, {"error": message})


def test_pages_that_are_not_there(server: Server) -> None:
    assert server.get("/nothing") == (404, {"error": "GET /nothing: there is no such page"})
    assert server.get("/v2/models/x")[0] == 404


def test_bad_requests_name_the_field(server: Server, packages: Packages, request_of: Ask, row: dict[str, Any]) -> None:
    server.want(stable=packages("v1.0.0"))

    wrong = {
        b"{": "the body is not JSON: Expecting property name",
        json.dumps(request_of({k: v for k, v in row.items() if k != "age"})).encode(): "inputs: missing `age`",
        json.dumps(request_of(row | {"age": "x"})).encode(): 'inputs[0].data[0]: `age` must be an integer, not "x"',
        json.dumps(request_of()).replace("2.5", "NaN").encode(): "the body holds NaN",
    }
    answers = {body: server.post(body) for body in wrong}

    assert {status for status, _ in answers.values()} == {400}
    assert [said["error"][:18] for _, said in answers.values()] == [message[:18] for message in wrong.values()]
    assert server.post(request_of())[0] == 200, "a bad request hurts no other"


def test_a_body_that_is_too_large_is_refused_unread(server: Server, packages: Packages, request_of: Ask) -> None:
    server.want(stable=packages("v1.0.0"))
    host, _, port = server.url.removeprefix("http://").rpartition(":")
    connection = http.client.HTTPConnection(host, int(port), timeout=10)
    connection.putrequest("POST", INFER)
    connection.putheader("Content-Length", str(10**9))
    connection.endheaders()

    answer = connection.getresponse()

    assert (answer.status, "larger than 8,388,608 bytes" in json.loads(answer.read())["error"]) == (413, True)
    connection.close()
    chunked = http.client.HTTPConnection(host, int(port), timeout=10)
    chunked.request("POST", INFER, body=(b"x" * 2**20 for _ in range(9)), encode_chunked=True)
    assert chunked.getresponse().status == 413
    chunked.close()
    assert server.post(request_of())[0] == 200


def test_metrics_tell_versions_apart(server: Server, packages: Packages, request_of: Ask) -> None:
    server.want(stable=packages("v1.0.0", value=0.15), candidate=packages("v2.0.0", value=0.85), weight=50)
    for _ in range(4):
        server.post(request_of())
    server.post(b"{}")

    text = server.get("/metrics")[1]

    assert 'mlops_requests_total{model="demo",status="200",version="v1.0.0"} 2.0' in text
    assert 'mlops_requests_total{model="demo",status="200",version="v2.0.0"} 2.0' in text
    assert 'mlops_latency_seconds_bucket{le="+Inf",model="demo",version="v2.0.0"} 2.0' in text
    assert 'mlops_scores_bucket{le="0.8",model="demo",version="v2.0.0"} 0.0' in text
    assert 'mlops_scores_bucket{le="0.9",model="demo",version="v2.0.0"} 2.0' in text
    assert "mlops_log_dropped_total 0.0" in text


def test_a_canary_gets_its_share_until_it_expires(server: Server, packages: Packages, request_of: Ask) -> None:
    one, two = packages("v1.0.0", value=0.1), packages("v2.0.0", value=0.2)
    status = server.want(stable=one, candidate=two, weight=20, expires=time.time() + 3600)
    versions = [server.post(request_of())[1]["model_version"] for _ in range(20)]

    assert versions.count("v2.0.0") == 4
    assert (status.stable, status.candidate, status.weight) == (one.digest, two.digest, 20)
    after = server.want(expires=time.time() - 1)
    versions = [server.post(request_of())[1]["model_version"] for _ in range(20)]
    assert (after.weight, set(versions)) == (0, {"v1.0.0"})


def test_the_prediction_log(server: Server, packages: Packages, request_of: Ask) -> None:
    server.want(stable=packages("v1.0.0", value=0.5))
    server.post(request_of(id="to be found"))
    server.post(b"{}")
    folder = server.folder.parent / "predictions"
    time.sleep(0.2)

    lines = [json.loads(line) for file in sorted(folder.iterdir()) for line in file.read_text().splitlines()]

    assert lines[-1]["request"] == request_of(id="to be found")
    assert lines[-1]["response"]["outputs"][0]["data"] == [0.5]
    assert (lines[-1]["version"], lines[-1]["role"]) == ("v1.0.0", "stable")


def test_a_stable_version_that_dies_starts_again(server: Server, packages: Packages, request_of: Ask) -> None:
    status = server.want(stable=packages("v1.0.0", value=0.5))
    (worker,) = status.workers
    assert worker.pid is not None

    os.kill(worker.pid, signal.SIGKILL)
    answers = [server.post(request_of()) for _ in range(3)]

    # The kill may meet the first request under way; every other one waits for the new process.
    assert [status for status, _ in answers[1:]] == [200, 200]
    assert answers[0][0] in {200, 503}
    assert server.wait(lambda status: bool(status.workers) and status.workers[0].pid not in {None, worker.pid})


def test_a_package_that_was_changed_is_not_loaded(server: Server, packages: Packages) -> None:
    one = packages("v1.0.0")
    (Path(one.package) / "model/value").write_text("0.9")

    status = server.want(stable=one)

    assert status.stable is None
    assert status.workers[0].state == "failed"
    assert "model/value" in status.workers[0].reason


def test_a_wish_that_can_not_be_read_changes_nothing(server: Server, packages: Packages, request_of: Ask) -> None:
    server.want(stable=packages("v1.0.0"))
    wish = (server.folder / "wanted.json").read_bytes()

    (server.folder / "wanted.json").write_bytes(b"{")
    time.sleep(0.2)
    status = server.post(request_of())[0]
    (server.folder / "wanted.json").write_bytes(wish)

    assert status == 200


def test_its_folder_has_one_server(server: Server) -> None:
    command = ("serve", "--state", str(server.folder.parent), "--listen", "127.0.0.1:0")
    second = subprocess.run([sys.executable, "-m", "mlops_spec", *command], capture_output=True, text=True, check=False)

    assert second.returncode == 75
    assert f"is served already, by process {server.process.pid}" in second.stderr


def test_a_port_that_is_taken(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        listen = f"127.0.0.1:{taken.getsockname()[1]}"
        command = ("serve", "--state", str(tmp_path), "--listen", listen)
        result = subprocess.run(
            [sys.executable, "-m", "mlops_spec", *command], capture_output=True, text=True, check=False
        )

    assert result.returncode == 78
    assert f"can't listen at {listen}: another process does" in result.stderr
    assert "Traceback" not in result.stderr


@pytest.mark.parametrize("listen", ["nowhere", "127.0.0.1:99999", ":80", "256.1.1.1:80"])
def test_no_address(tmp_path: Path, listen: str) -> None:
    command = ("serve", "--state", str(tmp_path), "--listen", listen)
    result = subprocess.run([sys.executable, "-m", "mlops_spec", *command], capture_output=True, text=True, check=False)

    assert (result.returncode, "Traceback" in result.stderr) == (78, False)


def test_serve_one_package(packages: Packages, request_of: Ask) -> None:
    one = packages("build", value=0.75)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        listen = f"127.0.0.1:{probe.getsockname()[1]}"
    command = [sys.executable, "-m", "mlops_spec", "serve", one.package, "--listen", listen]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        try:
            said = process.stderr.readline()
            connection = _connected(listen)
            connection.request("POST", INFER, body=json.dumps(request_of()))
            answer = json.loads(connection.getresponse().read())
            connection.close()
        finally:
            process.terminate()
            assert process.wait(30) in {0, -signal.SIGTERM}

    assert said == f"serving demo at http://{listen}/v2/models/demo\n"
    assert answer["outputs"][0]["data"] == [0.75]


@pytest.mark.parametrize(
    ("arguments", "code"), [([], 2), (["nowhere"], 78), (["x", "--state", "y"], 2), (["x", "--memory", "lots"], 2)]
)
def test_serve_says_what_it_needs(arguments: list[str], code: int) -> None:
    result = subprocess.run(
        [sys.executable, "-m", "mlops_spec", "serve", *arguments], capture_output=True, text=True, check=False
    )

    assert (result.returncode, "Traceback" in result.stderr) == (code, False)


def _connected(listen: str) -> http.client.HTTPConnection:
    host, _, port = listen.rpartition(":")
    deadline = time.monotonic() + 30
    while True:
        connection = http.client.HTTPConnection(host, int(port), timeout=30)
        try:
            connection.connect()
        except ConnectionRefusedError:
            assert time.monotonic() < deadline
            time.sleep(0.05)
        else:
            return connection
