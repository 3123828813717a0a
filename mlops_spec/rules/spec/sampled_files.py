"""A pull request that trains on a sample needs no files from the store.

A sample of rows takes the place of the data so that nothing of the store is read. Rows that name files need those
files, and they are in the store.

Bad:

    data:
      path: data/rows.csv
      target: label
      id: id
      files: {root: data/images, column: image, kinds: [png]}
    train:
      run: python -m example.train
      predictor: example.predict:load
    storage:
      url: s3://acme-models/example
      region: eu-central-1
      sign_in:
        aws: {write: "arn:aws:iam::123456789012:role/write"}
      pull_requests: sample
      sample: data/sample.csv

Good:

    data:
      path: data/rows.csv
      target: label
      id: id
      files: {root: data/images, column: image, kinds: [png]}
    train:
      run: python -m example.train
      predictor: example.predict:load
    storage:
      url: s3://acme-models/example
      region: eu-central-1
      sign_in:
        aws: {write: "arn:aws:iam::123456789012:role/write", read: "arn:aws:iam::123456789012:role/read"}
      pull_requests: read

Fix: let pull requests read the store, or be judged where they are merged.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlops_spec.document.finding import Finding

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.document.diagnostic import Severity
    from mlops_spec.spec import Spec

CODE = "MS157"
NAME = "sampled-files"
SEVERITY: Severity = "error"


def check(spec: Spec) -> Iterator[Finding]:
    storage, files = spec.storage, spec.data.files
    if storage is not None and files is not None and storage.pull_requests == "sample":
        message = f"the rows of a sample name files in `{files.root}`, which only the store has"
        yield Finding(("storage", "pull_requests"), message, "choose another way to judge pull requests")
