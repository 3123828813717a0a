"""Splitting, gating and drilling take at most three times the memory of their rows."""

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
data:
  path: x.parquet
  target: target
  id: id
  contract: {rows: {min: 2}, unique: [id], columns: {c0: {type: number, max: 99}}}
train: {run: x}
gates: [{metric: roc_auc, min: 0.6}]
"""
MEASURED = """
from pathlib import Path
from mlops_spec.lint.load import load_spec
root = Path.cwd()
spec = load_spec(root / "model.yaml")
def peak(): return int(Path("/proc/self/status").read_text().partition("VmHWM:")[2].split()[0]) * 1024
"""
SPLIT = """
from mlops_spec.pipeline.split import split
before = peak()
split(root, spec, root / "x.parquet")
print(peak() - before)
"""
CASE = """
import numpy as np
import scipy.special
from mlops_spec.pipeline.answers import Answers
from mlops_spec.gates.drill.drill import attacked
from mlops_spec.gates.kinds import always
from mlops_spec.gates.case import Case
from mlops_spec.gates.kinds.declared import results_of
from mlops_spec.pipeline.rows import open_table
from mlops_spec.pipeline.table import read_frame
before = peak()
train, test = (read_frame(root / name) for name in ("train.parquet", "test.parquet"))
case = Case(
    root=root, spec=spec, digest="sha256:" + "1" * 64, data=open_table(root / "x.parquet", spec.data.contract.columns),
    data_changed=False, train=train, test=test, perturbed=(), latencies=None, package_bytes=1, rivals={},
    answers=Answers(test.target.to_numpy(), np.random.default_rng(0).random(len(test))),
)
"""
GATE = """
found = list(always.results_of(case)) + list(results_of(case, spec.gates[0]))
assert [each.verdict for each in found] == [*["pass"] * 4, "fail"], found
print(peak() - before)
"""
DRILL = """
assert all(each.stopped for each in attacked(case))
print(peak() - before)
"""


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="getrusage counts the parent's memory too")
@pytest.mark.parametrize(
    ("program", "most"), [(SPLIT, 3), (CASE + GATE, 2), (CASE + DRILL, 3)], ids=["split", "gate", "drill"]
)
def test_a_stage(tmp_path: Path, program: str, most: int) -> None:
    """Of gating what comes after scoring, whose perturbed rows come on top."""
    rng = np.random.default_rng(0)
    rows = pd.DataFrame({f"c{k}": rng.normal(size=ROWS) for k in range(COLUMNS)})
    rows = rows.assign(id=np.arange(ROWS), target=rng.integers(0, 2, ROWS))
    rows.to_parquet(tmp_path / "x.parquet", index=False)
    if program != SPLIT:
        rows[: ROWS * 3 // 4].to_parquet(tmp_path / "train.parquet", index=False)
        rows[ROWS * 3 // 4 :].to_parquet(tmp_path / "test.parquet", index=False)
    (tmp_path / "model.yaml").write_text(SPEC)

    command = [sys.executable, "-c", MEASURED + program]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True)

    assert int(done.stdout) <= most * rows.memory_usage().sum()
