"""How long `mlops-spec lint` takes, beside the tools that one would run otherwise, in one interleaved run.

Cold: nothing in the cache. Unchanged: the file was linted before. Peers: check-jsonschema with our JSON Schema,
yamllint, and the bare import of yaml and pydantic with one model, the least that a linter of this kind costs.
Many: 1,000 different specs in one call, from nothing.
"""

from __future__ import annotations

import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).parent.parent
SPEC = ROOT / "tests" / "specs" / "ok" / "full.yaml"
SCHEMA = ROOT / "mlops_spec" / "schema.json"
BIN = Path(sys.executable).parent
ROUNDS = int(os.environ.get("ROUNDS", "10"))
MANY = 1_000

BARE = "import yaml\nfrom pydantic import BaseModel\nclass Model(BaseModel):\n    name: str\n    size: int\n"
OURS = [str(BIN / "mlops-spec"), "lint"]
COMMANDS = {
    "python -c pass": [sys.executable, "-c", "pass"],
    "yaml + pydantic, one model": [sys.executable, "-c", BARE],
    "yamllint": [str(BIN / "yamllint"), "-d", "relaxed", str(SPEC)],
    "check-jsonschema": [str(BIN / "check-jsonschema"), "--schemafile", str(SCHEMA), str(SPEC)],
    "mlops-spec lint, cold": [*OURS, str(SPEC)],
    "mlops-spec lint, unchanged": [*OURS, str(SPEC)],
}
# what is measured, beside what, and the most that the ratio should be
RATIOS = (
    ("mlops-spec lint, cold", "check-jsonschema", 0.75),
    ("mlops-spec lint, cold", "yaml + pydantic, one model", 1.3),
    ("mlops-spec lint, unchanged", "yamllint", 0.5),
)


def seconds(command: list[str], cache: Path) -> float:
    """Wall time of a process; a peer that fails to say yes would be a wrong comparison."""
    environment = os.environ | {"XDG_CACHE_HOME": str(cache)}
    started = time.perf_counter()
    subprocess.run(command, env=environment, stdout=subprocess.DEVNULL, check=True)
    return time.perf_counter() - started


def measured(scratch: Path) -> dict[str, float]:
    """Median seconds of each command, taken in turns so that a busy moment meets all alike."""
    warm = scratch / "warm"
    times: dict[str, list[float]] = {name: [] for name in COMMANDS}
    for turn in range(ROUNDS + 1):
        for name, command in COMMANDS.items():
            cache = warm if name.endswith("unchanged") else scratch / "cold"
            shutil.rmtree(scratch / "cold", ignore_errors=True)
            took = seconds(command, cache)
            if turn:  # the first turn warms the disk and our cache
                times[name].append(took)
    return {name: statistics.median(each) for name, each in times.items()}


def many(scratch: Path) -> float:
    """Specs in a second, of `MANY` different ones in one call."""
    folder = scratch / "many"
    text = SPEC.read_text(encoding="utf-8")
    for number in range(MANY):
        place = folder / f"{number:04}"
        place.mkdir(parents=True)
        (place / "model.yaml").write_text(text.replace("seed: 7", f"seed: {number}"), encoding="utf-8")
    took = statistics.median(seconds([*OURS, str(folder)], scratch / f"cold{turn}") for turn in range(3))
    return MANY / took


def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        medians, rate = measured(Path(name)), many(Path(name))
    for name, median in medians.items():
        print(f"{name:30} {median * 1000:8.1f} ms")
    print(f"{'1,000 specs in one call':30} {rate:8.0f} specs/s  (aim 1,000 on two cores)\n")
    for ours, peer, aim in RATIOS:
        ratio = medians[ours] / medians[peer]
        print(f"{ours} / {peer}: {ratio:.2f}  (aim {aim}){'' if ratio <= aim else '  missed'}")


if __name__ == "__main__":
    main()
