"""A job server in memory: it answers as Ray's does, takes only what Ray's takes, and runs jobs as processes here.

Shapes: python/ray/dashboard/modules/job/openapi.yml and pydantic_models.py, …/version.py, …/state/state_head.py of Ray
2.60; `test_real.py` holds them against the real ones.
"""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
import threading
import zipfile
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

SUBMITTED = {
    "entrypoint",
    "submission_id",
    "runtime_env",
    "metadata",
    "entrypoint_num_cpus",
    "entrypoint_num_gpus",
    "entrypoint_memory",
    "entrypoint_resources",
}
NODE = {"CPU": 2.0, "memory": 8e9, "object_store_memory": 1e9}
UV = """\
#!/bin/sh
# stands for `uv sync`: the environment is the one of the tests
mkdir -p "$UV_PROJECT_ENVIRONMENT/bin"
printf '#!/bin/sh\\nexec {python} "$@"\\n' > "$UV_PROJECT_ENVIRONMENT/bin/python"
chmod +x "$UV_PROJECT_ENVIRONMENT/bin/python"
"""


@dataclass
class FakeJob:
    """A job as the server keeps it."""

    request: dict[str, Any]
    status: str = "PENDING"
    message: str | None = None
    error_type: str | None = None
    log: str = ""
    process: subprocess.Popen[bytes] | None = None

    @property
    def asked(self) -> dict[str, Any]:
        """What the job was told to do."""
        found: dict[str, Any] = json.loads(self.request["runtime_env"]["env_vars"]["MLOPS_SPEC_JOB"])
        return found

    def ends(self, status: str, message: str = "", error: str | None = None) -> None:
        self.status, self.message, self.error_type = status, message, error

    def says(self, said: dict[str, Any]) -> None:
        """Prints an outcome as a job does."""
        nonce = self.asked["nonce"]
        self.log += f"mlops-spec-job {nonce} begin\nit trains\nmlops-spec-job {nonce} {json.dumps(said)}\n"


@dataclass
class FakeRay:
    """A cluster. Each job submitted takes the next of `acts`; after those it is run."""

    folder: Path
    address: str = ""
    version: dict[str, str] = field(
        default_factory=lambda: {"version": "4", "ray_version": "2.60.0", "ray_commit": "b7f4259", "session_name": "s"}
    )
    nodes: list[dict[str, float]] = field(default_factory=lambda: [dict(NODE)])
    grows: bool = False
    token: str = ""
    acts: list[Callable[[FakeJob], None]] = field(default_factory=list)
    jobs: dict[str, FakeJob] = field(default_factory=dict)
    packages: dict[str, bytes] = field(default_factory=dict)
    stopped: list[str] = field(default_factory=list)
    away: Callable[[str, str], int] = lambda _method, _path: 0  # a status to answer with; -1: hang up

    def submit(self, body: dict[str, Any]) -> tuple[int, Any]:
        if unknown := set(body) - SUBMITTED:
            return 400, f"Traceback\nTypeError: unexpected keyword argument '{unknown.pop()}'"
        if body["submission_id"] in self.jobs:
            return 400, "Traceback\nValueError: Job with submission_id already exists."
        name = body["runtime_env"]["working_dir"].removeprefix("gcs://")
        job = self.jobs[body["submission_id"]] = FakeJob(body)
        if self.acts:
            self.acts.pop(0)(job)
        elif name not in self.packages:
            job.ends("FAILED", "runtime_env setup failed: the package is gone", "RUNTIME_ENV_SETUP_FAILURE")
        else:
            threading.Thread(target=self._run, args=(job, name), daemon=True).start()
        return 200, {"job_id": body["submission_id"], "submission_id": body["submission_id"]}

    def _run(self, job: FakeJob, name: str) -> None:
        place = self.folder / name.removesuffix(".zip")
        if not place.exists():  # jobs of one package share what was unpacked
            zipfile.ZipFile(io.BytesIO(self.packages[name])).extractall(place)
        tools = self.folder / "bin"
        tools.mkdir(exist_ok=True)
        (tools / "uv").write_text(UV.format(python=sys.executable))
        (tools / "uv").chmod(0o755)
        kept = {key: value for key, value in os.environ.items() if key != "RAY_AUTH_TOKEN"}
        path = os.pathsep.join([str(tools), str(Path(sys.executable).parent), os.environ["PATH"]])
        env = {**kept, "PATH": path, "PYTHONPATH": "/of/the/cluster", **job.request["runtime_env"]["env_vars"]}
        job.process = subprocess.Popen(
            job.request["entrypoint"],
            shell=True,
            cwd=place,
            env=env,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        job.status = "RUNNING"
        job.log += f"Running entrypoint for job x: {job.request['entrypoint']}\n"
        for line in job.process.stdout or ():
            job.log += line.decode()
        code = job.process.wait()
        assert job.process.stdout is not None
        job.process.stdout.close()
        if job.status == "RUNNING":
            failed = ("FAILED", f"Job entrypoint command failed with exit code {code}", "JOB_ENTRYPOINT_COMMAND_ERROR")
            job.ends(*(failed if code else ("SUCCEEDED",)))

    def stop(self, name: str) -> None:
        self.stopped.append(name)
        job = self.jobs[name]
        if job.process is not None and job.process.poll() is None:
            os.killpg(job.process.pid, 15)
        job.ends("STOPPED")

    def answer(self, method: str, path: str, body: bytes, headers: Any) -> tuple[int, Any]:
        if self.token and headers.get("Authorization") != f"Bearer {self.token}":
            return 401, "Unauthorized: Missing authentication token"
        match method, path.partition("?")[0].strip("/").split("/"):
            case "GET", ["api", "version"]:
                return 200, self.version
            case "GET", ["api", "v0", "nodes"]:
                rows = [{"node_id": "n", "state": "ALIVE", "resources_total": node} for node in self.nodes]
                rows.append({"node_id": "d", "state": "DEAD", "resources_total": {}})
                result = {"total": len(rows), "result": rows, "partial_failure_warning": "", "warnings": None}
                return 200, {"result": True, "msg": "", "data": {"result": result}}
            case "GET", ["api", "cluster_status"]:
                kind = "ray.worker.default" if self.grows else "node_8b1fa20f"
                report = {"loadMetricsReport": {}, "autoscalerReport": {"nodeTypeMapping": {"8b1fa20f": kind}}}
                return 200, {"result": True, "msg": "", "data": {"autoscalingStatus": None, "clusterStatus": report}}
            case "GET", ["api", "packages", "gcs", name]:
                return (200, "") if name in self.packages else (404, f"Package gcs://{name} does not exist")
            case "PUT", ["api", "packages", "gcs", name]:
                self.packages[name] = body
                return 200, ""
            case "POST", ["api", "jobs"]:
                return self.submit(json.loads(body))
            case _, ["api", "jobs", name, *_] if name not in self.jobs:
                return 404, f"Job {name} does not exist"
            case "GET", ["api", "jobs", name]:
                job = self.jobs[name]
                told = {"type": "SUBMISSION", "job_id": None, "submission_id": name, "entrypoint": "", "metadata": {}}
                return 200, told | {"status": job.status, "message": job.message, "error_type": job.error_type}
            case "GET", ["api", "jobs", name, "logs"]:
                return 200, {"logs": self.jobs[name].log}
            case "POST", ["api", "jobs", name, "stop"]:
                self.stop(name)
                return 200, {"stopped": True}
        return 404, "404: Not Found"


@contextmanager
def serving(folder: Path) -> Iterator[FakeRay]:
    """A cluster whose job server listens until the end, when all its processes end too."""
    ray = FakeRay(folder)

    class Handler(BaseHTTPRequestHandler):
        def _any(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            status = ray.away(self.command, self.path)
            if status >= 0:
                code, content = (status, "") if status else ray.answer(self.command, self.path, body, self.headers)
                data = content.encode() if isinstance(content, str) else json.dumps(content).encode()
                self.send_response(code)
                kind = "text/plain" if isinstance(content, str) else "application/json"
                self.send_header("Content-Type", f"{kind}; charset=utf-8")
                self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)
            else:
                ray.answer(self.command, self.path, body, self.headers)
                self.close_connection = True

        do_GET = do_POST = do_PUT = _any  # noqa: N815

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    ray.address = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield ray
    finally:
        server.shutdown()
        server.server_close()
        for job in ray.jobs.values():
            if job.process is not None and job.process.poll() is None:
                os.killpg(job.process.pid, 9)
