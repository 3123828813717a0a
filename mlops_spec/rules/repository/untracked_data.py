"""The rows that the model learns from are in Git or in DVC.

A file that lies on one machine alone trains nothing anywhere else: the merge's job stops at it, and nobody can say
later which rows a version saw.

Bad:

    # data/rows.csv.dvc (none)

Good:

    # data/rows.csv.dvc
    outs:
      - md5: 9a0364b9e99bb480dd25e1f0284c8555
        path: rows.csv

Fix: `dvc add` the file, and commit the `.dvc` file that this writes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlops_spec.document.diagnostic import near
from mlops_spec.document.finding import Finding
from mlops_spec.engines.commands import keep
from mlops_spec.engines.files import kept, pointer
from mlops_spec.spec.data import Query
from mlops_spec.spec.paths import data_file
from mlops_spec.spec.stages import overlap

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.document.diagnostic import Severity
    from mlops_spec.repository.view import Repository
    from mlops_spec.spec import Spec

CODE = "MS801"
NAME = "untracked-data"
SEVERITY: Severity = "error"


def check(spec: Spec, repository: Repository) -> Iterator[Finding]:
    path = spec.data.path
    if isinstance(path, str) and spec.data.prepare is None and not _there(repository, path):
        hint = near(path, kept(repository.sizes))
        right = f"did you mean `{hint}`?" if hint else f"run `{keep(path)}` and commit `{pointer(path)}`"
        yield Finding(("data", "path"), f"neither Git nor DVC has `{path}`", right)
    files = spec.data.files
    if files is not None and not _there(repository, files.root):
        right = f"run `{keep(files.root)}` and commit `{pointer(files.root)}`"
        yield Finding(("data", "files", "root"), f"neither Git nor DVC has `{files.root}`", right)
    if isinstance(path, Query) and not _there(repository, data_file(spec.data)):
        right = f"run `mlops-spec import` and commit `{pointer(data_file(spec.data))}`"
        yield Finding(("data", "path"), f"nobody has brought the rows of `{path.sql}` in", right)
    if isinstance(path, Query) and not repository.is_file(path.sql):
        yield Finding(("data", "path", "sql"), f"Git does not have `{path.sql}`", "commit the query")
    sample = spec.storage.sample if spec.storage else None
    if sample and sample not in repository.sizes:
        yield Finding(("storage", "sample"), f"Git does not have `{sample}`", f"run `git add {sample}`")


def _there(repository: Repository, path: str) -> bool:
    return repository.has(path) or any(overlap(path, each) for each in kept(repository.sizes))
