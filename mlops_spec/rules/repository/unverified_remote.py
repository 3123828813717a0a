"""DVC checks what it downloads.

Without `verify`, DVC takes a file of the remote for what its name says. Whoever can write to the remote then decides
what the model learns, and the hashes in Git say nothing.

Bad:

    # .dvc/config
    [core]
        remote = storage
    ['remote "storage"']
        url = s3://bucket/example

Good:

    # .dvc/config
    [core]
        remote = storage
    ['remote "storage"']
        url = s3://bucket/example
        verify = true

Fix: write `verify = true` into the remote's section, as `mlops-spec render` does.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlops_spec.document.finding import Finding
from mlops_spec.engines.files import SETTINGS
from mlops_spec.engines.settings import parsed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.document.diagnostic import Severity
    from mlops_spec.repository.view import Repository

CODE = "MS813"
NAME = "unverified-remote"
SEVERITY: Severity = "error"


def check(repository: Repository) -> Iterator[Finding]:
    document = repository.document(repository.once(str(SETTINGS)))
    for remote in parsed(document.lines).remotes:
        if not remote.is_verified:
            message = f"DVC trusts whatever the remote `{remote.name}` sends"
            yield Finding((), message, "write `verify = true` into this section", document=document, span=remote.span)
