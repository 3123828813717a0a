"""PSI of every column in a process of its own, by Evidently or by us: so that peak memory is that job's alone.

`python drift.py evidently|ours FOLDER` reads `old.npy` and `new.npy`, (rows, columns), and prints JSON.
"""

from __future__ import annotations

import json
import resource
import sys
import time
import warnings
from pathlib import Path

import numpy as np


def by_evidently(old: np.ndarray, new: np.ndarray) -> list[float]:
    """Its preset with `num_method="psi"`, as its documentation has it."""
    from evidently import DataDefinition, Dataset, Report  # noqa: PLC0415
    from evidently.presets import DataDriftPreset  # noqa: PLC0415
    from pandas import DataFrame  # noqa: PLC0415

    names = [f"c{column}" for column in range(old.shape[1])]
    kinds = DataDefinition(numerical_columns=names)
    now, was = (Dataset.from_pandas(DataFrame(side, columns=names), kinds) for side in (new, old))
    found = json.loads(Report([DataDriftPreset(num_method="psi")]).run(now, was).json())
    return [each["value"] for each in found["metrics"] if each["metric_name"].startswith("ValueDrift")]


def by_us(old: np.ndarray, new: np.ndarray) -> list[float]:
    """Deciles of the reference, columns one by one."""
    from mlops_validators.drift import drift  # noqa: PLC0415

    return [drift("psi", old[:, column], new[:, column]).value for column in range(old.shape[1])]


def main(peer: str, folder: Path) -> None:
    job = {"evidently": by_evidently, "ours": by_us}[peer]
    job(np.random.default_rng(0).normal(size=(200, 2)), np.random.default_rng(1).normal(size=(200, 2)))  # its imports
    old, new = np.load(folder / "old.npy"), np.load(folder / "new.npy")
    before, start = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.process_time()
    values = job(old, new)
    seconds = time.process_time() - start
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    print(json.dumps({"seconds": seconds, "mebibytes": peak / 1024, "values": values}))


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    main(sys.argv[1], Path(sys.argv[2]))
