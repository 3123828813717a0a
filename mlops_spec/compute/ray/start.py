"""Begins a job on its node, by whatever Python is there: the locked environment first, then the job itself in it.

It travels with the commit's files and imports nothing but the standard library. The files are copied first, because
jobs of one commit on one node share what Ray unpacked; what is copied goes when the job ends.
"""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import threading
from typing import Any

from mlops_spec.regex import regex

ASKED = "MLOPS_SPEC_JOB"
_JOBS = ".mlops-spec-jobs"
_MOST = 8 * 2**20  # bytes of a job's log: the runner reads all of it anew each time
_SYNC_SECONDS = 3600
_ROOM = "See that its disk has room and can be written, where Ray unpacks the files of jobs."
_FULL = regex(r"No space left on device|os error 28|Disk quota exceeded|Read-only file system")


def main() -> int:
    asked = json.loads(os.environ[ASKED])
    say(f"mlops-spec-job {asked['nonce']} begin")
    signal.signal(signal.SIGTERM, _leave)
    place = os.path.abspath(os.path.join(_JOBS, asked["id"]))  # noqa: PTH100, PTH118
    try:
        checkout = os.path.join(place, "checkout")  # noqa: PTH118
        shutil.copytree(".", checkout, symlinks=True, ignore=shutil.ignore_patterns(_JOBS))
        return _run(asked, checkout, os.path.join(place, "venv"))  # noqa: PTH118
    except OSError as error:
        reason, path = _first(error)
        return _fail(asked, f"the job could not begin: {reason}: {path or place}", 74, _ROOM)
    finally:
        shutil.rmtree(place, ignore_errors=True)


def _run(asked: "dict[str, Any]", checkout: str, environment: str) -> int:
    uv = _uv()
    if uv is None:
        return _fail(
            asked,
            "the cluster has no `uv`, which makes the locked environment",
            78,
            "Put it into the image of the nodes, or `pip install uv` beside Ray.",
            lost=False,
        )
    variables = _variables(environment)
    synced = subprocess.run(
        [*uv, "sync", "--locked", "--no-dev", "--quiet"],
        cwd=checkout,
        env=variables,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        timeout=_SYNC_SECONDS,
        check=False,
    )
    if synced.returncode:
        said = synced.stdout.decode(errors="replace").strip()
        say(said)
        last = said.splitlines()[-1] if said else "no reason given"
        if _FULL.search(said):
            return _fail(asked, f"there is no room for the locked environment: {last[:300]}", 74, _ROOM)
        remedy = "Check that uv.lock is current, and that the nodes reach the index that it names."
        return _fail(asked, f"the locked environment could not be made on the node: {last[:300]}", 69, remedy)
    python = os.path.join(environment, "bin", "python")  # noqa: PTH118
    return _relay([python, "-P", "-m", "mlops_spec.compute.ray.job"], checkout, variables, asked["seconds"])


def _first(error: OSError) -> "tuple[str, str]":
    """What is wrong and where; of files that were copied together, with the first of them."""
    if isinstance(error, shutil.Error) and error.args and error.args[0]:
        _, path, reason = error.args[0][0]
        return re.sub(r"^\[Errno \d+\] |: '.*$", "", str(reason)), str(path)
    return error.strerror or str(error), str(error.filename or "")


def _uv() -> "list[str] | None":
    found = shutil.which("uv")
    if found:
        return [found]
    beside = [sys.executable, "-m", "uv"]
    has = subprocess.run([*beside, "--version"], capture_output=True, timeout=60, check=False).returncode == 0
    return beside if has else None


def _variables(environment: str) -> "dict[str, str]":
    """Without what leads to the cluster's own Python and packages: the environment is the locked one alone."""
    kept = {
        name: value for name, value in os.environ.items() if name not in ("PYTHONPATH", "PYTHONHOME", "VIRTUAL_ENV")
    }
    path = os.pathsep.join([os.path.join(environment, "bin"), os.environ.get("PATH", os.defpath)])  # noqa: PTH118
    return {**kept, "UV_PROJECT_ENVIRONMENT": environment, "PATH": path, "PYTHONUNBUFFERED": "1"}


def _relay(command: "list[str]", folder: str, variables: "dict[str, str]", seconds: float) -> int:
    """Runs it and prints what it prints, as far as a log may grow; ends it after a time, should nobody wait for it."""
    printed = 0
    with subprocess.Popen(
        command, cwd=folder, env=variables, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    ) as process:
        timer = threading.Timer(seconds, process.kill)
        timer.daemon = True
        timer.start()
        try:
            for line in process.stdout or ():
                text = line.decode(errors="replace").rstrip("\n")
                printed += len(line)
                if printed <= _MOST or text.startswith("mlops-spec-job "):
                    say(text)
                elif printed - len(line) <= _MOST:
                    say("… what it prints from here on is left out")
        finally:
            timer.cancel()
            process.kill()
    return process.returncode


def _fail(asked: "dict[str, Any]", message: str, code: int, remedy: str, *, lost: bool = True) -> int:
    said = {"outputs": {}, "failed": [message, code, remedy], "lost": lost}
    say(f"mlops-spec-job {asked['nonce']} {json.dumps(said)}")
    return code


def _leave(number: int, _: object) -> None:
    raise SystemExit(128 + number)


def say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
