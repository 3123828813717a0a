"""What stages of a model depend on besides their inputs: its environment, and its code, in and above its folder."""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import TYPE_CHECKING, NamedTuple

from mlops_spec.repository.code import Folder, code_of
from mlops_spec.repository.root import above, root_of
from mlops_spec.spec.stages import SURROUNDINGS

if TYPE_CHECKING:
    from pathlib import Path

    from mlops_spec.spec import Spec

# Of the repository's root; what its `pyproject.toml` asks for stands in the lock, and the rest is no model's own.
_FOR_ALL = ("uv.lock", ".python-version")


class Around(NamedTuple):
    """The names of `SURROUNDINGS` that there are, as paths from the model's folder; the code of each stage."""

    present: frozenset[str]
    code: dict[str, tuple[str, ...]]


def around(folder: Path, spec: Spec) -> Around:
    """What there is around the model in a folder."""
    root = root_of(folder)
    up = above(folder, root)
    own = {name for name in SURROUNDINGS if (folder / name).exists()}
    shared = {name for name in _FOR_ALL if up and name not in own and (root / name).exists()}
    code = code_of(spec, Folder(folder, root), up)
    return Around(
        frozenset([*own, *(str(PurePosixPath(up) / name) for name in shared)]),
        {name: each.paths for name, each in code.items()},
    )
