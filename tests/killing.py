"""Runs a command of ours as it is, and kills the process at one of its steps: a lasting effect on the world.

    python killing.py TRACE WHEN STEP COMMAND...

A step is a push, a fetch, a reference that moves, a file that is written, moved or removed, a call of the API that
changes something, a server that is started. Each is written to TRACE as it begins; WHEN (`before`, `after`) and STEP
(counted from 1; 0: never) say where the process is killed by SIGKILL. Nothing in the program knows of this.
"""

from __future__ import annotations

import functools
import os
import signal
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mlops_spec.__main__ import main as program
from mlops_spec.git import Git
from mlops_spec.platforms.github import step as output
from mlops_spec.platforms.github.api import connection
from mlops_spec.system import files
from mlops_spec.targets.local import target

if TYPE_CHECKING:
    from collections.abc import Callable

MOVES = ("push", "fetch", "update-ref")


class Killer:
    """Counts the steps, and kills at the one that was asked for."""

    def __init__(self, trace: str, when: str, step: str) -> None:
        self.trace, self.when, self.step, self.seen = Path(trace), when, int(step), 0

    def wrap(self, owner: Any, name: str, called: Callable[..., str | None]) -> None:
        """`called` names the step that a call is; None: it is none."""
        original = getattr(owner, name)

        @functools.wraps(original)
        def call(*given: Any, **named: Any) -> Any:
            step = called(*given, **named)
            if step is None:
                return original(*given, **named)
            self.seen += 1
            with self.trace.open("a", encoding="utf-8") as stream:
                stream.write(f"{step}\n")
            self._kill("before")
            answer = original(*given, **named)
            self._kill("after")
            return answer

        setattr(owner, name, call)

    def _kill(self, when: str) -> None:
        if (self.seen, self.when) == (self.step, when):
            os.kill(os.getpid(), signal.SIGKILL)


def git(_: Git, args: Any, **__: Any) -> str | None:
    """`push refs/heads/audit-log refs/tags/churn@v1.0.0`; objects that no reference leads to are no step."""
    if args[0] not in MOVES:
        return None
    refs = [each.rpartition(":")[2] for each in args[1:] if "refs/" in each and not each.startswith("--")]
    return " ".join([args[0], *(ref.removeprefix("refs/") for ref in refs)])


def api(method: str, url: str, *_: Any, **__: Any) -> str | None:
    return None if method == "GET" else f"{method} {url.partition('/repos/acme/churn/')[2]}"


def main() -> None:
    killer = Killer(*sys.argv[1:4])
    killer.wrap(Git, "_call", git)
    killer.wrap(connection, "send", api)
    killer.wrap(files, "write_at", lambda _, name, *__, **___: f"write {name}")
    killer.wrap(output, "_append", lambda file, *_: f"append {Path(file).name}" if file else None)
    killer.wrap(Path, "rename", lambda path, _: f"move {path.name}")
    killer.wrap(Path, "unlink", lambda path, **_: f"remove {path.name}")
    killer.wrap(target.Local, "stop", lambda *_: "stop the server")
    killer.wrap(target.subprocess, "run", lambda line, **_: "start the server" if "serve" in line else None)
    sys.argv = ["mlops-spec", *sys.argv[4:]]
    program()


main()
