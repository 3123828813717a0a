"""Evidence in the engine's lock: hashes as the engine makes them, checked against the lock's commit."""

from __future__ import annotations

from mlops_spec.engines.dvc.kept_lock import locked_stages
from mlops_spec.engines.dvc.listing import file_md5, folder_md5, listing, md5
from mlops_spec.engines.dvc.lock_proof import problems
from mlops_spec.engines.dvc.locked import read_lock

__all__ = ["file_md5", "folder_md5", "listing", "locked_stages", "md5", "problems", "read_lock"]
