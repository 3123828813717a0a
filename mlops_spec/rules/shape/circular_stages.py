"""Stages follow each other and never wait for themselves.

A stage runs after those that write what it reads. Two that read each other's output can't start, and DVC refuses the
pipeline.

Bad:

    pipeline:
      clean:
        run: python -m example.clean
        reads: [build/features]
        writes: [build/clean]
      features:
        run: python -m example.features
        reads: [build/clean]
        writes: [build/features]
    train:
      run: python -m example.train
      reads: [build/features]
      predictor: example.predict:load

Good:

    pipeline:
      clean:
        run: python -m example.clean
        reads: [build/data]
        writes: [build/clean]
      features:
        run: python -m example.features
        reads: [build/clean]
        writes: [build/features]
    train:
      run: python -m example.train
      reads: [build/features]
      predictor: example.predict:load

Fix: let the first stage read `build/data` or files of the repository.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlops_spec.document.finding import Finding
from mlops_spec.spec.stages import address_of, needed_stages

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from mlops_spec.document.diagnostic import Severity
    from mlops_spec.spec import Spec

CODE = "MS015"
NAME = "circular-stages"
SEVERITY: Severity = "error"


def check(spec: Spec) -> Iterator[Finding]:
    needs = needed_stages(spec)
    for name in needs:
        if name in _stages_before(needs, name):
            yield Finding((*address_of(spec, name), "reads"), f"the stage `{name}` needs its own output to run")


def _stages_before(needs: Mapping[str, set[str]], start: str) -> set[str]:
    found: set[str] = set()
    waiting = [*needs[start]]
    while waiting:
        if (name := waiting.pop()) not in found:
            found.add(name)
            waiting += needs.get(name, ())
    return found
