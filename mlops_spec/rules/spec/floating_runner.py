"""A runner is a fixed image.

`ubuntu-latest` is another system when GitHub says so. A training that fails, or gives another model, on the same commit
is then nobody's change.

Bad:

    train:
      run: python -m example.train
      predictor: example.predict:load
      compute: {runner: ubuntu-latest}

Good:

    train:
      run: python -m example.train
      predictor: example.predict:load
      compute: {runner: ubuntu-24.04}

Fix: `mlops-spec lint --fix` writes the image that `ubuntu-latest` stands for.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlops_spec.document.finding import Change, Finding

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.document.diagnostic import Severity
    from mlops_spec.spec import Spec

CODE = "MS501"
NAME = "floating-runner"
SEVERITY: Severity = "error"


_STANDS_FOR = {"ubuntu-latest": "ubuntu-24.04"}


def check(spec: Spec) -> Iterator[Finding]:
    runner = spec.train.compute.label
    if runner.endswith("-latest"):
        place = ("train", "compute", *spec.train.compute.within, "runner")
        fixed = _STANDS_FOR.get(runner)
        fix = (Change(place, fixed),) if fixed else ()
        hint = f"write `{fixed}`" if fixed else "name a version, such as `windows-2025`"
        yield Finding(place, f"`{runner}` is another system when GitHub says so", hint, fix=fix)
