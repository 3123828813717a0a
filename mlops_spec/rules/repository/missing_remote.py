"""DVC has a default remote.

Jobs pull the data from it and push what they make to it. Without one, the data stays on the machine that added it.

Bad:

    # .dvc/config
    [core]
        remote = storage

Good:

    # .dvc/config
    [core]
        remote = storage
    ['remote "storage"']
        url = s3://bucket/example
        verify = true

Fix: run `dvc remote add --default storage URL` and commit `.dvc/config`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlops_spec.document.finding import Finding
from mlops_spec.engines.commands import add_remote
from mlops_spec.engines.files import SETTINGS, kept
from mlops_spec.engines.settings import parsed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.document.diagnostic import Severity
    from mlops_spec.repository.view import Repository

CODE = "MS812"
NAME = "missing-remote"
SEVERITY: Severity = "error"


def check(repository: Repository) -> Iterator[Finding]:
    if not kept(repository.sizes):
        return  # no data to pull
    document = repository.document(repository.once(str(SETTINGS)))
    settings = parsed(document.lines)
    name = settings.default_name
    if name not in {each.name for each in settings.remotes if each.url} or not name:
        message = f"there is no remote `{name}`" if name else "there is no default remote"
        hint = f"run `{add_remote('storage', 'URL')}`"
        if repository.is_file(repository.once(str(SETTINGS))):
            yield Finding((), message, hint, document=document, span=settings.span)
        else:
            yield Finding(("data", "path"), message, hint)
