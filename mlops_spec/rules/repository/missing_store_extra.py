"""What DVC needs for the storage is installed with the project.

DVC by itself reads folders and https. For each cloud it loads a plugin, and a job without it fails after the checkout:
"s3 is supported, but requires 'dvc-s3' to be installed".

Bad:

    # .dvc/config
    [core]
        remote = storage
    ['remote "storage"']
        url = s3://bucket/example
        verify = true
    # pyproject.toml
    [project]
    name = "example"
    dependencies = ["mlops-spec[run]"]

Good:

    # .dvc/config
    [core]
        remote = storage
    ['remote "storage"']
        url = s3://bucket/example
        verify = true
    # pyproject.toml
    [project]
    name = "example"
    dependencies = ["dvc[s3]", "mlops-spec[run]"]

Fix: run `uv add "dvc[s3]"`, with the extra that the hint names, and commit `pyproject.toml` and `uv.lock`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlops_spec.document.finding import Finding
from mlops_spec.engines.commands import PACKAGE
from mlops_spec.engines.files import SETTINGS
from mlops_spec.engines.settings import parsed
from mlops_spec.repository.requirement import PROJECT, extras, table
from mlops_spec.spec.data import Import
from mlops_spec.spec.storage import EXTRAS, scheme

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.document.diagnostic import Address, Severity
    from mlops_spec.repository.view import Repository
    from mlops_spec.spec import Spec

CODE = "MS818"
NAME = "missing-store-extra"
SEVERITY: Severity = "error"


def check(spec: Spec, repository: Repository) -> Iterator[Finding]:
    file = repository.once(PROJECT)
    if not repository.is_file(file):
        return
    project = table(repository.text(file))
    there = extras(project, PACKAGE)
    for place, url in _urls(spec, repository):
        wanted = EXTRAS.get(scheme(url), "")
        if wanted and not {wanted, "all"} & there:
            message = f"DVC can't open `{wanted}://` without its extra `{wanted}`"
            hint = f'run `uv add "{PACKAGE}[{wanted}]"` and commit what it changes'
            if place:
                yield Finding(place, message, hint)
            else:
                yield Finding((), message, hint, document=repository.document(file))
            there.add(wanted)


def _urls(spec: Spec, repository: Repository) -> Iterator[tuple[Address, str]]:
    """What DVC opens, and where the spec says so; what only `.dvc/config` says has no place there."""
    if spec.storage:
        yield ("storage", "url"), spec.storage.url
    else:
        remote = parsed(repository.document(repository.once(str(SETTINGS))).lines).default
        yield (), remote.url if remote else ""
    if isinstance(spec.data.path, Import):
        yield ("data", "path", "import"), spec.data.path.import_
