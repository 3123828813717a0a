"""Several seeds are trained for a comparison.

The answers of further seeds widen what a candidate is compared with the champion or an anchor by. Where no gate
compares, they only cost their training.

Bad:

    train:
      run: python -m example.train
      seeds: 5
    gates:
      - metric: roc_auc
        min: 0.75

Good:

    train:
      run: python -m example.train
      seeds: 5
    gates:
      - metric: roc_auc
        min: 0.75
        margin: 0.02

Fix: add a champion gate, or a margin to one that is held against its anchor, or leave `seeds` out.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlops_spec.document.finding import Finding
from mlops_spec.spec.gates.champion import ChampionGate
from mlops_spec.spec.gates.fairness import FairnessGate

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.document.diagnostic import Severity
    from mlops_spec.spec import Spec

CODE = "MS319"
NAME = "idle-seeds"
SEVERITY: Severity = "warning"


def check(spec: Spec) -> Iterator[Finding]:
    if spec.train.seeds == 1:
        return
    margins = [getattr(gate, "margin", None) for gate in spec.gates if not isinstance(gate, FairnessGate)]
    if not any(isinstance(gate, ChampionGate) for gate in spec.gates) and not any(margins):
        message = "no gate compares with a champion or an anchor, so the further seeds decide nothing"
        yield Finding(("train", "seeds"), message, "add a champion gate or a margin, or delete it", at_key=True)
