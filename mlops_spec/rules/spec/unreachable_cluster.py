"""The runner that waits reaches the cluster.

GitHub's own runners stand in the internet. A private address leads nowhere from there, and the job ends before
anything was submitted.

Bad:

    train:
      run: python -m example.train
      predictor: example.predict:load
      compute: {ray: {address: "http://10.0.0.5:8265"}}
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
      compute: {ray: {address: "http://10.0.0.5:8265", runner: ubuntu-24.04-vnet}}
    storage:
      url: s3://acme-models/example
      region: eu-central-1
      sign_in:
        aws: {write: "arn:aws:iam::123456789012:role/write"}
      pull_requests: after-merge

Fix: name a runner inside that network in `ray.runner`: it only submits and waits, so a small machine does; or give
the cluster an address that GitHub's runners reach.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlops_spec.document.finding import Finding
from mlops_spec.platforms.github.runners import is_standard
from mlops_spec.spec.clusters import clusters, is_private

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.document.diagnostic import Severity
    from mlops_spec.spec import Spec

CODE = "MS326"
NAME = "unreachable-cluster"
SEVERITY: Severity = "warning"


def check(spec: Spec) -> Iterator[Finding]:
    label = spec.train.compute.label
    for place, ray in clusters(spec):
        if is_private(ray.address) and is_standard(label):
            message = f"GitHub's runner `{label}`, which submits and waits, does not reach this private address"
            yield Finding((*place, "address"), message, "name a runner of that network in `train.compute.ray.runner`")
