"""The servers that serve the same model: how each is installed, started, asked and stopped.

Peers have environments of their own, built once by uv from pinned requirements into the user's cache folder; what the
model needs (NumPy, pandas, scikit-learn, skops) is of the versions that run here. All listen on loopback alone, with
one process for the model and one thread for its arithmetic. A peer that can answer requests together is asked that way
too; it may wait 5 ms for as many as there are clients, as long as ours at most.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from serving.clients import CLIENTS, Question, once, question
from serving.model import request

if TYPE_CHECKING:
    import pandas as pd

HERE = Path(__file__).parent
SHARED = ("numpy", "pandas", "scikit-learn", "skops")
INFER = "/v2/models/credit-default/infer"
Command = Callable[[Path, Path, int, Path], list[str]]  # of the Python, the package, the port and a scratch folder
_INSTALL_SECONDS = 900
_START_SECONDS = 180
_STOP_SECONDS = 15


class Unavailable(Exception):
    """A peer that can't be installed or started here; the message says why."""


@dataclass(frozen=True)
class Peer:
    """A server: how it is installed, started and asked."""

    name: str
    install: str | None  # the file of requirements; None: it runs in this environment
    command: Command
    path: str = INFER
    body: Callable[[pd.DataFrame], bytes] = request
    scores: Callable[[Any], list[float]] = lambda answer: answer["outputs"][0]["data"]
    environment: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Running:
    """A server that answers; `pause` and `resume` stop and continue all of its processes."""

    peer: Peer
    port: int
    process: subprocess.Popen[bytes]

    def question(self, rows: pd.DataFrame) -> Question:
        """A request for some rows."""
        return question(self.port, self.peer.path, self.peer.body(rows))

    def pause(self) -> None:
        """Takes no processor time from others."""
        self._signal(signal.SIGSTOP)

    def resume(self) -> None:
        """Goes on."""
        self._signal(signal.SIGCONT)

    def processor_seconds(self) -> float:
        """What all of its processes have used so far, user and system."""
        return sum(_processor_seconds(each) for each in _family(self.process.pid))

    def stop(self) -> None:
        """Ends it and what it started."""
        self.resume()
        self.process.terminate()
        family = _family(self.process.pid)
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.wait(_STOP_SECONDS)
        for each in family:  # some outlive their parent
            with contextlib.suppress(ProcessLookupError):
                os.kill(each, signal.SIGKILL)
        self.process.wait()

    def _signal(self, how: signal.Signals) -> None:
        for each in _family(self.process.pid):
            with contextlib.suppress(ProcessLookupError):
                os.kill(each, how)


def _family(process: int) -> list[int]:
    """A process and all that descend from it: some start sessions of their own."""
    try:
        lists = [file.read_text() for file in Path(f"/proc/{process}/task").glob("*/children")]
    except OSError:  # it has just ended
        return [process]
    return [process, *(each for child in " ".join(lists).split() for each in _family(int(child)))]


def _processor_seconds(process: int) -> float:
    try:
        fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    except OSError:  # it has just ended
        return 0.0
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def start(peer: Peer, package: Path, rows: pd.DataFrame, scratch: Path) -> Running:
    """Starts a peer and waits for its first answer.

    Raises:
        Unavailable: it can't be installed, ends, or gives no answer in time.
    """
    python = Path(sys.executable) if peer.install is None else _environment(peer.install)
    port, folder = free_port(), scratch / peer.name.replace(" ", "-").replace(",", "")
    folder.mkdir()
    log = folder / "log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            peer.command(python, package, port, folder),
            stdout=output,
            stderr=output,
            cwd=folder,
            env={**os.environ, "OMP_NUM_THREADS": "1", "MODEL_PACKAGE": str(package), **peer.environment},
        )
    running = Running(peer, port, process)
    deadline = time.monotonic() + _START_SECONDS
    said = "no answer"
    while process.poll() is None and time.monotonic() < deadline:
        try:
            once(running.question(rows.head(1)))
        except (OSError, ValueError, TimeoutError) as error:
            said = str(error)
            time.sleep(0.2)
        else:
            return running
    running.stop()
    raise Unavailable(f"{peer.name} does not start: {said}\n{log.read_text(errors='replace')[-2000:]}")


def free_port() -> int:
    """A port that nobody listens at."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _environment(requirements: str) -> Path:
    """The Python of a peer's environment; its folder is named by all that it holds."""
    uv = shutil.which("uv") or shutil.which("uv", path=str(Path(sys.executable).parent))
    if uv is None:
        raise Unavailable("uv is not installed, which builds the peers' environments")
    wanted = (HERE / requirements).read_text() + "".join(f"{name}=={version(name)}\n" for name in SHARED)
    key = hashlib.sha256(f"{sys.version} {wanted}".encode()).hexdigest()[:16]
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "mlops-spec-benchmarks"
    folder = cache / f"{Path(requirements).stem}-{key}"
    if not (folder / "complete").exists():
        shutil.rmtree(folder, ignore_errors=True)
        _run(uv, "venv", "--quiet", "--python", sys.executable, str(folder))
        (folder / "requirements.txt").write_text(wanted)
        install = ("pip", "install", "--quiet", "--python", str(folder / "bin/python"))
        _run(uv, *install, "--requirement", str(folder / "requirements.txt"))
        (folder / "complete").touch()
    return folder / "bin/python"


def _run(*command: str) -> None:
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=_INSTALL_SECONDS)
    except subprocess.TimeoutExpired as error:
        raise Unavailable(f"{' '.join(command[:3])} takes more than {_INSTALL_SECONDS} s") from error
    if done.returncode:
        raise Unavailable(f"{' '.join(command[:3])}: {done.stderr.strip()[-1000:]}")


def _ours(python: Path, package: Path, port: int, _: Path) -> list[str]:
    return [str(python), "-m", "mlops_spec", "serve", str(package), "--listen", f"127.0.0.1:{port}"]


def _fastapi(python: Path, package: Path, port: int, _: Path) -> list[str]:
    return [str(python), str(HERE / "fastapi_app.py"), str(package), str(port)]


def _litserve(together: int) -> Command:
    return lambda python, package, port, _: [
        *(str(python), str(HERE / "litserve_app.py")),
        *(str(package), str(port), str(together)),
    ]


def _bentoml(python: Path, _: Path, port: int, __: Path) -> list[str]:
    served = ["serve", "bentoml_service:CreditDefault", "--working-dir", str(HERE)]
    return [str(python.with_name("bentoml")), *served, "--host", "127.0.0.1", "--port", str(port)]


def _mlserver(together: int) -> Command:
    """Its settings are files; one worker beside the process with the socket, as ours."""

    def command(python: Path, _: Path, port: int, folder: Path) -> list[str]:
        ports = {"http_port": port, "grpc_port": free_port(), "metrics_port": free_port()}
        settings = {"host": "127.0.0.1", **ports, "parallel_workers": 1, "debug": False}
        model = {"name": "credit-default", "implementation": "mlserver_runtime.CreditDefault"}
        batching = {"max_batch_size": together, "max_batch_time": 0.005} if together > 1 else {}
        (folder / "settings.json").write_text(json.dumps(settings))
        (folder / "model-settings.json").write_text(json.dumps(model | batching))
        shutil.copy(HERE / "mlserver_runtime.py", folder)
        return [str(python.with_name("mlserver")), "start", str(folder)]

    return command


def _records(rows: pd.DataFrame) -> bytes:
    return json.dumps({"rows": rows.to_dict(orient="records")}).encode()


_UNTOLD = {"BENTOML_DO_NOT_TRACK": "True"}
_APART, _TOGETHER = _UNTOLD | {"TOGETHER": "1"}, _UNTOLD | {"TOGETHER": str(CLIENTS)}
PEERS = (
    Peer("mlops-spec", None, _ours),
    Peer("FastAPI", None, _fastapi),
    Peer("MLServer", "mlserver.txt", _mlserver(1)),
    Peer("MLServer, batching", "mlserver.txt", _mlserver(CLIENTS)),
    Peer("BentoML", "bentoml.txt", _bentoml, "/predict", _records, list, _APART),
    Peer("BentoML, batching", "bentoml.txt", _bentoml, "/predict", _records, list, _TOGETHER),
    Peer("LitServe", "litserve.txt", _litserve(1), "/predict"),
    Peer("LitServe, batching", "litserve.txt", _litserve(CLIENTS), "/predict"),
)
