"""Lets the n-th `open`, `mkdir`, `rename`, `fsync` or `write` of a command fail, over all processes that it starts.

    python tests/faults/sweep.py [--most 40] [--least 500] [--only NAME]

Each injection runs in a copy of its own. What must hold: the command ends, with no bug and no traceback; where it ends
with 74 it says what helps; each file that it writes is the old one or the new one; and the same command, once there is
room again, does what it does where nothing fails.
"""

from __future__ import annotations

import argparse
import errno
import hashlib
import os
import shutil
import struct
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

SOURCE = Path(__file__).with_name("inject.c")
ROOT = Path(__file__).parents[2]
SECONDS = 300
ENDS = {0, 1, 2, 69, 74, 75, 78}
# kind → (error, whether it lasts, as on a full disk)
FAULTS = {
    "open": ((errno.EMFILE, False), (errno.EIO, False), (errno.ENOSPC, True)),
    "mkdir": ((errno.ENOSPC, True), (errno.EROFS, False)),
    "rename": ((errno.EIO, False), (errno.ENOSPC, True)),
    "fsync": ((errno.EIO, False), (errno.ENOSPC, True)),
    "write": ((errno.ENOSPC, True), (errno.EIO, False)),
}
SPEC = """\
spec: 1
model: churn
task: binary-classification
owners: ["@acme/churn"]
data: {path: data/rows.csv, target: label, id: id}
train: {run: python -m churn.train, predictor: "churn.predict:load"}
gates: [{metric: roc_auc, min: 0.75}]
"""


@dataclass(frozen=True)
class Case:
    """A command, the repository that it starts from, and the files of its result, which are the same each time."""

    name: str
    command: tuple[str, ...]
    start: Path
    same: tuple[str, ...] = ()


@dataclass(frozen=True)
class Injection:
    """The `at`-th call of a kind fails."""

    case: Case
    kind: str
    at: int
    error: int
    lasting: bool

    def __str__(self) -> str:
        lasting = " from then on" if self.lasting else ""
        return f"{self.case.name}: {self.kind} {self.at} fails with {errno.errorcode[self.error]}{lasting}"


def compiled(folder: Path) -> Path:
    """The library that injects."""
    library = folder / "inject.so"
    subprocess.run(["gcc", "-shared", "-fPIC", "-O1", "-o", str(library), str(SOURCE), "-ldl"], check=True)
    return library


class Sweep:
    """Runs injections below a folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.library = compiled(folder)

    def calls(self, case: Case, kind: str) -> int:
        """How many calls of the kind the command makes where nothing fails."""
        with self.copy(case) as place:
            self.run(case, place, kind=kind)
            return int(struct.unpack("I", (place.parent / "counter").read_bytes()[:4])[0])

    def injections(self, case: Case, most: int) -> Iterator[Injection]:
        """Up to `most` places of each kind, evenly spread, with each of its errors."""
        for kind, faults in FAULTS.items():
            count = self.calls(case, kind)
            step = (count - 1) / max(1, most - 1)
            for at in sorted({1 + round(place * step) for place in range(most)} if count else ()):
                yield from (Injection(case, kind, at, error, lasting) for error, lasting in faults)

    def clean(self, case: Case) -> tuple[int, dict[str, str], dict[str, str]]:
        """The exit code where nothing fails, and the files before and after."""
        with self.copy(case) as place:
            old = files(place, case.same)
            done = self.run(case, place)
            return done.returncode, old, files(place, case.same)

    def problems(self, each: Injection, clean: tuple[int, dict[str, str], dict[str, str]]) -> list[str]:
        """What does not hold; nothing when all does."""
        code, old, new = clean
        with self.copy(each.case) as place:
            try:
                done = self.run(each.case, place, each.kind, each.at, each.error, each.lasting)
            except subprocess.TimeoutExpired:
                return [f"{each}: it hangs"]
            found = [*self._end(each, done), *_torn(each, files(place, each.case.same), old, new)]
            again = self.run(each.case, place)
            if again.returncode != code:
                found.append(f"{each}: then, with room, it ends with {again.returncode}: {again.stderr[-300:]}")
            elif files(place, each.case.same) != new:
                found.append(f"{each}: then, with room, its result is another")
            return found

    def _end(self, each: Injection, done: subprocess.CompletedProcess[str]) -> Iterator[str]:
        if done.returncode not in ENDS or "Traceback" in done.stderr:
            yield f"{each}: exit {done.returncode}: {done.stderr[-600:]}"
        elif done.returncode == 74 and not done.stderr.strip() and "not looked at" not in done.stdout:
            yield f"{each}: it does not say what failed: {done.stdout[-300:]}"

    def copy(self, case: Case) -> _Copy:
        return _Copy(self.folder, case.start)

    def run(
        self, case: Case, place: Path, kind: str = "", at: int = 0, error: int = errno.EIO, lasting: bool = False
    ) -> subprocess.CompletedProcess[str]:
        counter = place.parent / "counter"
        counter.write_bytes(bytes(8))
        injected = {
            "LD_PRELOAD": str(self.library),
            "FAULT_ROOT": str(place),
            "FAULT_KIND": kind,
            "FAULT_AT": str(at),
            "FAULT_ERRNO": str(error),
            "FAULT_LASTING": str(int(lasting)),
            "FAULT_COUNTER": str(counter),
        }
        home = {"HOME": str(place.parent), "XDG_CACHE_HOME": str(place / ".cache"), "TMPDIR": str(place.parent)}
        path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
        return subprocess.run(
            [sys.executable, "-P", "-m", "mlops_spec", *case.command],
            cwd=place,
            env={**os.environ, **home, "PATH": path, "PYTHONPATH": str(ROOT), **(injected if kind else {})},
            capture_output=True,
            text=True,
            errors="replace",
            timeout=SECONDS,
            check=False,
        )


class _Copy:
    """A repository's copy, alone in a folder that goes with it."""

    def __init__(self, folder: Path, start: Path) -> None:
        self._folder, self._start = folder, start

    def __enter__(self) -> Path:
        self._own = tempfile.TemporaryDirectory(dir=self._folder, ignore_cleanup_errors=True)
        return Path(shutil.copytree(self._start, Path(self._own.name) / "place", symlinks=True))

    def __exit__(self, *_: object) -> None:
        self._own.cleanup()


def files(place: Path, patterns: tuple[str, ...]) -> dict[str, str]:
    """The files that the patterns name, each by its content's hash."""
    found = {path for pattern in patterns for path in place.glob(pattern) if path.is_file()}
    return {str(path.relative_to(place)): hashlib.sha256(path.read_bytes()).hexdigest() for path in found}


def _torn(each: Injection, found: dict[str, str], old: dict[str, str], new: dict[str, str]) -> list[str]:
    wrong = [name for name, content in found.items() if content not in {old.get(name), new.get(name)}]
    return [f"{each}: {name} is neither the old nor the new one" for name in wrong]


def git(place: Path, *command: str) -> None:
    known = ("-c", "user.name=a", "-c", "user.email=a@example.org", "-c", "commit.gpgsign=false")
    subprocess.run(["git", *known, *command], cwd=place, check=True, capture_output=True)


def written(folder: Path) -> Path:
    """A repository with a spec and nothing else, committed."""
    folder.mkdir(parents=True)
    (folder / "model.yaml").write_text(SPEC)
    git(folder, "init", "--quiet", "--initial-branch=main")
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--message=Begin")
    return folder


def trained(folder: Path) -> Path:
    """The starter's repository after a run and its gates, with a remote of its own."""
    ours = [sys.executable, "-P", "-m", "mlops_spec"]
    settings = {**os.environ, "PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])}
    for place, command in (
        (folder.parent, ("new", str(folder), "--starter", "blank", "--defaults")),
        (folder, ("run",)),
        (folder, ("gate",)),
    ):
        subprocess.run([*ours, *command], cwd=place, env=settings, check=True, capture_output=True)
    git(folder, "add", "dvc.lock")
    git(folder, "commit", "--quiet", "--message=Train")
    subprocess.run([*ours, "gate"], cwd=folder, env=settings, check=True, capture_output=True)
    return folder


def light(folder: Path) -> list[Case]:
    """Commands that need no training."""
    repository = written(folder / "written")
    rendered = (
        "*.yaml",
        "*.md",
        ".github/**/*",
        "deploy/**/*",
        ".dvc/*",
        "CODEOWNERS",
        ".gitattributes",
        ".mlops/**/*",
    )
    fixable = Path(shutil.copytree(repository, folder / "fixable"))
    (fixable / "model.yaml").write_text(SPEC.replace("model: churn", "modle: churn"))
    return [
        Case("lint", ("lint",), repository, ("model.yaml",)),
        Case("lint --fix", ("lint", "--fix"), fixable, ("model.yaml",)),
        Case("render", ("render",), repository, rendered),
        Case("plan", ("plan", "--out", "plan.json"), repository, ("plan.json",)),
    ]


def heavy(folder: Path) -> list[Case]:
    """Commands on what a run left, and the run itself, whose stages come from DVC's cache."""
    repository = trained(folder / "trained")
    again = Path(shutil.copytree(repository, folder / "again", symlinks=True))
    shutil.rmtree(again / "build")
    return [
        Case("gate", ("gate",), repository),
        Case("bundle", ("bundle", "--out", "out"), repository, ("out/*",)),
        Case("report", ("report", "--out", "report.json"), repository, ("report.json",)),
        Case("run", ("run",), again, ("build/model/*", "dvc.lock", "model.yaml")),
    ]


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--most", type=int, default=40, help="places of each kind")
    parser.add_argument("--least", type=int, default=500, help="injections that there must be")
    parser.add_argument("--only", help="the command of this name")
    parser.add_argument("--light", action="store_true", help="no command that needs a run")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="mlops-faults-", ignore_cleanup_errors=True) as temporary:
        folder = Path(temporary)
        sweep = Sweep(folder)
        cases = [*light(folder), *([] if options.light else heavy(folder))]
        total, found = 0, list[str]()
        with ThreadPoolExecutor(os.cpu_count()) as pool:
            for case in cases:
                if options.only not in {None, case.name}:
                    continue
                clean = sweep.clean(case)
                injections = list(sweep.injections(case, options.most))
                wrong = [each for one in pool.map(lambda it: sweep.problems(it, clean), injections) for each in one]  # noqa: B023
                print(f"{case.name}: {len(injections)} injections, {len(wrong)} problems", flush=True)
                print("".join(f"  {each}\n" for each in wrong), end="", flush=True)
                total, found = total + len(injections), [*found, *wrong]
    print(f"{total} injections, {len(found)} problems")
    return int(bool(found) or total < options.least)


if __name__ == "__main__":
    sys.exit(main())
