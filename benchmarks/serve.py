"""The embedded server beside a plain FastAPI application on uvicorn, both with the starter's model, in one run.

Ours answers through a second process (the model runs apart from the socket) and checks each value; the peer does what
a tutorial does: pydantic reads the request, pandas makes the frame, scikit-learn predicts. One worker each, eight
clients that keep their connections, one row and 64 rows to a request, in turns, so that what else the machine does
hits both alike. Aim: at least the peer's requests a second, and no longer a p99.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import os
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pandas as pd
import yaml

from mlops_spec.manifest import Data, Manifest, PackagedFile, Signature, Tensor, manifest_bytes

STARTER = Path(__file__).parent.parent / "template/starter/credit-default"
CLIENTS, ROUNDS, SECONDS = 8, 3, 2.0
DATATYPES = {"i": "INT64", "f": "FP64", "b": "BOOL"}
PEER = '''
"""What one would write first."""
import sys
from pathlib import Path
import pandas
from fastapi import FastAPI
from pydantic import BaseModel
sys.path.insert(0, sys.argv[1] + "/code")
from credit_default.predict import load
predict = load(Path(sys.argv[1]) / "model")
app = FastAPI()
class Tensor(BaseModel):
    name: str
    shape: list[int]
    datatype: str
    data: list[int | float | str]
class Request(BaseModel):
    inputs: list[Tensor]
@app.post("/v2/models/credit-default/infer")
def infer(request: Request):
    scores = predict(pandas.DataFrame({tensor.name: tensor.data for tensor in request.inputs})).tolist()
    output = {"name": "probability", "datatype": "FP64", "shape": [len(scores)], "data": scores}
    return {"model_name": "credit-default", "model_version": "1", "outputs": [output]}
if __name__ == "__main__":
    import uvicorn
    uvicorn.run(app, host="127.0.0.1", port=int(sys.argv[2]), log_level="warning", access_log=False)
'''


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        package, rows = build(root)
        (root / "peer.py").write_text(PEER)
        ports = {"mlops-spec": free_port(), "FastAPI": free_port()}
        ours = ["-m", "mlops_spec", "serve", str(package), "--listen", f"127.0.0.1:{ports['mlops-spec']}"]
        peer = [str(root / "peer.py"), str(package), str(ports["FastAPI"])]
        servers = [subprocess.Popen([sys.executable, *command], stderr=subprocess.DEVNULL) for command in (ours, peer)]
        try:
            for batch in (1, 64):
                compare(ports, request(rows.head(batch)), batch)
        finally:
            for server in servers:
                server.send_signal(signal.SIGTERM)
                server.wait(30)


def compare(ports: dict[str, int], body: bytes, batch: int) -> None:
    answers = {name: json.loads(wait_for(port, body))["outputs"][0]["data"] for name, port in ports.items()}
    assert answers["mlops-spec"] == answers["FastAPI"], "the two give other answers"
    rates: dict[str, list[float]] = {name: [] for name in ports}
    latencies: dict[str, list[float]] = {name: [] for name in ports}
    for _ in range(ROUNDS):
        for name, port in ports.items():
            took = asyncio.run(load(port, body))
            rates[name].append(len(took) / SECONDS)
            latencies[name] += took
    for name in ports:
        p50, p99 = (1000 * quantile(latencies[name], share) for share in (0.5, 0.99))
        rate = statistics.median(rates[name])
        print(f"batch {batch:2}  {name:10}  {rate:7.0f} requests/s   p50 {p50:6.2f} ms   p99 {p99:6.2f} ms")
    ratio = statistics.median(rates["mlops-spec"]) / statistics.median(rates["FastAPI"])
    tail = quantile(latencies["mlops-spec"], 0.99) / quantile(latencies["FastAPI"], 0.99)
    print(f"batch {batch:2}  ratio       {ratio:7.2f} of its requests/s, {tail:.2f} of its p99 (aims: ≥ 1, ≤ 1)")


def build(root: Path) -> tuple[Path, pd.DataFrame]:
    """Trains the starter's model by the starter's own code, and packages it."""
    checkout, package = root / "checkout", root / "package"
    shutil.copytree(STARTER, checkout)
    data = pd.read_csv(checkout / "data/credit_default.csv")
    (checkout / "build/data").mkdir(parents=True)
    data.assign(age_band="").to_parquet(checkout / "build/data/train.parquet")
    train = [sys.executable, "-m", "credit_default.train"]
    subprocess.run(train, cwd=checkout, env={**os.environ, "PYTHONPATH": str(checkout / "src")}, check=True)
    shutil.copytree(checkout / "build/model", package / "model")
    shutil.copytree(checkout / "src", package / "code", ignore=shutil.ignore_patterns("__pycache__", "*.pyc"))
    spec = yaml.safe_load((checkout / "model.yaml").read_text())
    rows = data.drop(columns=["default", *(c for c in spec["train"]["features"]["exclude"] if c in data)])
    write_manifest(package, spec, rows)
    return package, rows


def write_manifest(package: Path, spec: dict[str, dict[str, list[str]]], rows: pd.DataFrame) -> None:
    files = sorted(path for path in package.rglob("*") if path.is_file())
    inputs = tuple(
        Tensor(name=name, datatype=DATATYPES.get(kind.kind, "BYTES"), shape=(-1,)) for name, kind in rows.dtypes.items()
    )
    manifest = Manifest(
        v=1, model="credit-default", task="binary-classification", format="custom",
        predictor="credit_default.predict:load", trusted_types=tuple(spec["train"]["trusted_types"]),
        positive=1, classes=(0, 1), threshold=0.5, features=tuple(rows.columns),
        signature=Signature(inputs=inputs, outputs=(Tensor(name="probability", datatype="FP64", shape=(-1,)),)),
        files=tuple(
            PackagedFile(
                path=str(path.relative_to(package)),
                sha256=hashlib.sha256(path.read_bytes()).hexdigest(),
                bytes=path.stat().st_size,
            )
            for path in files
        ),
        spec_sha256="0" * 64, data=Data(sha256="0" * 64, rows=len(rows)), versions={},
    )  # fmt: skip
    (package / "manifest.json").write_bytes(manifest_bytes(manifest))


def request(rows: pd.DataFrame) -> bytes:
    inputs = [
        {
            "name": name,
            "shape": [len(rows)],
            "datatype": DATATYPES.get(rows[name].dtype.kind, "BYTES"),
            "data": rows[name].tolist(),
        }
        for name in rows
    ]
    return json.dumps({"inputs": inputs}).encode()


async def load(port: int, body: bytes) -> list[float]:
    """The seconds of each answer that eight clients got in the time."""
    end = time.perf_counter() + SECONDS
    return [took for each in await asyncio.gather(*(client(port, body, end) for _ in range(CLIENTS))) for took in each]


async def client(port: int, body: bytes, end: float) -> list[float]:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    took = []
    while (start := time.perf_counter()) < end:
        writer.write(message(body))
        await answer(reader)
        took.append(time.perf_counter() - start)
    writer.close()
    return took


def message(body: bytes) -> bytes:
    lines = (
        "POST /v2/models/credit-default/infer HTTP/1.1",
        "Host: x",
        "Content-Type: application/json",
        f"Content-Length: {len(body)}",
    )
    return "\r\n".join((*lines, "", "")).encode() + body


async def answer(reader: asyncio.StreamReader) -> bytes:
    head = await reader.readuntil(b"\r\n\r\n")
    length = int(head.lower().partition(b"content-length: ")[2].partition(b"\r")[0])
    content = await reader.readexactly(length)
    assert head.startswith(b"HTTP/1.1 200"), content
    return content


def wait_for(port: int, body: bytes) -> bytes:
    """The first answer, as soon as there is one."""

    async def once() -> bytes:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(message(body))
        try:
            return await answer(reader)
        finally:
            writer.close()

    for _ in range(600):
        try:
            return asyncio.run(once())
        except (OSError, AssertionError, asyncio.IncompleteReadError):
            time.sleep(0.1)
    raise SystemExit(f"nothing answers at port {port}")


def quantile(values: list[float], share: float) -> float:
    return sorted(values)[int(share * (len(values) - 1))]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


if __name__ == "__main__":
    main()
