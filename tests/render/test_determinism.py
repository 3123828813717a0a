"""The same spec gives the same bytes, whatever the process around it is like."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).parent
PROGRAM = """
import hashlib, sys
from pathlib import Path
from mlops_spec.lint.load import load_spec
from mlops_spec.outputs.rendered import rendered

found = hashlib.sha256()
for case in sys.argv[1:]:
    for path, text in rendered(Path(case), load_spec(Path(case) / "model.yaml")).items():
        found.update(f"{path}\\0{text}\\0".encode())
print(found.hexdigest())
"""
ENVIRONMENTS = (
    {"PYTHONHASHSEED": "0", "LC_ALL": "C", "TZ": "UTC"},
    {"PYTHONHASHSEED": "1", "LC_ALL": "C.UTF-8", "TZ": "Pacific/Kiritimati", "PYTHONUTF8": "0"},
    {
        "PYTHONHASHSEED": "4242",
        "LC_ALL": "tr_TR.ISO-8859-9",
        "LANG": "tr_TR",
        "TZ": "America/St_Johns",
        "COLUMNS": "20",
    },
)


def digest(environment: dict[str, str]) -> str:
    cases = [str(path.parent) for path in sorted(HERE.glob("*/model.yaml"))]
    return subprocess.run(
        [sys.executable, "-c", PROGRAM, *cases],
        env={"PATH": os.defpath, **environment}, capture_output=True, text=True, check=True,
    ).stdout  # fmt: skip


@pytest.fixture(scope="module")
def reference() -> str:
    return digest({})


@pytest.mark.parametrize("environment", ENVIRONMENTS, ids=["C", "utf-8", "turkish"])
def test_the_same_bytes_everywhere(environment: dict[str, str], reference: str) -> None:
    assert digest(environment) == reference
