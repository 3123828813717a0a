"""The cache of findings, by a file's content, the rules and the version; read before pydantic is imported.

Light on purpose, without pathlib, dataclasses and typing: a hook that has nothing to say should be over before another
one has loaded its parser. An entry that is torn does not match its own digest and counts as absent; entries are written
without waiting for the disk, because a lost one costs a millisecond.
"""
# Paths are text here: importing pathlib takes longer than all that is done.
# ruff: noqa: PTH100, PTH103, PTH108, PTH112, PTH111, PTH116, PTH118, PTH120, PTH123

from __future__ import annotations

import hashlib
import os
import sys
import time

from mlops_spec import __version__

_HERE = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
# What decides on findings, below this package; and whose versions decide with it.
_PARTS = (
    "",
    "document",
    "engines",
    "engines/dvc",
    "lint",
    "lint/cache",
    "package",
    "platforms",
    "platforms/github",
    "platforms/github/outputs",
    "platforms/github/workflow",
    "render",
    "repository",
    "rules",
    "rules/repository",
    "rules/shape",
    "rules/spec",
    "rules/workflows",
    "spec",
    "spec/gates",
    "spec/tasks",
    "system",
    "validate",
    "words",
)
_TEMPLATES = (os.path.join(os.path.dirname(_HERE), "template"), os.path.join(_HERE, "template"))  # as in `actions`
_PINS = os.path.join(next(path for path in _TEMPLATES if os.path.isdir(path)), "actions.lock.yaml")
_LIBRARIES = ("pydantic/version.py", "pydantic_core/__init__.py", "yaml/__init__.py")
_MOST = 5_000  # entries; beyond them the older half goes
MOST_BYTES = (1 << 20) + 1  # of a file; one that is as long is refused anyhow


class Entry:
    """What was found in a file: how many rules looked (0: none), how many findings, and these as JSON."""

    __slots__ = ("count", "found", "rules")

    def __init__(self, rules: int, count: int, found: str) -> None:
        self.rules, self.count, self.found = rules, count, found


def today() -> str:
    return time.strftime("%Y-%m-%d", time.gmtime())


def directory() -> str:
    """Where this user's caches lie, as the platform has it."""
    if chosen := os.environ.get("XDG_CACHE_HOME"):
        base = chosen
    elif sys.platform == "darwin":
        base = os.path.expanduser("~/Library/Caches")
    elif sys.platform == "win32":
        base = os.environ.get("LOCALAPPDATA", os.path.expanduser("~"))
    else:
        base = os.path.expanduser("~/.cache")
    return os.path.join(base, "mlops-spec", "lint")


_states: dict[str, bytes] = {}


def state(day: str, beside: bytes = b"") -> bytes:
    """All that findings depend on besides the file: our own code, its libraries, the interpreter, the day and more."""
    if day not in _states:  # of a thousand models one after another, it is looked at once
        _states[day] = _seen(day)
    return hashlib.blake2b(_states[day] + beside, digest_size=32).digest()


def _seen(day: str) -> bytes:
    seen = [__version__, sys.version, day]
    seen += [f"{path} {facts.st_size} {facts.st_mtime_ns}" for path, facts in parts()]
    for library in _LIBRARIES:
        for place in sys.path:
            try:
                facts = os.stat(os.path.join(place, library))
            except OSError:
                continue
            seen.append(f"{library} {facts.st_size} {facts.st_mtime_ns}")
            break
    return "\n".join(seen).encode()


def parts() -> list[tuple[str, os.stat_result]]:
    """Our own files that decide on findings: code and data. A test holds that rules read no other."""
    found = []
    for part in _PARTS:
        with os.scandir(os.path.join(_HERE, part)) as files:
            found += sorted((file.path, file.stat()) for file in files if file.name.endswith((".py", ".json")))
    return [*found, (_PINS, os.stat(_PINS))]


def key(content: bytes, given: bytes) -> str:
    return hashlib.blake2b(content, key=given, digest_size=24).hexdigest()


def load(name: str) -> Entry | None:
    """The entry of a key, when there is a whole one."""
    try:
        with open(os.path.join(directory(), name), encoding="utf-8") as file:
            digest, _, body = file.read().partition("\n")
        head, _, found = body.partition("\n")
        if digest != _digest(name, body):
            return None
        rules, count = head.split(" ")
        return Entry(int(rules), int(count), found)
    except (OSError, ValueError):
        return None


def store(name: str, entry: Entry) -> None:
    """Keeps an entry where that is possible: a cache that can't be written is no reason to fail.

    It is written in place: who reads it meanwhile finds it torn, and so absent.
    """
    body = f"{entry.rules} {entry.count}\n{entry.found}"
    place = directory()
    try:
        if not os.path.isdir(place):
            os.makedirs(place, mode=0o700, exist_ok=True)
        with open(os.path.join(place, name), "w", encoding="utf-8") as file:
            file.write(f"{_digest(name, body)}\n{body}")
    except OSError:
        return


def prune() -> None:
    """Removes the older half when there are too many entries."""
    try:
        entries = [(entry.stat().st_mtime_ns, entry.path) for entry in os.scandir(directory())]
        if len(entries) > _MOST:
            for _, path in sorted(entries)[: len(entries) // 2]:
                os.unlink(path)
    except OSError:
        return


def _digest(name: str, body: str) -> str:
    return hashlib.blake2b(f"{name}\n{body}".encode(), digest_size=16).hexdigest()
