"""Imported data is pinned to a version.

What lies at an address today may be something else tomorrow. A model whose data can't be found again can't be
repeated, compared or defended. Where `storage` says where DVC keeps a copy, that one is found again by its digest; but
of `latest` or a branch nobody can say which of its contents it was, and the next import takes another.

Bad:

    data:
      path: {import: "s3://acme/rows.csv"}
      target: label
      id: id

Good:

    data:
      path: {import: "s3://acme/rows.csv", version: 3HL4kqtJlcpXroDTDmJ}
      target: label
      id: id

Fix: turn on versions in the bucket and name one, or name the folder of one export and say in `storage` where DVC keeps
what it imported.
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

CODE = "MS106"
NAME = "mutable-data"
SEVERITY: Severity = "error"


#: Parts of an address that mean whatever is newest.
_MOVING = regex(
    r"[/@._=-](latest|newest|most[_-]recent)(?=[/@._-]|$)|[/@=](current|(?-i:HEAD))(?=/|\.\w+$)"
    r"|raw\.githubusercontent\.com/[^/]+/[^/]+/(?:refs/heads/)?(main|master|develop)(?=/)"
    r"|/(?:resolve|raw|blob)/(main|master|develop)(?=/)",
    re.IGNORECASE,
)


def check(spec: Spec) -> Iterator[Finding]:
    path = spec.data.path
    if not isinstance(path, Import) or path.version is not None:
        return
    place = ("data", "path", "import")
    if spec.storage is None:
        yield Finding(place, "what lies at this address may change without a trace", "name its `version`")
    elif moving := _MOVING.search(str(path.import_)):
        name = next(filter(None, moving.groups()))
        message = f"`{name}` is whatever was put there last, and nobody can say which rows a model has seen"
        yield Finding(place, message, "name its `version`, or the folder of one export")
