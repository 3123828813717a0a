"""A file that the contract takes fits into a request.

A server takes requests of 8 MiB, in which a file is a third longer than it is. A larger one is trained on and never
asked for.

Bad:

    data:
      path: data/rows.csv
      target: label
      id: id
      files: {root: data/images, column: image, kinds: [png], max: 50MB}
    train:
      run: python -m example.train
      predictor: example.predict:load
    environments:
      staging: {after: merge, listen: 127.0.0.1:8080}

Good:

    data:
      path: data/rows.csv
      target: label
      id: id
      files: {root: data/images, column: image, kinds: [png], max: 5MB}
    train:
      run: python -m example.train
      predictor: example.predict:load
    environments:
      staging: {after: merge, listen: 127.0.0.1:8080}

Fix: write smaller files in `data.prepare`, and the same way where requests are made; or score them by `target: batch`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlops_spec.document.finding import Finding
from mlops_spec.spec.base import size_in_bytes

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.document.diagnostic import Severity
    from mlops_spec.spec import Spec

CODE = "MS154"
NAME = "unsendable-file"
SEVERITY: Severity = "warning"


_SENT = 8 * 2**20 * 3 // 4  # bytes; what stands around them is small


def check(spec: Spec) -> Iterator[Finding]:
    files = spec.data.files
    asked = any(environment.target == "local" for environment in spec.environments.values())
    if files is not None and asked and size_in_bytes(files.max) > _SENT:
        message = f"files of {files.max} may be, and a server takes no request that holds more than 6MB of files"
        yield Finding(("data", "files", "max"), message, "write smaller files, such as `max: 5MB`")
