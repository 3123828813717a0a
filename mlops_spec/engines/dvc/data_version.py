"""A new version of the data file, kept by Git, or by DVC with its content pushed to the remote first."""

from __future__ import annotations

import tempfile
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from mlops_spec.engines.dvc.names import CONFIG, FOLDER
from mlops_spec.engines.dvc.process import dvc
from mlops_spec.engines.dvc.store_trouble import Keys, trouble
from mlops_spec.errors import Exit, Failure

if TYPE_CHECKING:
    from collections.abc import Callable

    from mlops_spec.git import Tree

_SECONDS = 1800
_TO_WRITE = (
    "The monitor's job on GitHub may read and no more: bring the rows in by a pull request of your own; or let "
    "`mlops-spec monitor --state` open it where the model runs, as somebody who may write to the storage."
)


def new_version(tree: Tree, path: str, change: Callable[[bytes], bytes | None]) -> dict[str, bytes]:
    """The files of Git that make `change` of the data file its next version; empty when it changes nothing.

    Raises:
        Failure: the file is nowhere in the commit (78), or its DVC remote does not give or take it (69).
    """
    content = tree.read(path)
    if content is not None:
        changed = change(content)
        return {path: changed} if changed is not None else {}
    tracked = tree.read(f"{path}.dvc")
    if tracked is None:
        raise Failure(f"neither {path} nor {path}.dvc is on main", exit_code=Exit.CONFIG)
    with tempfile.TemporaryDirectory(prefix="mlops-spec-data-") as folder:
        root = Path(folder)
        (root / FOLDER).mkdir()
        (root / CONFIG).write_bytes(tree.root.read(CONFIG) or b"")
        (root / f"{CONFIG}.local").write_text("[core]\n    no_scm = true\n")
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / f"{path}.dvc").write_bytes(tracked)
        _dvc(root, "pull", f"{path}.dvc")
        changed = change((root / path).read_bytes())
        if changed is None:
            return {}
        (root / path).unlink()  # it may be a link into the cache
        (root / path).write_bytes(changed)
        _dvc(root, "add", path)
        _dvc(root, "push", f"{path}.dvc")
        return {f"{path}.dvc": (root / f"{path}.dvc").read_bytes()}


def is_installed() -> bool:
    """Whether data can be brought here at all."""
    return find_spec("dvc") is not None


def bring(root: Path, path: str) -> str:
    """Brings a data file from the remote into a checkout; why that was not possible, or empty."""
    try:
        done = dvc(root, "pull", "--quiet", f"{path}.dvc")
    except Failure as slow:
        return slow.message
    said = done.stderr.strip().splitlines() or [f"dvc pull ended with {done.returncode}"]
    return said[-1] if done.returncode else ""


def _dvc(root: Path, *command: str) -> None:
    done = dvc(root, *command, "--quiet")
    if done.returncode:
        pushes = command[0] == "push"
        known = trouble(done.stderr, "write" if pushes else "read", Keys(), f"dvc {command[0]}")
        if known is not None:
            remedy = _TO_WRITE if pushes else known.remedy
            raise Failure(known.message, exit_code=known.exit_code, remedy=remedy)
        said = done.stderr.strip().splitlines() or ["no reason given"]
        raise Failure(f"dvc {command[0]}: {said[-1]}", exit_code=Exit.UNAVAILABLE)
