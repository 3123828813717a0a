"""What the stage `evaluate` costs on the starter's data, pictures aside, and how much of it is imports.

The pipeline up to the stage runs once. Then `mlops-spec stage evaluate` runs in fresh processes, as it is and without
its pictures: what draws them, which imports matplotlib, and what scores training rows for them stay away. In turns with
both runs a peer, the bare import of what the stage can't do without: pandas, scikit-learn's metrics, and skops, in
which the model is kept. The best of each counts, in processor time of all threads from the start of Python on.
Aim: 2 s where the peer takes 1.5 s, most of it imports, and at most 4 s anywhere.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from importlib import import_module
from pathlib import Path
from types import ModuleType

STARTER = Path(__file__).parents[1] / "template" / "starter" / "credit-default"
RUNS = 5
AIM, AIM_PEER, LIMIT = 2.0, 1.5, 4.0  # processor seconds
# A job installs no pytest, which scikit-learn's test helpers import where it is, and skops imports those.
NO_PYTEST = "import sys; sys.modules['pytest'] = None; "
PEER = NO_PYTEST + "import pandas, skops.io, sklearn.metrics"
STAGE = NO_PYTEST + "from mlops_spec.__main__ import main; main()"
OF_PICTURES = {
    "mlops_spec.pipeline.pictures": ("Shown", "draw_pictures"),
    "mlops_spec.pipeline.trained": ("trained_scores",),
}


def main() -> int:
    if "stage" in sys.argv:
        without_pictures()
    with tempfile.TemporaryDirectory(prefix="mlops-benchmark-") as folder:
        root = Path(folder) / "repository"
        shutil.copytree(STARTER, root)
        for stage in ("split", "train"):
            run("-m", "mlops_spec", "stage", stage, "-C", str(root))
        asked = ("stage", "evaluate", "-C", str(root))
        every = [(run("-c", PEER), run("-c", STAGE, *asked), run(__file__, *asked)) for _ in range(RUNS)]
        rows = json.loads((root / "build/evaluate/evaluation.json").read_bytes())["rows"]
    (peer, _), (whole, _), (without, imports) = (min(runs) for runs in zip(*every, strict=True))
    print(f"evaluate, {rows:,} test rows, pictures aside: {without:.2f} s, of which imports {float(imports):.2f} s")
    print(f"  the bare import of pandas, scikit-learn's metrics and skops: {peer:.2f} s")
    print(f"  times as much: {without / peer:.2f} (aim {AIM / AIM_PEER:.2f}: {AIM} s where that takes {AIM_PEER} s)")
    print(f"  pictures besides: {whole - without:.2f} s")
    return int(without > LIMIT)


def run(*arguments: str) -> tuple[float, str]:
    """A Python's processor seconds, and what it prints."""
    # the starter trains by `python`, which must be ours
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", os.defpath)])
    command = [sys.executable, *arguments]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env={**os.environ, "PATH": path})
    assert process.stdout is not None
    said = process.stdout.read()
    process.stdout.close()
    _, status, used = os.wait4(process.pid, 0)
    if status:
        raise SystemExit(f"{arguments} ended with {os.waitstatus_to_exitcode(status)}")
    return used.ru_utime + used.ru_stime, said


def without_pictures() -> None:
    """The command as it is, but for pictures; prints the seconds of imports, the start of Python among them."""
    imports, within = time.process_time(), 0
    for name, functions in OF_PICTURES.items():
        sys.modules[name] = ModuleType(name)
        vars(sys.modules[name]).update(dict.fromkeys(functions, lambda *_: None))
    sys.modules["pytest"] = None  # type: ignore[assignment]
    machinery = vars(sys.modules["_frozen_importlib"])
    load = machinery["_find_and_load"]  # what each import calls that finds its module not loaded yet

    def timed(*named: object) -> object:
        nonlocal imports, within
        start, within = time.process_time(), within + 1
        try:
            return load(*named)
        finally:
            within -= 1
            imports += 0 if within else time.process_time() - start

    machinery["_find_and_load"] = timed
    try:
        import_module("mlops_spec.__main__").main()
    finally:
        print(imports)


if __name__ == "__main__":
    sys.exit(main())
