"""Strangers' code does not run on your own machine.

Pull requests train on this runner. In a public repository everybody can open one, and what it leaves behind on a runner
of your own is there for the next job. A label that is none of GitHub's own is that of a machine of yours; and a group
without a label may hold such machines. The nodes of a cluster are machines of yours too.

Bad:

    train:
      run: python -m example.train
      predictor: example.predict:load
      compute: {runner: gpu-linux}

Good:

    train:
      run: python -m example.train
      predictor: example.predict:load
      compute: {runner: ubuntu-24.04}

Fix: take one of GitHub's runners; of a group, by its label; with a cluster judge pull requests `after-merge`
(`storage`). Where the repository is private, ignore the rule on its line and say so.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlops_spec.document.finding import Finding
from mlops_spec.platforms.github.runners import is_githubs
from mlops_spec.spec.clusters import clusters

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.document.diagnostic import Severity
    from mlops_spec.spec import Spec

CODE = "MS502"
NAME = "self-hosted-runner"
SEVERITY: Severity = "error"


def check(spec: Spec) -> Iterator[Finding]:
    compute, place = spec.train.compute, ("train", "compute", *spec.train.compute.within)
    if not compute.label:
        message = f"pull requests would run on any machine of the group `{compute.group}`, and some may be your own"
        yield Finding((*place, "group"), message, "ask for one of GitHub's by its label, as `runner`")
    elif not is_githubs(compute.label):
        message = f"pull requests would run on your own machine: `{compute.label}` is no label of GitHub's own runners"
        yield Finding((*place, "runner"), message, "take one of GitHub's runners, such as `ubuntu-24.04`")
    if spec.storage and spec.storage.pull_requests != "after-merge" and not spec.storage.sign_in:
        for where, _ in clusters(spec):
            message = "pull requests would run on your own cluster, with what its nodes may do"
            yield Finding((*where, "address"), message, "write `pull_requests: after-merge` in `storage`")
