"""What trains on a cluster may store what it trains on.

The rows of the split are made on the runner, and come to the cluster by the storage. The job of a pull request signs in
to read, or not at all, so it can hand the cluster nothing, and ends before anything is submitted.

Bad:

    train:
      run: python -m example.train
      predictor: example.predict:load
      compute: {ray: {address: "https://ray.acme.com"}}
    storage:
      url: s3://acme-models/example
      region: eu-central-1
      sign_in:
        aws: {read: "arn:aws:iam::123456789012:role/read", write: "arn:aws:iam::123456789012:role/write"}
      pull_requests: read

Good:

    train:
      run: python -m example.train
      predictor: example.predict:load
      compute: {ray: {address: "https://ray.acme.com"}}
    storage:
      url: s3://acme-models/example
      region: eu-central-1
      sign_in:
        aws: {write: "arn:aws:iam::123456789012:role/write"}
      pull_requests: after-merge

Fix: judge pull requests `after-merge`: their code then runs on the cluster only once somebody has reviewed it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlops_spec.document.finding import Finding
from mlops_spec.spec.clusters import clusters

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.document.diagnostic import Severity
    from mlops_spec.spec import Spec

CODE = "MS328"
NAME = "starved-cluster"
SEVERITY: Severity = "error"


def check(spec: Spec) -> Iterator[Finding]:
    storage = spec.storage
    if storage is None or storage.sign_in is None or storage.pull_requests == "after-merge":
        return
    if any(True for _ in clusters(spec)):
        set_there = "pull_requests" in storage.model_fields_set
        place = ("storage", "pull_requests") if set_there else ("storage", "sign_in")
        message = "the jobs of pull requests may not store what the cluster is to train on"
        yield Finding(place, message, "write `pull_requests: after-merge`", at_key=True)
