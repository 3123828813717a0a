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

import re
from typing import TYPE_CHECKING

from mlops_spec.rule import Finding

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.diagnostic import Severity
    from mlops_spec.document import Document

CODE = "MS503"
NAME = "embedded-secret"
SEVERITY: Severity = "error"


_SECRETS = {
    "a password in an address": re.compile(r"[a-z][a-z0-9+.-]*://[^/\s:@]+:[^/\s@]+@"),
    "a key of AWS": re.compile(r"\b(AKIA|ASIA)[0-9A-Z]{16}\b"),
    "a token of GitHub": re.compile(r"\b(gh[pousr]_[A-Za-z0-9]{36,}|github_pat_[A-Za-z0-9_]{50,})"),
    "a token of GitLab": re.compile(r"\bglpat-[A-Za-z0-9_-]{20,}"),
    "a token of Hugging Face": re.compile(r"\bhf_[A-Za-z0-9]{30,}"),
    "a token of Slack": re.compile(r"\bxox[abprs]-[A-Za-z0-9-]{10,}"),
    "a key of Google": re.compile(r"\bAIza[0-9A-Za-z_-]{35}"),
    "a JSON Web Token": re.compile(r"\beyJ[A-Za-z0-9_-]{10,}\.eyJ[A-Za-z0-9_-]{10,}\."),
    "a private key": re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY"),
}


def check(document: Document) -> Iterator[Finding]:
    for address, text in document.texts():
        for what, pattern in _SECRETS.items():
            if pattern.search(text):
                yield Finding(address, f"this looks like {what}", "revoke it, and keep the new one out of the file")
