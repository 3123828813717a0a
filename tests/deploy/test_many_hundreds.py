"""200 models of the starter's size at one agent and one server: the benchmark's numbers, held where they are firm."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.mark.slow
def test_they_stay_within_their_memory_and_an_idle_pass_costs_little() -> None:
    command = [sys.executable, str(ROOT / "benchmarks/agent_many.py"), "--memory", "2.5"]
    said = subprocess.run(command, capture_output=True, text=True, check=True, timeout=900).stdout

    highest, allowed = (int(found.replace(",", "")) for found in re.findall(r"([\d,]+) MB", said))
    assert 0 < highest <= allowed, said
    assert ", 0 refused" in said, said
    (ratio,) = map(float, re.findall(r"idle pass +ratio: ([\d.]+)", said))
    assert ratio <= 2, said  # 1.5 is the aim, on a machine that has nothing else to do
