"""Where the time of the rehearsal `life` goes, and how much longer it takes on the hub that says no.

Plays it as `make demo` does, beside the demo of the commit before the hub was strict (`OLD`), each twice in turn; the
quicker one counts. Prints the seconds of each step by part (training, DVC, act, uv, servers; what is left is ours, and
a moment in which jobs run side by side is shared between them), and as a peer what the same work takes without us: all
parts but `mlops-spec`. Aim: 60 s in all on two idle cores, and at most 3 minutes on any; 1.1 times the old demo.
"""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import tempfile
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

OLD = "d25b480"  # repositories by their paths, one token that may do everything
AIM, LIMIT, RATIO = 60.0, 180.0, 1.1  # seconds, seconds, times the old demo
PARTS = ("training", "DVC", "act", "uv", "servers", "mlops-spec")
UV = str(Path(sys.executable).with_name("uv"))
ROOT = Path(__file__).parent.parent


@dataclass(frozen=True)
class Play:
    """What `mlops-spec rehearse life` says of itself, and the seconds of processor time that it took."""

    said: dict[str, Any]
    processor: float

    @property
    def seconds(self) -> float:
        return float(self.said["seconds"])


def main() -> int:
    load = os.getloadavg()[0]
    with tempfile.TemporaryDirectory(prefix="mlops-benchmark-") as folder, old(Path(folder)) as python:
        pythons = {"old": str(python), "new": sys.executable}
        plays = [(name, play(pythons[name], Path(folder) / name)) for _ in range(2) for name in pythons]
    best = {name: min((each for of, each in plays if of == name), key=lambda each: each.seconds) for name in pythons}
    new = best["new"]
    for line in lines(new.said):
        print(line)
    others = new.seconds - new.said["parts"].get("mlops-spec", 0.0)
    print(f"\nlife {new.seconds:.1f} s (aim {AIM:.0f}), {new.seconds / others:.2f} times its parts without us")
    ratio = new.seconds / best["old"].seconds
    print(f"     {ratio:.2f} times the {best['old'].seconds:.1f} s of {OLD} (at most {RATIO})")
    times = ", ".join(f"{name} {min(each.processor for of, each in plays if of == name):.1f} s" for name in pythons)
    print(f"     processor time: {times}; load was {load:.1f} on {os.cpu_count()} cores")
    return int(not all(each.said["as_expected"] for _, each in plays) or new.seconds > LIMIT or ratio > RATIO)


@contextmanager
def old(folder: Path) -> Iterator[Path]:
    """The Python of an environment with the old commit in it."""
    tree = folder / OLD
    git("worktree", "add", "--quiet", "--detach", str(tree), OLD)
    try:
        run(UV, "venv", "--quiet", "--python", sys.executable, str(tree / ".venv"))
        python = tree / ".venv/bin/python"
        install = (UV, "pip", "install", "--quiet", "--python", str(python))
        run(*install, "--require-hashes", "-r", str(tree / "requirements.txt"))
        run(*install, "--no-deps", "--editable", str(tree))
        yield python
    finally:
        git("worktree", "remove", "--force", str(tree))


def play(python: str, folder: Path) -> Play:
    """Plays it once; each of the two has a cache of its own, and finds there what its first play installed."""
    before = processor()
    environment = {**os.environ, "XDG_CACHE_HOME": f"{folder}-cache", "UV_CACHE_DIR": uv_cache()}
    environment.pop(
        "PYTHONDONTWRITEBYTECODE", None
    )  # people keep what is compiled; without it each process compiles anew
    environment["PATH"] = f"{Path(python).parent}{os.pathsep}{os.environ['PATH']}"
    command = [python, "-m", "mlops_spec", "rehearse", "life", "--into", str(folder), "--format", "json"]
    done = subprocess.run(command, cwd=folder.parent, env=environment, stdout=subprocess.PIPE, check=False)
    return Play(json.loads(done.stdout), processor() - before)


def processor() -> float:
    """Seconds that programs started here have taken so far."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def uv_cache() -> str:
    return subprocess.run([UV, "cache", "dir"], capture_output=True, text=True, check=True).stdout.strip()


def git(*args: str) -> None:
    run("git", "-C", str(ROOT), *args)


def run(*command: str) -> None:
    subprocess.run(command, check=True)


def lines(played: dict[str, Any]) -> list[str]:
    """A row for each step, and their sum."""
    rows = [(step["title"], step["seconds"], step["parts"]) for step in played["steps"]]
    rows.append(("all", played["seconds"], played["parts"]))
    head = f"{'step':<48}{'s':>7}" + "".join(f"{part:>12}" for part in PARTS)
    body = (f"{title:<48}{s:>7.1f}" + "".join(f"{parts.get(p, 0):>12.1f}" for p in PARTS) for title, s, parts in rows)
    return [head, *body]


if __name__ == "__main__":
    sys.exit(main())
