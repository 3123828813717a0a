"""Which place runs the commands of a spec: the one line to add for another."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from mlops_spec.compute.here import Here
from mlops_spec.compute.ray.job_server import TOKEN, JobServer
from mlops_spec.compute.ray.place import Cluster
from mlops_spec.engines.handing import store_of
from mlops_spec.git import Git
from mlops_spec.place import Place
from mlops_spec.spec.compute import OnRay
from mlops_spec.spec.stages import user_stages

if TYPE_CHECKING:
    import threading
    from pathlib import Path

    from mlops_spec.compute.place import Compute
    from mlops_spec.spec import Spec


def compute_of(root: Path, spec: Spec, stage: str, ended: threading.Event) -> Compute:
    """The place that a spec asks for, for a stage by its name; what runs elsewhere is stopped when `ended` is set.

    A runner of GitHub's is where this process is already.
    """
    own = user_stages(spec).get(stage)
    where = own.compute if own else spec.train.compute
    if not isinstance(where, OnRay):
        return Here()
    place = Place.of(Git.open(root), spec.model)
    server = JobServer(where.ray.address, os.environ.get(TOKEN, ""))
    return Cluster(server, where.ray, store_of(place.root, spec), place.folder, ended)
