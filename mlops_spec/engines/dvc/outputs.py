"""The files that DVC reads, as outputs to render: the pipeline, the remote, the ignore file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlops_spec.engines.dvc.names import FILE
from mlops_spec.engines.dvc.plots import plots
from mlops_spec.engines.dvc.remote import REMOTE, remote
from mlops_spec.engines.dvc.stages import stages
from mlops_spec.render.output import DVC_CONFIG, DVC_IGNORE, Kind, Output

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from mlops_spec.spec import Spec


def pipeline(spec: Spec, present: frozenset[str], code: Mapping[str, tuple[str, ...]]) -> Iterator[Output]:
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
    google = bool(spec.storage and spec.storage.sign_in and spec.storage.sign_in.google)
    yield Output(DVC_IGNORE, "dvcignore", {"google": google}, Kind.SHARED)
    settings = remote(spec.storage) if spec.storage else {}
    yield Output(DVC_CONFIG, ".dvc/config", {"name": REMOTE, "settings": settings}, Kind.SHARED)
