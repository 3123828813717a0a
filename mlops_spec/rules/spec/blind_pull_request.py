"""Pull requests that read a private storage have a role to read by.

Without one their training can't get the data, and no pull request ever passes; with the role that writes, whoever opens
one could change what the next release is trained on.

Bad:

    storage:
      url: s3://acme-models/credit-default
      region: eu-central-1
      sign_in:
        aws: {write: "arn:aws:iam::123456789012:role/models-write"}

Good:

    storage:
      url: s3://acme-models/credit-default
      region: eu-central-1
      sign_in:
        aws: {read: "arn:aws:iam::123456789012:role/models-read", write: "arn:aws:iam::123456789012:role/models-write"}

Fix: add `read`, a role of its own that can't write; or write `pull_requests: after-merge`, or `sample`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlops_spec.document.finding import Finding

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.document.diagnostic import Severity
    from mlops_spec.spec import Spec

CODE = "MS552"
NAME = "blind-pull-request"
SEVERITY: Severity = "error"


def check(spec: Spec) -> Iterator[Finding]:
    storage = spec.storage
    given = storage.sign_in if storage else None
    if storage is None or given is None:
        return
    for name, held in (
        ("aws", given.aws),
        ("google", given.google),
        ("azure", given.azure),
        ("secrets", given.secrets),
    ):
        if held is None:
            continue
        place = ("storage", "sign_in", name)
        if storage.pull_requests == "read" and not held.read:
            message = "pull requests are to read the data, and nothing lets them"
            yield Finding(place, message, "add `read`, or write `pull_requests: after-merge`", at_key=True)
        elif held.read == held.write and name != "secrets":
            message = "whoever opens a pull request may write too: this is the role that writes"
            yield Finding((*place, "read"), message, "name one of its own, which only reads")
