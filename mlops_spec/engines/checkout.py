"""Opens the engine of a checkout."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from mlops_spec.engines.dvc.engine import Dvc
from mlops_spec.engines.dvc.store_trouble import keys_of, refuse_empty
from mlops_spec.engines.set_up import is_set_up
from mlops_spec.errors import Exit, Failure

if TYPE_CHECKING:
    from pathlib import Path

    from mlops_spec.engines.engine import Engine
    from mlops_spec.spec import Spec


def engine_of(root: Path, spec: Spec, *, push: bool) -> Engine:
    """The engine of the checkout at `root`, which will read from its remote, or `push` to it.

    Raises:
        Failure: it is not set up, or a secret that it needs is empty (78).
    """
    if not is_set_up(root):
        raise Failure(f"{root} has no DVC", exit_code=Exit.CONFIG, remedy="`dvc init` sets it up.")
    refuse_empty(spec, "write" if push else "read", os.environ)
    return Dvc(root, keys=keys_of(spec))
