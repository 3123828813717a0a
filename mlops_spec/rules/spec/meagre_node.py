"""A node keeps enough memory for what runs on it.

`memory` is what Ray sets aside on one node, and places other jobs beside. A Python process with pandas loaded has 200
MB before it reads a row: `32MB` is a slip of the unit. The job is put where there is no room, and killed.

Bad:

    train:
      run: python -m example.train
      predictor: example.predict:load
      compute: {ray: {address: "https://ray.acme.com", memory: 32MB}}
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
      compute: {ray: {address: "https://ray.acme.com", memory: 32GB}}
    storage:
      url: s3://acme-models/example
      region: eu-central-1
      sign_in:
        aws: {write: "arn:aws:iam::123456789012:role/write"}
      pull_requests: after-merge

Fix: write what the stage takes at most, in GB.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlops_spec.document.finding import Finding
from mlops_spec.spec.base import size_in_bytes
from mlops_spec.spec.clusters import clusters

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.document.diagnostic import Severity
    from mlops_spec.spec import Spec

CODE = "MS332"
NAME = "meagre-node"
SEVERITY: Severity = "error"

_LEAST = 256_000_000  # Python with pandas and scikit-learn, and nothing to do


def check(spec: Spec) -> Iterator[Finding]:
    for address, ray in clusters(spec):
        if ray.memory is not None and size_in_bytes(ray.memory) < _LEAST:
            message = f"{ray.memory} is less than Python and its libraries take by themselves"
            yield Finding((*address, "memory"), message, "write what the stage takes, in GB")
