"""A model as good as the champion gets past it.

The interval of the difference must lie above `-margin`. With a margin of nought only a model that is surely better
passes, so that training again on newer rows, which mostly makes an equal model, never ends in a release.

Bad:

    environments:
      staging: {after: merge}
    gates:
      - metric: roc_auc
        min: 0.75
      - champion: staging
        metric: roc_auc
        margin: 0

Good:

    environments:
      staging: {after: merge}
    gates:
      - metric: roc_auc
        min: 0.75
      - champion: staging
        metric: roc_auc
        margin: 0.005

Fix: say how much worse is still no loss; `mlops-spec power` says what the rows can show.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlops_spec.document.finding import Finding
from mlops_spec.spec.gates.champion import ChampionGate

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.document.diagnostic import Address, Severity
    from mlops_spec.spec import Spec

CODE = "MS225"
NAME = "unbeatable-champion"
SEVERITY: Severity = "warning"


def check(spec: Spec) -> Iterator[Finding]:
    for index, gate in enumerate(spec.gates):
        if isinstance(gate, ChampionGate) and gate.margin == 0:
            written = "margin" in gate.model_fields_set
            place: Address = ("gates", index, "margin") if written else ("gates", index, "champion")
            message = f"an equal model is never surely better in `{gate.metric}`, and is held back"
            yield Finding(place, message, "write a `margin`")
