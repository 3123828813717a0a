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
from mlops_spec.engines.dvc.config import PATH, remote_of
from mlops_spec.repository.ini import sections

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.document.diagnostic import Severity
    from mlops_spec.repository.view import Repository

CODE = "MS812"
NAME = "missing-remote"
SEVERITY: Severity = "error"


def check(repository: Repository) -> Iterator[Finding]:
    if not any(path.endswith(".dvc") for path in repository.sizes):
        return  # no data to pull
    document = repository.document(PATH)
    found = list(sections(document.lines))
    core = next((each for each in found if each.name.strip() == "core"), None)
    name = core.values.get("remote", "") if core else ""
    if name not in {remote_of(each) for each in found if each.values.get("url")} or not name:
        message = f"there is no remote `{name}`" if name else "there is no default remote"
        hint = "run `dvc remote add --default storage URL`"
        if PATH in repository.sizes:
            yield Finding((), message, hint, document=document, span=core.span if core else None)
        else:
            yield Finding(("data", "path"), message, hint)
