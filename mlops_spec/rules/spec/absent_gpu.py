"""A training on a graphics card runs where there is one.

The runners that GitHub hosts for every repository have none: a training that asks for `cuda` ends with an error
there, or goes on without and takes a day.

Bad:

    train:
      run: python -m example.train
      predictor: example.predict:load
      params: {epochs: 3, device: cuda}

Good:

    train:
      run: python -m example.train
      predictor: example.predict:load
      params: {epochs: 3, device: cpu}

Fix: name a runner with a graphics card in `train.compute.runner`, ask a cluster for one by `gpus`, or train on the
processor.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlops_spec.document.finding import Finding
from mlops_spec.platforms.github.runners import is_standard
from mlops_spec.regex import regex
from mlops_spec.spec.compute import OnRay
from mlops_spec.spec.tuning import DEVICES, number, settings

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.document.diagnostic import Severity
    from mlops_spec.spec import Spec
    from mlops_spec.spec.compute import Compute

CODE = "MS320"
NAME = "absent-gpu"
SEVERITY: Severity = "error"

_CARDS = regex(r"cuda(:\d+)?|gpu(_hist)?")
_COUNTS = regex(r"(n_?|num_)?gpus?(_per_node)?")


def check(spec: Spec) -> Iterator[Finding]:
    where, hint = _without_card(spec.train.compute)
    if not where:
        return
    for place, name, value, piece in settings(spec):
        asked = DEVICES.fullmatch(name) and _CARDS.fullmatch(str(value).lower())
        counted = _COUNTS.fullmatch(name) and (number(value) or 0) > 0
        if asked or counted:
            yield Finding(place, f"{where} has no graphics card", hint, piece=piece)


def _without_card(compute: Compute) -> tuple[str, str]:
    """What has no card for the training, and what helps; empty where it may have one."""
    if isinstance(compute, OnRay):
        asked = "the part of the cluster that is asked for"
        return ("" if compute.ray.gpus else asked, "write `gpus: 1` in `train.compute.ray`")
    has_none = is_standard(compute.label)
    return (f"`{compute.label}`" if has_none else "", "name a runner that has one in `train.compute.runner`")
