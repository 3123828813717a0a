"""A repository with a storage, and a cluster that runs its commands."""

from __future__ import annotations

import subprocess
import threading
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

from mlops_spec.compute.ray.job_server import JobServer
from mlops_spec.compute.ray.place import Cluster
from mlops_spec.engines.handing import Store
from mlops_spec.spec.compute import OnRay

if TYPE_CHECKING:
    from tests.compute.ray.fake import FakeRay


def checkout(root: Path, files: dict[str, str]) -> Path:
    """A repository with these files in Git, and a DVC remote beside it."""
    root.mkdir(parents=True, exist_ok=True)
    storage = root.parent / "storage"
    storage.mkdir(exist_ok=True)
    config = f"[core]\n    remote = storage\n['remote \"storage\"']\n    url = {storage}\n"
    ignored = ".dvc/tmp\nbuild/\nout.txt\n"
    for name, text in {**files, ".dvc/config": config, ".gitignore": ignored}.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)
    git(root, "init", "--quiet")
    git(root, "add", "--all")
    return root


def git(root: Path, *command: str) -> None:
    subprocess.run(["git", *command], cwd=root, check=True)


def cluster(fake: FakeRay | JobServer, root: Path, folder: str = ".", patience: float = 5.0, **wanted: Any) -> Cluster:
    """The cluster as the place of the model in a folder of the repository."""
    ray = OnRay.model_validate({"ray": {"address": fake.address, **wanted}}).ray
    server = JobServer(fake.address)
    return Cluster(server, ray, Store.of(root), PurePosixPath(folder), threading.Event(), patience)
