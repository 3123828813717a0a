"""Packages to serve, made on the spot, and a server in a process of its own."""

from __future__ import annotations

import hashlib
import json
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import pytest

from mlops_spec.package.input_contract import NAME, InputContract, contract_bytes
from mlops_spec.package.manifest import Data, Manifest, PackagedFile, Signature, Tensor, manifest_bytes
from mlops_spec.package.on_disk import digest
from mlops_spec.pipeline.signature import output_of
from mlops_spec.spec.tasks import TASKS
from mlops_spec.targets.live import Served
from mlops_spec.targets.local.serve.wanted import Status, Wanted, read_status, read_wanted, write_wanted

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from mlops_spec.spec.tasks import TaskName

INPUTS = (
    Tensor(name="age", datatype="INT64", shape=(-1,)),
    Tensor(name="limit", datatype="FP64", shape=(-1,)),
    Tensor(name="education", datatype="BYTES", shape=(-1,)),
    Tensor(name="married", datatype="BOOL", shape=(-1,)),
)
ROW: dict[str, Any] = {"age": 40, "limit": 2.5, "education": "university", "married": True}
DATATYPES = {tensor.name: tensor.datatype for tensor in INPUTS}

# A model that says its own constant, so that an answer tells which version gave it.
CONSTANT = """
import numpy
def load(folder):
    value = float((folder / "value").read_text())
    return lambda frame: numpy.full(len(frame), value)
"""


def ask(*rows: dict[str, Any], **extra: Any) -> dict[str, Any]:
    """A request of the protocol for some rows."""
    rows = rows or (ROW,)
    inputs = [
        {"name": name, "datatype": DATATYPES[name], "shape": [len(rows)], "data": [row[name] for row in rows]}
        for name in rows[0]
    ]
    return {"inputs": inputs, **extra}


def make_package(
    folder: Path,
    *,
    code: str = CONSTANT,
    value: float = 0.25,
    model: str = "demo",
    contract: InputContract | None = None,
    inputs: tuple[Tensor, ...] = INPUTS,
    task: TaskName = "binary-classification",
    classes: tuple[Any, ...] = (0, 1),
) -> Path:
    """A package whose predictor is `code`; `value` is its one model file, `classes` also labels or several targets."""
    (folder / "model").mkdir(parents=True)
    (folder / "code").mkdir()
    (folder / "model" / "value").write_text(str(value))
    (folder / "code" / "served.py").write_text(code)
    if contract is not None:
        (folder / NAME).write_bytes(contract_bytes(contract))
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    manifest = Manifest(
        v=1,
        model=model,
        task=task,
        format="custom",
        predictor="served:load",
        trusted_types=(),
        positive=1 if task == "binary-classification" else None,
        classes=classes,
        threshold=0.5,
        features=tuple(tensor.name for tensor in inputs),
        signature=Signature(inputs=inputs, outputs=(output_of(TASKS[task], len(classes)),)),
        files=tuple(
            PackagedFile(
                path=str(path.relative_to(folder)),
                sha256=hashlib.sha256(path.read_bytes()).hexdigest(),
                bytes=path.stat().st_size,
            )
            for path in files
        ),
        spec_sha256="0" * 64,
        data=Data(sha256="0" * 64, rows=1),
        versions={"python": "3.11"},
    )
    (folder / "manifest.json").write_bytes(manifest_bytes(manifest))
    return folder


@dataclass
class Server:
    """A server under test: its folder, its process and its address."""

    folder: Path
    process: subprocess.Popen[bytes]
    url: str

    def want(self, **changes: Any) -> Status:
        """Changes the wish and waits until the server has seen to it."""
        before = read_wanted(self.folder) or Wanted(model="demo")
        wanted = replace(before, generation=before.generation + 1, **changes)
        write_wanted(self.folder, wanted)
        return self.wait(lambda status: status.generation == wanted.generation)

    def wait(self, holds: Callable[[Status], bool], seconds: float = 30) -> Status:
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            status = read_status(self.folder)
            if status is not None and holds(status):
                return status
            assert self.process.poll() is None, "the server ended"
            time.sleep(0.02)
        raise AssertionError(f"not within {seconds} s: {read_status(self.folder)}")

    def get(self, path: str) -> tuple[int, Any]:
        return self.send(urllib.request.Request(self.url + path))

    def post(self, body: Any, path: str = "/v2/models/demo/infer") -> tuple[int, Any]:
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        return self.send(urllib.request.Request(self.url + path, data=data, method="POST"))

    def send(self, call: urllib.request.Request) -> tuple[int, Any]:
        try:
            with urllib.request.urlopen(call, timeout=30) as answer:
                return answer.status, _content(answer.read())
        except urllib.error.HTTPError as error:
            with error:
                return error.code, _content(error.read())


def _content(body: bytes) -> Any:
    try:
        return json.loads(body)
    except ValueError:
        return body.decode()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@pytest.fixture
def request_of() -> Callable[..., dict[str, Any]]:
    """Makes requests: `request_of({"age": 40, ...}, id="a")`; without a row, a good one."""
    return ask


@pytest.fixture
def row() -> dict[str, Any]:
    """A row that the model takes."""
    return dict(ROW)


@pytest.fixture
def packages(tmp_path: Path) -> Callable[..., Served]:
    """Makes packages: `packages("v1", value=0.1)`."""

    def make(version: str, **options: Any) -> Served:
        folder = make_package(tmp_path / "packages" / version, **options)
        return Served(version, digest(folder), str(folder))

    return make


@pytest.fixture(scope="module")
def shared_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """One server for the tests of a module."""
    yield from run_server(tmp_path_factory.mktemp("server"), "--memory", "1GB")


@pytest.fixture
def server(shared_server: Server) -> Server:
    """A server that serves nothing, whatever the test before left."""
    shared_server.want(stable=None, candidate=None, weight=0, mode="canary", expires=None)
    return shared_server


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """One server for the tests of a module, whose models share it."""
    yield from run_server(tmp_path_factory.mktemp("many"))


def run_server(tmp_path: Path, *options: str) -> Iterator[Server]:
    folder = tmp_path / "state" / "server"
    folder.mkdir(parents=True)
    url = f"127.0.0.1:{free_port()}"
    command = [sys.executable, "-m", "mlops_spec", "serve", "--state", str(folder.parent), "--listen", url, *options]
    with (tmp_path / "server.log").open("wb") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log)
    running = Server(folder, process, f"http://{url}")
    try:
        running.wait(lambda _: True)
        yield running
    finally:
        process.terminate()
        process.wait(30)
    assert "Traceback" not in (tmp_path / "server.log").read_text()
