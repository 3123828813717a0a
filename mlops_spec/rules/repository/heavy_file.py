"""Data and models are kept by DVC, and Git keeps text.

Every clone downloads every version of every file that Git ever had, for good. DVC keeps the same file beside Git, and
Git a line about it.

Bad:

    # models/old.pkl (25 MB)

Good:

    # models/old.pkl.dvc
    outs:
      - path: old.pkl

Fix: `git rm --cached` the file, `dvc add` it, and commit the `.dvc` file that this writes.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from mlops_spec.document.finding import Finding
from mlops_spec.engines.commands import keep
from mlops_spec.regex import regex

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.document.diagnostic import Severity
    from mlops_spec.repository.view import Repository

CODE = "MS809"
NAME = "heavy-file"
SEVERITY: Severity = "error"


_MOST = 10 * 10**6
_MOST_OF_DATA = 10**6
_DATA = regex(
    r".*\.(bin|csv|feather|gz|h5|joblib|jsonl?|keras|np[yz]|onnx|parquet|pickle|pkl|pth?|safetensors|skops|tar|tsv|zip)",
    re.IGNORECASE,
)


def check(repository: Repository) -> Iterator[Finding]:
    for path, size in sorted(repository.sizes.items()):
        if size > (_MOST_OF_DATA if _DATA.fullmatch(path) else _MOST):
            message = f"Git has a file of {size / 10**6:.0f} MB"
            yield Finding(
                (), message, f"run `git rm --cached {path}` and `{keep(path)}`", document=repository.document(path)
            )
