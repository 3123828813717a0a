"""A spec holds no secret.

The file is read by everybody who reads the repository, and stays in its history. A key that was ever committed must be
revoked.

Bad:

    data:
      path: {import: "https://bob:hunter2@example.org/rows.csv", version: v7}
      target: label
      id: id

Good:

    data:
      path: {import: "https://example.org/rows.csv", version: v7}
      target: label
      id: id

Fix: revoke it, and give the new one to the environment of the job that needs it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlops_spec.document.finding import Finding
from mlops_spec.document.secret import secret_in

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.document import Document
    from mlops_spec.document.diagnostic import Severity

CODE = "MS503"
NAME = "embedded-secret"
SEVERITY: Severity = "error"


def check(document: Document) -> Iterator[Finding]:
    for address, text in document.texts() if secret_in(document.text) else ():
        name = next((part for part in reversed(address) if isinstance(part, str)), "")
        if what := secret_in(text) or secret_in(f"{name}: {text}"):
            yield Finding(address, f"this looks like {what}", "revoke it, and keep the new one out of the file")
