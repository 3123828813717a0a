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

Fix: name a runner with a graphics card in `train.compute.runner`, or train on the processor.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from mlops_spec.document.finding import Finding
from mlops_spec.platforms.github.runners import is_standard
from mlops_spec.spec.tuning import number, settings

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.document.diagnostic import Severity
    from mlops_spec.spec import Spec

CODE = "MS320"
NAME = "absent-gpu"
SEVERITY: Severity = "error"

_DEVICES = re.compile(r"device(_type|_name)?|accelerator|tree_method|torch_device|compute_device")
_CARDS = re.compile(r"cuda(:\d+)?|gpu(_hist)?")
_COUNTS = re.compile(r"(n_?|num_)?gpus?(_per_node)?")


def check(spec: Spec) -> Iterator[Finding]:
    label = spec.train.compute.label
    if not is_standard(label):
        return
    for place, name, value, piece in settings(spec):
        asked = _DEVICES.fullmatch(name) and _CARDS.fullmatch(str(value).lower())
        counted = _COUNTS.fullmatch(name) and (number(value) or 0) > 0
        if asked or counted:
            message = f"`{label}` has no graphics card"
            yield Finding(place, message, "name a runner that has one in `train.compute.runner`", piece=piece)
