"""A graphics card that is kept is used.

The cluster keeps the card for this job and for nobody else. A training that is told to use the processor leaves it
idle, and others wait for it.

Bad:

    train:
      run: python -m example.train
      predictor: example.predict:load
      params: {epochs: 3, device: cpu}
      compute: {ray: {address: "https://ray.acme.com", gpus: 1}}
    storage:
      url: s3://acme-models/example
      region: eu-central-1
      sign_in:
        aws: {write: "arn:aws:iam::123456789012:role/write"}
      pull_requests: after-merge

Good:

    train:
      run: python -m example.train
      predictor: example.predict:load
      params: {epochs: 3, device: cuda}
      compute: {ray: {address: "https://ray.acme.com", gpus: 1}}
    storage:
      url: s3://acme-models/example
      region: eu-central-1
      sign_in:
        aws: {write: "arn:aws:iam::123456789012:role/write"}
      pull_requests: after-merge

Fix: train on the card, or remove `gpus`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlops_spec.document.finding import Finding
from mlops_spec.spec.compute import OnRay
from mlops_spec.spec.tuning import DEVICES, settings

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.document.diagnostic import Severity
    from mlops_spec.spec import Spec

CODE = "MS330"
NAME = "idle-gpu"
SEVERITY: Severity = "warning"


def check(spec: Spec) -> Iterator[Finding]:
    compute = spec.train.compute
    if not isinstance(compute, OnRay) or not compute.ray.gpus:
        return
    for place, name, value, piece in settings(spec):
        if place[0] == "train" and DEVICES.fullmatch(name) and str(value).lower() == "cpu":
            message = f"the cluster keeps {compute.ray.gpus:g} graphics card for a training on the processor"
            yield Finding(place, message, "remove `gpus`, or train on the card", piece=piece)
