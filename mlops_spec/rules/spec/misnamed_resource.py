"""What a node has is asked for by its own key.

Processors, graphics cards and memory are no resources by name to Ray: it refuses the job, which says so only when it is
submitted. And what begins with `node:` pins it to one machine, which need not be there tomorrow.

Bad:

    train:
      run: python -m example.train
      predictor: example.predict:load
      compute: {ray: {address: "https://ray.acme.com", resources: {GPU: 1}}}
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
      compute: {ray: {address: "https://ray.acme.com", gpus: 1}}
    storage:
      url: s3://acme-models/example
      region: eu-central-1
      sign_in:
        aws: {write: "arn:aws:iam::123456789012:role/write"}
      pull_requests: after-merge

Fix: write `cpus`, `gpus` or `memory`; for one kind of machine give its nodes a resource of their own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlops_spec.document.finding import Finding
from mlops_spec.spec.clusters import clusters

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.document.diagnostic import Severity
    from mlops_spec.spec import Spec

CODE = "MS329"
NAME = "misnamed-resource"
SEVERITY: Severity = "error"

_OWN = {"cpu": "cpus", "cpus": "cpus", "gpu": "gpus", "gpus": "gpus", "memory": "memory"}


def check(spec: Spec) -> Iterator[Finding]:
    for place, ray in clusters(spec):
        for name in ray.resources:
            key = _OWN.get(name.lower())
            if key:
                message = f"Ray takes no resource `{name}`"
                yield Finding((*place, "resources", name), message, f"write `{key}` beside `address`", at_key=True)
            elif name.startswith("node:") or name == "object_store_memory":
                hint = "give the nodes a resource by `ray start --resources`, and name that"
                yield Finding((*place, "resources", name), f"`{name}` is Ray's own", hint, at_key=True)
