"""The release bundle: what training hands over to registering; read as something that may have been swapped."""

from __future__ import annotations

import hashlib
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING

from mlops_spec import model_folder
from mlops_spec.engines.files import LOCK
from mlops_spec.errors import Failure
from mlops_spec.integrity import verifier
from mlops_spec.integrity.seal import opened
from mlops_spec.integrity.shapes import Evaluation, GateFile, read
from mlops_spec.ledger.record import Anchored, Bound, GateResult
from mlops_spec.ledger.state import holds
from mlops_spec.package import manifest
from mlops_spec.package.problem import refuse

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from mlops_spec.integrity.shapes import Against
    from mlops_spec.ledger.record import Accepted
    from mlops_spec.package.manifest import Manifest
    from mlops_spec.spec.gates.result import GateResult as Judged

EVIDENCE = (
    model_folder.MANIFEST.name,
    LOCK.name,
    model_folder.EVALUATION.name,
    model_folder.GATE.name,
    verifier.LISTING,
)
FILES = (*EVIDENCE, model_folder.CARD.name)


@dataclass(frozen=True)
class Bundle:
    """What a release is made of, with the digest of its package, the gates as they were judged and the evaluation."""

    files: Mapping[str, bytes]
    manifest: Manifest
    digest: str
    judged: GateFile
    evaluation: Evaluation
    accepted: Mapping[str, Accepted] = field(default_factory=dict)  # by the ids of gates that waited for a word

    @property
    def commit(self) -> str:
        """The commit that was judged."""
        return self.judged.commit

    @property
    def against(self) -> Against | None:
        """The champion that it was compared with."""
        return self.judged.against

    @property
    def gates(self) -> tuple[GateResult, ...]:
        """The gates, as the ledger takes them."""
        return tuple(_result(gate, self.accepted.get(gate.id) if gate.review else None) for gate in self.judged.gates)

    def blocking(self, day: str) -> tuple[GateResult, ...]:
        """The gates that stop the release on a day (`YYYY-MM-DD`): failed or inconclusive, not waived or accepted."""
        return tuple(gate for gate in self.gates if not holds(gate, day))

    def stopping(self, day: str) -> tuple[GateResult, ...]:
        """Those of them that no approver's word lets through."""
        both = zip(self.judged.gates, self.gates, strict=True)
        return tuple(gate for judged, gate in both if not judged.review and not holds(gate, day))

    def verify(self, source: verifier.Source, name: str = "the bundle") -> None:
        """Raises Failure (1), which names file and field, unless all of it follows from its source."""
        judged = verifier.Judged(
            files=self.files, manifest=self.manifest, gates=self.judged, evaluation=self.evaluation
        )
        remedy = "somebody changed it after it was judged: look at the run's artifacts, then train and judge again"
        refuse(name, verifier.problems(judged, source), remedy)


def read_bundle(folder: Path, expected_digest: str | None = None) -> Bundle:
    """Reads a bundle; `expected_digest`, of all of it, is what the job that made it says.

    Raises:
        Failure: a file is missing or damaged (exit 2), or it is not the bundle that was handed over (exit 1).
    """
    return bundle_of(opened(folder, FILES, expected_digest), folder)


def bundle_of(files: Mapping[str, bytes], source: Path) -> Bundle:
    """The bundle that these files make up; `source` is where they are from, for messages.

    Raises:
        Failure: a file is damaged (exit 2).
    """
    content = files[model_folder.MANIFEST.name]
    try:
        described = manifest.parse(content)
    except ValueError as error:
        raise Failure(f"{source / model_folder.MANIFEST}: {error}") from error
    judged = read(GateFile, files[model_folder.GATE.name], source / model_folder.GATE.name)
    evaluation = read(Evaluation, files[model_folder.EVALUATION.name], source / model_folder.EVALUATION.name)
    return Bundle(files, described, "sha256:" + hashlib.sha256(content).hexdigest(), judged, evaluation)


def _result(gate: Judged, accepted: Accepted | None) -> GateResult:
    return GateResult(
        id=gate.id,
        kind=gate.kind,
        metric=gate.metric,
        value=gate.value,
        low=gate.low,
        high=gate.high,
        bound=Bound(op=gate.bound.op, value=gate.bound.value) if gate.bound else None,
        baseline=gate.baseline,
        verdict=gate.verdict,
        waived_until=gate.waived_until,
        anchor=Anchored(**asdict(gate.anchor)) if gate.anchor else None,
        accepted=accepted,
    )
