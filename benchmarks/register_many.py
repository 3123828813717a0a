"""What registering 50 models of one repository in one push costs, beside one model, as the command `register`.

The bundles are as small as a test's: what is counted is what grows with the models, not with what they hold.
`python benchmarks/register_many.py [MODELS...]`.
"""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from mlops_spec.platforms.github.matrix import VARIABLE, matrix_of  # noqa: E402
from tests.bundles import pipeline  # noqa: E402 - the tests are not installed
from tests.release.conftest import SPEC, House, founded, write_bundle  # noqa: E402

MODELS = (1, 50)
REPEATS = 3


def main(counts: list[int]) -> None:
    for count in counts:
        print(f"{count:4} models  {min(_once(count) for _ in range(REPEATS))}", flush=True)


def _once(count: int) -> str:
    with tempfile.TemporaryDirectory() as folder, founded(Path(folder)) as house:
        specs = {name: SPEC.replace("model: churn", f"model: {name}") for name in (f"m{n:03}" for n in range(count))}
        _handed_over(house, specs)
        return _measured(house, matrix_of([{"group": "all", "models": " ".join(specs)}]))


def _handed_over(house: House, specs: dict[str, str]) -> None:
    files = {f"models/{model}/model.yaml": spec for model, spec in specs.items()}
    house.commit(files | {f"models/{model}/dvc.yaml": pipeline(spec) for model, spec in specs.items()})
    placed = house.git.directory / "dist" / "release-all"
    placed.mkdir(parents=True)
    for model, spec in specs.items():
        write_bundle(placed / model, commit=house.git.commit_id(), spec=spec)


def _measured(house: House, matrix: str) -> str:
    began, before = time.perf_counter(), resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(
        [sys.executable, "-m", "mlops_spec", "register"],
        cwd=house.git.directory,
        env=os.environ | {VARIABLE: matrix},
        check=True,
        stdout=subprocess.DEVNULL,
    )
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = used.ru_utime + used.ru_stime - before.ru_utime - before.ru_stime
    return f"{time.perf_counter() - began:6.2f} s  {cpu:6.2f} s CPU"


if __name__ == "__main__":
    main([int(each) for each in sys.argv[1:]] or [*MODELS])
