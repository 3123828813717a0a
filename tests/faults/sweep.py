"""Lets the n-th `open`, `mkdir`, `rename`, `fsync` or `write` of a command fail, over all processes that it starts.

    python -m tests.faults.sweep [--most 40] [--least 500] [--only NAME]... [--jobs 2]

Each injection runs in a copy of its own. What must hold: the command ends, as it does where nothing fails or with one
of `ENDS`, and then it says what helps, and of a full disk where it is full; everything that it writes is the old state
or the new one, and the new one where it says that all went well; and the same command, once there is room again, does
what it does where nothing fails.
"""

from __future__ import annotations

import argparse
import errno
import os
import re
import shutil
import struct
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from .cases import GROUPS, free_port

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .cases import Case

SOURCE = Path(__file__).with_name("inject.c")
ROOT = Path(__file__).parents[2]
SECONDS = 300
_REMEDY = re.compile(r"^mlops-spec: .+\n  \S|not looked at", re.M)
_PLACE = re.compile(r"^mlops-spec: .*[/.]|not looked at", re.M)
JOURNAL = ".mlops/staging/"  # by which the next command finishes what had no room; after that one it must be gone
ENDS = {69, 74, 75, 78}  # besides the end where nothing fails
# kind, in the order of `inject.c` → (error, whether it lasts, as on a full disk)
FAULTS = {
    "open": ((errno.EMFILE, False), (errno.EIO, False), (errno.ENOSPC, True)),
    "mkdir": ((errno.ENOSPC, True), (errno.EROFS, False)),
    "rename": ((errno.EIO, False), (errno.ENOSPC, True)),
    "fsync": ((errno.EIO, False), (errno.ENOSPC, True)),
    "write": ((errno.ENOSPC, True), (errno.EIO, False)),
}


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

    def calls(self, case: Case) -> dict[str, int]:
        """How many calls of each kind the command makes where nothing fails."""
        with self.copy(case) as place:
            self.run(case, place, kind="none")
            counted = struct.unpack("6I", (place.parent / "counter").read_bytes())
            return dict(zip(FAULTS, counted[1:], strict=True))

    def injections(self, case: Case, most: int) -> Iterator[Injection]:
        """Up to `most` places of each kind, evenly spread, with each of its errors."""
        for kind, count in self.calls(case).items():
            step = (count - 1) / max(1, most - 1)
            for at in sorted({1 + round(place * step) for place in range(most)} if count else ()):
                yield from (Injection(case, kind, at, error, lasting) for error, lasting in FAULTS[kind])

    def clean(self, case: Case) -> tuple[int, dict[str, str], dict[str, str]]:
        """The exit code where nothing fails, and the files before and after."""
        with self.copy(case) as place:
            old = case.look(place)
            done = self.run(case, place)
            new = case.look(place)
            if done.returncode not in case.ends or (case.changes and old == new):
                raise AssertionError(f"{case.name} does not what it should: {done.returncode} {done.stderr[-600:]}")
            return done.returncode, old, new

    def problems(self, each: Injection, clean: tuple[int, dict[str, str], dict[str, str]]) -> list[str]:
        """What does not hold; nothing when all does."""
        code, old, new = clean
        with self.copy(each.case) as place:
            try:
                done = self.run(each.case, place, each.kind, each.at, each.error, lasting=each.lasting)
            except subprocess.TimeoutExpired:
                return [f"{each}: it hangs"]
            left = each.case.look(place)
            found = [*_ended(each, done, code), *_torn(each, left, old, new)]
            if done.returncode == code and (differing := [name for name in _differ(left, new) if _lasts(name)]):
                found.append(f"{each}: it says that all went well: {', '.join(differing)}")
            again = self.run(each.case, place)
            if again.returncode != code:
                found.append(f"{each}: then, with room, it ends with {again.returncode}: {again.stderr[-300:]}")
            elif (left := each.case.look(place)) != new:
                found.append(f"{each}: then, with room, its result is another: {', '.join(_differ(left, new))}")
            return found

    def copy(self, case: Case) -> _Copy:
        return _Copy(self.folder, case)

    def read_only(self, case: Case, place: Path) -> subprocess.CompletedProcess[str]:
        """The command where nothing can be made or written below `place`, from its first call on."""
        return self.run(case, place, "none", error=errno.EROFS, lasting=True, begun=True)

    def run(
        self,
        case: Case,
        place: Path,
        kind: str = "",
        at: int = 0,
        error: int = errno.EIO,
        *,
        lasting: bool = False,
        begun: bool = False,
    ) -> subprocess.CompletedProcess[str]:
        counter = place.parent / "counter"
        counter.write_bytes(struct.pack("6I", begun, 0, 0, 0, 0, 0))
        injected = {
            "LD_PRELOAD": str(self.library),
            "FAULT_ROOT": str(place),
            "FAULT_KIND": kind,
            "FAULT_AT": str(at),
            "FAULT_ERRNO": str(error),
            "FAULT_LASTING": str(int(lasting)),
            "FAULT_COUNTER": str(counter),
        }
        line = [part.format(place=place) for part in case.command]
        if case.listens:
            line += ["--listen", f"127.0.0.1:{free_port()}"]
        environ = {name: value for name, value in os.environ.items() if not name.startswith("GITHUB_")}
        home = {"HOME": str(place.parent), "XDG_CACHE_HOME": str(place / ".cache"), "TMPDIR": str(place.parent)}
        path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
        with case.beside(place) as settings:
            ours = {**environ, **home, "PATH": path, "PYTHONPATH": str(ROOT), **settings}
            return subprocess.run(
                [sys.executable, "-P", "-m", "mlops_spec", *line],
                cwd=place,
                env={**ours, **(injected if kind else {})},
                capture_output=True,
                text=True,
                errors="replace",
                timeout=SECONDS,
                check=False,
            )


class _Copy:
    """What a case starts from, copied, alone in a folder that goes with it."""

    def __init__(self, folder: Path, case: Case) -> None:
        self._folder, self._case = folder, case

    def __enter__(self) -> Path:
        self._own = tempfile.TemporaryDirectory(dir=self._folder, ignore_cleanup_errors=True)
        return Path(shutil.copytree(self._case.start, Path(self._own.name) / "place", symlinks=True))

    def __exit__(self, *_: object) -> None:
        self._own.cleanup()


def _ended(each: Injection, done: subprocess.CompletedProcess[str], code: int) -> Iterator[str]:
    said = done.stderr + done.stdout
    if done.returncode not in {code, *ENDS} or "Traceback" in said:
        yield f"{each}: exit {done.returncode}: {done.stderr[-600:]}"
    elif done.returncode != code and not _REMEDY.search(said):
        yield f"{each}: exit {done.returncode} says nothing that helps: {said[-300:]}"
    elif done.returncode == 74 and each.error == errno.ENOSPC and each.lasting and not _PLACE.search(said):
        yield f"{each}: it does not say what is full: {said[-300:]}"


def _torn(each: Injection, found: dict[str, str], old: dict[str, str], new: dict[str, str]) -> list[str]:
    wrong = [
        name for name in old | new | found if found.get(name) not in {old.get(name), new.get(name)} and _lasts(name)
    ]
    return [f"{each}: {name} is neither the old nor the new one: {found.get(name, 'gone')[:300]}" for name in wrong]


def _differ(one: dict[str, str], other: dict[str, str]) -> list[str]:
    return [name for name in one | other if one.get(name) != other.get(name)]


def _lasts(name: str) -> bool:
    return not name.startswith(JOURNAL)


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--most", type=int, default=40, help="places of each kind, where a case has more")
    parser.add_argument("--least", type=int, default=500, help="injections that there must be")
    parser.add_argument("--only", action="append", help="a command by its name; again for another")
    parser.add_argument("--jobs", type=int, default=os.cpu_count(), help="injections at a time")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="mlops-faults-", ignore_cleanup_errors=True) as temporary:
        folder = Path(temporary)
        sweep = Sweep(folder)
        total, found = 0, 0
        with ThreadPoolExecutor(options.jobs) as pool:
            for case in (case for group in GROUPS for case in group(folder)):
                if not options.only or case.name in options.only:
                    played, wrong = _play(sweep, case, options.most, pool)
                    total, found = total + played, found + wrong
    print(f"{total} injections, {found} problems")
    return int(bool(found) or total < (0 if options.only else options.least))


def _play(sweep: Sweep, case: Case, most: int, pool: ThreadPoolExecutor) -> tuple[int, int]:
    """How many injections a case had, and how many problems came of them, each told as it is found."""
    begun, clean = time.monotonic(), sweep.clean(case)
    injections = list(sweep.injections(case, min(most, case.places)))
    wrong = 0
    for found in pool.map(lambda each: sweep.problems(each, clean), injections):
        wrong += len(found)
        print("".join(f"  {each}\n" for each in found), end="", flush=True)
    seconds = time.monotonic() - begun
    print(f"{case.name}: {len(injections)} injections, {wrong} problems, {seconds:.0f} s", flush=True)
    return len(injections), wrong


if __name__ == "__main__":
    sys.exit(main())
