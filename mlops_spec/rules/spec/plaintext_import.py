"""Data comes by an encrypted way.

Whoever sits between can read rows that come over HTTP or FTP, and change them: the model learns what they want. A store
that is reached so gives its models to be swapped, too.

Bad:

    data:
      path: {import: "http://example.org/rows.csv", version: v7}
      target: label
      id: id

Good:

    data:
      path: {import: "https://example.org/rows.csv", version: v7}
      target: label
      id: id

Fix: take the same address over HTTPS, or a store of your own.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from mlops_spec.document.finding import Finding
from mlops_spec.regex import regex
from mlops_spec.spec.data import Import

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.document.diagnostic import Severity
    from mlops_spec.spec import Spec

CODE = "MS504"
NAME = "plaintext-import"
SEVERITY: Severity = "error"


_PLAIN = regex(r"http://(?!localhost|127\.|\[::1\])", re.IGNORECASE)


def check(spec: Spec) -> Iterator[Finding]:
    path = spec.data.path
    if isinstance(path, Import) and path.import_.lower().startswith(("http://", "ftp://")):
        yield Finding(("data", "path", "import"), "who sits between can change these rows", "take HTTPS")
    if spec.storage and spec.storage.endpoint and _PLAIN.match(spec.storage.endpoint):
        yield Finding(("storage", "endpoint"), "who sits between can read the data and swap a model", "take HTTPS")
