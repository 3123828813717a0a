"""Every stage does something of its own.

Two stages with one command do the same twice, and the second writes over what the first has made. Mostly the line was
copied, and its module was to be another.

Bad:

    pipeline:
      features:
        run: python -m example.train
        writes: [build/features]
    train:
      run: python -m example.train
      predictor: example.predict:load
      reads: [build/features]

Good:

    pipeline:
      features:
        run: python -m example.features
        writes: [build/features]
    train:
      run: python -m example.train
      predictor: example.predict:load
      reads: [build/features]

Fix: name the module that each stage runs.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlops_spec.document.finding import Finding
from mlops_spec.spec.stages import commands, words

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.document.diagnostic import Severity
    from mlops_spec.spec import Spec

CODE = "MS318"
NAME = "repeated-command"
SEVERITY: Severity = "warning"


def check(spec: Spec) -> Iterator[Finding]:
    first: dict[tuple[str, ...], str] = {}
    for place, command in reversed([*commands(spec)]):  # where one is the training's, the other was copied
        stage = "train" if place[0] == "train" else str(place[1])
        other = first.setdefault(words(command), stage)
        if other != stage:
            yield Finding(place, f"stage `{other}` runs the same command", "name the module of this stage")
