"""The check of the folders that a pipeline writes to: none is a link that leads out of the repository."""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from mlops_spec import model_folder
from mlops_spec.engines.set_up import state_of
from mlops_spec.system.files import followed

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from mlops_spec.engines.stage import Stage

_OURS = (model_folder.SPLIT, model_folder.MODEL, model_folder.EVALUATE, model_folder.PLOTS, model_folder.PACKAGE)


def check_places(root: Path, stages: Iterable[Stage]) -> None:
    """Raises Failure (78), which names the link, for one of ours or one that a stage writes to.

    A file that is a link is no matter: the engine may have put it there, and replaces it.
    """
    written = (PurePosixPath(path).parent for stage in stages for path in stage.writes)
    followed(state_of(root))
    for folder in (*_OURS, *dict.fromkeys(written)):
        followed(root / folder)
