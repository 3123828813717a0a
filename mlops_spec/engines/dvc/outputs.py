"""The files that DVC reads, as outputs to render: the pipeline, the remote, the ignore file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlops_spec.engines.dvc.names import FILE
from mlops_spec.engines.dvc.plots import plots
from mlops_spec.engines.dvc.remote import REMOTE, remote
from mlops_spec.engines.dvc.stages import stages
from mlops_spec.render.output import DVC_CONFIG, DVC_IGNORE, Kind, Output
from mlops_spec.spec.storage import by_google

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from mlops_spec.spec import Spec
    from mlops_spec.spec.storage import Storage


def pipeline(spec: Spec, present: frozenset[str], code: Mapping[str, tuple[str, ...]]) -> Iterator[Output]:
    """What lies in a model's folder."""
    yield Output(
        FILE,
        "dvc.yaml",
        {
            "stages": stages(spec, present, code),
            "plots": plots(spec),
            "model": spec.model,
            "task": spec.task,
            "description": spec.description,
        },
    )


def ignored(storage: Storage | None, source: str) -> Iterator[Output]:
    """What DVC leaves out of each folder that it hashes, below the file."""
    values = {"google": by_google(storage), "source": source}
    yield Output(DVC_IGNORE, "dvcignore", values, Kind.SHARED)


def settings(storage: Storage | None) -> Iterator[Output]:
    """What lies once at a repository's root."""
    settings = remote(storage) if storage else {}
    yield Output(DVC_CONFIG, ".dvc/config", {"name": REMOTE, "settings": settings}, Kind.SHARED)
