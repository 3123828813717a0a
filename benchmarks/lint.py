"""What `mlops-spec lint` costs, beside the tools that one would run otherwise, in one interleaved run.

One spec: cold (nothing in the cache) and unchanged (linted before), beside check-jsonschema with our JSON Schema,
yamllint, and the bare import of yaml and pydantic with one model, the least that a linter of this kind costs.
A repository: spec, workflows, code, data and locks of a new one, beside zizmor, actionlint with shellcheck, and
check-jsonschema with GitHub's schema and with ours, called one after the other: they see less of it.
Many: a repository with 200 models, and 1,000 different specs in one call, both without a cache.

Seconds by the clock, seconds of processor, and the most memory that a process had; `ROUNDS=3` is quicker than ten.
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
from typing import NamedTuple

ROOT = Path(__file__).parent.parent
SPEC = ROOT / "tests" / "specs" / "ok" / "full.yaml"
SCHEMA = ROOT / "mlops_spec" / "schema.json"
BIN = Path(sys.executable).parent
ROUNDS = int(os.environ.get("ROUNDS", "10"))
MODELS = 200
MANY = 1_000

BARE = "import yaml\nfrom pydantic import BaseModel\nclass Model(BaseModel):\n    name: str\n    size: int\n"
OURS = (str(BIN / "mlops-spec"), "lint")
CHECK = (str(BIN / "check-jsonschema"),)


class Cost(NamedTuple):
    """Of one command, or of several one after the other."""

    seconds: float
    processor: float
    mebibytes: float


class Case(NamedTuple):
    """Commands with what they are called; `warm`: our cache is kept between the rounds."""

    name: str
    commands: tuple[tuple[str, ...], ...]
    rounds: int = ROUNDS
    warm: bool = False


class Ratio(NamedTuple):
    """Two cases, which of the costs are compared, and the most that the ratio should be."""

    ours: str
    peer: str
    aim: float
    what: str = "seconds"


def cases(repository: Path, models: Path, many: Path) -> tuple[Case, ...]:
    workflows = sorted(str(path) for path in repository.glob(".github/workflows/*.yml"))
    specs = sorted(str(path) for path in models.glob("*/model.yaml"))
    by_us, by_github = (*CHECK, "--schemafile", str(SCHEMA)), (*CHECK, "--builtin-schema", "vendor.github-workflows")
    others = (
        (str(BIN / "zizmor"), "--offline", "--quiet", str(repository)),
        (str(BIN / "actionlint"), "-shellcheck", str(BIN / "shellcheck"), *workflows),
        (*by_github, *workflows),
        (*by_us, str(repository / "model.yaml")),
    )
    few = min(ROUNDS, 3)
    return (
        Case("python -c pass", ((sys.executable, "-c", "pass"),)),
        Case("yaml + pydantic, one model", ((sys.executable, "-c", BARE),)),
        Case("yamllint", ((str(BIN / "yamllint"), "-d", "relaxed", str(SPEC)),)),
        Case("check-jsonschema", ((*by_us, str(SPEC)),)),
        Case("ours, cold", ((*OURS, str(SPEC)),)),
        Case("ours, unchanged", ((*OURS, str(SPEC)),), warm=True),
        Case("a repository: zizmor + actionlint + check-jsonschema", others),
        Case("a repository: ours", ((*OURS, str(repository)),)),
        Case("a repository: ours, unchanged", ((*OURS, str(repository)),), warm=True),
        Case(f"{MODELS} models: check-jsonschema", ((*by_us, *specs),), few),
        Case(f"{MODELS} models: ours", ((*OURS, "--no-cache", str(models)),), few),
        Case(f"{MANY:,} specs: ours", ((*OURS, "--no-cache", str(many)),), few),
    )


RATIOS = (
    Ratio("ours, cold", "check-jsonschema", 0.75),
    Ratio("ours, cold", "yaml + pydantic, one model", 1.3),
    Ratio("ours, unchanged", "yamllint", 0.5),
    Ratio("a repository: ours", "a repository: zizmor + actionlint + check-jsonschema", 0.2),
    Ratio(f"{MODELS} models: ours", f"{MODELS} models: check-jsonschema", 0.75),
    Ratio("ours, cold", "check-jsonschema", 1.0, "mebibytes"),
    Ratio("a repository: ours", "a repository: zizmor + actionlint + check-jsonschema", 1.0, "mebibytes"),
)
RATE = 1_000  # specs a second, on two cores


def cost(case: Case, cache: Path) -> Cost:
    """What a case takes; a peer that fails to say yes would be a wrong comparison."""
    each = [_one(command, os.environ | {"XDG_CACHE_HOME": str(cache)}) for command in case.commands]
    return Cost(
        sum(one.seconds for one in each), sum(one.processor for one in each), max(one.mebibytes for one in each)
    )


def _one(command: tuple[str, ...], environment: dict[str, str]) -> Cost:
    silent = [(os.POSIX_SPAWN_OPEN, number, os.devnull, os.O_WRONLY, 0) for number in (1, 2)]
    started = time.perf_counter()
    process = os.posix_spawn(command[0], command, environment, file_actions=silent)
    _, status, used = os.wait4(process, 0)
    seconds = time.perf_counter() - started
    if status:
        raise SystemExit(f"{' '.join(command)[:200]} ends with {os.waitstatus_to_exitcode(status)}")
    mebibytes = used.ru_maxrss / (1 << 20 if sys.platform == "darwin" else 1024)
    return Cost(seconds, used.ru_utime + used.ru_stime, mebibytes)


def measured(each: tuple[Case, ...], scratch: Path) -> dict[str, Cost]:
    """Medians of each case, taken in turns so that a busy moment meets all alike."""
    costs: dict[str, list[Cost]] = {case.name: [] for case in each}
    for turn in range(ROUNDS + 1):
        for case in each:
            if turn > case.rounds:
                continue
            shutil.rmtree(scratch / "cold", ignore_errors=True)
            took = cost(case, scratch / ("warm" if case.warm else "cold"))
            if turn:  # the first turn warms the disk and our cache
                costs[case.name].append(took)
    return {
        name: Cost(*(statistics.median(part) for part in zip(*taken, strict=True))) for name, taken in costs.items()
    }


def laid_out(scratch: Path) -> tuple[Path, Path, Path]:
    """A new repository, one with many models like it, and a folder of many different specs."""
    repository, models, many = scratch / "repository", scratch / "models", scratch / "many"
    subprocess.run([OURS[0], "new", "--defaults", str(repository)], check=True, capture_output=True)
    apart = shutil.ignore_patterns(".git", ".github", ".venv")
    for number in range(MODELS):
        place = models / f"model-{number:03}"
        shutil.copytree(repository, place, ignore=apart)
        _write(place, (place / "model.yaml").read_text(encoding="utf-8"), number)
    for command in (["init", "--quiet"], ["add", "--all"]):
        subprocess.run(["git", "-C", str(models), *command], check=True)
    for number in range(MANY):
        place = many / f"{number:04}"
        place.mkdir(parents=True)
        _write(place, SPEC.read_text(encoding="utf-8"), number)
    return repository, models, many


def _write(place: Path, text: str, number: int) -> None:
    different = text.replace("seed: 7", f"seed: {number}")
    if different == text and number != 7:
        raise SystemExit(f"{place}: the spec is that of all others")
    (place / "model.yaml").write_text(different, encoding="utf-8")


def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        found = measured(cases(*laid_out(Path(name))), Path(name))
    print(f"{'':52} {'ms':>8} {'ms of processor':>16} {'MiB':>5}")
    for name, (seconds, processor, mebibytes) in found.items():
        print(f"{name:52} {seconds * 1000:8.1f} {processor * 1000:16.1f} {mebibytes:5.0f}")
    print()
    for ours, peer, aim, what in RATIOS:
        ratio = getattr(found[ours], what) / getattr(found[peer], what)
        also = f", {found[ours].processor / found[peer].processor:.2f} of processor" if what == "seconds" else ""
        said = f"{ours} / {peer}{', memory' if what == 'mebibytes' else ''}: {ratio:.2f}{also}  (aim {aim})"
        print(said if ratio <= aim else f"{said}  missed")
    rate = MANY / found[f"{MANY:,} specs: ours"].seconds
    print(f"{MANY:,} specs in one call: {rate:.0f} a second  (aim {RATE:,}){'' if rate >= RATE else '  missed'}")


if __name__ == "__main__":
    main()
