"""The actions that rendered workflows use, each pinned to a commit by `template/actions.lock.yaml`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from mlops_spec.document import safe_yaml
from mlops_spec.render.template import TEMPLATE

if TYPE_CHECKING:
    from pathlib import Path


@dataclass(frozen=True)
class Action:
    """A pinned action: `ref` is what stands behind `uses:`, `version` the comment beside it."""

    ref: str
    version: str


def _read_lock(path: Path) -> dict[str, Action]:
    lock = safe_yaml.load(path.read_text(encoding="utf-8"))
    return {
        name.replace("-", "_"): Action(f"{entry['action']}@{entry['commit']}", entry["version"])
        for name, entry in lock.items()
    }


ACTIONS = _read_lock(TEMPLATE / "actions.lock.yaml")
_BY_NAME = {action.ref.partition("@")[0]: action for action in ACTIONS.values()}


def pinned(name: str) -> Action | None:
    """The action of this name, `owner/repository`, in any case; None where we use no such."""
    return _BY_NAME.get(name.lower())
