"""A worker is held in: memory, network, privileges."""

from __future__ import annotations

import subprocess
import sys

import pytest

ENTER = "from mlops_spec.system import sandbox; sandbox.enter({}); "


def run(memory: int, code: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", ENTER.format(memory) + code]
    return subprocess.run(command, capture_output=True, text=True, check=False)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux counts private memory")
def test_memory_has_an_end() -> None:
    beyond = run(200 * 2**20, "bytearray(400 * 2**20)")
    within = run(200 * 2**20, "bytearray(50 * 2**20)")

    assert "MemoryError" in beyond.stderr
    assert within.returncode == 0, within.stderr


@pytest.mark.skipif(sys.platform != "linux", reason="prctl is Linux's")
def test_no_program_gives_it_new_privileges() -> None:
    result = run(2**30, "print(open('/proc/self/status').read())")

    assert "NoNewPrivs:\t1" in result.stdout


@pytest.mark.skipif(sys.platform != "linux", reason="namespaces are Linux's")
def test_it_reaches_no_network() -> None:
    code = "import os; print(os.readlink('/proc/self/ns/net')); print(open('/proc/net/dev').read().count('eth'))"
    outside = subprocess.run(
        [sys.executable, "-c", "import os; print(os.readlink('/proc/self/ns/net'))"],
        capture_output=True,
        text=True,
        check=True,
    ).stdout.strip()
    probe = subprocess.run(["unshare", "--net", "true"], capture_output=True, check=False)
    if probe.returncode != 0:
        pytest.skip("this kernel lets nobody leave the network")

    namespace, interfaces = run(2**30, code).stdout.split()

    assert (namespace != outside, interfaces) == (True, "0")


def test_it_leaves_no_core_file() -> None:
    result = run(2**30, "import resource; print(resource.getrlimit(resource.RLIMIT_CORE))")

    assert result.stdout.strip() == "(0, 0)"
