"""Pull requests that train on a sample have one.

The sample takes the place of the data file, so it is a file in Git, of the same format.

Bad:

    storage:
      url: s3://acme-models/credit-default
      pull_requests: sample

Good:

    storage:
      url: s3://acme-models/credit-default
      region: eu-central-1
      sign_in:
        aws: {write: "arn:aws:iam::123456789012:role/write"}
      pull_requests: sample
      sample: data/sample.csv

Fix: commit a few hundred rows that anybody may see, and name their file in `sample`; or take another way to judge pull
requests.
"""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from mlops_spec.document.finding import Finding
from mlops_spec.spec.paths import data_file

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.document.diagnostic import Severity
    from mlops_spec.spec import Spec

CODE = "MS021"
NAME = "missing-sample"
SEVERITY: Severity = "error"


def check(spec: Spec) -> Iterator[Finding]:
    storage = spec.storage
    if storage is None:
        return
    if storage.pull_requests == "sample" and storage.sample is None:
        message = "there is no sample that pull requests could train on"
        yield Finding(("storage", "pull_requests"), message, "name its file in `sample`, or choose another way")
    if storage.sample is None:
        return
    if storage.pull_requests != "sample":
        message = f"nothing trains on it: pull requests are judged by `{storage.pull_requests}`"
        yield Finding(("storage", "sample"), message, "write `pull_requests: sample`, or remove it")
    data = data_file(spec.data)
    if storage.sample == data:
        yield Finding(("storage", "sample"), "this is the data itself", "name a file of fewer rows, kept in Git")
    elif PurePosixPath(storage.sample).suffix.lower() != PurePosixPath(data).suffix.lower():
        message = f"the sample takes the place of `{data}`, and is of another format"
        yield Finding(("storage", "sample"), message, f"keep it as `{PurePosixPath(data).suffix}`")
