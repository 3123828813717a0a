"""The champion is what stands, not the merge before.

An environment that takes every merge has the version of the merge before. Compared with that, quality may go down by
the margin each time, without end, and what is really used is never the measure.

Bad:

    environments:
      staging: {after: merge}
      production: {after: staging}
    gates:
      - metric: roc_auc
        min: 0.75
      - champion: staging
        metric: roc_auc
        margin: 0.01

Good:

    environments:
      staging: {after: merge}
      production: {after: staging}
    gates:
      - metric: roc_auc
        min: 0.75
      - champion: production
        metric: roc_auc
        margin: 0.01

Fix: name the environment that is used, the last one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlops_spec.document.finding import Finding
from mlops_spec.spec.gates.champion import ChampionGate

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.document.diagnostic import Severity
    from mlops_spec.spec import Spec

CODE = "MS413"
NAME = "moving-champion"
SEVERITY: Severity = "warning"


def check(spec: Spec) -> Iterator[Finding]:
    followed = {environment.after for environment in spec.environments.values()}
    for index, gate in enumerate(spec.gates):
        champion = spec.environments.get(gate.champion) if isinstance(gate, ChampionGate) else None
        if isinstance(gate, ChampionGate) and champion and champion.after == "merge" and gate.champion in followed:
            message = f"`{gate.champion}` takes every merge, so the measure moves with each"
            last = [name for name in spec.environments if name not in followed]
            yield Finding(("gates", index, "champion"), message, f"name `{last[0]}`" if last else "")
