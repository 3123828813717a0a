"""Nobody listens in on the way to a cluster.

The job server takes the code, its log, and the cluster's token. Over plain HTTP through the internet everybody on the
way reads them, and with the token runs what they like on the cluster.

Bad:

    train:
      run: python -m example.train
      predictor: example.predict:load
      compute: {ray: {address: "http://ray.acme.com:8265"}}
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
      compute: {ray: {address: "https://ray.acme.com"}}
    storage:
      url: s3://acme-models/example
      region: eu-central-1
      sign_in:
        aws: {write: "arn:aws:iam::123456789012:role/write"}
      pull_requests: after-merge

Fix: put a proxy with TLS before the dashboard and write `https://`, or reach it by a private address.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlops_spec.document.finding import Finding
from mlops_spec.spec.clusters import clusters, is_private

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.document.diagnostic import Severity
    from mlops_spec.spec import Spec

CODE = "MS331"
NAME = "plain-cluster"
SEVERITY: Severity = "error"


def check(spec: Spec) -> Iterator[Finding]:
    for place, ray in clusters(spec):
        if ray.address.startswith("http://") and not is_private(ray.address):
            message = "code, log and token go to this cluster through the internet in plain text"
            yield Finding((*place, "address"), message, "write `https://`, with a proxy before the dashboard")
