"""An environment that is referred to exists.

`after` says which environment a version must have been live in, and a champion gate compares with what is live in one.
With a misspelt name nothing would ever be promoted, or nothing compared.

Bad:

    environments:
      staging: {after: merge}
      production: {after: stagging}

Good:

    environments:
      staging: {after: merge}
      production: {after: staging}

Fix: take the name that the hint gives, or declare the environment.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlops_spec.document.diagnostic import did_you_mean
from mlops_spec.document.finding import Finding
from mlops_spec.spec.gates.champion import ChampionGate

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.document.diagnostic import Severity
    from mlops_spec.spec import Spec

CODE = "MS010"
NAME = "unknown-environment"
SEVERITY: Severity = "error"


def check(spec: Spec) -> Iterator[Finding]:
    for name, environment in spec.environments.items():
        if environment.after not in ("merge", *spec.environments):
            hint = did_you_mean(environment.after, ["merge", *spec.environments])
            yield Finding(("environments", name, "after"), f"no environment is called `{environment.after}`", hint)
    for index, gate in enumerate(spec.gates):
        if isinstance(gate, ChampionGate) and gate.champion not in spec.environments:
            hint = did_you_mean(gate.champion, spec.environments) or "declare it in `environments`"
            yield Finding(("gates", index, "champion"), f"no environment is called `{gate.champion}`", hint)
