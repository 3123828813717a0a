"""DVC's `rwlock`: entries that a killed DVC left are removed, so that nobody has to delete them by hand.

DVC writes the file in place. Torn, it stops every later DVC; whole, it names processes of which the number may by now
belong to another program.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import psutil  # type: ignore[import-untyped]  # DVC brings it

from mlops_spec.system.files import write_atomic

if TYPE_CHECKING:
    from pathlib import Path


def remove_dead(path: Path) -> None:
    """Drops the entries of processes that are no more; a torn file, which names none, is removed."""
    try:
        lock = json.loads(path.read_bytes())
        alive = {
            "write": {where: info for where, info in lock.get("write", {}).items() if _alive(info)},
            "read": {where: kept for where, all_ in lock.get("read", {}).items() if (kept := _living(all_))},
        }
    except FileNotFoundError:
        return
    except (ValueError, AttributeError, TypeError, KeyError, RecursionError):
        path.unlink(missing_ok=True)
        return
    if alive != {"write": lock.get("write", {}), "read": lock.get("read", {})}:
        write_atomic(path, json.dumps(alive))


def _living(infos: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [info for info in infos if _alive(info)]


def _alive(info: dict[str, Any]) -> bool:
    """Whether the process still runs and is a DVC: its number may have gone to another program since."""
    try:
        process = psutil.Process(int(info["pid"]))
        return process.status() != psutil.STATUS_ZOMBIE and any("dvc" in word for word in process.cmdline())
    except psutil.NoSuchProcess:
        return False
    except psutil.AccessDenied:
        return True
