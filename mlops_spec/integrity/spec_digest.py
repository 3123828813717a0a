"""The digest of those parts of the spec that a package depends on."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from mlops_spec.package.manifest import canonical

if TYPE_CHECKING:
    from mlops_spec.spec import Spec

# As the stage's `params` have them.
_PARTS: dict[str, bool | set[str]] = {
    "model": True,
    "task": True,
    "data": True,
    "evaluate": True,
    "train": {"features", "predictor", "format", "trusted_types"},
}


def spec_sha256(spec: Spec) -> str:
    """SHA-256 of the parts of the spec that a package depends on, so that a change elsewhere makes no new package."""
    return hashlib.sha256(canonical(spec.model_dump(mode="json", by_alias=True, include=_PARTS))).hexdigest()
