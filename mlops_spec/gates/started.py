"""The candidate of the last run, its package's process started."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mlops_spec import model_folder
from mlops_spec.gates.scoring import scorer
from mlops_spec.pipeline.last_run import check_last_run

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from mlops_spec.gates.scoring import Scorer
    from mlops_spec.package.manifest import Manifest
    from mlops_spec.spec import Spec


@dataclass(frozen=True)
class Started:
    """What its package says of itself, and the process that holds it."""

    manifest: Manifest
    process: Scorer


@contextmanager
def started(root: Path, spec: Spec) -> Iterator[Started]:
    """Starts the process, which ends with the block.

    Raises:
        Failure: there is no evaluation (78), or it is of another spec, data or package (75); nothing is started then.
    """
    manifest = check_last_run(root, spec)
    with scorer(root / model_folder.PACKAGE) as process:
        yield Started(manifest, process)
