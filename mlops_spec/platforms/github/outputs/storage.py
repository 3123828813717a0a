"""Access of a spec's workflows to the storage: which of them sign in, and as whom."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from mlops_spec.render.output import Secret
from mlops_spec.spec.base import seconds

if TYPE_CHECKING:
    from mlops_spec.spec import Spec
    from mlops_spec.spec.shared import Shared
    from mlops_spec.spec.storage import SignIn, Storage

# An assumed role's credentials, unless something else is asked for and its role allows it; and the most that AWS gives.
_HOUR, _TWELVE_HOURS = 3600, 43200

Rights = Literal["read", "write", "score"]
Mode = Literal["open", "read", "sample", "after-merge"]


@dataclass(frozen=True)
class Way:
    """How one job gets into the storage: by a step that signs in as somebody, or by secrets that its steps get."""

    title: str
    kind: Literal["aws", "google", "azure", "secrets"]
    identity: str = ""
    region: str = ""
    seconds: int = 0  # how long the credentials must live; 0: as long as they do
    provider: str = ""
    tenant: str = ""
    subscription: str = ""
    secrets: tuple[Secret, ...] = ()

    @property
    def by_identity(self) -> bool:
        """Whether it exchanges the job's identity token."""
        return self.kind != "secrets"


@dataclass(frozen=True)
class Ways:
    """What each kind of job does to get in; None where it needs nothing."""

    write: Way | None = None  # the training after a merge
    read: Way | None = None  # the monitor, and pull requests and trials where they read
    score: Way | None = None  # the workflow that scores batches
    pull_requests: Mode = "open"
    sample: str = ""


def ways(spec: Spec | Shared) -> Ways:
    """How the workflows of a spec, or of many models by what they share, get to the storage."""
    storage = spec.storage
    if storage is None:
        return Ways()
    write, read = _way(storage, "write", _lifetime(spec)), _way(storage, "read", _lifetime(spec))
    mode: Mode = storage.pull_requests
    if mode == "read" and read is None:
        mode = "open"
    return Ways(write, read, _way(storage, "score", 0), mode, storage.sample or "")


def _lifetime(spec: Spec | Shared) -> int:
    """Seconds that the credentials of a training must live; 0 where an hour, which every role gives, is enough."""
    training = math.ceil(seconds(spec.train.compute.timeout))
    return 0 if training <= _HOUR else min(training, _TWELVE_HOURS)


def _way(storage: Storage, rights: Rights, lifetime: int) -> Way | None:
    given = storage.sign_in
    title = f"Sign in to the storage, to {rights}"
    if given is None:
        return None
    identity = _identity(given, rights)
    if given.secrets:
        names = getattr(given.secrets, rights)
        return Way(title, "secrets", secrets=tuple(Secret(name) for name in names)) if names else None
    if not identity:
        return None
    if given.aws:
        return Way(title, "aws", identity, region=storage.region or "", seconds=lifetime)
    if given.google:
        return Way(title, "google", identity, provider=given.google.provider)
    assert given.azure is not None
    return Way(title, "azure", identity, tenant=given.azure.tenant, subscription=given.azure.subscription or "")


def _identity(given: SignIn, rights: Rights) -> str:
    held = given.aws or given.google or given.azure
    return getattr(held, rights, None) or ""
