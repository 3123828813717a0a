"""DVC's output, read as events and failures."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from mlops_spec.engines.dvc.store_trouble import Keys, trouble
from mlops_spec.engines.engine import Said, StageRun, Started
from mlops_spec.errors import Exit, Failure
from mlops_spec.regex import regex
from mlops_spec.system.faults import told_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from mlops_spec.engines.engine import Event

_RUNNING = regex(r"^(?:Running|Pulling data for) stage:? '([^']+)':?$")
_CACHED = regex(r"^Stage '([^']+)' is cached - skipping run")
_UNCHANGED = regex(r"^Stage '([^']+)' didn't change, skipping$")
_FAILED = regex(r"^ERROR: failed to reproduce '([^']+)'(?::.*exited with (-?\d+)$)?")
# DVC keeps to itself why it could neither link nor copy: most often there is no room, or no descriptor.
_NO_WAY = "No possible cache link types"
# What DVC says to a person who calls it by hand.
_ADVICE = regex(
    r"^(> mlops-spec stage .*|(Updat|Generat)ing lock file .*|To track the changes.*|To enable auto staging.*"
    r"|\t(git add|dvc config core.autostage) .*|Use `dvc push`.*|Data and pipelines are up to date\.|)$"
)


def follow(lines: Iterable[str], watch: Callable[[Event], None]) -> list[StageRun]:
    """Turns DVC's output into events; a stage ends where the next one starts."""
    done: list[StageRun] = []
    current: str | None = None
    ran, start = False, time.monotonic()

    def end() -> None:
        nonlocal current
        if current is not None:
            done.append(StageRun(current, "ran" if ran else "cached", time.monotonic() - start))
            watch(done[-1])
        current = None

    for line in lines:
        if match := _RUNNING.match(line):
            again = current == match[1]  # its results could not be pulled: now it runs
            if not again:
                end()
                current, start = match[1], time.monotonic()
                watch(Started(current))
            ran = line.startswith("Running")
        elif match := _CACHED.match(line) or _UNCHANGED.match(line):
            end()
            done.append(StageRun(match[1], "cached" if "cached" in line else "unchanged", 0.0))
            watch(done[-1])
        elif _FAILED.match(line):
            current = None
        elif not _ADVICE.match(line):
            watch(Said(current, line))
    end()
    return done


def failure(told: Sequence[str]) -> Failure:
    """What stopped a run, with the exit code of the stage that did."""
    for line in reversed(told):
        if (match := _FAILED.match(line)) and match[2]:
            code = int(match[2])
            known = Exit(code) if code in set(Exit) else Exit.FINDINGS
            return Failure(f"stage `{match[1]}` failed", exit_code=known)
    refusal = trouble("\n".join(line for line in told if line.startswith("ERROR")), "read", Keys(), "dvc repro failed")
    if refusal is not None:
        return refusal
    said = reason(chr(10).join(told))
    if "Unable to acquire lock" in said:
        remedy = "see that no other DVC runs here, and that the disk has room (`df`), then run the same command again"
        return Failure(f"dvc repro failed: {said}", exit_code=Exit.STALE, remedy=remedy)
    if _NO_WAY in said:
        remedy = "see that the disk has room (`df`) and can be written, and that `dvc config cache.type` suits it"
        return Failure(f"dvc repro failed: {said}", exit_code=Exit.IO, remedy=remedy)
    if told_of(said):
        return Failure(f"dvc repro failed: {said}", exit_code=Exit.IO)
    return Failure(f"dvc repro failed: {said}", exit_code=Exit.CONFIG, remedy="`dvc repro -v` says more.")


def reason(stderr: str) -> str:
    """What DVC says went wrong, in one line."""
    errors = [line.removeprefix("ERROR: ") for line in stderr.splitlines() if line.startswith("ERROR: ")]
    said = errors or [line for line in stderr.splitlines() if line.strip()]
    return said[-1] if said else "no reason given"
