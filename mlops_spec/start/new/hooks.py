"""The hooks of a repository of many models: pre-commit reads one file, which lies at the root."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path, PurePosixPath

HOOKS = ".pre-commit-config.yaml"


def lift(root: Path, folder: PurePosixPath) -> None:
    """Moves the starter's hooks out of the model's folder; hooks that the root has already stay as they are."""
    own, shared = root / folder / HOOKS, root / HOOKS
    if shared.exists() or shared.is_symlink():
        own.unlink()
    else:
        own.rename(shared)


def lack(root: Path) -> bool:
    """Whether the root's hooks never run this tool."""
    return b"mlops-spec" not in (root / HOOKS).read_bytes()
