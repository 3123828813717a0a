"""Git has no secret.

Whoever can read the repository can use it, today and from every clone's history. A key that was ever committed must be
revoked.

Bad:

    # src/example/store.py
    ADDRESS = "https://bob:hunter2@store.example.org/rows.csv"

Good:

    # src/example/store.py
    ADDRESS = "https://store.example.org/rows.csv"

Fix: revoke it, and give the new one to the environment of the job that needs it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlops_spec import model_folder
from mlops_spec.document.diagnostic import Span
from mlops_spec.document.finding import Finding
from mlops_spec.document.secret import secret_in

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.document import Document
    from mlops_spec.document.diagnostic import Severity
    from mlops_spec.repository.view import Repository

CODE = "MS808"
NAME = "committed-secret"
SEVERITY: Severity = "error"


_PROSE = (".md", ".rst", ".txt")
_LOCKS = ("uv.lock", "poetry.lock", "package-lock.json")


def check(repository: Repository) -> Iterator[Finding]:
    for path in sorted(repository.sizes):
        name = path.rpartition("/")[2]
        text = None if path == str(model_folder.SPEC) or name in _LOCKS else repository.text(path)
        if text and secret_in(text):
            yield from _found(repository.document(path), prose=path.endswith(_PROSE))


def _found(document: Document, *, prose: bool) -> Iterator[Finding]:
    for number, line in enumerate(document.lines, start=1):
        what = secret_in(line)
        if what and not (prose and what.startswith("a password")):  # prose says what such an address looks like
            start = len(line) - len(line.lstrip()) + 1
            span = Span(number, start, number, len(line.rstrip()) + 1)
            message = f"this looks like {what}"
            yield Finding((), message, "revoke it, and keep the new one out of Git", document=document, span=span)
