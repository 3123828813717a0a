"""Splitting takes at most three times the memory of its rows."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pytest

if TYPE_CHECKING:
    from pathlib import Path

ROWS, COLUMNS = 400_000, 50
SPEC = """\
spec: 1
model: m
task: binary-classification
owners: ["@a"]
data: {path: x.parquet, target: target, id: id}
train: {run: x}
gates: [{metric: roc_auc, min: 0.6}]
"""
PROGRAM = """
from pathlib import Path
from mlops_spec.lint import load_spec
from mlops_spec.pipeline.split import split
root = Path.cwd()
spec = load_spec(root / "model.yaml")
def peak(): return int(Path("/proc/self/status").read_text().partition("VmHWM:")[2].split()[0]) * 1024
before = peak()
split(root, spec, root / "x.parquet")
print(peak() - before)
"""


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="getrusage counts the parent's memory too")
def test_splitting(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    rows = pd.DataFrame({f"c{k}": rng.normal(size=ROWS) for k in range(COLUMNS)})
    rows = rows.assign(id=np.arange(ROWS), target=rng.integers(0, 2, ROWS))
    rows.to_parquet(tmp_path / "x.parquet", index=False)
    (tmp_path / "model.yaml").write_text(SPEC)

    done = subprocess.run([sys.executable, "-c", PROGRAM], cwd=tmp_path, capture_output=True, text=True, check=True)

    assert int(done.stdout) <= 3 * rows.memory_usage().sum()
