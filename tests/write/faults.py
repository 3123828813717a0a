"""Counts the file operations of a write and lets one of them fail, or the process die at it.

Run as a program it kills a child before each operation in turn, and prints what was found afterwards.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import sys
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

from mlops_spec.render.write import journal, write
from mlops_spec.render.write.tree import Tree

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

CALLS = ("open", "mkdir", "rename", "replace", "fsync", "fchmod", "unlink", "rmdir")
HEADER = "# by mlops-spec\n"
OLD = {"a.yaml": f"{HEADER}old: a\n", "b/stays.yaml": HEADER, "b/goes.yaml": HEADER}
NEW = {"a.yaml": f"{HEADER}new: a\n", "b/stays.yaml": HEADER, "c/d/comes.yaml": HEADER}


def paths(texts: dict[str, str]) -> dict[PurePosixPath, str]:
    return {PurePosixPath(name): text for name, text in texts.items()}


def snapshot(root: Path) -> dict[str, str]:
    """Every file and folder below `root`, git's and none of it."""
    return {str(p.relative_to(root)): p.read_text() if p.is_file() else "" for p in sorted(root.rglob("*"))}


def prepare(root: Path) -> Path:
    """A repository with the old set and a file of the user's."""
    shutil.rmtree(root, ignore_errors=True)
    root.mkdir(parents=True)
    (root / "theirs").write_text("theirs")
    write(root, paths(OLD))
    return root


@contextlib.contextmanager
def fault(at: int, strike: Callable[[], None], *, before: bool, again: bool = False) -> Iterator[list[str]]:
    """Calls `strike` before or after the operation number `at`, and, with `again`, at every later one too."""
    seen: list[str] = []
    originals: dict[str, Any] = {name: getattr(os, name) for name in (*CALLS, "fdopen")}

    def counted(name: str, call: Callable[..., Any]) -> Callable[..., Any]:
        def wrapper(*args: Any, **kwargs: Any) -> Any:
            seen.append(name)
            due = len(seen) - 1 == at or (again and len(seen) > at)
            if due and before:
                strike()
            result = call(*args, **kwargs)
            if due and not before:
                if name == "open":
                    originals["fdopen"](result).close()
                strike()
            return result

        return wrapper

    class Written:
        """A file whose every write is two, so that one can fail in between."""

        def __init__(self, file: Any) -> None:
            self.file = file

        def __enter__(self) -> Written:
            return self

        def __exit__(self, *exception: object) -> None:
            self.file.close()

        def write(self, data: bytes) -> None:
            for half in (data[: len(data) // 2], data[len(data) // 2 :]):
                counted("write", self.file.write)(half)
                self.file.flush()

        def flush(self) -> None:
            self.file.flush()

    def fdopen(descriptor: int, mode: str = "r", *args: Any) -> Any:
        file = originals["fdopen"](descriptor, mode, *args)
        return Written(file) if "w" in mode else file

    for name in CALLS:
        setattr(os, name, counted(name, originals[name]))
    os.fdopen = fdopen  # type: ignore[assignment]
    try:
        yield seen
    finally:
        for name, original in originals.items():
            setattr(os, name, original)


def operations(root: Path) -> list[str]:
    """The file operations of one write."""
    prepare(root)
    with fault(-1, lambda: None, before=True) as seen:
        write(root, paths(NEW))
    return list(seen)


def kill_everywhere(root: Path) -> list[dict[str, Any]]:
    """What each kill left, once recovered and once written again."""
    found = []
    for at in range(len(operations(root))):
        prepare(root)
        child = os.fork()
        if child == 0:
            with fault(at, lambda: os._exit(9), before=True):
                write(root, paths(NEW))
            os._exit(0)
        _, status = os.waitpid(child, 0)
        with Tree(root) as tree:
            journal.recover(tree)
        recovered = snapshot(root)
        write(root, paths(NEW))
        found.append({"died": status != 0, "recovered": recovered, "written": snapshot(root)})
    return found


if __name__ == "__main__":
    os.fsync = lambda descriptor: None  # a process that dies loses nothing that it gave to the kernel
    print(json.dumps(kill_everywhere(Path(sys.argv[1]))))
