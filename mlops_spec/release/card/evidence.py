"""The evidence of a release: what was packaged, what it measured and how its gates judged it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from mlops_spec.errors import Exit, Failure

if TYPE_CHECKING:
    from mlops_spec.integrity.shapes import Evaluation, Measured
    from mlops_spec.package.manifest import Manifest
    from mlops_spec.release.bundle import Bundle
    from mlops_spec.spec import Spec


@dataclass(frozen=True)
class Evidence:
    """What all documents of a release are made from; `version` is None before it is registered."""

    spec: Spec
    bundle: Bundle
    version: str | None

    @property
    def manifest(self) -> Manifest:
        return self.bundle.manifest

    @property
    def evaluation(self) -> Evaluation:
        return self.bundle.evaluation

    @property
    def metrics(self) -> dict[str, Measured]:
        """The metrics that have a value."""
        return {name: found for name, found in self.evaluation.measures.items() if found.value is not None}


def evidence_of(bundle: Bundle, spec: Spec, version: str | None = None) -> Evidence:
    """The evidence that a bundle holds.

    Raises:
        Failure: it is of several models (exit 1).
    """
    models = {bundle.evaluation.model, bundle.manifest.model, bundle.judged.model, spec.model}
    if len(models) > 1:
        raise Failure(f"the evidence is of several models: {', '.join(sorted(models))}", exit_code=Exit.FINDINGS)
    return Evidence(spec, bundle, version)
