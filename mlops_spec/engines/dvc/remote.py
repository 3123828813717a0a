"""The storage of a spec as DVC's remote: its name, and what `.dvc/config` says of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlops_spec.spec.storage import scheme

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mlops_spec.spec.storage import Storage

REMOTE = "storage"


def remote(storage: Storage) -> Mapping[str, str]:
    """What the shared part of `.dvc/config` says of the remote; a folder's path is read from where that file is."""
    folder = not scheme(storage.url) and not storage.url.startswith("/")
    found = {"url": f"../{storage.url}" if folder else storage.url}
    if storage.endpoint:
        found["endpointurl"] = storage.endpoint
    if storage.region:
        found["region"] = storage.region
    if storage.sign_in and storage.sign_in.azure:
        found["account_name"] = storage.sign_in.azure.account
    return {**found, "verify": "true"}
