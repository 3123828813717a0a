"""The command `drill`: every gate of a spec attacked over what the last run evaluated."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from mlops_spec import model_folder
from mlops_spec.gates.candidate import read_candidate
from mlops_spec.gates.case import Case
from mlops_spec.gates.drill.target import ask, targets
from mlops_spec.gates.drill.toothless import trained_share, weaknesses
from mlops_spec.git import Git
from mlops_spec.package.manifest import canonical
from mlops_spec.package.on_disk import digest
from mlops_spec.pipeline.rows import known_columns, open_table
from mlops_spec.spec.paths import data_file
from mlops_spec.system.files import make_folder, write_atomic

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from mlops_spec.gates.attacks.attack import Attack
    from mlops_spec.gates.drill.target import Target
    from mlops_spec.spec import Spec


@dataclass(frozen=True)
class Outcome:
    """One attack on one gate: whether it was stopped, and if not, in which form it passed and what the gate said."""

    gate: str
    kind: str
    attack: str
    stopped: bool
    reason: str = ""


@dataclass(frozen=True)
class Drilled:
    """All attacks on all gates of a model at one commit."""

    model: str
    commit: str
    outcomes: tuple[Outcome, ...]

    @property
    def survivors(self) -> tuple[Outcome, ...]:
        """The attacks that a gate let pass."""
        return tuple(outcome for outcome in self.outcomes if not outcome.stopped)

    def record(self) -> dict[str, Any]:
        """As `drill.json` has it."""
        return {
            "v": 1,
            "model": self.model,
            "commit": self.commit,
            "ok": not self.survivors,
            "attacks": [asdict(outcome) for outcome in self.outcomes],
        }


def drill(root: Path, spec: Spec, out: Path) -> Drilled:
    """Attacks every gate and writes `drill.json` to `out`; reads what the last run left and changes none of it.

    Raises:
        Failure: there is no evaluation (78), or it is of another spec or data (75).
    """
    case = _case(root, spec)
    drilled = Drilled(spec.model, Git.open(root).commit_id(), tuple(attacked(case)))
    make_folder(out.parent)
    write_atomic(out, canonical(drilled.record()))
    return drilled


def attacked(case: Case) -> Iterator[Outcome]:
    """Every attack on every gate, and what makes a gate unable to fail before any."""
    trained = trained_share(case)
    for target in targets(case.spec):
        for weakness, reason in weaknesses(case, target, trained):
            yield Outcome(target.id, target.kind, weakness, stopped=False, reason=reason)
        for attack in target.how.attacks:
            yield from _outcome_of_attack(case, target, attack)


def _outcome_of_attack(case: Case, target: Target, attack: Attack[Any]) -> Iterator[Outcome]:
    tried = False
    for blow in attack.blows(case, target.gate):
        tried, name, result = True, blow.name, ask(target, blow)
        del blow  # each may hold all rows: it goes before the next is made
        if not attack.noticed(result):
            reason = f"{name}: {result.reason}" if name else result.reason
            yield Outcome(target.id, target.kind, attack.name, stopped=False, reason=reason)
            return
    if tried:
        yield Outcome(target.id, target.kind, attack.name, stopped=True)


def _case(root: Path, spec: Spec) -> Case:
    candidate = read_candidate(root, spec)
    return Case(
        root=root,
        spec=spec,
        digest=digest(root / model_folder.PACKAGE),
        data=open_table(root / data_file(spec.data), known_columns(spec.data)),
        data_changed=False,
        train=candidate.train,
        test=candidate.test,
        answers=candidate.answers,
        perturbed=(),
        latencies=None,
        package_bytes=sum(file.bytes for file in candidate.manifest.files),
        rivals={},
    )
