"""A cluster and who waits for it meet in the storage.

What a stage reads comes to the node from the DVC remote, and what it writes goes back there. A folder of one machine
is no such place, unless it is mounted at the same path on every node.

Bad:

    train:
      run: python -m example.train
      predictor: example.predict:load
      compute: {ray: {address: "https://ray.acme.com"}}

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

Fix: name a store that the nodes reach, such as `s3://…`, in `storage.url`. Where the folder is mounted on every node,
ignore the rule on its line and say so.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlops_spec.document.finding import Finding
from mlops_spec.platforms.github.runners import is_githubs
from mlops_spec.spec.clusters import clusters
from mlops_spec.spec.storage import scheme

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.document.diagnostic import Severity
    from mlops_spec.spec import Spec

CODE = "MS327"
NAME = "cluster-without-storage"
SEVERITY: Severity = "warning"


def check(spec: Spec) -> Iterator[Finding]:
    for place, _ in clusters(spec):
        if spec.storage is None:
            message = "no `storage` says where the nodes of this cluster get inputs from and leave outputs"
            yield Finding(place, message, "name it in `storage.url`", at_key=True)
        elif not scheme(spec.storage.url) and not is_githubs(spec.train.compute.label):  # MS314 tells of GitHub's
            message = "the nodes of a cluster reach a folder only where it is mounted on each at this path"
            yield Finding(("storage", "url"), message, "name a store such as `s3://…`")
            return
