"""The service units that we ship: hardened, and they call commands that exist."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from mlops_spec.cli.deploy import agent_command
from mlops_spec.cli.monitor import monitor_command
from mlops_spec.cli.serve import serve_command

UNITS = Path(__file__).parents[2] / "template" / "host"
COMMANDS = {"agent": agent_command, "serve": serve_command, "monitor": monitor_command}
needs_systemd = pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd is not installed")


@pytest.mark.parametrize("name", COMMANDS)
def test_the_unit_calls_the_command_with_options_that_it_has(name: str) -> None:
    unit = (UNITS / f"mlops-spec-{name}@.service").read_text()

    (line,) = re.findall(r"^ExecStart=\S+/mlops-spec (.*)$", unit, re.MULTILINE)
    known = {option for parameter in COMMANDS[name].params for option in parameter.opts}

    assert line.split()[0] == name
    assert set(re.findall(r"--[a-z-]+", line)) <= known


HARDENED = {
    "User": "mlops-spec",
    "NoNewPrivileges": "yes",
    "CapabilityBoundingSet": "",
    "AmbientCapabilities": "",
    "PrivateDevices": "yes",
    "PrivateTmp": "yes",
    "PrivateUsers": "yes",
    "ProtectHome": "yes",
    "ProtectSystem": "strict",
    "ProtectKernelModules": "yes",
    "ProtectKernelTunables": "yes",
    "ProtectControlGroups": "yes",
    "ProtectProc": "invisible",
    "RestrictSUIDSGID": "yes",
    "MemoryDenyWriteExecute": "yes",
    "SystemCallArchitectures": "native",
    "RestrictAddressFamilies": "AF_INET AF_INET6 AF_UNIX",
    "StateDirectoryMode": "0700",
    "UMask": "0077",
}


@pytest.mark.parametrize("name", COMMANDS)
def test_it_has_what_weighs_most_of_its_exposure(name: str) -> None:
    """Also where systemd is not there to add it up."""
    unit = (UNITS / f"mlops-spec-{name}@.service").read_text()
    lines = [line.split("=", 1) for line in unit.splitlines() if re.match(r"[A-Z]\w+=", line)]
    said = {key: value for key, value in lines if key in HARDENED}

    assert said == HARDENED
    filters = [value for key, value in lines if key == "SystemCallFilter"]
    assert filters[0] == "@system-service"
    assert filters[1].startswith("~@privileged")


@needs_systemd
@pytest.mark.parametrize("name", COMMANDS)
def test_its_exposure_is_below_three(name: str) -> None:
    """By systemd 252 agent and monitor are at 1.2, the server, whose workers leave the network, at 1.7; `--threshold`
    counts in tenths."""
    command = ["systemd-analyze", "security", "--offline=true", "--threshold=30", "--no-pager"]
    result = subprocess.run(
        [*command, str(UNITS / f"mlops-spec-{name}@.service")], capture_output=True, text=True, check=False
    )

    assert result.returncode == 0, result.stdout


@needs_systemd
def test_systemd_understands_them(tmp_path: Path) -> None:
    for unit in UNITS.iterdir():
        (tmp_path / unit.name).write_text(
            unit.read_text().replace("/opt/mlops-spec/bin/mlops-spec", shutil.which("true") or "")
        )
    names = [str(tmp_path / f"mlops-spec-{name}@x.service") for name in COMMANDS]
    names.append(str(tmp_path / "mlops-spec-monitor@x.timer"))

    result = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", *names], capture_output=True, text=True, check=False
    )

    assert (result.returncode, result.stderr) == (0, "")
