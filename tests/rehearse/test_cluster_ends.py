"""A rehearsal with a Ray cluster that is interrupted: no process of its nodes is left, and nothing of their folder."""

from __future__ import annotations

import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil  # type: ignore[import-untyped]
import pytest

pytestmark = [pytest.mark.slow, pytest.mark.e2e, pytest.mark.xdist_group("ray")]
STARTS, TRAINS = "raylet", "mlops_spec.compute.ray.job"
MOMENTS = [(signal.SIGINT, STARTS), (signal.SIGTERM, TRAINS)]


@pytest.mark.parametrize(("number", "program"), MOMENTS, ids=["interrupted as a node starts", "ended as it trains"])
def test_a_signal_ends_the_cluster(number: signal.Signals, program: str, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "mlops_spec", "rehearse", "ray", "--into", str(tmp_path / "rehearsal")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as rehearsal:
        seen = descendants(rehearsal)
        while not any(program in argument for each in seen.values() for argument in each):
            assert rehearsal.poll() is None, rehearsal.communicate()[0]
            time.sleep(0.2)
            seen = descendants(rehearsal)
        rehearsal.send_signal(number)
        said = rehearsal.communicate(timeout=180)[0]

    assert rehearsal.returncode == 128 + number
    assert "Traceback" not in said
    place = re.search(r"/\S*?ray-\w+", str([*seen.values()]))
    assert place
    assert not Path(place[0]).exists()
    there = [each for each in psutil.process_iter(["cmdline", "status"]) if each.info["status"] != "zombie"]
    assert [each for each in there if each in seen or place[0] in str(each.info["cmdline"])] == []


def descendants(process: subprocess.Popen[str]) -> dict[psutil.Process, list[str]]:
    """All processes below this one, with what they were started with."""
    found = {}
    for each in psutil.Process(process.pid).children(recursive=True):
        try:
            found[each] = each.cmdline()
        except psutil.Error:
            continue
    return found
